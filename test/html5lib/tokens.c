/* SPDX-License-Identifier: ISC */
/*
 * The tokenizer as a filter for test/html5lib/check.py.  In: lines of `state last-start-tag` and the
 * text in hexadecimal.  Out: a line of JSON a test, the tokens as html5lib-tests writes them.
 */
#include "render/decode/decode.h"
#include "render/tokenizer/tokenizer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_MAX_BYTES = 1 << 20 };

struct output {
    struct buffer line, text; /* text: of the tokens since the last that was none */
    bool first;
};

/* The text is valid UTF-8; JSON wants the controls, the quote and the backslash escaped. */
static void put_string(struct buffer *line, struct span text)
{
    buffer_add_byte(line, '"');
    for (size_t i = 0; i < text.len; i++) {
        unsigned char byte = (unsigned char)text.at[i];
        if (byte < 0x20 || byte == '"' || byte == '\\')
            buffer_printf(line, "\\u%04x", byte);
        else
            buffer_add_byte(line, (char)byte);
    }
    buffer_add_byte(line, '"');
}

static void put_or_null(struct buffer *line, struct span text)
{
    if (text.at)
        put_string(line, text);
    else
        buffer_add_text(line, "null");
}

static void begin(struct output *output, const char *kind)
{
    if (!output->first)
        buffer_add_byte(&output->line, ',');
    output->first = false;
    buffer_printf(&output->line, "[\"%s\",", kind);
}

/* Runs of text are one token there. */
static void put_text(struct output *output)
{
    if (!output->text.len)
        return;
    begin(output, "Character");
    put_string(&output->line, buffer_span(&output->text));
    buffer_add_byte(&output->line, ']');
    buffer_clear(&output->text);
}

static void put_doctype(struct output *output, const struct token *token)
{
    begin(output, "DOCTYPE");
    put_or_null(&output->line, token->name);
    buffer_add_byte(&output->line, ',');
    put_or_null(&output->line, token->public_id);
    buffer_add_byte(&output->line, ',');
    put_or_null(&output->line, token->system_id);
    buffer_add_text(&output->line, token->force_quirks ? ",false]" : ",true]");
}

static void put_tag(struct output *output, const struct token *token)
{
    bool is_start = token->kind == TOKEN_START;
    begin(output, is_start ? "StartTag" : "EndTag");
    put_string(&output->line, token->name);
    if (is_start) {
        buffer_add_text(&output->line, ",{");
        for (size_t i = 0; i < token->attr_count; i++) {
            if (i)
                buffer_add_byte(&output->line, ',');
            put_string(&output->line, token->attrs[i].name);
            buffer_add_byte(&output->line, ':');
            put_string(&output->line, token->attrs[i].value);
        }
        buffer_add_text(&output->line, token->self_closing ? "},true" : "}");
    }
    buffer_add_byte(&output->line, ']');
}

static bool put_token(void *context, struct tokenizer *tokenizer, const struct token *token)
{
    struct output *output = context;
    (void)tokenizer;
    if (token->kind == TOKEN_TEXT) {
        buffer_add_span(&output->text, token->text);
        return true;
    }
    put_text(output);
    if (token->kind == TOKEN_COMMENT) {
        begin(output, "Comment");
        put_string(&output->line, token->text);
        buffer_add_byte(&output->line, ']');
    } else if (token->kind == TOKEN_DOCTYPE) {
        put_doctype(output, token);
    } else {
        put_tag(output, token);
    }
    return true;
}

static bool read_hex(struct span hex, struct buffer *out)
{
    for (size_t i = 0; i + 1 < hex.len; i += 2) {
        char pair[3] = {hex.at[i], hex.at[i + 1], 0};
        buffer_add_byte(out, (char)strtoul(pair, NULL, 16));
    }
    return !out->failed;
}

static void tokenize(struct span state, struct span last_start, struct span text)
{
    uint64_t number;
    unsigned cuts;
    struct output output = {.first = true};
    buffer_init(&output.line, (size_t)LINE_MAX_BYTES * 8);
    buffer_init(&output.text, (size_t)LINE_MAX_BYTES * 8);
    if (!span_to_u64(state, &number))
        exit(EXIT_FAILURE);
    if (span_equal(last_start, SPAN_LITERAL("-")))
        last_start = (struct span){NULL, 0};
    tokenizer_run(text, (enum tokenizer_state)number, last_start, put_token, &output, &cuts);
    put_text(&output);
    buffer_add_byte(&output.line, 0);
    printf("[%s]\n", output.line.at);
    buffer_free(&output.line);
    buffer_free(&output.text);
}

/* `charset -` and the bytes: the name of the encoding. */
static void sniff(struct span bytes)
{
    printf("\"%s\"\n", decode_charset(bytes, (struct span){NULL, 0}, true));
}

int main(void)
{
    static char line[LINE_MAX_BYTES];
    while (fgets(line, sizeof line, stdin)) {
        struct span rest = span_trim(span_of(line)), state, last_start, hex = {"", 0};
        struct buffer text;
        buffer_init(&text, LINE_MAX_BYTES);
        if (!span_next_word(&rest, &state) || !span_next_word(&rest, &last_start))
            return EXIT_FAILURE;
        span_next_word(&rest, &hex);
        if (!read_hex(hex, &text))
            return EXIT_FAILURE;
        struct span bytes = text.len ? buffer_span(&text) : (struct span){"", 0};
        if (span_equal(state, SPAN_LITERAL("charset")))
            sniff(bytes);
        else
            tokenize(state, last_start, bytes);
        buffer_free(&text);
    }
    return EXIT_SUCCESS;
}
