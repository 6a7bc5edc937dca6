/* SPDX-License-Identifier: ISC */
/*
 * What waits, and its bytes: UIDs found and sorted, sizes asked in batches, headers and bodies
 * read in pieces (BODY.PEEK, so that nothing becomes \Seen) straight into the caller's file.
 */
#include "fetchers/mailbox/imap_box.h"
#include "fetchers/mailbox/local.h"

#include "agent/base/file.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PIECE_BYTES = 256 * 1024 };

struct imap_fetched imap_read_fetched(const struct mailimap_msg_att *att)
{
    struct imap_fetched fetched = {0};
    for (clistiter *at = clist_begin(att->att_list); at; at = clist_next(at)) {
        const struct mailimap_msg_att_item *item = clist_content(at);
        if (item->att_type != MAILIMAP_MSG_ATT_ITEM_STATIC || !item->att_data.att_static)
            continue;
        const struct mailimap_msg_att_static *what = item->att_data.att_static;
        if (what->att_type == MAILIMAP_MSG_ATT_UID)
            fetched.uid = what->att_data.att_uid;
        else if (what->att_type == MAILIMAP_MSG_ATT_RFC822_SIZE)
            fetched.size = what->att_data.att_rfc822_size;
        else if (what->att_type == MAILIMAP_MSG_ATT_BODY_SECTION)
            fetched.section = what->att_data.att_body_section;
    }
    return fetched;
}

clistiter *imap_fetch_results(const struct imap_box *box)
{
    const struct mailimap_response_info *info = box->session->imap_response_info;
    return info && info->rsp_fetch_list ? clist_begin(info->rsp_fetch_list) : NULL;
}

/* ---- what waits ---- */

/* The search that leaves out mails with our mark. */
static const char *unmarked(const char *mark, char *text, size_t size)
{
    static const char *const system[] = {"Seen", "Answered", "Flagged", "Deleted", "Draft"};
    if (!*mark)
        return "";
    if (*mark != '\\') {
        snprintf(text, size, " UNKEYWORD %s", mark);
        return text;
    }
    for (size_t i = 0; i < sizeof system / sizeof *system; i++)
        if (span_equal_nocase(span_of(mark + 1), span_of(system[i])))
            snprintf(text, size, " UN%s", system[i]);
    for (char *at = text; *at; at++)
        if (*at >= 'a' && *at <= 'z')
            *at = (char)(*at - 'a' + 'A');
    return text;
}

static int compare_uids(const void *a, const void *b)
{
    uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
    return left < right ? -1 : left > right;
}

/* `SEARCH 5 7 9`; several lines add up, and some servers send none when nothing is found. */
static void use_found(void *context, struct span line)
{
    struct imap_box *box = context;
    struct span word;
    uint64_t uid;
    if (!span_next_word(&line, &word) || !span_equal_nocase(word, SPAN_LITERAL("SEARCH")))
        return;
    while (!box->search_failed && span_next_word(&line, &word)) {
        if (!span_to_u64(word, &uid))
            return; /* "(MODSEQ 7)" */
        if (uid == 0 || uid > UINT32_MAX)
            continue;
        if (box->uid_count == box->uid_room) {
            size_t room = box->uid_room ? 2 * box->uid_room : 256;
            uint32_t *uids = reallocarray(box->uids, room, sizeof *uids);
            box->search_failed = !uids;
            if (!uids)
                return;
            box->uids = uids;
            box->uid_room = room;
        }
        box->uids[box->uid_count++] = (uint32_t)uid;
    }
}

static void sort_uids(struct imap_box *box)
{
    size_t kept = 0;
    if (box->uid_count > 0)
        qsort(box->uids, box->uid_count, sizeof *box->uids, compare_uids);
    for (size_t i = 0; i < box->uid_count; i++)
        if (i == 0 || box->uids[i] != box->uids[i - 1])
            box->uids[kept++] = box->uids[i];
    box->uid_count = kept;
}

enum module_result imap_search(struct call *call, struct imap_box *box)
{
    char condition[96] = "", command[160];
    snprintf(command, sizeof command, "UID SEARCH UNDELETED%s",
             unmarked(box->mark, condition, sizeof condition));
    box->uid_count = box->batch_count = 0;
    box->search_failed = false;
    enum imap_answer answer = imap_send_command(call, box, IMAP_SEARCH_BUDGET, command);
    if (answer == IMAP_OK)
        answer = imap_read_answer(call, box, use_found, box);
    if (answer != IMAP_OK)
        return imap_refused(call, box, answer, FAULT_MAILBOX, "folder %s cannot be searched",
                            box->folder);
    if (box->search_failed)
        return local_out_of_memory(call);
    sort_uids(box);
    return MODULE_OK;
}

/* "4:7,9" of the batch. */
static void add_set(struct buffer *out, const uint32_t *uids, size_t count)
{
    for (size_t i = 0; i < count;) {
        size_t end = i;
        while (end + 1 < count && uids[end + 1] == uids[end] + 1)
            end++;
        buffer_printf(out, i > 0 ? ",%" PRIu32 : "%" PRIu32, uids[i]);
        if (end > i)
            buffer_printf(out, ":%" PRIu32, uids[end]);
        i = end + 1;
    }
}

static enum imap_answer ask_sizes(struct call *call, struct imap_box *box)
{
    struct buffer command;
    buffer_init(&command, IMAP_COMMAND_BYTES);
    buffer_add_text(&command, "UID FETCH ");
    add_set(&command, box->uids + box->batch_from, box->batch_count);
    buffer_add_text(&command, " (UID RFC822.SIZE)");
    enum imap_answer answer = command.failed
                                  ? imap_lose(call, box, "memory is short")
                                  : imap_command(call, box, IMAP_SMALL_BUDGET, command.at);
    buffer_free(&command);
    return answer;
}

static enum module_result read_sizes(struct call *call, struct imap_box *box, size_t from)
{
    box->batch_from = from;
    box->batch_count = box->uid_count - from < IMAP_BATCH ? box->uid_count - from : IMAP_BATCH;
    for (size_t i = 0; i < box->batch_count; i++)
        box->sizes[i] = UINT64_MAX;
    enum imap_answer answer = ask_sizes(call, box);
    if (answer != IMAP_OK) {
        box->batch_count = 0;
        return imap_refused(call, box, answer, FAULT_MAILBOX, "the mails' sizes cannot be had");
    }
    for (clistiter *at = imap_fetch_results(box); at; at = clist_next(at)) {
        struct imap_fetched fetched = imap_read_fetched(clist_content(at));
        const uint32_t *uid = bsearch(&fetched.uid, box->uids + from, box->batch_count,
                                      sizeof *box->uids, compare_uids);
        if (uid && (fetched.size > 0 || box->sizes[uid - box->uids - from] == UINT64_MAX))
            box->sizes[uid - box->uids - from] = fetched.size;
    }
    return MODULE_OK;
}

enum module_result imap_list(struct call *call, void *state, uint64_t *cursor,
                             struct message_key *key_out, uint64_t *size_out)
{
    struct imap_box *box = state;
    enum module_result result = MODULE_OK;
    if (box->lost || *cursor == 0)
        result = imap_search(call, box);
    for (; result == MODULE_OK && *cursor < box->uid_count; ++*cursor) {
        size_t at = (size_t)*cursor;
        if (at < box->batch_from || at >= box->batch_from + box->batch_count)
            result = read_sizes(call, box, at);
        if (result != MODULE_OK || box->sizes[at - box->batch_from] == UINT64_MAX)
            continue; /* somebody took it away meanwhile */
        snprintf(box->uid, sizeof box->uid, "%" PRIu32, box->uids[at]);
        *key_out = (struct message_key){.account = key_out->account,
                                        .mailbox = box->folder,
                                        .uidvalidity = box->uidvalidity,
                                        .uid = box->uid};
        *size_out = box->sizes[at - box->batch_from];
        ++*cursor;
        return MODULE_OK;
    }
    return result == MODULE_OK ? MODULE_PASS : result;
}

bool imap_key_holds(const struct imap_box *box, const struct message_key *key, uint32_t *uid_out)
{
    uint64_t uid;
    if (key->uidvalidity != box->uidvalidity || !span_to_u64(span_of(key->uid), &uid) || uid == 0 ||
        uid > UINT32_MAX || (key->mailbox && strcmp(key->mailbox, box->folder) != 0))
        return false;
    *uid_out = (uint32_t)uid;
    return true;
}

/* ---- bytes ---- */

static enum module_result gone(struct call *call, const struct imap_box *box,
                               const struct message_key *key)
{
    return www4mail_fault(call, MODULE_RETRY, FAULT_MAILBOX, NULL,
                          "%s: mail %s of %s is no longer there", box->where, key->uid,
                          box->folder);
}

/* Bytes `at`... of a mail, at most `want`; they are the session's, until its next command.
 * *size_out is the mail's size as the server says, 0 when it does not. */
static enum module_result read_piece(struct call *call, struct imap_box *box,
                                     const struct message_key *key, const char *section,
                                     uint64_t at, size_t want, struct span *piece_out,
                                     uint64_t *size_out)
{
    uint32_t uid;
    char command[128];
    if (!imap_key_holds(box, key, &uid))
        return gone(call, box, key);
    snprintf(command, sizeof command,
             "UID FETCH %" PRIu32 " (UID RFC822.SIZE BODY.PEEK[%s]<%" PRIu64 ".%zu>)", uid, section,
             at, want);
    enum imap_answer answer = imap_command(call, box, want + IMAP_SMALL_BUDGET, command);
    if (answer != IMAP_OK)
        return imap_refused(call, box, answer, FAULT_MAILBOX, "mail %s of %s cannot be read",
                            key->uid, box->folder);
    for (clistiter *each = imap_fetch_results(box); each; each = clist_next(each)) {
        struct imap_fetched fetched = imap_read_fetched(clist_content(each));
        if (fetched.uid != uid || !fetched.section)
            continue;
        const struct mailimap_msg_att_body_section *part = fetched.section;
        *piece_out = (struct span){part->sec_body_part, part->sec_body_part ? part->sec_length : 0};
        *size_out = fetched.size;
        /* An empty mail is "", NIL is none: claimed as it is, it would be lost. */
        if (!part->sec_body_part && at == 0)
            return www4mail_fault(call, MODULE_RETRY, FAULT_MAILBOX, NULL,
                                  "the server gives nothing (NIL) of mail %s", key->uid);
        if (piece_out->len == 0 || (piece_out->len <= want && part->sec_origin_octet == at))
            return MODULE_OK;
        (void)imap_lose(call, box, "the server gave other bytes of mail %s than it was asked for",
                        key->uid);
        return MODULE_RETRY;
    }
    return gone(call, box, key);
}

enum module_result imap_head(struct call *call, void *state, const struct message_key *key,
                             struct buffer *headers_out)
{
    struct imap_box *box = state;
    struct span piece = {0};
    uint64_t size;
    size_t room = headers_out->max - headers_out->len;
    if (room == 0)
        return MODULE_OK;
    enum module_result result = read_piece(call, box, key, "HEADER", 0,
                                           room < PIECE_BYTES ? room : PIECE_BYTES, &piece, &size);
    if (result == MODULE_OK && !buffer_add_span(headers_out, piece))
        return local_out_of_memory(call);
    return result;
}

static enum module_result more_than(struct call *call, uint64_t max)
{
    enum module_result result = www4mail_fault(call, MODULE_FAIL, FAULT_MAIL_TOO_LARGE, NULL,
                                               "the mail has more than %" PRIu64 " bytes", max);
    fault_tell_asker(www4mail_call_fault(call),
                     "Your mail is too large: mails of up to %" PRIu64 " bytes are read.", max);
    return result;
}

enum module_result imap_body(struct call *call, void *state, const struct message_key *key, int fd,
                             uint64_t max)
{
    struct imap_box *box = state;
    for (uint64_t at = 0;;) {
        struct span piece = {0};
        uint64_t size = 0;
        /* One byte more than may be had tells that there is more. */
        size_t want = max - at < PIECE_BYTES ? (size_t)(max - at) + 1 : PIECE_BYTES;
        enum module_result result = read_piece(call, box, key, "", at, want, &piece, &size);
        if (result != MODULE_OK)
            return result;
        if (piece.len > max - at || at + piece.len > UINT32_MAX)
            return more_than(call, max);
        if (!file_write_all(fd, piece.at, piece.len))
            return local_fault(call, errno, "write a mail of", box->folder);
        at += piece.len;
        /* A server may give less than it was asked for, and be wrong about sizes. */
        if (piece.len == 0 || (piece.len < want && at >= size))
            return MODULE_OK;
    }
}
