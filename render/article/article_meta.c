/* SPDX-License-Identifier: ISC */
/* What a page says of its article by its head and by its elements. */
#include "render/article/article_parts.h"
#include "render/page/building.h"
#include "render/plain.h"

enum { BYLINE_MAX = 200, BYLINE_NODES = 64, DATE_MAX = 60, TITLE_MAX = 500 };

/* Names of a <meta>, the best first. */
static const char titles[][24] = {"dc.title", "dcterms.title", "og:title", "twitter:title"};
static const char authors[][24] = {"dc.creator", "dcterms.creator", "author", "article:author",
                                   "byl",        "parsely-author"};
static const char dates[][24] = {
    "article:published_time", "datepublished", "pubdate", "parsely-pub-date",
    "dc.date.issued",         "dc.date",       "date"};
static const char images[][24] = {"og:image", "og:image:url", "twitter:image", "twitter:image:src"};

/* Upper case counts as lower, a colon as a dot. */
static bool is_name(struct span word, const char *name)
{
    size_t i = 0;
    for (; i < word.len && name[i]; i++) {
        char byte = word.at[i] == ':' ? '.' : word.at[i], wanted = name[i] == ':' ? '.' : name[i];
        if (byte >= 'A' && byte <= 'Z')
            byte = (char)(byte - 'A' + 'a');
        if (byte != wanted)
            return false;
    }
    return i == word.len && !name[i];
}

/* A property is a list of names. */
static bool is_called(const struct tree *tree, uint32_t node, const char *name)
{
    static const enum tree_attr_name attrs[] = {ATTR_property, ATTR_name, ATTR_itemprop};
    for (size_t i = 0; i < sizeof attrs / sizeof *attrs; i++) {
        struct span names = tree_attr(tree, node, attrs[i]), word;
        while (span_next_word(&names, &word))
            if (is_name(word, name))
                return true;
    }
    return false;
}

static struct span meta_of(const struct tree *tree, const char (*names)[24], size_t count)
{
    struct span best = {NULL, 0};
    for (uint32_t i = 0; i < tree->node_count; i++)
        for (size_t rank = 0; tree->nodes[i].tag == TAG_meta && rank < count; rank++)
            if (is_called(tree, i, names[rank])) {
                struct span content = span_trim(tree_attr(tree, i, ATTR_content));
                if (content.len) {
                    best = content;
                    count = rank; /* only better ones from here */
                }
                break;
            }
    return best;
}

#define META_OF(tree, names) meta_of((tree), (names), sizeof(names) / sizeof *(names))

static bool is_url(struct span text)
{
    return span_find_byte(text, ' ') < 0 && span_find(text, SPAN_LITERAL("://")) >= 0;
}

static bool take(struct arena *arena, struct span text, size_t max, struct span *taken)
{
    text = span_trim(text);
    if (taken->len || !text.len || text.len > max)
        return true;
    *taken = building_line(arena, text);
    return taken->at;
}

static bool take_words(struct arena *arena, const struct tree *tree, uint32_t node, size_t max,
                       struct span *taken)
{
    struct buffer words;
    buffer_init(&words, 2 * max);
    plain_words(tree, node, 2 * max - 4, &words);
    bool done = !words.no_memory && take(arena, buffer_span(&words), max, taken);
    buffer_free(&words);
    return done;
}

static bool is_byline(const struct article *article, uint32_t node)
{
    const struct tree *tree = article->tree;
    return span_equal_nocase(tree_attr(tree, node, ATTR_rel), SPAN_LITERAL("author")) ||
           span_find(tree_attr(tree, node, ATTR_itemprop), SPAN_LITERAL("author")) >= 0 ||
           (article->names[node] & NAME_BYLINE);
}

/* The name alone, where the by-line has more beside it. */
static uint32_t author_in(const struct tree *tree, uint32_t node)
{
    for (uint32_t i = node + 1; i < tree->nodes[node].end && i - node < BYLINE_NODES; i++)
        if (span_equal_nocase(tree_attr(tree, i, ATTR_rel), SPAN_LITERAL("author")) ||
            span_equal(tree_attr(tree, i, ATTR_itemprop), SPAN_LITERAL("name")))
            return i;
    return node;
}

static bool has_digit(struct span text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.at[i] >= '0' && text.at[i] <= '9')
            return true;
    return false;
}

/* Without the marks that part it from its neighbours, and the date behind one. */
static struct span bare_byline(struct span line)
{
    static const char marks[][4] = {"-", "|",      "/",      ",",      ";",
                                    ":", "\u2014", "\u2013", "\u00b7", "\u2022"};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        struct span mark = span_of(marks[i]);
        ptrdiff_t at = span_find(line, mark);
        if (at > 1 && line.at[at - 1] == ' ' && has_digit(span_from(line, (size_t)at)))
            line = span_trim((struct span){line.at, (size_t)at});
    }
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        struct span mark = span_of(marks[i]);
        while (line.len > mark.len && span_equal(span_from(line, line.len - mark.len), mark)) {
            line = span_trim((struct span){line.at, line.len - mark.len});
            i = 0;
        }
    }
    return line;
}

/* The time that an element gives for machines. */
static struct span time_of(const struct tree *tree, uint32_t node)
{
    if (tree->nodes[node].tag == TAG_time)
        return tree_attr(tree, node, ATTR_datetime);
    if (span_find(tree_attr(tree, node, ATTR_itemprop), SPAN_LITERAL("datePublished")) < 0)
        return (struct span){NULL, 0};
    struct span content = tree_attr(tree, node, ATTR_content);
    return content.len ? content : tree_attr(tree, node, ATTR_datetime);
}

/* By elements near the text, in the order of the page; comments have names and dates as well. */
static bool take_elements(const struct article *article, struct arena *arena,
                          struct extract *extract)
{
    const struct tree *tree = article->tree;
    uint32_t end = article->top == TREE_NONE ? 0 : tree->nodes[article->top].end;
    bool done = true;
    for (uint32_t i = 0; done && i < end; i++) {
        if (tree->nodes[i].tag == TAG_TEXT || article_never_shown(article, i))
            continue;
        if (!extract->byline.len && is_byline(article, i)) {
            done = take_words(arena, tree, author_in(tree, i), BYLINE_MAX, &extract->byline);
            extract->byline = bare_byline(extract->byline);
        }
        if (done && !extract->date.len)
            done = take(arena, time_of(tree, i), DATE_MAX, &extract->date);
    }
    return done;
}

/* A heading that begins the title, or is most of it. */
static bool is_title(const struct tree *tree, uint32_t node, struct span words)
{
    ptrdiff_t at = words.len ? span_find(tree->title, words) : -1;
    if (at < 0 || words.len * 3 <= tree->title.len)
        return false;
    return at == 0 || (tree->nodes[node].tag == TAG_h1 && words.len * 2 > tree->title.len);
}

/* The heading that the page's title contains is the title without the site's name. */
static bool take_heading(const struct tree *tree, struct arena *arena, struct span *title)
{
    bool done = true;
    for (uint32_t i = 0; done && i < tree->node_count && !title->len; i++) {
        struct span words = {NULL, 0};
        if ((tree->nodes[i].tag != TAG_h1 && tree->nodes[i].tag != TAG_h2) ||
            tree->nodes[i].flags & TREE_HIDDEN)
            continue;
        done = take_words(arena, tree, i, TITLE_MAX, &words);
        if (done && is_title(tree, i, words))
            *title = words;
    }
    return done;
}

static bool take_image(const struct tree *tree, struct arena *arena, struct extract *extract)
{
    struct span image = META_OF(tree, images), url;
    if (!image.len || !url_resolve(arena, tree->base.text ? &tree->base : NULL, image, &url))
        return true;
    bool web = span_starts_nocase(url, SPAN_LITERAL("http"));
    return !web || take(arena, url, URL_MAX_BYTES, &extract->image);
}

bool article_meta(const struct article *article, struct arena *arena, struct extract *extract)
{
    const struct tree *tree = article->tree;
    struct span author = META_OF(tree, authors);
    return take_heading(tree, arena, &extract->title) &&
           take(arena, META_OF(tree, titles), TITLE_MAX, &extract->title) &&
           (is_url(author) || take(arena, author, BYLINE_MAX, &extract->byline)) &&
           take(arena, META_OF(tree, dates), DATE_MAX, &extract->date) &&
           take_elements(article, arena, extract) && take_image(tree, arena, extract);
}
