/* SPDX-License-Identifier: ISC */
/* How alike two lists of words are: as a heap of words, in their order, in what they stand in. */
#include "test/oracle/oracle.h"

#include <stdlib.h>
#include <string.h>

static int compare_text(const struct word *a, const struct word *b)
{
    size_t len = a->text.len < b->text.len ? a->text.len : b->text.len;
    int order = len ? memcmp(a->text.at, b->text.at, len) : 0;
    return order ? order : (a->text.len > b->text.len) - (a->text.len < b->text.len);
}

static int by_text(const void *a, const void *b)
{
    const struct word *first = a, *second = b;
    int order = compare_text(first, second);
    return order ? order : (first->path > second->path) - (first->path < second->path);
}

static int by_place(const void *a, const void *b)
{
    const struct word *first = a, *second = b;
    return (first->at > second->at) - (first->at < second->at);
}

static struct word *sorted(const struct word_list *words)
{
    struct word *list = malloc((words->count + 1) * sizeof *list);
    if (!list)
        abort();
    if (words->count)
        memcpy(list, words_at(words), words->count * sizeof *list);
    qsort(list, words->count, sizeof *list, by_text);
    return list;
}

/* How many of the words from `from` on are the same. */
static size_t run_of(const struct word *list, size_t count, size_t from)
{
    size_t to = from + 1;
    while (to < count && compare_text(&list[from], &list[to]) == 0)
        to++;
    return to - from;
}

/* Of two runs of one word: how many are within the same elements. */
static size_t shaped_in(const struct word *a, size_t na, const struct word *b, size_t nb)
{
    size_t shaped = 0;
    for (size_t i = 0, j = 0; i < na && j < nb;) {
        bool same = a[i].path == b[j].path;
        shaped += same;
        bool first = a[i].path <= b[j].path;
        j += same || !first;
        i += first;
    }
    return shaped;
}

/* The length of the longest run of places that grow, not necessarily next to each other. */
static size_t longest_growing(const uint32_t *places, size_t count)
{
    uint32_t *ends = malloc((count + 1) * sizeof *ends);
    size_t len = 0;
    for (size_t i = 0; ends && i < count; i++) {
        size_t low = 0, high = len;
        while (low < high) {
            size_t middle = (low + high) / 2;
            if (ends[middle] < places[i])
                low = middle + 1;
            else
                high = middle;
        }
        ends[low] = places[i];
        len += low == len;
    }
    free(ends);
    return len;
}

/* `pairs` are words of the oracle with our place in `path`. */
static void compare_order(struct word *pairs, struct likeness *likeness)
{
    uint32_t *places = malloc((likeness->once + 1) * sizeof *places);
    if (!places)
        abort();
    qsort(pairs, likeness->once, sizeof *pairs, by_place);
    for (size_t i = 0; i < likeness->once; i++)
        places[i] = (uint32_t)pairs[i].path;
    likeness->ordered = longest_growing(places, likeness->once);
    free(places);
}

struct likeness words_compare(const struct word_list *wanted, const struct word_list *found)
{
    struct likeness likeness = {.wanted = wanted->count, .found = found->count};
    struct word *a = sorted(wanted), *b = sorted(found);
    struct word *pairs = malloc((wanted->count + 1) * sizeof *pairs);
    for (size_t i = 0, j = 0; pairs && i < wanted->count && j < found->count;) {
        int order = compare_text(&a[i], &b[j]);
        size_t na = run_of(a, wanted->count, i), nb = run_of(b, found->count, j);
        if (order == 0) {
            likeness.common += na < nb ? na : nb;
            likeness.shaped += shaped_in(a + i, na, b + j, nb);
        }
        if (order == 0 && na == 1 && nb == 1) {
            pairs[likeness.once] = a[i];
            pairs[likeness.once++].path = b[j].at;
        }
        i += order <= 0 ? na : 0;
        j += order >= 0 ? nb : 0;
    }
    if (pairs)
        compare_order(pairs, &likeness);
    free(pairs);
    free(a);
    free(b);
    return likeness;
}
