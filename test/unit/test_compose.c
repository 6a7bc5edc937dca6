/* SPDX-License-Identifier: ISC */
/* One mail of a reply: its header, its body, and what hostile input cannot do. */
#include "test/unit/reply_fixture.h"

#include "agent/reply/submission.h"

#include "agent/reply/help.h"

/* ---- headers ---- */

static void test_header(void **state)
{
    (void)state;
    struct span references[] = {SPAN_LITERAL("<0@reader.example>")};
    fix.context.references = references;
    fix.context.reference_count = 1;
    fix.item.text = &fix.text;
    const char *mail = compose_one();
    assert_memory_equal(mail,
                        "Date: Sat, 21 Nov 2026 18:02:00 +0000\r\n"
                        "From: web@agent.example\r\n"
                        "To: ann@reader.example\r\n"
                        "Subject: Re: get it\r\n"
                        "Message-ID: <v1.",
                        120);
    assert_holds(mail, "@agent.example>\r\nIn-Reply-To: <1@reader.example>\r\n"
                       "References: <0@reader.example> <1@reader.example>\r\n"
                       "Auto-Submitted: auto-replied\r\n"
                       "X-Auto-Response-Suppress: All\r\n"
                       "X-Loop: web@agent.example\r\n"
                       "X-Www4mail-Job: 17\r\n"
                       "X-Www4mail-Part: ");
    assert_holds(mail, "\r\nContent-Language: en-GB\r\n"
                       "MIME-Version: 1.0\r\n"
                       "Content-Type: text/plain; charset=utf-8; format=flowed; delsp=no\r\n"
                       "Content-Transfer-Encoding: 7bit\r\n\r\n");
    const char *id = fix.mails.mails[0].message_id;
    assert_holds(mail, id);
    /* What is left when a carrier rewrites the Message-ID. */
    char token[SUBMISSION_TOKEN_SIZE], field[64];
    submission_token(id, token);
    assert_memory_equal(token, id + strlen("<v1."), SUBMISSION_TOKEN_SIZE - 1);
    snprintf(field, sizeof field, "\r\nX-Www4mail-Part: %s\r\n", token);
    assert_holds(mail, field);
    submission_token("<v1.short@agent.example>", token);
    assert_string_equal(token, "");
    submission_token("<17@elsewhere.example>", token);
    assert_string_equal(token, "");
}

static void test_dates(void **state)
{
    (void)state;
    static const struct {
        int64_t date;
        const char *wanted;
    } dates[] = {{0, "Date: Thu, 01 Jan 1970 00:00:00 +0000"},
                 {951782399, "Date: Mon, 28 Feb 2000 23:59:59 +0000"},
                 {951782400, "Date: Tue, 29 Feb 2000 00:00:00 +0000"},
                 {4107542400, "Date: Mon, 01 Mar 2100 00:00:00 +0000"},
                 {-5, "Date: Thu, 01 Jan 1970 00:00:00 +0000"},
                 {INT64_MAX, "Date: Fri, 31 Dec 9999 23:59:59 +0000"}};
    fix.item.text = &fix.text;
    for (size_t i = 0; i < sizeof dates / sizeof *dates; i++) {
        fix.context.date = dates[i].date;
        assert_memory_equal(compose_one(), dates[i].wanted, strlen(dates[i].wanted));
    }
}

static void assert_subject(struct span subject, const char *wanted)
{
    fix.context.subject = subject;
    assert_holds(compose_one(), wanted);
}

static void test_subjects(void **state)
{
    (void)state;
    fix.item.text = &fix.text;
    assert_subject(SPAN_LITERAL(""), "\r\nSubject: Re: your request\r\n");
    assert_subject((struct span){NULL, 0}, "\r\nSubject: Re: your request\r\n");
    assert_subject(SPAN_LITERAL("RE: re:Re: x"), "\r\nSubject: Re: x\r\n");
    assert_subject(SPAN_LITERAL("Re: x (part 2 of 3)"), "\r\nSubject: Re: x\r\n");
    assert_subject(SPAN_LITERAL("x (part one) y)"), "\r\nSubject: Re: x (part one) y)\r\n");
    assert_subject(SPAN_LITERAL("a\r\nBcc: b@c\r\n\r\nbody\0z"),
                   "\r\nSubject: Re: a Bcc: b@c body z\r\n");
    static char large[10 * 1024];
    for (size_t i = 0; i + 2 <= sizeof large; i += 2)
        memcpy(large + i, "\xC3\xA9", 2);
    assert_subject((struct span){large, sizeof large}, "\r\nSubject: Re: =?utf-8?B?w6nDqc");
    const char *end = strstr(fix.wire.at, "\r\nMessage-ID");
    assert_true(end - strstr(fix.wire.at, "Subject") < 800);
}

static void test_references(void **state)
{
    (void)state;
    struct span ids[100];
    char texts[100][40];
    for (size_t i = 0; i < 100; i++) {
        snprintf(texts[i], sizeof texts[i], "<%zu@reader.example>", i + 100);
        ids[i] = span_of(texts[i]);
    }
    ids[98] = SPAN_LITERAL("<x@y>\r\nBcc: z");
    ids[97] = SPAN_LITERAL("no id");
    fix.context.references = ids;
    fix.context.reference_count = 100;
    fix.item.text = &fix.text;
    const char *mail = compose_one();
    size_t count = 0;
    for (const char *at = strstr(mail, "References:"); (at = strchr(at, '<')) != NULL; at++)
        count += strncmp(at, "<1", 2) == 0;
    assert_int_equal(count, 20);
    assert_holds(mail, "<199@reader.example> <1@reader.example>\r\nAuto-Submitted");
    fix.context.message_id = (struct span){NULL, 0};
    mail = compose_one();
    assert_lacks(mail, "In-Reply-To");
    assert_lacks(mail, "References");
}

static void test_bad_addresses(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "", "a", "a@", "@b", "a@b@c", "a@b, c@d", "a@b\r\nBcc: c@d", "\xC3\xA9@b", "<a@b>"};
    fix.item.text = &fix.text;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        fix.context.asker = bad[i];
        assert_false(compose());
        assert_int_equal(fix.fault.code, FAULT_BAD_MAIL);
        assert_int_equal(file_size(fix.fd), 0);
    }
}

static void test_message_ids(void **state)
{
    (void)state;
    fix.item.text = &fix.text;
    compose_one();
    const char *first = fix.mails.mails[0].message_id;
    compose_one();
    assert_string_equal(fix.mails.mails[0].message_id, first);
    fix.item.number = 2;
    compose_one();
    assert_string_not_equal(fix.mails.mails[0].message_id, first);
    fix.item.number = 1;
    fix.context.id_seed = SPAN_LITERAL("account|1|3");
    compose_one();
    assert_string_not_equal(fix.mails.mails[0].message_id, first);
}

/* ---- bodies ---- */

static void test_text(void **state)
{
    (void)state;
    fix.item.text = &fix.text;
    fix.item.note = "Two more requests were left out.";
    const char *mail = compose_one();
    assert_holds(mail, "\r\n\r\nA title\r\nhttps://example.org/   2026-11-21 18:02 UTC\r\n\r\n"
                       "Two more requests were left out.\r\n\r\n"
                       "First line \r\nof it.\r\n\r\n From here\r\n.\r\n > x\r\n\r\n"
                       "Job 17. Reply with HELP for help.\r\nRun by the harbour office.\r\n");
    struct document_link link = {.number = 1};
    fix.text.links = &link;
    fix.text.link_count = 1;
    assert_holds(compose_one(), "To open a link, mail its address back.");
}

static void test_hostile_lines(void **state)
{
    (void)state;
    static char large[100000];
    memset(large, 'T', sizeof large);
    fix.text.title = (struct span){large, sizeof large};
    fix.text.language = SPAN_LITERAL("en\r\nX: y");
    fix.text.body = SPAN_LITERAL("a\r\n--=_www4mail-x\r\n\0\x1B[2J\xFF trailing   \n");
    fix.item.note = "note\r\nmore\x01";
    fix.item.text = &fix.text;
    const char *mail = compose_one();
    assert_lacks(mail, "Content-Language");
    assert_lacks(mail, "\r\n--=_");
    assert_holds(mail, "note more\r\n");
    assert_holds(mail, "[2J=EF=BF=BD trailing\r\n");
    assert_true(fix.wire.len < 3000);
}

static void test_both(void **state)
{
    (void)state;
    fix.item.text = &fix.text;
    fix.item.html = &fix.html;
    const char *mail = compose_one();
    assert_holds(mail, "\r\nContent-Type: multipart/alternative;");
    const char *text = strstr(mail, "Content-Type: text/plain");
    const char *html = strstr(mail, "Content-Type: text/html; charset=utf-8\r\n");
    assert_true(text && html && text < html);
    assert_holds(html, "<html><body>\r\n<p>A title<br>\r\nhttps://example.org/   2026");
    assert_holds(html, "<p>In HTML</p>\r\n<p>Job 17.");
    assert_holds(html, "</body></html>\r\n--=_www4mail-");

    fix.item.text = NULL;
    mail = compose_one();
    assert_holds(mail, "Content-Type: text/html; charset=utf-8\r\n");
    assert_holds(mail, "A &lt;title&gt;<br>");
    assert_lacks(mail, "multipart");
}

static void test_faults(void **state)
{
    (void)state;
    struct fault fault = FAULT_INIT;
    fault_set(&fault, FAULT_NAME, "There is no site of that name.", "resolver: %d", 5);
    fix.item.fault = &fault;
    fix.item.url = "";
    const char *mail = compose_one();
    assert_holds(mail, "\r\n\r\nYou asked for: GET http://example.org/\r\n\r\n"
                       "There is no site of that name.\r\n\r\n"
                       "Please check the spelling of the site's name.\r\n\r\n"
                       "Job 17. Reply with HELP");
    assert_lacks(mail, "resolver");
    fault_clear(&fault);
    fault_set(&fault, FAULT_LEDGER, NULL, "secret place");
    mail = compose_one();
    assert_holds(mail, "Something went wrong here; the operator has been told.\r\n\r\nJob");
    assert_lacks(mail, "secret");
    fault_clear(&fault);
}

static void test_advice(void **state)
{
    (void)state;
    for (unsigned code = 0; code < FAULT_CODE_COUNT; code++) {
        const char *advice = reply_advice((enum fault_code)code);
        assert_non_null(advice);
        size_t len = strlen(advice);
        assert_true(len == 0 || advice[len - 1] == '.');
        if (fault_usual_class((enum fault_code)code) == FAULT_OPERATOR)
            assert_int_equal(len, 0);
    }
}

static void test_help(void **state)
{
    (void)state;
    static const char *const topics[] = {"", "help", "URLS", " formats ", "several", "limits"};
    struct document document;
    for (size_t i = 0; i < sizeof topics / sizeof *topics; i++) {
        struct span rest = span_of(help_text(span_of(topics[i]))), line;
        assert_true(rest.len > 200);
        while (span_next_line(&rest, &line))
            assert_true(line.len <= 70 && (line.len == 0 || line.at[line.len - 1] != ' '));
    }
    assert_string_equal(help_text(SPAN_LITERAL("nonsense")), help_text(SPAN_LITERAL("")));
    assert_string_not_equal(help_text(SPAN_LITERAL("urls")), help_text(SPAN_LITERAL("")));
    assert_true(help_document(fix.arena, "web@agent.example", SPAN_LITERAL("urls"), &document));
    fix.item.text = &document;
    fix.item.url = "";
    assert_holds(compose_one(), "\r\n\r\nHelp: addresses\r\n\r\n");
    assert_holds(fix.wire.at, "Write to: web@agent.example\r\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        REPLY_TEST(test_header),     REPLY_TEST(test_dates),         REPLY_TEST(test_subjects),
        REPLY_TEST(test_references), REPLY_TEST(test_bad_addresses), REPLY_TEST(test_message_ids),
        REPLY_TEST(test_text),       REPLY_TEST(test_hostile_lines), REPLY_TEST(test_both),
        REPLY_TEST(test_faults),     REPLY_TEST(test_advice),        REPLY_TEST(test_help),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
