/* SPDX-License-Identifier: ISC */
/*
 * submission: one part of a reply handed to whoever carries it further.  Bytes are final: nothing
 * is rendered, folded or dated again.
 */
#ifndef WWW4MAIL_AGENT_REPLY_SUBMISSION_H
#define WWW4MAIL_AGENT_REPLY_SUBMISSION_H

#include <stdint.h>

/* The header field that holds a part's token, besides its Message-ID, which some carriers rewrite. */
#define SUBMISSION_TOKEN_FIELD "X-Www4mail-Part"
enum { SUBMISSION_TOKEN_SIZE = 25 };

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

/* The token of a part, out of its Message-ID: as secret and as much its own.  "" when that is none
 * of ours. */
void submission_token(const char *message_id, char token_out[SUBMISSION_TOKEN_SIZE]);

#endif
