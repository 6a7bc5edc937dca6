/* SPDX-License-Identifier: ISC */
/* JSON Feed: the same list as RSS and Atom, out of values. */
#include "render/types/feed.h"
#include "render/types/json.h"

bool json_is_feed(const struct json *json)
{
    struct span version = json_member_text(json, json_root(json), "version");
    return span_starts_nocase(version, SPAN_LITERAL("https://jsonfeed.org/version/")) &&
           json_member(json, json_root(json), "items");
}

/* The first of the authors, or the only one of version 1. */
static struct span author_of(const struct json *json, uint32_t item)
{
    uint32_t authors = json_member(json, item, "authors");
    uint32_t author = json_member(json, item, "author");
    if (authors && json_at(json, authors)->end > authors + 1)
        author = authors + 1;
    return author ? json_member_text(json, author, "name") : (struct span){NULL, 0};
}

static void add_files(struct feed *feed, const struct json *json, uint32_t item)
{
    uint32_t list = json_member(json, item, "attachments");
    if (!list || json_at(json, list)->kind != JSON_ARRAY)
        return;
    for (uint32_t i = list + 1; i < json_at(json, list)->end; i = json_at(json, i)->end) {
        struct feed_file file = {.url = json_member_text(json, i, "url"),
                                 .type = json_member_text(json, i, "mime_type")};
        uint32_t size = json_member(json, i, "size_in_bytes");
        if (!size || !span_to_u64(json_text(json, size), &file.size))
            file.size = 0;
        feed_add_file(feed, &file);
    }
}

static void add_item(struct feed *feed, const struct json *json, uint32_t item)
{
    struct feed_entry *entry = feed_add(feed);
    if (!entry)
        return;
    struct span html = json_member_text(json, item, "content_html");
    struct span date = json_member_text(json, item, "date_published");
    entry->title.text = json_member_text(json, item, "title");
    entry->summary.text = json_member_text(json, item, "summary");
    entry->content.html = html.len;
    entry->content.text = html.len ? html : json_member_text(json, item, "content_text");
    entry->link = json_member_text(json, item, "url");
    if (!entry->link.len)
        entry->link = json_member_text(json, item, "external_url");
    if (!date.len)
        date = json_member_text(json, item, "date_modified");
    entry->date = feed_date(feed->arena, date);
    entry->author = author_of(json, item);
    add_files(feed, json, item);
}

bool json_write_feed(struct building *building, const struct json *json, struct span *language_out)
{
    struct feed feed;
    uint32_t root = json_root(json), items = json_member(json, root, "items");
    feed_init(&feed, www4mail_arena(building->call));
    feed.title.text = json_member_text(json, root, "title");
    feed.subtitle.text = json_member_text(json, root, "description");
    feed.link = json_member_text(json, root, "home_page_url");
    *language_out = json_member_text(json, root, "language");
    for (uint32_t i = items + 1; i < json_at(json, items)->end; i = json_at(json, i)->end)
        add_item(&feed, json, i);
    bool done = feed_write(building, &feed);
    feed_free(&feed);
    return done;
}
