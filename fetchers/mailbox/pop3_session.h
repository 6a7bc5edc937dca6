/* SPDX-License-Identifier: ISC */
/*
 * pop3_session: one signed-in session with a POP3 server (RFC 1939, 2449, 2595, 5034) on a stream.
 * Functions state their fault by the session's call.  After a fault of the stream or an answer
 * that is no POP3 the session is broken: nothing more is said on it, and nothing is asked again.
 * A session that is merely left (a text was not read to its end) may be opened anew.
 */
#ifndef WWW4MAIL_FETCHERS_MAILBOX_POP3_SESSION_H
#define WWW4MAIL_FETCHERS_MAILBOX_POP3_SESSION_H

#include "agent/module.h"
#include "fetchers/mailbox/pop3_lines.h"

enum {
    POP3_UID_MAX = 70,
    POP3_ENTRIES_MAX = 100000,
    POP3_ANSWER_BUDGET = 512 * 1024,
    POP3_LIST_BUDGET = 32 * 1024 * 1024
};

/* What CAPA said. */
struct pop3_capabilities {
    bool known; /* the server has CAPA */
    bool stls, user, plain, top, uidl;
};

/* A mail.  `number` holds for one session; 0: not there any more. */
struct pop3_entry {
    char uid[POP3_UID_MAX + 1];
    uint32_t number;
    uint64_t size; /* as LIST says; 0 unknown */
    bool deleted;
};

/* Mails in the order of their numbers, each number and each unique id once. */
struct pop3_entries {
    struct pop3_entry *all;
    size_t count, room;
    struct pop3_entry **by_uid;
    size_t left_out; /* mails that cannot be told apart by their unique ids */
};

struct pop3_session {
    struct call *call;                     /* of the operation that is going on */
    const struct examination *examination; /* NULL unless doctor asks */
    struct stream *stream;                 /* NULL: not open */
    struct pop3_lines lines;
    struct pop3_capabilities capabilities;
    struct pop3_entries entries; /* of the first session; a later one only numbers them anew */
    bool listed;
    uint64_t stat_bytes; /* of all mails, as STAT says */
    bool broken;
    bool no_top;    /* TOP was refused */
    bool delete;    /* done.delete */
    size_t deleted; /* DELE that QUIT has yet to make true */
    bool undone;    /* a session was left with such */
};

/* Connects, makes TLS, signs in.  RETRY or FAIL with nothing left open. */
enum module_result pop3_session_open(struct pop3_session *session);

/* Closes the connection as it is, without QUIT. */
void pop3_session_leave(struct pop3_session *session);

/* An answer's first line: OK, or PASS for -ERR; the text behind the word holds until the next
 * line is read.  RETRY: the session is broken. */
enum module_result pop3_answer(struct pop3_session *session, const char *asked,
                               struct span *text_out);

/* The same to AUTH: NEED where the server asks for more (RFC 5034). */
enum module_result pop3_sasl_answer(struct pop3_session *session, struct span *text_out);

/* Sends a command and reads its answer's first line. */
enum module_result pop3_command(struct pop3_session *session, struct span *text_out,
                                const char *format, ...) __attribute__((format(printf, 3, 4)));

/* The next line of a list; OK, PASS at its end, RETRY when broken. */
enum module_result pop3_list_line(struct pop3_session *session, struct span *line_out);

/* The same at the level of bytes, for commands that hold secrets. */
bool pop3_send(struct pop3_session *session, struct span bytes);

/* States the stream's fault and marks the session broken. */
enum module_result pop3_stream_fault(struct pop3_session *session);

/* What a server wrote, fit to be shown: printable ASCII, cut; in the call's memory. */
const char *pop3_shown(struct pop3_session *session, struct span text);

/* Is a refusal only for now (RFC 2449, 3206)? */
bool pop3_is_temporary(struct span text);

/* A step of an examination; does nothing when there is none. */
void pop3_say(struct pop3_session *session, bool ok, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* ---- pop3_connect.c: settings, connection, TLS ---- */

enum module_result pop3_connect(struct pop3_session *session);

/* ---- pop3_sign_in.c ---- */

enum module_result pop3_sign_in(struct pop3_session *session);

/* ---- pop3_entries.c ---- */

/* STAT, UIDL and LIST: makes the entries, or numbers them anew. */
enum module_result pop3_entries_read(struct pop3_session *session);
/* NULL when it is not there. */
struct pop3_entry *pop3_entries_find(const struct pop3_entries *entries, const char *uid);
void pop3_entries_free(struct pop3_entries *entries);

/* ---- pop3_examine.c ---- */

enum module_result pop3_examine(struct call *call, const struct examination *examination);

#endif
