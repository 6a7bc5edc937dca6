/* SPDX-License-Identifier: ISC */
/*
 * urls: the account's rules for where pages may come from: scheme, port, globs on the canonical
 * URL, and an early word about addresses and names that can only be refused when dialled.
 */
#include "agent/base/address.h"
#include "agent/config/account.h"
#include "agent/module.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

static void refuse(struct verdict *verdict, enum fault_code code, const char *rule,
                   const char *reason)
{
    *verdict = (struct verdict){VERDICT_REFUSE, rule, reason, code};
}

static bool any_matches(const struct words *globs, const char *text)
{
    for (size_t i = 0; i < globs->count; i++)
        if (span_matches_glob(span_of(text), span_of(globs->words[i])))
            return true;
    return false;
}

static bool scheme_is_allowed(const struct account *account, const struct url *url)
{
    const struct words *schemes = &account->urls.schemes;
    for (size_t i = 0; i < schemes->count; i++)
        if (span_equal_nocase(span_of(url->scheme), span_of(schemes->words[i])))
            return true;
    return false;
}

static bool port_is_allowed(const struct account *account, const struct url *url)
{
    if (url->port == url_scheme_port(url->scheme))
        return true;
    for (size_t i = 0; i < account->urls.ports.count; i++)
        if (url->port == account->urls.ports.ports[i])
            return true;
    return false;
}

static bool is_forbidden(const struct account *account, const void *address)
{
    return address_forbidden(address, &account->urls.allow_addresses, &account->urls.deny_addresses,
                             NULL);
}

static bool ipv4_is_forbidden(const struct account *account, const char *text)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    return inet_pton(AF_INET, text, &address.sin_addr) == 1 && is_forbidden(account, &address);
}

static bool ipv6_is_forbidden(const struct account *account, struct span text)
{
    struct sockaddr_in6 address = {.sin6_family = AF_INET6};
    char copy[INET6_ADDRSTRLEN];
    if (text.len >= sizeof copy)
        return true;
    memcpy(copy, text.at, text.len);
    copy[text.len] = '\0';
    return inet_pton(AF_INET6, copy, &address.sin6_addr) != 1 || is_forbidden(account, &address);
}

/* Of what can be seen without asking the name service; the fetcher judges what it really dials. */
static bool host_is_forbidden(const struct account *account, const struct url *url)
{
    struct span host = span_of(url->host);
    if (host.len >= 2 && host.at[0] == '[')
        return ipv6_is_forbidden(account, (struct span){host.at + 1, host.len - 2});
    if (url_names_localhost(url))
        return ipv4_is_forbidden(account, "127.0.0.1") &&
               ipv6_is_forbidden(account, SPAN_LITERAL("::1"));
    return ipv4_is_forbidden(account, url->host);
}

static void judge(const struct account *account, const struct url *url, struct verdict *verdict)
{
    static const char denied[] = "Pages from this web address are not served here.";
    if (!scheme_is_allowed(account, url))
        refuse(verdict, FAULT_SCHEME, "scheme",
               "Web addresses that begin like this one are not served here; try http or https.");
    else if (!port_is_allowed(account, url))
        refuse(verdict, FAULT_PORT, "port",
               "The port in this web address is not allowed here; try it without the port.");
    else if (any_matches(&account->urls.deny, url->text))
        refuse(verdict, FAULT_URL_DENIED, "url-deny", denied);
    else if (account->urls.allow.count > 0 && !any_matches(&account->urls.allow, url->text))
        refuse(verdict, FAULT_URL_DENIED, "url-allow", denied);
    else if (host_is_forbidden(account, url))
        refuse(verdict, FAULT_ADDRESS, "address", ADDRESS_NOT_ALLOWED);
}

static enum module_result urls_admit(struct call *call, const struct gate_facts *facts,
                                     struct verdict *verdict_out)
{
    *verdict_out = (struct verdict){VERDICT_DO, NULL, NULL, FAULT_OK};
    if (!facts->account || !facts->target)
        return www4mail_fault(call, MODULE_FAIL, FAULT_INTERNAL, NULL,
                              "asked without an account or a target");
    judge(facts->account, &facts->target->url, verdict_out);
    if (verdict_out->action != VERDICT_DO)
        www4mail_debug(call, "%s: %s", verdict_out->rule, facts->target->url.text);
    return MODULE_OK;
}

static const struct gate_ops urls_ops = {.admit = urls_admit};

WWW4MAIL_MODULE("urls", "urlauth", gate, &urls_ops);
