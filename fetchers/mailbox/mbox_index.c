/* SPDX-License-Identifier: ISC */
/* One pass over a spool file: places and hashes.  Never maps the file, never writes. */
#include "fetchers/mailbox/mbox_index.h"

#include "fetchers/mailbox/mbox_lines.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool is_from_line(struct span line)
{
    return line.len >= 5 && memcmp(line.at, "From ", 5) == 0;
}

/* A mail's hash while its lines go by. */
struct digest {
    struct hash_running running;
    bool header, skip;
    /* An empty line waits: behind the last line it only parts the mail from the next. */
    size_t held;
    char held_bytes[2];
    uint64_t held_at;
};

static void digest_begin(struct digest *digest)
{
    hash_begin(&digest->running);
    digest->header = true;
    digest->skip = false;
    digest->held = 0;
}

/* Fields that mail programs change while the mail stays the same. */
static bool is_rewritten(struct span line)
{
    static const struct span names[] = {
        SPAN_LITERAL("Status:"),     SPAN_LITERAL("X-Status:"),       SPAN_LITERAL("X-UID:"),
        SPAN_LITERAL("X-Keywords:"), SPAN_LITERAL("Content-Length:"), SPAN_LITERAL("Lines:")};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (span_starts_nocase(line, names[i]))
            return true;
    return false;
}

static void digest_flush(struct digest *digest)
{
    hash_add(&digest->running, (struct span){digest->held_bytes, digest->held});
    digest->held = 0;
}

static void digest_line(struct digest *digest, const struct mbox_line *line)
{
    if (line->starts) {
        digest_flush(digest);
        if (mbox_line_is_empty(line)) {
            digest->header = digest->skip = false;
            digest->held = line->text.len;
            memcpy(digest->held_bytes, line->text.at, line->text.len);
            digest->held_at = line->at;
            return;
        }
        if (digest->header && line->text.at[0] != ' ' && line->text.at[0] != '\t')
            digest->skip = is_rewritten(line->text);
    }
    if (!digest->skip)
        hash_add(&digest->running, line->text);
}

void mbox_index_init(struct mbox_index *index)
{
    *index = (struct mbox_index){.order = NULL};
    buffer_init(&index->entries, MBOX_MAX_MAILS * sizeof(struct mbox_entry));
}

void mbox_index_free(struct mbox_index *index)
{
    buffer_free(&index->entries);
    free(index->order);
    mbox_index_init(index);
}

size_t mbox_index_count(const struct mbox_index *index)
{
    return index->entries.len / sizeof(struct mbox_entry);
}

struct mbox_entry *mbox_index_entry(const struct mbox_index *index, size_t place)
{
    return (struct mbox_entry *)(void *)index->entries.at + place;
}

/* What a scan knows between two lines. */
struct scan {
    struct mbox_index *index;
    struct mbox_entry entry; /* of the mail that goes by */
    struct digest digest;
    bool open;    /* there is such a mail */
    bool in_from; /* in its From_ line */
    bool after_empty;
};

static bool end_mail(struct scan *scan, uint64_t at)
{
    if (!scan->open)
        return true;
    scan->entry.end = scan->digest.held ? scan->digest.held_at : at;
    if (scan->in_from)
        scan->entry.start = scan->entry.end = at;
    scan->entry.hash = hash_end(&scan->digest.running);
    scan->open = false;
    if (mbox_index_count(scan->index) == MBOX_MAX_MAILS) {
        scan->index->cut = true;
        return true;
    }
    return buffer_add(&scan->index->entries, &scan->entry, sizeof scan->entry);
}

static void begin_mail(struct scan *scan, uint64_t at)
{
    memset(&scan->entry, 0, sizeof scan->entry);
    scan->entry.from = at;
    scan->open = scan->in_from = true;
    digest_begin(&scan->digest);
}

/* False when memory is short. */
static bool scan_line(struct scan *scan, const struct mbox_line *line)
{
    bool starts_mail = line->starts && scan->after_empty && is_from_line(line->text);
    scan->after_empty = mbox_line_is_empty(line);
    if (starts_mail) {
        if (!end_mail(scan, line->at))
            return false;
        begin_mail(scan, line->at);
    }
    if (scan->in_from) {
        scan->in_from = !line->ends;
        scan->entry.start = line->at + line->text.len;
    } else if (scan->open) {
        digest_line(&scan->digest, line);
    }
    return true;
}

static int order_compare(const void *left, const void *right, void *entries)
{
    const struct mbox_entry *all = entries;
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    int order = memcmp(all[a].hash.bytes, all[b].hash.bytes, HASH_BYTES);
    return order ? order : (a > b) - (a < b);
}

/* Sorts by hash and numbers the mails that are alike. */
static bool make_order(struct mbox_index *index)
{
    size_t count = mbox_index_count(index);
    if (count == 0)
        return true;
    index->order = calloc(count, sizeof *index->order);
    if (!index->order)
        return false;
    for (size_t i = 0; i < count; i++)
        index->order[i] = (uint32_t)i;
    qsort_r(index->order, count, sizeof *index->order, order_compare, index->entries.at);
    for (size_t i = 1; i < count; i++) {
        const struct mbox_entry *before = mbox_index_entry(index, index->order[i - 1]);
        struct mbox_entry *entry = mbox_index_entry(index, index->order[i]);
        if (memcmp(before->hash.bytes, entry->hash.bytes, HASH_BYTES) == 0)
            entry->copy = before->copy + 1;
    }
    return true;
}

enum mbox_scan mbox_index_scan(struct mbox_index *index, int fd)
{
    struct mbox_lines lines;
    struct mbox_line line = {0};
    struct scan scan = {.index = index, .after_empty = true};
    mbox_index_free(index);
    if (fstat(fd, &index->info) != 0)
        return MBOX_SCAN_FAILED;
    mbox_lines_open(&lines, fd, 0, UINT64_MAX);
    while (mbox_lines_next(&lines, &line)) {
        if (!scan_line(&scan, &line)) {
            errno = ENOMEM;
            return MBOX_SCAN_FAILED;
        }
        /* Empty lines may stand before the first mail, nothing else. */
        if (!scan.open && !mbox_line_is_empty(&line))
            return MBOX_NO_SPOOL;
    }
    errno = lines.error ? lines.error : ENOMEM;
    return !lines.error && end_mail(&scan, lines.at) && make_order(index) ? MBOX_SCANNED
                                                                          : MBOX_SCAN_FAILED;
}

struct mbox_entry *mbox_index_find(const struct mbox_index *index, const struct mbox_entry *like)
{
    size_t low = 0, high = mbox_index_count(index);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        struct mbox_entry *entry = mbox_index_entry(index, index->order[middle]);
        int order = memcmp(entry->hash.bytes, like->hash.bytes, HASH_BYTES);
        if (!order)
            order = (entry->copy > like->copy) - (entry->copy < like->copy);
        if (!order)
            return entry;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static bool read_hex(const char *text, struct hash *hash_out)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < 2 * HASH_BYTES; i++) {
        const char *digit = text[i] ? strchr(digits, text[i]) : NULL;
        if (!digit)
            return false;
        unsigned value = (unsigned)(digit - digits);
        hash_out->bytes[i / 2] =
            (unsigned char)(i % 2 ? hash_out->bytes[i / 2] | value : value << 4);
    }
    return true;
}

struct mbox_entry *mbox_index_find_uid(const struct mbox_index *index, const char *uid)
{
    struct mbox_entry like = {.copy = 0};
    uint64_t copy = 0;
    if (!read_hex(uid, &like.hash))
        return NULL;
    const char *rest = uid + HASH_HEX_SIZE - 1;
    if (*rest && (*rest != '-' || !span_to_u64(span_of(rest + 1), &copy) || copy > UINT32_MAX))
        return NULL;
    like.copy = (uint32_t)copy;
    return mbox_index_find(index, &like);
}

void mbox_entry_uid(const struct mbox_entry *entry, char uid_out[MBOX_UID_SIZE])
{
    char hex[HASH_HEX_SIZE];
    hash_to_hex(&entry->hash, hex);
    if (entry->copy)
        snprintf(uid_out, MBOX_UID_SIZE, "%s-%" PRIu32, hex, entry->copy);
    else
        snprintf(uid_out, MBOX_UID_SIZE, "%s", hex);
}

static bool same_file_state(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
           a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* Hashes the stretch of the entry again. */
static bool same_bytes(const struct mbox_entry *entry, int fd)
{
    struct mbox_lines lines;
    struct mbox_line line;
    struct digest digest;
    digest_begin(&digest);
    mbox_lines_open(&lines, fd, entry->start, entry->end);
    while (mbox_lines_next(&lines, &line))
        digest_line(&digest, &line);
    digest_flush(&digest);
    struct hash hash = hash_end(&digest.running);
    errno = lines.error;
    return !lines.error && memcmp(hash.bytes, entry->hash.bytes, HASH_BYTES) == 0;
}

bool mbox_index_holds(const struct mbox_index *index, const struct mbox_entry *entry, int fd)
{
    struct stat info;
    char start[5];
    if (fstat(fd, &info) != 0)
        return false;
    errno = 0;
    if ((uint64_t)info.st_size < entry->end)
        return false;
    if (pread(fd, start, sizeof start, (off_t)entry->from) != (ssize_t)sizeof start ||
        !is_from_line((struct span){start, sizeof start}))
        return false;
    return same_file_state(&info, &index->info) || same_bytes(entry, fd);
}
