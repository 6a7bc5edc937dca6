/* SPDX-License-Identifier: ISC */
/*
 * The gate `senders`: does this mail come to us, may its sender ask, and is it small enough to be
 * read?  Nobody is allowed who is on no list; a refusal goes to allowed senders only.
 */
#include "agent/module.h"

#include "agent/policy/match.h"
#include "agent/request/address_list.h"

static void drop(struct verdict *verdict, const char *rule, const char *reason)
{
    *verdict = (struct verdict){.action = VERDICT_DROP, .rule = rule, .reason = reason};
}

/* One of the field's addresses is ours; what cannot be read as a list is not. */
static bool field_names_us(const struct account *account, struct span value)
{
    struct address_list list = {.rest = value};
    struct mailbox_address mailbox;
    while (address_list_next(&list, &mailbox))
        if (match_own_address(account, (struct span){mailbox.address, mailbox.len}, true))
            return true;
    return false;
}

static bool is_addressed_to_us(const struct gate_facts *facts)
{
    static const char *const names[] = {"To", "Cc", "Delivered-To", "X-Original-To"};
    struct span value;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        uint32_t cursor = 0;
        while (headers_next_line(facts->headers, names[i], &cursor, &value))
            if (field_names_us(facts->account, value))
                return true;
    }
    return false;
}

static enum module_result check_size(struct call *call, const struct gate_facts *facts,
                                     struct verdict *verdict)
{
    uint64_t max = facts->account->limits.max_message;
    if (facts->message_size <= max)
        return MODULE_OK;
    const char *reason =
        arena_printf(www4mail_arena(call), "Your mail is larger than %llu kB and was not read.",
                     (unsigned long long)(max / 1024));
    if (!reason)
        return www4mail_fault(call, MODULE_RETRY, FAULT_MEMORY, NULL, "no memory for a sentence");
    *verdict = (struct verdict){
        .action = VERDICT_REFUSE, .rule = "L0", .reason = reason, .code = FAULT_MAIL_TOO_LARGE};
    return MODULE_OK;
}

static enum module_result admit(struct call *call, const struct gate_facts *facts,
                                struct verdict *verdict_out)
{
    *verdict_out = (struct verdict){.action = VERDICT_DO};
    if (!facts->account || !facts->headers)
        return www4mail_fault(call, MODULE_FAIL, FAULT_INTERNAL, NULL,
                              "asked without an account or headers");
    struct span sender = match_sender(facts->headers);
    if (!facts->account->senders.accept_bcc && !is_addressed_to_us(facts))
        drop(verdict_out, "L12", "our address is in none of its To and Cc fields");
    else if (sender.len == 0)
        drop(verdict_out, "L15", "it has no sender");
    else if (match_any(&facts->account->senders.deny, sender))
        drop(verdict_out, "L15", "the sender is on the deny-list");
    else if (!match_any(&facts->account->senders.allow, sender))
        drop(verdict_out, "L15", "the sender is not on the allow-list");
    else
        return check_size(call, facts, verdict_out);
    return MODULE_OK;
}

static const struct gate_ops senders_ops = {.admit = admit};

WWW4MAIL_MODULE("senders", "userauth", gate, &senders_ops);
