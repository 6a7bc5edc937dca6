/* SPDX-License-Identifier: ISC */
/* Passwords from files and credentials, and the choice between the ways to one. */
#include "agent/process/secret.h"

#include "agent/process/secret_command.h"
#include "agent/process/secret_keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void secret_init(struct secret *secret, const struct secret_source *source, const char *account,
                 const char *side)
{
    *secret = (struct secret){.source = source, .limit_ms = SECRET_LIMIT_MS, .keeper = -1};
    snprintf(secret->whose, sizeof secret->whose, "%s: %s", account, side);
}

void secret_wipe(struct secret *secret)
{
    explicit_bzero(secret->text, sizeof secret->text);
}

/* One file, and what is to be said about it. */
struct file {
    const struct secret *secret;
    const char *path;
    bool private; /* nobody else may read it */
    struct fault *fault;
};

static bool refuse(const struct file *file, const char *what)
{
    return fault_set(file->fault, FAULT_SECRET, NULL, "%s: %s: %s %s", file->secret->whose,
                     file->secret->source->key, file->path, what);
}

static bool is_acceptable(const struct file *file, int fd)
{
    struct stat info;
    if (fstat(fd, &info) != 0)
        return refuse(file, strerror(errno));
    if (!S_ISREG(info.st_mode))
        return refuse(file, "is no regular file; name one");
    if (!file->private)
        return true;
    if (info.st_mode & (S_IRWXG | S_IRWXO))
        return refuse(file, "can be read by others; chmod 600 it");
    if (info.st_uid != geteuid() && info.st_uid != 0)
        return refuse(file, "belongs to another user; chown it to the one that runs www4mail");
    return true;
}

/* As much of the file as a password may be long, and one byte more to see that it is longer. */
static bool read_text(const struct file *file, int fd, char *text, size_t room, size_t *len_out)
{
    size_t len = 0;
    while (len < room) {
        ssize_t got = read(fd, text + len, room - len);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return refuse(file, strerror(errno));
        if (got == 0)
            break;
        len += (size_t)got;
    }
    *len_out = len;
    return true;
}

static bool read_file(struct secret *secret, const char *path, bool private, struct fault *fault)
{
    const struct file file = {secret, path, private, fault};
    size_t len = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return refuse(&file, strerror(errno));
    bool read =
        is_acceptable(&file, fd) && read_text(&file, fd, secret->text, sizeof secret->text, &len);
    close(fd);
    return read && secret_first_line(secret, len, fault);
}

static bool read_credential(struct secret *secret, struct fault *fault)
{
    char path[PATH_MAX];
    const char *directory = getenv("CREDENTIALS_DIRECTORY");
    const char *name = secret->source->credential;
    if (!directory || !*directory)
        return fault_set(fault, FAULT_SECRET, NULL,
                         "%s: credential %s: the service manager has given none "
                         "(CREDENTIALS_DIRECTORY is not set); write LoadCredential=%s:PATH in the "
                         "unit",
                         secret->whose, name, name);
    if (snprintf(path, sizeof path, "%s/%s", directory, name) >= (int)sizeof path)
        return fault_set(fault, FAULT_SECRET, NULL, "%s: credential %s: its path is too long",
                         secret->whose, name);
    /* The service manager guards the directory, and may show modes that only its ACLs explain. */
    return read_file(secret, path, false, fault);
}

bool secret_first_line(struct secret *secret, size_t len, struct fault *fault)
{
    const char *key = secret->source->key;
    const char *end = memchr(secret->text, '\n', len);
    if (!end && len > SECRET_BYTES_MAX)
        return fault_set(fault, FAULT_SECRET, NULL,
                         "%s: %s: its first line is longer than %d bytes, which is no password",
                         secret->whose, key, SECRET_BYTES_MAX);
    size_t line = end ? (size_t)(end - secret->text) : len;
    while (line > 0 && secret->text[line - 1] == '\r')
        line--;
    if (memchr(secret->text, '\0', line))
        return fault_set(fault, FAULT_SECRET, NULL,
                         "%s: %s: its first line holds a zero byte, which no password can",
                         secret->whose, key);
    if (line == 0)
        return fault_set(fault, FAULT_SECRET, NULL,
                         "%s: %s: gave an empty first line; the password belongs there",
                         secret->whose, key);
    explicit_bzero(secret->text + line, sizeof secret->text - line);
    return true;
}

const char *secret_ask(void *context, struct fault *fault)
{
    struct secret *secret = context;
    const struct secret_source *source = secret->source;
    bool had;
    secret_wipe(secret);
    if (secret->keeper >= 0)
        had = secret_keeper_ask(secret, fault);
    else if (source->command.count > 0)
        had = secret_run_command(secret, fault);
    else if (source->file)
        had = read_file(secret, source->file, true, fault);
    else if (source->credential)
        had = read_credential(secret, fault);
    else
        had = fault_set(fault, FAULT_SECRET, NULL,
                        "%s: no password is named; write password_command, password_file or "
                        "credential",
                        secret->whose);
    if (had)
        return secret->text;
    secret_wipe(secret);
    return NULL;
}
