/* SPDX-License-Identifier: ISC */
/* accounts.yaml: every mistake is refused, at its exact place, with the mend. */
#include "test/unit/config_fixture.h"

static void test_unknown_keys(void **state)
{
    (void)state;
    assert_refused_with("stat: x\n", "7:1", "unknown key 'stat'; did you mean 'state'?");
    assert_refused_with("whatever: x\n", "7:1", "unknown key 'whatever'; accounts.yaml(5)");
    assert_refused_with("workers: {mim: 1}\n", "7:11", "in workers; did you mean 'min'?");
    assert_refused_with("    addres: x\n", "7:5", "did you mean 'address'?");
    assert_refused_with("    limits: {redirect: 1}\n", "7:14", "did you mean 'redirects'?");
    assert_refused_with("    limits.redirects: 1\n", "7:5", "unknown key 'limits.redirects'");
    assert_refused_with("    senders.allow: x\n", "7:5", "unknown key");
    assert_refused_with("    replies: {fromat: text}\n", "7:15", "did you mean 'format'?");
}

static void test_not_yet(void **state)
{
    (void)state;
    static const struct {
        const char *text, *place;
    } cases[] = {
        {"log: {level: 1}\n", "7:1"},           {"    quota: {kib: 1}\n", "7:5"},
        {"    queue: {hours: 1}\n", "7:5"},     {"    files: {deny_words: [x]}\n", "7:13"},
        {"    files: {ratings: x}\n", "7:13"},  {"    files: {site_page: x}\n", "7:13"},
        {"    limits: {targets: 1}\n", "7:14"}, {"    replies: {language: de}\n", "7:15"},
        {"    replies: {search: x}\n", "7:15"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_refused_with(cases[i].text, cases[i].place, "is not in this version yet");
    static const char *const senders[] = {"open", "allow_reply_to", "tokens", "authentication",
                                          "tell_strangers"};
    for (size_t i = 0; i < sizeof senders / sizeof senders[0]; i++) {
        char text[1024];
        snprintf(text, sizeof text,
                 "accounts:\n" ACCOUNT("web", "web@example.org") "    senders: {%s: yes}\n",
                 senders[i]);
        assert_refused(text, "6:15", "is not in this version yet");
    }
}

static void test_values_that_do_not_fit(void **state)
{
    (void)state;
    static const struct {
        const char *text, *place, *words;
    } cases[] = {
        {"workers: {min: 0}\n", "7:16",
         "workers.min: 0 is out of range; write something from 1 to 64"},
        {"workers: {max: many}\n", "7:16", "'many' is no number"},
        {"workers: {min: 9}\n", "7:16", "min is more than max"},
        {"workers: 4\n", "7:10", "a map of keys belongs here"},
        {"state: ''\n", "7:8", "state: has no value"},
        {"state: [a]\n", "7:8", "a list where one value belongs"},
        {"state: \"a\\nb\"\n", "7:8", "line break"},
        {"contact: op@example.org\n", "7:10", "mailto:you@example.org"},
        {"contact: \"mailto:op@example.org (x)\"\n", "7:10", "write mailto:"},
        {"contact: http://example.org\n", "7:10", "https://"},
        {"proxy: {web: gopher://x}\n", "7:14", "is no proxy"},
        {"proxy: {web: \"http://u:hunter2@x\"}\n", "7:14", "cannot stand in this file"},
        {"    aliases: [nobody]\n", "7:15", "aliases: 'nobody' is no mail address"},
        {"    urls: {allow: [example.org]}\n", "7:20", "write \"*://example.org/*\""},
        {"    urls: {deny: {a: b}}\n", "7:18", "a map where one value belongs"},
        {"    urls: {schemes: []}\n", "7:21", "is empty"},
        {"    urls: {schemes: [\"HTTP://\"]}\n", "7:22", "no scheme"},
        {"    urls: {ports: [0]}\n", "7:20", "from 1 to 65535"},
        {"    urls: {ports: [80, 65536]}\n", "7:24", "from 1 to 65535"},
        {"    urls: {allow_addresses: [10.0.0.1/8]}\n", "7:30", "no exact network"},
        {"    urls: {allow_addresses: [localhost]}\n", "7:30", "no exact network"},
        {"    urls: {deny_addresses: [10.0.0.0/40]}\n", "7:29", "no exact network"},
        {"    limits: {requests_per_mail: 0}\n", "7:33", "from 1 to 100"},
        {"    limits: {max_message: 1}\n", "7:27", "from 1k to 64M"},
        {"    limits: {max_message: 1G}\n", "7:27", "'1G' is no size; write 500k or 10M"},
        {"    limits: {max_message: 99999999999999999999M}\n", "7:27", "no size"},
        {"    limits: {page_bytes: -1}\n", "7:26", "no size"},
        {"    limits: {page_time: 2}\n", "7:25", "'2' is no time; write 90s, 5m, 2h or 1d"},
        {"    limits: {page_time: 2h}\n", "7:25", "from 1s to 1h"},
        {"    limits: {redirects: 21}\n", "7:25", "from 0 to 20"},
        {"    limits: {redirects: }\n", "7:25", "has no value"},
        {"    limits: [1]\n", "7:13", "limits: a map of keys belongs here"},
        {"    replies: {format: pdf}\n", "7:23", "write text, html, both, source or article"},
        {"    replies: {part: 1k}\n", "7:21", "from 2k to 64M"},
        {"    replies: {max: 1k}\n", "7:20", "from 2k to 1024M"},
        {"    replies: {part: 3M, max: 2M}\n", "7:21", "part is more than max"},
        {"    replies: {max: 3k}\n", "7:20", "part is more than max"},
        {"    replies: {width: 10}\n", "7:22", "from 20 to 500"},
        {"    replies: {keep_days: 30d}\n", "7:26", "'30d' is no number"},
        {"    replies: {footer: \"a\\tb\"}\n", "7:23", "control character"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_refused_with(cases[i].text, cases[i].place, cases[i].words);
        assert_null(strstr(fault.operator, "hunter2"));
    }
}

static void test_senders(void **state)
{
    (void)state;
    static const struct {
        const char *senders, *place, *words;
    } cases[] = {
        {"", "2:5", "senders.allow is missing; write senders: {allow:"},
        {"    senders: {deny: [a@b.org]}\n", "2:5", "senders.allow is missing"},
        {"    senders: {allow: []}\n", "6:22", "is empty, so nobody may ask"},
        {"    senders: {allow: }\n", "6:22", "is empty, so nobody may ask"},
        {"    senders: {allow: [example.org]}\n", "6:23", "for a domain"},
        {"    senders: {allow: [\"a@b@c\"]}\n", "6:23", "matches no address"},
        {"    senders: {allow: [\"Ann <a@b.org>\"]}\n", "6:23", "bare address"},
        {"    senders: {allow: [{match: a@b.org, auth: none}]}\n", "6:23", "not in this version"},
        {"    senders: {allow: [./none.txt]}\n", "6:23", "none.txt: cannot be opened"},
        {"    senders: {allow: [./]}\n", "6:23", "is not a regular file"},
        {"    senders: {allow: [\"*@a.org\"], deny: [x]}\n", "6:42", "senders.deny: 'x'"},
        {"    senders: {allow: [\"*@a.org\"], accept_bcc: maybe}\n", "6:47", "write yes or no"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[1024];
        snprintf(text, sizeof text, "accounts:\n" ACCOUNT("web", "web@example.org") "%s",
                 cases[i].senders);
        assert_refused(text, cases[i].place, cases[i].words);
    }
    const struct account *account = read_text("accounts:\n" ACCOUNT(
        "web",
        "web@example.org") "    senders: {allow: Ann@B.ORG, deny: [c@d.org], accept_bcc: yes}\n");
    assert_string_equal(account->senders.allow.words[0], "Ann@b.org");
    assert_string_equal(account->senders.deny.words[0], "c@d.org");
    assert_true(account->senders.accept_bcc);
}

static void test_what_an_account_must_have(void **state)
{
    (void)state;
    assert_refused("accounts:\n  - address: a@b.org\n", "2:5", "name is missing; write name: web");
    assert_refused("accounts:\n  - name: x\n", "2:5", "address is missing");
    assert_refused("accounts:\n  - {name: x, address: a@b.org}\n", "2:5", "mailbox is missing");
    assert_refused("accounts:\n  - {name: x, address: a@b.org, mailbox: {kind: m}}\n", "2:5",
                   "submission is missing");
    assert_refused("accounts:\n  - {name: x, mailbox: {path: y}}\n", "2:24", "has no kind");
    assert_refused("accounts:\n  - {name: x, mailbox: maildir}\n", "2:24", "mailbox: is a map");
    assert_refused("accounts:\n  - {name: x, submission: }\n", "2:27", "submission: is a map");
    assert_refused("accounts:\n  - {mailbox: {kind: m, path: ''}}\n", "2:31", "has no value");
    assert_refused("accounts:\n  - {mailbox: {kind: m, x: [a]}}\n", "2:28", "mailbox.x: a list");
    assert_refused("accounts:\n  - {mailbox: {kind: m, done: {x: 1}, done.x: 2}}\n", "2:39",
                   "mailbox.done.x is here twice");
    assert_refused("accounts:\n  - {mailbox: {kind: m, poll_every: 1s}}\n", "2:37",
                   "from 10s to 7d");
    assert_refused("accounts:\n  - {name: ../x}\n", "2:12", "is no name");
    assert_refused("accounts: []\n", "1:1", "no account is configured");
    assert_refused("accounts:\n", "1:1", "no account is configured");
    assert_refused("accounts: {name: x}\n", "1:11", "is a list");
    assert_refused("accounts: [x]\n", "1:12", "an account is a map");
    assert_refused("x\n", "1:1", "a map of keys belongs here");
    assert_refused("accounts: [\n", "2:1", "YAML");
}

static void test_addresses(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "web",         "web@",          "@b.org",         "a@b@c.org", "a b@c.org",
        ".a@b.org",    "a..b@c.org",    "a@-b.org",       "a@b..org",  "a@b.org.",
        "\"a b\"@c.d", "a@[192.0.2.1]", "a@b\xc3\xbc.org"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char text[256];
        snprintf(text, sizeof text, "accounts:\n  - {name: x, address: '%s'}\n", bad[i]);
        assert_refused(text, "2:24", "address: '");
    }
    const struct account *account = read_text("accounts:\n" ACCOUNT(
        "web", "Web+4@XN--BCHER-KVA.example") "    senders: {allow: [\"*\"]}\n");
    assert_string_equal(account->address, "Web+4@xn--bcher-kva.example");
}

static void test_passwords_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text, *place;
    } cases[] = {
        {"password: hunter2\n", "7:1"},
        {"    mailbox2: {deep: [{Password: hunter2}]}\n", "7:24"},
        {"    passwd: hunter2\n", "7:5"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_refused_with(cases[i].text, cases[i].place, "use password_command");
        assert_null(strstr(fault.operator, "hunter2"));
    }
    assert_refused("accounts:\n  - name: x\n    mailbox: {kind: imap, password: hunter2}\n", "3:27",
                   "get copied and mailed");
}

static void test_secrets(void **state)
{
    (void)state;
    static const struct {
        const char *mailbox, *place, *words;
    } cases[] = {
        {"password_command: pass show web", "3:45", "without a shell, so it is a list; write ["},
        {"password_command: []", "3:45", "without a shell"},
        {"password_command: ", "3:45", "without a shell"},
        {"password_command: ['', x]", "3:46", "has no value"},
        {"password_command: [[x]]", "3:46", "a list where one value belongs"},
        {"password_command: [a, \"b\\nc\"]", "3:49", "line break"},
        {"password_file: ''", "3:42", "mailbox.password_file: has no value"},
        {"password_file: [x]", "3:42", "a list where one value belongs"},
        {"credential: ../x", "3:39", "is no name"},
        {"credential: x, password_file: y", "3:42", "credential is here too; keep one"},
        {"password_file: y, password_command: [z]", "3:45", "password_file is here too"},
        {"proxy: gopher://x", "3:34", "mailbox.proxy: 'gopher://x' is no proxy"},
        {"proxy: 'socks5://u:hunter2@x'", "3:34", "cannot stand in this file"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[512];
        snprintf(text, sizeof text, "accounts:\n  - name: x\n    mailbox: {kind: imap, %s}\n",
                 cases[i].mailbox);
        assert_refused(text, cases[i].place, cases[i].words);
        assert_null(strstr(fault.operator, "hunter2"));
    }
}

static void test_modules(void **state)
{
    (void)state;
    static const struct {
        const char *text, *place, *words;
    } cases[] = {
        {"modules: x\n", "7:10", "a map of keys belongs here"},
        {"modules: {dri: x}\n", "7:11", "modules.dri: is neither dir nor a module's settings"},
        {"modules: {dir: }\n", "7:16", "modules.dir: has no value"},
        {"modules: {http: {a: [x]}}\n", "7:21", "modules.http.a: a list where one value"},
        {"modules: {http: {d: {a: 1}, d.a: 2}}\n", "7:29", "modules.http.d.a is here twice"},
        {"modules: {http: {password: hunter2}}\n", "7:18", "use password_command"},
        {"proxy: {mail: \"https://x:1\"}\n", "7:15", "proxy.mail: 'https://x:1' is no proxy"},
        {"proxy: {mail: \"http://u:hunter2@x\"}\n", "7:15", "cannot stand in this file"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_refused_with(cases[i].text, cases[i].place, cases[i].words);
        assert_null(strstr(fault.operator, "hunter2"));
    }
}

static void test_twins(void **state)
{
    (void)state;
    assert_refused("accounts:\n" ACCOUNT("a", "a@x.org") SENDERS ACCOUNT("A", "b@x.org") SENDERS,
                   "7:11", "another account is called 'A'");
    assert_refused("accounts:\n" ACCOUNT("a", "a@x.org") SENDERS ACCOUNT("b", "A@x.org") SENDERS,
                   "8:14", "belongs to account 'a' already");
    assert_refused("accounts:\n" ACCOUNT("a", "a@x.org") SENDERS ACCOUNT("b", "b@x.org") SENDERS
                   "    aliases: [c@x.org, a@X.org]\n",
                   "12:24", "a@x.org belongs to account 'a' already");
    assert_refused("accounts:\n" ACCOUNT("a", "a@x.org") SENDERS
                   "    aliases: c@x.org\n" ACCOUNT("b", "c@x.org") SENDERS,
                   "9:14", "belongs to account 'a' already");
    assert_refused("accounts:\n" ACCOUNT("a", "a@x.org") SENDERS "    formerly: [b, a]\n", "2:11",
                   "'a' is still the name");
    assert_refused("accounts:\n" ACCOUNT("a", "a@x.org") SENDERS
                   "    formerly: b\n" ACCOUNT("b", "b@x.org") SENDERS,
                   "8:11", "'b' is still the name");
    assert_refused("accounts:\n" ACCOUNT("a", "a@x.org") SENDERS ACCOUNT("b", "b@x.org") SENDERS
                   "    formerly: a\n",
                   "7:11", "'a' is still the name");
    assert_refused("accounts:\n" ACCOUNT("a", "a@x.org") SENDERS
                   "    formerly: [c, d]\n" ACCOUNT("b", "b@x.org") SENDERS
                   "    formerly: [e, d]\n",
                   "13:15", "'d' stands at account 'a' as well");
    const struct account *first =
        read_text("accounts:\n" ACCOUNT("a", "a@x.org") SENDERS ACCOUNT("b", "b@x.org") SENDERS);
    assert_int_equal(config->account_count, 2);
    assert_ptr_equal(config_account(config, "a"), first);
    assert_ptr_equal(config_account(config, "b"), first + 1);
    assert_null(config_account(config, "c"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(unknown_keys),
        TEST(not_yet),
        TEST(values_that_do_not_fit),
        TEST(senders),
        TEST(what_an_account_must_have),
        TEST(addresses),
        TEST(passwords_are_refused),
        TEST(secrets),
        TEST(modules),
        TEST(twins),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
