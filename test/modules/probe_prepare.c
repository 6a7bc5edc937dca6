/* SPDX-License-Identifier: ISC */
/* A builder whose prepare tries what the zygote may do: it runs in the zygote's child before that
 * has given up the rest.  The environment carries what came of it to probe_parse. */
#include "test/modules/probe.h"

static enum module_result prepare(struct call *call, const struct page_hints *hints,
                                  void **state_out)
{
    struct buffer out;
    (void)call, (void)hints, (void)state_out;
    buffer_init(&out, 8192);
    probe_all("zygote", &out);
    buffer_printf(&out, "zygote: be given a password: %s\n",
                  www4mail_setting(call, "password") ? "yes" : "no");
    buffer_add(&out, "", 1);
    setenv("PROBE_ZYGOTE", out.at, 1);
    buffer_free(&out);
    return MODULE_PASS;
}

static enum module_result build(struct call *call, void *state, struct span bytes,
                                const struct page_hints *hints, struct buffer *facts_out,
                                const struct tree **tree_out)
{
    (void)call, (void)state, (void)bytes, (void)hints, (void)facts_out, (void)tree_out;
    return MODULE_PASS;
}

static const struct builder_ops ops = {.prepare = prepare, .build = build};

WWW4MAIL_MODULE("probe_prepare", "filter", builder, &ops);
