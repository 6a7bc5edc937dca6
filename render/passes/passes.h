/* SPDX-License-Identifier: ISC */
/* passes: one way each over a finished tree: what is shown and how, where links lead. */
#ifndef WWW4MAIL_RENDER_PASSES_H
#define WWW4MAIL_RENDER_PASSES_H

#include "agent/base/arena.h"
#include "render/tree.h"

enum { PASSES_MAX_LINKS = 50000, PASSES_MAX_URL = 4096 };

/* Sets the flags of every node. */
void passes_flags(struct tree *tree);

/*
 * The same with what style sheets say: a byte a node (enum css_effect), or NULL.  Sheets that hide
 * all but a little of a page mean it to be shown by a script; they are disregarded, and it is false.
 */
bool passes_flags_styled(struct tree *tree, const uint8_t *effects);

/* Tells tables of data from tables that only arrange the page: TREE_DATA_TABLE.  Part of the
 * above. */
void passes_tables(struct tree *tree);

/* Bytes of text that is shown. */
uint32_t passes_text_bytes(const struct tree *tree);

/* Sets tree->base from the page's own URL (NULL when it has none) and its <base>.  False when memory
 * is short. */
bool passes_base(struct tree *tree, struct arena *arena, const char *page_url, struct span base);

/*
 * Sets the base as above and numbers the links that are shown: the same absolute URL has the same
 * number.  http, https, ftp, gopher and mailto count; what leads nowhere but within the page does
 * not.  False when memory is short.
 */
bool passes_links(struct tree *tree, struct arena *arena, const char *page_url, struct span base);

#endif
