/* SPDX-License-Identifier: ISC */
/*
 * feed: a list of what is new somewhere: RSS 0.9x, 1.0 and 2.0, Atom (RFC 4287, and 0.3 before it),
 * JSON Feed 1.  Readers fill it, feed_write makes the tree.  Texts lie in the arena.
 */
#ifndef WWW4MAIL_RENDER_FEED_H
#define WWW4MAIL_RENDER_FEED_H

#include "render/page/building.h"

enum { FEED_MAX_ENTRIES = 100000 };

/* Words, or somebody's HTML. */
struct feed_words {
    struct span text;
    bool html;
};

/* What comes with an entry: an episode, a picture. */
struct feed_file {
    struct span url, type;
    uint64_t size; /* bytes; 0 unknown */
};

struct feed_entry {
    struct feed_words title, summary, content;
    struct span link, date, author, base;
    uint32_t first_file, file_count;
};

struct feed {
    struct arena *arena;
    struct feed_words title, subtitle;
    struct span link, language, base;
    struct buffer entries, files; /* struct feed_entry, struct feed_file */
    bool damaged;                 /* it ends where it could not be read on */
};

void feed_init(struct feed *feed, struct arena *arena);
void feed_free(struct feed *feed);
size_t feed_count(const struct feed *feed);

/* A new last entry, the last entry; NULL when there are too many, or none. */
struct feed_entry *feed_add(struct feed *feed);
struct feed_entry *feed_last(const struct feed *feed);

/* A file of the last entry; does nothing when there is no entry. */
void feed_add_file(struct feed *feed, const struct feed_file *file);

/* Makes the tree; false when memory is short.  Settings: entries, summary. */
bool feed_write(struct building *building, const struct feed *feed);

/* "2024-05-01 10:00 UTC" of a date as feeds write them (RFC 822, RFC 3339), in the zone that it is
 * given in; what is neither, as it is. */
struct span feed_date(struct arena *arena, struct span text);

/* ---- feed_mend.c ---- */

/* What feeds get wrong although it is XML: blanks at the start, stray ampersands, characters that
 * XML does not have. */
void feed_mend(struct span text, struct buffer *out);

/* The charset that an XML declaration names; absent when none does. */
struct span feed_charset(struct span bytes);

/* ---- feed_xml.c ---- */

/* False when memory is short. */
bool feed_read_xml(struct feed *feed, struct span xml);

#endif
