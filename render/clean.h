/* SPDX-License-Identifier: ISC */
/*
 * clean: the pre-pass.  A page of any kind -> a plain, well-closed stream of HTML that a parser
 * behind it cannot be hurt by: known elements and attributes only, names in lower case, references
 * decoded and written anew, bodies of scripts, styles, pictures and templates left out, nesting
 * within limits.  On the way it takes down what the head says.
 */
#ifndef WWW4MAIL_RENDER_CLEAN_H
#define WWW4MAIL_RENDER_CLEAN_H

#include "agent/base/buffer.h"

enum {
    CLEAN_MAX_DEPTH = 400,  /* open elements */
    CLEAN_MAX_FORMATS = 32, /* open formatting elements */
    CLEAN_MAX_EQUAL_FORMATS = 3,
    CLEAN_MAX_HTML = 64 * 1024 * 1024 /* bytes of the clean stream */
};

/* What had to be left out beside the tokenizer's own cuts (enum tokenizer_cut). */
enum clean_cut { CLEAN_CUT_DEPTH = 256, CLEAN_CUT_SIZE = 512 };

struct clean_page {
    struct buffer html;
    /* As the page has them, references decoded: empty when it has none. */
    struct buffer title, base, language, header_language, description;
    unsigned cuts;
};

/* The text is valid UTF-8 with LF line ends.  False when memory is short; free it either way. */
bool clean_html(struct span text, struct clean_page *page_out);
void clean_free(struct clean_page *page);

#endif
