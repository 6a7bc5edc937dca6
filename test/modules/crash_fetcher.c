/* SPDX-License-Identifier: ISC */
/* A fetcher that ends its worker over any page whose address holds "poison", and leaves the others
 * to the next. */
#include "agent/module.h"

#include <stdlib.h>
#include <string.h>

static enum module_result crash(struct call *call, const struct target *target,
                                const struct fetch_limits *limits, struct page *page_out)
{
    (void)call;
    (void)limits;
    (void)page_out;
    if (strstr(target->url.text, "poison"))
        abort();
    return MODULE_PASS;
}

static const struct fetcher_ops ops = {.fetch = crash};

WWW4MAIL_MODULE("crash_fetcher", "browser", fetcher, &ops);
