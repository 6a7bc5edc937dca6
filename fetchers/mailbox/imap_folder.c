/* SPDX-License-Identifier: ISC */
/*
 * The folder: found by its name, under the prefix of this user's namespace (RFC 2342) where the
 * server keeps everything below one; its UIDVALIDITY; which flag it keeps for us.
 */
#include "fetchers/mailbox/imap_box.h"
#include "fetchers/mailbox/local.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PREFIX_BYTES = 200 };

/* `NAMESPACE (("INBOX." ".")) NIL NIL`: the first prefix of the first namespace. */
static void use_namespace(void *context, struct span line)
{
    char *prefix = context;
    size_t len = 0;
    struct span word;
    if (!span_next_word(&line, &word) || !span_equal_nocase(word, SPAN_LITERAL("NAMESPACE")))
        return;
    line = span_trim(line);
    if (!span_starts_nocase(line, SPAN_LITERAL("((\"")))
        return;
    for (size_t i = 3; i < line.len && line.at[i] != '"' && len < PREFIX_BYTES; i++) {
        if (line.at[i] == '\\')
            i++;
        if (i < line.len && line.at[i] >= ' ' && line.at[i] <= '~')
            prefix[len++] = line.at[i];
    }
    prefix[len] = '\0';
}

/* Without NAMESPACE: folders stand below INBOX, or at the top. */
static enum imap_answer ask_separator(struct call *call, struct imap_box *box, char *prefix)
{
    enum imap_answer answer = imap_command(call, box, IMAP_SMALL_BUDGET, "LIST \"\" \"\"");
    struct mailimap_response_info *info = box->session->imap_response_info;
    if (answer != IMAP_OK || !info || !info->rsp_mailbox_list ||
        clist_isempty(info->rsp_mailbox_list))
        return answer;
    const struct mailimap_mailbox_list *top = clist_content(clist_begin(info->rsp_mailbox_list));
    if (top->mb_delimiter > ' ' && top->mb_delimiter <= '~')
        snprintf(prefix, PREFIX_BYTES, "INBOX%c", top->mb_delimiter);
    return answer;
}

static bool ask_prefix(struct call *call, struct imap_box *box)
{
    char prefix[PREFIX_BYTES + 1] = "";
    enum imap_answer answer = box->capabilities & IMAP_CAN_NAMESPACE
                                  ? imap_lines(call, box, "NAMESPACE", use_namespace, prefix)
                                  : ask_separator(call, box, prefix);
    if (answer == IMAP_LOST)
        return false;
    box->prefix = strdup(prefix);
    return box->prefix != NULL;
}

char *imap_name_with_prefix(struct call *call, struct imap_box *box, const char *name)
{
    char *full = NULL;
    if (!box->prefix && !ask_prefix(call, box))
        return NULL;
    size_t len = strlen(box->prefix);
    if (len == 0 || strncasecmp(name, box->prefix, len) == 0 ||
        asprintf(&full, "%s%s", box->prefix, name) < 0)
        return NULL;
    return full;
}

/* What SELECT finds. */
struct folder_facts {
    const char *flag; /* of the settings */
    uint64_t uidvalidity, exists;
    bool says_flags, keeps_flag, keeps_seen;
};

/* `(\Seen $Done \*)` */
static void use_flags(struct folder_facts *facts, struct span flags)
{
    struct span word;
    facts->says_flags = true;
    while (span_next_word(&flags, &word)) {
        while (word.len > 0 && word.at[0] == '(')
            word = span_from(word, 1);
        while (word.len > 0 && strchr(")]", word.at[word.len - 1]))
            word.len--;
        facts->keeps_flag |= span_equal_nocase(word, span_of(facts->flag)) ||
                             (span_equal(word, SPAN_LITERAL("\\*")) && *facts->flag != '\\');
        facts->keeps_seen |= span_equal_nocase(word, SPAN_LITERAL("\\Seen"));
    }
}

/* `OK [UIDVALIDITY 77] ...`, `OK [PERMANENTFLAGS (...)] ...`, `3 EXISTS`.  libetpan crashes on some
 * of these. */
static void use_selected(void *context, struct span line)
{
    struct folder_facts *facts = context;
    struct span word, name = {0};
    ptrdiff_t end = span_find_byte(line, ']');
    uint64_t number;
    if (!span_next_word(&line, &word) || !span_next_word(&line, &name))
        return;
    if (span_equal_nocase(name, SPAN_LITERAL("EXISTS")) && span_to_u64(word, &number))
        facts->exists = number;
    if (end < 0 || !span_equal_nocase(word, SPAN_LITERAL("OK")))
        return;
    if (span_equal_nocase(name, SPAN_LITERAL("[PERMANENTFLAGS"))) {
        ptrdiff_t close = span_find_byte(line, ')');
        use_flags(facts, (struct span){line.at, close < 0 ? line.len : (size_t)close});
    }
    if (!span_equal_nocase(name, SPAN_LITERAL("[UIDVALIDITY")) || !span_next_word(&line, &word))
        return;
    end = span_find_byte(word, ']');
    if (end > 0 && span_to_u64((struct span){word.at, (size_t)end}, &number))
        facts->uidvalidity = number;
}

static enum imap_answer try_select(struct call *call, struct imap_box *box, const char *name,
                                   struct folder_facts *facts_out)
{
    struct buffer command;
    *facts_out = (struct folder_facts){.flag = box->flag};
    buffer_init(&command, IMAP_COMMAND_BYTES);
    buffer_add_text(&command, "SELECT ");
    imap_quote(&command, name);
    enum imap_answer answer = command.failed
                                  ? imap_lose(call, box, "memory is short")
                                  : imap_lines(call, box, command.at, use_selected, facts_out);
    buffer_free(&command);
    return answer;
}

static enum imap_answer find_folder(struct call *call, struct imap_box *box,
                                    struct folder_facts *facts_out)
{
    char said[IMAP_SAID_BYTES];
    enum imap_answer answer = try_select(call, box, box->wire_folder, facts_out);
    if (answer != IMAP_NO)
        return answer;
    memcpy(said, box->said, sizeof said);
    char *name = imap_name_with_prefix(call, box, box->wire_folder);
    if (!name) {
        memcpy(box->said, said, sizeof said);
        return box->lost ? IMAP_LOST : IMAP_NO;
    }
    answer = try_select(call, box, name, facts_out);
    if (answer == IMAP_OK) {
        free(box->wire_folder);
        box->wire_folder = name;
    } else {
        free(name);
    }
    return answer;
}

/* A server that does not say which flags it keeps keeps all (RFC 3501, 7.1). */
static const char *choose_mark(const struct folder_facts *facts)
{
    if (!*facts->flag || !facts->says_flags || facts->keeps_flag)
        return facts->flag;
    return facts->keeps_seen ? "\\Seen" : "";
}

static enum module_result judge_folder(struct call *call, struct imap_box *box,
                                       const struct folder_facts *facts)
{
    if (facts->uidvalidity == 0 || facts->uidvalidity > INT64_MAX)
        return www4mail_fault(call, MODULE_FAIL, FAULT_CONFIG, NULL,
                              "%s: folder %s has no UIDVALIDITY, so the server cannot say which "
                              "mail is which: choose another folder, or use kind: pop3",
                              box->where, box->folder);
    if (imap_has_code(box, "READ-ONLY"))
        return www4mail_fault(call, MODULE_FAIL, FAULT_CONFIG, NULL,
                              "%s: folder %s is read-only for %s, so mails could not be marked as "
                              "done: give this user the right to write there",
                              box->where, box->folder, box->user);
    box->uidvalidity = (int64_t)facts->uidvalidity;
    box->exists = facts->exists;
    box->mark = choose_mark(facts);
    return MODULE_OK;
}

enum module_result imap_select(struct call *call, struct imap_box *box)
{
    struct folder_facts facts;
    enum imap_answer answer = find_folder(call, box, &facts);
    if (answer == IMAP_NO && imap_is_passing(box))
        return imap_refused(call, box, answer, FAULT_MAILBOX, "folder %s cannot be opened now",
                            box->folder);
    if (answer != IMAP_OK)
        return imap_refused(call, box, answer, FAULT_CONFIG,
                            "folder %s of %s cannot be opened: set `folder` to one that is there",
                            box->folder, box->user);
    return judge_folder(call, box, &facts);
}
