/* SPDX-License-Identifier: ISC */
/* Resolves and numbers links, with a hash table over their absolute URLs. */
#include "render/passes/passes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
    TABLE_SIZE = 1 << 17,
    SCRATCH_MAX = 1024 * 1024,
    SCRATCH_LINKS = 128,
    MEDIA_SOURCES = 16,
    KNOWN = 256 /* links as they were written */
};

_Static_assert(TABLE_SIZE > 2 * PASSES_MAX_LINKS, "the table of links is never full");

/* A link as it was written, in the pool, and what came of it. */
struct known {
    struct span link;
    uint32_t number;
};

struct linker {
    struct tree *tree;
    struct arena *arena;
    struct arena *scratch; /* made anew every few links */
    size_t scratch_used;
    uint32_t *table; /* numbers by hash of their URL, 0 free */
    struct tree_link *links;
    uint32_t count, room;
    bool failed;
    struct known known[KNOWN]; /* by hash; what was met last */
};

/* Of sound and film: their own address, or the first of those they offer. */
static struct span media_target(const struct tree *tree, uint32_t node)
{
    struct span src = tree_attr(tree, node, ATTR_src);
    uint32_t child = tree->nodes[node].first_child;
    for (int seen = 0; !src.len && child != TREE_NONE && seen < MEDIA_SOURCES; seen++) {
        if (tree->nodes[child].tag == TAG_source)
            src = tree_attr(tree, child, ATTR_src);
        child = tree->nodes[child].next;
    }
    return src;
}

/* Where an element leads; absent when it is no link. */
static struct span target_of(const struct tree *tree, uint32_t node)
{
    switch (tree->nodes[node].tag) {
    case TAG_a:
    case TAG_area:
        return tree_attr(tree, node, ATTR_href);
    case TAG_frame:
    case TAG_iframe:
    case TAG_embed:
        return tree_attr(tree, node, ATTR_src);
    case TAG_object:
        return tree_attr(tree, node, ATTR_data);
    case TAG_audio:
    case TAG_video:
        return media_target(tree, node);
    default:
        return (struct span){NULL, 0};
    }
}

static bool may_be_followed(struct span url)
{
    static const char schemes[][8] = {"http:", "https:", "ftp:", "gopher:", "mailto:"};
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
        if (span_starts_nocase(url, span_of(schemes[i])))
            return true;
    return false;
}

/* True when the URL is the page itself, at some place in it. */
static bool is_within(const struct tree *tree, struct span url)
{
    struct span page = span_of(tree->base.text);
    return page.len && url.len > page.len && url.at[page.len] == '#' &&
           memcmp(url.at, page.at, page.len) == 0;
}

static bool refresh_scratch(struct linker *linker)
{
    if (linker->scratch && linker->scratch_used++ < SCRATCH_LINKS)
        return true;
    arena_free(&linker->scratch);
    linker->scratch = arena_new(SCRATCH_MAX);
    linker->scratch_used = 0;
    return linker->scratch != NULL;
}

static uint32_t hash_url(struct span url)
{
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < url.len; i++)
        hash = (hash ^ (unsigned char)url.at[i]) * 16777619u;
    return hash ^ hash >> 15;
}

static bool grow_links(struct linker *linker)
{
    if (linker->count + 1 < linker->room)
        return true;
    uint32_t room = linker->room ? linker->room * 2 : 64;
    struct tree_link *links = realloc(linker->links, room * sizeof *links);
    if (!links)
        return false;
    linker->links = links;
    linker->room = room;
    return true;
}

/* The number of an absolute URL, a new one if it was not met before; 0 when there are too many. */
static uint32_t number_of(struct linker *linker, struct span url, uint32_t node)
{
    uint32_t slot = hash_url(url) % TABLE_SIZE;
    for (; linker->table[slot]; slot = (slot + 1) % TABLE_SIZE)
        if (span_equal(linker->links[linker->table[slot]].url, url))
            return linker->table[slot];
    if (linker->count == PASSES_MAX_LINKS)
        return 0;
    const char *copy = grow_links(linker) ? arena_copy_span(linker->arena, url) : NULL;
    if (!copy) {
        linker->failed = true;
        return 0;
    }
    linker->links[++linker->count] = (struct tree_link){{copy, url.len}, node};
    linker->table[slot] = linker->count;
    return linker->count;
}

/* The number of a link as it was written; 0 when it does not lead to another page. */
static uint32_t resolve(struct linker *linker, struct span link, uint32_t node)
{
    const struct url *base = linker->tree->base.text ? &linker->tree->base : NULL;
    struct span url;
    if (!refresh_scratch(linker)) {
        linker->failed = true;
        return 0;
    }
    errno = 0;
    if (!url_resolve(linker->scratch, base, link, &url)) {
        linker->failed = errno == ENOMEM;
        return 0;
    }
    if (url.len > PASSES_MAX_URL || !may_be_followed(url) || is_within(linker->tree, url))
        return 0;
    return number_of(linker, url, node);
}

/* A page repeats its links: what was resolved a moment ago is not resolved again. */
static void number_node(struct linker *linker, uint32_t node)
{
    struct span link = span_trim(target_of(linker->tree, node));
    if (!link.len || link.at[0] == '#' ||
        linker->tree->nodes[node].flags & (TREE_HIDDEN | TREE_EMPTY))
        return;
    struct known *known = &linker->known[hash_url(link) % KNOWN];
    if (!span_equal(known->link, link))
        *known = (struct known){link, resolve(linker, link, node)};
    linker->tree->nodes[node].link = known->number;
}

/* False when memory is short; a base that is no URL is passed over. */
bool passes_base(struct tree *tree, struct arena *arena, const char *page_url, struct span base)
{
    struct fault fault = FAULT_INIT;
    struct url url;
    struct span absolute;
    if (page_url && url_parse(arena, span_of(page_url), &url, &fault))
        tree->base = url;
    bool no_memory = fault.code == FAULT_MEMORY;
    fault_clear(&fault);
    errno = 0;
    if (!base.len || no_memory)
        return !no_memory;
    if (!url_resolve(arena, tree->base.text ? &tree->base : NULL, base, &absolute))
        return errno != ENOMEM;
    if (url_parse(arena, absolute, &url, &fault))
        tree->base = url;
    no_memory = fault.code == FAULT_MEMORY;
    fault_clear(&fault);
    return !no_memory;
}

bool passes_links(struct tree *tree, struct arena *arena, const char *page_url, struct span base)
{
    if (!passes_base(tree, arena, page_url, base))
        return false;
    struct linker linker = {.tree = tree, .arena = arena};
    linker.table = calloc(TABLE_SIZE, sizeof *linker.table);
    linker.failed = !linker.table;
    for (uint32_t i = 0; i < tree->node_count && !linker.failed; i++)
        number_node(&linker, i);
    tree->links = arena_alloc(arena, (linker.count + 1) * sizeof *tree->links);
    linker.failed |= !tree->links;
    if (!linker.failed && linker.count)
        memcpy(tree->links + 1, linker.links + 1, linker.count * sizeof *tree->links);
    tree->link_count = linker.failed ? 0 : linker.count;
    free(linker.links);
    free(linker.table);
    arena_free(&linker.scratch);
    return !linker.failed;
}
