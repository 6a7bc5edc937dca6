/* SPDX-License-Identifier: ISC */
/*
 * Texts among the values of JSON, told by their shape: long strings of words.  Strings of one name
 * belong together; of several such groups the one with the most to read is the text.
 */
#include "render/article/light.h"

enum { GROUPS = 64, DEEP = 64, PROSE_MIN = 60, SEEN = 512 };

/* Blanks between words, no code; scripts without blanks are known by their bytes. */
static bool is_prose(struct span text)
{
    size_t blanks = 0, wide = 0, odd = 0;
    if (text.len < PROSE_MIN)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char byte = (unsigned char)text.at[i];
        blanks += byte == ' ' || byte == '\n';
        wide += byte >= 0x80;
        odd += byte == '{' || byte == '}' || byte == ';' || byte == '=' || byte == '_' ||
               byte == '\\' || byte == '|';
    }
    return (blanks * 14 >= text.len || wide * 2 >= text.len) && odd * 12 < text.len;
}

static bool is_html(struct span text)
{
    return span_find(text, SPAN_LITERAL("</")) >= 0 || span_find(text, SPAN_LITERAL("<p")) >= 0 ||
           span_find(text, SPAN_LITERAL("<br")) >= 0;
}

static uint32_t hash(struct span text)
{
    uint32_t value = 2166136261u;
    for (size_t i = 0; i < text.len; i++)
        value = (value ^ (unsigned char)text.at[i]) * 16777619u;
    return value;
}

/* ---- writing ---- */

/* References are HTML's also where no tag is. */
static bool add_paragraph(struct light *light, struct span text)
{
    struct building *building = &light->building;
    text = span_trim(text);
    if (!text.len)
        return true;
    building_open(building, TAG_p);
    bool done = true;
    if (span_find_byte(text, '&') >= 0)
        done = building_html(building, text, (struct span){NULL, 0}, 0);
    else
        building_text(building, text);
    building_close(building);
    return done;
}

static bool add_text(struct light *light, struct span text)
{
    struct span line;
    bool done = true;
    if (is_html(text))
        return building_html(&light->building, text, (struct span){NULL, 0}, 0);
    while (done && span_next_line(&text, &line))
        done = add_paragraph(light, line);
    return done;
}

/* ---- JSON-LD ---- */

size_t light_add_article(struct light *light, const struct json *json)
{
    struct span best = {NULL, 0};
    for (uint32_t i = 0; i < json_count(json); i++) {
        bool body = json_at(json, i)->kind == JSON_STRING &&
                    span_equal(json_key(json, i), SPAN_LITERAL("articleBody"));
        if (body && json_text(json, i).len > best.len)
            best = json_text(json, i);
    }
    if (best.len < LIGHT_ENOUGH)
        return 0;
    return add_text(light, best) ? best.len : SIZE_MAX;
}

/* ---- state ---- */

struct group {
    uint32_t name;
    size_t bytes;
};

/* A walk over the values that knows by which name each goes: its own, or that of the list it is in. */
struct namer {
    const struct json *json;
    uint32_t ends[DEEP], names[DEEP];
    size_t depth;
};

static uint32_t name_of(struct namer *namer, uint32_t value)
{
    const struct json_value *at = json_at(namer->json, value);
    while (namer->depth && value >= namer->ends[namer->depth - 1])
        namer->depth--;
    uint32_t name = namer->depth ? namer->names[namer->depth - 1] : 0;
    struct span key = json_key(namer->json, value);
    if (key.len)
        name = hash(key);
    if (at->end > value + 1 && namer->depth < DEEP) {
        namer->ends[namer->depth] = at->end;
        namer->names[namer->depth++] = name;
    }
    return name;
}

static void count_group(struct group groups[GROUPS], uint32_t name, size_t bytes)
{
    for (size_t i = 0; i < GROUPS; i++) {
        if (groups[i].bytes && groups[i].name != name)
            continue;
        groups[i].name = name;
        groups[i].bytes += bytes;
        return;
    }
}

static bool best_group(const struct json *json, struct group *best_out)
{
    struct group groups[GROUPS] = {0};
    struct namer namer = {.json = json};
    *best_out = groups[0];
    for (uint32_t i = 0; i < json_count(json); i++) {
        uint32_t name = name_of(&namer, i);
        if (json_at(json, i)->kind == JSON_STRING && is_prose(json_text(json, i)))
            count_group(groups, name, json_text(json, i).len);
    }
    for (size_t i = 0; i < GROUPS; i++)
        if (groups[i].bytes > best_out->bytes)
            *best_out = groups[i];
    return best_out->bytes >= LIGHT_ENOUGH;
}

/* The same text often stands in several places. */
static bool was_seen(uint32_t seen[SEEN], struct span text)
{
    uint32_t value = hash(text) | 1;
    bool same = seen[value % SEEN] == value;
    seen[value % SEEN] = value;
    return same;
}

size_t light_add_prose(struct light *light, const struct json *json)
{
    struct group best;
    struct namer namer = {.json = json};
    uint32_t seen[SEEN] = {0};
    size_t bytes = 0;
    if (!best_group(json, &best))
        return 0;
    for (uint32_t i = 0; i < json_count(json); i++) {
        struct span text = json_text(json, i);
        if (name_of(&namer, i) != best.name || json_at(json, i)->kind != JSON_STRING ||
            !is_prose(text) || was_seen(seen, text))
            continue;
        if (!add_text(light, text))
            return SIZE_MAX;
        bytes += text.len;
    }
    return bytes;
}
