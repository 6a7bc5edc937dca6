/* SPDX-License-Identifier: ISC */
/* Edit distance (insert, delete, replace, swap of neighbours) over short words. */
#include "agent/config/nearest.h"

#include <stdint.h>
#include <string.h>

enum { WORD_MAX = 40 };

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t distance(const char *a, const char *b)
{
    size_t a_len = strlen(a), b_len = strlen(b);
    if (a_len > WORD_MAX || b_len > WORD_MAX)
        return SIZE_MAX;
    size_t rows[3][WORD_MAX + 1];
    for (size_t j = 0; j <= b_len; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= a_len; i++) {
        size_t *row = rows[i % 3], *above = rows[(i + 2) % 3], *higher = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= b_len; j++) {
            size_t cost = a[i - 1] == b[j - 1] ? 0 : 1;
            row[j] = least(least(above[j], row[j - 1]) + 1, above[j - 1] + cost);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = least(row[j], higher[j - 2] + 1);
        }
    }
    return rows[a_len % 3][b_len];
}

struct nearest nearest_to(const char *wanted)
{
    /* More than a third of the letters wrong is another word. */
    return (struct nearest){wanted, NULL, strlen(wanted) / 3 + 2};
}

void nearest_offer(struct nearest *nearest, const char *word)
{
    size_t far = distance(nearest->wanted, word);
    if (far < nearest->distance) {
        nearest->distance = far;
        nearest->word = word;
    }
}
