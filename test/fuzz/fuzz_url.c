/* SPDX-License-Identifier: ISC */
/*
 * URLs: canonical form is ASCII, bounded, without user info, and its own canonical form; a host that
 * is an address is one in the notation that the address classes judge; a link resolved against a
 * page is absolute, and resolves to itself.
 */
#include "test/fuzz/fuzz.h"

#include "agent/base/url.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>

static void check_printable(struct span text)
{
    for (size_t i = 0; i < text.len; i++)
        FUZZ_ASSERT(text.at[i] > ' ' && text.at[i] < 0x7f && !strchr("<>\"\\^`{|}", text.at[i]));
}

/* What no resolver is asked about may not be read as an address by one that is sloppy. */
static void check_host(const char *host)
{
    struct in_addr sloppy, strict;
    size_t len = strlen(host);
    FUZZ_ASSERT(len > 0 && len <= 253 + 2);
    if (host[0] == '[') {
        FUZZ_ASSERT(host[len - 1] == ']' && !strchr(host, '%'));
        return;
    }
    for (size_t i = 0; i < len; i++)
        FUZZ_ASSERT(strchr("abcdefghijklmnopqrstuvwxyz0123456789-_.", host[i]));
    FUZZ_ASSERT(host[0] != '.' && host[len - 1] != '.');
    if (inet_aton(host, &sloppy))
        FUZZ_ASSERT(inet_pton(AF_INET, host, &strict) == 1 && strict.s_addr == sloppy.s_addr);
}

static void check_url(struct arena *arena, const struct url *url)
{
    struct fault fault = FAULT_INIT;
    struct url again;
    struct span resolved;
    check_printable(span_of(url->text));
    check_printable(span_of(url->fragment));
    check_host(url->host);
    FUZZ_ASSERT(strlen(url->text) <= URL_MAX_BYTES && url->path[0] == '/');
    FUZZ_ASSERT(!strchr(url->text, '#') && strlen(url->scheme) > 0);
    FUZZ_ASSERT(!strstr(url->path, "/../") || strchr(url->path, '?'));
    FUZZ_ASSERT(url_parse(arena, span_of(url->text), &again, &fault));
    FUZZ_ASSERT(strcmp(url->text, again.text) == 0 && strcmp(url->host, again.host) == 0);
    FUZZ_ASSERT(url->port == again.port && strcmp(url->path, again.path) == 0);
    FUZZ_ASSERT(strcmp(url->scheme, again.scheme) == 0 && again.fragment[0] == '\0');
    FUZZ_ASSERT(url_resolve(arena, NULL, span_of(url->text), &resolved));
    FUZZ_ASSERT(span_equal(resolved, span_of(url->text)));
}

static void check_link(struct arena *arena, const struct url *base, struct span link)
{
    struct span absolute, again;
    if (!url_resolve(arena, base, link, &absolute))
        return;
    FUZZ_ASSERT(absolute.len > 0 && absolute.len <= URL_MAX_BYTES);
    check_printable(absolute);
    FUZZ_ASSERT(span_find_byte(absolute, ':') > 0);
    FUZZ_ASSERT(!span_starts_nocase(absolute, SPAN_LITERAL("javascript:")) &&
                !span_starts_nocase(absolute, SPAN_LITERAL("data:")) &&
                !span_starts_nocase(absolute, SPAN_LITERAL("file:")));
    FUZZ_ASSERT(url_resolve(arena, NULL, absolute, &again));
    FUZZ_ASSERT(span_equal(absolute, again));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char standard[] = "http://example.org/dir/page.html?q=1";
    struct span rest = {(const char *)data, size}, text = fuzz_part(&rest);
    struct arena *arena = arena_new(1 << 20);
    struct fault fault = FAULT_INIT, none = FAULT_INIT;
    struct url url, base;
    FUZZ_ASSERT(url_parse(arena, SPAN_LITERAL(standard), &base, &none));
    if (url_parse(arena, text, &url, &fault)) {
        FUZZ_ASSERT(!fault_is_set(&fault));
        check_url(arena, &url);
        check_link(arena, &url, rest);
    } else {
        FUZZ_ASSERT(fault.asker && *fault.asker && fault.operator);
    }
    check_link(arena, &base, text);
    check_link(arena, NULL, text);
    fault_clear(&fault);
    arena_free(&arena);
    return 0;
}
