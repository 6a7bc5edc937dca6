/* SPDX-License-Identifier: ISC */
/* construct_parts: what the sources of the tree construction share; nobody else includes it. */
#ifndef WWW4MAIL_RENDER_CONSTRUCT_PARTS_H
#define WWW4MAIL_RENDER_CONSTRUCT_PARTS_H

#include "render/construct/construct.h"
#include "render/construct/tags.h"

/* The insertion modes that an open element stands for. */
enum construct_mode {
    MODE_BODY,
    MODE_TABLE,
    MODE_ROWS, /* in a tbody and the like */
    MODE_ROW,
    MODE_CELL,
    MODE_CAPTION,
    MODE_COLUMNS,
    MODE_SELECT,
    MODE_SELECT_IN_TABLE
};

enum construct_scope { SCOPE_COMMON, SCOPE_LIST, SCOPE_BUTTON, SCOPE_TABLE };

/* Where something is put. */
struct construct_place {
    uint32_t parent, before;
};

/* ---- the stack ---- */

enum tree_tag construct_current(const struct construct *construct);
enum construct_mode construct_mode(const struct construct *construct);
uint32_t construct_hash(uint32_t seed, struct span text);
bool construct_is_table_part(enum tree_tag tag); /* what a text does not stand in: table, tr ... */

/* Where a new node goes when it goes to `target`, an index on the stack. */
struct construct_place construct_place_in(const struct construct *construct, size_t target);
/* Adds an element and goes into it; false when there are too many open. */
bool construct_push(struct construct *construct, enum tree_tag tag, const struct token *token);
/* Adds an element without content. */
void construct_add(struct construct *construct, enum tree_tag tag, const struct token *token);
void construct_attrs(struct construct *construct, uint32_t node, const struct token *token);
/* Closes everything from the top down to and with open[index]. */
void construct_pop_to(struct construct *construct, size_t index);
void construct_pop(struct construct *construct);
void construct_remove(struct construct *construct, size_t index);

/* Index of the innermost open element of that tag that the scope lets be seen; depth: none. */
size_t construct_find(const struct construct *construct, enum tree_tag tag,
                      enum construct_scope scope);
bool construct_has(const struct construct *construct, enum tree_tag tag,
                   enum construct_scope scope);
/* Closes what closes by itself, but for elements of the tag. */
void construct_imply_ends(struct construct *construct, enum tree_tag except);
void construct_close_p(struct construct *construct);

/* ---- formatting elements ---- */

void construct_reopen_formats(struct construct *construct);
void construct_note_format(struct construct *construct, const struct token *token);
void construct_mark_formats(struct construct *construct);
void construct_clear_formats(struct construct *construct); /* back to the last marker, with it */
/* The entry of that tag behind the last marker; format_count when there is none. */
size_t construct_find_format(const struct construct *construct, enum tree_tag tag);
void construct_drop_format(struct construct *construct, size_t entry);
void construct_format_closed(struct construct *construct, uint32_t node);
/* The end tag of one; false when it is to be treated like any other. */
bool construct_end_format(struct construct *construct, enum tree_tag tag);

/* ---- the modes ---- */

void construct_start_in_body(struct construct *construct, enum tree_tag tag,
                             const struct token *token);
void construct_end_in_body(struct construct *construct, enum tree_tag tag,
                           const struct token *token);
/* True when the tag is done with; false when it is to be read as in the body.  What closes something
 * first sets *again_out: then the tag is to be read anew. */
bool construct_start_in_table(struct construct *construct, enum tree_tag tag,
                              const struct token *token, bool *again_out);
bool construct_end_in_table(struct construct *construct, enum tree_tag tag, bool *again_out);
bool construct_start_in_select(struct construct *construct, enum tree_tag tag,
                               const struct token *token, bool *again_out);
bool construct_end_in_select(struct construct *construct, enum tree_tag tag, bool *again_out);
/* For a plain tree. */
void construct_start_plain(struct construct *construct, enum tree_tag tag,
                           const struct token *token);
void construct_end_plain(struct construct *construct, enum tree_tag tag);

#endif
