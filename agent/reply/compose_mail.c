/* SPDX-License-Identifier: ISC */
/* One mail: the frame of lines around a body, in text and in HTML, and the MIME parts. */
#include "agent/reply/compose_mail.h"

#include "agent/reply/flow.h"
#include "agent/reply/mime_header.h"

#include <stdarg.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { HEADER_MAX_BYTES = 64 * 1024, LINE_SIZE = 256, TEXT_COLUMNS = 78, LATER_URL_BYTES = 100 };

/* ---- lines around a body ---- */

static void add_line(struct mime_body *body, compose_line line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void add_line(struct mime_body *body, compose_line line, const char *format, ...)
{
    char text[LINE_SIZE];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    line(body, text);
}

/* The address and the date, on one line when both fit. */
void compose_address_lines(const struct compose *compose, struct mime_body *body, compose_line line)
{
    if (!*compose->url)
        return;
    char date[COMPOSE_DATE_SIZE], both[TEXT_COLUMNS + 1];
    compose_short_date(compose->context->date, date);
    int len = snprintf(both, sizeof both, "%s   %s", compose->url, date);
    if (len > 0 && (size_t)len < sizeof both) {
        line(body, both);
    } else {
        line(body, compose->url);
        line(body, date);
    }
}

static void compose_about_lines(const struct compose *compose, struct mime_body *body,
                                compose_line line)
{
    if (*compose->about)
        line(body, compose->about);
    if (*compose->picture)
        add_line(body, line, "Picture: %s", compose->picture);
}

static void add_top(const struct compose *compose, const struct compose_part *part,
                    struct mime_body *body, compose_line line)
{
    if (part->count > 1)
        add_line(body, line, "Part %zu of %zu", part->number, part->count);
    if (*compose->title)
        line(body, compose->title);
    if (part->first)
        compose_about_lines(compose, body, line);
    if (part->first || strlen(compose->url) <= LATER_URL_BYTES)
        compose_address_lines(compose, body, line);
    if (part->first && *compose->note) {
        line(body, "");
        line(body, compose->note);
    }
}

void compose_foot(const struct compose *compose, const struct compose_part *part,
                  struct mime_body *body, compose_line line)
{
    char job[32] = "";
    if (part->count > 1 && !part->last)
        add_line(body, line, "Goes on in part %zu of %zu, in a mail of its own.", part->number + 1,
                 part->count);
    else if (part->count > 1)
        line(body, "This is the last part.");
    if (compose->context->job > 0)
        snprintf(job, sizeof job, "Job %lld. ", (long long)compose->context->job);
    add_line(body, line, "%s%sReply with HELP for help.", job,
             compose->has_links ? "To open a link, mail its address back. " : "");
    if (*compose->footer)
        line(body, compose->footer);
}

/* ---- text ---- */

void compose_text_body(const struct compose *compose, const struct compose_part *part,
                       struct mime_body *body)
{
    add_top(compose, part, body, flow_text);
    flow_text(body, "");
    flow_lines(body, part->piece ? part->piece->bytes : compose->text);
    flow_text(body, "");
    compose_foot(compose, part, body, flow_text);
    mime_body_end(body);
}

/* ---- HTML ---- */

static void add_html_line(struct mime_body *body, const char *text)
{
    for (; *text; text++) {
        size_t plain = strcspn(text, "<>&\"");
        mime_body_add(body, (struct span){text, plain});
        text += plain;
        if (!*text)
            break;
        mime_body_text(body, *text == '<'   ? "&lt;"
                             : *text == '>' ? "&gt;"
                             : *text == '&' ? "&amp;"
                                            : "&quot;");
    }
    mime_body_text(body, "<br>\n");
}

static void add_html_head(const struct compose *compose, struct mime_body *body)
{
    if (compose->html_head.len)
        mime_body_add(body, compose->html_head);
    else
        mime_body_text(body, "<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\"></head><body>");
}

void compose_html_body(const struct compose *compose, const struct compose_part *part,
                       struct mime_body *body)
{
    add_html_head(compose, body);
    mime_body_text(body, "\n<p>");
    add_top(compose, part, body, add_html_line);
    mime_body_text(body, "</p>\n");
    if (part->piece)
        split_html_write(body, part->piece, compose->html_room);
    else
        mime_body_add(body, compose->html);
    mime_body_text(body, "\n<p>");
    compose_foot(compose, part, body, add_html_line);
    mime_body_text(body, "</p>\n</body></html>\n");
    mime_body_end(body);
}

/* ---- MIME ---- */

static void add_encoding_field(enum mime_encoding encoding, struct buffer *out)
{
    mime_field_line(out, "Content-Transfer-Encoding", mime_encoding_name(encoding));
}

void compose_text_fields(enum mime_encoding encoding, struct buffer *out)
{
    struct mime_field field = mime_field_begin(out, "Content-Type");
    mime_field_word(&field, SPAN_LITERAL("text/plain"));
    mime_field_parameter(&field, "charset", SPAN_LITERAL("utf-8"));
    mime_field_parameter(&field, "format", SPAN_LITERAL("flowed"));
    mime_field_parameter(&field, "delsp", SPAN_LITERAL("no"));
    mime_field_end(&field);
    add_encoding_field(encoding, out);
}

static void add_html_fields(enum mime_encoding encoding, struct buffer *out)
{
    struct mime_field field = mime_field_begin(out, "Content-Type");
    mime_field_word(&field, SPAN_LITERAL("text/html"));
    mime_field_parameter(&field, "charset", SPAN_LITERAL("utf-8"));
    mime_field_end(&field);
    add_encoding_field(encoding, out);
}

void compose_flush(struct buffer *out, struct mail_writer *writer)
{
    mail_write(writer, out->at ? out->at : "", out->len);
    if (out->failed) {
        writer->failed = true;
        writer->errno_value = ENOMEM;
    }
    buffer_clear(out);
}

static void write_text(const struct compose *compose, const struct compose_part *part,
                       struct buffer *out, struct mail_writer *writer)
{
    compose_text_fields(compose->text_encoding, out);
    buffer_add_text(out, "\r\n");
    compose_flush(out, writer);
    struct mime_body body = mime_body_begin(writer, compose->text_encoding);
    compose_text_body(compose, part, &body);
}

static void write_html(const struct compose *compose, const struct compose_part *part,
                       struct buffer *out, struct mail_writer *writer)
{
    add_html_fields(compose->html_encoding, out);
    buffer_add_text(out, "\r\n");
    compose_flush(out, writer);
    struct mime_body body = mime_body_begin(writer, compose->html_encoding);
    compose_html_body(compose, part, &body);
}

static void write_both(const struct compose *compose, const struct compose_part *part,
                       struct buffer *out, struct mail_writer *writer)
{
    char boundary[COMPOSE_BOUNDARY_SIZE];
    compose_boundary(compose, part->number, boundary);
    struct mime_field field = mime_field_begin(out, "Content-Type");
    mime_field_word(&field, SPAN_LITERAL("multipart/alternative"));
    mime_field_parameter(&field, "boundary", span_of(boundary));
    mime_field_end(&field);
    buffer_printf(out, "\r\n--%s\r\n", boundary);
    write_text(compose, part, out, writer);
    buffer_printf(out, "--%s\r\n", boundary);
    write_html(compose, part, out, writer);
    buffer_printf(out, "--%s--\r\n", boundary);
    compose_flush(out, writer);
}

bool compose_mail(const struct compose *compose, const struct compose_part *part,
                  struct mail_writer *writer)
{
    struct buffer out;
    bool ok = true;
    buffer_init(&out, HEADER_MAX_BYTES);
    compose_header(compose, part, &out);
    switch (compose->kind) {
    case COMPOSE_TEXT:
        write_text(compose, part, &out, writer);
        break;
    case COMPOSE_HTML:
        write_html(compose, part, &out, writer);
        break;
    case COMPOSE_BOTH:
        write_both(compose, part, &out, writer);
        break;
    case COMPOSE_INLINE:
    case COMPOSE_ATTACHED:
        ok = compose_original(compose, part, &out, writer);
        break;
    }
    buffer_free(&out);
    return ok;
}
