/* SPDX-License-Identifier: ISC */
/* Takes the tokens, decides which reach the tree, and takes down what the head says. */
#include "render/construct/clean_parts.h"

#include <string.h>

enum { HEAD_TEXT_MAX = 8 * 1024 };

/* An element of old that is read as one that is known; `tag` is of the name as it is. */
static enum tree_tag current_tag(enum tree_tag tag, struct span name, struct span *name_out)
{
    static const char aliases[][2][12] = {
        {"image", "img"},    {"listing", "pre"},   {"xmp", "pre"},   {"plaintext", "pre"},
        {"acronym", "abbr"}, {"applet", "object"}, {"layer", "div"}, {"ilayer", "div"},
        {"frameset", "div"}, {"frame", "iframe"}};
    *name_out = name;
    if (tag != TAG_UNKNOWN && tag != TAG_frameset && tag != TAG_frame)
        return tag;
    for (size_t i = 0; i < sizeof aliases / sizeof *aliases; i++)
        if (span_equal(name, span_of(aliases[i][0]))) {
            *name_out = span_of(aliases[i][1]);
            return tag_of(*name_out);
        }
    return tag;
}

/* How the standard's tree builder has the text behind a start tag read. */
static enum tokenizer_state text_state(enum tree_tag tag, struct span name)
{
    switch (tag) {
    case TAG_script:
        return TOKENIZER_SCRIPT;
    case TAG_style:
    case TAG_iframe:
        return TOKENIZER_RAWTEXT;
    case TAG_title:
    case TAG_textarea:
        return TOKENIZER_RCDATA;
    case TAG_UNKNOWN:
        if (span_equal(name, SPAN_LITERAL("plaintext")))
            return TOKENIZER_PLAINTEXT;
        return span_equal(name, SPAN_LITERAL("xmp")) || span_equal(name, SPAN_LITERAL("noembed"))
                   ? TOKENIZER_RAWTEXT
                   : TOKENIZER_DATA;
    default:
        return TOKENIZER_DATA;
    }
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

static void take_content_start(struct cleaner *cleaner, struct tokenizer *tokenizer,
                               const struct token *token)
{
    struct token current = *token;
    enum tree_tag written = tag_of(token->name),
                  tag = current_tag(written, token->name, &current.name);
    enum tokenizer_state state = text_state(written, token->name);
    tokenizer_switch(tokenizer, state);
    if (tag == TAG_html) {
        keep_once(&cleaner->page->language, token_attr_value(token, "lang"));
        keep_once(&cleaner->page->language, token_attr_value(token, "xml:lang"));
    }
    if (tag == TAG_svg || tag == TAG_math) {
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
    } else if (tag == TAG_iframe) {
        cleaner->mode = state == TOKENIZER_RAWTEXT ? CLEAN_RAW : CLEAN_CONTENT;
        clean_frame(cleaner, &current);
    } else if (tag == TAG_noframes && cleaner->frame_count) {
        tokenizer_switch(tokenizer, TOKENIZER_RAWTEXT);
        cleaner->mode = CLEAN_RAW;
    } else if (state == TOKENIZER_SCRIPT || (state == TOKENIZER_RAWTEXT && tag != TAG_pre)) {
        cleaner->mode = CLEAN_RAW;
        if (tag == TAG_style)
            clean_begin_sheet(cleaner, token);
    } else {
        if (tag == TAG_link)
            clean_link_sheet(cleaner, token);
        clean_open(cleaner, tag, &current);
        cleaner->drop_newline =
            (tag == TAG_pre || tag == TAG_textarea) && construct_is_open(&cleaner->construct, tag);
    }
}

static void take_content_end(struct cleaner *cleaner, const struct token *token)
{
    struct token current = *token;
    enum tree_tag tag = current_tag(tag_of(token->name), token->name, &current.name);
    clean_close(cleaner, tag, &current);
}

static void take_content(struct cleaner *cleaner, struct tokenizer *tokenizer,
                         const struct token *token)
{
    bool drop_newline = cleaner->drop_newline;
    cleaner->drop_newline = false;
    if (token->kind == TOKEN_TEXT)
        clean_text(cleaner, span_from(token->text, drop_newline && token->text.at[0] == '\n'));
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
        tokenizer_switch(tokenizer, text_state(tag_of(token->name), token->name));
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
    if (token->kind == TOKEN_DOCTYPE)
        construct_doctype(&cleaner->construct, token);
    if (token->kind == TOKEN_COMMENT || token->kind == TOKEN_DOCTYPE)
        return true;
    switch (cleaner->mode) {
    case CLEAN_CONTENT:
        take_content(cleaner, tokenizer, token);
        break;
    case CLEAN_SHEET:
        if (token->kind == TOKEN_TEXT)
            clean_take_sheet(cleaner, token->text);
        /* fall through */
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
    return !maker_failed(cleaner->construct.maker) && !(cleaner->page->cuts & CLEAN_CUT_TEXT);
}

static bool is_short_of_memory(const struct clean_page *page)
{
    return page->title.no_memory || page->base.no_memory || page->language.no_memory ||
           page->header_language.no_memory || page->description.no_memory || page->styles.no_memory;
}

void clean_init_page(struct clean_page *page)
{
    *page = (struct clean_page){.cuts = 0};
    buffer_init(&page->styles, CLEAN_MAX_STYLES);
    buffer_init(&page->title, HEAD_TEXT_MAX);
    buffer_init(&page->base, HEAD_TEXT_MAX);
    buffer_init(&page->language, HEAD_TEXT_MAX);
    buffer_init(&page->header_language, HEAD_TEXT_MAX);
    buffer_init(&page->description, HEAD_TEXT_MAX);
}

bool clean_run(struct cleaner *cleaner, struct span text)
{
    unsigned cuts;
    buffer_init(&cleaner->foreign.words, FOREIGN_MAX_WORDS);
    bool whole =
        tokenizer_run(text, TOKENIZER_DATA, (struct span){NULL, 0}, take_token, cleaner, &cuts);
    if (cleaner->mode == CLEAN_FOREIGN)
        foreign_leave(cleaner);
    cleaner->page->cuts |= cuts | (cleaner->construct.cut ? CLEAN_CUT_DEPTH : 0);
    buffer_free_into(&cleaner->foreign.words, &cleaner->page->title);
    return whole;
}

bool clean_html(struct span text, const struct clean_options *options, struct maker *maker,
                struct clean_page *page_out)
{
    clean_init_page(page_out);
    struct cleaner cleaner = {
        .page = page_out, .frames = options->frames, .max_text = options->max_text};
    construct_begin(&cleaner.construct, maker, maker_here(maker), options->inside,
                    CONSTRUCT_MAX_DEPTH, options->plain);
    bool whole = clean_run(&cleaner, text) || (page_out->cuts & CLEAN_CUT_TEXT);
    if (maker->cut)
        page_out->cuts |= CLEAN_CUT_SIZE;
    return whole && !is_short_of_memory(page_out) && !maker_failed(maker);
}

void clean_free(struct clean_page *page)
{
    buffer_free(&page->styles);
    buffer_free(&page->title);
    buffer_free(&page->base);
    buffer_free(&page->language);
    buffer_free(&page->header_language);
    buffer_free(&page->description);
}
