/* SPDX-License-Identifier: ISC */
/* Takes the tokens, decides which reach the clean stream, and takes down what the head says. */
#include "render/clean_parts.h"

#include <string.h>

enum { HEAD_TEXT_MAX = 8 * 1024 };

/* Elements of old that are read as one that is known. */
static struct span current_name(struct span name)
{
    static const char aliases[][2][12] = {{"image", "img"},    {"listing", "pre"},
                                          {"xmp", "pre"},      {"plaintext", "pre"},
                                          {"acronym", "abbr"}, {"applet", "object"}};
    for (size_t i = 0; i < sizeof aliases / sizeof *aliases; i++)
        if (span_equal(name, span_of(aliases[i][0])))
            return span_of(aliases[i][1]);
    return name;
}

/* How the standard's tree builder has the text behind a start tag read. */
static enum tokenizer_state text_state(struct span name)
{
    static const struct {
        char name[12];
        enum tokenizer_state state;
    } states[] = {{"script", TOKENIZER_SCRIPT},   {"style", TOKENIZER_RAWTEXT},
                  {"iframe", TOKENIZER_RAWTEXT},  {"noembed", TOKENIZER_RAWTEXT},
                  {"xmp", TOKENIZER_RAWTEXT},     {"title", TOKENIZER_RCDATA},
                  {"textarea", TOKENIZER_RCDATA}, {"plaintext", TOKENIZER_PLAINTEXT}};
    for (size_t i = 0; i < sizeof states / sizeof *states; i++)
        if (span_equal(name, span_of(states[i].name)))
            return states[i].state;
    return TOKENIZER_DATA;
}

static void keep_once(struct buffer *kept, struct span value)
{
    value = span_trim(value);
    if (!kept->len && value.len)
        buffer_add(kept, value.at, value.len < kept->max ? value.len : kept->max);
}

static void take_meta(struct cleaner *cleaner, const struct token *token)
{
    struct span what = token_attr_value(token, "http-equiv");
    struct span content = token_attr_value(token, "content");
    if (span_equal_nocase(what, SPAN_LITERAL("content-language")))
        keep_once(&cleaner->page->header_language, content);
    if (span_equal_nocase(token_attr_value(token, "name"), SPAN_LITERAL("description")))
        keep_once(&cleaner->page->description, content);
    /* What tells of the charset no longer holds. */
    if (!what.at && !token_attr_value(token, "charset").at)
        clean_open(cleaner, TAG_meta, token);
}

/* html, head and body: each once, and only where they can still be. */
static void take_frame(struct cleaner *cleaner, enum tree_tag tag, const struct token *token)
{
    bool *seen = tag == TAG_head ? &cleaner->has_head : &cleaner->has_body;
    if (tag == TAG_html) {
        keep_once(&cleaner->page->language, token_attr_value(token, "lang"));
        keep_once(&cleaner->page->language, token_attr_value(token, "xml:lang"));
        if (!cleaner->has_head && !cleaner->has_body && !cleaner->out->len)
            clean_write_start(cleaner, token->name, token);
        return;
    }
    if (*seen || cleaner->has_body)
        return;
    *seen = true;
    clean_write_start(cleaner, token->name, token);
}

static void take_content_start(struct cleaner *cleaner, struct tokenizer *tokenizer,
                               const struct token *token)
{
    struct token current = *token;
    current.name = current_name(token->name);
    enum tree_tag tag = tag_of(current.name);
    enum tokenizer_state state = text_state(token->name);
    tokenizer_switch(tokenizer, state);
    if (tag == TAG_html || tag == TAG_head || tag == TAG_body) {
        take_frame(cleaner, tag, &current);
    } else if (tag == TAG_svg || tag == TAG_math) {
        foreign_begin(cleaner, token);
    } else if (tag == TAG_title) {
        cleaner->mode = CLEAN_TITLE;
    } else if (tag == TAG_template) {
        cleaner->mode = CLEAN_TEMPLATE;
        cleaner->templates = 1;
    } else if (tag == TAG_meta) {
        take_meta(cleaner, &current);
    } else if (tag == TAG_base) {
        keep_once(&cleaner->page->base, token_attr_value(token, "href"));
    } else if (state == TOKENIZER_SCRIPT || (state == TOKENIZER_RAWTEXT && tag != TAG_pre)) {
        if (tag == TAG_iframe) {
            clean_open(cleaner, tag, &current);
            clean_close(cleaner, tag, &current);
        }
        cleaner->mode = CLEAN_RAW;
    } else {
        clean_open(cleaner, tag, &current);
        cleaner->drop_newline = tag == TAG_pre || tag == TAG_textarea;
    }
}

static void take_content_end(struct cleaner *cleaner, const struct token *token)
{
    struct token current = *token;
    current.name = current_name(token->name);
    enum tree_tag tag = tag_of(current.name);
    if (tag == TAG_head && cleaner->has_head && !cleaner->has_body)
        clean_write_end(cleaner, current.name);
    else if (tag != TAG_html && tag != TAG_head && tag != TAG_body)
        clean_close(cleaner, tag, &current);
}

static void take_content(struct cleaner *cleaner, struct tokenizer *tokenizer,
                         const struct token *token)
{
    bool drop_newline = cleaner->drop_newline;
    cleaner->drop_newline = false;
    if (token->kind == TOKEN_TEXT)
        clean_write_text(cleaner, span_from(token->text, drop_newline && token->text.at[0] == '\n'),
                         false);
    else if (token->kind == TOKEN_START)
        take_content_start(cleaner, tokenizer, token);
    else if (token->kind == TOKEN_END)
        take_content_end(cleaner, token);
}

static void take_title(struct cleaner *cleaner, const struct token *token)
{
    struct buffer *title = &cleaner->page->title;
    if (token->kind == TOKEN_END) {
        cleaner->has_title = title->len > 0;
        cleaner->mode = CLEAN_CONTENT;
    } else if (token->kind == TOKEN_TEXT && !cleaner->has_title) {
        size_t room = title->max - title->len;
        buffer_add(title, token->text.at, token->text.len < room ? token->text.len : room);
    }
}

static void take_template(struct cleaner *cleaner, struct tokenizer *tokenizer,
                          const struct token *token)
{
    bool is_template = span_equal(token->name, SPAN_LITERAL("template"));
    if (token->kind == TOKEN_START) {
        tokenizer_switch(tokenizer, text_state(token->name));
        cleaner->templates += is_template;
    } else if (token->kind == TOKEN_END && is_template && --cleaner->templates == 0) {
        cleaner->mode = CLEAN_CONTENT;
    }
}

static void take_foreign(struct cleaner *cleaner, struct tokenizer *tokenizer,
                         const struct token *token)
{
    bool inside = true;
    if (token->kind == TOKEN_TEXT)
        foreign_text(cleaner, token->text);
    else if (token->kind == TOKEN_START)
        inside = foreign_start(cleaner, tag_of(token->name), token);
    else if (token->kind == TOKEN_END)
        inside = foreign_end(cleaner, tag_of(token->name), token);
    if (!inside) {
        foreign_leave(cleaner);
        take_content(cleaner, tokenizer, token);
    }
}

static bool take_token(void *context, struct tokenizer *tokenizer, const struct token *token)
{
    struct cleaner *cleaner = context;
    if (token->kind == TOKEN_COMMENT || token->kind == TOKEN_DOCTYPE)
        return true;
    switch (cleaner->mode) {
    case CLEAN_CONTENT:
        take_content(cleaner, tokenizer, token);
        break;
    case CLEAN_RAW:
        if (token->kind == TOKEN_END)
            cleaner->mode = CLEAN_CONTENT;
        break;
    case CLEAN_TITLE:
        take_title(cleaner, token);
        break;
    case CLEAN_TEMPLATE:
        take_template(cleaner, tokenizer, token);
        break;
    case CLEAN_FOREIGN:
        take_foreign(cleaner, tokenizer, token);
        break;
    }
    return !cleaner->out->failed;
}

static bool is_short_of_memory(const struct clean_page *page)
{
    return page->html.no_memory || page->title.no_memory || page->base.no_memory ||
           page->language.no_memory || page->header_language.no_memory ||
           page->description.no_memory;
}

bool clean_html(struct span text, struct clean_page *page_out)
{
    *page_out = (struct clean_page){.cuts = 0};
    buffer_init(&page_out->html, CLEAN_MAX_HTML);
    buffer_init(&page_out->title, HEAD_TEXT_MAX);
    buffer_init(&page_out->base, HEAD_TEXT_MAX);
    buffer_init(&page_out->language, HEAD_TEXT_MAX);
    buffer_init(&page_out->header_language, HEAD_TEXT_MAX);
    buffer_init(&page_out->description, HEAD_TEXT_MAX);
    struct cleaner cleaner = {.page = page_out, .out = &page_out->html};
    buffer_init(&cleaner.foreign.words, FOREIGN_MAX_WORDS);
    unsigned cuts;
    bool whole =
        tokenizer_run(text, TOKENIZER_DATA, (struct span){NULL, 0}, take_token, &cleaner, &cuts);
    if (cleaner.mode == CLEAN_FOREIGN)
        foreign_leave(&cleaner);
    page_out->cuts |= cuts;
    buffer_free_into(&cleaner.foreign.words, &page_out->title);
    if (is_short_of_memory(page_out))
        return false;
    /* What fitted of a page beyond all measure is shown. */
    if (page_out->html.failed && page_out->html.len > CLEAN_MAX_HTML / 2) {
        page_out->cuts |= CLEAN_CUT_SIZE;
        whole = true;
    }
    return whole;
}

void clean_free(struct clean_page *page)
{
    buffer_free(&page->html);
    buffer_free(&page->title);
    buffer_free(&page->base);
    buffer_free(&page->language);
    buffer_free(&page->header_language);
    buffer_free(&page->description);
}
