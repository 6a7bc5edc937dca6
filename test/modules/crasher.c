/* SPDX-License-Identifier: ISC */
/* A gate that ends its worker over any page whose address holds "poison". */
#include "agent/module.h"

#include <stdlib.h>
#include <string.h>

static enum module_result crash(struct call *call, const struct gate_facts *facts,
                                struct verdict *verdict_out)
{
    (void)call;
    (void)verdict_out;
    if (facts->target && strstr(facts->target->url.text, "poison"))
        abort();
    return MODULE_OK;
}

static const struct gate_ops ops = {.admit = crash};

WWW4MAIL_MODULE("crasher", "urlauth", gate, &ops);
