/* SPDX-License-Identifier: ISC */
/* YAML files: what is read, where it stands, what is refused and how that is said. */
#include "test/unit/scratch.h"

#include "agent/config/yaml.h"

static struct arena *arena;
static struct fault fault;

static int set_up(void **state)
{
    (void)state;
    arena = arena_new(16 * 1024 * 1024);
    return arena ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(&arena);
    fault_clear(&fault);
    return 0;
}

static const struct yaml_node *read_text(const char *text)
{
    fault_clear(&fault);
    return yaml_read_bytes(arena, "f", span_of(text), &fault);
}

/* The text is refused, and the fault is "f:PLACE: ...WORDS...". */
static void assert_refused(const char *text, const char *place, const char *words)
{
    const struct yaml_node *root = read_text(text);
    if (root || !fault.operator)
        fail_msg("read without a fault: %.60s", text);
    char start[64];
    snprintf(start, sizeof start, "f:%s: ", place);
    if (strncmp(fault.operator, start, strlen(start)) != 0 || !strstr(fault.operator, words))
        fail_msg("wanted '%s...%s', got '%s'", start, words, fault.operator);
    assert_int_equal(fault.code, FAULT_CONFIG);
}

static void test_reads_values_and_places(void **state)
{
    (void)state;
    const struct yaml_node *root = read_text("a: 1\n"
                                             "list:\n"
                                             "  - one\n"
                                             "  - \"two\"\n"
                                             "map: {x: y, z: }\n");
    assert_non_null(root);
    assert_int_equal(root->kind, YAML_MAP);
    const struct yaml_node *a = yaml_get(root, "a");
    assert_string_equal(a->text, "1");
    assert_int_equal(a->line, 1);
    assert_int_equal(a->column, 4);
    const struct yaml_node *list = yaml_get(root, "list");
    assert_int_equal(list->kind, YAML_LIST);
    assert_int_equal(list->key_line, 2);
    assert_int_equal(list->key_column, 1);
    assert_false(list->first->quoted);
    assert_true(list->first->next->quoted);
    assert_int_equal(list->first->next->line, 4);
    assert_int_equal(list->first->next->column, 5);
    assert_null(list->first->next->next);
    const struct yaml_node *map = yaml_get(root, "map");
    assert_string_equal(yaml_get(map, "x")->text, "y");
    assert_true(yaml_is_empty(yaml_get(map, "z")));
    assert_null(yaml_get(map, "q"));
    assert_null(yaml_get(list, "q"));
    assert_string_equal(map->file, "f");
}

static void test_columns_count_characters(void **state)
{
    (void)state;
    const struct yaml_node *root = read_text("{\xc3\xa9\xc3\xa9: x}");
    assert_int_equal(root->first->column, 6);
}

static void test_refuses_what_is_not_used(void **state)
{
    (void)state;
    assert_refused("a: &x 1\n", "1:4", "anchors");
    assert_refused("a: b\nc: *b\n", "2:4", "quotes");
    assert_refused("senders:\n  - *@example.org\n", "2:5", "needs quotes");
    assert_refused("a: !!str 1\n", "1:4", "tags");
    assert_refused("a: !x [1]\n", "1:4", "tags");
    assert_refused("a: 1\n---\nb: 2\n", "2:1", "second document");
    assert_refused("a: 1\nb: 2\na: 3\n", "3:1", "'a' is here twice (first in line 1)");
    assert_refused("[a, b]: 1\n", "1:1", "list or map as a key");
    assert_refused("", "1:1", "nothing in the file");
    assert_refused("# only words\n", "1:1", "nothing in the file");
    assert_refused("a: \"x\\0y\"\n", "1:4", "NUL");
    assert_refused("%TAG ! tag:x:\n---\na: 1\n", "1:1", "%TAG");
}

static void test_refuses_broken_yaml(void **state)
{
    (void)state;
    assert_refused("a: [1, 2\nb: 3\n", "2:2", "YAML");
    assert_refused("a: 1\n b: 2\n", "2:3", "YAML");
    assert_refused("a:\n\tb: 1\n", "2:1", "indent with blanks");
    assert_refused("a: 1\nb: \xff\n", "2:4", "UTF-8");
    assert_refused("a: \"x\n", "2:1", "YAML");
    assert_refused("a: \x01\n", "1:4", "UTF-8");
}

static void test_depth_is_bounded(void **state)
{
    (void)state;
    char text[64] = "";
    memset(text, '[', 16);
    memset(text + 16, ']', 16);
    assert_non_null(read_text(text));
    memset(text, '[', 17);
    memset(text + 17, ']', 17);
    assert_refused(text, "1:17", "16 deep");
    static char deep[100001];
    memset(deep, '[', sizeof deep - 1);
    assert_refused(deep, "1:17", "16 deep");
}

static void test_count_is_bounded(void **state)
{
    (void)state;
    static char text[2 * 20001 + 8];
    strncpy(text, "[", sizeof text - 1);
    for (size_t i = 0; i < 20000; i++)
        memcpy(text + 1 + 2 * i, "a,", 2);
    text[1 + 2 * 20000] = ']';
    assert_refused(text, "1:40000", "more than 20000 entries");
    memcpy(text + 1 + 2 * 19999, "] ", 3);
    assert_non_null(read_text(text));
}

static void test_memory_is_bounded(void **state)
{
    (void)state;
    struct arena *small = arena_new(256);
    assert_null(yaml_read_bytes(small, "f", SPAN_LITERAL("[a, b, c, d, e, f]"), &fault));
    assert_int_equal(fault.code, FAULT_MEMORY);
    arena_free(&small);
}

static void test_reads_a_file(void **state)
{
    (void)state;
    struct scratch scratch = scratch_make();
    const struct yaml_node *root = yaml_read(arena, scratch_text(&scratch, "a", "x: y\n"), &fault);
    assert_non_null(root);
    assert_string_equal(root->file, scratch.path);
    scratch_remove(&scratch);
}

static void assert_file_refused(const char *path, const char *words)
{
    fault_clear(&fault);
    assert_null(yaml_read(arena, path, &fault));
    assert_int_equal(fault.code, FAULT_CONFIG);
    assert_non_null(strstr(fault.operator, path));
    if (!strstr(fault.operator, words))
        fail_msg("wanted '%s', got '%s'", words, fault.operator);
}

static void test_refuses_files(void **state)
{
    (void)state;
    struct scratch scratch = scratch_make();
    assert_file_refused(scratch_path(&scratch, "none"), "No such file");
    assert_file_refused(scratch.dir, "regular file");
    assert_int_equal(mkfifo(scratch_path(&scratch, "fifo"), 0600), 0);
    assert_file_refused(scratch.path, "regular file");
    scratch_text(&scratch, "open", "x: y\n");
    assert_int_equal(chmod(scratch.path, 0646), 0);
    assert_file_refused(scratch.path, "mode 646");
    assert_int_equal(chmod(scratch.path, 0664), 0);
    fault_clear(&fault);
    assert_non_null(yaml_read(arena, scratch.path, &fault));
    char *large = calloc(1, 1024 * 1024 + 1);
    memset(large, '#', 1024 * 1024 + 1);
    scratch_write(&scratch, "large", large, 1024 * 1024 + 1);
    free(large);
    assert_file_refused(scratch.path, "larger than");
    scratch_remove(&scratch);
}

static void test_faults_name_key_or_value(void **state)
{
    (void)state;
    const struct yaml_node *root = read_text("a:\n  b: c\n");
    const struct yaml_node *b = yaml_get(yaml_get(root, "a"), "b");
    assert_false(yaml_fault(&fault, b, "bad %d", 7));
    assert_string_equal(fault.operator, "f:2:6: bad 7");
    assert_false(yaml_fault(&fault, b, "later"));
    assert_string_equal(fault.operator, "f:2:6: bad 7");
    fault_clear(&fault);
    assert_false(yaml_fault_key(&fault, b, "bad"));
    assert_string_equal(fault.operator, "f:2:3: bad");
    fault_clear(&fault);
    assert_false(yaml_fault_key(&fault, root, "bad"));
    assert_string_equal(fault.operator, "f:1:1: bad");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_reads_values_and_places, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_columns_count_characters, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_refuses_what_is_not_used, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_refuses_broken_yaml, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_depth_is_bounded, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_count_is_bounded, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_memory_is_bounded, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_reads_a_file, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_refuses_files, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_faults_name_key_or_value, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
