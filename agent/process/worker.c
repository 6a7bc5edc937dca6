/* SPDX-License-Identifier: ISC */
/* A worker: take, run the stages, answer, again. */
#include "agent/process/worker.h"

#include "agent/base/log.h"
#include "agent/base/sandbox.h"
#include "agent/parse/parse.h"
#include "agent/pipeline.h"
#include "agent/process/channel.h"
#include "agent/process/rights.h"

#include <limits.h>
#include <string.h>
#include <sysexits.h>

enum { JOBS_A_LIFE = 200, TAKE_ARENA_BYTES = 4 << 20 };

static uint32_t account_index(const struct run *run, const char *name)
{
    for (size_t i = 0; i < run->config->account_count; i++)
        if (strcmp(run->config->accounts[i].name, name) == 0)
            return (uint32_t)i;
    return UINT32_MAX;
}

/* A job whose result was lost, or a parser that died, or no key: that needs a fresh process. */
static bool is_fit(int code, const struct parser *parser)
{
    return (code == EX_OK || code == EX_TEMPFAIL) && parser_lives(parser);
}

static enum ledger_result work_one(const struct worker *worker, struct pipeline *pipeline,
                                   int *code)
{
    struct ledger_job job;
    struct arena *arena = arena_new(TAKE_ARENA_BYTES);
    if (!arena) {
        *code = run_worse_exit(*code, EX_TEMPFAIL);
        log_line(LOG_ERROR, "worker: no memory for a job");
        return LEDGER_NONE;
    }
    enum ledger_result taken =
        ledger_take(worker->ledger, &worker->owner, worker->run->only_account, arena, &job);
    if (taken == LEDGER_OK) {
        enum pipeline_result result = pipeline_run(pipeline, &job);
        if (result == PIPELINE_LATER)
            *code = run_worse_exit(*code, EX_TEMPFAIL);
        else if (result == PIPELINE_LOST)
            *code = run_worse_exit(*code, EX_IOERR);
        if (result != PIPELINE_LOST)
            channel_send(worker->channel,
                         (struct notice){.kind = NOTICE_ANSWERED,
                                         .account = account_index(worker->run, job.key.account)});
    }
    arena_free(&arena);
    return taken;
}

int worker_work(const struct worker *worker, int max_jobs, int *done_out)
{
    const struct run *run = worker->run;
    struct fault fault = FAULT_INIT;
    unsigned char key[32];
    struct pipeline pipeline = {.config = run->config,
                                .blocks = run->blocks,
                                .parser = worker->parser,
                                .ledger = worker->ledger,
                                .key = key,
                                .crumb = worker->crumb,
                                .trusted = run->trusted};
    int code = EX_OK;
    *done_out = 0;
    struct arena *arena = arena_new(1 << 20);
    if (!arena || !ledger_key(run->state, key, &fault) || !address_own_nets(arena, &pipeline.own)) {
        fault_set(&fault, FAULT_INTERNAL, NULL, "cannot read this machine's addresses");
        code = fault.code == FAULT_INTERNAL ? EX_OSERR : run_exit_code(&fault);
        log_fault(LOG_ERROR, "worker", &fault);
        fault_clear(&fault);
        arena_free(&arena);
        return code;
    }
    enum ledger_result taken = LEDGER_OK;
    while (*done_out < max_jobs && taken == LEDGER_OK && is_fit(code, worker->parser)) {
        taken = work_one(worker, &pipeline, &code);
        *done_out += taken == LEDGER_OK;
    }
    arena_free(&arena);
    explicit_bzero(key, sizeof key);
    if (taken != LEDGER_OK && taken != LEDGER_NONE) {
        code = run_worse_exit(code, run_ledger_exit(taken));
        log_fault(LOG_ERROR, "worker", ledger_fault(worker->ledger));
    }
    return code;
}

/* Works whenever it is told to, until the supervisor goes away or enough jobs are done; or a file
 * that it may read was replaced by one that it may not. */
static int serve(const struct worker *worker, const struct sandbox_rights *rights)
{
    uint64_t told = 1; /* being forked counts as the first NOTICE_WORK */
    int life = JOBS_A_LIFE, code = EX_OK;
    bool ended = false;
    while (!ended && life > 0 && is_fit(code, worker->parser) && !sandbox_is_stale(rights)) {
        int done;
        struct notice notice;
        code = run_worse_exit(code, worker_work(worker, life, &done));
        life -= done;
        /* Whom nobody knows to be idle would be taken to work for ever. */
        ended =
            !channel_send(worker->channel, (struct notice){.kind = NOTICE_IDLE, .number = told});
        bool work = false;
        while (!work && !ended && life > 0 && is_fit(code, worker->parser)) {
            channel_wait(worker->channel, -1);
            while (channel_receive(worker->channel, &notice, &ended)) {
                told += notice.kind == NOTICE_WORK;
                work = true;
            }
        }
    }
    return code;
}

/* The parser comes first: what it forks must not inherit the ledger. */
static bool set_up(struct worker *worker, struct sandbox_rights *rights, struct fault *fault)
{
    worker->parser = parser_open(worker->run->blocks, true, fault);
    if (!worker->parser || !ledger_owner_self(&worker->owner, fault) ||
        ledger_open(worker->run->state, &worker->ledger, fault) != LEDGER_OK)
        return false;
    rights_of_worker(rights, worker->run, parser_process(worker->parser));
    if (!(rights->keeps & SANDBOX_EXEC))
        sandbox_forget_environment();
    return sandbox_enter(rights, fault);
}

int worker_process(const struct run *run, struct crumb *crumb, int channel)
{
    struct worker worker = {.run = run, .crumb = crumb, .channel = channel};
    struct sandbox_rights rights;
    struct fault fault = FAULT_INIT;
    int code = EX_OK;
    if (set_up(&worker, &rights, &fault))
        code = serve(&worker, &rights);
    if (fault_is_set(&fault)) {
        code = run_exit_code(&fault);
        log_fault(LOG_ERROR, "worker", &fault);
        fault_clear(&fault);
    }
    parser_close(&worker.parser);
    ledger_close(&worker.ledger);
    return code;
}
