/* SPDX-License-Identifier: ISC */
/* maildir_sender: where a reply goes, what is written, and that it goes there once. */
#include "test/unit/examination.h"
#include "test/unit/mailbox_fixture.h"

#include <dirent.h>
#include <signal.h>
#include <sys/resource.h>

struct sent {
    enum module_result result;
    enum submission_outcome outcome;
    const char *text;
};

static struct sent submit_as(struct fixture *fixture, const char *sender, const char *recipient,
                             const char *message_id, const void *bytes, size_t len, uint64_t size)
{
    struct sent sent = {.outcome = SUBMISSION_ACCEPTED};
    int fd = file_in_memory("reply");
    assert_true(fd >= 0);
    assert_true(file_write_all(fd, bytes, len));
    struct submission submission = {
        .sender = sender, .recipient = recipient, .message_id = message_id, .fd = fd, .size = size};
    sent.result = www4mail_module.sender->submit(&fixture->call, NULL, &submission, &sent.outcome,
                                                 &sent.text);
    close(fd);
    assert_non_null(sent.text);
    return sent;
}

static struct sent submit(struct fixture *fixture, const char *recipient, const char *message_id,
                          const char *text)
{
    return submit_as(fixture, "web@example.org", recipient, message_id, text, strlen(text),
                     strlen(text));
}

/* Paths of the mails in a folder; their count. */
static size_t mails_in(struct fixture *fixture, const char *name, const char **paths, size_t max)
{
    DIR *dir = opendir(fixture_path(fixture, name));
    struct dirent *entry;
    size_t count = 0;
    while (dir && (entry = readdir(dir))) {
        if (entry->d_name[0] == '.')
            continue;
        assert_true(count < max);
        paths[count++] =
            arena_printf(fixture->call.arena, "%s/%s/%s", fixture->dir, name, entry->d_name);
    }
    if (dir)
        closedir(dir);
    return count;
}

static void assert_sent(struct sent sent, enum submission_outcome outcome)
{
    assert_int_equal(sent.outcome, outcome);
    assert_int_equal(sent.result, MODULE_OK);
    if (outcome != SUBMISSION_ACCEPTED)
        assert_true(sent.text[0] != '\0');
}

static void test_delivers(void **state)
{
    struct fixture *fixture = *state;
    const char *paths[4];
    struct stat info;
    assert_sent(submit(fixture, "u@example.net", "<1@x>", "Subject: a\r\n\r\nb\r\n"),
                SUBMISSION_ACCEPTED);
    assert_int_equal(mails_in(fixture, "box/new", paths, 4), 1);
    char *text = fixture_slurp_path(paths[0]);
    assert_string_equal(text, "Return-Path: <web@example.org>\nDelivered-To: u@example.net\n"
                              "Subject: a\n\nb\n");
    free(text);
    assert_int_equal(stat(paths[0], &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    assert_int_equal(stat(fixture->path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0700);
    assert_true(fixture_exists(fixture_path(fixture, "box/cur")));
    assert_int_equal(mails_in(fixture, "box/tmp", paths, 4), 0);
}

static void test_once(void **state)
{
    struct fixture *fixture = *state;
    const char *paths[4], *other[4];
    assert_sent(submit(fixture, "u@x", "<1@x>", "A: b\r\n\r\n"), SUBMISSION_ACCEPTED);
    assert_sent(submit(fixture, "u@x", "<1@x>", "A: b\r\n\r\n"), SUBMISSION_ACCEPTED);
    assert_int_equal(mails_in(fixture, "box/new", paths, 4), 1);
    /* The reader has seen it meanwhile. */
    const char *seen = arena_printf(fixture->call.arena, "%s/cur/%s:2,RS", fixture->path,
                                    strrchr(paths[0], '/') + 1);
    assert_int_equal(rename(paths[0], seen), 0);
    assert_sent(submit(fixture, "u@x", "<1@x>", "A: b\r\n\r\n"), SUBMISSION_ACCEPTED);
    assert_int_equal(mails_in(fixture, "box/new", paths, 4), 0);
    assert_int_equal(mails_in(fixture, "box/cur", other, 4), 1);
    assert_sent(submit(fixture, "u@x", "<2@x>", "A: b\r\n\r\n"), SUBMISSION_ACCEPTED);
    assert_int_equal(mails_in(fixture, "box/new", paths, 4), 1);
}

/* A broken-off try leaves a part in tmp/: it does not count, and goes with the next try. */
static void test_leftover(void **state)
{
    struct fixture *fixture = *state;
    const char *paths[4];
    assert_sent(submit(fixture, "u@x", "<1@x>", "A: b\r\n\r\n"), SUBMISSION_ACCEPTED);
    assert_int_equal(mails_in(fixture, "box/new", paths, 4), 1);
    const char *part =
        arena_printf(fixture->call.arena, "%s/tmp/%s", fixture->path, strrchr(paths[0], 'H'));
    assert_int_equal(rename(paths[0], part), 0);
    assert_sent(submit(fixture, "u@x", "<1@x>", "A: b\r\n\r\n"), SUBMISSION_ACCEPTED);
    assert_int_equal(mails_in(fixture, "box/new", paths, 4), 1);
    assert_int_equal(mails_in(fixture, "box/tmp", paths, 4), 0);
}

static void test_line_ends(void **state)
{
    static const char in[] = "A: b\r\n\r\none\rtwo\nthree\r\r\nnul\0here\r\nend\r";
    static const char out[] = "A: b\n\none\rtwo\nthree\r\nnul\0here\nend\r";
    struct fixture *fixture = *state;
    const char *paths[4];
    size_t len;
    assert_sent(submit_as(fixture, "", "u@x", "<1@x>", in, sizeof in - 1, sizeof in - 1),
                SUBMISSION_ACCEPTED);
    assert_int_equal(mails_in(fixture, "box/new", paths, 4), 1);
    int fd = open(paths[0], O_RDONLY);
    char *text = fixture_slurp(fd, &len);
    close(fd);
    assert_true(len > sizeof out);
    assert_memory_equal(text + len - (sizeof out - 1), out, sizeof out - 1);
    assert_non_null(strstr(text, "Return-Path: <>\n"));
    free(text);
}

/* CR at the end of one chunk, LF at the start of the next. */
static void test_line_end_across_chunks(void **state)
{
    enum { SIZE = 200 * 1024 };
    struct fixture *fixture = *state;
    const char *paths[8];
    char *bytes = malloc(SIZE);
    assert_non_null(bytes);
    for (size_t shift = 0; shift < 3; shift++) {
        memset(bytes, 'x', SIZE);
        for (size_t at = shift; at + 1 < SIZE; at += 2)
            memcpy(bytes + at, "\r\n", 2);
        char id[16];
        snprintf(id, sizeof id, "<%zu@x>", shift);
        assert_sent(submit_as(fixture, "s@x", "u@x", id, bytes, SIZE, SIZE), SUBMISSION_ACCEPTED);
    }
    free(bytes);
    size_t count = mails_in(fixture, "box/new", paths, 8);
    assert_int_equal(count, 3);
    for (size_t i = 0; i < count; i++) {
        char *text = fixture_slurp_path(paths[i]);
        assert_null(strchr(text, '\r'));
        assert_in_range(strlen(text), SIZE / 2, SIZE / 2 + 100);
        free(text);
    }
}

static void test_path_for_each_recipient(void **state)
{
    struct fixture *fixture = *state;
    const char *paths[4];
    char pattern[160];
    snprintf(pattern, sizeof pattern, "%s/100%%%%/%%d/%%u/of-%%a", fixture->dir);
    fixture_set(fixture, "path", pattern);
    assert_sent(submit(fixture, "jo@example.net", "<1@x>", "A: b\r\n\r\n"), SUBMISSION_ACCEPTED);
    assert_int_equal(mails_in(fixture, "100%/example.net/jo/of-jo@example.net/new", paths, 4), 1);
}

static void test_recipients_that_are_refused(void **state)
{
    static const char *const wrong[] = {"../../etc@x", "a/b@x", ".hidden@x", "@x", "nobody",
                                        "a\nb@x",      "..@x",  "u@.x",      "u@", "u@a/b"};
    struct fixture *fixture = *state;
    char pattern[160];
    snprintf(pattern, sizeof pattern, "%s/made/%%d/%%u", fixture->dir);
    fixture_set(fixture, "path", pattern);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_sent(submit(fixture, wrong[i], "<1@x>", "A: b\r\n\r\n"), SUBMISSION_NEVER);
    char huge[700];
    memset(huge, 'u', sizeof huge);
    memcpy(huge + 400, "@x", 3);
    assert_sent(submit(fixture, huge, "<1@x>", "A: b\r\n\r\n"), SUBMISSION_NEVER);
    assert_false(fault_is_set(&fixture->fault));
    assert_false(fixture_exists(fixture_path(fixture, "made/x/u")));
}

static void test_header_is_clean(void **state)
{
    struct fixture *fixture = *state;
    const char *paths[4];
    assert_sent(
        submit_as(fixture, "a>\nBcc: evil@x\r\n", "u@x\nX: y", "<1@x>", "A: b\r\n\r\n", 8, 8),
        SUBMISSION_ACCEPTED);
    assert_int_equal(mails_in(fixture, "box/new", paths, 4), 1);
    char *text = fixture_slurp_path(paths[0]);
    assert_string_equal(text, "Return-Path: <aBcc:evil@x>\nDelivered-To: u@xX:y\nA: b\n\n");
    free(text);
}

static void assert_not_sent(struct fixture *fixture, const char *words)
{
    struct sent sent = submit(fixture, "u@x", "<1@x>", "A: b\r\n\r\n");
    assert_int_equal(sent.result, MODULE_FAIL);
    assert_int_equal(sent.outcome, SUBMISSION_NOT_SENT);
    assert_fault(fixture, FAULT_CONFIG, words);
}

static void test_places_that_are_wrong(void **state)
{
    struct fixture *fixture = *state;
    fixture_text(fixture->path, "a file");
    assert_not_sent(fixture, "may write");
    fixture_set(fixture, "path", fixture_path(fixture, "box/below"));
    assert_not_sent(fixture, "may write");
    fixture_set(fixture, "path", "");
    assert_not_sent(fixture, "set it to a Maildir");
    fixture_set(fixture, "path", fixture_path(fixture, "%x"));
    assert_not_sent(fixture, "%u stands for");
    fixture_set(fixture, "path", fixture_path(fixture, "x%"));
    assert_not_sent(fixture, "%u stands for");
}

static void test_no_permission(void **state)
{
    struct fixture *fixture = *state;
    uid_t own = geteuid();
    chmod(fixture->dir, 0555);
    if (own == 0)
        assert_int_equal(seteuid(65534), 0);
    struct sent sent = submit(fixture, "u@x", "<1@x>", "A: b\r\n\r\n");
    if (own == 0)
        assert_int_equal(seteuid(0), 0);
    chmod(fixture->dir, 0700);
    assert_int_equal(sent.outcome, SUBMISSION_NOT_SENT);
    assert_int_equal(sent.result, MODULE_FAIL);
    assert_fault(fixture, FAULT_CONFIG, "Permission denied");
}

/* Bytes that cannot be had or cannot be kept: later, and no half mail anywhere. */
static void test_half_mails(void **state)
{
    struct fixture *fixture = *state;
    const char *paths[4];
    struct sent sent = submit_as(fixture, "s@x", "u@x", "<1@x>", "A: b\r\n", 6, 600);
    assert_sent(sent, SUBMISSION_LATER);
    assert_non_null(strstr(sent.text, strerror(EIO)));
    assert_int_equal(mails_in(fixture, "box/new", paths, 4), 0);
    assert_int_equal(mails_in(fixture, "box/tmp", paths, 4), 0);
}

/* No room for the whole of it: a limit on the size of files stands in for the full disk. */
static void test_no_room(void **state)
{
    struct fixture *fixture = *state;
    const char *paths[4];
    struct rlimit own, small = {.rlim_cur = 4096};
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &own), 0);
    small.rlim_max = own.rlim_max;
    signal(SIGXFSZ, SIG_IGN);
    char *bytes = calloc(1, 100 * 1024);
    assert_non_null(bytes);
    int fd = file_in_memory("reply");
    assert_true(file_write_all(fd, bytes, 100 * 1024));
    free(bytes);
    struct submission submission = {
        .sender = "s@x", .recipient = "u@x", .message_id = "<1@x>", .fd = fd, .size = 100 * 1024};
    struct sent sent;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    sent.result = www4mail_module.sender->submit(&fixture->call, NULL, &submission, &sent.outcome,
                                                 &sent.text);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &own), 0);
    close(fd);
    assert_sent(sent, SUBMISSION_LATER);
    assert_int_equal(mails_in(fixture, "box/new", paths, 4), 0);
    assert_int_equal(mails_in(fixture, "box/tmp", paths, 4), 0);
}

static enum module_result examine(struct fixture *fixture, struct told *told, const char *path)
{
    const struct examination examination = {told_say, told};
    *told = (struct told){""};
    fixture_set(fixture, "path", path);
    return www4mail_module.sender->examine(&fixture->call, &examination, "web@example.org");
}

static void test_examine(void **state)
{
    struct fixture *fixture = *state;
    struct told told;
    const char *dir = fixture->dir;
    assert_int_equal(examine(fixture, &told, fixture_path(fixture, "all")), MODULE_OK);
    assert_non_null(strstr(told.text, "ok what is missing is made below /"));
    assert_null(strstr(strchr(told.text, '\n'), "/all"));
    assert_int_equal(examine(fixture, &told, fixture_path(fixture, "deep/%u/x%d")), MODULE_OK);
    assert_non_null(strstr(told.text, "/deep/%u/x%d\n"));
    assert_non_null(strstr(strchr(told.text, '\n'), dir));
    assert_false(fixture_exists(fixture_path(fixture, "all")));
    assert_false(fixture_exists(fixture_path(fixture, "deep")));
    assert_int_equal(examine(fixture, &told, ""), MODULE_FAIL);
    assert_fault(fixture, FAULT_CONFIG, "set it to a Maildir");
    assert_int_equal(examine(fixture, &told, "/x/%q"), MODULE_FAIL);
    assert_fault(fixture, FAULT_CONFIG, "/x/%q");
    fixture_text(fixture_path(fixture, "file"), "");
    assert_int_equal(examine(fixture, &told, fixture_path(fixture, "file/%u")), MODULE_FAIL);
    assert_fault(fixture, FAULT_CONFIG, "file is no directory");
    if (geteuid() != 0) {
        assert_int_equal(examine(fixture, &told, "/proc/www4mail"), MODULE_FAIL);
        assert_fault(fixture, FAULT_CONFIG, "may not write to /proc");
        assert_int_equal(examine(fixture, &told, "/proc/%u"), MODULE_OK);
        assert_non_null(strstr(told.text, "nothing can be made in /proc"));
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_delivers),
        TEST(test_once),
        TEST(test_leftover),
        TEST(test_line_ends),
        TEST(test_line_end_across_chunks),
        TEST(test_path_for_each_recipient),
        TEST(test_recipients_that_are_refused),
        TEST(test_header_is_clean),
        TEST(test_places_that_are_wrong),
        TEST(test_no_permission),
        TEST(test_half_mails),
        TEST(test_no_room),
        TEST(test_examine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
