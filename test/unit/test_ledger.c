/* SPDX-License-Identifier: ISC */
/* The ledger's contract, jobs: claiming, taking, what becomes of a job, recovering, counting. */
#include "test/unit/ledger_help.h"

#include <signal.h>

static void test_claim_is_known(void **state)
{
    struct bench *bench = *state;
    struct message_key key = {"a", "INBOX", 7, "1"};
    int64_t job, again;
    assert_int_equal(ledger_known(bench->ledger, &key), LEDGER_NONE);
    assert_int_equal(claim_key(bench, key, "bytes", &job), LEDGER_OK);
    assert_true(job > 0);
    assert_int_equal(ledger_known(bench->ledger, &key), LEDGER_OK);
    assert_int_equal(claim_key(bench, key, "other bytes", &again), LEDGER_ALREADY);
    assert_int_equal(again, 0);
    key.account = "b";
    assert_int_equal(ledger_known(bench->ledger, &key), LEDGER_NONE);
    assert_int_equal(counts(bench).claimed, 1);
}

static void test_same_bytes_under_another_uidvalidity(void **state)
{
    struct bench *bench = *state;
    struct message_key key = {"a", "INBOX", 7, "1"};
    int64_t job;
    assert_int_equal(claim_key(bench, key, "bytes", &job), LEDGER_OK);
    key.uid = "2"; /* same uidvalidity: another mail that happens to be the same */
    assert_int_equal(claim_key(bench, key, "bytes", &job), LEDGER_OK);
    key.uidvalidity = 8;
    assert_int_equal(ledger_known(bench->ledger, &key), LEDGER_NONE);
    assert_int_equal(claim_key(bench, key, "bytes", &job), LEDGER_ALREADY);
    assert_int_equal(ledger_known(bench->ledger, &key), LEDGER_OK);
    assert_int_equal(counts(bench).claimed, 2);
    key.uid = "3";
    assert_int_equal(claim_key(bench, key, "new bytes", &job), LEDGER_OK);
    key = (struct message_key){"a", "Other", 8, "2"};
    assert_int_equal(claim_key(bench, key, "bytes", &job), LEDGER_OK);
}

static void test_take_gives_the_mail(void **state)
{
    struct bench *bench = *state;
    int64_t id = claim_uid(bench, "a", "1");
    struct ledger_job job = take(bench);
    struct hash hash = hash_sha256(span_of("mail 1"));
    assert_int_equal(job.id, id);
    assert_true(job.token > 0);
    assert_int_equal(job.attempt, 1);
    assert_int_equal(job.crashes, 0);
    assert_string_equal(job.crash_module, "");
    assert_string_equal(job.target, "");
    assert_string_equal(job.key.account, "a");
    assert_string_equal(job.key.mailbox, "INBOX");
    assert_string_equal(job.key.uid, "1");
    assert_int_equal(job.key.uidvalidity, 7);
    assert_int_equal(job.size, 6);
    assert_memory_equal(job.hash.bytes, hash.bytes, HASH_BYTES);
    assert_true(span_equal(job.headers, span_of("Subject: x\n")));
    assert_true(job.claimed_at > 0 && job.claimed_at <= clock_now());
    assert_int_equal(counts(bench).taken, 1);
    assert_nothing_due(bench);

    char bytes[16] = "";
    int fd = memory_file("");
    assert_int_equal(ledger_read_mail(bench->ledger, id, fd), LEDGER_OK);
    assert_int_equal(pread(fd, bytes, sizeof bytes, 0), 6);
    assert_memory_equal(bytes, "mail 1", 6);
    assert_int_equal(ledger_read_mail(bench->ledger, 999, fd), LEDGER_NONE);
    close(fd);
}

static void test_headers_only(void **state)
{
    struct bench *bench = *state;
    struct ledger_mail mail = {
        .key = {"a", "INBOX", 7, "1"}, .size = 9000000, .headers = span_of("From: x\n"), .fd = -1};
    int64_t job;
    assert_int_equal(ledger_claim(bench->ledger, &mail, &job), LEDGER_OK);
    assert_int_equal(ledger_read_mail(bench->ledger, job, -1), LEDGER_NONE);
    assert_int_equal(take(bench).size, 9000000);
    /* No bytes at all are something else than bytes that were not kept. */
    mail.key.uid = "2";
    mail.fd = memory_file("");
    assert_int_equal(ledger_claim(bench->ledger, &mail, &job), LEDGER_OK);
    assert_int_equal(ledger_read_mail(bench->ledger, job, -1), LEDGER_OK);
    close(mail.fd);
}

static void test_claim_of_unreadable_bytes(void **state)
{
    struct bench *bench = *state;
    struct ledger_mail mail = {.key = {"a", "INBOX", 7, "1"}, .fd = open("/", O_RDONLY)};
    int64_t job;
    assert_int_equal(ledger_claim(bench->ledger, &mail, &job), LEDGER_ERROR);
    assert_true(fault_is_set(ledger_fault(bench->ledger)));
    close(mail.fd);
    assert_int_equal(ledger_known(bench->ledger, &mail.key), LEDGER_NONE);
    assert_false(fault_is_set(ledger_fault(bench->ledger)));
}

static void test_oldest_first_and_by_account(void **state)
{
    struct bench *bench = *state;
    struct ledger_job job;
    int64_t one = claim_uid(bench, "a", "1"), two = claim_uid(bench, "b", "2");
    int64_t three = claim_uid(bench, "a", "3");
    assert_int_equal(ledger_take(bench->ledger, &bench->me, "b", bench->arena, &job), LEDGER_OK);
    assert_int_equal(job.id, two);
    assert_int_equal(ledger_take(bench->ledger, &bench->me, "b", bench->arena, &job), LEDGER_NONE);
    assert_int_equal(take(bench).id, one);
    assert_int_equal(take(bench).id, three);
}

static void test_wrong_token_changes_nothing(void **state)
{
    struct bench *bench = *state;
    int64_t id = claim_uid(bench, "a", "1");
    struct ledger_job job = take(bench);
    int64_t wrong = job.token + 1;
    assert_int_equal(answer(bench, id, wrong, 1), LEDGER_NONE);
    assert_int_equal(ledger_drop(bench->ledger, id, wrong, "loop"), LEDGER_NONE);
    assert_int_equal(ledger_retry(bench->ledger, id, wrong, 0), LEDGER_NONE);
    assert_int_equal(ledger_spawn(bench->ledger, id, wrong, 1, "GET x", 0), LEDGER_NONE);
    assert_int_equal(counts(bench).taken, 1);
    assert_int_equal(counts(bench).ready, 0);
    /* Taken anew, the first token is worth nothing. */
    assert_int_equal(ledger_retry(bench->ledger, id, job.token, 0), LEDGER_OK);
    assert_int_equal(answer(bench, id, job.token, 1), LEDGER_NONE);
    struct ledger_job again = take(bench);
    assert_true(again.token > job.token);
    assert_int_equal(again.attempt, 2);
    assert_int_equal(answer(bench, id, job.token, 1), LEDGER_NONE);
    assert_int_equal(answer(bench, id, again.token, 1), LEDGER_OK);
    assert_int_equal(answer(bench, id, again.token, 1), LEDGER_NONE);
    assert_int_equal(counts(bench).ready, 1);
}

static void test_retry_waits(void **state)
{
    struct bench *bench = *state;
    int64_t later = clock_now() + 3600;
    int64_t id = claim_uid(bench, "a", "1");
    assert_int_equal(ledger_retry(bench->ledger, id, take(bench).token, later), LEDGER_OK);
    assert_nothing_due(bench);
    struct ledger_counts all = counts(bench);
    assert_int_equal(all.claimed, 1);
    assert_int_equal(all.due, 0);
    assert_int_equal(all.next_due, later);
    int64_t next = claim_uid(bench, "a", "2");
    assert_int_equal(counts(bench).due, 1);
    assert_int_equal(take(bench).id, next);
}

static void test_drop_and_poison(void **state)
{
    struct bench *bench = *state;
    int64_t dropped = claim_uid(bench, "a", "1"), killer = claim_uid(bench, "a", "2");
    assert_int_equal(ledger_drop(bench->ledger, dropped, take(bench).token, "loop"), LEDGER_OK);
    struct ledger_job job = take(bench);
    assert_int_equal(ledger_poison(bench->ledger, killer, "kills"), LEDGER_OK);
    assert_int_equal(ledger_poison(bench->ledger, killer, "again"), LEDGER_OK);
    assert_int_equal(answer(bench, killer, job.token, 1), LEDGER_NONE);
    assert_int_equal(ledger_poison(bench->ledger, 999, "no such"), LEDGER_NONE);
    assert_int_equal(counts(bench).dropped, 1);
    assert_int_equal(counts(bench).poison, 1);
    struct ledger_row rows[4];
    size_t count;
    assert_int_equal(ledger_list(bench->ledger, NULL, bench->arena, rows, 4, &count), LEDGER_OK);
    assert_int_equal(count, 2);
    assert_string_equal(rows[0].state, "poison");
    assert_string_equal(rows[0].rule, "kills");
    assert_string_equal(rows[1].state, "dropped");
    assert_string_equal(rows[1].rule, "loop");
    assert_int_equal(ledger_settled(bench->ledger, dropped), LEDGER_OK);
    assert_int_equal(ledger_poison(bench->ledger, dropped, "too late"), LEDGER_NONE);
}

static void test_spawn_once(void **state)
{
    struct bench *bench = *state;
    int64_t parent = claim_uid(bench, "a", "1");
    int64_t token = take(bench).token;
    assert_int_equal(ledger_spawn(bench->ledger, parent, token, 1, "GET one", 0), LEDGER_OK);
    assert_int_equal(ledger_spawn(bench->ledger, parent, token, 1, "GET other", 0), LEDGER_OK);
    assert_int_equal(ledger_spawn(bench->ledger, parent, token, 2, "GET two", clock_now() + 3600),
                     LEDGER_OK);
    assert_int_equal(counts(bench).claimed, 2);
    assert_int_equal(answer(bench, parent, token, 0), LEDGER_OK);
    struct ledger_job job = take(bench);
    assert_true(job.id != parent);
    assert_string_equal(job.target, "GET one");
    assert_string_equal(job.key.uid, "1");
    assert_true(span_equal(job.headers, span_of("Subject: x\n")));
    int fd = memory_file("");
    assert_int_equal(ledger_read_mail(bench->ledger, job.id, fd), LEDGER_OK);
    assert_int_equal(file_size(fd), 6);
    close(fd);
    /* It has nothing to tell a mailbox: settled with its last part, and never listed. */
    assert_int_equal(answer(bench, job.id, job.token, 1), LEDGER_OK);
    assert_int_equal(counts(bench).settled, 0);
    submit(bench, SUBMISSION_ACCEPTED);
    assert_int_equal(counts(bench).settled, 1);
    struct ledger_settle list[4];
    size_t count;
    assert_int_equal(ledger_settle_list(bench->ledger, "a", bench->arena, list, 4, &count),
                     LEDGER_OK);
    assert_int_equal(count, 1);
    assert_int_equal(list[0].job, parent);
}

/* ---- owners and recovering ---- */

static void test_owner(void **state)
{
    struct bench *bench = *state;
    struct ledger_owner other = bench->me;
    assert_int_equal(other.pid, getpid());
    assert_true(ledger_owner_lives(&other));
    other.start++;
    assert_false(ledger_owner_lives(&other));
    other = bench->me;
    other.boot_id[0] = other.boot_id[0] == '0' ? '1' : '0';
    assert_false(ledger_owner_lives(&other));
    other = bench->me;
    other.pid = 0;
    assert_false(ledger_owner_lives(&other));
}

static void test_zombie_does_not_live(void **state)
{
    struct bench *bench = *state;
    struct ledger_owner child = {0};
    struct fault fault = FAULT_INIT;
    siginfo_t info;
    int pipes[2];
    assert_int_equal(pipe(pipes), 0);
    pid_t pid = fork();
    if (pid == 0) {
        bool told =
            ledger_owner_self(&child, &fault) && file_write_all(pipes[1], &child, sizeof child);
        _exit(told ? 0 : 1);
    }
    assert_true(file_read_all(pipes[0], &child, sizeof child));
    assert_int_equal(child.pid, pid);
    assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
    assert_false(ledger_owner_lives(&child));
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    assert_false(ledger_owner_lives(&child));
    assert_true(ledger_owner_lives(&bench->me));
    close(pipes[0]);
    close(pipes[1]);
}

static int take_and_die(struct bench *bench)
{
    struct ledger_job job;
    struct ledger_submission next;
    open_or_exit(bench);
    if (ledger_take(bench->ledger, &bench->me, NULL, bench->arena, &job) != LEDGER_OK)
        return 1;
    if (ledger_next_part(bench->ledger, "a", bench->arena, &next) == LEDGER_OK &&
        ledger_submitting(bench->ledger, &bench->me, &next) != LEDGER_OK)
        return 2;
    return 0;
}

static void test_recover_the_dead(void **state)
{
    struct bench *bench = *state;
    int64_t answered = claim_uid(bench, "a", "1");
    assert_int_equal(answer(bench, answered, take(bench).token, 1), LEDGER_OK);
    int64_t mine = claim_uid(bench, "a", "2");
    int64_t my_token = take(bench).token;
    int64_t lost = claim_uid(bench, "a", "3");
    assert_int_equal(in_child(bench, take_and_die), 0);
    bench_open(bench);
    struct ledger_counts all = counts(bench);
    assert_int_equal(all.taken, 2);
    assert_int_equal(all.submitting, 1);
    assert_int_equal(ledger_recover(bench->ledger, NULL, true, "http", "browser"), LEDGER_OK);
    all = counts(bench);
    assert_int_equal(all.taken, 1);
    assert_int_equal(all.claimed, 1);
    assert_int_equal(all.submitting, 0);
    assert_int_equal(all.in_doubt, 1);
    struct ledger_job job = take(bench);
    assert_int_equal(job.id, lost);
    assert_int_equal(job.attempt, 2);
    assert_int_equal(job.crashes, 1);
    assert_string_equal(job.crash_module, "http");
    assert_int_equal(answer(bench, mine, my_token, 0), LEDGER_OK);
}

static void test_recover_without_blame(void **state)
{
    struct bench *bench = *state;
    int64_t id = claim_uid(bench, "a", "1");
    take(bench);
    struct ledger_owner other = bench->me;
    other.start++;
    assert_int_equal(ledger_recover(bench->ledger, &other, true, "", ""), LEDGER_OK);
    assert_int_equal(counts(bench).taken, 1);
    assert_int_equal(ledger_recover(bench->ledger, &bench->me, true, "page", "filter"), LEDGER_OK);
    take(bench);
    assert_int_equal(ledger_recover(bench->ledger, &bench->me, false, "text", "filter"), LEDGER_OK);
    struct ledger_job job = take(bench);
    assert_int_equal(job.id, id);
    assert_int_equal(job.attempt, 3);
    assert_int_equal(job.crashes, 1);
    assert_string_equal(job.crash_module, "page");
    assert_int_equal(ledger_recover(bench->ledger, &bench->me, true, NULL, NULL), LEDGER_OK);
    job = take(bench);
    assert_int_equal(job.crashes, 2);
    assert_string_equal(job.crash_module, "");
}

static void test_killers_run_alone(void **state)
{
    struct bench *bench = *state;
    int64_t killer = claim_uid(bench, "a", "1");
    for (int i = 0; i < 2; i++) {
        assert_int_equal(take(bench).id, killer);
        assert_int_equal(ledger_recover(bench->ledger, &bench->me, true, "", ""), LEDGER_OK);
    }
    /* Somebody works: the calm ones go first. */
    int64_t calm = claim_uid(bench, "b", "2"), next = claim_uid(bench, "b", "3");
    struct ledger_job job;
    assert_int_equal(ledger_take(bench->ledger, &bench->me, "b", bench->arena, &job), LEDGER_OK);
    assert_int_equal(job.id, calm);
    struct ledger_job other = take(bench);
    assert_int_equal(other.id, next);
    assert_nothing_due(bench);
    assert_int_equal(ledger_drop(bench->ledger, other.id, other.token, "x"), LEDGER_OK);
    assert_nothing_due(bench);
    assert_int_equal(ledger_drop(bench->ledger, calm, job.token, "x"), LEDGER_OK);
    assert_int_equal(ledger_take(bench->ledger, &bench->me, "b", bench->arena, &job), LEDGER_NONE);
    job = take(bench);
    assert_int_equal(job.id, killer);
    assert_int_equal(job.crashes, 2);
}

static void test_the_dead_do_not_keep_killers_waiting(void **state)
{
    struct bench *bench = *state;
    claim_uid(bench, "a", "1");
    assert_int_equal(in_child(bench, take_and_die), 0);
    bench_open(bench);
    int64_t killer = claim_uid(bench, "a", "2");
    for (int i = 0; i < 2; i++) {
        take(bench);
        assert_int_equal(ledger_recover(bench->ledger, &bench->me, true, "", ""), LEDGER_OK);
    }
    assert_int_equal(take(bench).id, killer);
}

/* ---- several processes ---- */

enum { CROWD = 4, CROWD_JOBS = 40 };

static int take_many(struct bench *bench)
{
    struct ledger_job job;
    enum ledger_result result;
    open_or_exit(bench);
    while ((result = ledger_take(bench->ledger, &bench->me, NULL, bench->arena, &job)) == LEDGER_OK)
        if (answer(bench, job.id, job.token, 1) != LEDGER_OK)
            return 2;
    ledger_close(&bench->ledger);
    return result == LEDGER_NONE ? 0 : 1;
}

static void test_each_job_once(void **state)
{
    struct bench *bench = *state;
    pid_t crowd[CROWD];
    char uid[16];
    for (int i = 0; i < CROWD_JOBS; i++) {
        snprintf(uid, sizeof uid, "%d", i);
        claim_uid(bench, "a", uid);
    }
    ledger_close(&bench->ledger);
    for (int i = 0; i < CROWD; i++) {
        crowd[i] = fork();
        assert_true(crowd[i] >= 0);
        if (crowd[i] == 0)
            _exit(take_many(bench));
    }
    for (int i = 0; i < CROWD; i++) {
        int status;
        assert_int_equal(waitpid(crowd[i], &status, 0), crowd[i]);
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), 0);
    }
    bench_open(bench);
    assert_int_equal(counts(bench).answered, CROWD_JOBS);
    assert_int_equal(ask(bench, "SELECT count(*) FROM part"), CROWD_JOBS);
    assert_int_equal(ask(bench, "SELECT sum(attempts) FROM job"), CROWD_JOBS);
    assert_int_equal(ask(bench, "SELECT value FROM number WHERE name = 'token'"), CROWD_JOBS);
}

int main(void)
{
#define LEDGER_TEST(name) cmocka_unit_test_setup_teardown(name, bench_setup, bench_teardown)
    const struct CMUnitTest tests[] = {
        LEDGER_TEST(test_claim_is_known),
        LEDGER_TEST(test_same_bytes_under_another_uidvalidity),
        LEDGER_TEST(test_take_gives_the_mail),
        LEDGER_TEST(test_headers_only),
        LEDGER_TEST(test_claim_of_unreadable_bytes),
        LEDGER_TEST(test_oldest_first_and_by_account),
        LEDGER_TEST(test_wrong_token_changes_nothing),
        LEDGER_TEST(test_retry_waits),
        LEDGER_TEST(test_drop_and_poison),
        LEDGER_TEST(test_spawn_once),
        LEDGER_TEST(test_owner),
        LEDGER_TEST(test_zombie_does_not_live),
        LEDGER_TEST(test_recover_the_dead),
        LEDGER_TEST(test_recover_without_blame),
        LEDGER_TEST(test_killers_run_alone),
        LEDGER_TEST(test_the_dead_do_not_keep_killers_waiting),
        LEDGER_TEST(test_each_job_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
