/* SPDX-License-Identifier: ISC */
/* The state directory, the key, and who lives, when calls of the system go wrong. */
#include "test/unit/ledger_help.h"
#include "test/unit/trouble.h"

#include "agent/ledger/state.h"

#include <signal.h>
#include <sys/sysmacros.h>

static char *in_state(struct bench *bench, const char *name)
{
    static char path[128];
    snprintf(path, sizeof path, "%s/%s", bench->state, name);
    return path;
}

static void write_text(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

/* ---- the state directory ---- */

static void test_parent(void **state)
{
    struct bench *bench = *state;
    struct fault fault = FAULT_INIT;
    char deep[160];
    snprintf(deep, sizeof deep, "%s/new/state//", bench->state);
    trouble_at("strdup", 1, ENOMEM);
    assert_int_equal(state_open(deep, &fault), -1);
    assert_true(trouble_end());
    fault_clear(&fault);
    trouble_at("mkdir", 2, EACCES); /* the parent */
    assert_int_equal(state_open(deep, &fault), -1);
    assert_true(trouble_end());
    fault_clear(&fault);
    trouble_at("mkdir", 3, EEXIST); /* another process was faster, and took it away again */
    assert_int_equal(state_open(deep, &fault), -1);
    assert_true(trouble_end());
    assert_non_null(strstr(fault.operator, "cannot be opened"));
    fault_clear(&fault);
    snprintf(deep, sizeof deep, "%s/other/state", bench->state);
    trouble_at("mkdir", 3, EACCES); /* below a parent that was just made */
    assert_int_equal(state_open(deep, &fault), -1);
    assert_true(trouble_end());
    assert_non_null(strstr(fault.operator, "cannot be made"));
    fault_clear(&fault);
    int directory = state_open(deep, &fault);
    assert_true(directory >= 0);
    close(directory);
    rmdir(deep);
    trouble_at("mkdir", 1, ENOENT); /* the parent comes to be meanwhile */
    directory = state_open(deep, &fault);
    assert_true(directory >= 0 && trouble_end());
    close(directory);
    rmdir(deep);
    rmdir(in_state(bench, "other"));
    trouble_at("mkdir", 1, ENOENT);
    assert_int_equal(state_open("/nowhere-at-all", &fault), -1);
    assert_true(trouble_end());
    fault_clear(&fault);
    /* There is nothing above these that could be made. */
    static const char *const bare[] = {"", "/nowhere-at-all/x/y/z"};
    for (size_t i = 0; i < sizeof bare / sizeof *bare; i++) {
        assert_int_equal(state_open(bare[i], &fault), -1);
        assert_non_null(strstr(fault.operator, "do not exist"));
        fault_clear(&fault);
    }
}

static bool is_allowed(struct bench *bench, const char *mounts, unsigned long magic,
                       struct fault *fault)
{
    int directory = open(bench->state, O_RDONLY | O_DIRECTORY);
    write_text(in_state(bench, "mounts"), mounts);
    trouble_redirect("/proc/self/mountinfo", in_state(bench, "mounts"));
    trouble_disk(magic);
    bool allowed = state_check_disk(directory, bench->state, fault);
    trouble_end();
    close(directory);
    assert_true(allowed == !fault_is_set(fault));
    return allowed;
}

/* The device's own line decides, whatever stands beside it. */
static void test_kinds_of_disk(void **state)
{
    enum { FUSE = 0x65735546, NFS = 0x6969 };
    struct bench *bench = *state;
    struct fault fault = FAULT_INIT;
    struct stat info;
    char mounts[512];
    assert_int_equal(stat(bench->state, &info), 0);
    unsigned major_number = major(info.st_dev), minor_number = minor(info.st_dev);
    static const char *const rest[] = {"- fuseblk /dev/sda1 rw", "- fuse.sshfs host: rw", "- "};
    static const char *const said[] = {NULL, "(fuse.sshfs)", "(by its type)"};
    for (size_t i = 0; i < 3; i++) {
        snprintf(mounts, sizeof mounts,
                 "x\n1 2 %u:%u no separator\n1 2 nonsense - nfs4 x\n1 2 %u:%u / / - nfs4 x\n"
                 "1 2 %u:%u / / - nfs4 x\n1 2 %u:%u / / rw %s\n",
                 major_number, minor_number, major_number + 1, minor_number, major_number,
                 minor_number + 1, major_number, minor_number, rest[i]);
        assert_true(is_allowed(bench, mounts, FUSE, &fault) == (said[i] == NULL));
        if (said[i])
            assert_non_null(strstr(fault.operator, said[i]));
        fault_clear(&fault);
    }
    assert_false(state_is_network(FUSE, "fuse.fuse-overlayfs"));
    assert_false(is_allowed(bench, "", NFS, &fault));
    fault_clear(&fault);
    trouble_at("fopen", 1, EMFILE);
    int directory = open(bench->state, O_RDONLY | O_DIRECTORY);
    assert_true(state_check_disk(directory, bench->state, &fault));
    trouble_end();
    trouble_at("fstatfs", 1, EIO);
    assert_false(state_check_disk(directory, bench->state, &fault));
    trouble_end();
    fault_clear(&fault);
    trouble_at("fstat", 1, EIO);
    assert_false(state_check_disk(directory, bench->state, &fault));
    trouble_end();
    fault_clear(&fault);
    close(directory);
    unlink(in_state(bench, "mounts"));
}

/* ---- the key ---- */

/* Each call of that name fails once while the key is made.  How many attempts were refused. */
static unsigned key_without(struct bench *bench, const char *call, int code, enum fault_code full)
{
    unsigned refused = 0;
    for (unsigned n = 1;; n++) {
        unsigned char key[32], again[32];
        struct fault fault = FAULT_INIT;
        remove_all(bench->state);
        trouble_at(call, n, code);
        bool made = ledger_key(bench->state, key, &fault);
        bool met = trouble_end();
        assert_true(made == !fault_is_set(&fault));
        if (!made) {
            assert_int_equal(fault.code, full);
            fault_clear(&fault);
            assert_true(ledger_key(bench->state, key, &fault));
            refused++;
        }
        assert_true(ledger_key(bench->state, again, &fault));
        assert_memory_equal(key, again, 32);
        if (!met)
            return refused;
    }
}

static void test_making_a_key(void **state)
{
    static const struct {
        const char *call;
        int code;
        enum fault_code fault;
        unsigned refused;
    } cases[] = {
        {"getrandom", EINTR, FAULT_OK, 0}, {"read", EINTR, FAULT_OK, 0},
        {"write", EINTR, FAULT_OK, 0},     {"close", EIO, FAULT_OK, 0},
        {"read", EIO, FAULT_IO, 1},        {"read", 0, FAULT_IO, 1},
        {"mkdir", EROFS, FAULT_CONFIG, 1}, {"open", EIO, FAULT_IO, 1},
        {"getrandom", EIO, FAULT_OK, 0},   {"getrandom", 0, FAULT_OK, 0},
        {"write", ENOSPC, FAULT_OK, 0},    {"linkat", ENOENT, FAULT_OK, 0},
    };
    struct bench *bench = *state;
    ledger_close(&bench->ledger);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        unsigned refused = key_without(bench, cases[i].call, cases[i].code, cases[i].fault);
        if (refused != cases[i].refused)
            print_error("%s %d\n", cases[i].call, cases[i].code);
        assert_int_equal(refused, cases[i].refused);
    }
}

static void assert_no_key(struct bench *bench, enum fault_code code, const char *said)
{
    unsigned char key[32];
    struct fault fault = FAULT_INIT;
    assert_false(ledger_key(bench->state, key, &fault));
    trouble_end();
    if (fault.code != code)
        print_error("%s\n", fault.operator);
    assert_int_equal(fault.code, code);
    assert_non_null(strstr(fault.operator, said));
    fault_clear(&fault);
}

/* Both ways of making one fail. */
static void test_no_key_can_be_made(void **state)
{
    struct bench *bench = *state;
    ledger_close(&bench->ledger);
    remove_all(bench->state);
    static const char *const calls[] = {"getrandom", "write", "fsync", "linkat"};
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        trouble_for_good(calls[i], 1, ENOSPC);
        assert_no_key(bench, FAULT_DISK_FULL, "cannot be made");
        trouble_for_good(calls[i], 1, EDQUOT);
        assert_no_key(bench, FAULT_DISK_FULL, "cannot be made");
        trouble_for_good(calls[i], 1, EIO);
        assert_no_key(bench, FAULT_IO, "cannot be made");
    }
    trouble_for_good("at:open", 2, EACCES); /* the first finds that there is none */
    assert_no_key(bench, FAULT_IO, "cannot be made");
    trouble_at("at:open", 1, EACCES);
    assert_no_key(bench, FAULT_LEDGER, "cannot be opened");
    trouble_for_good("linkat", 1, EEXIST); /* made by another, and gone again */
    assert_no_key(bench, FAULT_LEDGER, "cannot be opened");
    trouble_at("linkat", 1, EXDEV);
    trouble_at("linkat", 2, EEXIST);
    assert_no_key(bench, FAULT_LEDGER, "cannot be opened");
    trouble_at("fsync", 2, EIO); /* of the directory */
    assert_no_key(bench, FAULT_IO, "cannot be made");
    remove_all(bench->state);
    assert_int_equal(mkdir(bench->state, 0700), 0);
    assert_int_equal(mkfifo(in_state(bench, "key"), 0600), 0);
    assert_no_key(bench, FAULT_LEDGER, "32 bytes");
    remove_all(bench->state);
    trouble_at("fstat", 2, EIO); /* the first is of the directory */
    assert_no_key(bench, FAULT_IO, "key");
}

/* ---- who lives ---- */

static const char boot_id_path[] = "/proc/sys/kernel/random/boot_id";

static void assert_no_owner(int64_t pid)
{
    struct ledger_owner owner;
    struct fault fault = FAULT_INIT;
    assert_false(ledger_owner_of(pid, &owner, &fault));
    assert_int_equal(fault.code, FAULT_LEDGER);
    fault_clear(&fault);
    trouble_end();
}

static void test_unreadable_proc(void **state)
{
    struct bench *bench = *state;
    struct ledger_owner owner;
    struct fault fault = FAULT_INIT;
    char stat_path[64];
    snprintf(stat_path, sizeof stat_path, "/proc/%d/stat", (int)getpid());
    char *file = in_state(bench, "proc");
    static const char *const broken[] = {"", "1 (name", "1 (name) S 2 3", "1 (a) b) "};
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        write_text(file, broken[i]);
        trouble_redirect(stat_path, file);
        assert_no_owner(getpid());
        trouble_redirect(boot_id_path, file); /* all of them shorter than an id */
        assert_no_owner(getpid());
    }
    unlink(file);
    trouble_at("open", 1, EACCES);
    assert_no_owner(getpid());
    trouble_at("open", 2, EACCES);
    assert_no_owner(getpid());
    trouble_at("read", 1, EIO);
    assert_no_owner(getpid());
    trouble_at("read", 1, EINTR); /* asked again */
    assert_true(ledger_owner_self(&owner, &fault));
    assert_true(trouble_end());
    assert_int_equal(owner.start, bench->me.start);
    assert_string_equal(owner.boot_id, bench->me.boot_id);
}

/* In doubt somebody lives: what he works on must not be done twice. */
static void test_who_lives(void **state)
{
    struct bench *bench = *state;
    struct ledger_owner other = bench->me;
    assert_true(ledger_owner_lives(&bench->me));
    trouble_at("kill", 1, EPERM);
    assert_true(ledger_owner_lives(&bench->me));
    trouble_end();
    trouble_at("kill", 1, ESRCH);
    assert_false(ledger_owner_lives(&bench->me));
    trouble_end();
    trouble_at("open", 1, EACCES); /* the boot cannot be told: then the process decides */
    assert_true(ledger_owner_lives(&bench->me));
    trouble_end();
    trouble_at("open", 2, EACCES); /* hidden, but it takes signals */
    assert_true(ledger_owner_lives(&bench->me));
    trouble_end();
    trouble_at("open", 2, ENOENT); /* it died between two looks */
    trouble_at("kill", 2, ESRCH);
    assert_false(ledger_owner_lives(&bench->me));
    assert_true(trouble_end());
    trouble_at("open", 2, EACCES);
    trouble_at("kill", 2, EPERM);
    assert_true(ledger_owner_lives(&bench->me));
    assert_true(trouble_end());
    other.start++;
    assert_false(ledger_owner_lives(&other));
    other = bench->me;
    other.boot_id[0] = other.boot_id[0] == 'x' ? 'y' : 'x';
    assert_false(ledger_owner_lives(&other));
    other = bench->me;
    other.pid = 0;
    assert_false(ledger_owner_lives(&other));
}

/* A number whose /proc says another state: dead ones do not live. */
static void test_dead_but_there(void **state)
{
    static const struct {
        char code;
        bool lives;
    } cases[] = {{'S', true}, {'Z', false}, {'X', false}};
    struct bench *bench = *state;
    char stat_path[64], text[256];
    char *file = in_state(bench, "proc");
    snprintf(stat_path, sizeof stat_path, "/proc/%d/stat", (int)getpid());
    for (size_t i = 0; i < 3; i++) {
        snprintf(text, sizeof text, "1 (a) b) %c 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 %lld 9\n",
                 cases[i].code, (long long)bench->me.start);
        write_text(file, text);
        trouble_redirect(stat_path, file);
        assert_true(ledger_owner_lives(&bench->me) == cases[i].lives);
        trouble_end();
    }
    unlink(file);
}

#define ON_BENCH(test) cmocka_unit_test_setup_teardown(test, bench_setup, bench_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BENCH(test_parent),          ON_BENCH(test_kinds_of_disk),
        ON_BENCH(test_making_a_key),    ON_BENCH(test_no_key_can_be_made),
        ON_BENCH(test_unreadable_proc), ON_BENCH(test_who_lives),
        ON_BENCH(test_dead_but_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
