/* SPDX-License-Identifier: ISC */
/* What the ledger's tests have in common: a fresh state directory, mails, parts, short calls. */
#ifndef WWW4MAIL_TEST_UNIT_LEDGER_HELP_H
#define WWW4MAIL_TEST_UNIT_LEDGER_HELP_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "agent/base/clock.h"
#include "agent/base/file.h"
#include "agent/ledger/sqlite.h"
#include "test/unit/scratch.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct bench {
    char state[64];
    struct ledger *ledger;
    struct ledger_owner me;
    struct arena *arena;
};

static inline void bench_open(struct bench *bench)
{
    struct fault fault = FAULT_INIT;
    enum ledger_result result = ledger_open(bench->state, &bench->ledger, &fault);
    if (result != LEDGER_OK)
        print_error("%s\n", fault.operator);
    assert_int_equal(result, LEDGER_OK);
}

static inline int bench_setup(void **state)
{
    struct bench *bench = calloc(1, sizeof *bench);
    struct fault fault = FAULT_INIT;
    scratch_directory(bench->state, sizeof bench->state);
    bench_open(bench);
    assert_true(ledger_owner_self(&bench->me, &fault));
    bench->arena = arena_new(1 << 20);
    *state = bench;
    return 0;
}

static inline void remove_all(const char *directory)
{
    DIR *list = opendir(directory);
    for (struct dirent *entry; list && (entry = readdir(list));)
        unlinkat(dirfd(list), entry->d_name, 0);
    if (list)
        closedir(list);
    rmdir(directory);
}

static inline int bench_teardown(void **state)
{
    struct bench *bench = *state;
    ledger_close(&bench->ledger);
    arena_free(&bench->arena);
    remove_all(bench->state);
    free(bench);
    return 0;
}

static inline int memory_file(const char *text)
{
    int fd = file_in_memory("test");
    assert_true(fd >= 0 && file_write_all(fd, text, strlen(text)));
    return fd;
}

static inline enum ledger_result claim_key(struct bench *bench, struct message_key key,
                                           const char *bytes, int64_t *job_out)
{
    struct ledger_mail mail = {
        .key = key, .size = strlen(bytes), .headers = span_of("Subject: x\n"), .fd = -1};
    mail.fd = memory_file(bytes);
    enum ledger_result result = ledger_claim(bench->ledger, &mail, job_out);
    close(mail.fd);
    return result;
}

/* A mail whose bytes are as unlike others as its uid. */
static inline int64_t claim_uid(struct bench *bench, const char *account, const char *uid)
{
    int64_t job;
    char bytes[64];
    snprintf(bytes, sizeof bytes, "mail %s", uid);
    assert_int_equal(claim_key(bench, (struct message_key){account, "INBOX", 7, uid}, bytes, &job),
                     LEDGER_OK);
    return job;
}

static inline struct ledger_job take(struct bench *bench)
{
    struct ledger_job job;
    assert_int_equal(ledger_take(bench->ledger, &bench->me, NULL, bench->arena, &job), LEDGER_OK);
    return job;
}

static inline void assert_nothing_due(struct bench *bench)
{
    struct ledger_job job;
    assert_int_equal(ledger_take(bench->ledger, &bench->me, NULL, bench->arena, &job), LEDGER_NONE);
}

/* Answers with `count` parts "<job.n>" of bytes "part n". */
static inline enum ledger_result answer(struct bench *bench, int64_t job, int64_t token, int count)
{
    struct ledger_part parts[8];
    int fd = memory_file("....part 1part 2part 3part 4part 5part 6part 7part 8");
    for (int i = 0; i < count; i++)
        parts[i] =
            (struct ledger_part){.message_id = arena_printf(bench->arena, "<%lld.%d@example.org>",
                                                            (long long)job, i + 1),
                                 .sender = "agent@example.org",
                                 .recipient = "asker@example.net",
                                 .fd = fd,
                                 .offset = 4 + 6 * (uint64_t)i,
                                 .size = 6};
    struct ledger_answer all = {.parts = parts, .part_count = (size_t)count};
    enum ledger_result result = ledger_answer(bench->ledger, job, token, &all);
    close(fd);
    return result;
}

/* A claimed mail with that many parts ready. */
static inline int64_t answered(struct bench *bench, const char *uid, int parts)
{
    int64_t id = claim_uid(bench, "a", uid);
    assert_int_equal(answer(bench, id, take(bench).token, parts), LEDGER_OK);
    return id;
}

static inline struct ledger_submission next_part(struct bench *bench)
{
    struct ledger_submission next;
    assert_int_equal(ledger_next_part(bench->ledger, "a", bench->arena, &next), LEDGER_OK);
    return next;
}

static inline void assert_no_part(struct bench *bench)
{
    struct ledger_submission next;
    assert_int_equal(ledger_next_part(bench->ledger, "a", bench->arena, &next), LEDGER_NONE);
    assert_int_equal(next.submission.fd, -1);
}

/* What is in doubt is to be sent once more. */
static inline void send_again(struct bench *bench)
{
    struct ledger_doubt list[4];
    size_t count;
    assert_int_equal(ledger_doubts(bench->ledger, "a", -1, bench->arena, list, 4, &count),
                     LEDGER_OK);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(ledger_resolve(bench->ledger, &list[i], LEDGER_RESOLVE_SEND, "", 0),
                         LEDGER_OK);
}

/* The next part goes out and the carrier says this. */
static inline int64_t submit(struct bench *bench, enum submission_outcome outcome)
{
    struct ledger_submission next = next_part(bench);
    close(next.submission.fd);
    assert_int_equal(ledger_submitting(bench->ledger, &bench->me, &next), LEDGER_OK);
    assert_int_equal(ledger_outcome(bench->ledger, &next, outcome, "said", clock_now() - 1),
                     LEDGER_OK);
    return next.part;
}

static inline struct ledger_counts counts(struct bench *bench)
{
    struct ledger_counts all;
    assert_int_equal(ledger_counts(bench->ledger, NULL, &all), LEDGER_OK);
    return all;
}

static inline int64_t ask(struct bench *bench, const char *query)
{
    int64_t number = -1;
    sqlite_ask(bench->ledger, query, &number);
    return number;
}

/* To its end. */
static inline enum ledger_result purge(struct bench *bench, int64_t before, uint64_t max_bytes)
{
    bool more;
    struct ledger_keep keep = {before, max_bytes, 60000};
    enum ledger_result result = ledger_purge(bench->ledger, &keep, &more);
    assert_false(more);
    return result;
}

/* Runs `child` in another process; its exit status.  The ledger is closed meanwhile in both. */
static inline int in_child(struct bench *bench, int (*child)(struct bench *))
{
    int status;
    ledger_close(&bench->ledger);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        _exit(child(bench));
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

/* For a child: opens, or ends it with 99. */
static inline void open_or_exit(struct bench *bench)
{
    struct fault fault = FAULT_INIT;
    if (ledger_open(bench->state, &bench->ledger, &fault) != LEDGER_OK ||
        !ledger_owner_self(&bench->me, &fault))
        _exit(99);
}

#endif
