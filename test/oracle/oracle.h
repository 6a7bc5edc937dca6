/* SPDX-License-Identifier: ISC */
/*
 * oracle: what gumbo, a parser of the HTML standard's own rules, makes of a page, as a tree of ours
 * that goes through the same passes; and what is to be seen in a tree, as words to be compared.
 */
#ifndef WWW4MAIL_TEST_ORACLE_ORACLE_H
#define WWW4MAIL_TEST_ORACLE_ORACLE_H

#include "render/construct/maker.h"

/* A word that is shown, or a picture, rule, line end or field; with a hash of the elements that it
 * is in, links and classes included. */
struct word {
    struct span text; /* in the list's bytes; known once the list is whole */
    uint32_t at, len;
    uint64_t path;
};

struct word_list {
    struct buffer bytes, list;
    size_t count;
};

struct likeness {
    size_t wanted, found, common; /* words of the oracle, of ours, of both */
    size_t ordered;               /* of those that stand once in each: in the same order ... */
    size_t once;                  /* ... of so many */
    size_t shaped;                /* words of both within the same elements */
};

/* The page is valid UTF-8.  The tree has no flags yet.  False when memory is short. */
bool oracle_tree(struct span page, struct arena *arena, struct tree *tree_out);

/* Sets the flag of what is hidden anew, by names and attributes alone and rules written once more. */
void oracle_hide(struct tree *tree);

/* What the flags of the tree do not hide. */
void words_of(const struct tree *tree, struct word_list *words_out);
void words_free(struct word_list *words);
const struct word *words_at(const struct word_list *words);
struct likeness words_compare(const struct word_list *wanted, const struct word_list *found);

#endif
