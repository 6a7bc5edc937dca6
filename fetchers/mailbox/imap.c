/* SPDX-License-Identifier: ISC */
/*
 * imap: mails in a folder of an IMAP server.  Waiting is what carries neither our flag nor
 * \Deleted; reading changes nothing; settling sets the flag, then moves or deletes.  Other
 * programs may work in the folder at the same time; no mail but a settled one is ever removed.
 */
#include "fetchers/mailbox/imap_box.h"

static enum module_result imap_open(struct call *call, void **state_out)
{
    struct imap_box *box = NULL;
    enum module_result result = imap_connect(call, NULL, &box);
    if (result != MODULE_OK)
        imap_close(call, &box);
    *state_out = box;
    return result;
}

/* All that was settled is settled already: a server that is gone by now changes nothing. */
static enum module_result imap_leave(struct call *call, void **state)
{
    struct imap_box *box = *state;
    imap_close(call, &box);
    *state = NULL;
    return MODULE_OK;
}

static const struct mailbox_ops imap_ops = {
    .open = imap_open,
    .list = imap_list,
    .head = imap_head,
    .body = imap_body,
    .settle = imap_settle,
    .close = imap_leave,
    .quota = imap_quota,
    .examine = imap_examine,
    .find_sent = imap_find_sent,
};

WWW4MAIL_MODULE("imap", "lireadmail", mailbox, &imap_ops);
