/* SPDX-License-Identifier: ISC */
/*
 * maildir_folder: one Maildir as directories and names.  Lists what waits, finds a mail again by
 * its base name wherever another program has put it, merges flags.  Never reads tmp/, never opens
 * anything but regular files.  Functions that can fail give false and errno.
 */
#ifndef WWW4MAIL_FETCHERS_MAILBOX_MAILDIR_FOLDER_H
#define WWW4MAIL_FETCHERS_MAILBOX_MAILDIR_FOLDER_H

#include "agent/base/buffer.h"

#include <limits.h>

enum maildir_place { MAILDIR_NEW, MAILDIR_CUR };

/* A mail in the list; its file name stands in the list's names. */
struct maildir_entry {
    uint64_t time; /* the number at the start of the name */
    uint32_t name; /* offset */
    uint32_t place;
};

struct maildir_folder {
    int dirs[2];           /* by maildir_place; -1 when not open */
    struct buffer entries; /* struct maildir_entry, by time, then base name */
    struct buffer names;
    bool listed, cut; /* cut: more wait than the list may hold */
};

/* Where a mail is now. */
struct maildir_where {
    enum maildir_place place;
    char name[NAME_MAX + 1];
};

bool maildir_folder_open(const char *path, struct maildir_folder *folder_out);
void maildir_folder_close(struct maildir_folder *folder);

/* Makes the Maildir (0700) where it is missing; its parent must be there. */
bool maildir_folder_make(const char *path);

/* Reads the list of what waits, anew: all of new/, and of cur/ what has neither S nor T and not
 * all of the flags in `done`. */
bool maildir_folder_list(struct maildir_folder *folder, const char *done);
size_t maildir_folder_count(const struct maildir_folder *folder);
void maildir_folder_entry(const struct maildir_folder *folder, size_t index,
                          struct maildir_where *where_out);

/* False with errno ENOENT when no mail of that base name is in new/ or cur/. */
bool maildir_folder_find(const struct maildir_folder *folder, const char *base,
                         struct maildir_where *where_out);

/* The name up to its ':'. */
struct span maildir_base(const char *name);

/* The name that the mail has with these flags besides its own, in ASCII order.  False when it
 * does not fit. */
bool maildir_name_with(const char *name, const char *flags, char name_out[NAME_MAX + 1]);

#endif
