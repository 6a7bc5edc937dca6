/* SPDX-License-Identifier: ISC */
/*
 * reply: what is mailed back for one order, as final RFC 5322 bytes.  Made by reply_compose from a
 * document or a fault; the same input gives the same bytes.  One order gives one mail, or several
 * when it is larger than the account's part size; each is readable alone.
 */
#ifndef WWW4MAIL_AGENT_REPLY_REPLY_H
#define WWW4MAIL_AGENT_REPLY_REPLY_H

#include "agent/base/arena.h"
#include "agent/base/fault.h"
#include "agent/base/hash.h"
#include "agent/request/target.h"
#include "render/document.h"

/* Whom and what is answered: the same for all orders of a mail. */
struct reply_context {
    const char *own_address;       /* From of the reply */
    const char *asker;             /* To, and nobody else */
    struct span subject;           /* decoded subject of the request, may be empty */
    struct span message_id;        /* of the request, sound or empty */
    const struct span *references; /* of the request, sound, oldest first */
    size_t reference_count;
    int64_t date;             /* seconds since 1970, becomes Date */
    int64_t job;              /* shown as "Job 17" and in X-Www4mail-Job */
    struct span id_seed;      /* what makes this job unique: HMACed into Message-IDs */
    const unsigned char *key; /* 32 secret bytes of the state directory */
    uint64_t part_bytes;      /* of one mail on the wire, everything included */
    uint64_t max_bytes;       /* of all mails of this order */
    const char *footer;       /* the operator's own line, or "" */
};

/* What became of one order. */
struct reply_item {
    unsigned number;             /* of the order in its mail, from 1; part of the Message-ID */
    const char *asked;           /* as the person wrote it */
    const char *url;             /* where the page came from at last; "" when nothing was fetched */
    const struct fault *fault;   /* set: this is an error reply, the rest is not looked at */
    const struct document *text; /* one of text, html, original is set; text and html: both */
    const struct document *html;
    const struct document *original;
    int original_fd; /* bytes of an original */
    uint64_t original_size;
    const char *note; /* one line before the document, or "": what the agent decided */
};

/* One finished mail inside the output file. */
struct reply_mail {
    const char *message_id; /* with angle brackets, in the arena */
    uint64_t offset, size;
};

struct reply_mails {
    struct reply_mail *mails;
    size_t count;
};

/*
 * Appends the mails of one item to `fd` (at its end) and lists them.  FAULT_REPLY_TOO_LARGE when
 * they would exceed max_bytes: nothing is appended then.  Memory from `arena`; bytes are written
 * in chunks, so the size of an original does not grow the process.
 */
bool reply_compose(const struct reply_context *context, const struct reply_item *item, int fd,
                   struct arena *arena, struct reply_mails *mails_out, struct fault *fault);

/* Can such an address stand in To, as it is?  Who cannot be answered is not worked for. */
bool reply_can_reach(const char *address);

/* What to try after such a fault: a plain sentence, or "" when there is no advice. */
const char *reply_advice(enum fault_code code);

#endif
