/* SPDX-License-Identifier: ISC */
/*
 * work: one job under way; what the stages of the pipeline hand on to each other.  Private to the
 * pipeline_*.c files.
 */
#ifndef WWW4MAIL_AGENT_WORK_H
#define WWW4MAIL_AGENT_WORK_H

#include "agent/pipeline.h"

#include "agent/parse/parse.h"
#include "agent/reply/reply.h"
#include "agent/request/request.h"

enum {
    WORK_CRASHES_ALONE = 2,  /* the next attempt leaves out the module that was running, and makes
                                pages the simple way */
    WORK_CRASHES_APOLOGY = 3 /* the next attempt only apologises */
};

/* What the message stages decide. */
enum decision { GO_ON, DECIDED_REPLY, DECIDED_DROP, DECIDED_LATER };

/* What was fetched for a page: its bytes and theirs in one sealed memory file. */
struct parts {
    bool tried;
    int fd; /* -1: none came */
    struct page_part parts[PARSE_MAX_PARTS];
    size_t count;
};

/* A page of this mail, kept until the job ends: asked for twice, it is fetched once. */
struct visit {
    struct visit *next;
    const char *asked_url; /* canonical, before redirects */
    unsigned formats;      /* bit (1 << enum format) of those already answered */
    bool fetched;
    struct target target; /* where it was found at last */
    struct page page;
    struct parts parts;
};

struct work {
    const struct pipeline *pipeline;
    const struct ledger_job *job;
    const struct account *account;
    const char *guilty; /* the module that killed this job's worker twice and is left out, or "" */
    struct blocks blocks; /* without that one */
    bool hopeless;        /* it cannot be left out: all that is left is to say so */
    struct arena *arena;
    struct fields fields;
    struct fault fault;
    int64_t started_ms;

    int mail_fd; /* sealed memory file with the raw mail, or its headers alone */
    bool whole;
    struct parse_child *child; /* reads the mail */
    struct flat headers;
    const char *from;
    bool admitted; /* userauth has let it in: only then may its sender be told anything */
    struct request request;
    const char *note; /* for the first reply: what is to be said of the mail as a whole; or NULL */
    struct visit *visits;

    int out_fd; /* all mails of the reply, one behind the other */
    struct ledger_part *parts;
    struct ledger_memory *memories;
    size_t part_count, part_room, memory_count, memory_room;
    struct ledger_charge charge; /* of a refusal or help, counted in the same commit; kind NULL */
    uint64_t out_bytes;
};

/* A line about a stage, for who runs with -v. */
void work_say(const struct work *work, enum stage_id stage, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* A call of a module in this job's memory. */
struct call work_call(struct work *work, struct fault *fault, int64_t deadline_ms);

/* Asks the gates of a stage; DO unless one says otherwise.  False and work->fault when a gate
 * itself failed. */
bool work_admit(struct work *work, enum stage_id stage, const struct gate_facts *facts,
                struct verdict *verdict_out, struct fault *fault);

/* ---- pipeline_message.c: the stages of the mail ---- */

/* From the raw mail to a finished reply in work, or to none; the rule of a DROP. */
enum decision message_run(struct work *work, const char **rule_out);

/* ---- pipeline_target.c: the stages of one target ---- */

/* Carries out order `number` (from 1) and adds what it comes to to the reply. */
bool target_run(struct work *work, const struct order *order, unsigned number);
/* Fetches, redirects followed; every hop passes the gates.  False and a fault. */
bool target_fetch(struct work *work, struct target *target, uint64_t max_bytes, int64_t deadline_ms,
                  struct page *page_out, struct fault *fault);
void target_free_visits(struct work *work);

/* ---- pipeline_parts.c: what a page wants beside itself ---- */

/* Fetches, once, what the facts of the page ask for, as far as the account lets it.  True when
 * something is there; what cannot be had is done without. */
bool parts_fetch(struct work *work, struct visit *visit, const struct flat *facts);

/* ---- pipeline_filter.c: page to documents ---- */

struct rendered {
    struct document text, html, original;
    bool has_text, has_html, has_original;
    const char *note;
    bool blind; /* the text is to be laid out for readers who listen */
};

/* Facts, fileauth and rendering of a fetched page; memory from `arena`. */
bool filter_run(struct work *work, const struct target *target, struct visit *visit,
                struct arena *arena, struct rendered *rendered_out, struct fault *fault);

/* ---- pipeline_reply.c: documents and faults to mails ---- */

bool reply_start(struct work *work);
bool reply_add(struct work *work, const struct reply_item *item);
bool reply_add_fault(struct work *work, unsigned number, const char *asked,
                     const struct fault *fault);
/* Commits all of it to the ledger. */
enum ledger_result reply_commit(struct work *work);

#endif
