/* SPDX-License-Identifier: ISC */
/* Plans: order, alternatives, plug-ins, and what accounts hand to modules. */
#include "test/unit/module_fixture.h"

#include "agent/modules/call.h"
#include "agent/modules/plan.h"

static struct scratch scratch;
static struct arena *arena;
static struct blocks blocks;
static struct fault fault;
static struct fields fields;
static struct plan plan;

static int set_up(void **state)
{
    (void)state;
    scratch = scratch_make();
    arena = arena_new(16 * 1024 * 1024);
    fields = (struct fields){{NULL}};
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

static void add(const char *name, const char *rest)
{
    module_write(&scratch, name, rest);
}

static bool check(void)
{
    fault_clear(&fault);
    if (!blocks_read(arena, scratch.dir, &blocks, &fault))
        fail_msg("%s", fault.operator);
    return plan_check(&blocks, &fault);
}

static void assert_checked(void)
{
    if (!check())
        fail_msg("%s", fault.operator);
}

static void assert_refused(const char *place, const char *words)
{
    char start[256];
    assert_false(check());
    assert_int_equal(fault.code, FAULT_CONFIG);
    snprintf(start, sizeof start, "%s/%s: ", scratch.dir, place);
    if (strncmp(fault.operator, start, strlen(start)) != 0 || !strstr(fault.operator, words))
        fail_msg("wanted '%s...%s', got '%s'", start, words, fault.operator);
}

/* The names of the plan, "a b c". */
static void assert_plan(const char *names)
{
    char text[1024] = "";
    for (size_t i = 0, len = 0; i < plan.count; i++)
        len += (size_t)snprintf(text + len, sizeof text - len, "%s%s", i ? " " : "",
                                plan.blocks[i]->name);
    assert_string_equal(text, names);
}

static void assert_made(enum stage_id stage, const char *role, const char *names)
{
    plan_make(&blocks, stage, role, &fields, &plan);
    assert_plan(names);
}

static void test_order(void **state)
{
    (void)state;
    add("a", "stage: userauth\norder: {after: [c]}\n");
    add("b", "stage: userauth\n");
    add("c", "stage: userauth\n");
    add("d", "stage: userauth\norder: {before: [b]}\n");
    add("e", "stage: lireadmail\n");
    assert_checked();
    assert_string_equal(blocks.blocks[0].name, "e");
    assert_made(STAGE_USERAUTH, "gate", "c a d b");
    assert_made(STAGE_USERAUTH, NULL, "c a d b");
    assert_made(STAGE_LIREADMAIL, "mailbox", "e");
    assert_made(STAGE_URLAUTH, "gate", "");
}

static void test_roles_are_apart(void **state)
{
    (void)state;
    add("page", "stage: filter\nrole: builder\n");
    add("text", "stage: filter\nwhen: [document.format in [text]]\n");
    add("html", "stage: filter\nwhen: [document.format in [html]]\n");
    assert_checked();
    assert_made(STAGE_FILTER, "builder", "page");
    assert_made(STAGE_FILTER, "renderer", "");
    fields.values[FIELD_DOCUMENT_FORMAT] = "html";
    assert_made(STAGE_FILTER, "renderer", "html");
}

static void test_all_tests_must_hold(void **state)
{
    (void)state;
    add("http", "stage: browser\nwhen: [target.scheme in [http, https], target.port over 79]\n");
    assert_checked();
    fields.values[FIELD_TARGET_SCHEME] = "http";
    assert_made(STAGE_BROWSER, "fetcher", "");
    fields.values[FIELD_TARGET_PORT] = "80";
    assert_made(STAGE_BROWSER, "fetcher", "http");
    fields.values[FIELD_TARGET_SCHEME] = "ftp";
    assert_made(STAGE_BROWSER, "fetcher", "");
}

static void test_alternatives(void **state)
{
    (void)state;
    add("ftp", "stage: browser\nwhen: [target.scheme is ftp]\nalternatives: [slow, big]\n");
    add("slow", "stage: browser\nalternatives: [last]\n");
    add("big", "stage: browser\nwhen: [target.port is 2121]\n");
    add("last", "stage: browser\n");
    assert_checked();
    fields.values[FIELD_TARGET_SCHEME] = "ftp";
    assert_made(STAGE_BROWSER, "fetcher", "ftp");
    plan_alternatives(&blocks, blocks_find(&blocks, "ftp"), &fields, &plan);
    assert_plan("slow");
    fields.values[FIELD_TARGET_PORT] = "2121";
    plan_alternatives(&blocks, blocks_find(&blocks, "ftp"), &fields, &plan);
    assert_plan("slow big");
    plan_alternatives(&blocks, blocks_find(&blocks, "slow"), &fields, &plan);
    assert_plan("last");
    plan_alternatives(&blocks, blocks_find(&blocks, "last"), &fields, &plan);
    assert_plan("");
    /* Nobody's alternative for this scheme: it serves by itself. */
    fields.values[FIELD_TARGET_SCHEME] = "http";
    assert_made(STAGE_BROWSER, "fetcher", "big slow");
}

static void test_plug_ins(void **state)
{
    (void)state;
    add("late", "attach: {after: userauth}\n");
    add("soon", "attach: {before: userauth}\n");
    add("b", "stage: userauth\nwhen: [message.size set]\n");
    add("a", "stage: userauth\n");
    add("z", "attach: {before: b}\n");
    add("c", "attach: {after: b}\nrole: gate\n");
    assert_checked();
    assert_made(STAGE_USERAUTH, "gate", "soon a late");
    fields.values[FIELD_MESSAGE_SIZE] = "1";
    assert_made(STAGE_USERAUTH, "gate", "soon a z b c late");
    assert_int_equal(blocks_find(&blocks, "z")->stage->id, STAGE_USERAUTH);
    assert_string_equal(blocks_find(&blocks, "z")->role, "gate");
}

static void test_names_that_do_not_fit(void **state)
{
    (void)state;
    add("other", "stage: filter\n");
    add("a", "stage: browser\norder: {after: [none]}\n");
    assert_refused("a.module:4:1", "order: 'none' is no module that is there");
    add("a", "stage: browser\norder: {before: other}\n");
    assert_refused("a.module:4:1", "'other' belongs to another stage");
    add("a", "stage: browser\nalternatives: [none]\n");
    assert_refused("a.module:4:1", "alternatives: 'none' is no other module");
    add("a", "stage: browser\nalternatives: [a]\n");
    assert_refused("a.module:4:1", "'a' is no other module");
    add("a", "stage: browser\nalternatives: [other]\n");
    assert_refused("a.module:4:1", "'other' does other work");
    add("a", "stage: filter\nrole: builder\nalternatives: [other]\n");
    assert_refused("a.module:5:1", "'other' does other work");
    add("a", "attach: {before: none}\n");
    assert_refused("a.module:3:1", "attach: 'none' is neither a stage nor another module");
    add("a", "attach: {before: a}\n");
    assert_refused("a.module:3:1", "is neither a stage nor another module");
    add("a", "attach: {before: other}\nrole: gate\n");
    assert_refused("a.module:3:1", "has another role");
    add("a", "attach: {before: other}\n");
    add("b", "attach: {after: a}\n");
    assert_refused("b.module:3:1", "is attached to a module itself");
}

static void test_circles(void **state)
{
    (void)state;
    add("a", "stage: browser\norder: {before: [b]}\n");
    add("b", "stage: browser\norder: {before: [c]}\n");
    add("c", "stage: browser\norder: {before: [a]}\n");
    add("d", "stage: browser\norder: {after: [a]}\n");
    assert_false(check());
    assert_non_null(strstr(fault.operator, "go in a circle"));
    assert_null(strstr(fault.operator, "'d'"));
    add("c", "stage: browser\norder: {before: [c]}\n");
    assert_refused("c.module:4:1", "'c' and 'c' go in a circle");
    add("a", "stage: browser\nalternatives: [b]\n");
    add("b", "stage: browser\nalternatives: [a]\n");
    add("c", "stage: browser\n");
    add("d", "stage: browser\n");
    assert_false(check());
    assert_non_null(strstr(fault.operator, "alternatives: "));
    assert_non_null(strstr(fault.operator, "go in a circle"));
}

static void test_too_many_for_one_stage(void **state)
{
    (void)state;
    for (int i = 0; i < PLAN_MAX; i++) {
        char name[16];
        snprintf(name, sizeof name, "m%02d", i);
        add(name, "stage: userauth\n");
    }
    assert_checked();
    plan_make(&blocks, STAGE_USERAUTH, "gate", &fields, &plan);
    assert_int_equal(plan.count, PLAN_MAX);
    add("more", "stage: userauth\n");
    assert_false(check());
    assert_non_null(strstr(fault.operator, "more than 32 modules of role gate at stage userauth"));
}

static void test_nothing_to_plan(void **state)
{
    (void)state;
    assert_checked();
    assert_made(STAGE_BROWSER, "fetcher", "");
}

#define ACCOUNT(mailbox, submission)                                                               \
    "accounts:\n  - name: w\n    address: w@x.org\n    mailbox: {" mailbox                         \
    "}\n    submission: {" submission "}\n    senders: {allow: [\"*\"]}\n"

static bool check_settings(const char *text)
{
    fault_clear(&fault);
    struct config *config = config_read(scratch_text(&scratch, "accounts.yaml", text), &fault);
    if (!config)
        fail_msg("%s", fault.operator);
    bool sound = plan_check_settings(&blocks, config, &fault);
    config_free(&config);
    return sound;
}

static void assert_setting_refused(const char *text, const char *place, const char *words)
{
    char start[300];
    assert_false(check_settings(text));
    assert_int_equal(fault.code, FAULT_CONFIG);
    snprintf(start, sizeof start, "%s:%s: ", scratch.path, place);
    if (strncmp(fault.operator, start, strlen(start)) != 0 || !strstr(fault.operator, words))
        fail_msg("wanted '%s...%s', got '%s'", start, words, fault.operator);
}

static void test_settings(void **state)
{
    (void)state;
    assert_checked();
    assert_setting_refused(ACCOUNT("kind: maildir", "kind: maildir"), "4:21", "modules: {dir:");
    add("maildir", "stage: lireadmail\nwhen: [mailbox.kind in [maildir]]\n"
                   "settings: {path: \"\", done.flag: S}\n");
    add("mbox", "stage: lireadmail\nwhen: [mailbox.kind is mbox]\nsettings: {path: \"\"}\n");
    add("out", "stage: submit\nwhen: [submission.kind in [maildir]]\nsettings: {path: \"\"}\n");
    assert_checked();
    assert_true(check_settings(ACCOUNT("kind: maildir, path: x, done: {flag: T}, poll_every: 1m",
                                       "kind: maildir, path: y")));
    assert_setting_refused(ACCOUNT("kind: imap", "kind: maildir"), "4:21",
                           "no module is there for kind 'imap'; there are: maildir, mbox");
    assert_setting_refused(ACCOUNT("kind: maldir", "kind: maildir"), "4:21",
                           "did you mean 'maildir'?");
    assert_setting_refused(ACCOUNT("kind: mbox", "path: x, kind: smtp"), "5:33",
                           "submission: no module is there for kind 'smtp'; there are: maildir");
    assert_setting_refused(ACCOUNT("kind: maildir, pth: x", "kind: maildir"), "4:30",
                           "unknown key 'pth' in mailbox of kind maildir; did you mean 'path'?");
    assert_setting_refused(ACCOUNT("kind: mbox, done: {flag: S}", "kind: maildir"), "4:34",
                           "unknown key 'done.flag' in mailbox of kind mbox; leave it out");
    assert_setting_refused(ACCOUNT("kind: mbox", "kind: maildir, poll_every: 1m"), "5:33",
                           "unknown key 'poll_every' in submission");
}

static void test_passwords(void **state)
{
    (void)state;
    add("imap", "stage: lireadmail\nwhen: [mailbox.kind is imap]\nsettings: {host: \"\", user: "
                "\"\", proxy: \"\"}\n");
    add("mbox", "stage: lireadmail\nwhen: [mailbox.kind is mbox]\nsettings: {path: \"\"}\n");
    add("smtp", "stage: submit\nwhen: [submission.kind is smtp]\nsettings: {user: agent}\n");
    add("out", "stage: submit\nwhen: [submission.kind is maildir]\nsettings: {path: \"\"}\n");
    assert_checked();
    assert_true(check_settings(ACCOUNT("kind: imap, user: a, password_file: x", "kind: maildir")));
    assert_true(check_settings(
        ACCOUNT("kind: imap, user: a, password_command: [x]", "kind: smtp, credential: y")));
    assert_true(check_settings(ACCOUNT("kind: imap", "kind: smtp, user: \"\"")));
    assert_setting_refused(ACCOUNT("kind: imap, user: a", "kind: maildir"), "4:21",
                           "mailbox: 'a' signs in with a password, and none is named; write "
                           "password_command: [program, argument], password_file: PATH or "
                           "credential: NAME");
    assert_setting_refused(ACCOUNT("kind: mbox", "kind: smtp"), "5:24",
                           "submission: 'agent' signs in with a password");
    assert_setting_refused(ACCOUNT("kind: imap, password_file: x", "kind: maildir"), "4:27",
                           "mailbox: there is a password_file but no user; write user: NAME");
    assert_setting_refused(ACCOUNT("kind: mbox", "kind: smtp, user: \"\", credential: x"), "5:40",
                           "submission: there is a credential but no user");
    assert_setting_refused(ACCOUNT("kind: mbox, credential: x", "kind: maildir"), "4:27",
                           "mailbox: kind mbox signs in nowhere; leave credential out");
    /* A proxy for all mail is no mistake where there is nothing to reach. */
    assert_true(
        check_settings("proxy: {mail: \"socks5://p:1\"}\n" ACCOUNT("kind: mbox", "kind: maildir")));
}

static void test_settings_of_modules(void **state)
{
    (void)state;
    add("http", "stage: browser\nsettings: {ca_file: \"\", speed: slow}\n");
    add("out", "stage: submit\nwhen: [submission.kind is maildir]\nsettings: {path: all}\n");
    add("mbox", "stage: lireadmail\nwhen: [mailbox.kind is mbox]\nsettings: {path: \"\"}\n");
    assert_checked();
    const char *rest = ACCOUNT("kind: mbox", "kind: maildir, path: own");
    char text[1024];
    static const struct {
        const char *modules, *place, *words;
    } cases[] = {
        {"modules: {htp: {speed: x}}\n", "1:11", "no module is called 'htp'; did you mean 'http'?"},
        {"modules: {something: {a: b}}\n", "1:11", "no module is called 'something'; www4mail mod"},
        {"modules: {http: {sped: x}}\n", "1:18", "'sped' in modules.http; did you mean 'speed'?"},
        {"modules: {http: {else: x}}\n", "1:18",
         "unknown key 'else' in modules.http; leave it out"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        snprintf(text, sizeof text, "%s%s", cases[i].modules, rest);
        assert_setting_refused(text, cases[i].place, cases[i].words);
    }
    snprintf(text, sizeof text, "modules: {http: {speed: fast}, out: {path: house}}\n%s", rest);
    struct config *config = config_read(scratch_text(&scratch, "accounts.yaml", text), &fault);
    assert_non_null(config);
    assert_true(plan_check_settings(&blocks, config, &fault));
    plan_apply_settings(&blocks, config);
    assert_string_equal(settings_get(&blocks_find(&blocks, "http")->settings, "speed"), "fast");
    assert_string_equal(settings_get(&blocks_find(&blocks, "http")->settings, "ca_file"), "");
    /* For a module that serves an endpoint it is the default, and what is written there wins. */
    struct call call = {.overrides = &config->accounts[0].submission.settings,
                        .defaults = &blocks_find(&blocks, "out")->settings};
    assert_non_null(strstr(settings_get(call.defaults, "path"), "/house"));
    assert_non_null(strstr(www4mail_setting(&call, "path"), "/own"));
    config_free(&config);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(order),
        TEST(roles_are_apart),
        TEST(all_tests_must_hold),
        TEST(alternatives),
        TEST(plug_ins),
        TEST(names_that_do_not_fit),
        TEST(circles),
        TEST(too_many_for_one_stage),
        TEST(nothing_to_plan),
        TEST(settings),
        TEST(passwords),
        TEST(settings_of_modules),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
