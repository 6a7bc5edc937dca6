/* SPDX-License-Identifier: ISC */
/* Directories of a Maildir: a sorted list of names, and the search for a mail that moved. */
#include "fetchers/mailbox/maildir_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_NAMES = 64 * 1024 * 1024, MAX_ENTRIES = 1024 * 1024 };

static const char *const place_names[] = {"new", "cur"};

static int open_place(const char *path, enum maildir_place place)
{
    char full[PATH_MAX];
    if (snprintf(full, sizeof full, "%s/%s", path, place_names[place]) >= (int)sizeof full) {
        errno = ENAMETOOLONG;
        return -1;
    }
    return open(full, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

bool maildir_folder_open(const char *path, struct maildir_folder *folder_out)
{
    *folder_out = (struct maildir_folder){.dirs = {-1, -1}};
    buffer_init(&folder_out->entries, MAX_ENTRIES * sizeof(struct maildir_entry));
    buffer_init(&folder_out->names, MAX_NAMES);
    for (enum maildir_place place = MAILDIR_NEW; place <= MAILDIR_CUR; place++) {
        folder_out->dirs[place] = open_place(path, place);
        if (folder_out->dirs[place] < 0) {
            int error = errno;
            maildir_folder_close(folder_out);
            errno = error;
            return false;
        }
    }
    return true;
}

void maildir_folder_close(struct maildir_folder *folder)
{
    for (int place = MAILDIR_NEW; place <= MAILDIR_CUR; place++) {
        if (folder->dirs[place] >= 0)
            close(folder->dirs[place]);
        folder->dirs[place] = -1;
    }
    buffer_free(&folder->entries);
    buffer_free(&folder->names);
}

bool maildir_folder_make(const char *path)
{
    static const char *const parts[] = {"", "/tmp", "/new", "/cur"};
    char full[PATH_MAX];
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (snprintf(full, sizeof full, "%s%s", path, parts[i]) >= (int)sizeof full) {
            errno = ENAMETOOLONG;
            return false;
        }
        if (mkdir(full, 0700) != 0 && errno != EEXIST)
            return false;
    }
    return true;
}

struct span maildir_base(const char *name)
{
    return (struct span){name, strcspn(name, ":")};
}

/* The flags of a name, up to the first byte that is none; empty when it has no ":2,". */
static struct span name_flags(const char *name)
{
    const char *info = strchr(name, ':');
    if (!info || strncmp(info, ":2,", 3) != 0)
        return (struct span){NULL, 0};
    size_t len = 0;
    for (const char *at = info + 3; (*at >= 'A' && *at <= 'Z') || (*at >= 'a' && *at <= 'z'); at++)
        len++;
    return (struct span){info + 3, len};
}

bool maildir_name_with(const char *name, const char *flags, char name_out[NAME_MAX + 1])
{
    bool set[128] = {false};
    char merged[sizeof set + 1];
    size_t count = 0;
    struct span own = name_flags(name), base = maildir_base(name);
    for (size_t i = 0; i < own.len; i++)
        set[(unsigned char)own.at[i] & 127] = true;
    for (; *flags; flags++)
        set[(unsigned char)*flags & 127] = true;
    for (size_t c = 'A'; c <= 'z'; c++)
        if (set[c])
            merged[count++] = (char)c;
    merged[count] = '\0';
    /* What other programs wrote behind the flags stays. */
    const char *behind = own.at ? own.at + own.len : "";
    return snprintf(name_out, NAME_MAX + 1, "%.*s:2,%s%s", (int)base.len, base.at, merged,
                    behind) <= NAME_MAX;
}

static bool name_waits(enum maildir_place place, const char *name, const char *done)
{
    if (place == MAILDIR_NEW)
        return true;
    struct span flags = name_flags(name);
    if (span_find_byte(flags, 'S') >= 0 || span_find_byte(flags, 'T') >= 0)
        return false;
    if (!*done)
        return true;
    for (; *done; done++)
        if (span_find_byte(flags, *done) < 0)
            return true;
    return false;
}

static uint64_t name_time(const char *name)
{
    uint64_t time = 0;
    for (; *name >= '0' && *name <= '9'; name++) {
        if (time > UINT64_MAX / 10 - 1)
            return UINT64_MAX;
        time = time * 10 + (uint64_t)(*name - '0');
    }
    return time;
}

static int base_compare(struct span a, struct span b)
{
    int order = memcmp(a.at, b.at, a.len < b.len ? a.len : b.len);
    return order ? order : (a.len > b.len) - (a.len < b.len);
}

static int entry_compare(const void *left, const void *right, void *names)
{
    const struct maildir_entry *a = left, *b = right;
    const char *at = names;
    if (a->time != b->time)
        return a->time < b->time ? -1 : 1;
    int order = base_compare(maildir_base(at + a->name), maildir_base(at + b->name));
    return order ? order : (a->place > b->place) - (a->place < b->place);
}

/* A fresh stream over a directory whose descriptor stays ours. */
static DIR *directory_stream(int dir)
{
    int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *stream = fd < 0 ? NULL : fdopendir(fd);
    if (!stream && fd >= 0) {
        int error = errno;
        close(fd);
        errno = error;
    }
    return stream;
}

/* The next name that may be a mail's; NULL at the end (errno 0) or on an error. */
static const char *next_name(DIR *stream)
{
    struct dirent *entry;
    do {
        errno = 0;
        entry = readdir(stream);
    } while (entry && (entry->d_name[0] == '.' || entry->d_name[0] == ':'));
    return entry ? entry->d_name : NULL;
}

static bool add_entry(struct maildir_folder *folder, enum maildir_place place, const char *name)
{
    size_t len = strlen(name) + 1;
    if (folder->entries.max - folder->entries.len < sizeof(struct maildir_entry) ||
        folder->names.max - folder->names.len < len) {
        folder->cut = true;
        return true;
    }
    struct maildir_entry entry = {name_time(name), (uint32_t)folder->names.len, place};
    if (buffer_add(&folder->entries, &entry, sizeof entry) && buffer_add(&folder->names, name, len))
        return true;
    errno = ENOMEM;
    return false;
}

static bool list_place(struct maildir_folder *folder, enum maildir_place place, const char *done)
{
    DIR *stream = directory_stream(folder->dirs[place]);
    if (!stream)
        return false;
    const char *name;
    bool ok = true;
    while (ok && (name = next_name(stream)))
        if (name_waits(place, name, done))
            ok = add_entry(folder, place, name);
    int error = errno;
    closedir(stream);
    errno = error;
    return ok && error == 0;
}

static struct maildir_entry *entries_of(const struct maildir_folder *folder)
{
    return (struct maildir_entry *)(void *)folder->entries.at;
}

/* A mail that went from new/ to cur/ while the list was read stands in it twice: the later stays. */
static void drop_doubles(struct maildir_folder *folder)
{
    struct maildir_entry *entries = entries_of(folder);
    size_t count = maildir_folder_count(folder), kept = 0;
    for (size_t i = 0; i < count; i++) {
        const char *names = folder->names.at;
        if (kept && base_compare(maildir_base(names + entries[kept - 1].name),
                                 maildir_base(names + entries[i].name)) == 0)
            kept--;
        entries[kept++] = entries[i];
    }
    folder->entries.len = kept * sizeof *entries;
}

bool maildir_folder_list(struct maildir_folder *folder, const char *done)
{
    buffer_clear(&folder->entries);
    buffer_clear(&folder->names);
    folder->listed = folder->cut = false;
    /* new/ first: the other way round, a mail on its way to cur/ would be seen in neither. */
    if (!list_place(folder, MAILDIR_NEW, done) || !list_place(folder, MAILDIR_CUR, done))
        return false;
    size_t count = maildir_folder_count(folder);
    if (count) {
        qsort_r(folder->entries.at, count, sizeof(struct maildir_entry), entry_compare,
                folder->names.at);
        drop_doubles(folder);
    }
    folder->listed = true;
    return true;
}

size_t maildir_folder_count(const struct maildir_folder *folder)
{
    return folder->entries.len / sizeof(struct maildir_entry);
}

void maildir_folder_entry(const struct maildir_folder *folder, size_t index,
                          struct maildir_where *where_out)
{
    const struct maildir_entry *entry = &entries_of(folder)[index];
    where_out->place = (enum maildir_place)entry->place;
    snprintf(where_out->name, sizeof where_out->name, "%s", folder->names.at + entry->name);
}

static bool is_there(const struct maildir_folder *folder, const struct maildir_where *where)
{
    struct stat info;
    return fstatat(folder->dirs[where->place], where->name, &info, AT_SYMLINK_NOFOLLOW) == 0;
}

/* Where the list says it is. */
static bool find_in_list(const struct maildir_folder *folder, const char *base,
                         struct maildir_where *where_out)
{
    size_t low = 0, high = folder->listed ? maildir_folder_count(folder) : 0;
    uint64_t time = name_time(base);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct maildir_entry *entry = &entries_of(folder)[middle];
        int order = (entry->time > time) - (entry->time < time);
        if (!order)
            order = base_compare(maildir_base(folder->names.at + entry->name), span_of(base));
        if (!order) {
            maildir_folder_entry(folder, middle, where_out);
            return is_there(folder, where_out);
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

static bool find_in_place(const struct maildir_folder *folder, enum maildir_place place,
                          const char *base, struct maildir_where *where_out)
{
    DIR *stream = directory_stream(folder->dirs[place]);
    if (!stream)
        return false;
    const char *name;
    bool found = false;
    while (!found && (name = next_name(stream)))
        found = span_equal(maildir_base(name), span_of(base));
    int error = found ? 0 : errno;
    if (found) {
        where_out->place = place;
        snprintf(where_out->name, sizeof where_out->name, "%s", name);
    }
    closedir(stream);
    errno = error;
    return found;
}

bool maildir_folder_find(const struct maildir_folder *folder, const char *base,
                         struct maildir_where *where_out)
{
    errno = ENOENT;
    /* A key may come from a ledger that somebody wrote into: no path leads out of the folder. */
    if (!*base || *base == '.' || strpbrk(base, "/:") || strlen(base) > NAME_MAX)
        return false;
    if (find_in_list(folder, base, where_out))
        return true;
    where_out->place = MAILDIR_NEW;
    snprintf(where_out->name, sizeof where_out->name, "%s", base);
    if (is_there(folder, where_out))
        return true;
    /* Twice, for flags may change while the directory is read. */
    for (int turn = 0; turn < 2; turn++) {
        if (find_in_place(folder, MAILDIR_NEW, base, where_out) ||
            (errno == 0 && find_in_place(folder, MAILDIR_CUR, base, where_out)))
            return true;
        if (errno != 0)
            return false;
    }
    errno = ENOENT;
    return false;
}
