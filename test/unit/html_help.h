/* SPDX-License-Identifier: ISC */
/* html_help: what a little tree becomes as HTML, without the frame around it. */
#ifndef WWW4MAIL_TEST_UNIT_HTML_HELP_H
#define WWW4MAIL_TEST_UNIT_HTML_HELP_H

#include "test/unit/render_help.h"

#include <ctype.h>

#define HEAD_META                                                                                  \
    "<head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">"        \
    "<meta name=\"color-scheme\" content=\"light dark\"><title>"
#define QUOTE "<blockquote style=\"margin:1em 0 1em 8px;border-left:2px solid;padding-left:8px\">"
#define TABLE                                                                                      \
    "<table border=\"1\" cellpadding=\"4\" style=\"border-collapse:collapse;margin:1em 0\">"
#define PRE "<pre style=\"white-space:pre-wrap\">"

static const char head[] = "<!DOCTYPE html>\n<html>" HEAD_META "</title></head>\n"
                           "<body style=\"max-width:45em;line-height:1.4;word-wrap:break-word\">\n";
static const char tail[] = "</body></html>\n";

/* Every element that opens is closed in its place; attributes are quoted; br, hr and meta are
 * void.  Good for the few forms that the renderer writes. */
static inline void check_balanced(struct span html)
{
    static char stack[300000][12];
    size_t depth = 0;
    assert_int_equal(strncmp(html.at, "<!DOCTYPE html>", 15), 0);
    for (const char *at = html.at + 15; *at; at++) {
        assert_true(*at != '>');
        if (*at != '<')
            continue;
        bool closes = at[1] == '/';
        const char *name = at + 1 + closes;
        size_t len = 0;
        while (isalnum((unsigned char)name[len]))
            len++;
        assert_in_range(len, 1, 10);
        at = name + len;
        for (bool quoted = false; *at != '>' || quoted; at++) {
            assert_true(*at && *at != '<');
            quoted ^= *at == '"';
        }
        if (closes) {
            assert_true(depth > 0);
            depth--;
            assert_int_equal(strlen(stack[depth]), len);
            assert_memory_equal(stack[depth], name, len);
        } else if (strncmp(name, "br>", 3) != 0 && strncmp(name, "hr>", 3) != 0 &&
                   strncmp(name, "meta ", 5) != 0) {
            assert_in_range(depth, 0, 299999);
            snprintf(stack[depth++], sizeof stack[0], "%.*s", (int)len, name);
        }
    }
    assert_int_equal(depth, 0);
}

static inline void check_to(const char *html, const char *mailto, const char *expected)
{
    struct rendering *r = render_tree(html, 72, mailto);
    assert_int_equal(r->result, MODULE_OK);
    assert_int_equal(r->document.kind, DOCUMENT_HTML);
    check_balanced(r->document.body);
    struct span body = span_from(r->document.body, strlen(head));
    body.len -= strlen(tail);
    assert_memory_equal(r->document.body.at, head, strlen(head));
    if (body.len != strlen(expected) || memcmp(body.at, expected, body.len) != 0)
        fail_msg("not %s\n but %.*s", expected, (int)body.len, body.at);
    assert_string_equal(body.at + body.len, tail);
    rendering_free(&r);
}

static inline void check(const char *html, const char *expected)
{
    check_to(html, NULL, expected);
}

#endif
