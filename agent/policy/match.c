/* SPDX-License-Identifier: ISC */
/* Who is on a list, and which addresses are our own. */
#include "agent/policy/match.h"

#include "agent/request/address_list.h"

const char *match_any(const struct words *globs, struct span text)
{
    for (size_t i = 0; i < globs->count; i++)
        if (span_matches_glob(text, span_of(globs->words[i])))
            return globs->words[i];
    return NULL;
}

static bool names_somebody(struct span glob)
{
    for (size_t i = 0; i < glob.len; i++)
        if (glob.at[i] != '*' && glob.at[i] != '?' && glob.at[i] != '@' && glob.at[i] != '.')
            return true;
    return false;
}

bool match_by_name(const struct words *globs, struct span address)
{
    for (size_t i = 0; i < globs->count; i++) {
        struct span glob = span_of(globs->words[i]);
        if (names_somebody(glob) && span_matches_glob(address, glob))
            return true;
    }
    return false;
}

static bool is_same(struct span address, struct span own, bool tags)
{
    if (span_equal_nocase(address, own))
        return true;
    size_t domain = address_list_domain_at(own), theirs = address_list_domain_at(address);
    if (!tags || domain >= own.len || theirs >= address.len)
        return false;
    struct span local = {own.at, domain - 1};
    return span_equal_nocase(span_from(address, theirs), span_from(own, domain)) &&
           span_starts_nocase(address, local) &&
           span_starts_nocase(span_from(address, local.len), SPAN_LITERAL("+"));
}

bool match_own_address(const struct account *account, struct span address, bool tags)
{
    if (is_same(address, span_of(account->address), tags))
        return true;
    for (size_t i = 0; i < account->aliases.count; i++)
        if (is_same(address, span_of(account->aliases.words[i]), tags))
            return true;
    return false;
}

struct span match_sender(const struct flat *headers)
{
    return headers_first(headers, HEADERS_FROM);
}
