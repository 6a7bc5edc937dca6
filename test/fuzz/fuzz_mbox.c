/* SPDX-License-Identifier: ISC */
/* A spool file: mails lie in order, within the file, each found again by its name; a flag that
 * another program writes into a mail changes no name. */
#include "test/fuzz/fuzz.h"

#include "agent/base/file.h"
#include "fetchers/mailbox/mbox_index.h"

#include <string.h>
#include <unistd.h>

static void check_entry(const struct mbox_index *index, size_t place, int fd, uint64_t size)
{
    const struct mbox_entry *entry = mbox_index_entry(index, place);
    char uid[MBOX_UID_SIZE];
    FUZZ_ASSERT(entry->from < entry->start && entry->start <= entry->end && entry->end <= size);
    if (place > 0)
        FUZZ_ASSERT(mbox_index_entry(index, place - 1)->end <= entry->from);
    mbox_entry_uid(entry, uid);
    FUZZ_ASSERT(strlen(uid) < sizeof uid && mbox_index_find_uid(index, uid) == entry);
    FUZZ_ASSERT(mbox_index_find(index, entry) == entry);
    FUZZ_ASSERT(mbox_index_holds(index, entry, fd));
}

static enum mbox_scan scan(struct span spool, struct mbox_index *index, int fd)
{
    FUZZ_ASSERT(ftruncate(fd, 0) == 0 && lseek(fd, 0, SEEK_SET) == 0);
    FUZZ_ASSERT(file_write_all(fd, spool.at, spool.len));
    FUZZ_ASSERT(lseek(fd, 0, SEEK_SET) == 0);
    enum mbox_scan result = mbox_index_scan(index, fd);
    FUZZ_ASSERT(result != MBOX_SCAN_FAILED);
    return result;
}

/* The spool with "Status: RO" as the first field of its first mail. */
static void check_status(struct span spool, const struct mbox_entry *first, int fd)
{
    struct buffer changed;
    struct mbox_index index;
    mbox_index_init(&index);
    buffer_init(&changed, spool.len + 100);
    buffer_add(&changed, spool.at, (size_t)first->start);
    buffer_add_text(&changed, "Status: RO\n");
    buffer_add_span(&changed, span_from(spool, (size_t)first->start));
    FUZZ_ASSERT(scan(buffer_span(&changed), &index, fd) == MBOX_SCANNED);
    FUZZ_ASSERT(mbox_index_count(&index) > 0);
    char next = first->start < spool.len ? spool.at[first->start] : '\n';
    if (next != ' ' && next != '\t') /* it would go on in the new field */
        FUZZ_ASSERT(
            memcmp(mbox_index_entry(&index, 0)->hash.bytes, first->hash.bytes, HASH_BYTES) == 0);
    mbox_index_free(&index);
    buffer_free(&changed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span spool = {(const char *)data, size};
    struct mbox_index index;
    int fd = file_in_memory("spool");
    FUZZ_ASSERT(fd >= 0);
    mbox_index_init(&index);
    if (scan(spool, &index, fd) == MBOX_SCANNED) {
        size_t count = mbox_index_count(&index);
        for (size_t i = 0; i < count; i++)
            check_entry(&index, i, fd, size);
        FUZZ_ASSERT(!mbox_index_find_uid(&index, "x") && !mbox_index_find_uid(&index, ""));
        const struct mbox_entry *first = count > 0 ? mbox_index_entry(&index, 0) : NULL;
        if (first && first->end > first->start && spool.at[first->start - 1] == '\n')
            check_status(spool, first, fd);
    }
    mbox_index_free(&index);
    close(fd);
    return 0;
}
