/* SPDX-License-Identifier: ISC */
/* Judges the form of mail addresses.  Asks no server whether there is such a mailbox. */
#include "agent/config/addresses.h"

#include <string.h>

enum { LOCAL_MAX = 64, DOMAIN_MAX = 253, LABEL_MAX = 63 };

static bool is_alnum(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool is_local(struct span local)
{
    if (local.len == 0 || local.len > LOCAL_MAX || local.at[0] == '.' ||
        local.at[local.len - 1] == '.' || span_find(local, SPAN_LITERAL("..")) >= 0)
        return false;
    for (size_t i = 0; i < local.len; i++)
        if (!is_alnum(local.at[i]) && !memchr(".!#$%&'*+-/=?^_`{|}~", local.at[i], 20))
            return false;
    return true;
}

static bool is_label(struct span label)
{
    if (label.len == 0 || label.len > LABEL_MAX || label.at[0] == '-' ||
        label.at[label.len - 1] == '-')
        return false;
    for (size_t i = 0; i < label.len; i++)
        if (!is_alnum(label.at[i]) && label.at[i] != '-')
            return false;
    return true;
}

static bool is_domain(struct span domain)
{
    if (domain.len > DOMAIN_MAX)
        return false;
    for (ptrdiff_t dot; (dot = span_find_byte(domain, '.')) >= 0;
         domain = span_from(domain, (size_t)dot + 1))
        if (!is_label((struct span){domain.at, (size_t)dot}))
            return false;
    return is_label(domain);
}

const char *addresses_check(struct span text)
{
    ptrdiff_t at = span_find_byte(text, '@');
    if (at < 0)
        return "is no mail address; write it like web@example.org";
    if (!is_local((struct span){text.at, (size_t)at}))
        return "has a bad part before the @; write it like web@example.org";
    struct span domain = span_from(text, (size_t)at + 1);
    for (size_t i = 0; i < domain.len; i++)
        if ((unsigned char)domain.at[i] >= 0x80)
            return "has a domain that is not ASCII; write its xn-- form";
    if (!is_domain(domain))
        return "has a bad domain; write it like web@example.org";
    return NULL;
}

const char *addresses_check_glob(struct span text)
{
    if (span_equal(text, SPAN_LITERAL("*")))
        return NULL;
    ptrdiff_t at = span_find_byte(text, '@');
    if (at < 0)
        return "matches no address; write ann@example.org, or \"*@example.org\" for a domain";
    if (at == 0 || (size_t)at + 1 == text.len ||
        span_find_byte(span_from(text, (size_t)at + 1), '@') >= 0)
        return "matches no address; write ann@example.org, or \"*@example.org\" for a domain";
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.at[i] <= ' ' || memchr("<>,;\"", text.at[i], 5))
            return "has a blank or bracket in it; write the bare address";
    return NULL;
}

const char *addresses_copy(struct arena *arena, struct span text)
{
    char *copy = arena_copy_span(arena, text);
    char *domain = copy ? strrchr(copy, '@') : NULL;
    for (char *at = domain; at && *at; at++)
        if (*at >= 'A' && *at <= 'Z')
            *at = (char)(*at - 'A' + 'a');
    return copy;
}
