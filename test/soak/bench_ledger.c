/* SPDX-License-Identifier: ISC */
/* What each call of the ledger costs in a state directory: usage: bench_ledger STATE [open].
 * Prints a name and microseconds a line, the median of many calls. */
#include "agent/base/clock.h"
#include "agent/base/file.h"
#include "agent/ledger/ledger.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { CALLS = 200, SETTLE_MAX = 500 };

struct bench {
    const char *state;
    struct ledger *ledger;
    struct ledger_owner me;
    struct arena *arena;
    struct ledger_job job;
    struct ledger_submission part;
    int64_t token;
    int number;
};

static int64_t now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000) + now.tv_nsec / 1000;
}

static void must(struct bench *bench, const char *what, enum ledger_result result)
{
    if (result == LEDGER_OK || result == LEDGER_NONE)
        return;
    const struct fault *fault = bench->ledger ? ledger_fault(bench->ledger) : NULL;
    fprintf(stderr, "%s: %s\n", what, fault && fault->operator ? fault->operator : "failed");
    exit(1);
}

static enum ledger_result open_close(struct bench *bench)
{
    struct fault fault = FAULT_INIT;
    ledger_close(&bench->ledger);
    return ledger_open(bench->state, &bench->ledger, &fault);
}

static enum ledger_result known(struct bench *bench)
{
    char uid[24];
    snprintf(uid, sizeof uid, "%d", bench->number * 37 + 1);
    return ledger_known(bench->ledger, &(struct message_key){"web", "INBOX", 7, uid});
}

static enum ledger_result claim(struct bench *bench)
{
    int64_t job;
    char uid[24];
    snprintf(uid, sizeof uid, "new%d", bench->number);
    int fd = file_in_memory("mail");
    if (fd < 0 || !file_write_all(fd, uid, strlen(uid)))
        return LEDGER_ERROR;
    struct ledger_mail mail = {.key = {"web", "INBOX", 7, uid},
                               .size = strlen(uid),
                               .headers = span_of("Subject: x\n"),
                               .fd = fd};
    enum ledger_result result = ledger_claim(bench->ledger, &mail, &job);
    close(fd);
    return result;
}

static enum ledger_result take(struct bench *bench)
{
    return ledger_take(bench->ledger, &bench->me, NULL, bench->arena, &bench->job);
}

static enum ledger_result answer(struct bench *bench)
{
    char id[40];
    snprintf(id, sizeof id, "<bench-%d@agent.example>", bench->number);
    int fd = file_in_memory("part");
    if (fd < 0 || !file_write_all(fd, "part", 4))
        return LEDGER_ERROR;
    struct ledger_part part = {id, "web@agent.example", "user1@people.example", fd, 0, 4};
    struct ledger_answer all = {.parts = &part, .part_count = 1};
    enum ledger_result result = take(bench);
    if (result == LEDGER_OK)
        result = ledger_answer(bench->ledger, bench->job.id, bench->job.token, &all);
    close(fd);
    return result;
}

static enum ledger_result next_part(struct bench *bench)
{
    enum ledger_result result = ledger_next_part(bench->ledger, "web", bench->arena, &bench->part);
    if (result == LEDGER_OK)
        close(bench->part.submission.fd);
    return result;
}

static enum ledger_result submit(struct bench *bench)
{
    enum ledger_result result = next_part(bench);
    if (result == LEDGER_OK)
        result = ledger_submitting(bench->ledger, &bench->me, &bench->part);
    if (result == LEDGER_OK)
        result = ledger_outcome(bench->ledger, &bench->part, SUBMISSION_ACCEPTED, "250", 0);
    return result;
}

static enum ledger_result settle_list(struct bench *bench)
{
    static struct ledger_settle list[SETTLE_MAX];
    size_t count;
    struct arena *arena = arena_new(1 << 20);
    enum ledger_result result =
        ledger_settle_list(bench->ledger, "web", arena, list, SETTLE_MAX, &count);
    arena_free(&arena);
    return result;
}

static enum ledger_result count_all(struct bench *bench)
{
    struct ledger_counts counts;
    return ledger_counts(bench->ledger, "web", &counts);
}

static enum ledger_result recover(struct bench *bench)
{
    return ledger_recover(bench->ledger, NULL, false, "", "");
}

static enum ledger_result list(struct bench *bench)
{
    struct ledger_row rows[50];
    size_t count;
    struct arena *arena = arena_new(1 << 20);
    enum ledger_result result = ledger_list(bench->ledger, NULL, arena, rows, 50, &count);
    arena_free(&arena);
    return result;
}

static enum ledger_result remember(struct bench *bench)
{
    char name[24];
    snprintf(name, sizeof name, "new/%d", bench->number);
    return ledger_remember(bench->ledger, &(struct ledger_memory){"link", "u", name, span_of("v"),
                                                                  clock_now() + 86400});
}

static enum ledger_result is_ours(struct bench *bench)
{
    return ledger_is_ours(bench->ledger, "<1.1@agent.example>");
}

/* One slice of cleaning, as a daemon does it; the file is far older than a second. */
static enum ledger_result purge(struct bench *bench)
{
    bool more;
    struct ledger_keep keep = {clock_now() - 90 * 86400, 0, 20};
    return ledger_purge(bench->ledger, &keep, &more);
}

static int compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void measure(struct bench *bench, const char *name,
                    enum ledger_result (*call)(struct bench *))
{
    int64_t took[CALLS];
    for (int i = 0; i < CALLS; i++) {
        bench->number = i;
        int64_t began = now_us();
        must(bench, name, call(bench));
        took[i] = now_us() - began;
    }
    qsort(took, CALLS, sizeof *took, compare);
    printf("%s %" PRId64 "\n", name, took[CALLS / 2]);
}

int main(int argc, char **argv)
{
    struct bench bench = {.state = argc > 1 ? argv[1] : "", .arena = arena_new(64 << 20)};
    struct fault fault = FAULT_INIT;
    int64_t began = now_us();
    if (!ledger_owner_self(&bench.me, &fault) ||
        ledger_open(bench.state, &bench.ledger, &fault) != LEDGER_OK) {
        fprintf(stderr, "%s\n", fault.operator);
        return 1;
    }
    printf("open-first %" PRId64 "\n", now_us() - began);
    if (argc > 2) {
        ledger_close(&bench.ledger);
        arena_free(&bench.arena);
        return 0;
    }
    measure(&bench, "open", open_close);
    measure(&bench, "known", known);
    measure(&bench, "claim", claim);
    measure(&bench, "take+answer", answer);
    measure(&bench, "next_part", next_part);
    measure(&bench, "next+submit", submit);
    measure(&bench, "settle_list", settle_list);
    measure(&bench, "counts", count_all);
    measure(&bench, "recover", recover);
    measure(&bench, "list", list);
    measure(&bench, "remember", remember);
    measure(&bench, "is_ours", is_ours);
    measure(&bench, "purge-20ms", purge);
    ledger_close(&bench.ledger);
    arena_free(&bench.arena);
    return 0;
}
