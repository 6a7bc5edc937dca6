/* SPDX-License-Identifier: ISC */
/* fileauth and filter: a fetched page through the parse child to documents. */
#include "agent/work.h"

#include "agent/base/clock.h"
#include "agent/base/log.h"

#include <string.h>

static void set_page_fields(struct work *work, const struct page *page, const struct flat *facts)
{
    struct span type = facts_text(facts, FACT_TYPE);
    work->fields.values[FIELD_PAGE_TYPE] = arena_copy_span(work->arena, type);
    work->fields.values[FIELD_PAGE_SIZE] =
        arena_printf(work->arena, "%llu", (unsigned long long)page->size);
    work->fields.values[FIELD_PAGE_STATUS] = arena_printf(work->arena, "%d", page->status);
}

static bool stage_fileauth(struct work *work, const struct target *target, const struct page *page,
                           const struct flat *facts, struct fault *fault)
{
    struct verdict verdict;
    struct gate_facts known = {.account = work->account,
                               .headers = &work->headers,
                               .from = work->from,
                               .message_size = work->job->size,
                               .target = target,
                               .page = page,
                               .facts = facts};
    set_page_fields(work, page, facts);
    if (!work_admit(work, STAGE_FILEAUTH, &known, &verdict, fault))
        return false;
    if (verdict.action == VERDICT_DO)
        return true;
    work_say(work, STAGE_FILEAUTH, "REFUSE %s", verdict.rule);
    return fault_set(fault, verdict.code, verdict.reason, "rule %s refuses %s", verdict.rule,
                     target->url.text);
}

static bool render_one(struct work *work, struct parse_child *child, enum format format,
                       enum render_part part, struct arena *arena, struct rendered *rendered,
                       struct fault *fault)
{
    struct document document;
    struct render_options options = {.format = format,
                                     .width = work->account->replies.width,
                                     .blind = rendered->blind,
                                     .mailto = work->account->address,
                                     .max_bytes = work->account->replies.max,
                                     .part = part};
    if (!parse_render(child, &options, arena, &document, fault))
        return false;
    if (!*rendered->note && document.note.len)
        rendered->note = arena_copy_span(arena, document.note);
    if (!rendered->note)
        return fault_set(fault, FAULT_MEMORY, NULL, "no memory for a document");
    if (document.kind == DOCUMENT_TEXT) {
        rendered->text = document;
        rendered->has_text = true;
    } else if (document.kind == DOCUMENT_HTML) {
        rendered->html = document;
        rendered->has_html = true;
    } else {
        rendered->original = document;
        rendered->has_original = true;
    }
    return true;
}

/* An article is written as everything is to these readers, and never sent as it came. */
static enum format article_format(enum format usual)
{
    return usual == FORMAT_HTML || usual == FORMAT_BOTH ? usual : FORMAT_TEXT;
}

static bool render_formats(struct work *work, struct parse_child *child, enum format format,
                           struct arena *arena, struct rendered *rendered, struct fault *fault)
{
    enum render_part part = format == FORMAT_ARTICLE ? PART_ARTICLE : PART_PAGE;
    if (format == FORMAT_ARTICLE)
        format = article_format(work->account->replies.format);
    if (format != FORMAT_BOTH)
        return render_one(work, child, format, part, arena, rendered, fault);
    if (!render_one(work, child, FORMAT_TEXT, part, arena, rendered, fault))
        return false;
    if (rendered->has_original)
        return true;
    /* The text alone is an answer too, when the HTML does not fit. */
    struct fault html = FAULT_INIT;
    if (!render_one(work, child, FORMAT_HTML, part, arena, rendered, &html) &&
        html.code == FAULT_CRASH)
        return fault_set(fault, FAULT_CRASH, NULL, "%s", html.operator ? html.operator : "");
    fault_clear(&html);
    return true;
}

static bool attempt(struct work *work, const struct target *target, struct visit *visit, bool plain,
                    struct arena *arena, struct rendered *rendered, struct fault *fault)
{
    const struct page *page = &visit->page;
    struct page_hints hints = {.url = page->url,
                               .type = page->type,
                               .charset = page->charset,
                               .language = page->language,
                               .file_name = page->file_name};
    struct parse_plan plan = {
        .fields = work->fields, .without = work->guilty, .page = &hints, .plain = plain};
    rendered->blind = target->blind;
    struct flat facts;
    struct parse_child *child =
        parse_start_page(work->pipeline->parser, &plan, page->fd, &facts, fault);
    bool ok = child && stage_fileauth(work, target, page, &facts, fault);
    if (ok && !plain && target->format != FORMAT_SOURCE && parts_fetch(work, visit, &facts)) {
        /* Once more, with what it wants beside itself. */
        plan.parts = visit->parts.parts;
        plan.part_count = visit->parts.count;
        plan.page_bytes = page->size;
        parse_end(&child);
        child = parse_start_page(work->pipeline->parser, &plan, visit->parts.fd, &facts, fault);
    }
    ok = ok && child && render_formats(work, child, target->format, arena, rendered, fault);
    parse_end(&child);
    return ok;
}

/* What a style sheet or a frame may be the cause of. */
static bool is_about_content(const struct fault *fault)
{
    return fault->code == FAULT_CRASH || fault->code == FAULT_MEMORY ||
           fault->code == FAULT_PAGE_TOO_LARGE || fault->code == FAULT_REPLY_TOO_LARGE ||
           fault->code == FAULT_RENDER;
}

/* As it is; when that fails with what the page wanted beside itself, without it, now and later. */
static bool attempt_whole(struct work *work, const struct target *target, struct visit *visit,
                          struct arena *arena, struct rendered *rendered, struct fault *fault)
{
    if (attempt(work, target, visit, false, arena, rendered, fault))
        return true;
    if (!visit->parts.count || !is_about_content(fault))
        return false;
    log_fault(LOG_WARNING, target->url.text, fault);
    fault_clear(fault);
    visit->parts.count = 0;
    *rendered = (struct rendered){.note = ""};
    return attempt(work, target, visit, false, arena, rendered, fault);
}

bool filter_run(struct work *work, const struct target *target, struct visit *visit,
                struct arena *arena, struct rendered *rendered_out, struct fault *fault)
{
    int64_t began = clock_monotonic_ms();
    *rendered_out = (struct rendered){.note = ""};
    bool ok = work->job->crashes >= WORK_CRASHES_ALONE
                  ? attempt(work, target, visit, true, arena, rendered_out, fault)
                  : attempt_whole(work, target, visit, arena, rendered_out, fault);
    if (!ok && fault->code == FAULT_CRASH) {
        log_fault(LOG_WARNING, target->url.text, fault);
        fault_clear(fault);
        *rendered_out =
            (struct rendered){.note = "This page was too difficult and is shown simplified."};
        ok = attempt(work, target, visit, true, arena, rendered_out, fault);
    }
    if (!ok && fault->code == FAULT_CRASH) {
        log_fault(LOG_WARNING, target->url.text, fault);
        fault_clear(fault);
        fault_set(fault, FAULT_RENDER, "This page cannot be shown: reading it failed twice.",
                  "the parse child died twice over %s", target->url.text);
    }
    if (ok)
        work_say(work, STAGE_FILTER, "%s%s%s  %lld ms", rendered_out->has_text ? "text " : "",
                 rendered_out->has_html ? "html " : "",
                 rendered_out->has_original ? "original " : "",
                 (long long)(clock_monotonic_ms() - began));
    return ok;
}
