/* SPDX-License-Identifier: ISC */
/*
 * The gate `loops`: mails of programs get no answer (RFC 3834 and what programs do besides).  One
 * small test a rule, asked in the order of their numbers; the first that holds drops the mail.
 */
#include "agent/module.h"

#include "agent/policy/match.h"
#include "agent/request/address_list.h"

#include <string.h>

enum { RECEIVED_MAX = 20, REFERENCES_MAX = 50, LOCAL_MAX_BYTES = 64 };

#define COUNT(table) (sizeof(table) / sizeof *(table))

static bool is_one_of(struct span text, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (span_equal_nocase(text, span_of(words[i])))
            return true;
    return false;
}

static bool has_field(const struct gate_facts *facts, const char *name)
{
    uint32_t cursor = 0;
    struct span value;
    return headers_next_line(facts->headers, name, &cursor, &value);
}

static bool has_one_of(const struct gate_facts *facts, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (has_field(facts, names[i]))
            return true;
    return false;
}

/* The part of the sender's address before its last '@'. */
static struct span sender_local(const struct gate_facts *facts)
{
    struct span sender = match_sender(facts->headers);
    size_t domain = address_list_domain_at(sender);
    return (struct span){sender.at, domain > 0 && domain < sender.len ? domain - 1 : sender.len};
}

/* Skips blanks and comments, which may be nested. */
static struct span skip_comments(struct span text)
{
    size_t depth = 0;
    for (; text.len > 0; text = span_from(text, 1)) {
        if (text.at[0] == '(')
            depth++;
        else if (text.at[0] == ')' && depth > 0)
            depth--;
        else if (text.at[0] == '\\' && depth > 0)
            text = span_from(text, 1);
        else if (depth == 0 && text.at[0] != ' ' && text.at[0] != '\t')
            break;
    }
    return text;
}

/* The first word of a structured field: "no" of `No (manual); x=y`. */
static struct span first_token(struct span value)
{
    value = skip_comments(value);
    size_t len = 0;
    while (len < value.len && !strchr(" \t;,(", value.at[len]))
        len++;
    return (struct span){value.at, len};
}

/* One of the words of a list with commas, semicolons or blanks between. */
static bool lists_one_of(struct span value, const char *const *words, size_t count)
{
    while (value.len > 0) {
        size_t len = 0;
        while (len < value.len && !strchr(" \t,;", value.at[len]))
            len++;
        if (is_one_of((struct span){value.at, len}, words, count))
            return true;
        value = span_from(value, len + 1);
    }
    return false;
}

static const char *rule_unreadable(const struct gate_facts *facts)
{
    return headers_count(facts->headers, HEADERS_FAULT) > 0 ? "its headers cannot be trusted"
                                                            : NULL;
}

static const char *rule_bounce(const struct gate_facts *facts)
{
    static const char *const robots[] = {"mailer-daemon", "postmaster", "mdaemon"};
    uint32_t cursor = 0;
    struct span value, local = sender_local(facts);
    if (headers_next_line(facts->headers, "Return-Path", &cursor, &value)) {
        value = skip_comments(value);
        struct span inside = span_trim(span_from(value, 1));
        if (value.len > 0 && value.at[0] == '<' && inside.len > 0 && inside.at[0] == '>')
            return "its return path is empty";
    }
    if (is_one_of(local, robots, COUNT(robots)) ||
        span_starts_nocase(local, SPAN_LITERAL("bounce")))
        return "it comes from a mail server";
    cursor = 0;
    while (headers_next_line(facts->headers, "Content-Type", &cursor, &value))
        if (span_equal_nocase(first_token(value), SPAN_LITERAL("multipart/report")))
            return "it is a report";
    return has_field(facts, "X-Failed-Recipients") ? "it is a bounce" : NULL;
}

static const char *rule_own(const struct gate_facts *facts)
{
    uint32_t cursor = 0;
    struct span value;
    while (headers_next_line(facts->headers, "X-Loop", &cursor, &value)) {
        value = span_trim(value);
        if (value.len > 1 && value.at[0] == '<' && value.at[value.len - 1] == '>')
            value = (struct span){value.at + 1, value.len - 2};
        if (match_own_address(facts->account, value, true))
            return "it carries our own X-Loop";
    }
    if (has_field(facts, "X-Www4mail-Job"))
        return "it is a reply of this program";
    for (uint32_t row = 0; row < facts->headers->rows; row++)
        if (flat_get_number(facts->headers, row, HEADERS_WHAT) == HEADERS_FROM &&
            match_own_address(facts->account, flat_get_text(facts->headers, row, HEADERS_VALUE),
                              true))
            return "it comes from our own address";
    return NULL;
}

static const char *rule_auto_submitted(const struct gate_facts *facts)
{
    uint32_t cursor = 0;
    struct span value;
    while (headers_next_line(facts->headers, "Auto-Submitted", &cursor, &value))
        if (!span_equal_nocase(first_token(value), SPAN_LITERAL("no")))
            return "it was sent automatically";
    return NULL;
}

static const char *rule_list(const struct gate_facts *facts)
{
    static const char *const names[] = {
        "List-Id",      "List-Post",     "List-Unsubscribe", "List-Unsubscribe-Post",
        "List-Help",    "List-Owner",    "List-Archive",     "List-Subscribe",
        "Mailing-List", "X-Mailing-List"};
    return has_one_of(facts, names, COUNT(names)) ? "it comes through a mailing list" : NULL;
}

static bool is_bulk(const struct gate_facts *facts)
{
    static const char *const kinds[] = {"bulk", "junk", "list", "auto_reply", "auto-reply"};
    uint32_t cursor = 0;
    struct span value;
    while (headers_next_line(facts->headers, "Precedence", &cursor, &value))
        if (is_one_of(first_token(value), kinds, COUNT(kinds)))
            return true;
    return false;
}

static const char *rule_precedence(const struct gate_facts *facts)
{
    return is_bulk(facts) ? "its precedence is that of bulk mail" : NULL;
}

/* People behind some servers carry the field on what they write by hand, so a sender whom the
 * operator has named is believed. */
static const char *rule_suppress(const struct gate_facts *facts)
{
    static const char *const kinds[] = {"all", "autoreply", "oof", "dr"};
    uint32_t cursor = 0;
    struct span value;
    if (match_by_name(&facts->account->senders.allow, match_sender(facts->headers)))
        return NULL;
    while (headers_next_line(facts->headers, "X-Auto-Response-Suppress", &cursor, &value))
        if (lists_one_of(value, kinds, COUNT(kinds)))
            return "it asks for no automatic answer";
    return NULL;
}

static const char *rule_responder(const struct gate_facts *facts)
{
    static const char *const responders[] = {"X-Autoreply", "X-Autorespond", "X-Autoresponder",
                                             "X-Mail-Autoreply"};
    static const char *const bulk[] = {"X-SES-Outgoing",   "X-Mailgun-Sid", "X-SG-EID",
                                       "X-CSA-Complaints", "X-Campaign",    "X-Campaign-Id",
                                       "X-MC-User",        "X-Report-Abuse"};
    struct span value;
    for (size_t i = 0; i < COUNT(responders); i++) {
        uint32_t cursor = 0;
        while (headers_next_line(facts->headers, responders[i], &cursor, &value))
            if (!span_equal_nocase(first_token(value), SPAN_LITERAL("no")))
                return "an answering program sent it";
    }
    uint32_t cursor = 0;
    while (headers_next_line(facts->headers, "Delivered-To", &cursor, &value))
        if (span_equal_nocase(span_trim(value), SPAN_LITERAL("autoresponder")))
            return "an answering program sent it";
    if (has_field(facts, "Feedback-ID") && has_one_of(facts, bulk, COUNT(bulk)))
        return "a service for mass mail sent it";
    return NULL;
}

/* The word alone, or with a tag behind it, or behind another word: "alerts-noreply". */
static bool is_no_reply(struct span local, struct span word)
{
    struct span behind = span_from(local, word.len);
    if (span_starts_nocase(local, word) && (behind.len == 0 || strchr("+.-_", behind.at[0])))
        return true;
    if (local.len <= word.len)
        return false;
    size_t at = local.len - word.len;
    return span_equal_nocase(span_from(local, at), word) && strchr("+.-_", local.at[at - 1]);
}

static const char *rule_no_reply(const struct gate_facts *facts)
{
    static const char *const words[] = {
        "noreply",      "no-reply",     "no_reply",     "no.reply",    "donotreply",
        "do-not-reply", "do_not_reply", "do.not.reply", "do-notreply", "donot-reply"};
    struct span local = sender_local(facts);
    for (size_t i = 0; i < COUNT(words); i++)
        if (is_no_reply(local, span_of(words[i])))
            return "its sender reads no replies";
    return NULL;
}

static bool is_ip_literal(struct span domain)
{
    if (domain.len > 0 && domain.at[0] == '[')
        return true;
    for (size_t i = 0; i < domain.len; i++)
        if (domain.at[i] != '.' && (domain.at[i] < '0' || domain.at[i] > '9'))
            return false;
    return domain.len > 0;
}

static bool has_control(struct span text)
{
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.at[i] < ' ' || text.at[i] == 0x7f)
            return true;
    return false;
}

static const char *rule_from(const struct gate_facts *facts)
{
    static const char *const roles[] = {"abuse",    "hostmaster", "root",    "daemon",
                                        "nobody",   "cron",       "usenet",  "uucp",
                                        "www-data", "listserv",   "mailman", "majordomo"};
    struct span sender = match_sender(facts->headers), local = sender_local(facts);
    struct span domain = span_from(sender, address_list_domain_at(sender));
    if (headers_count(facts->headers, HEADERS_FROM_BAD) > 0)
        return "its From field cannot be read";
    if (headers_count(facts->headers, HEADERS_FROM_GROUP) > 0)
        return "its From field is a group";
    if (headers_count(facts->headers, HEADERS_FROM) != 1)
        return "its From field does not name one sender";
    if (local.len == 0 || local.len > LOCAL_MAX_BYTES || has_control(sender))
        return "its sender has an impossible address";
    if (is_ip_literal(domain) || span_find_byte(domain, '.') < 0)
        return "its sender's domain is not a public name";
    return is_one_of(local, roles, COUNT(roles)) ? "its sender is no person" : NULL;
}

static const char *rule_travelled(const struct gate_facts *facts)
{
    uint32_t cursor = 0;
    size_t received = 0, references = 0;
    struct span value;
    while (headers_next_line(facts->headers, "Received", &cursor, &value))
        received++;
    cursor = 0;
    while (headers_next_line(facts->headers, "References", &cursor, &value))
        for (size_t i = 0; i < value.len; i++)
            references += value.at[i] == '<';
    if (received > RECEIVED_MAX)
        return "it went through too many servers";
    return references > REFERENCES_MAX ? "its thread is too long" : NULL;
}

/* The reason to drop the mail, or NULL when the rule does not hold. */
static const struct rule {
    const char *name;
    const char *(*holds)(const struct gate_facts *facts);
} rules[] = {
    {"L0", rule_unreadable},     {"L2", rule_bounce},     {"L3", rule_own},
    {"L4", rule_auto_submitted}, {"L5", rule_list},       {"L6", rule_precedence},
    {"L7", rule_suppress},       {"L8", rule_responder},  {"L9", rule_no_reply},
    {"L10", rule_from},          {"L13", rule_travelled},
};

static enum module_result admit(struct call *call, const struct gate_facts *facts,
                                struct verdict *verdict_out)
{
    *verdict_out = (struct verdict){.action = VERDICT_DO};
    if (!facts->account || !facts->headers)
        return www4mail_fault(call, MODULE_FAIL, FAULT_INTERNAL, NULL,
                              "asked without an account or headers");
    for (size_t i = 0; i < COUNT(rules); i++) {
        const char *reason = rules[i].holds(facts);
        if (!reason)
            continue;
        *verdict_out =
            (struct verdict){.action = VERDICT_DROP, .rule = rules[i].name, .reason = reason};
        break;
    }
    return MODULE_OK;
}

static const struct gate_ops loops_ops = {.admit = admit};

WWW4MAIL_MODULE("loops", "userauth", gate, &loops_ops);
