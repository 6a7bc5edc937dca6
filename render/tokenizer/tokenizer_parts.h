/* SPDX-License-Identifier: ISC */
/* tokenizer_parts: what the tokenizer's sources share; nobody else includes it. */
#ifndef WWW4MAIL_RENDER_TOKENIZER_PARTS_H
#define WWW4MAIL_RENDER_TOKENIZER_PARTS_H

#include "render/tokenizer/tokenizer.h"

struct tokenizer {
    struct span in;
    size_t at;
    enum tokenizer_state state;
    token_sink *sink;
    void *context;
    bool stopped;
    unsigned cuts;
    size_t tokens;
    char last_start[TOKENIZER_MAX_NAME];
    size_t last_start_len;
    struct buffer scratch; /* names and values of the token being read */
    struct token_attr attrs[TOKENIZER_MAX_ATTRS];
};

/* The byte `ahead` of the reading place, -1 at the end. */
int tokenizer_peek(const struct tokenizer *tokenizer, size_t ahead);
bool tokenizer_is_space(int byte);
bool tokenizer_is_letter(int byte);

/* True when `word` (ASCII) stands at the reading place, whatever its case. */
bool tokenizer_sees(const struct tokenizer *tokenizer, const char *word);

/* Place of the byte at or behind `from`; the end of the page when there is none. */
size_t tokenizer_find(const struct tokenizer *tokenizer, size_t from, char byte);

void tokenizer_emit(struct tokenizer *tokenizer, const struct token *token);

/* Emits the page's bytes from the reading place to `end` as text and moves there. */
void tokenizer_emit_text(struct tokenizer *tokenizer, size_t end);

/* Copies to the scratch with NUL as U+FFFD and, if asked, ASCII in lower case. */
void tokenizer_scratch(struct tokenizer *tokenizer, struct span text, bool lower);

/* Read the rest of what starts at the reading place. */
void tokenizer_tag(struct tokenizer *tokenizer, bool is_end); /* behind `<` or `</` */
void tokenizer_declaration(struct tokenizer *tokenizer);      /* behind `<!` */
void tokenizer_bogus(struct tokenizer *tokenizer);            /* a comment up to `>` */
void tokenizer_doctype(struct tokenizer *tokenizer);          /* behind `<!doctype` */
void tokenizer_raw(struct tokenizer *tokenizer);              /* text that only an end tag ends */

/*
 * Decodes the character reference at the start of `text`, which is a `&`, to `out`; the length
 * that it takes up, 0 when it is none.
 */
size_t reference_decode(struct span text, bool in_attribute, struct buffer *out);

#endif
