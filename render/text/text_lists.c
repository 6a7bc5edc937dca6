/* SPDX-License-Identifier: ISC */
/* How lists count, and the marks of their items. */
#include "render/text/text.h"

#include <string.h>

enum { ROMAN_MAX = 3999, ITEMS_MAX = 100000 };

static void roman(char *mark, unsigned value, bool upper)
{
    static const struct {
        unsigned value;
        const char *text;
    } parts[] = {{1000, "m"}, {900, "cm"}, {500, "d"}, {400, "cd"}, {100, "c"},
                 {90, "xc"},  {50, "l"},   {40, "xl"}, {10, "x"},   {9, "ix"},
                 {5, "v"},    {4, "iv"},   {1, "i"}};
    size_t len = 0;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        for (; value >= parts[i].value; value -= parts[i].value)
            for (const char *at = parts[i].text; *at; at++)
                mark[len++] = upper ? (char)(*at - 'a' + 'A') : *at;
    mark[len] = '\0';
}

static void letters(char *mark, unsigned value, char first)
{
    char turned[TEXT_MARK_SIZE];
    size_t len = 0, at = 0;
    for (; value; value = (value - 1) / 26)
        turned[len++] = (char)(first + (value - 1) % 26);
    while (len)
        mark[at++] = turned[--len];
    mark[at] = '\0';
}

static void decimal(char *mark, int32_t number)
{
    char turned[12];
    size_t len = 0, at = 0;
    uint32_t value = number < 0 ? -(uint32_t)number : (uint32_t)number;
    if (number < 0)
        mark[at++] = '-';
    do
        turned[len++] = (char)('0' + value % 10);
    while (value /= 10);
    while (len)
        mark[at++] = turned[--len];
    mark[at] = '\0';
}

void text_list_mark(const struct text_frame *list, char mark[TEXT_MARK_SIZE])
{
    int32_t number = list->number;
    bool numerals = list->numerals == 'i' || list->numerals == 'I';
    if (number > 0 && numerals && number <= ROMAN_MAX)
        roman(mark, (unsigned)number, list->numerals == 'I');
    else if (number > 0 && (list->numerals == 'a' || list->numerals == 'A'))
        letters(mark, (unsigned)number, list->numerals);
    else
        decimal(mark, number);
    size_t len = strlen(mark);
    memcpy(mark + len, ". ", 3);
}

int32_t text_list_count(const struct tree *tree, uint32_t node)
{
    int32_t count = 0;
    uint32_t child = tree->nodes[node].first_child;
    for (; child != TREE_NONE && count < ITEMS_MAX; child = tree->nodes[child].next)
        count += tree->nodes[child].tag == TAG_li && !plain_skips(tree, child);
    return count;
}

void text_list_numbers(const struct tree *tree, uint32_t node, struct text_frame *list)
{
    struct span type = span_trim(tree_attr(tree, node, ATTR_type));
    bool known = type.len == 1 && strchr("aAiI", type.at[0]);
    bool reversed = tree_attr(tree, node, ATTR_reversed).at;
    list->numerals = known ? type.at[0] : '1';
    list->step = reversed ? -1 : 1;
    if (!plain_integer(tree_attr(tree, node, ATTR_start), &list->number))
        list->number = reversed ? text_list_count(tree, node) : 1;
}
