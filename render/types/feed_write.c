/* SPDX-License-Identifier: ISC */
/* A feed as a page: its name, then each entry as a heading that leads to it, with what it says. */
#include "render/types/feed.h"

#include <inttypes.h>
#include <string.h>

#include "render/plain.h"

enum {
    ENTRIES_SHOWN = 100,
    SUMMARY_SHOWN = 1000, /* bytes of its text */
    TITLE_MAX = 300,
    TITLE_HTML_MAX = 16 * 1024, /* that is looked at for a title */
    MADE_TITLE_MAX = 70,        /* of a title made of the first words */
    SCRATCH = 64 * 1024
};

/* ---- the list ---- */

void feed_init(struct feed *feed, struct arena *arena)
{
    *feed = (struct feed){.arena = arena};
    buffer_init(&feed->entries, FEED_MAX_ENTRIES * sizeof(struct feed_entry));
    buffer_init(&feed->files, FEED_MAX_ENTRIES * sizeof(struct feed_file));
}

void feed_free(struct feed *feed)
{
    buffer_free(&feed->entries);
    buffer_free(&feed->files);
}

size_t feed_count(const struct feed *feed)
{
    return feed->entries.len / sizeof(struct feed_entry);
}

struct feed_entry *feed_last(const struct feed *feed)
{
    void *entries = feed->entries.at;
    return feed_count(feed) ? (struct feed_entry *)entries + feed_count(feed) - 1 : NULL;
}

struct feed_entry *feed_add(struct feed *feed)
{
    struct feed_entry entry = {.first_file =
                                   (uint32_t)(feed->files.len / sizeof(struct feed_file))};
    return buffer_add(&feed->entries, &entry, sizeof entry) ? feed_last(feed) : NULL;
}

void feed_add_file(struct feed *feed, const struct feed_file *file)
{
    struct feed_entry *entry = feed_last(feed);
    if (entry && file->url.len && buffer_add(&feed->files, file, sizeof *file))
        entry->file_count++;
}

/* ---- the tree ---- */

/* On one line; of HTML its words alone, as far as they come early in it.  False when memory is
 * short. */
static bool words_of(const struct feed_words *words, size_t max, struct buffer *out)
{
    struct buffer flat;
    buffer_init(&flat, BUILDING_TEXT_MAX);
    struct span html = words->text;
    if (html.len > TITLE_HTML_MAX)
        html.len = TITLE_HTML_MAX;
    if (words->html)
        building_html_words(html, &flat);
    plain_clean(words->html ? buffer_span(&flat) : words->text, max, out);
    buffer_free_into(&flat, out);
    return !out->no_memory;
}

/* Where a link of the feed leads: from its base, when it has one; else as it is. */
static struct span leads_to(const struct feed *feed, struct span link, struct span base)
{
    struct fault fault = FAULT_INIT;
    struct url url;
    struct span absolute;
    struct arena *scratch = link.len && base.len ? arena_new(SCRATCH) : NULL;
    if (scratch && url_parse(scratch, base, &url, &fault) &&
        url_resolve(scratch, &url, span_trim(link), &absolute)) {
        const char *copy = arena_copy_span(feed->arena, absolute);
        if (copy)
            link = (struct span){copy, absolute.len};
    }
    fault_clear(&fault);
    arena_free(&scratch);
    return link;
}

static struct span base_of(const struct feed *feed, const struct feed_entry *entry)
{
    return entry->base.len ? entry->base : feed->base;
}

static const struct feed_words *said_by(const struct feed_entry *entry)
{
    return entry->summary.text.len ? &entry->summary : &entry->content;
}

/* An entry without a title is called by its first words, else by its date; *said_out when these
 * words are all that it says. */
static bool write_title(struct building *building, const struct feed *feed,
                        const struct feed_entry *entry, bool *said_out)
{
    struct buffer words;
    buffer_init(&words, 4 * TITLE_MAX);
    bool done = words_of(&entry->title, TITLE_MAX, &words), own = words.len;
    if (done && !own)
        done = words_of(said_by(entry), MADE_TITLE_MAX, &words);
    *said_out = !own && words.len + 4 < MADE_TITLE_MAX;
    if (!own && words.len && !*said_out)
        buffer_add_text(&words, " \u2026");
    struct span title = words.len ? buffer_span(&words) : entry->date;
    if (!title.len)
        title = entry->link.len ? entry->link : SPAN_LITERAL("(no title)");
    building_open(building, TAG_h2);
    building_link(building, leads_to(feed, entry->link, base_of(feed, entry)), title);
    building_close(building);
    buffer_free(&words);
    return done;
}

static bool write_by(struct building *building, const struct feed_entry *entry)
{
    struct buffer author;
    buffer_init(&author, 4 * TITLE_MAX);
    const struct feed_words name = {entry->author, false};
    bool done = words_of(&name, TITLE_MAX, &author);
    if (entry->date.len || author.len) {
        building_open(building, TAG_div);
        building_text(building, entry->date);
        if (entry->date.len && author.len)
            building_words(building, ", ");
        building_text(building, buffer_span(&author));
        building_close(building);
    }
    buffer_free(&author);
    return done;
}

static bool write_words(struct building *building, const struct feed_words *words, struct span base,
                        size_t max)
{
    struct buffer plain;
    bool done = true;
    if (!words->text.len)
        return true;
    building_open(building, TAG_div);
    if (words->html) {
        done = building_html(building, words->text, base, max);
    } else {
        buffer_init(&plain, 4 * BUILDING_TEXT_MAX);
        plain_clean(words->text, max ? max : BUILDING_TEXT_MAX, &plain);
        building_text(building, buffer_span(&plain));
        if (max && plain.len >= max - 4)
            building_words(building, " \u2026");
        done = !plain.no_memory;
        buffer_free(&plain);
    }
    building_close(building);
    return done;
}

static void write_size(struct building *building, uint64_t size)
{
    if (size >= 1000000)
        building_printf(building, "%" PRIu64 ".%" PRIu64 " MB", size / 1000000, size / 100000 % 10);
    else if (size >= 1000)
        building_printf(building, "%" PRIu64 " kB", size / 1000);
    else
        building_printf(building, "%" PRIu64 " bytes", size);
}

static void write_files(struct building *building, const struct feed *feed,
                        const struct feed_entry *entry)
{
    const void *files = feed->files.at;
    for (uint32_t i = 0; i < entry->file_count; i++) {
        const struct feed_file *file = (const struct feed_file *)files + entry->first_file + i;
        struct span words =
            span_starts_nocase(file->type, SPAN_LITERAL("audio/"))   ? SPAN_LITERAL("Audio")
            : span_starts_nocase(file->type, SPAN_LITERAL("video/")) ? SPAN_LITERAL("Video")
            : span_starts_nocase(file->type, SPAN_LITERAL("image/")) ? SPAN_LITERAL("Image")
                                                                     : SPAN_LITERAL("File");
        building_open(building, TAG_div);
        building_link(building, leads_to(feed, file->url, base_of(feed, entry)), words);
        if (file->type.len || file->size)
            building_words(building, " (");
        building_text(building, file->type);
        if (file->type.len && file->size)
            building_words(building, ", ");
        if (file->size)
            write_size(building, file->size);
        if (file->type.len || file->size)
            building_words(building, ")");
        building_close(building);
    }
}

static bool write_entry(struct building *building, const struct feed *feed,
                        const struct feed_entry *entry, size_t summary)
{
    struct span base = base_of(feed, entry);
    bool said;
    building_open(building, TAG_article);
    bool done = write_title(building, feed, entry, &said) && write_by(building, entry);
    if (done && summary && !said)
        done = write_words(building, said_by(entry), base.len ? base : entry->link, summary);
    write_files(building, feed, entry);
    building_close(building);
    return done;
}

static bool write_head(struct building *building, const struct feed *feed)
{
    struct buffer title;
    buffer_init(&title, 4 * TITLE_MAX);
    bool done = words_of(&feed->title, TITLE_MAX, &title);
    struct span words = title.len ? buffer_span(&title) : SPAN_LITERAL("Feed");
    building_open(building, TAG_h1);
    building_link(building, leads_to(feed, feed->link, feed->base), words);
    building_close(building);
    buffer_free(&title);
    return done && write_words(building, &feed->subtitle, feed->base, SUMMARY_SHOWN);
}

bool feed_write(struct building *building, const struct feed *feed)
{
    size_t count = feed_count(feed);
    size_t shown = building_number(building->call, "entries", ENTRIES_SHOWN);
    uint32_t summary = building_number(building->call, "summary", SUMMARY_SHOWN);
    const void *entries = feed->entries.at;
    bool done = write_head(building, feed) && !feed->entries.no_memory && !feed->files.no_memory;
    for (size_t i = 0; i < count && i < shown && done; i++)
        done = write_entry(building, feed, (const struct feed_entry *)entries + i, summary);
    building_open(building, TAG_p);
    if (!count)
        building_words(building, "There are no entries.");
    else if (count > shown)
        building_printf(building, "The first %zu of %zu entries.", shown, count);
    building_close(building);
    if (feed->damaged)
        building->simplified = "the feed is damaged, what stands behind the damage is missing";
    return done;
}
