/* SPDX-License-Identifier: ISC */
/* stages: THE table.  The core knows these stages and nothing else; all work is attached to them. */
#ifndef WWW4MAIL_AGENT_STAGES_H
#define WWW4MAIL_AGENT_STAGES_H

#include <stddef.h>

enum stage_scope { SCOPE_RUN, SCOPE_MESSAGE, SCOPE_TARGET };

/* symbol, name, scope, process, role of its modules ("" none), what it does */
#define STAGE_TABLE(X)                                                                             \
    X(LOAD_MODULES_LIST, "load_modules_list", RUN, "supervisor", "",                               \
      "read every .module block, check and order them; open nothing")                              \
    X(INIT, "init", RUN, "supervisor", "", "defaults")                                             \
    X(CMDLINE, "cmdline", RUN, "supervisor", "", "options")                                        \
    X(MAINCFG, "maincfg", RUN, "supervisor", "", "accounts.yaml and what it includes")             \
    X(DAEMON, "daemon", RUN, "supervisor", "", "notify the service manager; fork")                 \
    X(LIREADMAIL, "lireadmail", MESSAGE, "mail", "mailbox",                                        \
      "collect waiting mails into the ledger")                                                     \
    X(USERAUTH, "userauth", MESSAGE, "worker", "gate",                                             \
      "who is it, and may they: from headers and size alone")                                      \
    X(PARSEMAIL, "parsemail", MESSAGE, "parse", "reader",                                          \
      "MIME, charsets, quoted text, signatures; what is asked for")                                \
    X(GLOBALCMD, "globalcmd", MESSAGE, "worker", "", "verbs about the service: help")              \
    X(PROCESS, "process", MESSAGE, "worker", "", "the loop over the targets")                      \
    X(URLAUTH, "urlauth", TARGET, "worker", "gate", "URL and address rules, quota")                \
    X(URLDUPLICATE, "urlduplicate", TARGET, "worker", "",                                          \
      "the same page asked for twice in a mail: once")                                             \
    X(URLSPOOL, "urlspool", TARGET, "worker", "", "asked for later: a job of its own")             \
    X(BROWSER, "browser", TARGET, "worker", "fetcher", "fetch the page, redirects by hand")        \
    X(FILEAUTH, "fileauth", TARGET, "worker", "gate", "type and name rules, on the page's facts")  \
    X(FILTER, "filter", TARGET, "parse", "renderer", "page to document in the asked format")       \
    X(REPLY, "reply", TARGET, "worker", "", "documents to mails that fit, into the ledger")        \
    X(SUBMIT, "submit", MESSAGE, "mail", "sender", "hand the reply to its carrier")                \
    X(SETTLE, "settle", MESSAGE, "mail", "", "mark the mail answered in its mailbox")              \
    X(ENDRUN, "endrun", RUN, "supervisor", "", "account for the run, clean up, exit code")

enum stage_id {
#define STAGE_ENUM(symbol, name, scope, process, role, does) STAGE_##symbol,
    STAGE_TABLE(STAGE_ENUM)
#undef STAGE_ENUM
        STAGE_COUNT
};

struct stage {
    enum stage_id id;
    const char *name;
    enum stage_scope scope;
    const char *process;
    const char *role;
    const char *does;
};

extern const struct stage stages[STAGE_COUNT];

/* NULL when there is no stage of that name. */
const struct stage *stage_by_name(const char *name);
const char *stage_scope_name(enum stage_scope scope);

#endif
