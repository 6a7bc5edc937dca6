/* SPDX-License-Identifier: ISC */
/* Blocks of modules: every key, every mistake with its place, modes of files. */
#include "test/unit/module_fixture.h"

static struct scratch scratch;
static struct arena *arena;
static struct blocks blocks;
static struct fault fault;

static int set_up(void **state)
{
    (void)state;
    scratch = scratch_make();
    arena = arena_new(16 * 1024 * 1024);
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

static const struct block *read_block(const char *text)
{
    fault_clear(&fault);
    scratch_text(&scratch, "m.so", "");
    scratch_text(&scratch, "m.module", text);
    if (!blocks_read(arena, scratch.dir, &blocks, &fault))
        return NULL;
    assert_int_equal(blocks.count, 1);
    return &blocks.blocks[0];
}

/* "DIR/m.module:PLACE: ...WORDS..." */
static void assert_refused(const char *text, const char *place, const char *words)
{
    char start[256];
    if (read_block(text))
        fail_msg("read without a fault: %s", text);
    snprintf(start, sizeof start, "%s/m.module:%s: ", scratch.dir, place);
    if (strncmp(fault.operator, start, strlen(start)) != 0 || !strstr(fault.operator, words))
        fail_msg("wanted '%s...%s', got '%s'", start, words, fault.operator);
    assert_int_equal(fault.code, FAULT_CONFIG);
}

#define HEAD "name: m\nfile: m.so\n"

static void test_every_key(void **state)
{
    (void)state;
    const struct block *block = read_block("name: m\n"
                                           "file: m.so\n"
                                           "stage: urlauth\n"
                                           "role: quota\n"
                                           "order: {before: [a, b], after: c}\n"
                                           "when: [target.scheme in [ftp, ftps], page.size set]\n"
                                           "alternatives: [d]\n"
                                           "needs: [exec, net]\n"
                                           "flags: [reload, once]\n"
                                           "settings: {passive: true, empty: , done: {flag: S}}\n");
    if (!block)
        fail_msg("%s", fault.operator);
    assert_string_equal(block->name, "m");
    assert_int_equal(block->stage->id, STAGE_URLAUTH);
    assert_string_equal(block->role, "quota");
    assert_int_equal(block->place, PLACE_WORK);
    assert_null(block->attached_to);
    assert_int_equal(block->order_before.count, 2);
    assert_string_equal(block->order_after.words[0], "c");
    assert_int_equal(block->when_count, 2);
    assert_int_equal(block->when[0].test, WHEN_IN);
    assert_string_equal(block->when[0].words[1], "ftps");
    assert_null(block->when[0].words[2]);
    assert_int_equal(block->when[1].field, FIELD_PAGE_SIZE);
    assert_string_equal(block->alternatives.words[0], "d");
    assert_int_equal(block->needs, NEEDS_EXEC | NEEDS_NET);
    assert_int_equal(block->flags, FLAG_RELOAD | FLAG_ONCE);
    assert_string_equal(settings_get(&block->settings, "passive"), "true");
    assert_string_equal(settings_get(&block->settings, "empty"), "");
    assert_string_equal(settings_get(&block->settings, "done.flag"), "S");
    assert_string_equal(block->path, scratch_path(&scratch, "m.module"));
    assert_string_equal(block->object, scratch_path(&scratch, "m.so"));
}

static void test_defaults(void **state)
{
    (void)state;
    const struct block *block = read_block(HEAD "stage: browser\nwhen: []\nneeds: []\nsettings:\n");
    if (!block)
        fail_msg("%s", fault.operator);
    assert_string_equal(block->role, "fetcher");
    assert_int_equal(block->when_count, 0);
    assert_int_equal(block->needs, 0);
    assert_int_equal(block->settings.count, 0);
    block = read_block(HEAD "attach: {before: html}\n");
    assert_null(block->stage);
    assert_null(block->role);
    assert_int_equal(block->place, PLACE_BEFORE);
    assert_string_equal(block->attached_to, "html");
    block = read_block(HEAD "attach: {after: userauth}\n");
    assert_int_equal(block->stage->id, STAGE_USERAUTH);
    assert_string_equal(block->role, "gate");
    assert_int_equal(block->place, PLACE_AFTER);
}

static void test_ways_to_write_tests(void **state)
{
    (void)state;
    static const char *const ways[] = {
        "stage: browser\nwhen: [target.scheme in [a, b], target.port is 80]  # tests\n",
        "stage: browser\nwhen: [target.scheme in [a, b],\n       target.port is 80]\n",
        "stage: browser\nwhen: [\n  target.scheme in [a, b],\n  target.port is 80,\n]\n",
        "stage: browser\nwhen: [\"target.scheme in [a, b]\", 'target.port is 80']\n",
        "stage: browser\nwhen:\n  - target.scheme in [a, b]\n  - target.port is 80\n",
        "when: [target.scheme in [a, b], target.port is 80]\nstage: browser\n",
    };
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        char text[512];
        snprintf(text, sizeof text, "%s%s", HEAD, ways[i]);
        const struct block *block = read_block(text);
        if (!block)
            fail_msg("%s: %s", ways[i], fault.operator);
        assert_int_equal(block->stage->id, STAGE_BROWSER);
        assert_int_equal(block->when_count, 2);
        assert_string_equal(block->when[0].words[1], "b");
        assert_string_equal(block->when[1].words[0], "80");
    }
    const struct block *block = read_block(HEAD "stage: browser\nwhen: target.port is 80\n");
    assert_int_equal(block->when_count, 1);
}

static void test_mistakes(void **state)
{
    (void)state;
    static const struct {
        const char *text, *place, *words;
    } cases[] = {
        {"", "1:1", "nothing in the file"},
        {"- x\n", "1:1", "a map of keys belongs here; write 'name: m'"},
        {"file: m.so\nstage: browser\n", "1:1", "name is missing; write name: m"},
        {"name: m\nstage: browser\n", "1:1", "file is missing; write file: m.so"},
        {HEAD, "1:1", "stage is missing"},
        {"name: other\n", "1:7", "'other' is not the file's"},
        {"name: \"m x\"\n", "1:7", "is no name"},
        {"name: m\nfile: ../m.so\n", "2:7", "lies beside the block"},
        {"name: m\nfile: .m.so\n", "2:7", "lies beside the block"},
        {HEAD "stage: brwoser\n", "3:8", "did you mean 'browser'?"},
        {HEAD "stage: nonsense\n", "3:8", "'www4mail stages' lists them"},
        {HEAD "stage: globalcmd\n", "3:8", "stage globalcmd takes no modules"},
        {HEAD "stage: browser\nrole: fetchr\n", "4:7", "did you mean 'fetcher'?"},
        {HEAD "stage: browser\nrole: driver\n", "4:7", "no role 'driver'"},
        {HEAD "stage: browser\nrole: gate\n", "4:7",
         "role gate has nothing to do at stage browser"},
        {HEAD "stage: globalcmd\nrole: gate\n", "4:7", "nothing to do at stage globalcmd"},
        {HEAD "attach: html\n", "3:9", "write {before: NAME} or {after: NAME}"},
        {HEAD "attach: {beside: html}\n", "3:9", "write {before: NAME}"},
        {HEAD "attach: {before: a, after: b}\n", "3:9", "names one place"},
        {HEAD "stage: browser\nattach: {before: x}\n", "4:1", "stage and attach"},
        {HEAD "attach: {before: x}\nstage: browser\n", "4:1", "stage and attach"},
        {HEAD "stage: browser\norder: [x]\n", "4:8", "order: is a map"},
        {HEAD "stage: browser\norder: {behind: x}\n", "4:9", "unknown key 'behind' in order"},
        {HEAD "stage: browser\norder: {after: {x: y}}\n", "4:16", "order.after: a map"},
        {HEAD "stage: browser\nneeds: [root]\n", "4:9",
         "needs: there is no 'root'; write exec, net or files"},
        {HEAD "stage: browser\nflags: often\n", "4:8", "write reload, once or idempotent"},
        {HEAD "stage: browser\nsettings: [a]\n", "4:11", "settings: is a map"},
        {HEAD "stage: browser\nsettings: {a: [b]}\n", "4:15", "a list where one value belongs"},
        {HEAD "stage: browser\nsettings: {a: {b: c}, a.b: d}\n", "4:23", "'a.b' is here twice"},
        {HEAD "stage: browser\nwen: [x]\n", "4:1", "unknown key 'wen'; did you mean 'when'?"},
        {HEAD "stage: browser\nlicence: x\n", "4:1", "unknown key 'licence'; www4mail-module(3)"},
        {HEAD "stage: browser\nwhen: [target.schem is x]\n", "4:8",
         "did you mean 'target.scheme'?"},
        {HEAD "stage: browser\nwhen: [page.size set,  page.size si 1]\n", "4:24", "no test 'si'"},
        {HEAD "stage: browser\nwhen: [page.size set,\n  page.size over x]\n", "5:3", "number"},
        {HEAD "stage: browser\nwhen: [, page.size set]\n", "4:8", "a test is empty"},
        {HEAD "stage: browser\nwhen:\n  - page.size set\n  - nope\n", "6:5", "no field 'nope'"},
        {HEAD "stage: browser\nwhen:\n  - {a: b}\n", "5:5", "a test is one text"},
        {HEAD "stage: browser\nwhen: [target.scheme in [a, b]\n", "4:25", "YAML"},
        {HEAD "stage: &x browser\n", "3:8", "anchors"},
        {HEAD "stage: browser\nstage: browser\n", "4:1", "is here twice"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_refused(cases[i].text, cases[i].place, cases[i].words);
}

static void test_many_tests_and_settings(void **state)
{
    (void)state;
    char text[4096] = HEAD "stage: browser\nwhen: [";
    size_t len = strlen(text);
    for (int i = 0; i < 33; i++)
        len += (size_t)snprintf(text + len, sizeof text - len, "page.size set, ");
    snprintf(text + len, sizeof text - len, "]\n");
    assert_refused(text, "4:488", "more than 32 tests");
    len = (size_t)snprintf(text, sizeof text, "%s", HEAD "stage: browser\nsettings:\n");
    for (int i = 0; i < 65; i++)
        len += (size_t)snprintf(text + len, sizeof text - len, "  k%d: v\n", i);
    assert_refused(text, "69:3", "more than 64");
}

static void test_directory(void **state)
{
    (void)state;
    assert_true(blocks_read(arena, scratch.dir, &blocks, &fault));
    assert_int_equal(blocks.count, 0);
    module_write(&scratch, "b", "stage: browser\n");
    module_write(&scratch, "a", "stage: filter\n");
    scratch_text(&scratch, ".hidden.module", "nonsense: [");
    scratch_text(&scratch, "note.txt", "nonsense: [");
    scratch_text(&scratch, "x.module.bak", "nonsense: [");
    assert_true(blocks_read(arena, scratch.dir, &blocks, &fault));
    assert_int_equal(blocks.count, 2);
    assert_string_equal(blocks.blocks[0].name, "a");
    assert_ptr_equal(blocks_find(&blocks, "b"), &blocks.blocks[1]);
    assert_null(blocks_find(&blocks, "c"));
}

static void assert_directory_refused(const char *directory, const char *words)
{
    fault_clear(&fault);
    assert_false(blocks_read(arena, directory, &blocks, &fault));
    assert_int_equal(fault.code, FAULT_CONFIG);
    if (!strstr(fault.operator, words))
        fail_msg("wanted '%s', got '%s'", words, fault.operator);
}

static void test_modes(void **state)
{
    (void)state;
    module_write(&scratch, "m", "stage: browser\n");
    assert_int_equal(chmod(scratch_path(&scratch, "m.module"), 0664), 0);
    assert_directory_refused(scratch.dir,
                             "m.module: others may write to it (mode 664); chmod go-w");
    assert_int_equal(chmod(scratch.path, 0646), 0);
    assert_directory_refused(scratch.dir, "m.module: others may write to it");
    assert_int_equal(chmod(scratch.path, 0644), 0);
    assert_int_equal(chmod(scratch_path(&scratch, "m.so"), 0775), 0);
    assert_directory_refused(scratch.dir, "m.so: others may write to it (mode 775)");
    assert_int_equal(chmod(scratch.path, 0755), 0);
    assert_int_equal(chmod(scratch.dir, 0777), 0);
    assert_directory_refused(scratch.dir, "anybody may put modules there");
    assert_int_equal(chmod(scratch.dir, 01777), 0);
    assert_true(blocks_read(arena, scratch.dir, &blocks, &fault));
    assert_int_equal(unlink(scratch_path(&scratch, "m.so")), 0);
    assert_directory_refused(scratch.dir, "m.so: No such file");
    assert_directory_refused(scratch_path(&scratch, "none"), "--modules");
    assert_directory_refused(scratch_text(&scratch, "file", ""), "is no directory");
}

static void test_example(void **state)
{
    (void)state;
    char text[4096];
    FILE *file = fopen("examples/module/night.module", "r");
    assert_non_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    scratch_text(&scratch, "night.so", "");
    scratch_text(&scratch, "night.module", text);
    if (!blocks_read(arena, scratch.dir, &blocks, &fault))
        fail_msg("%s", fault.operator);
    assert_string_equal(settings_get(&blocks.blocks[0].settings, "from"), "22");
}

static void test_memory_is_bounded(void **state)
{
    (void)state;
    module_write(&scratch, "m", "stage: browser\n");
    size_t refused = 0;
    for (size_t size = 16;; size += 16) {
        struct arena *small = arena_new(size);
        fault_clear(&fault);
        bool read = blocks_read(small, scratch.dir, &blocks, &fault);
        arena_free(&small);
        if (read)
            break;
        assert_int_equal(fault.code, FAULT_MEMORY);
        refused++;
    }
    assert_true(refused > 10);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_key),
        TEST(defaults),
        TEST(ways_to_write_tests),
        TEST(mistakes),
        TEST(many_tests_and_settings),
        TEST(directory),
        TEST(modes),
        TEST(example),
        TEST(memory_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
