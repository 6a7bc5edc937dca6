/* SPDX-License-Identifier: ISC */
/*
 * imap_box: one session with an IMAP server (RFC 3501), between the files of this module.  Every
 * function that fails has stated its fault by the call.  Answers to commands are IMAP_NO (the
 * server refused, the session goes on) or IMAP_LOST (a fault is stated, the session is dead and
 * every later command fails): after a broken connection or an answer that could not be read the
 * next answers would be taken for other commands'.
 */
#ifndef WWW4MAIL_FETCHERS_MAILBOX_IMAP_BOX_H
#define WWW4MAIL_FETCHERS_MAILBOX_IMAP_BOX_H

#include "agent/module.h"

#include <libetpan/libetpan.h>

enum {
    IMAP_SMALL_BUDGET = 1 << 20, /* bytes of an answer: libetpan needs ten times as much memory */
    IMAP_SEARCH_BUDGET = 4 << 20,
    IMAP_BATCH = 100, /* mails whose sizes are asked at once */
    IMAP_COMMAND_BYTES = 8 * 1024,
    IMAP_SAID_BYTES = 200
};

enum imap_capability {
    IMAP_CAN_STARTTLS = 1,
    IMAP_LOGIN_DISABLED = 2,
    IMAP_CAN_UIDPLUS = 4,
    IMAP_CAN_MOVE = 8,
    IMAP_CAN_NAMESPACE = 16,
    IMAP_CAN_QUOTA = 32,
    IMAP_CAN_LIST_EXTENDED = 64
};

enum imap_answer { IMAP_OK, IMAP_NO, IMAP_LOST };

struct imap_box {
    const struct stream_ops *ops;
    struct stream *stream; /* the session's: freed with it */
    mailimap *session;
    bool lost;
    const char *hint;                 /* what to look at when the connection fails now */
    bool signed_in;                   /* by the greeting (PREAUTH) */
    const struct examination *told;   /* NULL but for doctor */
    unsigned capabilities;            /* enum imap_capability */
    char *where;                      /* "host:port" */
    const char *host, *user;          /* of the settings */
    const char *folder, *flag, *move; /* of the settings; "" none */
    enum stream_tls tls;
    bool remove;
    char *wire_folder, *wire_move; /* names as the server has them (modified UTF-7) */
    char *prefix;                  /* of this user's folders; NULL until asked for */
    const char *mark;              /* the flag that is really set; "" none */
    int64_t uidvalidity;
    uint64_t exists;
    uint32_t *uids; /* that wait, ascending */
    size_t uid_count, uid_room;
    bool search_failed;         /* memory was short for it */
    uint64_t sizes[IMAP_BATCH]; /* of uids[batch_from...]; UINT64_MAX: it is gone */
    size_t batch_from, batch_count;
    char uid[11];               /* of the key given out last */
    char said[IMAP_SAID_BYTES]; /* what the server said last, fit to be shown */
};

/* ---- imap_open.c, imap_sign_in.c ---- */

/* From the settings to a session that has signed in; *box_out is to be closed in any case. */
enum module_result imap_enter(struct call *call, const struct examination *told,
                              struct imap_box **box_out);
/* The same, and on to the selected folder. */
enum module_result imap_connect(struct call *call, const struct examination *told,
                                struct imap_box **box_out);
enum module_result imap_sign_in(struct call *call, struct imap_box *box);
/* Says goodbye where that is safe; frees. */
void imap_close(struct call *call, struct imap_box **box);

/* ---- imap_command.c ---- */

/* Sends a command whose answer is read with libetpan (FETCH, LIST): results are in
 * session->imap_response_info. */
enum imap_answer imap_command(struct call *call, struct imap_box *box, uint64_t budget,
                              const char *command);

/* One of whose answer nothing but the outcome counts. */
__attribute__((format(printf, 3, 4))) enum imap_answer
imap_ask(struct call *call, struct imap_box *box, const char *format, ...);

/* What a libetpan function returned. */
enum imap_answer imap_answer_of(struct call *call, struct imap_box *box, int result);

/* States why the session cannot go on; IMAP_LOST. */
__attribute__((format(printf, 3, 4))) enum imap_answer
imap_lose(struct call *call, struct imap_box *box, const char *format, ...);

/* The fault of a session that was lost, or `code` with the server's words. */
__attribute__((format(printf, 5, 6))) enum module_result
imap_refused(struct call *call, struct imap_box *box, enum imap_answer answer, enum fault_code code,
             const char *format, ...);

/* Capabilities anew: what was known before is forgotten. */
enum imap_answer imap_ask_capabilities(struct call *call, struct imap_box *box);

/* Does the server's last answer begin with this response code, "[NAME"? */
bool imap_has_code(const struct imap_box *box, const char *name);

/* Does it say that the refusal may pass by itself (RFC 5530)? */
bool imap_is_passing(const struct imap_box *box);

/* Tells the doctor, when there is one. */
#define imap_tell(box, ok, ...)                                                                    \
    do {                                                                                           \
        if ((box)->told)                                                                           \
            (box)->told->say((box)->told->context, (ok), __VA_ARGS__);                             \
    } while (0)

/* ---- imap_lines.c: answers that libetpan crashes on, cuts to 32 bits or needs not read ---- */

/* Reads one line with the literals in it, without its CRLF; good until the next is read. */
enum imap_answer imap_read_line(struct call *call, struct imap_box *box, struct span *line_out);

/* Sends bytes as they are. */
enum imap_answer imap_send(struct call *call, struct imap_box *box, const char *bytes, size_t len);

/* Sends `command` with a new tag; `budget` bytes may come in answer. */
enum imap_answer imap_send_command(struct call *call, struct imap_box *box, uint64_t budget,
                                   const char *command);

/* Reads lines until the answer to the command with the session's current tag; `use` (may be NULL)
 * is given each untagged line, without "* ". */
enum imap_answer imap_read_answer(struct call *call, struct imap_box *box,
                                  void (*use)(void *context, struct span line), void *context);

/* Sends `command` and reads its answer so. */
enum imap_answer imap_lines(struct call *call, struct imap_box *box, const char *command,
                            void (*use)(void *context, struct span line), void *context);

/* ---- imap_names.c ---- */

/* UTF-8 into modified UTF-7 (RFC 3501, 5.1.3); malloc'ed.  NULL: bad UTF-8 or a control character
 * (errno EILSEQ), memory (ENOMEM). */
char *imap_name_encode(const char *name);

/* Appends a quoted string. */
void imap_quote(struct buffer *out, const char *text);

/* True for a system flag (\Seen) or an atom that can be a keyword; false for all else. */
bool imap_flag_is_good(const char *flag);

/* ---- imap_folder.c ---- */

/* Selects the folder, under the user's prefix where the bare name is refused; finds out its
 * UIDVALIDITY and which flag can be kept. */
enum module_result imap_select(struct call *call, struct imap_box *box);

/* The malloc'ed name under the user's prefix; NULL when there is none or it has it already, or
 * when the session is lost. */
char *imap_name_with_prefix(struct call *call, struct imap_box *box, const char *name);

/* ---- imap_fetch.c ---- */

/* Finds what waits. */
enum module_result imap_search(struct call *call, struct imap_box *box);
enum module_result imap_list(struct call *call, void *state, uint64_t *cursor,
                             struct message_key *key_out, uint64_t *size_out);
enum module_result imap_head(struct call *call, void *state, const struct message_key *key,
                             struct buffer *headers_out);
enum module_result imap_body(struct call *call, void *state, const struct message_key *key, int fd,
                             uint64_t max);

/* Is the key of this folder as it is now, with a UID? */
bool imap_key_holds(const struct imap_box *box, const struct message_key *key, uint32_t *uid_out);

/* What a FETCH response says of one mail; texts are the session's, until its next command. */
struct imap_fetched {
    uint32_t uid;
    uint64_t size; /* 0: not said */
    const struct mailimap_msg_att_body_section *section;
};

/* The responses to the last FETCH: clist_content is a struct mailimap_msg_att *. */
clistiter *imap_fetch_results(const struct imap_box *box);
struct imap_fetched imap_read_fetched(const struct mailimap_msg_att *att);

/* ---- imap_sent.c, imap_sent_folder.c: a reply that may have been sent ---- */

/* The folders to look in, in this order: named by `sent_folder`, or by their special use. */
enum { IMAP_SENT_FOLDERS = 2 };

struct imap_sent_folders {
    char *names[IMAP_SENT_FOLDERS]; /* as the server has them, malloc'ed; NULL none */
    bool named;                     /* by `sent_folder`: names[0] may not be there */
};

enum module_result imap_find_sent_folders(struct call *call, struct imap_box *box,
                                          struct imap_sent_folders *folders_out);
void imap_free_sent_folders(struct imap_sent_folders *folders);
/* EXAMINE: as SELECT, but nothing can be changed.  IMAP_NO: no such folder. */
enum imap_answer imap_look_into(struct call *call, struct imap_box *box, const char *name);

enum module_result imap_find_sent(struct call *call, struct sent_mail *mails, size_t count,
                                  const char **where_out);

/* ---- imap_settle.c, imap_quota.c, imap_examine.c ---- */

enum module_result imap_settle(struct call *call, void *state, const struct message_key *key,
                               enum message_outcome outcome);
enum module_result imap_quota(struct call *call, void *state, int64_t *used_out,
                              int64_t *limit_out);
enum module_result imap_examine(struct call *call, const struct examination *examination);

#endif
