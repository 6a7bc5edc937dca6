/* SPDX-License-Identifier: ISC */
/* Pictures that say once more what words beside them, or an earlier picture, say: lead pictures
 * called like their article, icons beside the link they belong to, the same picture for browsers
 * with and without scripts.  Found in two passes before anything is written. */
#include "render/plain.h"

enum {
    PICTURED = 1,     /* no key: a link that a picture shows */
    SAID_ROOM = 1024, /* a power of two */
    LINK_NODES = 64,  /* a link with more inside is more than a picture */
    NEAR_NODES = 16,
    WORDS_MAX = 500,
    LONG = 24,  /* bytes of words that are not said again anywhere on a page ... */
    SHORT = 12, /* ... and of those that are not said again at once */
};

struct echoes {
    const struct tree *tree;
    uint8_t *found;   /* by node */
    uint64_t *worded; /* by link: the key of its words, PICTURED when they are sought, else 0 */
    uint64_t *said;   /* a hash table of words, 0 free */
    uint64_t last;    /* of the picture before, unless words came between */
    size_t said_count;
    struct buffer words, other;
    uint32_t link;        /* the last link with words */
    uint32_t picture_end; /* of the last link that is a picture */
    uint32_t table_end, noscript_end;
    bool named; /* the picture that gives that link its name was met */
};

/* FNV-1a over words of which the case does not matter; neither 0 nor PICTURED. */
static uint64_t key_of(struct span words)
{
    uint64_t key = 14695981039346656037u;
    for (size_t i = 0; i < words.len; i++) {
        char byte = words.at[i];
        byte = (char)(byte >= 'A' && byte <= 'Z' ? byte + ('a' - 'A') : byte);
        key = (key ^ (unsigned char)byte) * 1099511628211u;
    }
    return key | 2;
}

static size_t said_slot(const struct echoes *echoes, uint64_t key)
{
    size_t slot = (key >> 8) & (SAID_ROOM - 1);
    while (echoes->said[slot] && echoes->said[slot] != key)
        slot = (slot + 1) & (SAID_ROOM - 1);
    return slot;
}

static void remember(struct echoes *echoes, uint64_t key)
{
    size_t slot = said_slot(echoes, key);
    if (echoes->said[slot] || echoes->said_count >= SAID_ROOM / 2)
        return;
    echoes->said[slot] = key;
    echoes->said_count++;
}

static struct span words_of(struct echoes *echoes, uint32_t node)
{
    buffer_clear(&echoes->words);
    plain_words(echoes->tree, node, WORDS_MAX, &echoes->words);
    return buffer_span(&echoes->words);
}

static bool is_blank(const struct tree *tree, uint32_t node)
{
    return !span_trim(tree_text(tree, node)).len;
}

/* How many pictures are in a node that has nothing else to show; 0 when it has. */
static unsigned only_pictures(const struct tree *tree, uint32_t node)
{
    unsigned pictures = 0;
    if (tree->nodes[node].end - node > LINK_NODES)
        return 0;
    for (uint32_t i = node + 1; i < tree->nodes[node].end; i++) {
        enum tree_tag tag = tree->nodes[i].tag;
        if (tag == TAG_img)
            pictures++;
        else if (tag == TAG_TEXT
                     ? !is_blank(tree, i)
                     : tag != TAG_span && tag != TAG_div && tag != TAG_picture &&
                           tag != TAG_source && tag != TAG_noscript && tag != TAG_figure)
            return 0;
    }
    return pictures;
}

static bool has_picture(const struct tree *tree, uint32_t node)
{
    for (uint32_t i = node + 1; i < tree->nodes[node].end; i++)
        if (tree->nodes[i].tag == TAG_img || i - node > LINK_NODES)
            return true;
    return false;
}

static bool is_link(const struct tree *tree, uint32_t node)
{
    const struct tree_node *at = &tree->nodes[node];
    return at->tag == TAG_a && at->link && at->link <= tree->link_count;
}

/* ---- what is said in words ---- */

/* Words cost time: only those of links that a picture shows too are looked at. */
static void seek_pictures(struct echoes *echoes)
{
    const struct tree *tree = echoes->tree;
    for (uint32_t i = 0; i < tree->node_count; i++)
        if (is_link(tree, i) && only_pictures(tree, i))
            echoes->worded[tree->nodes[i].link] = PICTURED;
}

static void learn_node(struct echoes *echoes, uint32_t node)
{
    const struct tree_node *at = &echoes->tree->nodes[node];
    bool heading = tree_is_heading(at->tag);
    if (is_link(echoes->tree, node) && echoes->worded[at->link] == PICTURED &&
        !only_pictures(echoes->tree, node)) {
        struct span words = words_of(echoes, node);
        echoes->worded[at->link] = words.len ? key_of(words) : PICTURED;
    } else if (heading && !has_picture(echoes->tree, node)) {
        struct span words = words_of(echoes, node);
        if (words.len >= LONG)
            remember(echoes, key_of(words));
    }
}

/* ---- pictures ---- */

/* A quick look at the first letter. */
static bool may_begin(struct span text, struct span words)
{
    text = span_trim(text);
    return text.len && ((text.at[0] ^ words.at[0]) & 0x5f) == 0;
}

/* The words of the link around a picture, its pictures aside. */
static bool link_says(struct echoes *echoes, uint32_t picture, struct span words)
{
    const struct tree *tree = echoes->tree;
    uint32_t link = echoes->link;
    if (link == TREE_NONE || picture >= tree->nodes[link].end ||
        tree->nodes[link].end - link > LINK_NODES)
        return false;
    buffer_clear(&echoes->other);
    for (uint32_t i = link + 1; i < tree->nodes[link].end && echoes->other.len <= words.len; i++)
        if (tree->nodes[i].tag == TAG_TEXT && !(tree->nodes[i].flags & TREE_HIDDEN)) {
            if (!echoes->other.len && !is_blank(tree, i) && !may_begin(tree_text(tree, i), words))
                return false;
            plain_clean(tree_text(tree, i), words.len + 1, &echoes->other);
        }
    return span_equal_nocase(buffer_span(&echoes->other), words);
}

/* The link around a picture has words of its own. */
static bool link_has_words(const struct echoes *echoes, uint32_t picture)
{
    const struct tree *tree = echoes->tree;
    uint32_t link = echoes->link;
    if (link == TREE_NONE || picture >= tree->nodes[link].end)
        return false;
    for (uint32_t i = link + 1; i < tree->nodes[link].end && i - link < LINK_NODES; i++)
        if (tree->nodes[i].tag == TAG_TEXT && !(tree->nodes[i].flags & TREE_HIDDEN) &&
            !is_blank(tree, i))
            return true;
    return false;
}

/* The next words on the page begin with the same. */
static bool next_says(struct echoes *echoes, uint32_t picture, struct span words)
{
    const struct tree *tree = echoes->tree;
    for (uint32_t i = picture + 1; i < tree->node_count && i - picture < NEAR_NODES; i++) {
        if (tree->nodes[i].tag != TAG_TEXT || is_blank(tree, i))
            continue;
        if (tree->nodes[i].flags & TREE_HIDDEN || !may_begin(tree_text(tree, i), words))
            return false;
        buffer_clear(&echoes->other);
        plain_clean(tree_text(tree, i), words.len, &echoes->other);
        return span_equal_nocase(buffer_span(&echoes->other), words);
    }
    return false;
}

/* A picture outside of links can be asked for by itself, whatever words stand beside it; and what
 * is said at once for browsers without scripts is often the only one with an address. */
static enum plain_echo echo_kind(const struct echoes *echoes, uint32_t node, bool at_once)
{
    bool linked = echoes->link != TREE_NONE && node < echoes->tree->nodes[echoes->link].end;
    if (linked || node < echoes->picture_end || (at_once && node >= echoes->noscript_end))
        return PLAIN_ECHO;
    return PLAIN_ECHO_WORDS;
}

static bool is_echo(struct echoes *echoes, uint32_t node, struct span words, bool at_once)
{
    if (plain_is_file_name(words) && link_has_words(echoes, node))
        return true;
    if (at_once && (words.len >= SHORT || node < echoes->noscript_end))
        return true;
    if (words.len >= LONG && echoes->said[said_slot(echoes, key_of(words))])
        return true;
    return link_says(echoes, node, words) || (words.len >= SHORT && next_says(echoes, node, words));
}

/* Not in tables, where signs are values; and the first picture of a link is its name. */
static void judge_picture(struct echoes *echoes, uint32_t node)
{
    buffer_clear(&echoes->words);
    plain_clean(tree_attr(echoes->tree, node, ATTR_alt), WORDS_MAX, &echoes->words);
    struct span words = buffer_span(&echoes->words);
    if (!words.len)
        return;
    uint64_t key = key_of(words), last = echoes->last;
    bool is_name = node < echoes->picture_end && !echoes->named;
    echoes->last = key;
    echoes->named = true;
    if (node < echoes->table_end)
        return;
    if (!is_name && is_echo(echoes, node, words, last == key))
        echoes->found[node] = echo_kind(echoes, node, last == key);
    if (words.len >= LONG)
        remember(echoes, key);
}

/* A sign beside a heading that links to the heading itself says nothing to who cannot click it. */
static bool is_place_sign(struct echoes *echoes, uint32_t node)
{
    static const char signs[][5] = {"¶", "#", "§", "🔗"};
    const struct tree_node *at = &echoes->tree->nodes[node];
    if (at->link || at->end - node > NEAR_NODES || !tree_attr(echoes->tree, node, ATTR_href).len)
        return false;
    buffer_clear(&echoes->words);
    plain_words(echoes->tree, node, sizeof *signs, &echoes->words);
    struct span words = buffer_span(&echoes->words);
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (span_equal(words, span_of(signs[i])))
            return true;
    return false;
}

/* True when the link is a picture, and words that say as much lead to the same place. */
static bool judge_link(struct echoes *echoes, uint32_t node)
{
    const struct tree_node *at = &echoes->tree->nodes[node];
    if (!is_link(echoes->tree, node))
        return is_place_sign(echoes, node);
    if (!only_pictures(echoes->tree, node)) {
        echoes->link = node;
        return false;
    }
    echoes->picture_end = at->end;
    echoes->named = false;
    if (echoes->worded[at->link] <= PICTURED)
        return false;
    struct span words = words_of(echoes, node);
    return !words.len || plain_is_file_name(words) || key_of(words) == echoes->worded[at->link];
}

static bool judge_node(struct echoes *echoes, uint32_t node)
{
    const struct tree_node *at = &echoes->tree->nodes[node];
    switch (at->tag) {
    case TAG_TEXT:
        if (!is_blank(echoes->tree, node))
            echoes->last = 0;
        return true;
    case TAG_table:
        if (at->flags & TREE_DATA_TABLE && at->end > echoes->table_end)
            echoes->table_end = at->end;
        return true;
    case TAG_noscript:
        echoes->noscript_end = at->end;
        return true;
    case TAG_img:
        judge_picture(echoes, node);
        return true;
    case TAG_a:
        if (!judge_link(echoes, node))
            return true;
        echoes->found[node] = PLAIN_ECHO;
        return false;
    default:
        return true;
    }
}

static void each_node(struct echoes *echoes, bool judge)
{
    const struct tree *tree = echoes->tree;
    for (uint32_t i = 0; i < tree->node_count;) {
        uint32_t end = tree->nodes[i].end > i ? tree->nodes[i].end : i + 1;
        if (plain_skips(tree, i)) {
            i = end;
        } else if (!judge) {
            learn_node(echoes, i++);
        } else {
            i = judge_node(echoes, i) ? i + 1 : end;
        }
    }
}

static bool may_echo(const struct tree_node *node)
{
    return node->tag == TAG_img || (node->tag == TAG_a && !node->link);
}

bool plain_find_echoes(const struct tree *tree, struct arena *arena, const uint8_t **echoes_out)
{
    uint32_t first = 0;
    *echoes_out = NULL;
    while (first < tree->node_count && !may_echo(&tree->nodes[first]))
        first++;
    if (first == tree->node_count)
        return true;
    struct echoes echoes = {
        .tree = tree,
        .found = arena_alloc(arena, tree->node_count),
        .worded = arena_alloc(arena, ((size_t)tree->link_count + 1) * sizeof *echoes.worded),
        .said = arena_alloc(arena, SAID_ROOM * sizeof *echoes.said),
        .link = TREE_NONE};
    if (!echoes.found || !echoes.worded || !echoes.said)
        return false;
    buffer_init(&echoes.words, 2 * WORDS_MAX);
    buffer_init(&echoes.other, (size_t)LINK_NODES * WORDS_MAX);
    seek_pictures(&echoes);
    each_node(&echoes, false);
    each_node(&echoes, true);
    bool fits = !echoes.words.no_memory && !echoes.other.no_memory;
    buffer_free(&echoes.words);
    buffer_free(&echoes.other);
    *echoes_out = echoes.found;
    return fits;
}
