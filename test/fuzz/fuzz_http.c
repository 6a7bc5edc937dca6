/* SPDX-License-Identifier: ISC */
/* The head of an HTTP answer, line by line as libcurl hands it over, and the fields that are used
 * of it: short, safe texts come out. */
#include "test/fuzz/fuzz.h"

#include "agent/base/url.h"
#include "fetchers/web/http_exchange.h"
#include "fetchers/web/http_fields.h"

#include <string.h>

static void check_type(struct arena *arena, struct span value)
{
    const char *type = http_type(arena, value), *charset = http_charset(arena, value);
    FUZZ_ASSERT(!type || (strlen(type) <= 127 && fuzz_is_line(span_of(type))));
    FUZZ_ASSERT(!type || !*type || strcmp(http_type(arena, span_of(type)), type) == 0);
    FUZZ_ASSERT(!charset || (strlen(charset) <= 40 && fuzz_is_line(span_of(charset))));
}

static void check_file_name(struct arena *arena, struct span value)
{
    const char *name = http_file_name(arena, value);
    if (!name)
        return;
    struct span text = span_of(name);
    FUZZ_ASSERT(text.len <= HTTP_FILE_NAME_MAX && fuzz_is_line(text));
    FUZZ_ASSERT(!strpbrk(name, "/\\:*?\"<>|"));
    FUZZ_ASSERT(text.len == 0 || (name[0] != '.' && name[text.len - 1] != '.'));
}

static void check_values(const struct http_exchange *exchange)
{
    struct arena *arena = exchange->call->arena;
    const char *fields[] = {exchange->content_type, exchange->disposition, exchange->language,
                            exchange->location};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        FUZZ_ASSERT(!fields[i] || strchr(fields[i], '\n') == NULL);
    if (exchange->content_type)
        check_type(arena, span_of(exchange->content_type));
    if (exchange->disposition)
        check_file_name(arena, span_of(exchange->disposition));
    const char *language = http_language(arena, span_of(exchange->language));
    FUZZ_ASSERT(!language || (strlen(language) <= 35 && !strpbrk(language, " \t,;\"")));
    FUZZ_ASSERT(exchange->status == 0 || (exchange->status >= 100 && exchange->status <= 999));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span rest = {(const char *)data, size};
    struct fuzz_call it;
    fuzz_call_begin(&it, 1 << 20);
    struct http_exchange exchange = {.call = &it.call, .fd = -1};
    size_t heads = 0;
    while (rest.len > 0 && exchange.stop == HTTP_STOP_NONE) {
        ptrdiff_t end = span_find_byte(rest, '\n');
        size_t len = end < 0 ? rest.len : (size_t)end + 1;
        char line[4096]; /* libcurl's own buffer, not NUL-terminated */
        len = len < sizeof line ? len : sizeof line;
        memcpy(line, rest.at, len);
        size_t taken = http_take_head(line, 1, len, &exchange);
        FUZZ_ASSERT(taken == (exchange.stop == HTTP_STOP_NONE ? len : 0));
        rest = span_from(rest, len);
        heads++;
    }
    FUZZ_ASSERT(heads <= 201 && exchange.head_bytes <= 64 * 1024 + 4096);
    check_values(&exchange);
    check_file_name(it.call.arena, (struct span){(const char *)data, size});
    check_type(it.call.arena, (struct span){(const char *)data, size});
    fuzz_call_end(&it);
    return 0;
}
