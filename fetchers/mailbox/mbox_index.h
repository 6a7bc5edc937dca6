/* SPDX-License-Identifier: ISC */
/*
 * mbox_index: where the mails of a spool file are and what they are called.  A mail starts with
 * "From " at the start of the file or after an empty line; no Content-Length is believed.  Its name
 * is the SHA-256 of its bytes without the From_ line and without the fields that mail programs
 * rewrite in place, so that it keeps it when others touch the file.
 */
#ifndef WWW4MAIL_FETCHERS_MAILBOX_MBOX_INDEX_H
#define WWW4MAIL_FETCHERS_MAILBOX_MBOX_INDEX_H

#include "agent/base/buffer.h"
#include "agent/base/hash.h"

#include <sys/stat.h>

enum { MBOX_UID_SIZE = HASH_HEX_SIZE + 12, MBOX_MAX_MAILS = 1024 * 1024 };

struct mbox_entry {
    uint64_t from;       /* of the From_ line */
    uint64_t start, end; /* of the mail, without the empty line that parts it from the next */
    struct hash hash;
    uint32_t copy; /* how many mails with the same hash stand before it */
    bool settled;
};

enum mbox_scan { MBOX_SCANNED, MBOX_NO_SPOOL, MBOX_SCAN_FAILED };

struct mbox_index {
    struct buffer entries; /* struct mbox_entry, in the order of the file */
    uint32_t *order;       /* places of entries, by hash, then copy */
    struct stat info;      /* of the file when it was scanned */
    bool cut;              /* there are more than MBOX_MAX_MAILS */
};

void mbox_index_init(struct mbox_index *index);
void mbox_index_free(struct mbox_index *index);

/* Reads the file once; errno on MBOX_SCAN_FAILED.  MBOX_NO_SPOOL: it starts with no From_ line. */
enum mbox_scan mbox_index_scan(struct mbox_index *index, int fd);

size_t mbox_index_count(const struct mbox_index *index);
struct mbox_entry *mbox_index_entry(const struct mbox_index *index, size_t place);

/* NULL when there is no such mail. */
struct mbox_entry *mbox_index_find(const struct mbox_index *index, const struct mbox_entry *like);
struct mbox_entry *mbox_index_find_uid(const struct mbox_index *index, const char *uid);

void mbox_entry_uid(const struct mbox_entry *entry, char uid_out[MBOX_UID_SIZE]);

/* The mail is still where the index says.  False: it is not (errno 0), or reading failed. */
bool mbox_index_holds(const struct mbox_index *index, const struct mbox_entry *entry, int fd);

#endif
