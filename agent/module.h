/* SPDX-License-Identifier: ISC */
/*
 * The module interface.  A module is a shared object with a text block beside it (NAME.module);
 * the block says which stage's work it does and for what, and is read without opening the object.
 * An author includes this header and nothing else; www4mail-module(3) is the manual.
 *
 * A module exports one symbol, `www4mail_module`, made by WWW4MAIL_MODULE.  Life of a module: its
 * block's tests hold -> opened -> handshake (api, size, name, stage, callback present) -> called ->
 * closed with its process.  It has no constructor, no writable data of its own, starts no thread,
 * never exits, never prints: it states one fault and returns a result.
 *
 * Rooms: a mailbox and a sender run in the mail process, gates, quota and fetchers in a worker,
 * readers, builders, extractors and renderers in the parse child, which has no files and no network.
 */
#ifndef WWW4MAIL_AGENT_MODULE_H
#define WWW4MAIL_AGENT_MODULE_H

#include "agent/base/buffer.h"
#include "agent/base/fault.h"
#include "agent/base/flat.h"
#include "agent/base/span.h"
#include "agent/base/stream.h"
#include "agent/reply/submission.h"
#include "agent/request/headers.h"
#include "agent/request/parts.h"
#include "agent/request/target.h"
#include "fetchers/mailbox/message.h"
#include "fetchers/web/page.h"
#include "render/document.h"
#include "render/facts.h"
#include "render/tree.h"

#include <stdint.h>

enum { WWW4MAIL_MODULE_API = 1 };

/* What a call comes to.  Anything but OK and PASS goes with a fault (www4mail_fault). */
enum module_result {
    MODULE_OK,
    MODULE_PASS,   /* not mine: ask the next */
    MODULE_NEED,   /* more targets must be fetched first */
    MODULE_ANSWER, /* enough is known to reply now */
    MODULE_RETRY,  /* temporary */
    MODULE_FAIL    /* the alternatives are tried, then the asker is told */
};

/*
 * One call of a module: its memory, its settings, its deadline, its fault.  Lives until the call
 * returns, its memory until the unit of work (poll, job, page) is over.
 */
struct call;

/* ---- services: all that a module may ask of the agent (agent/services.syms) ---- */

#define WWW4MAIL_SERVICE __attribute__((visibility("default")))

/* States the fault; `asker` is a plain sentence for the person, or NULL.  Returns `result`, so
 * that a module can end with `return www4mail_fault(...)`. */
#define www4mail_fault(call, result, code, asker, ...)                                             \
    www4mail_fault_at((call), (result), (code), __FILE__, __LINE__, (asker), __VA_ARGS__)
WWW4MAIL_SERVICE enum module_result
www4mail_fault_at(struct call *call, enum module_result result, enum fault_code code,
                  const char *file, int line, const char *asker, const char *format, ...)
    __attribute__((format(printf, 7, 8)));

/* The call's fault itself, for helpers that take one. */
WWW4MAIL_SERVICE struct fault *www4mail_call_fault(struct call *call);

/* The call's memory: zeroed; NULL when the unit of work has used up its share (then return
 * www4mail_fault(call, MODULE_FAIL, FAULT_MEMORY, ...)). */
WWW4MAIL_SERVICE struct arena *www4mail_arena(struct call *call);
WWW4MAIL_SERVICE void *www4mail_alloc(struct call *call, size_t size);

/* A setting by its key: what accounts.yaml says, else the block's default; NULL when neither.
 * In the mail process the key `password` gives the account's secret: it is asked for anew at every
 * call (password_command is run again), NULL and a fault when it cannot be had.  Keep no copy. */
WWW4MAIL_SERVICE const char *www4mail_setting(struct call *call, const char *key);

/* Milliseconds left for this call. */
WWW4MAIL_SERVICE int64_t www4mail_left_ms(struct call *call);

/* Of a sender: to be asked just before the last of a mail is handed over, where the carrier does not
 * recognise its own earlier copy.  A mail that may have gone out before is then known to be repeated,
 * also if the process dies now.  False: it must not be completed (SUBMISSION_NOT_SENT). */
WWW4MAIL_SERVICE bool www4mail_completing(struct call *call);

/* Connections to mail servers: the only way to open one. */
WWW4MAIL_SERVICE const struct stream_ops *www4mail_streams(struct call *call);

/* A line for the operator when he debugs (-vv). */
WWW4MAIL_SERVICE void www4mail_debug(struct call *call, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Appends to a document body or another result, within its maximum. */
WWW4MAIL_SERVICE bool www4mail_write(struct buffer *out, const void *bytes, size_t len);

/* ---- operations, one table a role ---- */

/* Where an examination is told, a line a step: what was found, or what to change. */
struct examination {
    void (*say)(void *context, bool ok, const char *format, ...)
        __attribute__((format(printf, 3, 4)));
    void *context;
};

/* A reply of ours that may have been sent: what to look for among the sent mails. */
struct sent_mail {
    const char *message_id; /* with angle brackets */
    const char *token;      /* the value of SUBMISSION_TOKEN_FIELD; "" none */
    int64_t since;          /* seconds since 1970: it was not sent before */
    bool found;             /* filled: one with that Message-ID or that token was read there */
};

/*
 * mailbox (stage lireadmail, settle).  State is one connection or one open folder.  Settling is
 * durable only once close has returned OK.
 */
struct mailbox_ops {
    enum module_result (*open)(struct call *call, void **state_out);
    /* The next waiting mail; *cursor is the module's, and 0 where a way through the mailbox starts,
     * of which a session may have two.  PASS: no more. */
    enum module_result (*list)(struct call *call, void *state, uint64_t *cursor,
                               struct message_key *key_out, uint64_t *size_out);
    /* The raw header block, up to and with the empty line, at most headers_out->max bytes. */
    enum module_result (*head)(struct call *call, void *state, const struct message_key *key,
                               struct buffer *headers_out);
    /* The whole raw mail into fd (an empty memory file); FAIL when it has more than max bytes. */
    enum module_result (*body)(struct call *call, void *state, const struct message_key *key,
                               int fd, uint64_t max);
    enum module_result (*settle)(struct call *call, void *state, const struct message_key *key,
                                 enum message_outcome outcome);
    /* Frees the state whatever the result; *state is NULL afterwards. */
    enum module_result (*close)(struct call *call, void **state);
    /* May be NULL.  How full the mailbox is, in bytes; limit -1: none.  PASS: it does not say. */
    enum module_result (*quota)(struct call *call, void *state, int64_t *used_out,
                                int64_t *limit_out);
    /* May be NULL.  For doctor: goes through everything that open, list and settle will need,
     * changes nothing, and tells each step. */
    enum module_result (*examine)(struct call *call, const struct examination *examination);
    /* May be NULL.  Looks for mails where the mailbox keeps what was sent (setting `sent_folder`;
     * where that is missing, the folder that the mailbox itself says), over a connection of its
     * own, and changes nothing.  OK: each `found` is what was read there; *where_out names the
     * place.  PASS: no such folder is kept.  Anything else: nothing is known. */
    enum module_result (*find_sent)(struct call *call, struct sent_mail *mails, size_t count,
                                    const char **where_out);
};

/* sender (stage submit).  State may hold a connection from one mail to the next; a module without
 * state leaves open and close NULL. */
struct sender_ops {
    enum module_result (*open)(struct call *call, void **state_out);
    /* OK with the outcome set whenever the carrier could be asked at all. */
    enum module_result (*submit)(struct call *call, void *state,
                                 const struct submission *submission,
                                 enum submission_outcome *outcome_out, const char **text_out);
    void (*close)(struct call *call, void **state);
    /* May be NULL.  For doctor, as in mailbox_ops; `sender` is the address replies come from. */
    enum module_result (*examine)(struct call *call, const struct examination *examination,
                                  const char *sender);
};

/* What is known when a gate is asked; NULL (or 0) where the stage that makes it has not run. */
struct gate_facts {
    const struct account *account;
    const struct flat *headers; /* HEADERS_SHAPE */
    const char *from;           /* the asker's address, domain in lower case */
    uint64_t message_size;      /* bytes */
    const struct target *target;
    const struct page *page;
    const struct flat *facts; /* FACTS_SHAPE */
};

enum verdict_action { VERDICT_DO, VERDICT_DROP, VERDICT_REFUSE };

struct verdict {
    enum verdict_action action;
    const char *rule;     /* "L4", "url-deny" ... */
    const char *reason;   /* DROP: for the log; REFUSE: a sentence for the asker */
    enum fault_code code; /* of a REFUSE */
};

/* gate (stages userauth, urlauth, fileauth).  The first verdict that is not DO ends the stage. */
struct gate_ops {
    enum module_result (*admit)(struct call *call, const struct gate_facts *facts,
                                struct verdict *verdict_out);
};

/* quota (stage urlauth; role: quota). */
struct quota_config {
    const char *account;
    struct call *call;                    /* settings by www4mail_setting */
    uint64_t ledger_kib, ledger_requests; /* this user's use in the running period */
};

struct quota_ops {
    /* 0 ok; -1 parameter format error; -2 quota system or internal error.  limit -1: no limit
     * known.  uptodate 1: measure now, 0: a cached figure will do.  errmsg: malloc'ed, freed by
     * the caller, for the operator's log. */
    int (*get_usage_limit)(const struct quota_config *config, const char *user, const char *homedir,
                           int uptodate, int64_t *usage_kib, int64_t *limit_kib, char **errmsg);
};

struct fetch_limits {
    uint64_t max_bytes; /* decoded bytes of the page */
    int64_t connect_ms;
    const char *user_agent;
    const char *proxy;                             /* URL, or NULL for none */
    const char *languages;                         /* Accept-Language, or NULL */
    const struct address_nets *allow, *deny, *own; /* see agent/base/address.h */
};

/* fetcher (stage browser).  One exchange; a redirect comes back in the page, it is not followed.
 * The call's deadline is the time for all of it. */
struct fetcher_ops {
    enum module_result (*fetch)(struct call *call, const struct target *target,
                                const struct fetch_limits *limits, struct page *page_out);
};

/* reader (stage parsemail).  Both write one flat table. */
struct reader_ops {
    enum module_result (*headers)(struct call *call, struct span header_block,
                                  struct buffer *headers_out);
    /* `html_to_text` turns an HTML part into text, its links behind their words. */
    enum module_result (*parts)(struct call *call, struct span mail,
                                bool (*html_to_text)(void *context, struct span html,
                                                     struct span charset, struct buffer *text_out),
                                void *context, struct buffer *parts_out);
};

/* What is declared of a page's bytes. */
struct page_hints {
    const char *url, *type, *charset, *language, *file_name;
    /* prepare opens only what nearly every page needs; a build that finds that it needs more states a
     * temporary fault, and is asked again where prepare opened all. */
    bool quick;
};

/* What a page may want beside itself, told by its builder in the facts (FACT_NEED). */
enum page_need { PAGE_NEED_STYLE, PAGE_NEED_FRAME };

/* A file that was fetched for a page, as it came. */
struct page_part {
    enum page_need need;
    const char *url;   /* as it was asked for */
    const char *found; /* where it was found, after redirects */
    const char *charset;
    struct span bytes;
};

/* builder (stage filter; role: builder): bytes -> facts and, for HTML, a tree.  The tree lives in
 * the call's arena; *tree_out stays NULL for what is no HTML. */
struct builder_ops {
    /* Opens what build needs from files (a database of file types), before files are taken away;
     * may be NULL.  *state_out is handed to build and freed with the process. */
    enum module_result (*prepare)(struct call *call, const struct page_hints *hints,
                                  void **state_out);
    enum module_result (*build)(struct call *call, void *state, struct span bytes,
                                const struct page_hints *hints, struct buffer *facts_out,
                                const struct tree **tree_out);
    /* May be NULL.  Hands over a file that the facts of an earlier build asked for, before build is
     * asked again; the part lives as long as the process.  *state is what prepare made, or is made
     * now. */
    enum module_result (*add)(struct call *call, void **state, const struct page_part *part);
};

/* What is to be rendered of a page. */
enum render_part {
    PART_PAGE,    /* all of it */
    PART_ARTICLE, /* its main text, with its links and images */
    PART_WORDS    /* its main text without numbers of links, images and captions */
};

struct render_options {
    enum format format;    /* FORMAT_TEXT, FORMAT_HTML or FORMAT_SOURCE; BOTH is asked as two */
    unsigned width;        /* columns */
    const char *mailto;    /* the account's address, for links that ask by mail; NULL: plain */
    size_t max_bytes;      /* of the body */
    enum render_part part; /* an extractor has seen to it; the tree is that part */
    bool blind; /* text: for readers who listen: no columns, no drawn lines, words for marks */
};

struct render_input {
    struct span bytes; /* of the page; empty when a tree is given and enough */
    const struct page_hints *hints;
    const struct flat *facts; /* FACTS_SHAPE */
    const struct tree *tree;  /* NULL for what is no HTML */
};

/* renderer (stage filter).  The document's texts live in the call's arena. */
struct renderer_ops {
    enum module_result (*render)(struct call *call, const struct render_input *input,
                                 const struct render_options *options,
                                 struct document *document_out);
};

/* What was found of a page to be rendered instead of it.  Texts are absent or empty where the page
 * does not say; they live in the call's arena. */
struct extract {
    const struct tree *tree;   /* NULL: the page as it is */
    struct span title, byline; /* one line each */
    struct span date;          /* as the page has it, ISO 8601 where it does */
    struct span image;         /* absolute URL of the picture that stands for the article */
    struct span note;          /* a sentence for the reader about where this was found */
};

/*
 * extractor (stage filter), asked before the renderer: for PART_ARTICLE and PART_WORDS the main text
 * of a page; for PART_PAGE what a page that shows next to nothing ships as data.  PASS: nothing to
 * say, the page is rendered as it is.
 */
struct extractor_ops {
    enum module_result (*extract)(struct call *call, const struct render_input *input,
                                  enum render_part part, struct extract *extract_out);
};

/* ---- the head ---- */

struct www4mail_module {
    uint32_t api;  /* WWW4MAIL_MODULE_API */
    uint32_t size; /* sizeof(struct www4mail_module) where it was compiled */
    const char *name, *stage, *role;
    /* Exactly the one of its role is set.  New fields come at the end. */
    const struct mailbox_ops *mailbox;
    const struct sender_ops *sender;
    const struct gate_ops *gate;
    const struct quota_ops *quota;
    const struct fetcher_ops *fetcher;
    const struct reader_ops *reader;
    const struct builder_ops *builder;
    const struct renderer_ops *renderer;
    const struct extractor_ops *extractor;
};

/* WWW4MAIL_MODULE("http", "browser", fetcher, &http_ops); */
#define WWW4MAIL_MODULE(module_name, stage_name, role_name, ops)                                   \
    extern const struct www4mail_module www4mail_module;                                           \
    __attribute__((visibility("default")))                                                         \
    const struct www4mail_module www4mail_module = {.api = WWW4MAIL_MODULE_API,                    \
                                                    .size = sizeof(struct www4mail_module),        \
                                                    .name = (module_name),                         \
                                                    .stage = (stage_name),                         \
                                                    .role = #role_name,                            \
                                                    .role_name = (ops)}

#endif
