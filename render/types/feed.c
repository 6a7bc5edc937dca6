/* SPDX-License-Identifier: ISC */
/*
 * feed (role builder): RSS and Atom -> the tree of a page that lists their entries.  XML of any
 * other kind is passed on.
 */
#include "render/types/feed.h"

#include "render/sniff.h"

static enum module_result read_feed(struct building *building, struct feed *feed)
{
    struct buffer xml;
    buffer_init(&xml, BUILDING_TEXT_MAX);
    feed_mend(building->text, &xml);
    bool done = !xml.failed && feed_read_xml(feed, buffer_span(&xml));
    buffer_free(&xml);
    if (!done || feed->entries.no_memory || feed->files.no_memory)
        return building_no_memory(building->call);
    /* So damaged that nothing was found: better shown as it is. */
    if (feed->damaged && !feed_count(feed))
        return MODULE_PASS;
    return feed_write(building, feed) ? MODULE_OK : building_no_memory(building->call);
}

static enum module_result feed_build(struct call *call, void *state, struct span bytes,
                                     const struct page_hints *hints, struct buffer *facts_out,
                                     const struct tree **tree_out)
{
    struct building building;
    struct feed feed;
    (void)state;
    *tree_out = NULL;
    if (!building_begin(&building, call, bytes, hints, feed_charset(bytes)))
        return MODULE_FAIL;
    const char *type = sniff_feed(building.text);
    feed_init(&feed, www4mail_arena(call));
    enum module_result result = type ? read_feed(&building, &feed) : MODULE_PASS;
    if (result == MODULE_OK)
        result = building_end(&building, type, (struct span){NULL, 0}, feed.language, facts_out,
                              tree_out);
    else
        building_drop(&building);
    feed_free(&feed);
    return result;
}

static const struct builder_ops feed_ops = {.build = feed_build};

WWW4MAIL_MODULE("feed", "filter", builder, &feed_ops);
