/* SPDX-License-Identifier: ISC */
/* Tokens of well-formed HTML and the stack of open elements. */
#include "agent/reply/html_walk.h"

enum { ENTITY_MAX = 32, WORD_MAX = 64, CLOSE_EXTRA = 8, ITEM_MAX = 1000000000 };

static bool in_list(struct span name, const char *const *list)
{
    for (; *list; list++)
        if (span_equal_nocase(name, span_of(*list)))
            return true;
    return false;
}

static bool is_void(struct span name)
{
    static const char *const names[] = {"br",   "hr",    "img",  "wbr",    "meta",  "link", "input",
                                        "area", "embed", "base", "source", "track", "col",  NULL};
    return in_list(name, names);
}

bool html_is_block(struct span name)
{
    static const char *const names[] = {
        "p",          "div",  "ul",      "ol",      "li",         "dl",      "dd",
        "table",      "tr",   "h1",      "h2",      "h3",         "h4",      "h5",
        "h6",         "pre",  "section", "article", "details",    "figure",  "header",
        "blockquote", "form", "footer",  "dt",      "figcaption", "address", "caption",
        "main",       "nav",  "aside",   "hr",      "br",         NULL};
    return in_list(name, names);
}

static bool is_space(char byte)
{
    return byte == ' ' || byte == '\n' || byte == '\t' || byte == '\r' || byte == '\f';
}

/* Length of a tag, quoted values passed over; 0 when it has no end. */
static size_t tag_length(struct span text)
{
    char quote = 0;
    for (size_t i = 1; i < text.len; i++) {
        char byte = text.at[i];
        if (quote)
            quote = byte == quote ? 0 : quote;
        else if (byte == '"' || byte == '\'')
            quote = byte;
        else if (byte == '>')
            return i + 1;
    }
    return 0;
}

static struct span tag_name(struct span tag)
{
    size_t from = tag.len > 1 && tag.at[1] == '/' ? 2 : 1, to = from;
    while (to < tag.len && !is_space(tag.at[to]) && tag.at[to] != '>' && tag.at[to] != '/')
        to++;
    return (struct span){tag.at + from, to - from};
}

/* Letters and digits, a letter first: in any other name a quote might stand. */
static bool is_name(struct span name)
{
    for (size_t i = 0; i < name.len; i++)
        if (!((name.at[i] >= 'a' && name.at[i] <= 'z') ||
              (name.at[i] >= 'A' && name.at[i] <= 'Z') ||
              (i > 0 && name.at[i] >= '0' && name.at[i] <= '9')))
            return false;
    return name.len > 0;
}

static void read_tag(struct span rest, struct html_token *token)
{
    struct span comment = SPAN_LITERAL("<!--");
    if (span_starts_nocase(rest, comment)) {
        ptrdiff_t end = span_find(rest, SPAN_LITERAL("-->"));
        token->text = (struct span){rest.at, end < 0 ? rest.len : (size_t)end + 3};
        token->kind = HTML_OTHER;
        return;
    }
    size_t len = tag_length(rest);
    if (len == 0) {
        token->text = rest;
        token->kind = HTML_OTHER;
        return;
    }
    token->text = (struct span){rest.at, len};
    token->name = tag_name(token->text);
    if (!is_name(token->name))
        token->kind = HTML_OTHER;
    else if (rest.at[1] == '/')
        token->kind = HTML_END;
    else
        token->kind = is_void(token->name) ? HTML_VOID : HTML_START;
}

static size_t entity_length(struct span text)
{
    for (size_t i = 1; i < text.len && i < ENTITY_MAX; i++) {
        if (text.at[i] == ';')
            return i + 1;
        if (text.at[i] == '&' || text.at[i] == '<' || is_space(text.at[i]))
            break;
    }
    return 1;
}

/* One word with the blank behind it; long ones end between characters. */
static size_t word_length(struct span text)
{
    size_t len = 0;
    while (len < text.len) {
        char byte = text.at[len];
        bool inside = ((unsigned char)byte & 0xC0) == 0x80;
        if (byte == '<' || (byte == '&' && len) || (len >= WORD_MAX && !inside) ||
            len >= WORD_MAX + 4)
            break;
        len++;
        if (is_space(byte))
            break;
    }
    return len;
}

bool html_token_next(struct span *rest, struct html_token *token_out)
{
    if (rest->len == 0)
        return false;
    *token_out = (struct html_token){.kind = HTML_WORD};
    if (rest->at[0] == '<')
        read_tag(*rest, token_out);
    else if (rest->at[0] == '&')
        token_out->text = (struct span){rest->at, entity_length(*rest)};
    else
        token_out->text = (struct span){rest->at, word_length(*rest)};
    *rest = span_from(*rest, token_out->text.len);
    return true;
}

/* ---- walking ---- */

size_t html_tag_cost(struct span tag)
{
    size_t cost = tag.len;
    for (size_t i = 0; i < tag.len; i++)
        cost += tag.at[i] < ' ' || tag.at[i] > '~' || tag.at[i] == '=' ? 2 : 0;
    return cost;
}

void html_walk_begin(struct html_walk *walk, struct mime_body *body, size_t max_tag)
{
    walk->body = body;
    walk->max_tag = max_tag;
    walk->depth = walk->beyond = walk->closing = 0;
    walk->said = false;
}

/* `attribute` is written as it stands in our own HTML: " start=". */
bool html_tag_number(struct span tag, struct span attribute, int64_t *number_out)
{
    uint64_t number;
    ptrdiff_t at = span_find(tag, attribute);
    if (at < 0)
        return false;
    struct span value = span_from(tag, (size_t)at + attribute.len + 1);
    ptrdiff_t end = span_find_byte(value, '"');
    bool minus = value.len && value.at[0] == '-';
    if (end < 0 || !span_to_u64((struct span){value.at + minus, (size_t)end - minus}, &number) ||
        number > ITEM_MAX)
        return false;
    *number_out = minus ? -(int64_t)number : (int64_t)number;
    return true;
}

static bool is_reversed(struct span tag)
{
    return span_find(tag, SPAN_LITERAL(" reversed")) >= 0;
}

/* A list begins to count, an item counts. */
static void count_item(struct html_walk *walk, struct span tag)
{
    size_t level = walk->depth - 1;
    walk->next_item[level] = 1;
    if (span_equal_nocase(tag_name(tag), SPAN_LITERAL("ol")))
        html_tag_number(tag, SPAN_LITERAL(" start="), &walk->next_item[level]);
    if (level == 0 || !span_equal_nocase(tag_name(tag), SPAN_LITERAL("li")))
        return;
    html_tag_number(tag, SPAN_LITERAL(" value="), &walk->next_item[level - 1]);
    walk->next_item[level - 1] += is_reversed(walk->open[level - 1]) ? -1 : 1;
}

bool html_walk_numbers(const struct html_walk *walk, size_t level, int64_t *number_out)
{
    struct span tag = walk->open[level];
    int64_t start;
    bool reversed = is_reversed(tag);
    if (!span_equal_nocase(tag_name(tag), SPAN_LITERAL("ol")) ||
        (reversed && !html_tag_number(tag, SPAN_LITERAL(" start="), &start)))
        return false;
    bool open = level + 1 < walk->depth &&
                span_equal_nocase(tag_name(walk->open[level + 1]), SPAN_LITERAL("li"));
    *number_out = walk->next_item[level] - (open ? (reversed ? -1 : 1) : 0);
    return true;
}

static bool push(struct html_walk *walk, struct span tag)
{
    if (walk->depth == HTML_WALK_DEPTH || walk->beyond) {
        walk->beyond++;
        return false;
    }
    walk->open[walk->depth++] = tag;
    count_item(walk, tag);
    walk->closing += tag_name(tag).len + CLOSE_EXTRA;
    return true;
}

static void write_bare(struct html_walk *walk, struct span name)
{
    mime_body_text(walk->body, "<");
    mime_body_add(walk->body, name);
    mime_body_text(walk->body, ">");
}

/* Line ends go inside the tags, where they are never shown, so that lines stay short. */
void html_walk_open(struct html_walk *walk, struct span tag)
{
    if (!push(walk, tag))
        return;
    struct span name = tag_name(tag);
    mime_body_text(walk->body, "<");
    mime_body_add(walk->body, name);
    mime_body_text(walk->body, "\n");
    if (html_tag_cost(tag) <= walk->max_tag)
        mime_body_add(walk->body, span_from(tag, (size_t)(name.at + name.len - tag.at)));
    else
        mime_body_text(walk->body, ">");
}

static void write_end(struct html_walk *walk, struct span name)
{
    mime_body_text(walk->body, "</");
    mime_body_add(walk->body, name);
    mime_body_text(walk->body, "\n>");
}

static void pop(struct html_walk *walk)
{
    walk->depth--;
    walk->closing -= tag_name(walk->open[walk->depth]).len + CLOSE_EXTRA;
}

/* The end of an element that was not kept; a block's words are not run into what follows. */
static void end_beyond(struct html_walk *walk, struct span name)
{
    walk->beyond--;
    if (!walk->said || !html_is_block(name))
        return;
    mime_body_text(walk->body, "<br>");
    walk->said = false;
}

/* Passes over an end tag without a start tag; closes what was left open inside. */
static void end_element(struct html_walk *walk, const struct html_token *token)
{
    if (walk->beyond) {
        end_beyond(walk, token->name);
        return;
    }
    size_t at = walk->depth;
    while (at > 0 && !span_equal_nocase(tag_name(walk->open[at - 1]), token->name))
        at--;
    if (at == 0)
        return;
    while (walk->depth > at) {
        write_end(walk, tag_name(walk->open[walk->depth - 1]));
        pop(walk);
    }
    pop(walk);
    mime_body_add(walk->body, token->text);
}

void html_walk_token(struct html_walk *walk, const struct html_token *token)
{
    bool tag = token->kind == HTML_START || token->kind == HTML_VOID;
    walk->said |= token->kind == HTML_WORD && !is_space(token->text.at[0]);
    if (token->kind == HTML_END)
        end_element(walk, token);
    else if (token->kind == HTML_START && !push(walk, token->text))
        return;
    else if (tag && html_tag_cost(token->text) > walk->max_tag)
        write_bare(walk, token->name);
    else if (token->kind != HTML_OTHER)
        mime_body_add(walk->body, token->text);
}

void html_walk_close(struct html_walk *walk)
{
    while (walk->depth > 0) {
        write_end(walk, tag_name(walk->open[walk->depth - 1]));
        pop(walk);
    }
}
