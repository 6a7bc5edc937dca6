/* SPDX-License-Identifier: ISC */
/* Submitting: a part goes out under a token, and what the carrier said is kept. */
#include "agent/base/clock.h"
#include "agent/base/file.h"
#include "agent/ledger/sqlite.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* A carrier's answer is kept for people to read; more than this of it is of no use. */
enum { ANSWER_MAX = 2000 };

static enum ledger_result read_part(struct ledger *ledger, sqlite3_stmt *row, struct arena *arena,
                                    struct ledger_submission *next)
{
    *next = (struct ledger_submission){
        .part = sqlite3_column_int64(row, 0),
        .job = sqlite3_column_int64(row, 1),
        .tries = sqlite3_column_int(row, 2),
        .in_doubt_since = sqlite3_column_int64(row, 3),
        .submission = {.message_id = sqlite_column(arena, row, 4),
                       .sender = sqlite_column(arena, row, 5),
                       .recipient = sqlite_column(arena, row, 6),
                       .fd = -1},
    };
    next->in_doubt = next->in_doubt_since != 0;
    const struct submission *texts = &next->submission;
    return texts->message_id && texts->sender && texts->recipient ? LEDGER_OK
                                                                  : sqlite_no_memory(ledger);
}

static enum ledger_result load_bytes(struct ledger *ledger, struct ledger_submission *next)
{
    struct submission *submission = &next->submission;
    submission->fd = file_in_memory("part");
    if (submission->fd < 0) {
        fault_set(&ledger->fault, FAULT_MEMORY, NULL, "no file in memory: %s", strerror(errno));
        return LEDGER_ERROR;
    }
    enum ledger_result result =
        sqlite_read_bytes(ledger, "part_bytes", next->part, submission->fd, &submission->size);
    if (result == LEDGER_NONE) {
        fault_set(&ledger->fault, FAULT_LEDGER, NULL, "ledger %s has lost the bytes of part %lld",
                  ledger->path, (long long)next->part);
        return LEDGER_CORRUPT;
    }
    if (result == LEDGER_OK && lseek(submission->fd, 0, SEEK_SET) != 0) {
        fault_set(&ledger->fault, FAULT_IO, NULL, "file in memory: %s", strerror(errno));
        return LEDGER_ERROR;
    }
    return result;
}

enum ledger_result ledger_next_part(struct ledger *ledger, const char *account, struct arena *arena,
                                    struct ledger_submission *next_out)
{
    *next_out = (struct ledger_submission){.submission.fd = -1};
    enum ledger_result result = sqlite_begin_read(ledger);
    if (result == LEDGER_OK) {
        sqlite3_stmt *row =
            sqlite_bind(ledger, PART_NEXT, VALUES(TEXT(account), NUMBER(clock_now())));
        result = sqlite_step(ledger, row);
        if (result == LEDGER_OK)
            result = read_part(ledger, row, arena, next_out);
    }
    if (result == LEDGER_OK)
        result = load_bytes(ledger, next_out);
    result = sqlite_end(ledger, result);
    if (result != LEDGER_OK && next_out->submission.fd >= 0) {
        close(next_out->submission.fd);
        next_out->submission.fd = -1;
    }
    return result;
}

/* `tries` tells whether the part is still as next_part found it. */
enum ledger_result ledger_submitting(struct ledger *ledger, const struct ledger_owner *owner,
                                     struct ledger_submission *next)
{
    int64_t token = 0;
    enum ledger_result result = sqlite_begin(ledger);
    if (result == LEDGER_OK)
        result = sqlite_next_token(ledger, &token);
    if (result == LEDGER_OK)
        result =
            sqlite_change(ledger, PART_SUBMITTING,
                          VALUES(NUMBER(next->part), NUMBER(next->tries), NUMBER(token),
                                 NUMBER(owner->pid), NUMBER(owner->start), TEXT(owner->boot_id)));
    result = sqlite_end(ledger, result);
    next->token = result == LEDGER_OK ? token : 0;
    return result;
}

enum ledger_result ledger_repeating(struct ledger *ledger, const struct ledger_submission *next)
{
    enum ledger_result result = sqlite_begin(ledger);
    if (result == LEDGER_OK)
        result =
            sqlite_change(ledger, PART_REPEATING, VALUES(NUMBER(next->part), NUMBER(next->token)));
    return sqlite_end(ledger, result);
}

static enum ledger_result set_outcome(struct ledger *ledger, const struct ledger_submission *done,
                                      enum submission_outcome outcome, struct span text,
                                      int64_t not_before)
{
    const struct value part = NUMBER(done->part), token = NUMBER(done->token);
    const struct value answer = TEXT_OF(text);
    switch (outcome) {
    case SUBMISSION_ACCEPTED:
        return sqlite_change(ledger, PART_FINAL, VALUES(part, token, TEXT("accepted"), answer));
    case SUBMISSION_NEVER:
        return sqlite_change(ledger, PART_FINAL, VALUES(part, token, TEXT("never"), answer));
    case SUBMISSION_IN_DOUBT:
        return sqlite_change(ledger, PART_IN_DOUBT,
                             VALUES(part, token, NUMBER(clock_now()), answer));
    case SUBMISSION_LATER:
    case SUBMISSION_NOT_SENT:
    default:
        break;
    }
    return sqlite_change(ledger, PART_AGAIN, VALUES(part, token, NUMBER(not_before), answer));
}

struct span sqlite_answer(const char *text)
{
    struct span answer = span_of(text);
    if (answer.len > ANSWER_MAX)
        answer.len = ANSWER_MAX;
    return answer;
}

enum ledger_result ledger_outcome(struct ledger *ledger, const struct ledger_submission *done,
                                  enum submission_outcome outcome, const char *text,
                                  int64_t not_before)
{
    struct span answer = sqlite_answer(text);
    enum ledger_result result = sqlite_begin(ledger);
    if (result == LEDGER_OK)
        result = set_outcome(ledger, done, outcome, answer, not_before);
    if (result == LEDGER_OK)
        result = sqlite_settle_spawned(ledger, done->job);
    return sqlite_end(ledger, result);
}

enum ledger_result ledger_is_ours(struct ledger *ledger, const char *message_id)
{
    int64_t part;
    enum ledger_result result = sqlite_begin_read(ledger);
    if (result == LEDGER_OK)
        result = sqlite_number(ledger, PART_OURS, VALUES(TEXT(message_id)), &part);
    return sqlite_end(ledger, result);
}
