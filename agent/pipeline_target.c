/* SPDX-License-Identifier: ISC */
/* The target stages: urlauth, urlduplicate, browser with its redirects, and on to filter. */
#include "agent/work.h"

#include "agent/base/clock.h"
#include "agent/base/log.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What hangs beyond all its own limits (a name look-up, say) is ended after the slack. */
enum { CONNECT_MS = 10000, FETCH_SLACK_MS = 60000 };

enum { FORMATS_MAX = 16 };

/* ---- order to target ---- */

static enum format format_of(const struct work *work, enum verb verb)
{
    switch (verb) {
    case VERB_TEXT:
    case VERB_BLIND:
        return FORMAT_TEXT;
    case VERB_HTML:
        return FORMAT_HTML;
    case VERB_BOTH:
        return FORMAT_BOTH;
    case VERB_SOURCE:
        return FORMAT_SOURCE;
    case VERB_ARTICLE:
        return FORMAT_ARTICLE;
    default:
        return work->account->replies.format;
    }
}

static bool has_scheme(struct span url)
{
    ptrdiff_t colon = span_find(url, SPAN_LITERAL("://"));
    struct span scheme = {url.at, colon < 0 ? 0 : (size_t)colon};
    for (size_t i = 0; i < scheme.len; i++)
        if (scheme.at[i] == '/' || scheme.at[i] == '?' || scheme.at[i] == '.')
            return false;
    return scheme.len > 0;
}

/* `mailto:x`, `javascript:x`: no authority, but no host name either. */
static bool is_other_scheme(struct span url)
{
    static const char *const schemes[] = {
        "mailto:", "javascript:", "data:", "file:", "about:", "tel:", "cid:"};
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
        if (span_starts_nocase(url, span_of(schemes[i])))
            return true;
    return false;
}

static bool make_target(struct work *work, const struct order *order, struct target *target_out,
                        struct fault *fault)
{
    struct span asked = span_of(order->argument);
    *target_out =
        (struct target){.format = format_of(work, order->verb),
                        .asked = order->argument,
                        .blind = order->verb == VERB_BLIND || work->account->replies.blind,
                        .scheme_guessed = !has_scheme(asked) && !is_other_scheme(asked)};
    if (target_out->scheme_guessed)
        asked = span_of(arena_printf(work->arena, "https://%s", order->argument));
    return url_parse(work->arena, asked, &target_out->url, fault);
}

static void set_target_fields(struct work *work, const struct target *target)
{
    work->fields.values[FIELD_TARGET_SCHEME] = target->url.scheme;
    work->fields.values[FIELD_TARGET_HOST] = target->url.host;
    work->fields.values[FIELD_TARGET_PORT] = arena_printf(work->arena, "%u", target->url.port);
    work->fields.values[FIELD_TARGET_URL] = target->url.text;
    work->fields.values[FIELD_TARGET_FORMAT] = format_name(target->format);
}

/* ---- urlauth ---- */

static bool stage_urlauth(struct work *work, const struct target *target, struct fault *fault)
{
    struct verdict verdict;
    struct gate_facts facts = {.account = work->account,
                               .headers = &work->headers,
                               .from = work->from,
                               .message_size = work->job->size,
                               .target = target};
    set_target_fields(work, target);
    if (!work_admit(work, STAGE_URLAUTH, &facts, &verdict, fault))
        return false;
    if (verdict.action == VERDICT_DO)
        return true;
    work_say(work, STAGE_URLAUTH, "REFUSE %s  %s", verdict.rule, target->url.text);
    return fault_set(fault, verdict.code, verdict.reason, "rule %s refuses %s", verdict.rule,
                     target->url.text);
}

/* ---- browser ---- */

struct fetching {
    const struct target *target;
    struct fetch_limits limits;
    struct page *page;
};

static enum module_result use_fetcher(struct call *call, const struct www4mail_module *module,
                                      void *context)
{
    struct fetching *fetching = context;
    return module->fetcher->fetch(call, fetching->target, &fetching->limits, fetching->page);
}

static const char *user_agent(struct work *work)
{
    const char *contact = work->pipeline->config->contact;
    if (!contact || !*contact)
        return "www4mail/" VERSION;
    return arena_printf(work->arena, "www4mail/" VERSION " (%s)", contact);
}

static bool fetch_once(struct work *work, const struct target *target, uint64_t max_bytes,
                       int64_t deadline_ms, struct page *page_out, struct fault *fault)
{
    const struct account *account = work->account;
    struct fetching fetching = {.target = target,
                                .limits = {.max_bytes = max_bytes,
                                           .connect_ms = CONNECT_MS,
                                           .user_agent = user_agent(work),
                                           .proxy = work->pipeline->config->web_proxy,
                                           .allow = &account->urls.allow_addresses,
                                           .deny = &account->urls.deny_addresses,
                                           .own = &work->pipeline->own},
                                .page = page_out};
    struct call call = work_call(work, fault, deadline_ms);
    int64_t began = clock_monotonic_ms();
    *page_out = (struct page){.fd = -1};
    crumb_limit(work->pipeline->crumb, clock_left_ms(deadline_ms) + FETCH_SLACK_MS);
    enum module_result result = run_modules(&work->blocks, STAGE_BROWSER, "fetcher", &work->fields,
                                            work->pipeline->crumb, &call, use_fetcher, &fetching);
    crumb_limit(work->pipeline->crumb, 0);
    if (result == MODULE_PASS)
        return fault_set(fault, FAULT_SCHEME, "Addresses of this kind cannot be fetched here.",
                         "no fetcher for %s", target->url.scheme);
    if (result != MODULE_OK)
        return false;
    work_say(work, STAGE_BROWSER, "%d %s  %s  %llu bytes  %lld ms", page_out->status,
             page_out->redirect ? "redirect" : page_out->type, target->url.text,
             (unsigned long long)page_out->size, (long long)(clock_monotonic_ms() - began));
    return true;
}

/* Each hop is a target of its own, and passes every gate again. */
static bool follow(struct work *work, struct target *target, const char *redirect,
                   struct fault *fault)
{
    if (target->hops >= work->account->limits.redirects)
        return fault_set(fault, FAULT_REDIRECTS,
                         "This page only leads from one address to another.",
                         "more than %u redirects", target->hops);
    target->hops++;
    return url_parse(work->arena, span_of(redirect), &target->url, fault);
}

bool target_fetch(struct work *work, struct target *target, uint64_t max_bytes, int64_t deadline_ms,
                  struct page *page_out, struct fault *fault)
{
    for (;;) {
        if (!stage_urlauth(work, target, fault) ||
            !fetch_once(work, target, max_bytes, deadline_ms, page_out, fault))
            return false;
        if (!page_out->redirect)
            return true;
        if (!follow(work, target, page_out->redirect, fault))
            return false;
    }
}

/* The person gave no scheme: what cannot be reached by https is tried by http. */
static bool without_encryption(struct work *work, struct target *target, struct fault *fault)
{
    bool unreachable = fault->code == FAULT_CONNECT || fault->code == FAULT_TLS;
    if (!target->scheme_guessed || target->hops > 0 || !unreachable)
        return false;
    const char *plain = arena_printf(work->arena, "http://%s", target->asked);
    fault_clear(fault);
    target->scheme_guessed = false;
    return plain && url_parse(work->arena, span_of(plain), &target->url, fault);
}

static bool stage_browser(struct work *work, struct visit *visit, struct fault *fault)
{
    int64_t deadline_ms = clock_monotonic_ms() + work->account->limits.page_time * 1000;
    uint64_t max_bytes = work->account->limits.page_bytes;
    bool ok = target_fetch(work, &visit->target, max_bytes, deadline_ms, &visit->page, fault);
    if (!ok && without_encryption(work, &visit->target, fault))
        ok = target_fetch(work, &visit->target, max_bytes, deadline_ms, &visit->page, fault);
    visit->fetched = ok;
    return ok;
}

/* ---- urlduplicate ---- */

static struct visit *find_visit(struct work *work, const char *url)
{
    for (struct visit *visit = work->visits; visit; visit = visit->next)
        if (strcmp(visit->asked_url, url) == 0)
            return visit;
    struct visit *visit = arena_alloc(work->arena, sizeof *visit);
    if (!visit)
        return NULL;
    visit->asked_url = url;
    visit->page.fd = visit->parts.fd = -1;
    visit->next = work->visits;
    work->visits = visit;
    return visit;
}

void target_free_visits(struct work *work)
{
    for (struct visit *visit = work->visits; visit; visit = visit->next) {
        if (visit->page.fd >= 0)
            close(visit->page.fd);
        if (visit->parts.fd >= 0)
            close(visit->parts.fd);
    }
    work->visits = NULL;
}

/* ---- all of it ---- */

static bool answer_rendered(struct work *work, const struct visit *visit, struct rendered *rendered,
                            unsigned number, const char *asked)
{
    struct reply_item item = {.number = number,
                              .asked = asked,
                              .url = visit->page.url,
                              .text = rendered->has_text ? &rendered->text : NULL,
                              .html = rendered->has_html ? &rendered->html : NULL,
                              .original = rendered->has_original ? &rendered->original : NULL,
                              .original_fd = visit->page.fd,
                              .original_size = visit->page.size,
                              .note = rendered->note ? rendered->note : ""};
    return reply_add(work, &item);
}

static bool answer_fault(struct work *work, unsigned number, const char *asked, struct fault *fault)
{
    if (fault->class == FAULT_OPERATOR)
        log_fault(LOG_ERROR, asked, fault);
    else
        work_say(work, STAGE_PROCESS, "%s: %s", fault_name(fault->code),
                 fault->operator ? fault->operator : "");
    bool ok = reply_add_fault(work, number, asked, fault);
    fault_clear(fault);
    return ok;
}

static bool render_visit(struct work *work, struct visit *visit, const struct target *wanted,
                         unsigned number, const char *asked)
{
    struct fault fault = FAULT_INIT;
    struct rendered rendered = {0};
    struct arena *arena = arena_new((size_t)256 << 20);
    struct target target = visit->target;
    target.format = wanted->format;
    target.blind = wanted->blind;
    set_target_fields(work, &target);
    bool ok = arena && filter_run(work, &target, visit, arena, &rendered, &fault);
    if (!arena)
        fault_set(&fault, FAULT_MEMORY, NULL, "no memory to render");
    ok = ok ? answer_rendered(work, visit, &rendered, number, asked)
            : answer_fault(work, number, asked, &fault);
    arena_free(&arena);
    return ok;
}

bool target_run(struct work *work, const struct order *order, unsigned number)
{
    struct fault fault = FAULT_INIT;
    struct target target;
    if (!make_target(work, order, &target, &fault))
        return answer_fault(work, number, order->argument, &fault);
    struct visit *visit = find_visit(work, target.url.text);
    if (!visit)
        return fault_set(&work->fault, FAULT_MEMORY, NULL, "no room for a target");
    unsigned format = 1U << (target.format + (target.blind ? FORMATS_MAX : 0));
    if (visit->formats & format) {
        work_say(work, STAGE_URLDUPLICATE, "asked for twice  %s", target.url.text);
        return true;
    }
    visit->formats |= format;
    if (!visit->fetched) {
        visit->target = target;
        if (!stage_browser(work, visit, &fault))
            return answer_fault(work, number, order->argument, &fault);
    }
    return render_visit(work, visit, &target, number, order->argument) &&
           (parser_lives(work->pipeline->parser) ||
            fault_set(&work->fault, FAULT_CRASH, NULL, "the parser was lost"));
}
