/* SPDX-License-Identifier: ISC */
/* Passwords: from commands, files and credentials, and everything that can be wrong with them. */
#include "test/unit/scratch.h"

#include "agent/process/secret_keeper.h"

#include <signal.h>
#include <sys/wait.h>

enum { WORDS_MAX = 8 };

static struct scratch scratch;
static struct fault fault;
static struct secret_source source;
static struct secret secret;
static const char *words[WORDS_MAX];

static int set_up(void **state)
{
    (void)state;
    scratch = scratch_make();
    fault = FAULT_INIT;
    source = (struct secret_source){0};
    secret_init(&secret, &source, "web", "mailbox");
    unsetenv("CREDENTIALS_DIRECTORY");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    fault_clear(&fault);
    scratch_remove(&scratch);
    return 0;
}

static bool is_wiped(void)
{
    for (size_t i = 0; i < sizeof secret.text; i++)
        if (secret.text[i])
            return false;
    return true;
}

static void use_command(const char *const *list)
{
    source.key = "password_command";
    source.command.words = words;
    for (source.command.count = 0; list[source.command.count]; source.command.count++)
        words[source.command.count] = list[source.command.count];
}

/* A line for the shell, which the test names itself: the agent uses none. */
static void use_shell(const char *line)
{
    use_command((const char *const[]){"sh", "-c", line, NULL});
}

static void use_file(const char *text, size_t len, mode_t mode)
{
    source.key = "password_file";
    source.file = scratch_write(&scratch, "password", text, len);
    assert_int_equal(chmod(source.file, mode), 0);
}

static void assert_given(const char *wanted)
{
    const char *text = secret_ask(&secret, &fault);
    if (!text)
        fail_msg("no password: %s", fault.operator);
    assert_string_equal(text, wanted);
    secret_wipe(&secret);
    assert_true(is_wiped());
}

static void assert_refused(const char *words_in_it)
{
    fault_clear(&fault);
    assert_null(secret_ask(&secret, &fault));
    assert_int_equal(fault.code, FAULT_SECRET);
    assert_null(fault.asker);
    if (!strstr(fault.operator, words_in_it) || !strstr(fault.operator, "web: mailbox"))
        fail_msg("wanted '%s', got '%s'", words_in_it, fault.operator);
    assert_true(is_wiped());
}

static void test_first_line_of_a_command(void **state)
{
    (void)state;
    use_command((const char *const[]){"printf", "%s\\n%s\\n", "s3cret \"$HOME\" *", "more", NULL});
    assert_given("s3cret \"$HOME\" *");
    use_command((const char *const[]){"printf", "no newline", NULL});
    assert_given("no newline");
    use_command((const char *const[]){"printf", "dos\\r\\n", NULL});
    assert_given("dos");
    use_command((const char *const[]){"printf", " blanks \\n", NULL});
    assert_given(" blanks ");
    use_shell("echo noise >&2; echo fine");
    assert_given("fine");
}

static void test_environment_and_input_of_a_command(void **state)
{
    (void)state;
    setenv("WWW4MAIL_TEST_SECRET", "from outside", 1);
    use_shell("cat; echo \"$WWW4MAIL_TEST_SECRET\"");
    assert_given("from outside");
    unsetenv("WWW4MAIL_TEST_SECRET");
    /* Signals that this process ignores end the command as they should, and nothing is inherited. */
    signal(SIGPIPE, SIG_IGN);
    int fd = dup(STDERR_FILENO);
    assert_true(fd > 2);
    use_shell("trap - PIPE; (kill -PIPE $$); sleep 5");
    assert_refused("died of signal 13");
    signal(SIGPIPE, SIG_DFL);
    use_shell("for f in /proc/self/fd/*; do case ${f##*/} in 0|1|2) ;; *) echo ${f##*/}; esac; done"
              " | grep -c . | grep -q '^[01]$' && echo closed");
    assert_given("closed");
    close(fd);
}

static void test_asked_anew(void **state)
{
    (void)state;
    char line[sizeof scratch.path * 3];
    scratch_text(&scratch, "count", "");
    snprintf(line, sizeof line, "echo x >>%s; wc -l <%s | tr -d ' '", scratch.path, scratch.path);
    use_shell(line);
    assert_given("1");
    assert_given("2");
    assert_given("3");
}

static void test_command_that_fails(void **state)
{
    (void)state;
    use_shell("echo hidden; printf 'gpg: no\\nsecret key\\n' >&2; exit 2");
    assert_refused("password_command (sh): exit status 2: gpg: no secret key");
    assert_null(strstr(fault.operator, "hidden"));
    use_shell("kill -KILL $$");
    assert_refused("died of signal 9");
    use_command((const char *const[]){"www4mail-no-such-program", NULL});
    assert_refused("exit status 127: cannot be run: No such file");
    use_shell("true");
    assert_refused("empty first line");
    use_shell("echo; echo second");
    assert_refused("empty first line");
    use_shell("printf 'a\\000b\\n'");
    assert_refused("a zero byte");
    use_shell("i=0; while [ $i -lt 400 ]; do echo complaint $i >&2; i=$((i+1)); done; exit 1");
    assert_refused("complaint 0");
}

static void use_bytes(unsigned count, const char *tail)
{
    static char line[128];
    snprintf(line, sizeof line, "head -c %u /dev/zero | tr '\\000' x%s", count, tail);
    use_shell(line);
}

static void test_length_of_a_command(void **state)
{
    (void)state;
    use_bytes(SECRET_BYTES_MAX, "");
    assert_non_null(secret_ask(&secret, &fault));
    assert_int_equal(strlen(secret.text), SECRET_BYTES_MAX);
    use_bytes(SECRET_BYTES_MAX, "; echo; echo more");
    assert_non_null(secret_ask(&secret, &fault));
    assert_int_equal(strlen(secret.text), SECRET_BYTES_MAX);
    use_bytes(SECRET_BYTES_MAX + 1, "");
    assert_refused("longer than 4096 bytes");
    use_bytes(SECRET_BYTES_MAX + 1, "; echo");
    assert_refused("longer than 4096 bytes");
    /* What stands behind the first line is read and forgotten, however much it is. */
    use_shell("echo fine; head -c 3000000 /dev/zero");
    assert_given("fine");
}

static void test_command_that_hangs(void **state)
{
    (void)state;
    char line[640];
    secret.limit_ms = 200;
    scratch_text(&scratch, "pids", "");
    snprintf(line, sizeof line, "echo asking for it >&2; sleep 600 & echo $! >%s; echo x; wait",
             scratch.path);
    use_shell(line);
    assert_refused("gave no password within 200 ms, and was killed: asking for it");
    /* Its own children are gone as well. */
    FILE *file = fopen(scratch.path, "r");
    int pid = 0;
    assert_non_null(file);
    assert_int_equal(fscanf(file, "%d", &pid), 1);
    fclose(file);
    for (int i = 0; i < 100 && kill(pid, 0) == 0; i++) {
        char path[64], kind[64] = "";
        snprintf(path, sizeof path, "/proc/%d/stat", pid);
        FILE *stat_file = fopen(path, "r");
        bool dead = stat_file && fscanf(stat_file, "%*d (%*[^)]) %1s", kind) == 1 && *kind == 'Z';
        if (stat_file)
            fclose(stat_file);
        if (dead || !stat_file)
            return; /* nobody has collected it yet */
        usleep(20000);
    }
    assert_int_not_equal(kill(pid, 0), 0);
}

/* A helper that stays behind with the pipes open is not waited for. */
static void test_command_that_leaves_a_helper(void **state)
{
    (void)state;
    use_shell("sleep 600 & echo $! >&2; echo quick");
    secret.limit_ms = 20000;
    assert_given("quick");
    use_shell("sleep 600 & echo $! >&2; exit 3");
    assert_refused("exit status 3: ");
    int pid = (int)strtol(strstr(fault.operator, "3: ") + 3, NULL, 10);
    assert_true(pid > 1);
    kill(pid, SIGKILL);
}

static void test_file(void **state)
{
    (void)state;
    use_file("s3cret\nsecond line\n", 19, 0600);
    assert_given("s3cret");
    use_file("s3cret\r\n", 8, 0400);
    assert_given("s3cret");
    use_file("s3cret", 6, 0600);
    assert_given("s3cret");
    use_file("s3cret\n", 7, 0640);
    assert_refused("can be read by others; chmod 600 it");
    use_file("s3cret\n", 7, 0604);
    assert_refused("can be read by others");
    use_file("", 0, 0600);
    assert_refused("empty first line");
    use_file("\nx\n", 3, 0600);
    assert_refused("empty first line");
    use_file("a\0b\n", 4, 0600);
    assert_refused("a zero byte");
    assert_int_equal(unlink(source.file), 0);
    assert_refused("No such file");
    source.file = scratch.dir;
    assert_refused("is no regular file");
    source.file = scratch_path(&scratch, "fifo");
    assert_int_equal(mkfifo(source.file, 0600), 0);
    assert_refused("is no regular file");
}

static void test_length_of_a_file(void **state)
{
    (void)state;
    static char text[SECRET_BYTES_MAX + 2];
    memset(text, 'x', sizeof text);
    use_file(text, SECRET_BYTES_MAX, 0600);
    assert_non_null(secret_ask(&secret, &fault));
    assert_int_equal(strlen(secret.text), SECRET_BYTES_MAX);
    use_file(text, SECRET_BYTES_MAX + 1, 0600);
    assert_refused("longer than 4096 bytes");
    text[SECRET_BYTES_MAX] = '\n';
    use_file(text, sizeof text, 0600);
    assert_non_null(secret_ask(&secret, &fault));
    assert_int_equal(strlen(secret.text), SECRET_BYTES_MAX);
}

static void test_file_of_another_user(void **state)
{
    (void)state;
    use_file("s3cret\n", 7, 0600);
    if (geteuid() != 0 || chown(source.file, 65534, 65534) != 0)
        skip();
    assert_refused("belongs to another user");
    /* Root's file is good for everybody who can read it. */
    assert_int_equal(chown(source.file, 0, 0), 0);
    assert_given("s3cret");
}

static void test_credential(void **state)
{
    (void)state;
    source.key = source.credential = "credential";
    assert_refused("CREDENTIALS_DIRECTORY is not set");
    setenv("CREDENTIALS_DIRECTORY", "", 1);
    assert_refused("LoadCredential=credential:PATH");
    setenv("CREDENTIALS_DIRECTORY", scratch.dir, 1);
    assert_refused("No such file");
    scratch_text(&scratch, "credential", "s3cret\n");
    assert_int_equal(chmod(scratch.path, 0440), 0);
    assert_given("s3cret");
}

static void test_nothing_is_named(void **state)
{
    (void)state;
    assert_refused("no password is named; write password_command");
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, set_up, tear_down)

/* A process of its own asks: the password, and what is wrong, come back all the same. */
static void test_keeper(void **state)
{
    struct account account = {.name = "web"};
    struct secret_keeper keeper;
    (void)state;
    use_shell("echo horse");
    account.mailbox.secret = source;
    account.submission.secret = (struct secret_source){.key = "password_file", .file = "/missing"};
    assert_true(secret_keeper_open(&keeper, &account, &fault));
    secret_keeper_serves(&keeper, 0, &secret);
    source = (struct secret_source){.key = "password_file", .file = "/never/asked/here"};
    assert_string_equal(secret_ask(&secret, &fault), "horse");
    secret_wipe(&secret);
    assert_string_equal(secret_ask(&secret, &fault), "horse");
    secret_keeper_serves(&keeper, 1, &secret);
    assert_null(secret_ask(&secret, &fault));
    assert_true(is_wiped());
    assert_int_equal(fault.code, FAULT_SECRET);
    assert_non_null(strstr(fault.operator, "web: submission: password_file: /missing"));
    fault_clear(&fault);
    kill(keeper.pid, SIGKILL);
    assert_null(secret_ask(&secret, &fault));
    assert_non_null(strstr(fault.operator, "has died"));
    secret_keeper_close(&keeper);
    assert_int_equal(keeper.channel, -1);
}

/* An answer that comes too late is never taken for that of a later question. */
static void test_late_keeper(void **state)
{
    struct account account = {.name = "web"};
    struct secret_keeper keeper;
    (void)state;
    use_shell("sleep 0.3; echo horse");
    account.mailbox.secret = source;
    account.submission.secret = (struct secret_source){.key = "password_file", .file = "/missing"};
    assert_true(secret_keeper_open(&keeper, &account, &fault));
    secret_keeper_serves(&keeper, 0, &secret);
    secret.limit_ms = -4990; /* less than the slack, so that it does not wait */
    assert_null(secret_ask(&secret, &fault));
    fault_clear(&fault);
    usleep(600000);
    secret_keeper_serves(&keeper, 1, &secret);
    assert_null(secret_ask(&secret, &fault));
    assert_true(is_wiped());
    secret_keeper_close(&keeper);
}

/* An account without passwords has none. */
static void test_no_keeper(void **state)
{
    const struct account account = {.name = "web"};
    struct secret_keeper keeper;
    (void)state;
    assert_true(secret_keeper_open(&keeper, &account, &fault));
    assert_int_equal(keeper.pid, 0);
    secret_keeper_close(&keeper);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(first_line_of_a_command),
        TEST(environment_and_input_of_a_command),
        TEST(asked_anew),
        TEST(command_that_fails),
        TEST(length_of_a_command),
        TEST(command_that_hangs),
        TEST(command_that_leaves_a_helper),
        TEST(file),
        TEST(length_of_a_file),
        TEST(file_of_another_user),
        TEST(credential),
        TEST(nothing_is_named),
        TEST(keeper),
        TEST(late_keeper),
        TEST(no_keeper),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
