/* SPDX-License-Identifier: ISC */
/* scratch: a directory of a test's own, with files in it; gone with everything at its end. */
#ifndef WWW4MAIL_TEST_UNIT_SCRATCH_H
#define WWW4MAIL_TEST_UNIT_SCRATCH_H

#include <ftw.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

struct scratch {
    char dir[64];
    char path[256]; /* of the file named last */
};

/* Makes an empty directory below $TMPDIR, or below /tmp when that is not set or too long. */
static inline void scratch_directory(char *dir, size_t room)
{
    static const char name[] = "w4m-XXXXXX";
    const char *base = getenv("TMPDIR");
    if (!base || !*base || strlen(base) + 1 + sizeof name > room)
        base = "/tmp";
    assert_true((size_t)snprintf(dir, room, "%s/%s", base, name) < room);
    assert_non_null(mkdtemp(dir));
}

static inline struct scratch scratch_make(void)
{
    struct scratch scratch = {"", ""};
    scratch_directory(scratch.dir, sizeof scratch.dir);
    return scratch;
}

static inline const char *scratch_path(struct scratch *scratch, const char *name)
{
    snprintf(scratch->path, sizeof scratch->path, "%s/%s", scratch->dir, name);
    return scratch->path;
}

static inline const char *scratch_write(struct scratch *scratch, const char *name, const char *text,
                                        size_t len)
{
    FILE *file = fopen(scratch_path(scratch, name), "w");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(scratch->path, 0644), 0);
    return scratch->path;
}

static inline const char *scratch_text(struct scratch *scratch, const char *name, const char *text)
{
    return scratch_write(scratch, name, text, strlen(text));
}

static inline int scratch_remove_one(const char *path, const struct stat *status, int type,
                                     struct FTW *walk)
{
    (void)status, (void)type, (void)walk;
    return remove(path);
}

static inline void scratch_remove(struct scratch *scratch)
{
    nftw(scratch->dir, scratch_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

#endif
