/* SPDX-License-Identifier: ISC */
/* Texts as JSON strings. */
#include "agent/commands/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

static void test_texts(void **state)
{
    static const struct {
        const char *text, *json;
    } cases[] = {
        {NULL, "null"},
        {"", "\"\""},
        {"plain", "\"plain\""},
        {"say \"x\"", "\"say \\\"x\\\"\""},
        {"a\\b", "\"a\\\\b\""},
        {"line\nand\ttab\x01\x1f", "\"line\\u000aand\\u0009tab\\u0001\\u001f\""},
        {"caf\xc3\xa9 \x7f", "\"caf\xc3\xa9 \x7f\""},
        {"</script>", "\"</script>\""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *said = NULL;
        size_t len;
        FILE *out = open_memstream(&said, &len);
        assert_non_null(out);
        json_text(out, cases[i].text);
        assert_int_equal(fclose(out), 0);
        assert_string_equal(said, cases[i].json);
        free(said);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_texts)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
