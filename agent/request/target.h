/* SPDX-License-Identifier: ISC */
/*
 * target: one order of a request made definite: this URL, in this format.  Made by the pipeline
 * from an order; texts live as long as the job.
 */
#ifndef WWW4MAIL_AGENT_REQUEST_TARGET_H
#define WWW4MAIL_AGENT_REQUEST_TARGET_H

#include "agent/base/url.h"

#include <stdint.h>

enum format { FORMAT_TEXT, FORMAT_HTML, FORMAT_BOTH, FORMAT_SOURCE, FORMAT_ARTICLE };

struct target {
    enum format format;
    const char *asked;   /* as the person wrote it, for the reply */
    struct url url;      /* canonical; what is compared, judged and fetched */
    bool scheme_guessed; /* the person gave none: https first, then http */
    unsigned hops;       /* redirects followed so far */
    bool blind;          /* text laid out for readers who listen */
};

/* "text", "html", "both", "source", "article": the words of accounts.yaml and of `when` tests. */
const char *format_name(enum format format);

#endif
