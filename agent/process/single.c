/* SPDX-License-Identifier: ISC */
/* The same work without a supervisor: -1, --dry-run, --stdin. */
#include "agent/process/mail.h"
#include "agent/process/worker.h"

#include "agent/base/file.h"
#include "agent/base/log.h"
#include "agent/base/sandbox.h"
#include "agent/process/accounts.h"
#include "agent/process/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

enum { PART_ARENA_BYTES = 4 << 20 };

static int complain(struct fault *fault)
{
    int code = run_exit_code(fault);
    log_fault(LOG_ERROR, "run", fault);
    fault_clear(fault);
    return code;
}

static int work_all(const struct run *run, struct mailer *mailer, struct parser *parser)
{
    int done;
    const struct worker worker = {.run = run,
                                  .ledger = mailer->ledger,
                                  .owner = mailer->owner,
                                  .parser = parser,
                                  .channel = -1};
    return worker_work(&worker, INT_MAX, &done);
}

/* Does something to each wanted account with an open mailer. */
typedef int (*account_act)(struct run *run, struct mailer *mailer, struct parser *parser,
                           void *context);

static bool holds_secret(const struct account *account)
{
    return account->mailbox.secret.key || account->submission.secret.key;
}

static int each_account(struct run *run, account_act act, void *context)
{
    int code = EX_OK;
    struct fault none = FAULT_INIT;
    signal(SIGPIPE, SIG_IGN);
    /* The parser comes first: what it forks must inherit neither ledger nor mail. */
    struct parser *parser = parser_open(run->blocks, true, &none);
    if (!parser)
        return complain(&none);
    for (size_t i = 0; i < run->config->account_count; i++) {
        struct mailer mailer = {.run = run};
        struct fault fault = FAULT_INIT;
        if (!run_wants(run, &run->config->accounts[i]))
            continue;
        if (holds_secret(&run->config->accounts[i]) && !sandbox_private(&fault))
            code = run_worse_exit(code, complain(&fault));
        else if (mailer_open(&mailer, run, &run->config->accounts[i], NULL, &fault))
            code = run_worse_exit(code, act(run, &mailer, parser, context));
        else
            code = run_worse_exit(code, complain(&fault));
        mailer_close(&mailer);
    }
    parser_close(&parser);
    return code;
}

static int serve_account(struct run *run, struct mailer *mailer, struct parser *parser,
                         void *context)
{
    struct ledger_counts counts;
    (void)context;
    int code = EX_OK;
    enum ledger_result result = ledger_recover(mailer->ledger, NULL, false, "", "");
    if (result != LEDGER_OK && result != LEDGER_NONE)
        return run_ledger_exit(result);
    code = run_worse_exit(code, mailer_collect(mailer));
    code = run_worse_exit(code, work_all(run, mailer, parser));
    code = run_worse_exit(code, mailer_resolve(mailer));
    code = run_worse_exit(code, mailer_submit(mailer));
    code = run_worse_exit(code, mailer_settle(mailer));
    mailer_tell_doubts(mailer);
    result = ledger_counts(mailer->ledger, mailer->account->name, &counts);
    if (result == LEDGER_OK && counts.claimed + counts.ready + counts.in_doubt > 0)
        code = run_worse_exit(code, EX_TEMPFAIL);
    return code;
}

int single_run(struct run *run)
{
    int lock;
    struct fault fault = FAULT_INIT;
    switch (lock_take(run->state, &lock, &fault)) {
    case LOCK_TAKEN_BY_OTHER:
        log_line(LOG_INFO, "another run is at work on %s", run->state);
        return EX_OK;
    case LOCK_FAILED:
        return complain(&fault);
    default:
        break;
    }
    int64_t held;
    int code = accounts_reconcile(run, &held);
    if (code == EX_OK)
        code = each_account(run, serve_account, NULL);
    close(lock);
    return code;
}

/* ---- rehearsing ---- */

struct output {
    const char *folder; /* NULL: standard output */
    unsigned written;
};

static int open_eml(struct output *output, const struct ledger_submission *part)
{
    char path[PATH_MAX];
    if (!output->folder)
        return STDOUT_FILENO;
    int len = snprintf(path, sizeof path, "%s/%04u.eml", output->folder, ++output->written);
    if (len >= (int)sizeof path)
        return -1;
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        log_line(LOG_ERROR, "%s: %s; name a folder that is empty", path, strerror(errno));
    else
        log_line(LOG_INFO, "job %lld  %-12s  %s", (long long)part->job, "submit", path);
    return fd;
}

static int write_out(struct output *output, const struct ledger_submission *part, bool separate)
{
    static const char from_line[] = "From www4mail Thu Jan  1 00:00:00 1970\n";
    int fd = open_eml(output, part);
    if (fd < 0)
        return EX_CANTCREAT;
    bool ok = true;
    if (fd == STDOUT_FILENO && separate)
        ok = file_write_all(fd, from_line, sizeof from_line - 1);
    lseek(part->submission.fd, 0, SEEK_SET);
    ok = ok && file_copy(part->submission.fd, fd, INT64_MAX) == (int64_t)part->submission.size;
    if (fd != STDOUT_FILENO)
        ok = close(fd) == 0 && ok;
    if (!ok)
        log_line(LOG_ERROR, "%s: %s", output->folder ? output->folder : "standard output",
                 strerror(errno));
    return ok ? EX_OK : EX_IOERR;
}

static int write_parts(struct mailer *mailer, struct output *output)
{
    int code = EX_OK;
    struct ledger_counts counts = {0};
    ledger_counts(mailer->ledger, NULL, &counts);
    enum ledger_result result = LEDGER_OK;
    while (result == LEDGER_OK && code == EX_OK) {
        struct arena *arena = arena_new(PART_ARENA_BYTES);
        struct ledger_submission part;
        result = arena ? ledger_next_part(mailer->ledger, mailer->account->name, arena, &part)
                       : LEDGER_ERROR;
        if (result == LEDGER_OK) {
            result = ledger_submitting(mailer->ledger, &mailer->owner, &part);
            if (result == LEDGER_OK)
                code = write_out(output, &part, counts.ready > 1);
            if (result == LEDGER_OK && code == EX_OK)
                result = ledger_outcome(mailer->ledger, &part, SUBMISSION_ACCEPTED, "written", 0);
            close(part.submission.fd);
        }
        arena_free(&arena);
    }
    return result == LEDGER_NONE || code != EX_OK ? code : run_ledger_exit(result);
}

static int rehearse_account(struct run *run, struct mailer *mailer, struct parser *parser,
                            void *context)
{
    int code = mailer_collect(mailer);
    code = run_worse_exit(code, work_all(run, mailer, parser));
    return run_worse_exit(code, write_parts(mailer, context));
}

int single_rehearse(struct run *run, const char *folder)
{
    struct output output = {.folder = folder};
    return each_account(run, rehearse_account, &output);
}

static int claim_account(struct run *run, struct mailer *mailer, struct parser *parser,
                         void *context)
{
    (void)run;
    (void)parser;
    (void)context;
    return mailer_collect(mailer);
}

int single_claim(struct run *run)
{
    return each_account(run, claim_account, NULL);
}
