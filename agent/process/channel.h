/* SPDX-License-Identifier: ISC */
/*
 * channel: how the supervisor and its children wake each other: a socket pair that carries small
 * notices.  They only hasten: the ledger is the truth, and is looked at every second anyhow.
 */
#ifndef WWW4MAIL_AGENT_PROCESS_CHANNEL_H
#define WWW4MAIL_AGENT_PROCESS_CHANNEL_H

#include <stdbool.h>
#include <stdint.h>

enum notice_kind {
    NOTICE_CLAIMED,  /* mail -> supervisor: a job was claimed */
    NOTICE_WORK,     /* supervisor -> worker: look for work */
    NOTICE_IDLE,     /* worker -> supervisor: none left; number = NOTICE_WORK seen so far */
    NOTICE_ANSWERED, /* worker -> supervisor -> mail: a job of that account is done */
    NOTICE_SENT,     /* mail -> supervisor: a reply was accepted */
    NOTICE_LEAVING   /* mail -> supervisor: submits no more; number = NOTICE_ANSWERED seen */
};

struct notice {
    uint32_t kind;
    uint32_t account; /* index in the configuration */
    uint64_t number;
};

/* Two ends; false and errno. */
bool channel_open(int ends_out[2]);
/* False when it could not be sent (or there is no channel: -1). */
bool channel_send(int channel, struct notice notice);
/* True when a notice was there; false when none is (yet), *ended_out when none will come. */
bool channel_receive(int channel, struct notice *notice_out, bool *ended_out);
/* Waits for a notice or the end, ms at most (-1 for ever). */
void channel_wait(int channel, int ms);

#endif
