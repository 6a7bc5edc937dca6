/* SPDX-License-Identifier: ISC */
/*
 * tokenizer: the tokenization stage of the HTML standard, over a whole page of valid UTF-8 with LF
 * line ends; linear time, bounded by the limits below.  Tokens go to a sink and live as long as its
 * call.  A run of text may come in several tokens.  It builds no tree: the sink switches the state
 * where a tree builder would.
 */
#ifndef WWW4MAIL_RENDER_TOKENIZER_H
#define WWW4MAIL_RENDER_TOKENIZER_H

#include "agent/base/buffer.h"

enum {
    TOKENIZER_MAX_TOKENS = 2000000,
    TOKENIZER_MAX_ATTRS = 128,     /* of one tag; the others are dropped */
    TOKENIZER_MAX_NAME = 256,      /* bytes; the rest is dropped */
    TOKENIZER_MAX_VALUE = 8 * 1024 /* bytes of an attribute's value; the rest is dropped */
};

enum tokenizer_state {
    TOKENIZER_DATA,
    TOKENIZER_RCDATA,
    TOKENIZER_RAWTEXT,
    TOKENIZER_SCRIPT,
    TOKENIZER_PLAINTEXT
};

enum token_kind { TOKEN_START, TOKEN_END, TOKEN_TEXT, TOKEN_COMMENT, TOKEN_DOCTYPE };

struct token_attr {
    struct span name, value; /* name in lower case, each name once */
};

struct token {
    enum token_kind kind;
    struct span name; /* of a tag or doctype; absent when the doctype has none */
    struct span text; /* of a text or comment, references decoded */
    const struct token_attr *attrs;
    size_t attr_count;
    bool self_closing;
    struct span public_id, system_id; /* of a doctype; absent when missing */
    bool force_quirks;
};

/* What was left out for a limit's sake. */
enum tokenizer_cut { TOKENIZER_CUT_TOKENS = 1, TOKENIZER_CUT_ATTRS = 2, TOKENIZER_CUT_VALUE = 4 };

struct tokenizer;

/* False stops the run. */
typedef bool token_sink(void *context, struct tokenizer *tokenizer, const struct token *token);

/*
 * Starts in `state`; `last_start` is the element whose end tag leaves it, absent for TOKENIZER_DATA.
 * False when the sink stopped it or memory is short; *cuts_out tells of limits either way.
 */
bool tokenizer_run(struct span text, enum tokenizer_state state, struct span last_start,
                   token_sink *sink, void *context, unsigned *cuts_out);

/* For the sink, at a start tag: how the text behind it is to be read. */
void tokenizer_switch(struct tokenizer *tokenizer, enum tokenizer_state state);

/* The value of an attribute, absent when the tag does not have it. */
struct span token_attr_value(const struct token *token, const char *name);

#endif
