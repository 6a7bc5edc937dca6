/* SPDX-License-Identifier: ISC */
/*
 * Looks for replies of ours among the sent mails: by Message-ID, and by the field of ours that
 * stays when a carrier rewrites that one.  What SEARCH finds only has the text somewhere in it, and
 * servers err: a mail counts when its own header fields were read and are equal.
 */
#include "fetchers/mailbox/imap_box.h"
#include "fetchers/mailbox/local.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* Hits that are read; of more than these the newest. */
enum { HITS_MAX = 20, DAY = 86400, CLOCKS_DIFFER = 2 * DAY };

struct hits {
    uint32_t uids[HITS_MAX]; /* the highest, ascending */
    size_t count;
};

static void add_hit(struct hits *hits, uint32_t uid)
{
    size_t at = hits->count;
    while (at > 0 && hits->uids[at - 1] > uid)
        at--;
    if (at > 0 && hits->uids[at - 1] == uid)
        return;
    if (hits->count == HITS_MAX) {
        if (at == 0)
            return;
        memmove(hits->uids, hits->uids + 1, --at * sizeof *hits->uids);
    } else {
        memmove(hits->uids + at + 1, hits->uids + at, (hits->count - at) * sizeof *hits->uids);
        hits->count++;
    }
    hits->uids[at] = uid;
}

/* `SEARCH 5 7 9` */
static void use_hits(void *context, struct span line)
{
    struct hits *hits = context;
    struct span word;
    uint64_t uid;
    if (!span_next_word(&line, &word) || !span_equal_nocase(word, SPAN_LITERAL("SEARCH")))
        return;
    while (span_next_word(&line, &word) && span_to_u64(word, &uid))
        if (uid > 0 && uid <= UINT32_MAX)
            add_hit(hits, (uint32_t)uid);
}

static enum imap_answer search(struct call *call, struct imap_box *box, const char *since,
                               const char *field, const char *value, struct hits *hits_out)
{
    struct buffer command;
    *hits_out = (struct hits){.count = 0};
    buffer_init(&command, IMAP_COMMAND_BYTES);
    buffer_printf(&command, "UID SEARCH %sHEADER %s ", since, field);
    imap_quote(&command, value);
    enum imap_answer answer = command.failed ? imap_lose(call, box, "memory is short") : IMAP_OK;
    if (answer == IMAP_OK)
        answer = imap_send_command(call, box, IMAP_SEARCH_BUDGET, command.at);
    if (answer == IMAP_OK)
        answer = imap_read_answer(call, box, use_hits, hits_out);
    buffer_free(&command);
    return answer;
}

/* ---- what was found is read ---- */

/* The next field of a header, its folded lines with it; false at the end. */
static bool next_field(struct span *header, struct span *name_out, struct span *value_out)
{
    size_t end = 0;
    do {
        ptrdiff_t line = span_find_byte(span_from(*header, end), '\n');
        end = line < 0 ? header->len : end + (size_t)line + 1;
    } while (end < header->len && (header->at[end] == ' ' || header->at[end] == '\t'));
    struct span field = {header->at, end};
    ptrdiff_t colon = span_find_byte(field, ':');
    *header = span_from(*header, end);
    *name_out = span_trim((struct span){field.at, colon < 0 ? 0 : (size_t)colon});
    *value_out = span_trim(span_from(field, colon < 0 ? field.len : (size_t)colon + 1));
    return end > 0;
}

static bool is_ours(struct span header, const struct sent_mail *mail)
{
    struct span name, value;
    while (next_field(&header, &name, &value)) {
        if (span_equal_nocase(name, SPAN_LITERAL("Message-ID")) &&
            span_equal(value, span_of(mail->message_id)))
            return true;
        if (*mail->token && span_equal_nocase(name, SPAN_LITERAL(SUBMISSION_TOKEN_FIELD)) &&
            span_equal(value, span_of(mail->token)))
            return true;
    }
    return false;
}

static bool was_asked_for(const struct hits *hits, uint32_t uid)
{
    for (size_t i = 0; i < hits->count; i++)
        if (hits->uids[i] == uid)
            return true;
    return false;
}

static enum imap_answer read_hits(struct call *call, struct imap_box *box, const struct hits *hits,
                                  struct sent_mail *mail)
{
    struct buffer command;
    buffer_init(&command, IMAP_COMMAND_BYTES);
    buffer_add_text(&command, "UID FETCH ");
    for (size_t i = 0; i < hits->count; i++)
        buffer_printf(&command, "%s%" PRIu32, i > 0 ? "," : "", hits->uids[i]);
    buffer_add_text(&command,
                    " (UID BODY.PEEK[HEADER.FIELDS (MESSAGE-ID " SUBMISSION_TOKEN_FIELD ")])");
    enum imap_answer answer = command.failed
                                  ? imap_lose(call, box, "memory is short")
                                  : imap_command(call, box, IMAP_SMALL_BUDGET, command.at);
    buffer_free(&command);
    if (answer != IMAP_OK)
        return answer;
    for (clistiter *at = imap_fetch_results(box); at && !mail->found; at = clist_next(at)) {
        struct imap_fetched fetched = imap_read_fetched(clist_content(at));
        const struct mailimap_msg_att_body_section *part = fetched.section;
        if (part && part->sec_body_part && was_asked_for(hits, fetched.uid))
            mail->found = is_ours((struct span){part->sec_body_part, part->sec_length}, mail);
    }
    return IMAP_OK;
}

static enum imap_answer find_by(struct call *call, struct imap_box *box, const char *since,
                                const char *field, const char *value, struct sent_mail *mail)
{
    struct hits hits;
    if (mail->found || !*value)
        return IMAP_OK;
    enum imap_answer answer = search(call, box, since, field, value, &hits);
    return answer == IMAP_OK && hits.count > 0 ? read_hits(call, box, &hits, mail) : answer;
}

/* `SINCE 21-Nov-2026 `: few servers have an index of our field. */
static const char *since_of(const struct sent_mail *mail, char text[40])
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    time_t when = (time_t)(mail->since - CLOCKS_DIFFER);
    struct tm tm;
    text[0] = '\0';
    if (mail->since > CLOCKS_DIFFER && gmtime_r(&when, &tm) && tm.tm_year < 8000)
        snprintf(text, 40, "SINCE %d-%.3s-%04d ", tm.tm_mday, months + 3 * tm.tm_mon,
                 tm.tm_year + 1900);
    return text;
}

static enum module_result look_for_all(struct call *call, struct imap_box *box, const char *folder,
                                       struct sent_mail *mails, size_t count)
{
    char since[40];
    enum imap_answer answer = IMAP_OK;
    for (size_t i = 0; answer == IMAP_OK && i < count; i++) {
        answer = find_by(call, box, "", "MESSAGE-ID", mails[i].message_id, &mails[i]);
        if (answer == IMAP_OK)
            answer = find_by(call, box, since_of(&mails[i], since), SUBMISSION_TOKEN_FIELD,
                             mails[i].token, &mails[i]);
    }
    return answer == IMAP_OK ? MODULE_OK
                             : imap_refused(call, box, answer, FAULT_MAILBOX,
                                            "folder %s cannot be searched", folder);
}

/* ---- the folders ---- */

static enum module_result look_into_all(struct call *call, struct imap_box *box,
                                        const struct imap_sent_folders *folders,
                                        struct sent_mail *mails, size_t count,
                                        const char **where_out)
{
    enum module_result result = MODULE_OK;
    *where_out = NULL;
    for (size_t i = 0; result == MODULE_OK && i < IMAP_SENT_FOLDERS; i++) {
        if (!folders->names[i])
            continue;
        enum imap_answer answer = imap_look_into(call, box, folders->names[i]);
        if (answer == IMAP_NO && !imap_is_passing(box))
            continue; /* no such folder */
        if (answer != IMAP_OK)
            return imap_refused(call, box, answer, FAULT_MAILBOX, "folder %s cannot be opened",
                                folders->names[i]);
        if (!*where_out)
            *where_out = arena_copy(www4mail_arena(call), folders->names[i]);
        result = look_for_all(call, box, folders->names[i], mails, count);
    }
    return result == MODULE_OK && !*where_out ? MODULE_PASS : result;
}

enum module_result imap_find_sent(struct call *call, struct sent_mail *mails, size_t count,
                                  const char **where_out)
{
    struct imap_box *box = NULL;
    struct imap_sent_folders folders = {.named = false};
    for (size_t i = 0; i < count; i++)
        mails[i].found = false;
    enum module_result result = imap_enter(call, NULL, &box);
    if (result == MODULE_OK)
        result = imap_find_sent_folders(call, box, &folders);
    if (result == MODULE_OK)
        result = look_into_all(call, box, &folders, mails, count, where_out);
    imap_free_sent_folders(&folders);
    imap_close(call, &box);
    return result;
}
