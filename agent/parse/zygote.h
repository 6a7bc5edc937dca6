/* SPDX-License-Identifier: ISC */
/*
 * zygote: how a worker and its zygote talk: one message a child, on a SOCK_SEQPACKET socket.  There:
 * the plan as a flat table, with three descriptors (the thing, questions, answers).  Back: one byte,
 * with a pidfd of the child.  Private to agent/parse.
 */
#ifndef WWW4MAIL_AGENT_PARSE_ZYGOTE_H
#define WWW4MAIL_AGENT_PARSE_ZYGOTE_H

#include "agent/parse/parse.h"

enum { ZYGOTE_DESCRIPTORS = 3, ZYGOTE_MESSAGE_BYTES = 64 * 1024 };

/* A plan with the memory of its texts. */
struct zygote_order {
    struct parse_plan plan;
    struct page_hints page;
    struct page_part parts[PARSE_MAX_PARTS];
    struct arena *arena;
};

bool zygote_write_order(const struct parse_plan *plan, struct buffer *out);
/* False when the bytes are no order; the arena is the caller's to free either way. */
bool zygote_read_order(struct span bytes, struct zygote_order *order_out);

/* A message with descriptors (count up to ZYGOTE_DESCRIPTORS); false on error. */
bool zygote_send(int socket, struct span bytes, const int *descriptors, unsigned count);
/* Waits for one.  False at the end or on error; descriptors that came are closed then. */
bool zygote_receive(int socket, struct buffer *bytes, int *descriptors, unsigned count);

/* The zygote's life: answers orders until the socket is closed. */
_Noreturn void zygote_run(const struct blocks *blocks, struct crumb *crumb, int socket);
/* A child of a process that has no zygote, and shares no memory but the crumb; a pidfd of it, -1 and
 * errno when there is none. */
int zygote_fork(const struct blocks *blocks, struct crumb *crumb, const struct parse_plan *plan,
                const int *descriptors);

/* A child's life: gives up everything, answers questions, never returns. */
_Noreturn void parse_child_run(const struct blocks *blocks, struct crumb *crumb,
                               const struct parse_plan *plan, const int *descriptors);
/* Opens the modules that such a plan will need, in this process. */
void parse_child_open_modules(const struct blocks *blocks, const struct parse_plan *plan);

#endif
