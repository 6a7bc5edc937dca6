/* SPDX-License-Identifier: ISC */
/*
 * Settling: the flag, then the other folder or the removal.  Each step may be done again after a
 * crash.  EXPUNGE is never sent without a UID: it would remove what others have marked.
 */
#include "fetchers/mailbox/imap_box.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A refusal for a mail that is gone is none: nothing is left to be done. */
static enum module_result refused(struct call *call, struct imap_box *box, uint32_t uid,
                                  enum imap_answer answer, const char *tried)
{
    char said[IMAP_SAID_BYTES], command[64];
    memcpy(said, box->said, sizeof said);
    snprintf(command, sizeof command, "UID FETCH %" PRIu32 " (UID)", uid);
    if (answer == IMAP_NO)
        answer = imap_command(call, box, IMAP_SMALL_BUDGET, command);
    if (answer == IMAP_LOST)
        return MODULE_RETRY;
    const struct mailimap_response_info *info = box->session->imap_response_info;
    if (answer == IMAP_OK &&
        (!info || !info->rsp_fetch_list || clist_isempty(info->rsp_fetch_list)))
        return MODULE_OK;
    memcpy(box->said, said, sizeof said);
    return imap_refused(call, box, IMAP_NO, FAULT_MAILBOX, "mail %" PRIu32 " of %s: %s is refused",
                        uid, box->folder, tried);
}

static enum module_result set_flag(struct call *call, struct imap_box *box, uint32_t uid,
                                   const char *flag)
{
    enum imap_answer answer =
        imap_ask(call, box, "UID STORE %" PRIu32 " +FLAGS.SILENT (%s)", uid, flag);
    return answer == IMAP_OK ? MODULE_OK : refused(call, box, uid, answer, "the flag");
}

static enum module_result remove_mail(struct call *call, struct imap_box *box, uint32_t uid)
{
    enum module_result result = set_flag(call, box, uid, "\\Deleted");
    if (result != MODULE_OK)
        return result;
    if (!(box->capabilities & IMAP_CAN_UIDPLUS)) {
        www4mail_debug(call,
                       "%s has no UIDPLUS: mail %" PRIu32 " of %s is marked \\Deleted and goes "
                       "when its owner expunges the folder",
                       box->where, uid, box->folder);
        return MODULE_OK;
    }
    enum imap_answer answer = imap_ask(call, box, "UID EXPUNGE %" PRIu32, uid);
    return answer == IMAP_OK ? MODULE_OK : refused(call, box, uid, answer, "its removal");
}

/* `verb` is "UID MOVE 7" or the like, then the folder, quoted. */
static enum imap_answer with_folder(struct call *call, struct imap_box *box, const char *verb,
                                    const char *folder)
{
    struct buffer command;
    buffer_init(&command, IMAP_COMMAND_BYTES);
    buffer_printf(&command, "%s ", verb);
    imap_quote(&command, folder);
    enum imap_answer answer = command.failed ? imap_lose(call, box, "memory is short")
                                             : imap_lines(call, box, command.at, NULL, NULL);
    buffer_free(&command);
    return answer;
}

/* Into `folder`, which is made where it is missing. */
static enum imap_answer carry(struct call *call, struct imap_box *box, uint32_t uid,
                              const char *folder)
{
    char verb[32];
    snprintf(verb, sizeof verb, "UID %s %" PRIu32,
             box->capabilities & IMAP_CAN_MOVE ? "MOVE" : "COPY", uid);
    enum imap_answer answer = with_folder(call, box, verb, folder);
    if (answer != IMAP_NO || imap_has_code(box, "OVERQUOTA"))
        return answer;
    answer = with_folder(call, box, "CREATE", folder);
    if (answer == IMAP_LOST || (answer == IMAP_NO && !imap_has_code(box, "ALREADYEXISTS")))
        return answer;
    return with_folder(call, box, verb, folder);
}

static enum module_result move_mail(struct call *call, struct imap_box *box, uint32_t uid)
{
    enum imap_answer answer = carry(call, box, uid, box->wire_move);
    if (answer == IMAP_NO) {
        char said[IMAP_SAID_BYTES];
        memcpy(said, box->said, sizeof said);
        char *name = imap_name_with_prefix(call, box, box->wire_move);
        memcpy(box->said, said, sizeof said);
        answer = box->lost ? IMAP_LOST : name ? carry(call, box, uid, name) : IMAP_NO;
        if (answer == IMAP_OK) {
            free(box->wire_move);
            box->wire_move = name;
            name = NULL;
        }
        free(name);
    }
    if (answer != IMAP_OK)
        return refused(call, box, uid, answer, "its move to done.move");
    return box->capabilities & IMAP_CAN_MOVE ? MODULE_OK : remove_mail(call, box, uid);
}

enum module_result imap_settle(struct call *call, void *state, const struct message_key *key,
                               enum message_outcome outcome)
{
    struct imap_box *box = state;
    enum module_result result = MODULE_OK;
    uint32_t uid;
    if (!imap_key_holds(box, key, &uid))
        return MODULE_OK; /* another folder by now: that number may be another mail's */
    if (*box->mark)
        result = set_flag(call, box, uid, box->mark);
    if (result == MODULE_OK && box->wire_move)
        result = move_mail(call, box, uid);
    else if (result == MODULE_OK && box->remove && outcome != MESSAGE_POISON)
        result = remove_mail(call, box, uid);
    return result;
}
