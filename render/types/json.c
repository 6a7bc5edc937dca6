/* SPDX-License-Identifier: ISC */
/*
 * json (role builder): JSON -> the tree of a page that lays its values out, or of a feed when it is
 * one.  What is no JSON is shown as it is, with a word about where it goes wrong.
 */
#include "render/types/json.h"

#include "render/sniff.h"

static void write_wrong(struct building *building, size_t at)
{
    struct span before = {building->text.at, at}, line = {NULL, 0};
    size_t lines = 0, column = 1;
    while (span_next_line(&before, &line))
        lines++;
    if (at && building->text.at[at - 1] == '\n')
        lines++;
    else
        column += line.len;
    building_open(building, TAG_p);
    building_printf(building,
                    "This is no valid JSON: see line %zu, column %zu. It is shown as it is.",
                    lines ? lines : 1, column);
    building_close(building);
    building_element(building, TAG_pre, building->text);
}

static enum module_result write_values(struct building *building, const struct json *json,
                                       struct span *title_out, struct span *language_out)
{
    uint32_t root = json_root(json);
    if (json_is_feed(json))
        return json_write_feed(building, json, language_out) ? MODULE_OK
                                                             : building_no_memory(building->call);
    *title_out = json_member_text(json, root, "title");
    if (!title_out->len)
        *title_out = json_member_text(json, root, "name");
    json_write(building, json);
    return MODULE_OK;
}

static enum module_result build_values(struct building *building, struct buffer *facts_out,
                                       const struct tree **tree_out)
{
    struct json json;
    size_t at;
    struct span title = {NULL, 0}, language = {NULL, 0};
    enum module_result result = MODULE_OK;
    enum json_result read = json_read(&json, building->text, &at);
    bool no_memory = json.values.no_memory || json.pool.no_memory || json.open.no_memory;
    if (no_memory)
        result = building_no_memory(building->call);
    else if (read == JSON_TOO_LARGE)
        result = MODULE_PASS;
    else if (read == JSON_WRONG)
        write_wrong(building, at);
    else
        result = write_values(building, &json, &title, &language);
    if (result == MODULE_OK)
        result = building_end(building, "application/json", title, language, facts_out, tree_out);
    else
        building_drop(building);
    json_free(&json);
    return result;
}

static enum module_result build(struct call *call, void *state, struct span bytes,
                                const struct page_hints *hints, struct buffer *facts_out,
                                const struct tree **tree_out)
{
    struct building building;
    (void)state;
    *tree_out = NULL;
    if (sniff_is_binary(bytes) || sniff_looks_like_html(bytes))
        return MODULE_PASS;
    if (!building_begin(&building, call, bytes, hints, SPAN_LITERAL("utf-8")))
        return MODULE_FAIL;
    return build_values(&building, facts_out, tree_out);
}

static const struct builder_ops json_ops = {.build = build};

WWW4MAIL_MODULE("json", "filter", builder, &json_ops);
