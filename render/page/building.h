/* SPDX-License-Identifier: ISC */
/*
 * building: what the builders share.  Facts, and the way of those that make a tree of something that
 * is no HTML (a feed, a table of values, plain text): decode, add elements in document order, end.
 *
 * building_begin; building_open .. building_close; building_end, or building_drop for what turns out
 * to be something else.
 */
#ifndef WWW4MAIL_RENDER_BUILDING_H
#define WWW4MAIL_RENDER_BUILDING_H

#include "agent/module.h"
#include "render/construct/maker.h"

enum { BUILDING_TEXT_MAX = 64 * 1024 * 1024 };

/* ---- facts ---- */

/* Appends a fact; its text is cut to a kilobyte and put on one line. */
void building_fact(struct flat_writer *facts, enum facts_what what, uint32_t value,
                   struct span text);

/* The words of a title on one line: blanks in runs are one.  Absent when memory is short. */
struct span building_line(struct arena *arena, struct span text);

/* The first language of a list, when it looks like a tag of BCP 47; else absent. */
struct span building_language(struct span text);

/* Title, language, links and text of a finished tree, and `simplified` if it is not NULL. */
void building_tree_facts(struct call *call, struct flat_writer *facts, const struct tree *tree,
                         const char *simplified);

/* States the fault. */
enum module_result building_no_memory(struct call *call);
/* For page_hints.quick: what is needed was not opened. */
enum module_result building_unprepared(struct call *call);

/* ---- a tree of what is no HTML ---- */

struct building {
    struct call *call;
    const struct page_hints *hints;
    struct span text; /* the page as UTF-8 with LF line ends */
    const char *charset;
    struct maker *maker;
    size_t depth;           /* of the maker, in the body */
    const char *simplified; /* why not all of it is shown; NULL */

    struct buffer decoded;
};

/* Decodes the page; a charset that only the page itself declares may be given.  False, with the
 * fault stated and nothing to drop, when memory is short. */
bool building_begin(struct building *building, struct call *call, struct span bytes,
                    const struct page_hints *hints, struct span own_charset);
void building_drop(struct building *building);

/* Finishes the tree and writes the facts.  `title` and `language` may be absent: then the words of
 * the first heading, or the name of the file, and what the hints say.  Frees the building whatever the result. */
enum module_result building_end(struct building *building, const char *type, struct span title,
                                struct span language, struct buffer *facts_out,
                                const struct tree **tree_out);

/* Elements that do not fit are left out, with what is in them. */
void building_open(struct building *building, enum tree_tag tag);
void building_close(struct building *building);
void building_text(struct building *building, struct span text);
void building_words(struct building *building, const char *words);
void building_printf(struct building *building, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* An element with nothing but a text in it. */
void building_element(struct building *building, enum tree_tag tag, struct span text);

/* Words that lead somewhere, by a URL that may be relative to the page; words alone without one. */
void building_link(struct building *building, struct span url, struct span words);

/* Somebody's HTML, cut behind about `max` bytes of its text; 0: all of it.  Relative links in it
 * lead from `base`, when that is a URL.  False when memory is short. */
bool building_html(struct building *building, struct span html, struct span base, size_t max);

/* Appends the words of somebody's HTML, without its tags. */
void building_html_words(struct span html, struct buffer *out);

/* A setting that is a number; `fallback` when it is none. */
uint32_t building_number(struct call *call, const char *key, uint32_t fallback);

#endif
