/* SPDX-License-Identifier: ISC */
/* csv: separators, quotes, headings, limits. */
#include "test/unit/types_fixture.h"

#include "render/types/csv_fields.h"

#define TR(a, b) "<tr><td>" a "</td><td>" b "</td></tr>"
#define HEAD(a, b) "<table><thead><tr><th>" a "</th><th>" b "</th></tr></thead><tbody>"
#define END "</tbody></table>"

static void test_separators(void **state)
{
    (void)state;
    static const char *const files[] = {"Name,Size\na,1\nb,2\n", "Name;Size\r\na;1\r\nb;2\r\n",
                                        "Name\tSize\na\t1\nb\t2", "Name|Size\n\na|1\n\n\nb|2\n",
                                        "sep=,\nName,Size\na,1\nb,2"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        expect(files[i], HEAD("Name", "Size") TR("a", "1") TR("b", "2") END);
    /* Commas in the numbers of a file that has semicolons. */
    expect("Port;Depth\na;1,5\nb;2,5\n", HEAD("Port", "Depth") TR("a", "1,5") TR("b", "2,5") END);
    struct built built;
    build(&built, "yes", SPAN_LITERAL("a\tb\n1\t2\n"), &typed_hints);
    expect_fact(&built, FACT_TYPE, "text/tab-separated-values");
    done(&built);
    struct page_hints hints = typed_hints;
    hints.url = "http://a.example/b.c/depths.csv?d=/e.f";
    build(&built, "yes", SPAN_LITERAL("a,b\n1,2\n"), &hints);
    expect_fact(&built, FACT_TYPE, "text/csv");
    expect_fact(&built, FACT_TITLE, "depths.csv");
    done(&built);
    hints.url = "http://a.example/";
    build(&built, "yes", SPAN_LITERAL("a,b\n1,2\n"), &hints);
    expect_fact(&built, FACT_TITLE, "");
    done(&built);
}

static void test_quotes(void **state)
{
    (void)state;
    expect("A,B\n\"x, \"\"y\"\"\",\"two\nlines\"\n z , \"q\" \n",
           HEAD("A", "B") TR("x, \"y\"", "two\nlines") TR("z", "q") END);
    /* One that is never closed, and one within a word. */
    expect("A,B\n\"x,1\ny,5\"\n", HEAD("A", "B") "<tr><td>x,1\ny,5</td></tr>" END);
    expect("A,B\n\"x,1\ny,2\n", HEAD("A", "B") TR("\"x", "1") TR("y", "2") END);
    expect("A,B\n\"John\" Smith,\"a\"b\n", HEAD("A", "B") TR("John Smith", "ab") END);
    expect("A,B\n5\" pipe,1\n", HEAD("A", "B") TR("5\" pipe", "1") END);
}

static void test_headings(void **state)
{
    (void)state;
    expect("1,2\n3,4\n", "<table><tbody>" TR("1", "2") TR("3", "4") END);
    expect(",2020\nx,4\n", "<table><tbody>" TR("", "2020") TR("x", "4") END);
    expect("Land,2020\nx,4\n", HEAD("Land", "2020") TR("x", "4") END);
    expect("Land,20\nx,4\n", "<table><tbody>" TR("Land", "20") TR("x", "4") END);
    /* Too wide for columns perhaps: then they are counted. */
    struct buffer wide = repeated("1,", "word ", 80, "\n3,4\n");
    struct built built;
    build(&built, "yes", buffer_span(&wide), &typed_hints);
    assert_true(outline_has(&built, HEAD("1", "2")));
    done(&built);
    buffer_free(&wide);
}

static void test_limits(void **state)
{
    (void)state;
    struct built built;
    build_set(&built, "rows", "2", SPAN_LITERAL("A,B\na,1\nb,2\nc,3\n"));
    expect_outline(&built,
                   HEAD("A", "B") TR("a", "1") TR("b", "2") END "<p>The first 2 of 3 rows.</p>");
    done(&built);
    build_set(&built, "rows", "3", SPAN_LITERAL("A,B\na,1\nb,2\nc,3\n"));
    assert_false(outline_has(&built, "The first"));
    done(&built);
    /* More columns than a table can have are records. */
    struct buffer many = repeated("n", ",n", 200, "\n1,2,,4\n");
    build(&built, "yes", buffer_span(&many), &typed_hints);
    assert_true(outline_has(&built, "<p>n: 1<br></br>n: 2<br></br>n: 4<br></br></p>"));
    done(&built);
    buffer_free(&many);
}

static void test_others(void **state)
{
    (void)state;
    expect_pass(SPAN_LITERAL("just\nlines\n"));
    struct buffer wide = repeated("n", ",n", 2 * CSV_MAX_FIELDS + 1, "\n1,2\n");
    expect_pass(buffer_span(&wide));
    buffer_free(&wide);
    wide = repeated("n", ",n", 2 * CSV_MAX_FIELDS - 1, "\n1,2\n");
    struct built built;
    build(&built, "yes", buffer_span(&wide), &typed_hints);
    assert_int_equal(built.result, MODULE_OK);
    done(&built);
    buffer_free(&wide);
    expect_pass(SPAN_LITERAL(""));
    expect_pass(SPAN_LITERAL("<!DOCTYPE html><p>a,b"));
    expect_pass(SPAN_LITERAL("PK\3\4\0,\0,"));
}

static void test_hostile(void **state)
{
    (void)state;
    survive(repeated("", ",", 10000000, ""));
    survive(repeated("", "\"", 10000000, ""));
    survive(repeated("", ",\"a\n", 10000000, ""));
    survive(repeated("", "a,b\n", 10000000, ""));
    survive(repeated("\"", ",", 10000000, "\n"));
    struct buffer zeros;
    buffer_init(&zeros, 1 << 21);
    buffer_add_text(&zeros, "a,b\n");
    for (int i = 0; i < 1 << 20; i++)
        buffer_add_byte(&zeros, '\0');
    survive(zeros);
}

static void test_memory(void **state)
{
    (void)state;
    survive_torture("Name;Size\n\"a \"\"b\";1\nc;2\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_separators), cmocka_unit_test(test_quotes),
        cmocka_unit_test(test_headings),   cmocka_unit_test(test_limits),
        cmocka_unit_test(test_others),     cmocka_unit_test(test_hostile),
        cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
