/* SPDX-License-Identifier: ISC */
/* Style sheets and frames: asked for by the page's facts, each a target of its own to the gates. */
#include "agent/work.h"

#include "agent/base/clock.h"
#include "agent/base/file.h"

#include <string.h>
#include <unistd.h>

/* For all parts of a page together, and never longer than a page may take; a page without them is
 * worth more than one that comes late. */
enum { PARTS_MS = 20000 };

enum { STYLE_MAX_BYTES = 512 * 1024, FRAME_MAX_BYTES = 2 * 1024 * 1024 };

/* What comes over an open line has no say in a page that came over a closed one. */
static bool is_open(const struct page *page, const char *url)
{
    return strncmp(page->url, "https:", 6) == 0 && strncmp(url, "https:", 6) != 0;
}

static bool is_wanted(enum page_need need, const struct page *page)
{
    if (page->status != 200 || !page->size || page->fd < 0)
        return false;
    if (need == PAGE_NEED_STYLE)
        return strcmp(page->type, "text/css") == 0;
    return strcmp(page->type, "text/html") == 0 || strcmp(page->type, "application/xhtml+xml") == 0;
}

/* Appends the whole of `from` to `to`. */
static bool append(int to, int from, uint64_t size)
{
    bool whole =
        lseek(from, 0, SEEK_SET) == 0 && file_copy(from, to, (int64_t)size) == (int64_t)size;
    return lseek(from, 0, SEEK_SET) == 0 && whole;
}

/* The file with the page at its beginning; false when there is no room for it. */
static bool start_file(const struct page *page, struct parts *parts)
{
    if (parts->fd >= 0)
        return true;
    parts->fd = file_in_memory("page-parts");
    if (parts->fd >= 0 && append(parts->fd, page->fd, page->size))
        return true;
    if (parts->fd >= 0)
        close(parts->fd);
    parts->fd = -1;
    return false;
}

static bool keep_part(struct visit *visit, enum page_need need, const char *url,
                      const struct page *found)
{
    struct parts *parts = &visit->parts;
    if (!start_file(&visit->page, parts) || !append(parts->fd, found->fd, found->size))
        return false;
    parts->parts[parts->count++] = (struct page_part){.need = need,
                                                      .url = url,
                                                      .found = found->url,
                                                      .charset = found->charset,
                                                      .bytes = {NULL, (size_t)found->size}};
    return true;
}

/* False when no more parts are to be fetched. */
static bool fetch_part(struct work *work, struct visit *visit, enum page_need need,
                       struct span wanted, int64_t deadline_ms)
{
    struct fault fault = FAULT_INIT;
    struct page found = {.fd = -1};
    const char *url = arena_copy_span(work->arena, wanted);
    struct target target = {.format = visit->target.format, .asked = url};
    uint64_t max = need == PAGE_NEED_STYLE ? STYLE_MAX_BYTES : FRAME_MAX_BYTES;
    if (max > work->account->limits.page_bytes)
        max = work->account->limits.page_bytes;
    bool going_on = url != NULL, open = url && is_open(&visit->page, url);
    if (url && !open && url_parse(work->arena, wanted, &target.url, &fault) &&
        target_fetch(work, &target, max, deadline_ms, &found, &fault)) {
        if (is_wanted(need, &found) && !is_open(&visit->page, found.url))
            going_on = keep_part(visit, need, url, &found);
    } else if (url) {
        work_say(work, STAGE_BROWSER, "done without  %s: %s", url,
                 open             ? "the page itself came over TLS"
                 : fault.operator ? fault.operator
                                  : fault_name(fault.code));
    }
    if (found.fd >= 0)
        close(found.fd);
    fault_clear(&fault);
    return going_on;
}

static void fetch_all(struct work *work, struct visit *visit, const struct flat *facts)
{
    int64_t most_ms = work->account->limits.page_time * 1000;
    int64_t deadline_ms = clock_monotonic_ms() + (most_ms < PARTS_MS ? most_ms : PARTS_MS);
    uint64_t left = work->account->limits.page_parts;
    if (left > PARSE_MAX_PARTS)
        left = PARSE_MAX_PARTS;
    for (uint32_t row = 0; row < facts->rows && left > 0; row++) {
        uint32_t need = flat_get_number(facts, row, FACTS_VALUE);
        if (flat_get_number(facts, row, FACTS_WHAT) != FACT_NEED || need > PAGE_NEED_FRAME)
            continue;
        left--;
        if (clock_left_ms(deadline_ms) == 0 ||
            !fetch_part(work, visit, (enum page_need)need, flat_get_text(facts, row, FACTS_TEXT),
                        deadline_ms))
            return;
    }
}

bool parts_fetch(struct work *work, struct visit *visit, const struct flat *facts)
{
    struct parts *parts = &visit->parts;
    if (!parts->tried) {
        struct fields page = work->fields; /* the gates are told of each part */
        parts->tried = true;
        fetch_all(work, visit, facts);
        work->fields = page;
        /* A file that lacks a piece, or might still change, is of no use. */
        if (parts->fd >= 0 && !file_seal(parts->fd))
            parts->count = 0;
    }
    return parts->count > 0;
}
