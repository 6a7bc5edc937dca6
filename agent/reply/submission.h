/* SPDX-License-Identifier: ISC */
/*
 * submission: one part of a reply handed to whoever carries it further.  Bytes are final: nothing
 * is rendered, folded or dated again.
 */
#ifndef WWW4MAIL_AGENT_REPLY_SUBMISSION_H
#define WWW4MAIL_AGENT_REPLY_SUBMISSION_H

#include <stdint.h>

struct submission {
    const char *sender;     /* envelope sender, an address of the account */
    const char *recipient;  /* the asker's address, and nobody else's */
    const char *message_id; /* with angle brackets; the same at every attempt */
    int fd;                 /* RFC 5322 bytes with CRLF line ends, from position 0 */
    uint64_t size;
};

/* What the carrier says.  Anything but ACCEPTED comes with its text. */
enum submission_outcome {
    SUBMISSION_ACCEPTED,
    SUBMISSION_LATER,    /* refused for now */
    SUBMISSION_NEVER,    /* refused for good */
    SUBMISSION_IN_DOUBT, /* all was handed over, no answer came */
    SUBMISSION_NOT_SENT  /* nothing was handed over; try again */
};

#endif
