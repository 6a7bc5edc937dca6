/* SPDX-License-Identifier: ISC */
/*
 * message: one mail as a mailbox holds it.  Made by a mailbox module, claimed into the ledger by
 * the mail process, read by nobody but the parse child.
 */
#ifndef WWW4MAIL_FETCHERS_MAILBOX_MESSAGE_H
#define WWW4MAIL_FETCHERS_MAILBOX_MESSAGE_H

#include <stdint.h>

/*
 * Which mail.  `uid` is what the mailbox never gives to another mail while `uidvalidity` stands:
 * an IMAP UID, a POP3 unique id, a Maildir base name.  Texts belong to the mailbox module and hold
 * until its next call.
 */
struct message_key {
    const char *account;
    const char *mailbox; /* folder name, or a path's last part: stable, for people to read */
    int64_t uidvalidity; /* 0 where the mailbox has none */
    const char *uid;
};

/* What became of a mail, told to its mailbox when all is done (settle). */
enum message_outcome { MESSAGE_ANSWERED, MESSAGE_DROPPED, MESSAGE_POISON };

#endif
