/* SPDX-License-Identifier: ISC */
/* A module that ends its process wherever it stands: built with PLACE_... for its role, and STAGE for
 * a gate; the setting `how` says how.  What it does it for holds the word "poison". */
#include "agent/module.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PIECE = 1 << 20 };

static enum module_result eat_memory(struct call *call)
{
    volatile char *piece;
    while ((piece = malloc(PIECE)) != NULL)
        for (size_t i = 0; i < PIECE; i += 4096)
            piece[i] = 1;
    return www4mail_fault(call, MODULE_FAIL, FAULT_MEMORY, NULL, "the killer has no memory left");
}

static enum module_result die(struct call *call)
{
    const char *how = www4mail_setting(call, "how");
    volatile int forever = 1;
    if (strcmp(how, "segv") == 0)
        *(volatile int *)(uintptr_t)8 = 1;
    else if (strcmp(how, "abort") == 0)
        abort();
    else if (strcmp(how, "exit") == 0)
        _exit(0);
    else if (strcmp(how, "memory") == 0)
        return eat_memory(call);
    while (forever)
        continue;
    return MODULE_OK;
}

#ifdef PLACE_GATE
static enum module_result admit(struct call *call, const struct gate_facts *facts,
                                struct verdict *verdict_out)
{
    (void)verdict_out;
    bool meant = strstr(facts->target ? facts->target->url.text : facts->from, "poison");
    return meant ? die(call) : MODULE_OK;
}

static const struct gate_ops ops = {.admit = admit};
WWW4MAIL_MODULE("killer", STAGE, gate, &ops);
#endif

#ifdef PLACE_FETCHER
static enum module_result fetch(struct call *call, const struct target *target,
                                const struct fetch_limits *limits, struct page *page_out)
{
    (void)limits, (void)page_out;
    return strstr(target->url.text, "poison") ? die(call) : MODULE_PASS;
}

static const struct fetcher_ops ops = {.fetch = fetch};
WWW4MAIL_MODULE("killer", "browser", fetcher, &ops);
#endif

#ifdef PLACE_READER
static bool is_meant(struct span mail)
{
    return span_find(mail, SPAN_LITERAL("poison")) >= 0;
}

static enum module_result headers(struct call *call, struct span block, struct buffer *headers_out)
{
    (void)call, (void)block, (void)headers_out;
    return MODULE_PASS;
}

static enum module_result parts(struct call *call, struct span mail,
                                bool (*html_to_text)(void *context, struct span html,
                                                     struct span charset, struct buffer *text_out),
                                void *context, struct buffer *parts_out)
{
    (void)html_to_text, (void)context, (void)parts_out;
    return is_meant(mail) ? die(call) : MODULE_PASS;
}

static const struct reader_ops ops = {.headers = headers, .parts = parts};
WWW4MAIL_MODULE("killer", "parsemail", reader, &ops);
#endif

#ifdef PLACE_BUILDER
static enum module_result build(struct call *call, void *state, struct span bytes,
                                const struct page_hints *hints, struct buffer *facts_out,
                                const struct tree **tree_out)
{
    (void)state, (void)bytes, (void)facts_out, (void)tree_out;
    return strstr(hints->url, "poison") ? die(call) : MODULE_PASS;
}

static const struct builder_ops ops = {.build = build};
WWW4MAIL_MODULE("killer", "filter", builder, &ops);
#endif

#ifdef PLACE_PART
static enum module_result build(struct call *call, void *state, struct span bytes,
                                const struct page_hints *hints, struct buffer *facts_out,
                                const struct tree **tree_out)
{
    (void)call, (void)state, (void)bytes, (void)hints, (void)facts_out, (void)tree_out;
    return MODULE_PASS;
}

static enum module_result add(struct call *call, void **state, const struct page_part *part)
{
    (void)state;
    return strstr(part->url, "poison") ? die(call) : MODULE_OK;
}

static const struct builder_ops ops = {.build = build, .add = add};
WWW4MAIL_MODULE("killer", "filter", builder, &ops);
#endif

#ifdef PLACE_RENDERER
static enum module_result render(struct call *call, const struct render_input *input,
                                 const struct render_options *options,
                                 struct document *document_out)
{
    (void)options, (void)document_out;
    return strstr(input->hints->url, "poison") ? die(call) : MODULE_PASS;
}

static const struct renderer_ops ops = {.render = render};
WWW4MAIL_MODULE("killer", "filter", renderer, &ops);
#endif

#ifdef PLACE_MAILBOX
static enum module_result open_box(struct call *call, void **state_out)
{
    *state_out = NULL;
    return die(call);
}

static enum module_result list(struct call *call, void *state, uint64_t *cursor,
                               struct message_key *key_out, uint64_t *size_out)
{
    (void)call, (void)state, (void)cursor, (void)key_out, (void)size_out;
    return MODULE_PASS;
}

static enum module_result head(struct call *call, void *state, const struct message_key *key,
                               struct buffer *headers_out)
{
    (void)call, (void)state, (void)key, (void)headers_out;
    return MODULE_FAIL;
}

static enum module_result body(struct call *call, void *state, const struct message_key *key,
                               int fd, uint64_t max)
{
    (void)call, (void)state, (void)key, (void)fd, (void)max;
    return MODULE_FAIL;
}

static enum module_result settle(struct call *call, void *state, const struct message_key *key,
                                 enum message_outcome outcome)
{
    (void)call, (void)state, (void)key, (void)outcome;
    return MODULE_OK;
}

static enum module_result close_box(struct call *call, void **state)
{
    (void)call, (void)state;
    return MODULE_OK;
}

static const struct mailbox_ops ops = {.open = open_box,
                                       .list = list,
                                       .head = head,
                                       .body = body,
                                       .settle = settle,
                                       .close = close_box};
WWW4MAIL_MODULE("killer", "lireadmail", mailbox, &ops);
#endif

#ifdef PLACE_SENDER
static enum module_result submit(struct call *call, void *state,
                                 const struct submission *submission,
                                 enum submission_outcome *outcome_out, const char **text_out)
{
    (void)state, (void)submission;
    *outcome_out = SUBMISSION_NOT_SENT;
    *text_out = "";
    return die(call);
}

static const struct sender_ops ops = {.submit = submit};
WWW4MAIL_MODULE("killer", "submit", sender, &ops);
#endif
