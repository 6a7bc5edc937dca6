/* SPDX-License-Identifier: ISC */
/* The scripts of a page that are data: JSON by their type, or a value that a name is set to. */
#include "render/article/light.h"

#include <string.h>

#include "render/tokenizer/tokenizer.h"

enum { NAME_MAX = 120 };

enum script_type { SCRIPT_NONE, SCRIPT_LINKED, SCRIPT_JSON, SCRIPT_CODE };

struct scanner {
    struct light *light;
    enum script_type script; /* that is open */
    size_t begin;            /* of its text, in the data */
    bool no_memory;
};

static enum script_type type_of(struct span type)
{
    ptrdiff_t end = span_find_byte(type, ';');
    type = span_trim((struct span){type.at, end < 0 ? type.len : (size_t)end});
    if (span_equal_nocase(type, SPAN_LITERAL("application/ld+json")))
        return SCRIPT_LINKED;
    if (span_equal_nocase(type, SPAN_LITERAL("application/json")))
        return SCRIPT_JSON;
    if (!type.len || span_equal_nocase(type, SPAN_LITERAL("text/javascript")) ||
        span_equal_nocase(type, SPAN_LITERAL("application/javascript")))
        return SCRIPT_CODE;
    return SCRIPT_NONE;
}

static bool is_in_name(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') || (byte && strchr("_$.[]\"' \t\n", byte));
}

size_t light_value_len(struct span text)
{
    size_t depth = 0;
    bool in_text = false;
    if (!text.len || (text.at[0] != '{' && text.at[0] != '['))
        return 0;
    for (size_t i = 0; i < text.len; i++) {
        char byte = text.at[i];
        if (in_text) {
            i += byte == '\\';
            in_text = byte != '"';
        } else if (byte == '"') {
            in_text = true;
        } else if (byte == '{' || byte == '[') {
            depth++;
        } else if ((byte == '}' || byte == ']') && --depth == 0) {
            return i + 1;
        }
    }
    return 0;
}

/* The value of `window.NAME = {...}` at the beginning of a script; absent when it is not so. */
static struct span assigned(struct span code)
{
    size_t at = 0;
    code = span_trim(code);
    while (at < code.len && at < NAME_MAX && is_in_name(code.at[at]))
        at++;
    if (!at || at >= code.len || code.at[at] != '=')
        return (struct span){NULL, 0};
    struct span value = span_trim(span_from(code, at + 1));
    value.len = light_value_len(value);
    return value.len > LIGHT_ENOUGH ? value : (struct span){NULL, 0};
}

/* Without what hides it from readers that know no scripts. */
static struct span unwrapped(struct span text)
{
    static const char marks[][2][12] = {{"<![CDATA[", "]]>"}, {"<!--", "-->"}};
    text = span_trim(text);
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        struct span begin = span_of(marks[i][0]), end = span_of(marks[i][1]);
        if (text.len >= begin.len + end.len && span_starts_nocase(text, begin) &&
            span_equal(span_from(text, text.len - end.len), end))
            text = span_trim((struct span){text.at + begin.len, text.len - begin.len - end.len});
    }
    return text;
}

/* Keeps the open script when it is data, else forgets it. */
static void end_script(struct scanner *scanner)
{
    struct light *light = scanner->light;
    struct span text = buffer_span(&light->data);
    text = span_from(text, scanner->begin);
    struct span value = scanner->script == SCRIPT_CODE ? assigned(text) : unwrapped(text);
    if (!value.len && text.len && scanner->script == SCRIPT_CODE && !light->data.failed) {
        light_take_pushed(light, scanner->begin);
        value = light_parsed_string(light, scanner->begin);
    }
    if (value.len && light->count < LIGHT_MAX_SCRIPTS && !light->data.failed)
        light->scripts[light->count++] = (struct light_script){
            .kind = scanner->script == SCRIPT_LINKED ? LIGHT_LINKED : LIGHT_STATE,
            .at = (size_t)(value.at - light->data.at),
            .len = value.len};
    else if (light->data.len > scanner->begin)
        light->data.len = scanner->begin;
    scanner->no_memory |= light->data.no_memory || light->pushed.no_memory;
    light->data.failed = false;
    scanner->script = SCRIPT_NONE;
}

static void begin_element(struct scanner *scanner, struct tokenizer *tokenizer,
                          const struct token *token)
{
    static const char raw[][12] = {"style", "iframe", "noembed", "xmp"},
                      words[][12] = {"title", "textarea"};
    if (span_equal(token->name, SPAN_LITERAL("script"))) {
        tokenizer_switch(tokenizer, TOKENIZER_SCRIPT);
        scanner->script = type_of(token_attr_value(token, "type"));
        scanner->begin = scanner->light->data.len;
        return;
    }
    for (size_t i = 0; i < sizeof raw / sizeof *raw; i++)
        if (span_equal(token->name, span_of(raw[i])))
            tokenizer_switch(tokenizer, TOKENIZER_RAWTEXT);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (span_equal(token->name, span_of(words[i])))
            tokenizer_switch(tokenizer, TOKENIZER_RCDATA);
}

static bool take_token(void *context, struct tokenizer *tokenizer, const struct token *token)
{
    struct scanner *scanner = context;
    if (token->kind == TOKEN_TEXT && scanner->script != SCRIPT_NONE)
        buffer_add_span(&scanner->light->data, token->text);
    else if (token->kind == TOKEN_END && scanner->script != SCRIPT_NONE)
        end_script(scanner);
    else if (token->kind == TOKEN_START)
        begin_element(scanner, tokenizer, token);
    return !scanner->no_memory;
}

/* Pages without scripts need no second look. */
static bool may_have_scripts(struct span html)
{
    for (ptrdiff_t at; (at = span_find_byte(html, '<')) >= 0;
         html = span_from(html, (size_t)at + 1))
        if (span_starts_nocase(span_from(html, (size_t)at + 1), SPAN_LITERAL("script")))
            return true;
    return false;
}

bool light_find_scripts(struct light *light, struct span html)
{
    struct scanner scanner = {.light = light};
    unsigned cuts;
    if (!may_have_scripts(html))
        return true;
    bool done =
        tokenizer_run(html, TOKENIZER_DATA, (struct span){NULL, 0}, take_token, &scanner, &cuts);
    if (light->pushed.len > LIGHT_ENOUGH) {
        light_add_lines(light);
        done = done && !light->data.no_memory;
        light->data.failed = false;
    }
    buffer_free(&light->pushed);
    return done;
}
