/* SPDX-License-Identifier: ISC */
/* The last look, paragraph by paragraph: heads and tails that are no text, boxes of links between. */
#include "render/article/article_parts.h"

enum {
    SOLID_CHARS = 60, /* own words of a sentence that is text whatever its links are */
    BOX_CHARS = 250,  /* a box of links is shorter */
    BARE_CHARS = 140, /* words outside of paragraphs, where the text is in paragraphs */
    SHORT_CHARS = 80, /* of a line at the end */
    LABEL_CHARS = 30, /* "See also:" */
    BYLINE_CHARS = 120,
    BIO_CHARS = 600,
    BOX_ROOM = 1000, /* an element with more in it is no box, whatever it is called */
    NAMES_ABOVE = 12
};

enum unit_kind {
    KIND_BARE,
    KIND_TEXT,
    KIND_HEADING,
    KIND_ITEM,
    KIND_CELL,
    KIND_CAPTION,
    KIND_CODE
};

struct trim {
    struct article *article;
    uint32_t first, end; /* units in the article */
    bool by_paragraphs;  /* its text is in paragraphs; what is not is suspect */
};

static enum unit_kind kind_of_tag(enum tree_tag tag)
{
    switch (tag) {
    case TAG_p:
    case TAG_blockquote:
        return KIND_TEXT;
    case TAG_li:
    case TAG_dd:
    case TAG_dt:
        return KIND_ITEM;
    case TAG_td:
    case TAG_th:
        return KIND_CELL;
    case TAG_figcaption:
    case TAG_figure:
        return KIND_CAPTION;
    case TAG_pre:
    case TAG_code:
        return KIND_CODE;
    default:
        return tree_is_heading(tag) ? KIND_HEADING : KIND_BARE;
    }
}

/* By the innermost element that says; a paragraph in a figure is a caption, code there is code. */
static enum unit_kind kind_of(const struct article *article, const struct article_unit *unit)
{
    enum unit_kind kind = KIND_BARE;
    const struct tree *tree = article->tree;
    for (uint32_t node = unit->block; node != TREE_NONE && node != article->top;
         node = tree->nodes[node].parent) {
        enum unit_kind here = kind_of_tag(tree->nodes[node].tag);
        if (here != KIND_BARE && (kind == KIND_BARE || (kind == KIND_TEXT && here == KIND_CAPTION)))
            kind = here;
        if (kind != KIND_BARE && kind != KIND_TEXT)
            break;
    }
    return kind;
}

/* What the small boxes around it are called. */
static unsigned names_above(const struct article *article, uint32_t node)
{
    unsigned names = 0;
    for (unsigned i = 0; i < NAMES_ABOVE && node != TREE_NONE && node != article->top; i++) {
        if (article->sums[node].chars < BOX_ROOM)
            names |= article->names[node];
        node = article->tree->nodes[node].parent;
    }
    return names;
}

static bool is_dropped(const struct article *article, const struct article_unit *unit)
{
    return article->dropped[unit->first];
}

static void drop_unit(struct article *article, const struct article_unit *unit)
{
    for (uint32_t i = unit->first; i < unit->end; i++)
        if (article->tree->nodes[i].tag == TAG_TEXT)
            article_drop(article, i);
}

static float density(const struct article_unit *unit)
{
    return (float)unit->link_chars / (float)unit->chars;
}

static bool is_solid(const struct article_unit *unit)
{
    return unit->chars - unit->link_chars >= SOLID_CHARS && article_ends_sentence(unit);
}

/* "Read more: ..." and its like, captions, and words that are in no paragraph. */
static bool is_box(const struct trim *trim, const struct article_unit *unit)
{
    const struct article *article = trim->article;
    enum unit_kind kind = kind_of(article, unit);
    if (kind == KIND_CODE || kind == KIND_CELL)
        return false;
    if (kind == KIND_CAPTION)
        return !article->captions;
    if (names_above(article, unit->block) & NAME_CAPTION && unit->chars < BOX_CHARS)
        return !article->captions;
    if (kind == KIND_BARE && trim->by_paragraphs && unit->chars < BARE_CHARS &&
        !article_ends_sentence(unit))
        return true;
    if ((kind != KIND_TEXT && kind != KIND_BARE) || is_solid(unit) || unit->chars >= BOX_CHARS)
        return false;
    return density(unit) >= 0.8f ||
           (density(unit) >= 0.5f && unit->colon && unit->lead_chars < LABEL_CHARS);
}

/* At either end of the text its kind may be enough to tell whether it is no part of it. */
static bool is_told_by_kind(const struct trim *trim, enum unit_kind kind, bool *edge_out)
{
    *edge_out = kind == KIND_HEADING || (kind == KIND_CAPTION && !trim->article->captions);
    return kind == KIND_CODE || kind == KIND_CELL || kind == KIND_HEADING || kind == KIND_CAPTION;
}

/* Before the first sentence: titles, by-lines, dates, links. */
static bool is_head(const struct trim *trim, const struct article_unit *unit)
{
    enum unit_kind kind = kind_of(trim->article, unit);
    bool edge;
    if (is_told_by_kind(trim, kind, &edge))
        return edge;
    unsigned names = names_above(trim->article, unit->block);
    if (names & (NAME_BYLINE | NAME_DATE) && unit->chars < BYLINE_CHARS)
        return true;
    if (is_solid(unit))
        return false;
    if (unit->chars < SOLID_CHARS)
        return !article_ends_sentence(unit) || density(unit) > 0.3f;
    return density(unit) > 0.5f || (!article_ends_sentence(unit) && unit->chars < BYLINE_CHARS);
}

/* Behind the last sentence: headings of what was dropped, tags, notes about the author. */
static bool is_tail(const struct trim *trim, const struct article_unit *unit)
{
    enum unit_kind kind = kind_of(trim->article, unit);
    bool edge;
    if (is_told_by_kind(trim, kind, &edge))
        return edge;
    unsigned names = names_above(trim->article, unit->block);
    if (names & (NAME_BYLINE | NAME_TAIL) && unit->chars < BIO_CHARS)
        return true;
    if (is_solid(unit))
        return false;
    if (density(unit) > 0.4f)
        return true;
    return kind != KIND_ITEM && unit->chars < SHORT_CHARS && !article_ends_sentence(unit);
}

static void survey(struct trim *trim)
{
    const struct article *article = trim->article;
    uint32_t from = article->top, to = article->tree->nodes[from].end, text = 0, bare = 0;
    trim->first = article->unit_count;
    for (uint32_t i = 0; i < article->unit_count; i++) {
        const struct article_unit *unit = &article->units[i];
        if (unit->first < from || unit->first >= to || is_dropped(article, unit))
            continue;
        if (trim->first == article->unit_count)
            trim->first = i;
        trim->end = i + 1;
        enum unit_kind kind = kind_of(article, unit);
        text += kind == KIND_TEXT ? unit->chars : 0;
        bare += kind == KIND_BARE ? unit->chars : 0;
    }
    trim->by_paragraphs = text > 2 * bare;
}

void article_trim(struct article *article)
{
    struct trim trim = {.article = article};
    survey(&trim);
    for (uint32_t i = trim.first; i < trim.end; i++)
        if (!is_dropped(article, &article->units[i]) && is_box(&trim, &article->units[i]))
            drop_unit(article, &article->units[i]);
    for (uint32_t i = trim.first; i < trim.end; i++) {
        if (is_dropped(article, &article->units[i]))
            continue;
        if (!is_head(&trim, &article->units[i]))
            break;
        drop_unit(article, &article->units[i]);
    }
    for (uint32_t i = trim.end; i-- > trim.first;) {
        if (is_dropped(article, &article->units[i]))
            continue;
        if (!is_tail(&trim, &article->units[i]))
            break;
        drop_unit(article, &article->units[i]);
    }
}
