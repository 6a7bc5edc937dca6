/* SPDX-License-Identifier: ISC */
/* Memory runs out while accounts.yaml is read: the whole configuration, or a fault that says so. */
#include "test/unit/config_fixture.h"

#include "test/unit/torture.h"

#include "agent/config/paths.h"

/* Every kind of value, two accounts, an included file, and a file of people. */
static const char full[] =
    "state: st\n"
    "workers: {min: 2, max: 3}\n"
    "modules: {dir: ~/mods, smtp: {ehlo_name: mail.example.org}}\n"
    "contact: mailto:op@example.org\n"
    "proxy: {web: \"socks5h://127.0.0.1:9050\", mail: \"socks5h://127.0.0.1:9051\"}\n"
    "include: more/*.yaml\n" BASE "    aliases: [a@Ex.org, b@ex.ORG]\n"
    "    urls:\n"
    "      allow: [\"*://*.example.org/*\"]\n"
    "      deny: \"*://bad.example/*\"\n"
    "      schemes: [https, http]\n"
    "      ports: [8080, 65535]\n"
    "      allow_addresses: [127.0.0.0/8, \"::1\"]\n"
    "      deny_addresses: [192.0.2.1]\n"
    "    files: {deny_types: [\"video/*\"], deny_extensions: [exe, com]}\n"
    "    limits: {requests_per_mail: 100, max_message: 1k, page_bytes: 1024M, page_time: 2m}\n"
    "    replies: {format: text, part: 40k, max: 2M, width: 60, footer: bye}\n" ACCOUNT(
        "second",
        "second@example.org") "    senders: {allow: [./people.txt, \"*@example.net\"], deny: "
                              "[x@example.net]}\n";

static bool read_full(void *context, struct fault *why)
{
    struct config *read = config_read(context, why);
    torture_end();
    if (!read)
        return false;
    bool whole = read->account_count == 3 && read->accounts[0].aliases.count == 2 &&
                 read->accounts[0].urls.ports.count == 2 && read->accounts[0].replies.width == 60 &&
                 read->accounts[1].senders.allow.count == 3 &&
                 strcmp(read->accounts[2].name, "third") == 0 &&
                 strcmp(read->contact, "mailto:op@example.org") == 0;
    config_free(&read);
    assert_true(whole);
    return true;
}

static void test_memory_ends_while_reading(void **state)
{
    (void)state;
    char file[256];
    scratch_text(&scratch, "people.txt", "ann@example.org\nbob@example.org # of the club\n");
    assert_int_equal(mkdir(scratch_path(&scratch, "more"), 0700), 0);
    scratch_text(&scratch, "more/third.yaml",
                 "accounts:\n" ACCOUNT("third", "third@example.org") SENDERS);
    snprintf(file, sizeof file, "%s", scratch_text(&scratch, "accounts.yaml", full));
    assert_in_range(torture_allocations(&(struct torture){.attempt = read_full, .context = file}),
                    200, 100000);
}

/* A mistake is told as it is, or the want of memory is; never another mistake. */
static bool read_mistake(void *context, struct fault *why)
{
    struct config *read = config_read(context, why);
    torture_end();
    assert_null(read);
    bool found = why->code == FAULT_CONFIG && (!why->operator|| strstr(why->operator, "'widht'"));
    if (found)
        fault_clear(why);
    return found;
}

static void test_memory_ends_at_a_mistake(void **state)
{
    (void)state;
    char file[256];
    snprintf(file, sizeof file, "%s",
             scratch_text(&scratch, "accounts.yaml", BASE "    replies: {widht: 60}\n"));
    assert_in_range(
        torture_allocations(&(struct torture){.attempt = read_mistake, .context = file}), 20,
        100000);
}

/* Nobody is told that there is no home directory when there was no memory for its name. */
static bool find_places(void *context, struct fault *why)
{
    (void)context;
    struct arena *arena = arena_new(1 << 16);
    const char *state = arena ? paths_state(arena) : NULL;
    torture_end();
    bool found = state && strcmp(state, "/home/ann/.local/state/www4mail") == 0;
    assert_true(found || !state);
    arena_free(&arena);
    return found || fault_set(why, FAULT_MEMORY, NULL, "none");
}

static void test_memory_ends_at_paths(void **state)
{
    (void)state;
    if (geteuid() == 0)
        setenv("XDG_STATE_HOME", "/home/ann/.local/state", 1);
    torture_allocations(&(struct torture){.attempt = find_places, .context = NULL});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(memory_ends_while_reading),
        TEST(memory_ends_at_a_mistake),
        TEST(memory_ends_at_paths),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
