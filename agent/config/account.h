/* SPDX-License-Identifier: ISC */
/*
 * account: what accounts.yaml says, checked and complete with defaults; accounts.yaml(5) is the
 * manual.  No secret is ever in it, only where to ask for one.  All memory belongs to the
 * configuration's arena.
 */
#ifndef WWW4MAIL_AGENT_CONFIG_ACCOUNT_H
#define WWW4MAIL_AGENT_CONFIG_ACCOUNT_H

#include "agent/base/address.h"
#include "agent/base/arena.h"
#include "agent/base/fault.h"
#include "agent/request/target.h"

struct words {
    const char **words;
    size_t count;
};

/* A setting for a module: handed on as it is, checked against the module's own block. */
struct setting {
    const char *key, *value;
    unsigned line, column; /* where it stands in the file; 0 when it is a default */
};

struct settings {
    struct setting *settings;
    size_t count;
};

/* NULL when it is not there. */
const char *settings_get(const struct settings *settings, const char *key);

/* Where a password is asked for: one of these, or none of them. */
struct secret_source {
    struct words command;   /* a program and its arguments; no shell sees them */
    const char *file;       /* its first line */
    const char *credential; /* a name in the service manager's $CREDENTIALS_DIRECTORY */
    const char *key;        /* "password_file": which of them; NULL none */
    unsigned line, column;  /* of that key */
};

/* mailbox: or submission:, what the module of that kind is given. */
struct endpoint {
    const char *kind;         /* "maildir", "mbox" */
    const char *file;         /* where it stands, for faults; NULL when it came from no file */
    unsigned line, column;    /* of kind */
    struct settings settings; /* all other keys, `done` flattened to done.flag, done.move ... */
    struct secret_source secret;
};

/* What modules: says of one module, by its name. */
struct module_settings {
    const char *name;
    const char *file;      /* where it stands, for faults */
    unsigned line, column; /* of the name */
    struct settings settings;
};

/* What is done about a reply whose carrier took it all and never answered. */
enum in_doubt {
    IN_DOUBT_VERIFY, /* look for it among the sent mails, else send it once more */
    IN_DOUBT_RESEND, /* send it once more */
    IN_DOUBT_HOLD    /* nothing, until the operator says what */
};

/* What a kernel that lacks a part of the sandbox means. */
enum sandbox_policy { SANDBOX_REQUIRED, SANDBOX_IF_POSSIBLE };

struct account {
    const char *name;
    struct words formerly; /* names it had before */
    const char *address;   /* where people write to, domain in lower case */
    struct words aliases;
    struct endpoint mailbox, submission;
    enum in_doubt on_in_doubt;
    const char *sent_folder; /* of the mailbox, where its replies are kept; "": the mailbox says */
    int64_t poll_every;      /* seconds, daemon only */
    struct {
        struct words allow, deny; /* globs of addresses */
        bool accept_bcc;
    } senders;
    struct {
        struct words allow, deny; /* globs of URLs; empty allow: all */
        struct words schemes;
        struct {
            uint16_t *ports;
            size_t count;
        } ports; /* besides the schemes' own */
        struct address_nets allow_addresses, deny_addresses;
    } urls;
    struct {
        struct words deny_types, deny_extensions; /* globs */
    } files;
    struct {
        uint64_t requests_per_mail;
        uint64_t max_message; /* bytes; larger mails are never fetched whole */
        uint64_t page_bytes;  /* decoded */
        int64_t page_time;    /* seconds for one target, redirects included */
        uint64_t redirects;
        uint64_t page_parts; /* style sheets and frames fetched for one page */
    } limits;
    struct {
        enum format format; /* for a bare URL */
        uint64_t part;      /* bytes of one mail on the wire */
        uint64_t max;       /* bytes of all mails of one reply */
        unsigned width;     /* columns */
        bool blind;         /* text for readers who listen */
        int64_t keep_days;  /* links and parts are remembered so long */
        const char *footer; /* a line of the operator's, or "" */
    } replies;
};

struct config {
    struct arena *arena;
    const char *file;
    const char *state;        /* directory */
    const char *modules_dir;  /* NULL: where they were installed */
    int64_t ledger_keep_days; /* settled jobs are remembered so long */
    uint64_t ledger_max_size; /* bytes */
    uint64_t workers_min, workers_max;
    enum sandbox_policy sandbox;
    const char *contact;    /* for the User-Agent: mailto: or https:, or "" */
    const char *web_proxy;  /* URL or NULL */
    const char *mail_proxy; /* likewise; the default of every endpoint's `proxy` */
    struct module_settings *modules;
    size_t module_count;
    struct account *accounts;
    size_t account_count;
};

/*
 * Reads FILE and what it includes.  Every mistake is a fault (FAULT_CONFIG) that names file, line,
 * column and the mend; the first one ends the reading.  NULL then.
 */
struct config *config_read(const char *file, struct fault *fault);
/* accounts.yaml where it is looked for when no -c is given: $XDG_CONFIG_HOME/www4mail/ or
 * ~/.config/www4mail/, then /etc/www4mail/.  In `arena`; NULL when none is there. */
const char *config_find(struct arena *arena);
void config_free(struct config **config);

const struct account *config_account(const struct config *config, const char *name);

#endif
