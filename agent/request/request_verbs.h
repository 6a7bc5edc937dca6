/* SPDX-License-Identifier: ISC */
/* request_verbs: the words of the request language, www4mail-commands(7), and what they take. */
#ifndef WWW4MAIL_AGENT_REQUEST_REQUEST_VERBS_H
#define WWW4MAIL_AGENT_REQUEST_REQUEST_VERBS_H

#include "agent/request/request.h"

enum verb_takes {
    TAKES_URL,      /* one address or several */
    TAKES_PAGE,     /* an address, or a number */
    TAKES_INFO,     /* an address, or nothing: then it asks for help */
    TAKES_URL_REST, /* an address, and everything behind it */
    TAKES_TOPIC,    /* a word, or nothing */
    TAKES_NOTHING,
    TAKES_NUMBER, /* a few words, one of them with a digit */
    TAKES_WORD,   /* exactly one */
    TAKES_WORDS,  /* any, at least one */
    TAKES_OPTION  /* sets something that has no effect; passed over, the line goes on */
};

struct verb_entry {
    const char *word; /* upper case */
    enum verb verb;
    enum verb_takes takes;
};

/* NULL when it is no word of the language.  Case does not matter. */
const struct verb_entry *request_verb_find(struct span word);

#endif
