/* SPDX-License-Identifier: ISC */
/* gumbo_parts: going through gumbo's tree. */
#ifndef WWW4MAIL_TEST_ORACLE_GUMBO_PARTS_H
#define WWW4MAIL_TEST_ORACLE_GUMBO_PARTS_H

#include <gumbo.h>

#include "test/oracle/oracle.h"

/* The next node in document order below `root`: of its children, if `inside`, or behind it; NULL at
 * the end. */
const GumboNode *gumbo_next(const GumboNode *node, const GumboNode *root, bool inside);

bool gumbo_is_text(const GumboNode *node);

/* Adds what stands for a picture or formula. */
void gumbo_foreign(struct maker *maker, uint32_t parent, const GumboNode *root, bool is_math);

#endif
