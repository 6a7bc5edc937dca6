/* SPDX-License-Identifier: ISC */
/* page_checks: what must hold of a page's facts, its tree, and the documents made of it, whatever
 * the page was. */
#ifndef WWW4MAIL_TEST_FUZZ_PAGE_CHECKS_H
#define WWW4MAIL_TEST_FUZZ_PAGE_CHECKS_H

#include "test/fuzz/fuzz.h"

#include "render/tree.h"

/* Builds the page (options are taken off its end), renders it in every format, checks all of it.
 * `structure` is "yes" or "no". */
void fuzz_page(struct span input, const char *structure);

/* The same with another builder. */
void fuzz_builder(const struct www4mail_module *module, struct span input, const char *structure);

void fuzz_check_facts(const struct flat *facts);
void fuzz_check_tree(const struct tree *tree);
void fuzz_check_document(const struct document *document, const char *mailto);

#endif
