/* SPDX-License-Identifier: ISC */
/*
 * imap against servers that break off, hang, flood or speak nonsense at any step: every session
 * ends, with a fault that says where.  Each runs in a child, for libetpan's parser has crashes
 * that only its process may pay for.
 */
#include "test/unit/fake_imap.h"

#include "agent/base/clock.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>

enum { HANG_MS = 400, SHORT_HANG_MS = 100, LONG_MS = 15000, PATIENCE_S = 30 };

/* What the child found, in shared memory. */
struct ending {
    bool ended; /* all calls returned */
    enum module_result open, list, body, settle;
    enum fault_code code; /* the first */
    char text[512];
    bool asker;  /* a fault had words for the asker */
    int64_t kib; /* most memory of its own */
};

static void take_fault(struct fixture *fixture, struct ending *ending)
{
    struct fault *fault = &fixture->fault;
    if (!fault_is_set(fault))
        return;
    ending->asker |= fault->asker != NULL;
    if (ending->code == FAULT_OK) {
        ending->code = fault->code;
        snprintf(ending->text, sizeof ending->text, "%s", fault->operator);
    }
    fault_clear(fault);
}

static void use_mailbox(struct fixture *fixture, struct ending *ending)
{
    const struct mailbox_ops *ops = www4mail_module.mailbox;
    struct message_key key = {0};
    uint64_t cursor = 0, size;
    while ((ending->list = box_list(fixture, &cursor, &key, &size)) == MODULE_OK)
        ;
    take_fault(fixture, ending);
    key = (struct message_key){.mailbox = "INBOX", .uidvalidity = 77, .uid = "5"};
    int fd = file_in_memory("test");
    ending->body = ops->body(&fixture->call, fixture->state, &key, fd, 1 << 24);
    take_fault(fixture, ending);
    close(fd);
    ending->settle = ops->settle(&fixture->call, fixture->state, &key, MESSAGE_ANSWERED);
    take_fault(fixture, ending);
}

static void run_child(struct fixture *fixture, int64_t limit_ms, struct ending *ending)
{
    struct rusage usage;
    fixture->call.deadline_ms = clock_monotonic_ms() + limit_ms;
    ending->open = box_open(fixture);
    take_fault(fixture, ending);
    if (ending->open == MODULE_OK)
        use_mailbox(fixture, ending);
    if (fixture->state)
        box_close(fixture);
    getrusage(RUSAGE_SELF, &usage);
    ending->kib = usage.ru_maxrss;
    ending->ended = true;
    _exit(0);
}

/* Then everything takes longer and needs more. */
static bool under_valgrind(void)
{
    return getenv("UNDER_VALGRIND") != NULL;
}

/* The whole session, in a child; its wait status. */
static int run(struct fixture *fixture, struct fake_imap *fake, int64_t limit_ms,
               struct ending *ending_out)
{
    int status = 0;
    if (under_valgrind() && limit_ms < LONG_MS)
        limit_ms *= 8;
    struct ending *ending =
        mmap(NULL, sizeof *ending, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(ending != MAP_FAILED);
    fake_imap_start(fake, fixture);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        alarm(PATIENCE_S);
        signal(SIGALRM, SIG_DFL);
        signal(SIGSEGV, SIG_DFL);
        run_child(fixture, limit_ms, ending);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    *ending_out = *ending;
    munmap(ending, sizeof *ending);
    fake_imap_stop(fake);
    assert_false(WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM);
    return status;
}

/* Must end by itself, without a crash, and have nothing to say to askers. */
static struct ending run_sound(struct fixture *fixture, struct fake_imap *fake, int64_t limit_ms)
{
    struct ending ending;
    int status = run(fixture, fake, limit_ms, &ending);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0 || !ending.ended)
        fail_msg("the session ended with status %x", (unsigned)status);
    assert_false(ending.asker);
    return ending;
}

static void assert_words(const struct ending *ending, const char *words)
{
    if (!strstr(ending->text, words))
        fail_msg("\"%s\" is not in \"%s\"", words, ending->text);
}

static void test_greetings(void **state)
{
    struct fixture *fixture = *state;
    static const struct {
        const char *greeting;
        enum fault_code code;
        const char *words;
    } cases[] = {
        {"* OK [BADCHARSET (\"a\")] hi\r\n", FAULT_OK, ""},
        {"* OK\r\n", FAULT_OK, ""},
        {"* BYE [UNAVAILABLE] full\r\n", FAULT_MAILBOX, "takes no session now"},
        {"HTTP/1.0 400 Bad Request\r\n\r\n", FAULT_CONFIG, "no IMAP server"},
        {"+OK POP3 ready\r\n", FAULT_CONFIG, "no IMAP server"},
        {"\r\n", FAULT_CONFIG, "no IMAP server"},
        {"* OK {99999999}\r\n", FAULT_MAILBOX, "99999999 bytes"},
        {"* OK half a line", FAULT_TIMEOUT, "set tls: implicit"},
        {"\x1b[31m\x07\xff\r\n", FAULT_CONFIG, "says: ?[31m??"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fake_imap fake = fake_imap_new();
        fake.greeting = cases[i].greeting;
        struct ending ending =
            run_sound(fixture, &fake, cases[i].code == FAULT_TIMEOUT ? HANG_MS : LONG_MS);
        assert_int_equal(ending.code, cases[i].code);
        assert_words(&ending, cases[i].words);
    }
}

static void test_capability_without_data(void **state)
{
    struct fixture *fixture = *state;
    static const char *const answers[] = {"@ OK\r\n", "@ OK done\r\n", "@ BAD what\r\n",
                                          "* CAPABILITY\r\n@ OK\r\n", "* CAPABILITY =\r\n@ NO\r\n"};
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        struct fake_imap fake = fake_imap_new();
        fake_imap_rule(&fake, "CAPABILITY", answers[i], 0, FAKE_GO_ON);
        struct ending ending = run_sound(fixture, &fake, LONG_MS);
        assert_int_equal(ending.code, FAULT_OK);
        assert_int_equal(ending.settle, MODULE_OK);
    }
}

/* Cut and hang before the greeting, and after each command of the session. */
static void test_stops(void **state)
{
    struct fixture *fixture = *state;
    static const enum fake_then stops[] = {FAKE_CUT, FAKE_HANG};
    for (size_t kind = 0; kind < 2; kind++) {
        for (int step = 0; step <= 9; step++) {
            struct fake_imap fake = fake_imap_new();
            fake.stop = stops[kind];
            fake.stop_after = step;
            struct ending ending =
                run_sound(fixture, &fake, stops[kind] == FAKE_HANG ? HANG_MS : LONG_MS);
            /* The ninth command is the goodbye: nobody's trouble. */
            bool whole = step > 8;
            assert_int_equal(ending.code == FAULT_OK, whole);
            if (!whole)
                assert_words(&ending, "127.0.0.1");
            if (!whole && stops[kind] == FAKE_HANG)
                assert_int_equal(ending.code, FAULT_TIMEOUT);
            assert_int_equal(ending.open == MODULE_OK, step == 0 ? 0 : step > 4);
        }
    }
}

static void test_commands_answered_badly(void **state)
{
    struct fixture *fixture = *state;
    static const char *const commands[] = {"CAPABILITY",   "LOGIN",        "SELECT",   "UID SEARCH",
                                           "UID FETCH 5,", "UID FETCH 5 ", "UID STORE"};
    static const struct {
        const char *answer;
        enum fake_then then;
    } answers[] = {
        {"garbage\r\n", FAKE_GO_ON},
        {"\r\n\r\n", FAKE_HANG},
        {"999 OK another\r\n", FAKE_HANG},
        {"* BYE going down\r\n", FAKE_CUT},
        {"* BYE going down\r\n", FAKE_HANG},
        {"* XNEW thing\r\n* (((((\r\n", FAKE_HANG},
        {"* 1 FETCH (UID 5 BODY[] {4294967295}\r\nx", FAKE_CUT},
        {"* 1 FETCH (UID 5 BODY[] {4294967295}\r\nx", FAKE_HANG},
        {"* 1 FETCH (UID 5 BODY[] {5000000000}\r\nx", FAKE_CUT},
        {"* 1 FETCH (UID 5 BODY[] {300000000}\r\n", FAKE_CUT},
        {"\x80\xff\x01\r\n", FAKE_CUT},
    };
    for (size_t c = 0; c < sizeof commands / sizeof *commands; c++) {
        for (size_t a = 0; a < sizeof answers / sizeof *answers; a++) {
            struct fake_imap fake = fake_imap_new();
            fake_imap_rule(&fake, commands[c], answers[a].answer, 0, answers[a].then);
            struct ending ending =
                run_sound(fixture, &fake, answers[a].then == FAKE_CUT ? LONG_MS : SHORT_HANG_MS);
            assert_int_not_equal(ending.code, FAULT_OK);
            assert_words(&ending, "127.0.0.1");
            assert_int_not_equal(ending.settle == MODULE_OK && ending.open == MODULE_OK, 1);
        }
    }
}

static void test_floods(void **state)
{
    struct fixture *fixture = *state;
    static const char *const commands[] = {"CAPABILITY", "SELECT", "UID SEARCH", "UID FETCH 5 "};
    static const char *const floods[] = {"* OK still here\r\n", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
                                         "* 7 EXISTS\r\n", "* 1 FETCH (UID 5 FLAGS (\\Seen))\r\n",
                                         "* CAPABILITY A B C D E F G H I J K\r\n"};
    for (size_t c = 0; c < sizeof commands / sizeof *commands; c++) {
        for (size_t f = 0; f < sizeof floods / sizeof *floods; f++) {
            struct fake_imap fake = fake_imap_new();
            fake_imap_rule(&fake, commands[c], floods[f], 0, FAKE_FLOOD);
            struct ending ending = run_sound(fixture, &fake, LONG_MS);
            assert_int_not_equal(ending.code, FAULT_OK);
#ifndef WWW4MAIL_SANITIZED
            if (!under_valgrind() && ending.kib > 64 * 1024)
                fail_msg("%lld KiB for %s", (long long)ending.kib, floods[f]);
#endif
        }
    }
}

/* A mail that never ends is left at the maximum. */
static void test_endless_mail(void **state)
{
    struct fixture *fixture = *state;
    struct fake_imap fake = fake_imap_new();
    fake_imap_rule(&fake, "UID FETCH 5 ", "* 1 FETCH (UID 5 BODY[]<0> {262144}\r\n", 0, FAKE_GO_ON);
    struct ending ending = run_sound(fixture, &fake, HANG_MS);
    assert_int_equal(ending.list, MODULE_PASS);
    assert_int_not_equal(ending.body, MODULE_OK);
    assert_int_not_equal(ending.settle, MODULE_OK);
}

/* These may crash libetpan; whatever it is, it ends. */
static void test_parser(void **state)
{
    struct fixture *fixture = *state;
    static const struct {
        const char *command, *answer;
        bool sound; /* no reason to end the session */
    } cases[] = {
        {"SELECT", "* OK [PERMANENTFLAGS (\\Seen \\] x\r\n@ OK x\r\n", false},
        {"SELECT", "* OK [PERMANENTFLAGS (\\))] x\r\n* OK [UIDVALIDITY 77] x\r\n@ OK x\r\n", true},
        {"SELECT", "* OK [BADCHARSET (\"a\")] x\r\n* OK [UIDVALIDITY 77] x\r\n@ OK x\r\n", true},
        {"SELECT", "* OK [UIDVALIDITY 99999999999999999999] x\r\n@ OK x\r\n", false},
        {"SELECT", "* NAMESPACE ((\"\" \"/\" ((((\r\n@ OK x\r\n", false},
        {"UID SEARCH", "* SEARCH 1 2 99999999999 x\r\n@ OK x\r\n", true},
        {"UID SEARCH", "* SEARCH 5 7 9 (MODSEQ 917162500)\r\n@ OK x\r\n", true},
        {"UID STORE", "* XNEW thing\r\n* 1 FETCH (EMAILID (M1) FLAGS ())\r\n@ OK x\r\n", true},
        {"UID FETCH 5 ", "* 1 FETCH (EMAILID (M1) UID 5 BODY[]<0> \"x\")\r\n@ OK x\r\n", false},
        {"UID FETCH 5 ", "* 1 FETCH (UID 5 BODY[]<0> {3}\r\na)\r\n@ OK x\r\n", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fake_imap fake = fake_imap_new();
        struct ending ending;
        fake_imap_rule(&fake, cases[i].command, cases[i].answer, 0, FAKE_GO_ON);
        int status = run(fixture, &fake, HANG_MS, &ending);
        if (WIFSIGNALED(status) || !ending.ended)
            print_message("case %zu: status %x\n", i, (unsigned)status);
        else if (cases[i].sound)
            assert_int_equal(ending.settle, MODULE_OK);
    }
}

/* Nested so deep that libetpan's parser would run out of stack: said in words, and nobody dies. */
static void test_nesting(void **state)
{
    struct fixture *fixture = *state;
    static const char *const commands[] = {"UID FETCH 5,", "UID FETCH 5 "};
    static char answer[400064];
    int len = snprintf(answer, sizeof answer, "* 1 FETCH (UID 5 BODYSTRUCTURE ");
    memset(answer + len, '(', 200000);
    memset(answer + len + 200000, ')', 200000);
    snprintf(answer + len + 400000, 16, ")\r\n@ OK x\r\n");
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        struct fake_imap fake = fake_imap_new();
        fake_imap_rule(&fake, commands[i], answer, 0, FAKE_GO_ON);
        struct ending ending = run_sound(fixture, &fake, LONG_MS);
        assert_int_equal(ending.code, FAULT_MAILBOX);
        assert_words(&ending, "127.0.0.1");
        assert_words(&ending, "nested too deep");
    }
}

static void test_refused_connection(void **state)
{
    struct fixture *fixture = *state;
    struct fake_imap fake = fake_imap_new();
    fake_imap_start(&fake, fixture);
    fake_imap_stop(&fake);
    assert_int_not_equal(box_open(fixture), MODULE_OK);
    assert_fault(fixture, FAULT_CONNECT, fake.port);
    assert_null(fixture->state);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_greetings), TEST(test_capability_without_data),
        TEST(test_stops),     TEST(test_commands_answered_badly),
        TEST(test_floods),    TEST(test_endless_mail),
        TEST(test_parser),    TEST(test_refused_connection),
        TEST(test_nesting),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
