/* SPDX-License-Identifier: ISC */
/*
 * light: what a page carries as data besides what it shows: JSON-LD, and the state that it hands to
 * its own scripts.  Scripts are read as data, never run.  Texts are found by their shape.
 */
#ifndef WWW4MAIL_RENDER_LIGHT_H
#define WWW4MAIL_RENDER_LIGHT_H

#include "render/page/building.h"
#include "render/types/json_values.h"

enum {
    LIGHT_MAX_BYTES = 4 * 1024 * 1024, /* of data in a page; the rest is not looked at */
    LIGHT_MAX_SCRIPTS = 256,
    LIGHT_ENOUGH = 200 /* bytes of a text that is worth showing */
};

enum light_kind {
    LIGHT_LINKED, /* application/ld+json */
    LIGHT_STATE   /* application/json, or a value that is assigned to a name */
};

struct light_script {
    enum light_kind kind;
    size_t at, len; /* of its JSON, in the data */
};

struct light {
    struct building building;
    struct buffer data;
    struct buffer
        pushed; /* strings that scripts put to a list, one behind the other; while they are read */
    struct light_script scripts[LIGHT_MAX_SCRIPTS];
    size_t count;
};

/* Reads the page's scripts.  False, with the fault stated and nothing to drop, when memory is
 * short. */
bool light_begin(struct light *light, struct call *call, const struct render_input *input);
void light_drop(struct light *light);

/* Fills what is still missing of title, by-line and date; false when memory is short. */
bool light_meta(struct light *light, struct extract *extract);

/*
 * The text that the page carries, as a tree, and in the extract's note where it was found; the tree
 * is NULL when there is none, or not several times as much as the page shows.  Drops the light
 * whatever the result.
 */
enum module_result light_tree(struct light *light, const struct tree *page,
                              struct extract *extract);

/* ---- light_scripts.c ---- */

/* False when memory is short. */
bool light_find_scripts(struct light *light, struct span html);

/* Bytes of the object or list that begins here; 0 when it does not end. */
size_t light_value_len(struct span text);

/* ---- light_strings.c: what a script has as the text of a string ---- */

/* The JSON that the script from `begin` of the data gives to be parsed, decoded where it stands;
 * absent when there is none. */
struct span light_parsed_string(struct light *light, size_t begin);
/* Takes the string that the script pushes to a list, if it does that. */
void light_take_pushed(struct light *light, size_t begin);
/* Adds what was pushed, as a script of its own. */
void light_add_lines(struct light *light);

/* ---- light_prose.c ---- */

/* Adds the paragraphs of a JSON text; how many bytes they have.  SIZE_MAX when memory is short. */
size_t light_add_article(struct light *light, const struct json *json);
size_t light_add_prose(struct light *light, const struct json *json);

#endif
