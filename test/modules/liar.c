/* SPDX-License-Identifier: ISC */
/* A renderer that, in a parse child that was taken over, lies to the worker on its pipe.  The page's
 * address says how. */
#include "agent/module.h"

#include <string.h>
#include <unistd.h>

enum { ANSWERS = 4, RENDER = 4 };

static void send_frame(uint32_t kind, uint32_t announced, const char *bytes, size_t len)
{
    const uint32_t head[] = {kind, announced};
    if (write(ANSWERS, head, sizeof head) < 0 || write(ANSWERS, bytes, len) < 0)
        _exit(1);
}

static enum module_result lie(struct call *call, const struct render_input *input,
                              const struct render_options *options, struct document *document_out)
{
    static const char garbage[] = "\1\2\3\4 garbage that is no table, and long enough for a head";
    const char *url = input->hints->url;
    (void)call;
    (void)options;
    (void)document_out;
    if (strstr(url, "kind"))
        send_frame(77, 4, garbage, 4);
    else if (strstr(url, "length"))
        send_frame(RENDER, UINT32_MAX, garbage, sizeof garbage);
    else if (strstr(url, "short"))
        send_frame(RENDER, 1000, garbage, sizeof garbage);
    else if (strstr(url, "table"))
        send_frame(RENDER, sizeof garbage, garbage, sizeof garbage);
    else if (strstr(url, "nothing"))
        send_frame(RENDER, 0, garbage, 0);
    _exit(0);
}

static const struct renderer_ops ops = {.render = lie};

WWW4MAIL_MODULE("liar", "filter", renderer, &ops);
