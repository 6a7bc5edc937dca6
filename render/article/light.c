/* SPDX-License-Identifier: ISC */
/* A page's data: its scripts, what they say of the article, and the article in them. */
#include "render/article/light.h"

#include "render/passes/passes.h"

enum {
    LINE_MAX_LEN = 300,
    WORTH = 3 /* times what is shown: less may be anything */
};

bool light_begin(struct light *light, struct call *call, const struct render_input *input)
{
    struct page_hints *hints = arena_alloc(www4mail_arena(call), sizeof *hints);
    *light = (struct light){.count = 0};
    buffer_init(&light->data, LIGHT_MAX_BYTES);
    buffer_init(&light->pushed, LIGHT_MAX_BYTES);
    if (!hints) {
        building_no_memory(call);
        return false;
    }
    *hints = *input->hints;
    hints->quick = false; /* what decoding takes was opened: the page has been decoded before */
    if (!building_begin(&light->building, call, input->bytes, hints,
                        facts_text(input->facts, FACT_CHARSET)))
        return false;
    if (light_find_scripts(light, light->building.text))
        return true;
    light_drop(light);
    building_no_memory(call);
    return false;
}

void light_drop(struct light *light)
{
    building_drop(&light->building);
    buffer_free(&light->data);
}

/* Reads one script; false when it is no JSON.  Free the values either way. */
static bool read_script(const struct light *light, size_t script, struct json *json_out,
                        bool *no_memory)
{
    const struct light_script *at = &light->scripts[script];
    size_t wrong;
    struct span text = {light->data.at + at->at, at->len};
    enum json_result read = json_read(json_out, text, &wrong);
    *no_memory |=
        json_out->values.no_memory || json_out->pool.no_memory || json_out->open.no_memory;
    return read == JSON_SOUND && !*no_memory;
}

/* ---- what is said of the article ---- */

/* A name, whether it stands alone or in an object. */
static struct span name_of(const struct json *json, uint32_t value)
{
    return json_at(json, value)->kind == JSON_STRING ? json_text(json, value)
                                                     : json_member_text(json, value, "name");
}

static bool keep(struct arena *arena, struct span text, struct span *kept)
{
    if (kept->len || !text.len || text.len > LINE_MAX_LEN)
        return true;
    *kept = building_line(arena, text);
    return kept->at;
}

/* One name, or several. */
static bool keep_names(struct arena *arena, const struct json *json, uint32_t value,
                       struct span *kept)
{
    struct buffer line;
    if (!value || kept->len)
        return true;
    if (json_at(json, value)->kind != JSON_ARRAY)
        return keep(arena, name_of(json, value), kept);
    buffer_init(&line, LINE_MAX_LEN);
    uint32_t end = json_at(json, value)->end;
    for (uint32_t i = value + 1; i < end && !line.failed; i = json_at(json, i)->end) {
        struct span name = span_trim(name_of(json, i));
        if (line.len + name.len + 2 > LINE_MAX_LEN)
            break;
        if (line.len && name.len)
            buffer_add_text(&line, ", ");
        buffer_add_span(&line, name);
    }
    bool done = !line.no_memory && keep(arena, buffer_span(&line), kept);
    buffer_free(&line);
    return done;
}

static bool keep_members(struct arena *arena, const struct json *json, uint32_t object,
                         struct extract *extract)
{
    return keep(arena, json_member_text(json, object, "headline"), &extract->title) &&
           keep_names(arena, json, json_member(json, object, "author"), &extract->byline) &&
           keep(arena, json_member_text(json, object, "datePublished"), &extract->date);
}

static bool ends_with(struct span text, struct span end)
{
    return text.len >= end.len && span_equal(span_from(text, text.len - end.len), end);
}

static bool is_article(const struct json *json, uint32_t object)
{
    if (json_at(json, object)->kind != JSON_OBJECT)
        return false;
    struct span type = json_member_text(json, object, "@type");
    return json_member(json, object, "headline") || json_member(json, object, "articleBody") ||
           ends_with(type, SPAN_LITERAL("Article")) || ends_with(type, SPAN_LITERAL("Posting"));
}

bool light_meta(struct light *light, struct extract *extract)
{
    struct arena *arena = www4mail_arena(light->building.call);
    bool no_memory = false;
    for (size_t i = 0; i < light->count && !no_memory; i++) {
        if (light->scripts[i].kind != LIGHT_LINKED)
            continue;
        struct json json;
        bool sound = read_script(light, i, &json, &no_memory);
        for (uint32_t value = 0; sound && !no_memory && value < json_count(&json); value++)
            if (is_article(&json, value)) {
                no_memory = !keep_members(arena, &json, value, extract);
                break;
            }
        json_free(&json);
    }
    return !no_memory;
}

/* ---- the article itself ---- */

/* Adds what the scripts of one kind have; SIZE_MAX when memory is short. */
static size_t add_scripts(struct light *light, enum light_kind kind)
{
    bool no_memory = false;
    size_t bytes = 0;
    for (size_t i = 0; i < light->count && !no_memory && !bytes; i++) {
        if (light->scripts[i].kind != kind)
            continue;
        struct json json;
        if (read_script(light, i, &json, &no_memory))
            bytes = kind == LIGHT_LINKED ? light_add_article(light, &json)
                                         : light_add_prose(light, &json);
        json_free(&json);
    }
    return no_memory ? SIZE_MAX : bytes;
}

enum module_result light_tree(struct light *light, const struct tree *page, struct extract *extract)
{
    struct call *call = light->building.call;
    struct buffer facts;
    size_t least = (size_t)passes_text_bytes(page) * WORTH,
           bytes = add_scripts(light, LIGHT_LINKED);
    extract->note = SPAN_LITERAL("This page shows its text by a script only; this is the text that "
                                 "it gives to search engines.");
    if (!bytes) {
        bytes = add_scripts(light, LIGHT_STATE);
        extract->note = SPAN_LITERAL("This page shows its text by a script only; this is what was "
                                     "found in the data for that script.");
    }
    if (!bytes || bytes < least || bytes == SIZE_MAX) {
        extract->note = (struct span){NULL, 0};
        light_drop(light);
        return bytes == SIZE_MAX ? building_no_memory(call) : MODULE_OK;
    }
    buffer_init(&facts, FACTS_MAX_BYTES);
    buffer_free(&light->data);
    enum module_result result = building_end(&light->building, "text/html", page->title,
                                             page->language, &facts, &extract->tree);
    buffer_free(&facts);
    return result;
}
