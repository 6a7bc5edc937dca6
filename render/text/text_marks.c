/* SPDX-License-Identifier: ISC */
/*
 * Marks around the words of inline elements, set when the element ends and its words are known:
 * *stress*, ~~taken out~~, x^2, a_(i,j), and what an abbreviation stands for, the first time.  Words
 * that stars would not help, long ones and parts of a word, stay as they are.
 */
#include "render/text/text.h"

#include "agent/base/charset.h"

#include <string.h>

enum {
    STRESS_MAX = 80, /* bytes between stars */
    DELETED_MAX = 1024,
    POWER_MAX = 64,
    ABBR_MAX = 40,
    TITLE_MAX = 200,
    LOOK_AHEAD = 4
};

/* ---- the paragraph ---- */

/* Puts marks into the paragraph; `at` is not far from its end. */
static void insert(struct text_writer *writer, size_t at, const char *mark)
{
    struct buffer *para = &writer->para;
    size_t len = strlen(mark), tail = para->len - at;
    if (!buffer_add(para, mark, len))
        return;
    memmove(para->at + at + len, para->at + at, tail);
    memcpy(para->at + at, mark, len);
    if (writer->mark_end > at)
        writer->mark_end += len;
    if (writer->thing_end > at)
        writer->thing_end += len;
}

static void enclose(struct text_writer *writer, size_t start, size_t end, const char *before,
                    const char *after)
{
    insert(writer, end, after);
    insert(writer, start, before);
}

static bool holds(struct span words, const char *bytes)
{
    for (size_t i = 0; i < words.len; i++)
        if (strchr(bytes, words.at[i]))
            return true;
    return false;
}

/* True when the word goes on behind the element. */
static bool word_goes_on(const struct text_writer *writer, uint32_t node)
{
    const struct tree *tree = writer->tree;
    uint32_t at = tree->nodes[node].end;
    for (int seen = 0; seen < LOOK_AHEAD && at < tree->node_count; seen++, at++) {
        if (text_is_block(tree, at) || tree->nodes[at].tag == TAG_br)
            return false;
        struct span text = tree_text(tree, at);
        if (text.len)
            return text_is_word_byte(text.at[0]);
    }
    return false;
}

/* ---- stress and what was taken out ---- */

static void mark_stress(struct text_writer *writer, uint32_t node, size_t start, struct span words)
{
    bool whole = start == 0 || !text_is_word_byte(writer->para.at[start - 1]);
    if (writer->blind || writer->unmarked || writer->pre || words.len > STRESS_MAX || !whole ||
        holds(words, "\n\1\2*[]^_") || !text_is_word_byte(words.at[0]) ||
        (start + words.len == writer->para.len && word_goes_on(writer, node)))
        return;
    enclose(writer, start, start + words.len, "*", "*");
}

static void mark_deleted(struct text_writer *writer, size_t start, struct span words)
{
    if (words.len > DELETED_MAX || holds(words, "\n"))
        return;
    if (writer->blind)
        enclose(writer, start, start + words.len, "(deleted: ", ")");
    else
        enclose(writer, start, start + words.len, "~~", "~~");
}

/* ---- powers ---- */

static bool is_one_of(struct span words, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (span_equal(words, span_of(list[i])))
            return true;
    return false;
}

static bool is_ordinal(const struct text_writer *writer, size_t start, struct span words)
{
    static const char *const endings[] = {"st", "nd", "rd", "th", "er", "re", "e", "me", "ème"};
    char before = start ? writer->para.at[start - 1] : ' ';
    bool counts =
        (before >= '0' && before <= '9') || before == 'I' || before == 'V' || before == 'X';
    return counts && is_one_of(words, endings, sizeof endings / sizeof *endings);
}

/* Signs that are raised by nature: degrees, trade marks, daggers. */
static bool is_raised_sign(struct span words)
{
    static const uint32_t signs[] = {0xa9,   0xaa,   0xae,   0xb0,   0xba,   0x2020,
                                     0x2021, 0x2032, 0x2033, 0x2117, 0x2120, 0x2122};
    uint32_t code;
    if (!charset_next(&words, &code))
        return false;
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (code == signs[i])
            return true;
    return false;
}

/* One number or word, perhaps with a sign before it or a link's number behind it. */
static bool is_simple(struct span words)
{
    bool bracketed = words.at[0] == '[' && words.at[words.len - 1] == ']';
    size_t end = words.len, sign = words.at[0] == '-' || words.at[0] == '+';
    ptrdiff_t glue = span_find_byte(words, TEXT_GLUE);
    if (glue > 0)
        end = (size_t)glue;
    if (bracketed || words.len == 1 || words.at[0] == '(')
        return true;
    for (size_t i = sign; i < end; i++)
        if (!text_is_word_byte(words.at[i]) && words.at[i] != '.')
            return false;
    return true;
}

/* A number that leads to a note on the same page. */
static bool is_note(const struct text_writer *writer, uint32_t node)
{
    uint32_t child = writer->tree->nodes[node].first_child;
    if (child == TREE_NONE || writer->tree->nodes[child].tag != TAG_a)
        return false;
    struct span href = span_trim(tree_attr(writer->tree, child, ATTR_href));
    return href.len && href.at[0] == '#';
}

/* "(1)", with a blank before it. */
static void mark_note(struct text_writer *writer, size_t start, struct span words)
{
    size_t end = start + words.len;
    bool bracketed = words.at[0] == '[' && words.at[words.len - 1] == ']';
    const char *before = start && text_is_word_byte(writer->para.at[start - 1]) ? " (" : "(";
    if (!bracketed) {
        enclose(writer, start, end, before, ")");
        return;
    }
    writer->para.at[start] = '(';
    writer->para.at[end - 1] = ')';
    if (before[0] == ' ')
        insert(writer, start, " ");
}

static void mark_power(struct text_writer *writer, uint32_t node, size_t start, struct span words)
{
    static const char *const rights[] = {"TM", "SM", "R"};
    bool raised = writer->tree->nodes[node].tag == TAG_sup;
    if (words.len > POWER_MAX || holds(words, "\n") ||
        (raised && (is_ordinal(writer, start, words) || is_raised_sign(words))))
        return;
    if (writer->blind && is_note(writer, node)) {
        mark_note(writer, start, words);
        return;
    }
    if (raised && is_one_of(words, rights, sizeof rights / sizeof *rights))
        enclose(writer, start, start + words.len, "(", ")");
    else if (is_simple(words))
        insert(writer, start, raised ? "^" : "_");
    else
        enclose(writer, start, start + words.len, raised ? "^(" : "_(", ")");
}

/* ---- abbreviations ---- */

static uint64_t hash(uint64_t seed, struct span text)
{
    for (size_t i = 0; i < text.len; i++)
        seed = (seed ^ (unsigned char)text.at[i]) * 1099511628211u;
    return seed;
}

/* True the first time, as long as there is room to remember. */
static bool is_new(struct text_writer *writer, struct span words, struct span title)
{
    uint64_t key = hash(hash(14695981039346656037u, words), title) | 1;
    size_t slot = key / 2 % TEXT_ABBRS;
    if (writer->abbr_count >= TEXT_ABBRS / 2)
        return false;
    for (; writer->abbrs[slot]; slot = (slot + 1) % TEXT_ABBRS)
        if (writer->abbrs[slot] == key)
            return false;
    writer->abbrs[slot] = key;
    writer->abbr_count++;
    return true;
}

static void spell_out(struct text_writer *writer, uint32_t node, size_t start, struct span words)
{
    struct span title = span_trim(tree_attr(writer->tree, node, ATTR_title));
    if (!title.len || title.len > TITLE_MAX || words.len > ABBR_MAX || writer->pre ||
        span_equal_nocase(title, words) || !is_new(writer, words, title))
        return;
    struct buffer text;
    buffer_init(&text, 4 * TITLE_MAX);
    buffer_add_text(&text, " (");
    plain_clean(title, TITLE_MAX, &text);
    if (text.len > 2) {
        buffer_add_byte(&text, ')');
        insert(writer, start + words.len, text.at);
    }
    writer->para.failed |= text.failed;
    buffer_free_into(&text, &writer->para);
}

/* ---- the two events ---- */

bool text_mark_open(struct text_writer *writer, uint32_t node)
{
    switch (writer->tree->nodes[node].tag) {
    case TAG_abbr:
    case TAG_b:
    case TAG_del:
    case TAG_em:
    case TAG_s:
    case TAG_strike:
    case TAG_strong:
    case TAG_sub:
    case TAG_sup:
        break;
    default:
        return false;
    }
    struct text_mark mark = {node, writer->paragraph, writer->para.len};
    buffer_add(&writer->marks, &mark, sizeof mark);
    return true;
}

static void mark(struct text_writer *writer, uint32_t node, size_t start, struct span words)
{
    switch (writer->tree->nodes[node].tag) {
    case TAG_sub:
    case TAG_sup:
        mark_power(writer, node, start, words);
        break;
    case TAG_del:
    case TAG_s:
    case TAG_strike:
        mark_deleted(writer, start, words);
        break;
    case TAG_abbr:
        spell_out(writer, node, start, words);
        break;
    default:
        mark_stress(writer, node, start, words);
        break;
    }
}

void text_mark_close(struct text_writer *writer, uint32_t node)
{
    size_t count = writer->marks.len / sizeof(struct text_mark);
    if (!count)
        return;
    struct text_mark *top = (struct text_mark *)(void *)writer->marks.at + count - 1;
    if (top->node != node)
        return;
    writer->marks.len -= sizeof *top;
    if (top->paragraph != writer->paragraph || writer->para.len <= top->start)
        return;
    size_t start = top->start, end = writer->para.len;
    if (end - start > DELETED_MAX)
        return;
    while (start < end && strchr(" \n\1", writer->para.at[start]))
        start++;
    while (end > start && strchr(" \n\1", writer->para.at[end - 1]))
        end--;
    if (end > start)
        mark(writer, node, start, (struct span){writer->para.at + start, end - start});
}
