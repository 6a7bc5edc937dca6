/* SPDX-License-Identifier: ISC */
/*
 * For doctor: goes the way that a poll goes and tells each step, then says what settling will
 * really do on this server.  Reads nothing and changes nothing.
 */
#include "fetchers/mailbox/imap_box.h"

#include <inttypes.h>

static void tell_capabilities(const struct imap_box *box)
{
    imap_tell(box, true, "the server has: MOVE %s, UIDPLUS %s, QUOTA %s, NAMESPACE %s",
              box->capabilities & IMAP_CAN_MOVE ? "yes" : "no",
              box->capabilities & IMAP_CAN_UIDPLUS ? "yes" : "no",
              box->capabilities & IMAP_CAN_QUOTA ? "yes" : "no",
              box->capabilities & IMAP_CAN_NAMESPACE ? "yes" : "no");
}

static void tell_mark(const struct imap_box *box)
{
    if (*box->mark && box->mark == box->flag)
        imap_tell(box, true, "done: mails are flagged %s", box->mark);
    else if (*box->mark)
        imap_tell(box, true,
                  "done: the folder cannot keep the flag %s, so \\Seen is set, and mails that "
                  "somebody has read count as done",
                  box->flag);
    else if (*box->flag)
        imap_tell(box, false,
                  "done: the folder keeps no flags: set done.move, or this program alone remembers "
                  "which mails are done");
    else
        imap_tell(box, true, "done: mails are not flagged");
}

static void tell_settling(const struct imap_box *box)
{
    bool move = box->capabilities & IMAP_CAN_MOVE, uidplus = box->capabilities & IMAP_CAN_UIDPLUS;
    tell_mark(box);
    if (box->wire_move && (move || uidplus))
        imap_tell(box, true, "done: then they are moved to %s, which is made if it is missing",
                  box->move);
    else if (box->wire_move)
        imap_tell(box, true,
                  "done: then they are copied to %s and marked \\Deleted; the server cannot remove "
                  "single mails, so expunge %s from time to time",
                  box->move, box->folder);
    else if (box->remove && uidplus)
        imap_tell(box, true, "done: then they are removed");
    else if (box->remove)
        imap_tell(box, true,
                  "done: then they are marked \\Deleted; the server cannot remove single mails, so "
                  "expunge %s from time to time",
                  box->folder);
}

static enum module_result tell_folder(struct call *call, struct imap_box *box)
{
    enum module_result result = imap_search(call, box);
    if (result != MODULE_OK)
        return result;
    imap_tell(box, true, "folder %s (%s on the server): %" PRIu64 " mails, %zu of them waiting",
              box->folder, box->wire_folder, box->exists, box->uid_count);
    return MODULE_OK;
}

static enum module_result tell_quota(struct call *call, struct imap_box *box)
{
    int64_t used = 0, limit = -1;
    enum module_result result = imap_quota(call, box, &used, &limit);
    if (result == MODULE_OK && used >= limit)
        imap_tell(box, false,
                  "the mailbox is full (%" PRId64 " of %" PRId64 " KiB): new mails are turned "
                  "away: make room",
                  used / 1024, limit / 1024);
    else if (result == MODULE_OK)
        imap_tell(box, true, "the mailbox has %" PRId64 " of %" PRId64 " KiB", used / 1024,
                  limit / 1024);
    return result == MODULE_PASS ? MODULE_OK : result;
}

/* Leaves the folder: comes last. */
static enum module_result tell_sent(struct call *call, struct imap_box *box)
{
    struct imap_sent_folders folders;
    enum imap_answer answer = IMAP_OK;
    enum module_result result = imap_find_sent_folders(call, box, &folders);
    const char *name = folders.names[0] ? folders.names[0] : folders.names[1];
    if (result == MODULE_OK && name)
        answer = imap_look_into(call, box, name);
    if (answer == IMAP_LOST)
        result = MODULE_RETRY;
    else if (result == MODULE_OK && answer == IMAP_NO)
        imap_tell(box, false,
                  "sent mails: there is no folder %s: set submission.sent_folder to one that is "
                  "there, or replies in doubt are sent once more without looking for them",
                  name);
    else if (result == MODULE_OK && name)
        imap_tell(box, true, "sent mails: in %s, where replies in doubt are looked for", name);
    else if (result == MODULE_OK)
        imap_tell(box, true,
                  "sent mails: the server marks no folder for them, so replies in doubt are sent "
                  "once more without looking for them, unless submission.sent_folder names one");
    imap_free_sent_folders(&folders);
    return result;
}

enum module_result imap_examine(struct call *call, const struct examination *examination)
{
    struct imap_box *box = NULL;
    enum module_result result = imap_connect(call, examination, &box);
    if (result == MODULE_OK) {
        tell_capabilities(box);
        result = tell_folder(call, box);
    }
    if (result == MODULE_OK) {
        tell_settling(box);
        result = tell_quota(call, box);
    }
    if (result == MODULE_OK)
        result = tell_sent(call, box);
    const struct fault *fault = www4mail_call_fault(call);
    if (result != MODULE_OK && examination && fault_is_set(fault))
        examination->say(examination->context, false, "%s",
                         fault->operator ? fault->operator : fault_name(fault->code));
    imap_close(call, &box);
    return result;
}
