/* SPDX-License-Identifier: ISC */
/* mbox: where mails start and end, what they are called, and who else is at the file. */
#include "test/unit/examination.h"
#include "test/unit/mailbox_fixture.h"

#include "agent/base/clock.h"
#include "agent/base/hash.h"

#include <sys/wait.h>
#include <utime.h>

#define FIRST "From a@example.org Thu Jan  1 00:00:00 2026\n"

static void prepare(struct fixture *fixture, const char *spool)
{
    fixture_set(fixture, "lock_wait", "30");
    if (spool)
        fixture_text(fixture->path, spool);
}

/* Opens the spool and gives its uids. */
static size_t open_spool(struct fixture *fixture, const char *spool, const char **uids, size_t max)
{
    prepare(fixture, spool);
    assert_int_equal(box_open(fixture), MODULE_OK);
    return box_uids(fixture, uids, max);
}

static const char *hex_of(struct fixture *fixture, const char *text)
{
    struct hash hash = hash_sha256(span_of(text));
    char *hex = arena_alloc(fixture->call.arena, HASH_HEX_SIZE);
    assert_non_null(hex);
    hash_to_hex(&hash, hex);
    return hex;
}

static void test_two_mails(void **state)
{
    struct fixture *fixture = *state;
    const char *uids[4];
    struct message_key key = {0};
    uint64_t cursor = 0, size;
    size_t count =
        open_spool(fixture, FIRST "Subject: 1\n\none\n\n" FIRST "Subject: 2\n\ntwo\n", uids, 4);
    assert_int_equal(count, 2);
    assert_string_equal(uids[0], hex_of(fixture, "Subject: 1\n\none\n"));
    assert_string_equal(uids[1], hex_of(fixture, "Subject: 2\n\ntwo\n"));
    assert_head(fixture, uids[0], "Subject: 1\n\n");
    assert_body(fixture, uids[0], "Subject: 1\n\none\n");
    assert_body(fixture, uids[1], "Subject: 2\n\ntwo\n");
    assert_int_equal(box_list(fixture, &cursor, &key, &size), MODULE_OK);
    assert_string_equal(key.mailbox, "box");
    assert_int_equal(size, strlen("Subject: 1\n\none\n"));
    assert_int_equal(box_close(fixture), MODULE_OK);
    assert_false(fixture_exists(fixture_path(fixture, "box.lock")));
}

static void test_from_inside(void **state)
{
    struct fixture *fixture = *state;
    const char *uids[4];
    size_t count = open_spool(fixture,
                              FIRST ">From old@example.org\nSubject: x\n\nFrom here\nFrom there\n"
                                    ">From quoted\n\n>>From twice\n> From not\n\nfrom low\n\n"
                                    "From: no line\n",
                              uids, 4);
    assert_int_equal(count, 2); /* the "From here" stands behind an empty line: a mail of its own */
    assert_body(fixture, uids[0], ">From old@example.org\nSubject: x\n");
    assert_int_equal(box_close(fixture), MODULE_OK);

    count =
        open_spool(fixture,
                   FIRST ">From old@example.org\nSubject: x\n\nhere\nFrom there\n>From quoted\n\n"
                         ">>From twice\n> From not\n\nfrom low\n\nFrom: no line\n",
                   uids, 4);
    assert_int_equal(count, 1);
    assert_body(fixture, uids[0],
                ">From old@example.org\nSubject: x\n\nhere\nFrom there\nFrom quoted\n\n"
                ">From twice\n> From not\n\nfrom low\n\nFrom: no line\n");
    assert_int_equal(box_close(fixture), MODULE_OK);
}

static void test_content_length_is_not_believed(void **state)
{
    struct fixture *fixture = *state;
    const char *uids[4];
    assert_int_equal(
        open_spool(fixture, FIRST "Content-Length: 9999\n\none\n\n" FIRST "A: b\n\ntwo\n", uids, 4),
        2);
    assert_int_equal(box_close(fixture), MODULE_OK);
}

static void test_odd_ends(void **state)
{
    struct fixture *fixture = *state;
    const char *uids[8];
    assert_int_equal(open_spool(fixture, "", uids, 4), 0);
    assert_int_equal(box_close(fixture), MODULE_OK);
    assert_int_equal(open_spool(fixture, "From ", uids, 4), 1);
    assert_body(fixture, uids[0], "");
    assert_int_equal(box_close(fixture), MODULE_OK);
    assert_int_equal(open_spool(fixture, "\n\r\n" FIRST "A: b", uids, 4), 1);
    assert_head(fixture, uids[0], "A: b");
    assert_body(fixture, uids[0], "A: b");
    assert_int_equal(box_close(fixture), MODULE_OK);
    assert_int_equal(
        open_spool(fixture, FIRST "A: b\r\n\r\nx\r\n\r\n" FIRST "\n\n\n\n" FIRST, uids, 4), 3);
    assert_body(fixture, uids[0], "A: b\r\n\r\nx\r\n");
    assert_body(fixture, uids[1], "\n\n\n");
    assert_body(fixture, uids[2], "");
    assert_int_equal(box_close(fixture), MODULE_OK);
}

static void test_uid_outlives_mail_programs(void **state)
{
    struct fixture *fixture = *state;
    const char *before[4], *after[4];
    assert_int_equal(
        open_spool(fixture, FIRST "Subject: 1\nTo: x\n\nStatus: in the body\n", before, 4), 1);
    assert_int_equal(box_close(fixture), MODULE_OK);
    assert_int_equal(open_spool(fixture,
                                "From other Fri Jan  2 00:00:00 2026\nSubject: 1\nX-Status: A\n"
                                "status: RO\nX-UID: 7\nX-Keywords: a\n b\n\tc\nLines: 1\nTo: x\n"
                                "Content-Length: 5\n\nStatus: in the body\n",
                                after, 4),
                     1);
    assert_string_equal(before[0], after[0]);
    assert_int_equal(box_close(fixture), MODULE_OK);
    assert_int_equal(open_spool(fixture, FIRST "Subject: 1\nTo: x\n\nStatus: another\n", after, 4),
                     1);
    assert_string_not_equal(before[0], after[0]);
    assert_int_equal(box_close(fixture), MODULE_OK);
}

static void test_same_mail_twice(void **state)
{
    struct fixture *fixture = *state;
    const char *uids[4];
    assert_int_equal(open_spool(fixture,
                                FIRST "A: b\n\nx\n\n" FIRST "A: c\n\n\n" FIRST "A: b\n\nx\n\n" FIRST
                                      "A: b\n\nx\n",
                                uids, 4),
                     4);
    const char *hex = hex_of(fixture, "A: b\n\nx\n");
    assert_string_equal(uids[0], hex);
    assert_string_equal(uids[2], arena_printf(fixture->call.arena, "%s-1", hex));
    assert_string_equal(uids[3], arena_printf(fixture->call.arena, "%s-2", hex));
    assert_body(fixture, uids[3], "A: b\n\nx\n");
    assert_int_equal(box_close(fixture), MODULE_OK);
}

/* One line of 5 MB, with what looks like a From_ line at the edges of chunks. */
static void test_long_line(void **state)
{
    enum { LINE = 5 * 1024 * 1024 };
    struct fixture *fixture = *state;
    const char *uids[4];
    static const char head[] = FIRST "Subject: long\n\n", tail[] = "\n\n" FIRST "A: b\n\nlast\n";
    char *line = malloc(LINE);
    assert_non_null(line);
    memset(line, 'x', LINE);
    for (size_t at = 64 * 1024 - 40; at + 6 < LINE; at += 997)
        memcpy(line + at, "From ", 5);
    fixture_write(fixture->path, 0, head, sizeof head - 1);
    fixture_write(fixture->path, O_APPEND, line, LINE);
    fixture_write(fixture->path, O_APPEND, tail, sizeof tail - 1);
    assert_int_equal(open_spool(fixture, NULL, uids, 4), 2);
    assert_body(fixture, uids[1], "A: b\n\nlast\n");
    enum module_result result;
    char *body = box_body(fixture, uids[0], 2 * LINE, &result);
    assert_int_equal(result, MODULE_OK);
    size_t skip = strlen("Subject: long\n\n");
    assert_int_equal(strlen(body), skip + LINE + 1);
    assert_memory_equal(body + skip, line, LINE);
    free(body);
    free(line);
    assert_null(box_body(fixture, uids[0], 1024, &result));
    assert_int_equal(result, MODULE_FAIL);
    assert_fault(fixture, FAULT_MAIL_TOO_LARGE, "bytes");
    assert_int_equal(box_close(fixture), MODULE_OK);
}

/* A line one chunk long: neither its end nor its second piece passes for a line of its own. */
static void test_line_of_a_chunk(void **state)
{
    enum { CHUNK = 64 * 1024 };
    static const char head[] = FIRST "A: b\n\n";
    static const char *const ends[] = {"\nFrom here\n", ">From there\n"};
    struct fixture *fixture = *state;
    const char *uids[4];
    enum module_result result;
    char *line = malloc(CHUNK);
    assert_non_null(line);
    memset(line, 'x', CHUNK);
    for (size_t i = 0; i < 2; i++) {
        fixture_write(fixture->path, O_TRUNC, head, sizeof head - 1);
        fixture_write(fixture->path, O_APPEND, line, CHUNK);
        fixture_write(fixture->path, O_APPEND, ends[i], strlen(ends[i]));
        assert_int_equal(open_spool(fixture, NULL, uids, 4), 1);
        char *body = box_body(fixture, uids[0], 2 * CHUNK, &result);
        assert_int_equal(result, MODULE_OK);
        assert_string_equal(body + strlen("A: b\n\n") + CHUNK, ends[i]);
        free(body);
        assert_int_equal(box_close(fixture), MODULE_OK);
    }
    free(line);
}

static void test_ten_thousand(void **state)
{
    struct fixture *fixture = *state;
    struct message_key key = {0};
    struct buffer spool;
    uint64_t cursor = 0, size, count = 0;
    buffer_init(&spool, 8 * 1024 * 1024);
    for (unsigned i = 0; i < 10000; i++)
        buffer_printf(&spool, FIRST "Subject: %u\n\nGET https://example.org/\n\n", i / 2);
    fixture_write(fixture->path, 0, spool.at, spool.len);
    buffer_free(&spool);
    prepare(fixture, NULL);
    fixture_set(fixture, "done.delete", "yes");
    assert_int_equal(box_open(fixture), MODULE_OK);
    while (box_list(fixture, &cursor, &key, &size) == MODULE_OK) {
        assert_int_equal(strstr(key.uid, "-1") != NULL, count++ % 2);
        assert_int_equal(box_settle(fixture, key.uid, MESSAGE_ANSWERED), MODULE_OK);
    }
    assert_int_equal(count, 10000);
    assert_int_equal(box_close(fixture), MODULE_OK);
    char *rest = fixture_slurp_path(fixture->path);
    assert_string_equal(rest, "");
    free(rest);
}

static void test_append_while_open(void **state)
{
    struct fixture *fixture = *state;
    const char *uids[4];
    assert_int_equal(open_spool(fixture, FIRST "A: b\n\none\n\n\n", uids, 4), 1);
    fixture_write(fixture->path, O_APPEND, FIRST "A: c\n\ntwo\n\n",
                  strlen(FIRST "A: c\n\ntwo\n\n"));
    assert_body(fixture, uids[0], "A: b\n\none\n\n");
    assert_int_equal(box_uids(fixture, uids, 4), 2); /* a new round sees it */
    assert_body(fixture, uids[1], "A: c\n\ntwo\n");
    assert_int_equal(box_close(fixture), MODULE_OK);
}

static void assert_not_where_it_was(struct fixture *fixture, const char *uid)
{
    enum module_result result;
    struct buffer headers;
    buffer_init(&headers, 1000);
    assert_null(box_body(fixture, uid, 1000, &result));
    assert_int_equal(result, MODULE_RETRY);
    assert_fault(fixture, FAULT_MAILBOX, "not where it was");
    assert_int_equal(box_head(fixture, uid, &headers), MODULE_RETRY);
    assert_fault(fixture, FAULT_MAILBOX, "not where it was");
    assert_int_equal(headers.len, 0);
    buffer_free(&headers);
}

static void test_others_rewrite_the_file(void **state)
{
    struct fixture *fixture = *state;
    const char *uids[4];
    assert_int_equal(open_spool(fixture, FIRST "A: b\n\none\n\n" FIRST "A: c\n\ntwo\n\n", uids, 4),
                     2);
    fixture_text(fixture->path, FIRST "A: c\n\ntwo\n\n"); /* the first was removed */
    assert_not_where_it_was(fixture, uids[0]);
    assert_not_where_it_was(fixture, uids[1]);
    /* Another mail of the same shape at the same place. */
    fixture_text(fixture->path, FIRST "A: b\n\nONE\n\n" FIRST "A: c\n\ntwo\n\n");
    assert_not_where_it_was(fixture, uids[0]);
    assert_body(fixture, uids[1], "A: c\n\ntwo\n");
    fixture_text(fixture->path, "");
    assert_not_where_it_was(fixture, uids[1]);
    assert_int_equal(unlink(fixture->path), 0);
    assert_not_where_it_was(fixture, uids[1]);
    assert_int_equal(box_uids(fixture, uids, 4), 0);
    assert_int_equal(box_close(fixture), MODULE_OK);
}

static void test_file_is_replaced(void **state)
{
    struct fixture *fixture = *state;
    const char *uids[4], *other = fixture_path(fixture, "other");
    assert_int_equal(open_spool(fixture, FIRST "A: b\n\none\n\n", uids, 4), 1);
    fixture_text(other, FIRST "A: b\nStatus: R\n\none\n\n");
    assert_int_equal(rename(other, fixture->path), 0);
    assert_not_where_it_was(fixture, uids[0]);
    assert_int_equal(box_uids(fixture, uids, 4), 1);
    assert_body(fixture, uids[0], "A: b\nStatus: R\n\none\n");
    assert_int_equal(box_close(fixture), MODULE_OK);
}

static void test_delete_only_when_all_is_settled(void **state)
{
    static const char spool[] = FIRST "A: b\n\none\n\n" FIRST "A: c\n\ntwo\n\n";
    struct fixture *fixture = *state;
    const char *uids[4];
    fixture_set(fixture, "done.delete", "yes");
    for (unsigned turn = 0; turn < 4; turn++) {
        assert_int_equal(open_spool(fixture, spool, uids, 4), 2);
        assert_int_equal(box_settle(fixture, uids[0], MESSAGE_ANSWERED), MODULE_OK);
        if (turn > 0)
            assert_int_equal(
                box_settle(fixture, uids[1], turn == 1 ? MESSAGE_POISON : MESSAGE_DROPPED),
                MODULE_OK);
        if (turn == 2)
            fixture_write(fixture->path, O_APPEND, FIRST "A: d\n\n", strlen(FIRST "A: d\n\n"));
        assert_int_equal(box_close(fixture), MODULE_OK);
        char *rest = fixture_slurp_path(fixture->path);
        assert_int_equal(strncmp(rest, spool, sizeof spool - 1) == 0, turn < 3);
        assert_int_equal(strlen(rest) == 0, turn == 3);
        free(rest);
    }
}

static void test_nothing_is_deleted_unasked(void **state)
{
    struct fixture *fixture = *state;
    const char *uids[4];
    assert_int_equal(open_spool(fixture, FIRST "A: b\n\none\n", uids, 4), 1);
    assert_int_equal(box_settle(fixture, uids[0], MESSAGE_ANSWERED), MODULE_OK);
    assert_int_equal(box_settle(fixture, "no such mail", MESSAGE_ANSWERED), MODULE_OK);
    assert_int_equal(box_close(fixture), MODULE_OK);
    char *rest = fixture_slurp_path(fixture->path);
    assert_string_equal(rest, FIRST "A: b\n\none\n");
    free(rest);
}

/* A child that holds an fcntl lock on the spool; ends when `release` is closed. */
static pid_t start_locker(const char *path, int *release_out)
{
    int ready[2], release[2];
    char byte = 0;
    assert_int_equal(pipe(ready), 0);
    assert_int_equal(pipe(release), 0);
    pid_t child = fork();
    if (child == 0) {
        struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
        int fd = open(path, O_RDWR | O_APPEND);
        close(release[1]);
        if (fd < 0 || fcntl(fd, F_SETLK, &lock) != 0 || write(ready[1], "x", 1) != 1)
            _exit(1);
        while (read(release[0], &byte, 1) > 0)
            continue;
        static const char more[] = FIRST "A: c\n\nappended under the lock\n\n";
        _exit(write(fd, more, sizeof more - 1) == (ssize_t)sizeof more - 1 ? 0 : 1);
    }
    assert_true(child > 0);
    close(ready[1]);
    close(release[0]);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    close(ready[0]);
    *release_out = release[1];
    return child;
}

static void test_fcntl_lock_of_a_writer(void **state)
{
    struct fixture *fixture = *state;
    const char *uids[4];
    int release, status;
    prepare(fixture, FIRST "A: b\n\none\n\n");
    fixture_set(fixture, "lock_wait", "0");
    pid_t child = start_locker(fixture->path, &release);
    assert_int_equal(box_open(fixture), MODULE_RETRY);
    assert_null(fixture->state);
    assert_fault(fixture, FAULT_MAILBOX, "locked by another program");
    assert_false(fixture_exists(fixture_path(fixture, "box.lock")));
    close(release);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    assert_int_equal(open_spool(fixture, NULL, uids, 4), 2);
    assert_body(fixture, uids[1], "A: c\n\nappended under the lock\n");

    /* The lock comes between list and body: later, not garbage. */
    enum module_result result;
    fixture_set(fixture, "lock_wait", "0");
    assert_int_equal(box_close(fixture), MODULE_OK);
    assert_int_equal(box_open(fixture), MODULE_OK);
    child = start_locker(fixture->path, &release);
    assert_null(box_body(fixture, uids[0], 1000, &result));
    assert_int_equal(result, MODULE_RETRY);
    assert_fault(fixture, FAULT_MAILBOX, "locked by another program");
    close(release);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_body(fixture, uids[0], "A: b\n\none\n");
    assert_int_equal(box_close(fixture), MODULE_OK);
}

/* It waits for a writer that goes, within the call's own time. */
static void test_lock_is_waited_for(void **state)
{
    struct fixture *fixture = *state;
    const char *uids[4];
    int release, status;
    prepare(fixture, FIRST "A: b\n\none\n\n");
    pid_t child = start_locker(fixture->path, &release);
    fixture->call.deadline_ms = clock_monotonic_ms() + 1;
    assert_int_equal(box_open(fixture), MODULE_RETRY);
    assert_fault(fixture, FAULT_MAILBOX, "locked");
    fixture->call.deadline_ms = 0;
    pid_t closer = fork();
    if (closer == 0) {
        usleep(150 * 1000);
        _exit(0); /* its copy of `release` goes with it */
    }
    close(release);
    assert_int_equal(open_spool(fixture, NULL, uids, 4), 2);
    assert_int_equal(waitpid(closer, &status, 0), closer);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(box_close(fixture), MODULE_OK);
}

static void age_by(const char *path, int64_t seconds)
{
    struct utimbuf times = {(time_t)(clock_now() - seconds), (time_t)(clock_now() - seconds)};
    assert_int_equal(utime(path, &times), 0);
}

static pid_t a_dead_process(void)
{
    pid_t child = fork();
    if (child == 0)
        _exit(0);
    assert_int_equal(waitpid(child, NULL, 0), child);
    return child;
}

static void test_dot_lock(void **state)
{
    struct fixture *fixture = *state;
    const char *lock = fixture_path(fixture, "box.lock");
    prepare(fixture, FIRST "A: b\n\none\n\n");
    fixture_set(fixture, "lock_wait", "0");
    char dead[32], alive[32];
    snprintf(dead, sizeof dead, "%ld\n", (long)a_dead_process());
    snprintf(alive, sizeof alive, "%ld\n", (long)getpid());

    fixture_text(lock, dead); /* fresh: its maker may be on another host */
    assert_int_equal(box_open(fixture), MODULE_RETRY);
    assert_fault(fixture, FAULT_MAILBOX, "box.lock");
    fixture_text(lock, alive); /* old, but somebody is there */
    age_by(lock, 3600);
    assert_int_equal(box_open(fixture), MODULE_RETRY);
    assert_fault(fixture, FAULT_MAILBOX, "box.lock");
    assert_true(fixture_exists(lock));
    fixture_text(lock, dead); /* old and dead */
    age_by(lock, 3600);
    assert_int_equal(box_open(fixture), MODULE_OK);
    assert_false(fixture_exists(lock));
    assert_int_equal(box_close(fixture), MODULE_OK);
    fixture_text(lock, "0"); /* old, says nobody */
    age_by(lock, 3600);
    assert_int_equal(box_open(fixture), MODULE_OK);
    assert_int_equal(box_close(fixture), MODULE_OK);
    assert_false(fixture_exists(lock));
}

static void test_dot_lock_not_allowed(void **state)
{
    struct fixture *fixture = *state;
    prepare(fixture, FIRST "A: b\n\none\n\n");
    uid_t own = geteuid();
    chmod(fixture->path, 0644);
    chmod(fixture->dir, 0555);
    if (own == 0)
        assert_int_equal(seteuid(65534), 0);
    enum module_result result = box_open(fixture);
    enum module_result closed = result == MODULE_OK ? box_close(fixture) : MODULE_FAIL;
    if (own == 0)
        assert_int_equal(seteuid(0), 0);
    chmod(fixture->dir, 0700);
    assert_int_equal(result, MODULE_OK);
    assert_int_equal(closed, MODULE_OK);
}

static void assert_open_fails(struct fixture *fixture, const char *words)
{
    assert_int_equal(box_open(fixture), MODULE_FAIL);
    assert_null(fixture->state);
    assert_fault(fixture, FAULT_CONFIG, words);
    assert_false(fixture_exists(fixture_path(fixture, "box.lock")));
}

static void test_what_is_wrong(void **state)
{
    struct fixture *fixture = *state;
    prepare(fixture, "Subject: no From line\n\n");
    assert_open_fails(fixture, "no mbox file");
    fixture_text(fixture->path, "\nFrom: x\n\n");
    assert_open_fails(fixture, "no mbox file");
    fixture_set(fixture, "lock_wait", "soon");
    assert_open_fails(fixture, "lock_wait");
    fixture_set(fixture, "lock_wait", "1");
    fixture_set(fixture, "done.delete", "maybe");
    assert_open_fails(fixture, "done.delete");
    fixture_set(fixture, "done.delete", "no");
    fixture_set(fixture, "path", fixture->dir);
    assert_open_fails(fixture, "maildir");
    fixture_set(fixture, "path", fixture_path(fixture, "no/such"));
    assert_open_fails(fixture, "set `path`");
    assert_int_equal(symlink("box", fixture_path(fixture, "link")), 0);
    fixture_set(fixture, "path", fixture_path(fixture, "link"));
    assert_open_fails(fixture, "symbolic link");
    assert_int_equal(mkfifo(fixture_path(fixture, "fifo"), 0600), 0);
    fixture_set(fixture, "path", fixture_path(fixture, "fifo"));
    assert_open_fails(fixture, "is no file");
    fixture_set(fixture, "path", "");
    assert_open_fails(fixture, "`path` is missing");
}

static void test_no_file_yet(void **state)
{
    struct fixture *fixture = *state;
    const char *uids[4];
    assert_int_equal(open_spool(fixture, NULL, uids, 4), 0);
    fixture_text(fixture->path, FIRST "A: b\n\none\n");
    assert_int_equal(box_uids(fixture, uids, 4), 1);
    assert_body(fixture, uids[0], "A: b\n\none\n");
    assert_int_equal(box_close(fixture), MODULE_OK);
}

static void test_keys_that_are_none(void **state)
{
    static const char *const wrong[] = {"", "abc", "zz", "-1"};
    struct fixture *fixture = *state;
    const char *uids[4];
    assert_int_equal(open_spool(fixture, FIRST "A: b\n\none\n", uids, 4), 1);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_not_where_it_was(fixture, wrong[i]);
    assert_not_where_it_was(fixture, arena_printf(fixture->call.arena, "%s-1", uids[0]));
    assert_not_where_it_was(fixture, arena_printf(fixture->call.arena, "%s-x", uids[0]));
    assert_int_equal(box_close(fixture), MODULE_OK);
}

static enum module_result examine(struct fixture *fixture, struct told *told)
{
    const struct examination examination = {told_say, told};
    *told = (struct told){""};
    return www4mail_module.mailbox->examine(&fixture->call, &examination);
}

static void test_examine(void **state)
{
    struct fixture *fixture = *state;
    struct told told;
    prepare(fixture, NULL);
    assert_int_equal(examine(fixture, &told), MODULE_OK);
    assert_non_null(
        strstr(told.text, "no such file; taken as empty\nok answered mails stay in it\n"));
    assert_false(fixture_exists(fixture->path));
    prepare(fixture, FIRST "Subject: 1\n\none\n\n" FIRST "Subject: 2\n\ntwo\n");
    fixture_set(fixture, "done.delete", "yes");
    assert_int_equal(examine(fixture, &told), MODULE_OK);
    assert_non_null(strstr(told.text, "/box, 2 mails in it\nok it is emptied when"));
    assert_false(fixture_exists(fixture_path(fixture, "box.lock")));
    char *text = fixture_slurp_path(fixture->path);
    assert_non_null(strstr(text, "two")); /* it was not emptied */
    free(text);
    prepare(fixture, "no spool\n");
    assert_int_equal(examine(fixture, &told), MODULE_FAIL);
    assert_fault(fixture, FAULT_CONFIG, "is no mbox file");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_two_mails),
        TEST(test_from_inside),
        TEST(test_content_length_is_not_believed),
        TEST(test_odd_ends),
        TEST(test_uid_outlives_mail_programs),
        TEST(test_same_mail_twice),
        TEST(test_long_line),
        TEST(test_line_of_a_chunk),
        TEST(test_ten_thousand),
        TEST(test_append_while_open),
        TEST(test_others_rewrite_the_file),
        TEST(test_file_is_replaced),
        TEST(test_delete_only_when_all_is_settled),
        TEST(test_nothing_is_deleted_unasked),
        TEST(test_fcntl_lock_of_a_writer),
        TEST(test_lock_is_waited_for),
        TEST(test_dot_lock),
        TEST(test_dot_lock_not_allowed),
        TEST(test_what_is_wrong),
        TEST(test_no_file_yet),
        TEST(test_keys_that_are_none),
        TEST(test_examine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
