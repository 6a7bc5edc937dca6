/* SPDX-License-Identifier: ISC */
/* mailbox_fixture: a call, a scratch folder and short words for tests of local mailboxes. */
#ifndef WWW4MAIL_TEST_UNIT_MAILBOX_FIXTURE_H
#define WWW4MAIL_TEST_UNIT_MAILBOX_FIXTURE_H

#include "agent/base/file.h"
#include "agent/modules/call.h"
#include "test/unit/scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

extern const struct www4mail_module www4mail_module;

enum { FIXTURE_SETTINGS = 12 };

struct fixture {
    char dir[64], path[128]; /* scratch; what the setting `path` says */
    struct setting list[FIXTURE_SETTINGS];
    struct settings settings;
    struct fault fault;
    struct call call;
    void *state;
};

/* Sets or replaces a setting; `value` must outlive the fixture. */
static inline void fixture_set(struct fixture *fixture, const char *key, const char *value)
{
    for (size_t i = 0; i < fixture->settings.count; i++) {
        if (strcmp(fixture->list[i].key, key) == 0) {
            fixture->list[i].value = value;
            return;
        }
    }
    assert_true(fixture->settings.count < FIXTURE_SETTINGS);
    fixture->list[fixture->settings.count++] = (struct setting){.key = key, .value = value};
}

static inline int fixture_setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    assert_non_null(fixture);
    scratch_directory(fixture->dir, sizeof fixture->dir);
    snprintf(fixture->path, sizeof fixture->path, "%s/box", fixture->dir);
    fixture->settings.settings = fixture->list;
    fixture->call = (struct call){.module = "test",
                                  .overrides = &fixture->settings,
                                  .arena = arena_new(1024 * 1024),
                                  .fault = &fixture->fault};
    assert_non_null(fixture->call.arena);
    fixture_set(fixture, "path", fixture->path);
    *state = fixture;
    return 0;
}

static inline int fixture_remove(const char *path, const struct stat *info, int type,
                                 struct FTW *where)
{
    (void)info, (void)type, (void)where;
    return remove(path);
}

static inline int fixture_teardown(void **state)
{
    struct fixture *fixture = *state;
    fault_clear(&fixture->fault);
    arena_free(&fixture->call.arena);
    nftw(fixture->dir, fixture_remove, 16, FTW_DEPTH | FTW_PHYS);
    free(fixture);
    return 0;
}

/* The path of something in the scratch folder, in the fixture's arena. */
static inline const char *fixture_path(struct fixture *fixture, const char *name)
{
    const char *path = arena_printf(fixture->call.arena, "%s/%s", fixture->dir, name);
    assert_non_null(path);
    return path;
}

static inline void fixture_write(const char *path, int flags, const void *bytes, size_t len)
{
    int fd = open(path, O_WRONLY | O_CREAT | flags, 0600);
    assert_true(fd >= 0);
    assert_true(file_write_all(fd, bytes, len));
    close(fd);
}

static inline void fixture_text(const char *path, const char *text)
{
    fixture_write(path, O_TRUNC, text, strlen(text));
}

/* The whole of a descriptor's file as text; freed by the caller. */
static inline char *fixture_slurp(int fd, size_t *len_out)
{
    struct buffer bytes;
    buffer_init(&bytes, 256 * 1024 * 1024);
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    assert_true(file_read_to_end(fd, &bytes));
    buffer_add(&bytes, "", 0);
    if (len_out)
        *len_out = bytes.len;
    return bytes.at;
}

static inline char *fixture_slurp_path(const char *path)
{
    int fd = open(path, O_RDONLY);
    assert_true(fd >= 0);
    char *text = fixture_slurp(fd, NULL);
    close(fd);
    return text;
}

static inline bool fixture_exists(const char *path)
{
    struct stat info;
    return lstat(path, &info) == 0;
}

/* That the last call stated this fault with these words in it; clears it. */
static inline void assert_fault(struct fixture *fixture, enum fault_code code, const char *words)
{
    assert_int_equal(fixture->fault.code, code);
    assert_non_null(fixture->fault.operator);
    if (!strstr(fixture->fault.operator, words))
        fail_msg("\"%s\" is not in \"%s\"", words, fixture->fault.operator);
    fault_clear(&fixture->fault);
}

/* ---- mailboxes ---- */

static inline enum module_result box_open(struct fixture *fixture)
{
    return www4mail_module.mailbox->open(&fixture->call, &fixture->state);
}

static inline enum module_result box_close(struct fixture *fixture)
{
    enum module_result result = www4mail_module.mailbox->close(&fixture->call, &fixture->state);
    assert_null(fixture->state);
    return result;
}

static inline enum module_result box_list(struct fixture *fixture, uint64_t *cursor,
                                          struct message_key *key_out, uint64_t *size_out)
{
    return www4mail_module.mailbox->list(&fixture->call, fixture->state, cursor, key_out, size_out);
}

/* The uids that are listed, each copied into the arena; their count. */
static inline size_t box_uids(struct fixture *fixture, const char **uids_out, size_t max)
{
    struct message_key key = {0};
    uint64_t cursor = 0, size;
    size_t count = 0;
    enum module_result result;
    while ((result = box_list(fixture, &cursor, &key, &size)) == MODULE_OK) {
        assert_true(count < max);
        uids_out[count] = arena_copy(fixture->call.arena, key.uid);
        assert_non_null(uids_out[count++]);
    }
    assert_int_equal(result, MODULE_PASS);
    return count;
}

static inline enum module_result box_head(struct fixture *fixture, const char *uid,
                                          struct buffer *headers_out)
{
    struct message_key key = {.uid = uid};
    return www4mail_module.mailbox->head(&fixture->call, fixture->state, &key, headers_out);
}

/* The body as text, NULL when it was not given; freed by the caller. */
static inline char *box_body(struct fixture *fixture, const char *uid, uint64_t max,
                             enum module_result *result_out)
{
    struct message_key key = {.uid = uid};
    int fd = file_in_memory("test");
    assert_true(fd >= 0);
    *result_out = www4mail_module.mailbox->body(&fixture->call, fixture->state, &key, fd, max);
    char *text = *result_out == MODULE_OK ? fixture_slurp(fd, NULL) : NULL;
    close(fd);
    return text;
}

static inline enum module_result box_settle(struct fixture *fixture, const char *uid,
                                            enum message_outcome outcome)
{
    struct message_key key = {.uid = uid};
    return www4mail_module.mailbox->settle(&fixture->call, fixture->state, &key, outcome);
}

static inline void assert_head(struct fixture *fixture, const char *uid, const char *wanted)
{
    struct buffer headers;
    buffer_init(&headers, 64 * 1024);
    assert_int_equal(box_head(fixture, uid, &headers), MODULE_OK);
    assert_string_equal(headers.at ? headers.at : "", wanted);
    buffer_free(&headers);
}

static inline void assert_body(struct fixture *fixture, const char *uid, const char *wanted)
{
    enum module_result result;
    char *text = box_body(fixture, uid, 1024 * 1024, &result);
    assert_int_equal(result, MODULE_OK);
    assert_string_equal(text, wanted);
    free(text);
}

#endif
