/* SPDX-License-Identifier: ISC */
/*
 * Opening modules and the handshake, with modules compiled by this test (test/unit/fixtures).  Is
 * run from the root of the tree; skips itself, and says so, where there is no compiler.
 */
#include "test/unit/module_fixture.h"

#include "agent/modules/loader.h"

#include <errno.h>
#include <spawn.h>
#include <sys/wait.h>

extern char **environ;

static struct scratch scratch;
static struct arena *arena;
static struct blocks blocks;
static struct fault fault;

/* The exit status of `cc` with these arguments, or -1 when it cannot be run. */
static int compile(const char *out, const char *define, const char *source)
{
    const char *cc = getenv("CC");
    char compiler[64], output[300], option[200], from[200], *rest = compiler;
    snprintf(compiler, sizeof compiler, "%s", cc && *cc ? cc : "cc");
    snprintf(output, sizeof output, "%s", out);
    snprintf(option, sizeof option, "%s", define);
    snprintf(from, sizeof from, "%s", source);
    char *program = strsep(&rest, " ");
    char shared[] = "-shared", pic[] = "-fPIC", standard[] = "-std=c11", gnu[] = "-D_GNU_SOURCE",
         root[] = "-I.", to[] = "-o", warnings[] = "-Wall";
    char *argv[] = {program, shared,   pic, standard, gnu,  root,
                    option,  warnings, to,  output,   from, NULL};
    pid_t pid;
    int status;
    if (posix_spawnp(&pid, program, NULL, NULL, argv, environ) != 0)
        return -1;
    while (waitpid(pid, &status, 0) < 0)
        assert_int_equal(errno, EINTR);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

static int set_up(void **state)
{
    (void)state;
    scratch = scratch_make();
    arena = arena_new(4 * 1024 * 1024);
    return arena ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(&arena);
    fault_clear(&fault);
    scratch_remove(&scratch);
    return 0;
}

/* Replaces m.so by one made with this -D option, as an installer does: by rename. */
static void build(const char *define)
{
    char new[300];
    snprintf(new, sizeof new, "%s", scratch_path(&scratch, "new.so"));
    int status = compile(new, define, "test/unit/fixtures/any_module.c");
    if (status < 0) {
        print_message("SKIPPED: there is no C compiler here; set CC\n");
        skip();
    }
    assert_int_equal(status, 0);
    assert_int_equal(chmod(new, 0755), 0);
    assert_int_equal(rename(new, scratch_path(&scratch, "m.so")), 0);
}

static const struct block *read_block(const char *rest)
{
    module_write(&scratch, "m", rest);
    if (!blocks_read(arena, scratch.dir, &blocks, &fault))
        fail_msg("%s", fault.operator);
    return &blocks.blocks[0];
}

static void assert_refused(const char *block, const char *define, const char *words)
{
    const struct block *m = read_block(block);
    build(define);
    fault_clear(&fault);
    if (loader_open(m, &fault))
        fail_msg("opened with %s", define);
    assert_int_equal(fault.code, FAULT_MODULE);
    assert_non_null(strstr(fault.operator, "/m.so: "));
    if (!strstr(fault.operator, words))
        fail_msg("%s: wanted '%s', got '%s'", define, words, fault.operator);
}

static const char *rule_of(const struct www4mail_module *module)
{
    struct verdict verdict = {0};
    assert_int_equal(module->gate->admit(NULL, NULL, &verdict), MODULE_OK);
    return verdict.rule;
}

#define GATE "stage: urlauth\n"

static void test_opens_once(void **state)
{
    (void)state;
    const struct block *m = read_block(GATE);
    build("-DUSUAL");
    const struct www4mail_module *module = loader_open(m, &fault);
    if (!module)
        fail_msg("%s", fault.operator);
    assert_string_equal(module->name, "m");
    assert_string_equal(rule_of(module), "one");
    build("-DRULE=\"two\"");
    assert_ptr_equal(loader_open(m, &fault), module);
    loader_done(m);
    assert_ptr_equal(loader_open(m, &fault), module);
    assert_string_equal(rule_of(module), "one");
}

static void test_reload(void **state)
{
    (void)state;
    const struct block *m = read_block(GATE "flags: [reload]\n");
    build("-DRULE=\"one\"");
    const struct www4mail_module *module = loader_open(m, &fault);
    assert_non_null(module);
    assert_string_equal(rule_of(module), "one");
    loader_done(m);
    loader_done(m);
    build("-DRULE=\"two\"");
    module = loader_open(m, &fault);
    assert_non_null(module);
#ifndef WWW4MAIL_SANITIZED
    assert_string_equal(rule_of(module), "two");
#endif
    loader_done(m);
}

static void test_handshake(void **state)
{
    (void)state;
    assert_refused(GATE, "-DAPI=2", "was made for interface 2, this agent has 1; install a newer");
    assert_refused(GATE, "-DAPI=0", "was made for interface 0, this agent has 1; rebuild it");
    assert_refused(GATE, "-DSIZE=16", "its head has 16 bytes");
    assert_refused(GATE, "-DSIZE=0", "its head has 0 bytes");
    assert_refused(GATE, "-DNAME=\"n\"", "its name is 'n', but its block says 'm'");
    assert_refused(GATE, "-DNAME=0", "its name is ''");
    assert_refused(GATE, "-DSTAGE=\"browser\"", "its stage is 'browser', but its block says");
    assert_refused(GATE, "-DROLE=\"quota\"", "its role is 'quota', but its block says 'gate'");
    assert_refused(GATE, "-DOPS=.gate=0", "no operations for its role gate");
    assert_refused(GATE, "-DOPS=.sender=&sender_ops", "operations of role sender besides");
    assert_refused(GATE, "-DOPS=.gate=&empty_ops", "operation 1 of role gate is missing");
    assert_refused("stage: urlauth\nrole: quota\n", "-DUSUAL", "its role is 'gate'");
    assert_refused(GATE, "-DNO_HEAD", "it has no www4mail_module");
    assert_refused(GATE, "-DMISSING", "it cannot be opened");
    /* A failed handshake leaves nothing behind. */
    const struct block *m = read_block(GATE);
    build("-DUSUAL");
    fault_clear(&fault);
    assert_non_null(loader_open(m, &fault));
}

static void test_shorter_head(void **state)
{
    (void)state;
    const struct block *m = read_block(GATE);
    /* What lies behind the declared size is not looked at. */
    build("-DSIZE=offsetof(struct www4mail_module,quota),.renderer=(void*)1");
    const struct www4mail_module *module = loader_open(m, &fault);
    if (!module)
        fail_msg("%s", fault.operator);
    assert_null(module->renderer);
    assert_string_equal(rule_of(module), "one");
}

static void test_longer_head(void **state)
{
    (void)state;
    const struct block *m = read_block(GATE);
    build("-DSIZE=4096");
    if (!loader_open(m, &fault))
        fail_msg("%s", fault.operator);
}

static void test_optional_callback(void **state)
{
    (void)state;
    module_write(&scratch, "m", "stage: filter\nrole: builder\n");
    build("-DOPS=.builder=&builder_ops,.stage=\"filter\",.role=\"builder\"");
    assert_true(blocks_read(arena, scratch.dir, &blocks, &fault));
    const struct www4mail_module *module = loader_open(&blocks.blocks[0], &fault);
    if (!module)
        fail_msg("%s", fault.operator);
    assert_null(module->builder->prepare);
}

static void test_files(void **state)
{
    (void)state;
    const struct block *m = read_block(GATE);
    assert_null(loader_open(m, &fault)); /* empty */
    assert_int_equal(fault.code, FAULT_MODULE);
    fault_clear(&fault);
    build("-DUSUAL");
    assert_int_equal(chmod(scratch_path(&scratch, "m.so"), 0777), 0);
    assert_null(loader_open(m, &fault));
    assert_int_equal(fault.code, FAULT_MODULE);
    assert_non_null(strstr(fault.operator, "others may write to it"));
    fault_clear(&fault);
    assert_int_equal(unlink(scratch.path), 0);
    assert_null(loader_open(m, &fault));
    assert_non_null(strstr(fault.operator, "No such file"));
}

static void test_example_compiles(void **state)
{
    (void)state;
    char object[300];
    build("-DUSUAL"); /* is there a compiler? */
    snprintf(object, sizeof object, "%s", scratch_path(&scratch, "night.so"));
    assert_int_equal(compile(object, "-Werror", "examples/module/night.c"), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(opens_once),   TEST(reload),           TEST(handshake),
        TEST(shorter_head), TEST(longer_head),      TEST(optional_callback),
        TEST(files),        TEST(example_compiles),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
