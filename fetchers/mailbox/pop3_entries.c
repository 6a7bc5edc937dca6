/* SPDX-License-Identifier: ISC */
/*
 * The mails of a mailbox, by their unique ids (RFC 1939, section 7).  UIDL and LIST are read as
 * they come: with holes, in any order, with numbers twice or absurd; what makes no sense is left
 * out, and memory goes by the lines that came, never by the numbers in them.
 */
#include "fetchers/mailbox/pop3_session.h"

#include "fetchers/mailbox/local.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* The number that begins a line; what follows it stays in `line`. */
static bool take_number(struct span *line, uint32_t *number_out)
{
    struct span word;
    uint64_t number;
    if (!span_next_word(line, &word) || !span_to_u64(word, &number) || number == 0 ||
        number > INT32_MAX)
        return false;
    *number_out = (uint32_t)number;
    return true;
}

static bool is_unique_id(struct span uid)
{
    if (uid.len == 0 || uid.len > POP3_UID_MAX)
        return false;
    for (size_t i = 0; i < uid.len; i++)
        if (uid.at[i] < 0x21 || uid.at[i] > 0x7e)
            return false;
    return true;
}

/* ---- in order, and each once ---- */

static int by_number(const void *a, const void *b)
{
    const struct pop3_entry *left = a, *right = b;
    return (left->number > right->number) - (left->number < right->number);
}

static int by_uid_and_number(const void *a, const void *b)
{
    const struct pop3_entry *left = a, *right = b;
    int order = strcmp(left->uid, right->uid);
    return order ? order : by_number(a, b);
}

static int by_uid(const void *a, const void *b)
{
    const struct pop3_entry *const *left = a, *const *right = b;
    return strcmp((*left)->uid, (*right)->uid);
}

/* Whose a number is that came twice nobody knows: all of them go. */
static void drop_double_numbers(struct pop3_entries *entries)
{
    size_t kept = 0, next;
    for (size_t i = 0; i < entries->count; i = next) {
        for (next = i + 1; next < entries->count; next++)
            if (entries->all[next].number != entries->all[i].number)
                break;
        if (next == i + 1)
            entries->all[kept++] = entries->all[i];
    }
    entries->left_out += entries->count - kept;
    entries->count = kept;
}

/* Copies of a mail may share its unique id: the first stands for them. */
static void drop_double_uids(struct pop3_entries *entries)
{
    size_t kept = 0;
    for (size_t i = 0; i < entries->count; i++)
        if (kept == 0 || strcmp(entries->all[kept - 1].uid, entries->all[i].uid) != 0)
            entries->all[kept++] = entries->all[i];
    entries->left_out += entries->count - kept;
    entries->count = kept;
}

static bool put_in_order(struct pop3_entries *entries)
{
    if (entries->count == 0)
        return true;
    qsort(entries->all, entries->count, sizeof *entries->all, by_number);
    drop_double_numbers(entries);
    if (entries->count == 0)
        return true;
    qsort(entries->all, entries->count, sizeof *entries->all, by_uid_and_number);
    drop_double_uids(entries);
    qsort(entries->all, entries->count, sizeof *entries->all, by_number);
    entries->by_uid = calloc(entries->count, sizeof *entries->by_uid);
    if (!entries->by_uid)
        return false;
    for (size_t i = 0; i < entries->count; i++)
        entries->by_uid[i] = &entries->all[i];
    qsort(entries->by_uid, entries->count, sizeof *entries->by_uid, by_uid);
    return true;
}

void pop3_entries_free(struct pop3_entries *entries)
{
    free(entries->all);
    free(entries->by_uid);
    *entries = (struct pop3_entries){0};
}

struct pop3_entry *pop3_entries_find(const struct pop3_entries *entries, const char *uid)
{
    struct pop3_entry wanted = {.number = 0}, *key = &wanted;
    size_t len = strlen(uid);
    if (len > POP3_UID_MAX || entries->count == 0)
        return NULL;
    memcpy(wanted.uid, uid, len + 1);
    struct pop3_entry **found =
        bsearch(&key, entries->by_uid, entries->count, sizeof *entries->by_uid, by_uid);
    return found ? *found : NULL;
}

/* ---- the three lists ---- */

static enum module_result too_many(struct pop3_session *session)
{
    session->broken = true;
    return www4mail_fault(session->call, MODULE_FAIL, FAULT_MAILBOX, NULL,
                          "the mailbox holds more than %d mails; remove old ones, and set "
                          "`done: {delete: yes}` so that it does not fill up",
                          POP3_ENTRIES_MAX);
}

static enum module_result add_entry(struct pop3_session *session, struct pop3_entries *entries,
                                    struct span line)
{
    uint32_t number;
    struct span uid;
    if (!take_number(&line, &number) || !span_next_word(&line, &uid) || !is_unique_id(uid)) {
        entries->left_out++;
        return entries->left_out > POP3_ENTRIES_MAX ? too_many(session) : MODULE_OK;
    }
    if (entries->count == POP3_ENTRIES_MAX)
        return too_many(session);
    if (entries->count == entries->room) {
        size_t room = entries->room ? entries->room * 2 : 64;
        struct pop3_entry *all = realloc(entries->all, room * sizeof *all);
        if (!all)
            return local_out_of_memory(session->call);
        entries->all = all;
        entries->room = room;
    }
    struct pop3_entry *entry = &entries->all[entries->count++];
    *entry = (struct pop3_entry){.number = number};
    memcpy(entry->uid, uid.at, uid.len);
    return MODULE_OK;
}

static void set_size(struct pop3_entries *entries, struct span line)
{
    struct pop3_entry wanted = {.number = 0};
    struct span word;
    uint64_t size;
    if (entries->count == 0 || !take_number(&line, &wanted.number) ||
        !span_next_word(&line, &word) || !span_to_u64(word, &size))
        return;
    struct pop3_entry *entry =
        bsearch(&wanted, entries->all, entries->count, sizeof *entries->all, by_number);
    if (entry)
        entry->size = size;
}

static enum module_result stat_mailbox(struct pop3_session *session, uint64_t *count_out)
{
    struct span text, word;
    enum module_result result = pop3_command(session, &text, "STAT");
    if (result == MODULE_PASS)
        return www4mail_fault(session->call, MODULE_RETRY, FAULT_MAILBOX, NULL,
                              "the server does not open the mailbox: %s",
                              pop3_shown(session, text));
    if (result != MODULE_OK)
        return result;
    if (!span_next_word(&text, &word) || !span_to_u64(word, count_out))
        *count_out = 1; /* it does not say: look */
    if (!span_next_word(&text, &word) || !span_to_u64(word, &session->stat_bytes))
        session->stat_bytes = 0;
    return *count_out > POP3_ENTRIES_MAX ? too_many(session) : MODULE_OK;
}

static enum module_result begin_list(struct pop3_session *session, const char *command,
                                     struct span *text_out)
{
    enum module_result result = pop3_command(session, text_out, "%s", command);
    if (result == MODULE_OK)
        www4mail_streams(session->call)->set_budget(session->stream, POP3_LIST_BUDGET);
    return result;
}

static enum module_result read_uidl(struct pop3_session *session, struct pop3_entries *entries)
{
    struct span text;
    enum module_result result = begin_list(session, "UIDL", &text);
    if (result == MODULE_PASS && pop3_is_temporary(text))
        return www4mail_fault(session->call, MODULE_RETRY, FAULT_MAILBOX, NULL,
                              "the server does not list its mails now: %s",
                              pop3_shown(session, text));
    if (result == MODULE_PASS)
        return www4mail_fault(session->call, MODULE_FAIL, FAULT_CONFIG, NULL,
                              "the server gives no unique ids (UIDL: %s), so that mails cannot be "
                              "told apart; take `kind: imap` for this mailbox, or another server",
                              pop3_shown(session, text));
    while (result == MODULE_OK) {
        result = pop3_list_line(session, &text);
        if (result == MODULE_OK)
            result = add_entry(session, entries, text);
    }
    if (result != MODULE_PASS)
        return result;
    return put_in_order(entries) ? MODULE_OK : local_out_of_memory(session->call);
}

static enum module_result read_list(struct pop3_session *session, struct pop3_entries *entries)
{
    struct span text;
    enum module_result result = begin_list(session, "LIST", &text);
    if (result == MODULE_PASS)
        return www4mail_fault(session->call, MODULE_RETRY, FAULT_MAILBOX, NULL,
                              "the server does not list its mails: %s", pop3_shown(session, text));
    while (result == MODULE_OK) {
        result = pop3_list_line(session, &text);
        if (result == MODULE_OK)
            set_size(entries, text);
    }
    return result == MODULE_PASS ? MODULE_OK : result;
}

/* The numbers of a new session for the mails of the first one. */
static void number_anew(struct pop3_entries *entries, const struct pop3_entries *now)
{
    for (size_t i = 0; i < entries->count; i++) {
        const struct pop3_entry *entry = pop3_entries_find(now, entries->all[i].uid);
        entries->all[i].number = entry ? entry->number : 0;
        entries->all[i].deleted = false;
    }
}

enum module_result pop3_entries_read(struct pop3_session *session)
{
    struct pop3_entries now = {0};
    uint64_t count = 0;
    enum module_result result = stat_mailbox(session, &count);
    if (result == MODULE_OK && (count > 0 || session->examination))
        result = read_uidl(session, &now);
    if (result == MODULE_OK && now.count > 0 && !session->listed)
        result = read_list(session, &now);
    if (result == MODULE_OK && !session->listed) {
        session->entries = now;
        session->listed = true;
        return MODULE_OK;
    }
    if (result == MODULE_OK)
        number_anew(&session->entries, &now);
    pop3_entries_free(&now);
    return result;
}
