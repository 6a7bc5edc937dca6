/* SPDX-License-Identifier: ISC */
/* A worker: take, run the stages, answer, again. */
#include "agent/process/worker.h"

#include "agent/base/log.h"
#include "agent/base/sandbox.h"
#include "agent/parse/parse.h"
#include "agent/pipeline.h"
#include "agent/process/channel.h"

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

static enum ledger_result work_one(const struct run *run, struct pipeline *pipeline,
                                   const struct ledger_owner *owner, int channel, int *code)
{
    struct ledger_job job;
    struct arena *arena = arena_new(TAKE_ARENA_BYTES);
    if (!arena)
        return LEDGER_ERROR;
    enum ledger_result taken = ledger_take(pipeline->ledger, owner, run->only_account, arena, &job);
    if (taken == LEDGER_OK) {
        enum pipeline_result result = pipeline_run(pipeline, &job);
        if (result == PIPELINE_LATER)
            *code = run_worse_exit(*code, EX_TEMPFAIL);
        else if (result == PIPELINE_LOST)
            *code = run_worse_exit(*code, EX_IOERR);
        if (result != PIPELINE_LOST)
            channel_send(channel, (struct notice){.kind = NOTICE_ANSWERED,
                                                  .account = account_index(run, job.key.account)});
    }
    arena_free(&arena);
    return taken;
}

int worker_work(const struct run *run, struct ledger *ledger, struct parser *parser,
                struct crumb *crumb, int channel, int max_jobs, int *done_out)
{
    struct fault fault = FAULT_INIT;
    struct ledger_owner owner;
    unsigned char key[32];
    struct pipeline pipeline = {.config = run->config,
                                .blocks = run->blocks,
                                .parser = parser,
                                .ledger = ledger,
                                .key = key,
                                .crumb = crumb,
                                .trusted = run->trusted};
    int code = EX_OK;
    *done_out = 0;
    struct arena *arena = arena_new(1 << 20);
    if (!arena || !ledger_owner_self(&owner, &fault) || !ledger_key(run->state, key, &fault) ||
        !address_own_nets(arena, &pipeline.own)) {
        fault_set(&fault, FAULT_INTERNAL, NULL, "cannot read this machine's addresses");
        log_fault(LOG_ERROR, "worker", &fault);
        fault_clear(&fault);
        arena_free(&arena);
        return EX_OSERR;
    }
    enum ledger_result taken = LEDGER_OK;
    while (*done_out < max_jobs && taken == LEDGER_OK && is_fit(code, parser)) {
        taken = work_one(run, &pipeline, &owner, channel, &code);
        *done_out += taken == LEDGER_OK;
    }
    arena_free(&arena);
    explicit_bzero(key, sizeof key);
    if (taken != LEDGER_OK && taken != LEDGER_NONE)
        code = run_worse_exit(code, run_ledger_exit(taken));
    return code;
}

static bool any_needs_exec(const struct blocks *blocks)
{
    for (size_t i = 0; i < blocks->count; i++)
        if (blocks->blocks[i].needs & NEEDS_EXEC)
            return true;
    return false;
}

/* Works whenever it is told to, until the supervisor goes away or enough jobs are done. */
static int serve(const struct run *run, struct ledger *ledger, struct parser *parser,
                 struct crumb *crumb, int channel)
{
    uint64_t told = 1; /* being forked counts as the first NOTICE_WORK */
    int life = JOBS_A_LIFE, code = EX_OK;
    bool ended = false;
    while (!ended && life > 0 && is_fit(code, parser)) {
        int done;
        struct notice notice;
        code = run_worse_exit(code, worker_work(run, ledger, parser, crumb, channel, life, &done));
        life -= done;
        channel_send(channel, (struct notice){.kind = NOTICE_IDLE, .number = told});
        bool work = false;
        while (!work && !ended && life > 0 && is_fit(code, parser)) {
            channel_wait(channel, -1);
            while (channel_receive(channel, &notice, &ended)) {
                told += notice.kind == NOTICE_WORK;
                work = true;
            }
        }
    }
    return code;
}

int worker_process(const struct run *run, struct crumb *crumb, int channel)
{
    struct ledger *ledger = NULL;
    struct fault fault = FAULT_INIT;
    const char *writable[] = {run->state, "/dev/null", NULL};
    int code = EX_OK;
    /* The parser comes first: what it forks must not inherit the ledger. */
    struct parser *parser = parser_open(run->blocks, true, &fault);
    if (parser && ledger_open(run->state, &ledger, &fault) == LEDGER_OK &&
        sandbox_worker(writable, any_needs_exec(run->blocks), &fault))
        code = serve(run, ledger, parser, crumb, channel);
    if (fault_is_set(&fault)) {
        code = run_exit_code(&fault);
        log_fault(LOG_ERROR, "worker", &fault);
        fault_clear(&fault);
    }
    parser_close(&parser);
    ledger_close(&ledger);
    return code;
}
