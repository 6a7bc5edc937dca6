/* SPDX-License-Identifier: ISC */
/* maildir: what waits, what is given, how it is settled, and what others do meanwhile. */
#include "test/unit/examination.h"
#include "test/unit/mailbox_fixture.h"

static const char mail[] = "From: a@example.org\nSubject: GET\n\nhello\n";

static void put(struct fixture *fixture, const char *name, const char *text)
{
    fixture_text(fixture_path(fixture, name), text);
}

static bool exists(struct fixture *fixture, const char *name)
{
    return fixture_exists(fixture_path(fixture, name));
}

static void make_maildir(struct fixture *fixture)
{
    static const char *const parts[] = {"box", "box/tmp", "box/new", "box/cur"};
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(mkdir(fixture_path(fixture, parts[i]), 0700), 0);
    fixture_set(fixture, "done.flag", "S");
}

static void test_list_waiting(void **state)
{
    struct fixture *fixture = *state;
    const char *uids[8];
    make_maildir(fixture);
    put(fixture, "box/new/300.c.h", mail);
    put(fixture, "box/new/99.a.h", mail);
    put(fixture, "box/cur/200.b.h:2,FR", mail);
    put(fixture, "box/cur/100.seen.h:2,S", mail);
    put(fixture, "box/cur/100.gone.h:2,T", mail);
    put(fixture, "box/cur/150.plain.h", mail);
    put(fixture, "box/new/400.d.h:2,S", mail); /* nobody has taken it out of new/ */
    put(fixture, "box/new/.hidden", mail);
    put(fixture, "box/tmp/50.half.h", "From: h");
    assert_int_equal(box_open(fixture), MODULE_OK);
    assert_int_equal(box_uids(fixture, uids, 8), 5);
    assert_string_equal(uids[0], "99.a.h"); /* by number, not by text */
    assert_string_equal(uids[1], "150.plain.h");
    assert_string_equal(uids[2], "200.b.h");
    assert_string_equal(uids[3], "300.c.h");
    assert_string_equal(uids[4], "400.d.h");
    assert_body(fixture, uids[4], mail);
    assert_true(exists(fixture, "box/tmp/50.half.h"));
    assert_int_equal(box_close(fixture), MODULE_OK);
}

/* As it looks while another program is moving it. */
static void test_listed_once(void **state)
{
    struct fixture *fixture = *state;
    const char *uids[4];
    make_maildir(fixture);
    put(fixture, "box/new/1.a", mail);
    put(fixture, "box/cur/1.a:2,", mail);
    put(fixture, "box/new/1.ab", mail);
    assert_int_equal(box_open(fixture), MODULE_OK);
    assert_int_equal(box_uids(fixture, uids, 4), 2);
    assert_string_equal(uids[0], "1.a");
    assert_string_equal(uids[1], "1.ab");
    assert_int_equal(box_settle(fixture, "1.a", MESSAGE_ANSWERED), MODULE_OK);
    assert_int_equal(box_settle(fixture, "1.a", MESSAGE_ANSWERED), MODULE_OK);
    assert_int_equal(box_close(fixture), MODULE_OK);
    assert_true(exists(fixture, "box/cur/1.a:2,S"));
}

static void test_list_key_and_size(void **state)
{
    struct fixture *fixture = *state;
    struct message_key key = {.account = "mine"};
    uint64_t cursor = 0, size = 0;
    make_maildir(fixture);
    char slashes[160];
    snprintf(slashes, sizeof slashes, "%s//", fixture->path);
    fixture_set(fixture, "path", slashes);
    put(fixture, "box/new/1.a.h,S=99999", mail); /* the name lies about the size */
    assert_int_equal(box_open(fixture), MODULE_OK);
    assert_int_equal(box_list(fixture, &cursor, &key, &size), MODULE_OK);
    assert_string_equal(key.account, "mine");
    assert_string_equal(key.mailbox, "box");
    assert_string_equal(key.uid, "1.a.h,S=99999");
    assert_int_equal(key.uidvalidity, 0);
    assert_int_equal(size, sizeof mail - 1);
    assert_int_equal(box_list(fixture, &cursor, &key, &size), MODULE_PASS);
    assert_int_equal(box_close(fixture), MODULE_OK);
}

static void test_own_flag_counts_as_done(void **state)
{
    struct fixture *fixture = *state;
    const char *uids[4];
    make_maildir(fixture);
    fixture_set(fixture, "done.flag", "Fk");
    put(fixture, "box/cur/1.a:2,F", mail);
    put(fixture, "box/cur/2.a:2,FRk", mail);
    assert_int_equal(box_open(fixture), MODULE_OK);
    assert_int_equal(box_uids(fixture, uids, 4), 1);
    assert_string_equal(uids[0], "1.a");
    assert_int_equal(box_close(fixture), MODULE_OK);
}

static void test_head_and_body(void **state)
{
    struct fixture *fixture = *state;
    make_maildir(fixture);
    put(fixture, "box/new/1.lf", mail);
    put(fixture, "box/new/2.crlf", "A: b\r\n\r\nbody\r\n\r\n");
    put(fixture, "box/new/3.no-end", "A: b\nC: d");
    put(fixture, "box/new/4.empty", "");
    put(fixture, "box/new/5.bare", "\nbody\n");
    assert_int_equal(box_open(fixture), MODULE_OK);
    assert_head(fixture, "1.lf", "From: a@example.org\nSubject: GET\n\n");
    assert_head(fixture, "2.crlf", "A: b\r\n\r\n");
    assert_head(fixture, "3.no-end", "A: b\nC: d");
    assert_head(fixture, "4.empty", "");
    assert_head(fixture, "5.bare", "\n");
    assert_body(fixture, "1.lf", mail);
    assert_body(fixture, "4.empty", "");
    assert_int_equal(box_close(fixture), MODULE_OK);
}

static void test_limits(void **state)
{
    struct fixture *fixture = *state;
    enum module_result result;
    struct buffer headers;
    make_maildir(fixture);
    put(fixture, "box/new/1.a", mail);
    assert_int_equal(box_open(fixture), MODULE_OK);
    char *body = box_body(fixture, "1.a", sizeof mail - 1, &result);
    assert_int_equal(result, MODULE_OK);
    assert_string_equal(body, mail);
    free(body);
    assert_null(box_body(fixture, "1.a", sizeof mail - 2, &result));
    assert_int_equal(result, MODULE_FAIL);
    assert_non_null(fixture->fault.asker);
    assert_fault(fixture, FAULT_MAIL_TOO_LARGE, "bytes");
    buffer_init(&headers, 7);
    assert_int_equal(box_head(fixture, "1.a", &headers), MODULE_OK);
    assert_string_equal(headers.at, "From: a");
    buffer_free(&headers);
    assert_int_equal(box_close(fixture), MODULE_OK);
}

/* A header block larger than a chunk, whose empty line lies across chunks. */
static void test_long_header(void **state)
{
    struct fixture *fixture = *state;
    make_maildir(fixture);
    char *text = malloc(20 * 1024);
    assert_non_null(text);
    for (size_t len = 8 * 1024 - 3; len < 8 * 1024 + 3; len++) {
        memset(text, 'x', len);
        memcpy(text + len, "\r\n\r\nrest", 9);
        put(fixture, "box/new/1.a", text);
        assert_int_equal(box_open(fixture), MODULE_OK);
        text[len + 4] = '\0';
        assert_head(fixture, "1.a", text);
        assert_int_equal(box_close(fixture), MODULE_OK);
    }
    free(text);
}

static void test_special_files_are_left_alone(void **state)
{
    struct fixture *fixture = *state;
    const char *uids[4];
    struct buffer headers;
    enum module_result result;
    make_maildir(fixture);
    put(fixture, "secret", "Secret: yes\n\n");
    put(fixture, "box/new/9.good", mail);
    assert_int_equal(mkfifo(fixture_path(fixture, "box/new/1.fifo"), 0600), 0);
    assert_int_equal(symlink("../../secret", fixture_path(fixture, "box/new/2.link")), 0);
    assert_int_equal(mkdir(fixture_path(fixture, "box/new/3.dir"), 0700), 0);
    assert_int_equal(box_open(fixture), MODULE_OK);
    assert_int_equal(box_uids(fixture, uids, 4), 1);
    assert_string_equal(uids[0], "9.good");
    buffer_init(&headers, 100);
    assert_int_equal(box_head(fixture, "1.fifo", &headers), MODULE_FAIL);
    assert_fault(fixture, FAULT_MAILBOX, "no regular file");
    assert_int_equal(box_head(fixture, "2.link", &headers), MODULE_FAIL);
    assert_fault(fixture, FAULT_MAILBOX, "no regular file");
    assert_null(box_body(fixture, "3.dir", 100, &result));
    assert_fault(fixture, FAULT_MAILBOX, "no regular file");
    assert_int_equal(headers.len, 0);
    buffer_free(&headers);
    assert_int_equal(box_close(fixture), MODULE_OK);
}

static void test_keys_lead_nowhere_else(void **state)
{
    static const char *const uids[] = {"../../secret", "..", ".", "", "/etc/passwd", "a:2,S"};
    struct fixture *fixture = *state;
    struct buffer headers;
    make_maildir(fixture);
    put(fixture, "secret", "Secret: yes\n\n");
    buffer_init(&headers, 100);
    assert_int_equal(box_open(fixture), MODULE_OK);
    for (size_t i = 0; i < sizeof uids / sizeof *uids; i++) {
        assert_int_equal(box_head(fixture, uids[i], &headers), MODULE_RETRY);
        assert_fault(fixture, FAULT_MAILBOX, "is gone");
        assert_int_equal(box_settle(fixture, uids[i], MESSAGE_ANSWERED), MODULE_OK);
    }
    assert_true(exists(fixture, "secret"));
    assert_int_equal(box_close(fixture), MODULE_OK);
    buffer_free(&headers);
}

static void test_mail_moves_and_vanishes(void **state)
{
    struct fixture *fixture = *state;
    const char *uids[4];
    enum module_result result;
    make_maildir(fixture);
    put(fixture, "box/new/1.a", mail);
    put(fixture, "box/new/2.b", mail);
    assert_int_equal(box_open(fixture), MODULE_OK);
    assert_int_equal(box_uids(fixture, uids, 4), 2);
    assert_int_equal(
        rename(fixture_path(fixture, "box/new/1.a"), fixture_path(fixture, "box/cur/1.a:2,RS")), 0);
    assert_int_equal(unlink(fixture_path(fixture, "box/new/2.b")), 0);
    assert_body(fixture, "1.a", mail);
    assert_null(box_body(fixture, "2.b", 1000, &result));
    assert_int_equal(result, MODULE_RETRY);
    assert_fault(fixture, FAULT_MAILBOX, "is gone");
    assert_int_equal(box_settle(fixture, "2.b", MESSAGE_ANSWERED), MODULE_OK);
    assert_int_equal(box_close(fixture), MODULE_OK);
}

static void test_vanishes_between_list_and_next(void **state)
{
    struct fixture *fixture = *state;
    struct message_key key = {0};
    uint64_t cursor = 0, size;
    make_maildir(fixture);
    put(fixture, "box/new/1.a", mail);
    put(fixture, "box/new/2.b", mail);
    put(fixture, "box/new/3.c", mail);
    assert_int_equal(box_open(fixture), MODULE_OK);
    assert_int_equal(box_list(fixture, &cursor, &key, &size), MODULE_OK);
    assert_int_equal(unlink(fixture_path(fixture, "box/new/2.b")), 0);
    assert_int_equal(
        rename(fixture_path(fixture, "box/new/3.c"), fixture_path(fixture, "box/cur/3.c:2,")), 0);
    assert_int_equal(box_list(fixture, &cursor, &key, &size), MODULE_OK);
    assert_string_equal(key.uid, "3.c");
    assert_int_equal(box_list(fixture, &cursor, &key, &size), MODULE_PASS);
    assert_int_equal(box_close(fixture), MODULE_OK);
}

static void test_settle_merges_flags(void **state)
{
    struct fixture *fixture = *state;
    make_maildir(fixture);
    fixture_set(fixture, "done.flag", "SF");
    put(fixture, "box/new/1.a", mail);
    put(fixture, "box/cur/2.b:2,RTa", mail);
    put(fixture, "box/cur/3.c:2,FS", mail);
    assert_int_equal(box_open(fixture), MODULE_OK);
    assert_int_equal(box_settle(fixture, "1.a", MESSAGE_ANSWERED), MODULE_OK);
    assert_int_equal(box_settle(fixture, "2.b", MESSAGE_DROPPED), MODULE_OK);
    assert_int_equal(box_settle(fixture, "3.c", MESSAGE_POISON), MODULE_OK);
    assert_int_equal(box_settle(fixture, "1.a", MESSAGE_ANSWERED), MODULE_OK); /* again */
    assert_int_equal(box_close(fixture), MODULE_OK);
    assert_true(exists(fixture, "box/cur/1.a:2,FS"));
    assert_false(exists(fixture, "box/new/1.a"));
    assert_true(exists(fixture, "box/cur/2.b:2,FRSTa"));
    assert_true(exists(fixture, "box/cur/3.c:2,FS"));
}

static void test_settle_moves(void **state)
{
    struct fixture *fixture = *state;
    const char *uids[4];
    make_maildir(fixture);
    fixture_set(fixture, "done.move", ".Done");
    put(fixture, "box/new/1.a", mail);
    assert_int_equal(box_open(fixture), MODULE_OK);
    assert_int_equal(box_uids(fixture, uids, 4), 1);
    assert_int_equal(box_settle(fixture, "1.a", MESSAGE_ANSWERED), MODULE_OK);
    assert_int_equal(box_close(fixture), MODULE_OK);
    assert_true(exists(fixture, "box/.Done/cur/1.a:2,S"));
    assert_true(exists(fixture, "box/.Done/tmp"));
    assert_false(exists(fixture, "box/new/1.a"));
}

static void test_settle_never_overwrites(void **state)
{
    struct fixture *fixture = *state;
    make_maildir(fixture);
    fixture_set(fixture, "done.move", fixture_path(fixture, "done"));
    assert_int_equal(box_open(fixture), MODULE_OK);
    put(fixture, "box/new/1.a", mail);
    put(fixture, "done/cur/1.a:2,S", "another");
    assert_int_equal(box_settle(fixture, "1.a", MESSAGE_ANSWERED), MODULE_FAIL);
    assert_fault(fixture, FAULT_MAILBOX, "by hand");
    assert_true(exists(fixture, "box/new/1.a"));
    put(fixture, "done/cur/1.a:2,S", mail); /* what a stop in the middle leaves */
    assert_int_equal(box_settle(fixture, "1.a", MESSAGE_ANSWERED), MODULE_OK);
    assert_false(exists(fixture, "box/new/1.a"));
    char *text = fixture_slurp_path(fixture_path(fixture, "done/cur/1.a:2,S"));
    assert_string_equal(text, mail);
    free(text);
    assert_int_equal(box_close(fixture), MODULE_OK);
}

/* Another file system, where there is one to be had: the mail is copied, then removed. */
static void test_settle_moves_across(void **state)
{
    struct fixture *fixture = *state;
    struct stat here, there;
    char other[] = "/dev/shm/www4mail-test.XXXXXX";
    make_maildir(fixture);
    if (stat(fixture->dir, &here) != 0 || stat("/dev/shm", &there) != 0 ||
        here.st_dev == there.st_dev || !mkdtemp(other))
        skip();
    fixture_set(fixture, "done.move", other);
    put(fixture, "box/new/1.a", mail);
    assert_int_equal(box_open(fixture), MODULE_OK);
    enum module_result result = box_settle(fixture, "1.a", MESSAGE_ANSWERED);
    assert_int_equal(box_close(fixture), MODULE_OK);
    char moved[128];
    snprintf(moved, sizeof moved, "%s/cur/1.a:2,S", other);
    char *text = fixture_slurp_path(moved);
    nftw(other, fixture_remove, 16, FTW_DEPTH | FTW_PHYS);
    assert_int_equal(result, MODULE_OK);
    assert_string_equal(text, mail);
    assert_false(exists(fixture, "box/new/1.a"));
    free(text);
}

static void test_settle_deletes_but_not_poison(void **state)
{
    struct fixture *fixture = *state;
    make_maildir(fixture);
    fixture_set(fixture, "done.delete", "yes");
    put(fixture, "box/new/1.a", mail);
    put(fixture, "box/cur/2.b:2,F", mail);
    put(fixture, "box/new/3.poison", mail);
    assert_int_equal(box_open(fixture), MODULE_OK);
    assert_int_equal(box_settle(fixture, "1.a", MESSAGE_ANSWERED), MODULE_OK);
    assert_int_equal(box_settle(fixture, "2.b", MESSAGE_DROPPED), MODULE_OK);
    assert_int_equal(box_settle(fixture, "3.poison", MESSAGE_POISON), MODULE_OK);
    assert_int_equal(box_close(fixture), MODULE_OK);
    assert_false(exists(fixture, "box/new/1.a"));
    assert_false(exists(fixture, "box/cur/2.b:2,F"));
    assert_true(exists(fixture, "box/cur/3.poison:2,S"));
}

static void assert_open_fails(struct fixture *fixture, const char *words)
{
    assert_int_equal(box_open(fixture), MODULE_FAIL);
    assert_null(fixture->state);
    assert_fault(fixture, FAULT_CONFIG, words);
}

static void test_settings_that_are_wrong(void **state)
{
    struct fixture *fixture = *state;
    make_maildir(fixture);
    fixture_set(fixture, "done.flag", "S:2");
    assert_open_fails(fixture, "done.flag");
    fixture_set(fixture, "done.flag", "S");
    fixture_set(fixture, "done.delete", "perhaps");
    assert_open_fails(fixture, "done.delete");
    fixture_set(fixture, "done.delete", "yes");
    fixture_set(fixture, "done.move", "x");
    assert_open_fails(fixture, "choose one");
    fixture_set(fixture, "path", "");
    assert_open_fails(fixture, "`path` is missing");
}

static void test_folders_that_are_wrong(void **state)
{
    struct fixture *fixture = *state;
    assert_open_fails(fixture, "set `path`");
    assert_int_equal(mkdir(fixture->path, 0700), 0);
    assert_open_fails(fixture, "is no Maildir");
    put(fixture, "file", "");
    fixture_set(fixture, "path", fixture_path(fixture, "file"));
    assert_open_fails(fixture, "is no Maildir");
}

static void test_no_permission(void **state)
{
    struct fixture *fixture = *state;
    make_maildir(fixture);
    put(fixture, "box/new/1.a", mail);
    uid_t own = geteuid();
    chmod(fixture_path(fixture, "box/new"), 0);
    if (own == 0)
        assert_int_equal(seteuid(65534), 0);
    enum module_result result = box_open(fixture);
    if (own == 0)
        assert_int_equal(seteuid(0), 0);
    chmod(fixture_path(fixture, "box/new"), 0700);
    assert_int_equal(result, MODULE_FAIL);
    assert_fault(fixture, FAULT_CONFIG, "read and write there");
}

static void test_ten_thousand(void **state)
{
    struct fixture *fixture = *state;
    struct message_key key = {0};
    uint64_t cursor = 0, size, count = 0;
    char name[64], wanted[64];
    make_maildir(fixture);
    for (unsigned i = 10000; i > 0; i--) {
        snprintf(name, sizeof name, "%s/%u.x%s", i % 2 ? "box/new" : "box/cur", i,
                 i % 2 ? "" : ":2,F");
        char path[200];
        snprintf(path, sizeof path, "%s/%s", fixture->dir, name);
        fixture_text(path, "A: b\n\n");
    }
    assert_int_equal(box_open(fixture), MODULE_OK);
    while (box_list(fixture, &cursor, &key, &size) == MODULE_OK) {
        snprintf(wanted, sizeof wanted, "%u.x", (unsigned)++count);
        assert_string_equal(key.uid, wanted);
        assert_int_equal(box_settle(fixture, wanted, MESSAGE_ANSWERED), MODULE_OK);
    }
    assert_int_equal(count, 10000);
    cursor = 0;
    assert_int_equal(box_list(fixture, &cursor, &key, &size), MODULE_PASS);
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
    make_maildir(fixture);
    fixture_text(fixture_path(fixture, "box/new/1.a"), "Subject: 1\n\n");
    fixture_text(fixture_path(fixture, "box/cur/2.b:2,S"), "Subject: 2\n\n");
    assert_int_equal(examine(fixture, &told), MODULE_OK);
    assert_non_null(
        strstr(told.text, "/box, 1 mail waits\nok an answered mail gets the flags S\n"));
    fixture_set(fixture, "done.move", ".Done");
    assert_int_equal(examine(fixture, &told), MODULE_OK);
    assert_non_null(strstr(told.text, "/box/.Done\n"));
    assert_false(fixture_exists(fixture_path(fixture, "box/.Done"))); /* nothing was made */
    fixture_set(fixture, "done.move", "");
    fixture_set(fixture, "done.delete", "yes");
    assert_int_equal(examine(fixture, &told), MODULE_OK);
    assert_non_null(strstr(told.text, "ok an answered mail is deleted\n"));
    assert_true(fixture_exists(fixture_path(fixture, "box/new/1.a")));
    fixture_set(fixture, "path", fixture_path(fixture, "none"));
    assert_int_not_equal(examine(fixture, &told), MODULE_OK);
    assert_fault(fixture, FAULT_CONFIG, "none");
    assert_string_equal(told.text, "");
}

static void test_examine_without_permission(void **state)
{
    struct fixture *fixture = *state;
    struct told told;
    make_maildir(fixture);
    if (geteuid() == 0)
        skip();
    assert_int_equal(chmod(fixture_path(fixture, "box/cur"), 0500), 0);
    assert_int_equal(examine(fixture, &told), MODULE_FAIL);
    assert_fault(fixture, FAULT_CONFIG, "box/cur cannot be written to by user");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_list_waiting),
        TEST(test_listed_once),
        TEST(test_list_key_and_size),
        TEST(test_own_flag_counts_as_done),
        TEST(test_head_and_body),
        TEST(test_limits),
        TEST(test_long_header),
        TEST(test_special_files_are_left_alone),
        TEST(test_keys_lead_nowhere_else),
        TEST(test_mail_moves_and_vanishes),
        TEST(test_vanishes_between_list_and_next),
        TEST(test_settle_merges_flags),
        TEST(test_settle_moves),
        TEST(test_settle_never_overwrites),
        TEST(test_settle_moves_across),
        TEST(test_settle_deletes_but_not_poison),
        TEST(test_settings_that_are_wrong),
        TEST(test_folders_that_are_wrong),
        TEST(test_no_permission),
        TEST(test_examine),
        TEST(test_examine_without_permission),
        TEST(test_ten_thousand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
