/* SPDX-License-Identifier: ISC */
/*
 * spawn: does a worker's part for one mail of a Maildir through the ledger alone: claims it, takes
 * it, spawns two later jobs, answers it, takes the later jobs and answers each.  The agent then
 * submits and settles.  Run again after a death it goes on where the ledger stands.
 */
#include "agent/base/file.h"
#include "agent/ledger/ledger.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

enum { LATER_JOBS = 2, ARENA_BYTES = 1 << 20, HEADERS_BYTES = 4096 };

static const char to[] = "ann@people.example", from[] = "web@agent.example";

static int complain(struct ledger *ledger, const char *what)
{
    const struct fault *fault = ledger ? ledger_fault(ledger) : NULL;
    fprintf(stderr, "spawn: %s: %s\n", what, fault && fault->operator ? fault->operator : "failed");
    return EX_SOFTWARE;
}

/* The mail is known in the mailbox "in" by its file's name, as the maildir module has it. */
static enum ledger_result claim(struct ledger *ledger, const char *path, int64_t *job_out)
{
    char headers[HEADERS_BYTES];
    const char *slash = strrchr(path, '/');
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return LEDGER_ALREADY; /* settled long ago */
    ssize_t len = pread(fd, headers, sizeof headers, 0);
    struct ledger_mail mail = {.key = {.account = "web", .mailbox = "in", .uid = slash + 1},
                               .size = (uint64_t)file_size(fd),
                               .headers = {headers, len > 0 ? (size_t)len : 0},
                               .fd = fd};
    enum ledger_result result = ledger_claim(ledger, &mail, job_out);
    close(fd);
    return result;
}

/* One part, whose text and Message-ID depend on what the job is for alone. */
static enum ledger_result answer(struct ledger *ledger, const struct ledger_job *job)
{
    char id[128], text[512];
    const char *name = *job->target ? job->target : "mail";
    snprintf(id, sizeof id, "<later.%s@agent.example>", name);
    int len = snprintf(text, sizeof text,
                       "From: %s\r\nTo: %s\r\nMessage-ID: %s\r\n\r\nThis is about %s.\r\n", from,
                       to, id, name);
    int fd = file_in_memory("reply");
    if (fd < 0 || !file_write_all(fd, text, (size_t)len))
        return LEDGER_ERROR;
    struct ledger_part part = {
        .message_id = id, .sender = from, .recipient = to, .fd = fd, .size = (uint64_t)len};
    struct ledger_answer given = {.parts = &part, .part_count = 1};
    enum ledger_result result = ledger_answer(ledger, job->id, job->token, &given);
    close(fd);
    return result;
}

static enum ledger_result spawn_later(struct ledger *ledger, const struct ledger_job *job)
{
    enum ledger_result result = LEDGER_OK;
    for (int n = 1; result == LEDGER_OK && n <= LATER_JOBS; n++) {
        char target[32];
        snprintf(target, sizeof target, "later-%d", n);
        result = ledger_spawn(ledger, job->id, job->token, n, target, 0);
    }
    return result;
}

static enum ledger_result work(struct ledger *ledger, const struct ledger_owner *owner)
{
    enum ledger_result result = LEDGER_OK;
    while (result == LEDGER_OK) {
        struct ledger_job job;
        struct arena *arena = arena_new(ARENA_BYTES);
        if (!arena)
            return LEDGER_ERROR;
        result = ledger_take(ledger, owner, NULL, arena, &job);
        if (result == LEDGER_OK && !*job.target)
            result = spawn_later(ledger, &job);
        if (result == LEDGER_OK)
            result = answer(ledger, &job);
        arena_free(&arena);
    }
    return result;
}

int main(int argc, char **argv)
{
    struct ledger *ledger = NULL;
    struct ledger_owner owner;
    struct fault fault = FAULT_INIT;
    int64_t job;
    if (argc != 3)
        return EX_USAGE;
    if (!ledger_owner_self(&owner, &fault) || ledger_open(argv[1], &ledger, &fault) != LEDGER_OK)
        return complain(NULL, fault.operator ? fault.operator : "cannot open the ledger");
    enum ledger_result result = ledger_recover(ledger, NULL, true, "", "");
    if (result == LEDGER_OK || result == LEDGER_NONE)
        result = claim(ledger, argv[2], &job);
    if (result == LEDGER_OK || result == LEDGER_ALREADY)
        result = work(ledger, &owner);
    int code = result == LEDGER_NONE ? EX_OK : complain(ledger, "the ledger");
    ledger_close(&ledger);
    return code;
}
