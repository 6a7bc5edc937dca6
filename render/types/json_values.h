/* SPDX-License-Identifier: ISC */
/*
 * json_values: a JSON text (RFC 8259) as a flat array of values in document order; a subtree is a
 * range.  Texts that follow each other on lines of their own are one list.  Nesting costs no stack.
 */
#ifndef WWW4MAIL_RENDER_JSON_VALUES_H
#define WWW4MAIL_RENDER_JSON_VALUES_H

#include "agent/base/buffer.h"

enum { JSON_MAX_VALUES = 2000000, JSON_MAX_POOL = 64 * 1024 * 1024 };

enum json_kind { JSON_OBJECT, JSON_ARRAY, JSON_STRING, JSON_NUMBER, JSON_LITERAL };

struct json_value {
    uint32_t kind;         /* enum json_kind */
    uint32_t end;          /* one behind the last value inside */
    uint32_t key, key_len; /* of a member of an object, in the pool; key_len alone is 0 for "" */
    uint32_t text,
        text_len; /* of a string without quotes and escapes; numbers as they are written */
};

struct json {
    struct buffer values; /* struct json_value; the first is a list of all texts */
    struct buffer pool;   /* valid UTF-8 */
    struct buffer open;   /* uint32_t, while it is read */
};

enum json_result { JSON_SOUND, JSON_WRONG, JSON_TOO_LARGE };

/* `at_out` is where a wrong text is wrong.  Free it either way. */
enum json_result json_read(struct json *json, struct span text, size_t *at_out);
void json_free(struct json *json);

uint32_t json_count(const struct json *json);
const struct json_value *json_at(const struct json *json, uint32_t value);
struct span json_key(const struct json *json, uint32_t value);
struct span json_text(const struct json *json, uint32_t value);

/* The only text, or the list of several. */
uint32_t json_root(const struct json *json);

/* The member of an object with that key; 0 when it has none. */
uint32_t json_member(const struct json *json, uint32_t object, const char *key);
/* The same when it is a string; else absent. */
struct span json_member_text(const struct json *json, uint32_t object, const char *key);

#endif
