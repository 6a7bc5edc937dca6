/* SPDX-License-Identifier: ISC */
/* tags: what the builder knows of elements and attributes by name; renderers have tree.h. */
#ifndef WWW4MAIL_RENDER_TAGS_H
#define WWW4MAIL_RENDER_TAGS_H

#include "render/tree.h"

enum tag_trait {
    TRAIT_VOID = 1,        /* has no content and no end tag */
    TRAIT_BLOCK = 2,       /* starts and ends lines */
    TRAIT_CLOSES_P = 4,    /* its start tag ends an open paragraph */
    TRAIT_SPECIAL = 8,     /* an end tag of something else does not reach through it */
    TRAIT_FORMATTING = 16, /* may overlap with others; its end tag is honoured anywhere */
    TRAIT_SCOPE = 32,      /* no end tag from inside reaches through it */
    TRAIT_SHOWS = 64,      /* is seen without having text */
    TRAIT_UNSEEN = 128     /* never shown, nor what is in it */
};

/* TAG_UNKNOWN when it is none of the list. */
enum tree_tag tag_of(struct span name);

extern const uint8_t tags_traits[TAG_COUNT];

static inline unsigned tag_traits(enum tree_tag tag)
{
    return tags_traits[tag];
}

/* ATTR_COUNT when it is none of the list.  Names are as HTML writes them: "aria-hidden". */
enum tree_attr_name tag_attr_of(struct span name);

#endif
