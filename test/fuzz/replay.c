/* SPDX-License-Identifier: ISC */
/* The main of a target without libFuzzer: gives it every file that is named, and every file of a
 * folder that is named, once. */
#include "test/fuzz/fuzz.h"

#include "agent/base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { INPUT_MAX = 16 * 1024 * 1024 };

static unsigned replayed;

static void replay(int fd, const char *path)
{
    struct buffer bytes;
    buffer_init(&bytes, INPUT_MAX);
    if (!file_read_to_end(fd, &bytes)) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        exit(1);
    }
    /* Said before it runs: the last name is that of the input which stops the program. */
    fprintf(stderr, "%s\n", path);
    char *exact = fuzz_exact(buffer_span(&bytes));
    LLVMFuzzerTestOneInput((const uint8_t *)exact, bytes.len);
    free(exact);
    buffer_free(&bytes);
    replayed++;
}

static int open_file(int folder, const char *name)
{
    int fd = openat(folder, name, O_RDONLY | O_CLOEXEC);
    if (fd >= 0)
        return fd;
    fprintf(stderr, "%s: %s\n", name, strerror(errno));
    exit(1);
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        DIR *folder = opendir(argv[i]);
        for (struct dirent *entry; folder && (entry = readdir(folder));) {
            if (entry->d_name[0] == '.')
                continue;
            int fd = open_file(dirfd(folder), entry->d_name);
            replay(fd, entry->d_name);
            close(fd);
        }
        if (folder) {
            closedir(folder);
            continue;
        }
        int fd = open_file(AT_FDCWD, argv[i]);
        replay(fd, argv[i]);
        close(fd);
    }
    printf("%u inputs\n", replayed);
    return replayed == 0;
}
