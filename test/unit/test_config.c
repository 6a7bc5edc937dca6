/* SPDX-License-Identifier: ISC */
/* accounts.yaml: every key and its default, includes, files of people, paths, the example. */
#include "test/unit/config_fixture.h"

#include "agent/config/keys.h"

static void test_defaults(void **state)
{
    (void)state;
    const struct account *account = read_with("");
    assert_int_equal(config->workers_min, 1);
    assert_int_equal(config->workers_max, 8);
    assert_int_equal(config->sandbox, SANDBOX_REQUIRED);
    assert_null(config->modules_dir);
    assert_null(config->web_proxy);
    assert_string_equal(config->contact, "");
    assert_int_equal(config->account_count, 1);
    assert_string_equal(account->name, "web");
    assert_string_equal(account->address, "web@example.org");
    assert_int_equal(account->aliases.count, 0);
    assert_int_equal(account->poll_every, 300);
    assert_int_equal(account->senders.allow.count, 1);
    assert_string_equal(account->senders.allow.words[0], "*@example.org");
    assert_int_equal(account->senders.deny.count, 0);
    assert_false(account->senders.accept_bcc);
    assert_int_equal(account->urls.allow.count, 0);
    assert_int_equal(account->urls.deny.count, 0);
    assert_int_equal(account->urls.schemes.count, 2);
    assert_string_equal(account->urls.schemes.words[0], "http");
    assert_string_equal(account->urls.schemes.words[1], "https");
    assert_int_equal(account->urls.ports.count, 0);
    assert_int_equal(account->urls.allow_addresses.count, 0);
    assert_int_equal(account->urls.deny_addresses.count, 0);
    assert_int_equal(account->files.deny_types.count, 0);
    assert_int_equal(account->files.deny_extensions.count, 0);
    assert_int_equal(account->limits.requests_per_mail, 5);
    assert_int_equal(account->limits.max_message, 1024 * 1024);
    assert_int_equal(account->limits.page_bytes, 10 * 1024 * 1024);
    assert_int_equal(account->limits.page_time, 120);
    assert_int_equal(account->limits.redirects, 5);
    assert_int_equal(account->replies.format, FORMAT_BOTH);
    assert_int_equal(account->replies.part, 1024 * 1024);
    assert_int_equal(account->replies.max, 20 * 1024 * 1024);
    assert_int_equal(account->replies.width, 72);
    assert_false(account->replies.blind);
    assert_int_equal(account->replies.keep_days, 30);
    assert_string_equal(account->replies.footer, "");
}

static void test_top_keys(void **state)
{
    (void)state;
    read_with("state: st\n"
              "workers: {min: 2, max: 3}\n"
              "modules: {dir: ~/mods}\n"
              "contact: mailto:op@example.org\n"
              "proxy: {web: \"socks5h://127.0.0.1:9050\"}\n");
    assert_string_equal(config->state, in_dir("st"));
    assert_int_equal(config->workers_min, 2);
    assert_int_equal(config->workers_max, 3);
    assert_string_equal(config->modules_dir, "/home/ann/mods");
    assert_string_equal(config->contact, "mailto:op@example.org");
    assert_string_equal(config->web_proxy, "socks5h://127.0.0.1:9050");
    read_with("contact: https://example.org/bot\n");
    assert_string_equal(config->contact, "https://example.org/bot");
}

static void test_account_keys(void **state)
{
    (void)state;
    const struct account *account = read_with(
        "    aliases: [a@Ex.org, b@ex.ORG]\n"
        "    urls:\n"
        "      allow: [\"*://*.example.org/*\"]\n"
        "      deny: \"*://bad.example/*\"\n"
        "      schemes: [https, ftp]\n"
        "      ports: [8080, 65535]\n"
        "      allow_addresses: [127.0.0.0/8, \"::1\"]\n"
        "      deny_addresses: [192.0.2.1]\n"
        "    files: {deny_types: [\"video/*\"], deny_extensions: [exe, com]}\n"
        "    limits: {requests_per_mail: 100, max_message: 1k, page_bytes: 1024M,\n"
        "             page_time: 2m, redirects: 0}\n"
        "    replies: {format: source, part: 2048, max: 2M, width: 40, blind: yes, keep_days: 7,\n"
        "              footer: \"a: line\"}\n");
    assert_int_equal(account->aliases.count, 2);
    assert_string_equal(account->aliases.words[1], "b@ex.org");
    assert_int_equal(account->urls.allow.count, 1);
    assert_string_equal(account->urls.deny.words[0], "*://bad.example/*");
    assert_int_equal(account->urls.schemes.count, 2);
    assert_string_equal(account->urls.schemes.words[1], "ftp");
    assert_int_equal(account->urls.ports.count, 2);
    assert_int_equal(account->urls.ports.ports[0], 8080);
    assert_int_equal(account->urls.ports.ports[1], 65535);
    assert_int_equal(account->urls.allow_addresses.count, 2);
    assert_int_equal(account->urls.allow_addresses.nets[0].bits, 104);
    assert_int_equal(account->urls.deny_addresses.count, 1);
    assert_string_equal(account->files.deny_types.words[0], "video/*");
    assert_string_equal(account->files.deny_extensions.words[1], "com");
    assert_int_equal(account->limits.requests_per_mail, 100);
    assert_int_equal(account->limits.max_message, 1024);
    assert_int_equal(account->limits.page_bytes, 1024u * 1024 * 1024);
    assert_int_equal(account->limits.page_time, 120);
    assert_int_equal(account->limits.redirects, 0);
    assert_int_equal(account->replies.format, FORMAT_SOURCE);
    assert_int_equal(account->replies.part, 2048);
    assert_int_equal(account->replies.max, 2 * 1024 * 1024);
    assert_int_equal(account->replies.width, 40);
    assert_true(account->replies.blind);
    assert_int_equal(account->replies.keep_days, 7);
    assert_string_equal(account->replies.footer, "a: line");
}

static void test_endpoints(void **state)
{
    (void)state;
    const struct account *account = read_text("accounts:\n"
                                              "  - name: web\n"
                                              "    address: web@example.org\n"
                                              "    mailbox:\n"
                                              "      kind: maildir\n"
                                              "      path: ~/Mail/%u\n"
                                              "      poll_every: 1h\n"
                                              "      done: {flag: S, move: .Done}\n"
                                              "    submission: {path: ./out/%d/%u, kind: x}\n"
                                              "    senders: {allow: [\"*\"]}\n");
    assert_non_null(account);
    assert_string_equal(account->mailbox.kind, "maildir");
    assert_string_equal(account->mailbox.file, scratch.path);
    assert_int_equal(account->mailbox.line, 5);
    assert_int_equal(account->mailbox.column, 13);
    assert_int_equal(account->poll_every, 3600);
    assert_int_equal(account->mailbox.settings.count, 3);
    assert_string_equal(settings_get(&account->mailbox.settings, "path"), "/home/ann/Mail/%u");
    assert_string_equal(settings_get(&account->mailbox.settings, "done.flag"), "S");
    assert_string_equal(settings_get(&account->mailbox.settings, "done.move"), ".Done");
    assert_null(settings_get(&account->mailbox.settings, "kind"));
    assert_null(settings_get(&account->mailbox.settings, "poll_every"));
    assert_int_equal(account->mailbox.settings.settings[1].line, 8);
    assert_int_equal(account->mailbox.settings.settings[1].column, 14);
    assert_string_equal(account->submission.kind, "x");
    assert_string_equal(settings_get(&account->submission.settings, "path"), in_dir("out/%d/%u"));
}

static void test_secrets(void **state)
{
    (void)state;
    const struct account *account = read_text(
        "accounts:\n"
        "  - name: web\n"
        "    address: web@example.org\n"
        "    mailbox: {kind: imap, user: web, password_command: [pass, show, 'a b', '']}\n"
        "    submission:\n"
        "      kind: smtp\n"
        "      user: web\n"
        "      password_file: secret/smtp\n"
        "      ca_file: ~/ca.pem\n"
        "      pin: ''\n"
        "    senders: {allow: [\"*\"]}\n");
    assert_non_null(account);
    const struct secret_source *secret = &account->mailbox.secret;
    assert_int_equal(secret->command.count, 4);
    assert_string_equal(secret->command.words[0], "pass");
    assert_string_equal(secret->command.words[2], "a b");
    assert_string_equal(secret->command.words[3], "");
    assert_string_equal(secret->key, "password_command");
    assert_int_equal(secret->line, 4);
    assert_int_equal(secret->column, 38);
    assert_null(secret->file);
    assert_null(settings_get(&account->mailbox.settings, "password_command"));
    assert_string_equal(account->submission.secret.file, in_dir("secret/smtp"));
    assert_int_equal(account->submission.secret.command.count, 0);
    assert_string_equal(settings_get(&account->submission.settings, "ca_file"), "/home/ann/ca.pem");
    assert_string_equal(settings_get(&account->submission.settings, "pin"), "");
    account = read_with("");
    assert_null(account->mailbox.secret.key);
    account = read_text("accounts:\n"
                        "  - name: web\n"
                        "    address: web@example.org\n"
                        "    mailbox: {kind: imap, password_command: [~/bin/secret, ~/x]}\n"
                        "    submission: {kind: smtp, credential: smtp-web}\n"
                        "    senders: {allow: [\"*\"]}\n");
    assert_string_equal(account->mailbox.secret.command.words[0], "/home/ann/bin/secret");
    assert_string_equal(account->mailbox.secret.command.words[1], "~/x");
    assert_string_equal(account->submission.secret.credential, "smtp-web");
}

static void test_settings_of_modules(void **state)
{
    (void)state;
    read_with("modules:\n  http: {ca_file: ca.pem, deep: {er: x}}\n  dir: mods\n  empty:\n");
    assert_string_equal(config->modules_dir, in_dir("mods"));
    assert_int_equal(config->module_count, 2);
    assert_string_equal(config->modules[0].name, "http");
    assert_int_equal(config->modules[0].line, 8);
    assert_int_equal(config->modules[0].column, 3);
    const struct settings *settings = &config->modules[0].settings;
    assert_int_equal(settings->count, 2);
    assert_string_equal(settings_get(settings, "ca_file"), in_dir("ca.pem"));
    assert_string_equal(settings_get(settings, "deep.er"), "x");
    assert_int_equal(settings->settings[1].column, 34);
    assert_int_equal(config->modules[1].settings.count, 0);
    read_with("modules:\n");
    assert_int_equal(config->module_count, 0);
}

static void test_proxy_for_mail(void **state)
{
    (void)state;
    const struct account *account = read_with("proxy: {mail: socks5h://127.0.0.1:9050}\n");
    const struct setting *last =
        &account->mailbox.settings.settings[account->mailbox.settings.count - 1];
    assert_string_equal(last->key, "proxy");
    assert_string_equal(last->value, "socks5h://127.0.0.1:9050");
    assert_int_equal(last->line, 0);
    assert_string_equal(settings_get(&account->submission.settings, "proxy"), last->value);
    account = read_text("proxy: {mail: socks5h://127.0.0.1:9050}\n"
                        "accounts:\n"
                        "  - name: web\n"
                        "    address: web@example.org\n"
                        "    mailbox: {kind: imap, proxy: 'http://[::1]:3128'}\n"
                        "    submission: {kind: smtp, proxy: ''}\n"
                        "    senders: {allow: [\"*\"]}\n");
    assert_string_equal(settings_get(&account->mailbox.settings, "proxy"), "http://[::1]:3128");
    assert_string_equal(settings_get(&account->submission.settings, "proxy"), "");
}

static void test_default_state(void **state)
{
    (void)state;
    setenv("XDG_STATE_HOME", "/xdg", 1);
    read_with("");
    assert_string_equal(config->state, "/xdg/www4mail");
    setenv("XDG_STATE_HOME", "not/absolute", 1);
    read_with("");
    assert_string_equal(config->state,
                        geteuid() == 0 ? "/var/lib/www4mail" : "/home/ann/.local/state/www4mail");
}

static void test_empty_groups_are_nothing(void **state)
{
    (void)state;
    const struct account *account = read_with("    limits:\n"
                                              "    urls:\n"
                                              "      allow:\n"
                                              "    aliases:\n"
                                              "workers:\n"
                                              "include:\n");
    assert_int_equal(account->limits.redirects, 5);
    assert_int_equal(account->aliases.count, 0);
}

static void test_files_of_people(void **state)
{
    (void)state;
    const char *text = "accounts:\n" ACCOUNT(
        "web", "web@example.org") "    senders: {allow: [./people, x@y.org]}\n";
    scratch_text(&scratch, "people", "# crew\n\n ann@Ship.org \r\n*@shore.org\t# all\na#b@c.org");
    const struct account *account = read_text(text);
    assert_int_equal(account->senders.allow.count, 4);
    assert_string_equal(account->senders.allow.words[0], "ann@ship.org");
    assert_string_equal(account->senders.allow.words[1], "*@shore.org");
    assert_string_equal(account->senders.allow.words[2], "a#b@c.org");
    assert_string_equal(account->senders.allow.words[3], "x@y.org");

    scratch_text(&scratch, "people", "ann@ship.org\n  nonsense\n");
    read_text(text);
    char *real = realpath(scratch.dir, NULL);
    snprintf(scratch.dir, sizeof scratch.dir, "%s", real);
    free(real);
    assert_fault("people", "2:3", "'nonsense' matches no address");

    scratch_text(&scratch, "people", "a@b.org\n");
    assert_int_equal(chmod(scratch.path, 0666), 0);
    assert_refused(text, "6:23", "others may write to it");

    scratch_text(&scratch, "people", "# nobody yet\n");
    assert_refused(
        "accounts:\n" ACCOUNT("web", "web@example.org") "    senders: {allow: ./people}\n", "6:22",
        "is empty, so nobody may ask");
}

static void test_includes(void **state)
{
    (void)state;
    assert_int_equal(mkdir(scratch_path(&scratch, "d"), 0755), 0);
    scratch_text(&scratch, "d/2.yaml", "accounts:\n" ACCOUNT("two", "2@x.org") SENDERS);
    scratch_text(&scratch, "d/1.yaml", "accounts:\n" ACCOUNT("one", "1@x.org") SENDERS);
    scratch_text(&scratch, "d/note.txt", "not YAML: [");
    read_with("include: d/*.yaml\n");
    assert_int_equal(config->account_count, 3);
    assert_string_equal(config->accounts[1].name, "one");
    assert_string_equal(config->accounts[2].name, "two");
    assert_string_equal(settings_get(&config->accounts[1].mailbox.settings, "path"),
                        in_dir("d/in"));
    assert_string_equal(config->accounts[1].mailbox.file, in_dir("d/1.yaml"));

    const struct account *account = read_text("include: [d/1.yaml, none/*.yaml]\n");
    assert_string_equal(account->name, "one");
    assert_refused_with("include: d/3.yaml\n", "7:10", "there is no file 'd/3.yaml'");
    assert_refused("include: none/*.yaml\n", "1:1", "no account is configured");

    char *real = realpath(scratch.dir, NULL);
    snprintf(scratch.dir, sizeof scratch.dir, "%s", real);
    free(real);
    scratch_text(&scratch, "d/1.yaml", "state: x\n");
    read_text(BASE "include: d/1.yaml\n");
    assert_fault("d/1.yaml", "1:1", "may hold accounts: only; move 'state'");
    scratch_text(&scratch, "d/1.yaml", "accounts:\n" ACCOUNT("one", "web@example.org") SENDERS);
    read_text(BASE "include: d/1.yaml\n");
    assert_fault("d/1.yaml", "3:14", "belongs to account 'web' already");
    scratch_text(&scratch, "d/1.yaml", "password: x\n");
    read_text(BASE "include: d/1.yaml\n");
    assert_fault("d/1.yaml", "1:1", "a password does not belong here");
    scratch_text(&scratch, "d/1.yaml", "- x\n");
    read_text(BASE "include: d/1.yaml\n");
    assert_fault("d/1.yaml", "1:1", "an included file is a map");
    scratch_text(&scratch, "d/1.yaml", "accounts:\n");
    assert_int_equal(chmod(scratch.path, 0666), 0);
    read_text(BASE "include: d/1.yaml\n");
    assert_non_null(strstr(fault.operator, "d/1.yaml: others may write to it"));
}

static void test_files_that_cannot_be_used(void **state)
{
    (void)state;
    config = config_read(scratch_path(&scratch, "none"), &fault);
    assert_null(config);
    assert_int_equal(fault.code, FAULT_CONFIG);
    assert_non_null(strstr(fault.operator, "none: cannot be opened"));
    fault_clear(&fault);
    scratch_text(&scratch, "accounts.yaml", BASE);
    assert_int_equal(chmod(scratch.path, 0606), 0);
    assert_null(config_read(scratch.path, &fault));
    assert_non_null(strstr(fault.operator, "chmod o-w"));
    fault_clear(&fault);
    assert_int_equal(chmod(scratch.path, 0644), 0);
    config = config_read(scratch.path, &fault);
    assert_non_null(config);
}

static void test_find(void **state)
{
    (void)state;
    struct arena *arena = arena_new(65536);
    setenv("XDG_CONFIG_HOME", scratch.dir, 1);
    const char *found = config_find(arena);
    assert_true(!found || strcmp(found, "/etc/www4mail/accounts.yaml") == 0);
    assert_int_equal(mkdir(scratch_path(&scratch, "www4mail"), 0755), 0);
    scratch_text(&scratch, "www4mail/accounts.yaml", BASE);
    found = config_find(arena);
    assert_non_null(found);
    assert_string_equal(found, scratch.path);

    unsetenv("XDG_CONFIG_HOME");
    setenv("HOME", scratch.dir, 1);
    assert_int_equal(mkdir(scratch_path(&scratch, ".config"), 0755), 0);
    assert_int_equal(mkdir(scratch_path(&scratch, ".config/www4mail"), 0755), 0);
    scratch_text(&scratch, ".config/www4mail/accounts.yaml", BASE);
    assert_string_equal(config_find(arena), scratch.path);
    arena_free(&arena);
}

static void test_relative_file_name(void **state)
{
    (void)state;
    char *here = getcwd(NULL, 0);
    scratch_text(&scratch, "accounts.yaml", BASE);
    assert_int_equal(chdir(scratch.dir), 0);
    config = config_read("accounts.yaml", &fault);
    assert_int_equal(chdir(here), 0);
    free(here);
    assert_non_null(config);
    assert_string_equal(settings_get(&config->accounts[0].mailbox.settings, "path"), in_dir("in"));
}

static void test_example(void **state)
{
    (void)state;
    struct config *plain = NULL;
    read_with("");
    plain = config;
    config = config_read("accounts.yaml.example", &fault);
    if (!config)
        fail_msg("%s", fault.operator);
    const struct account *example = &config->accounts[0], *base = &plain->accounts[0];
    assert_int_equal(config->workers_max, plain->workers_max);
    assert_memory_equal(&example->limits, &base->limits, sizeof example->limits);
    assert_int_equal(example->replies.part, base->replies.part);
    assert_int_equal(example->replies.max, base->replies.max);
    assert_int_equal(example->replies.format, base->replies.format);
    assert_int_equal(example->replies.width, base->replies.width);
    assert_int_equal(example->replies.keep_days, base->replies.keep_days);
    assert_int_equal(example->poll_every, base->poll_every);
    assert_int_equal(example->urls.schemes.count, 2);
    assert_string_equal(example->mailbox.kind, "imap");
    assert_string_equal(example->submission.kind, "smtp");
    assert_string_equal(example->mailbox.secret.key, "password_command");
    assert_string_equal(example->submission.secret.key, "password_command");
    config_free(&plain);
}

static char *slurp(const char *path)
{
    static char text[65536];
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    return text;
}

/* Looked for as `format`, with the key's last word, or with its whole path when it is reserved. */
static void assert_described(const char *path, const char *format, const struct key_table *table,
                             bool reserved)
{
    const char *text = slurp(path);
    for (size_t i = 0; i < table->count; i++) {
        const struct key *key = &table->keys[i];
        const char *dot = strrchr(key->path, '.');
        char wanted[128];
        if ((key->type == KEY_NOT_YET) != reserved)
            continue;
        size_t at = (size_t)(strchr(format, '$') - format);
        snprintf(wanted, sizeof wanted, "%.*s%s%s", (int)at, format,
                 reserved || !dot ? key->path : dot + 1, format + at + 1);
        if (!strstr(text, wanted))
            fail_msg("%s does not describe %s", path, key->path);
    }
}

static void test_every_key_is_described(void **state)
{
    (void)state;
    assert_described("accounts.yaml.example", "$:", &config_keys, false);
    assert_described("accounts.yaml.example", "$:", &account_keys, false);
    assert_described("man/accounts.yaml.5", "$ :", &config_keys, false);
    assert_described("man/accounts.yaml.5", "$ :", &account_keys, false);
    assert_described("man/accounts.yaml.5", "\n.Ic $", &config_keys, true);
    assert_described("man/accounts.yaml.5", "\n.Ic $", &account_keys, true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(defaults),
        TEST(top_keys),
        TEST(account_keys),
        TEST(endpoints),
        TEST(secrets),
        TEST(settings_of_modules),
        TEST(proxy_for_mail),
        TEST(default_state),
        TEST(empty_groups_are_nothing),
        TEST(files_of_people),
        TEST(includes),
        TEST(files_that_cannot_be_used),
        TEST(find),
        TEST(relative_file_name),
        TEST(example),
        TEST(every_key_is_described),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
