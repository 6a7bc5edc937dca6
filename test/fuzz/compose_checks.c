/* SPDX-License-Identifier: ISC */
/* Mails on the wire, checked as a server, a reader and another robot would. */
#include "test/fuzz/compose_checks.h"

#include "agent/reply/submission.h"
#include "agent/request/mime.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern const struct www4mail_module loops_module;

/* Every name that a field of ours may have. */
static const char *const fields[] = {"Date",
                                     "From",
                                     "To",
                                     "Subject",
                                     "Message-ID",
                                     "In-Reply-To",
                                     "References",
                                     "Auto-Submitted",
                                     "X-Auto-Response-Suppress",
                                     "X-Loop",
                                     "X-Www4mail-Job",
                                     SUBMISSION_TOKEN_FIELD,
                                     "Content-Language",
                                     "MIME-Version",
                                     "Content-Type",
                                     "Content-Transfer-Encoding",
                                     "Content-Disposition",
                                     NULL};

static void check_bytes(struct span mail)
{
    struct span rest = mail, line;
    for (size_t i = 0; i < mail.len; i++) {
        char byte = mail.at[i];
        FUZZ_ASSERT((byte >= ' ' && byte < 0x7f) || byte == '\t' || byte == '\r' || byte == '\n');
        FUZZ_ASSERT(byte != '\n' || (i > 0 && mail.at[i - 1] == '\r'));
        FUZZ_ASSERT(byte != '\r' || (i + 1 < mail.len && mail.at[i + 1] == '\n'));
    }
    FUZZ_ASSERT(mail.len > 2 && mail.at[mail.len - 1] == '\n');
    while (span_next_line(&rest, &line))
        FUZZ_ASSERT(line.len <= 998);
}

static struct span header_of(struct span mail)
{
    ptrdiff_t end = span_find(mail, SPAN_LITERAL("\r\n\r\n"));
    FUZZ_ASSERT(end > 0);
    return (struct span){mail.at, (size_t)end + 4};
}

static void check_name(struct span name)
{
    bool known = false;
    for (size_t i = 0; fields[i]; i++)
        known |= span_equal(name, span_of(fields[i]));
    FUZZ_ASSERT(known);
}

static size_t count_lines(const struct flat *headers, const char *name, struct span *value_out)
{
    uint32_t cursor = 0;
    size_t count = 0;
    while (headers_next_line(headers, name, &cursor, value_out))
        count++;
    return count;
}

static void check_headers(const struct reply_context *context, const struct reply_mail *mail,
                          const struct flat *headers)
{
    struct span value;
    for (uint32_t row = 0; row < headers->rows; row++)
        if (flat_get_number(headers, row, HEADERS_WHAT) == HEADERS_LINE)
            check_name(flat_get_text(headers, row, HEADERS_NAME));
    FUZZ_ASSERT(headers_count(headers, HEADERS_FAULT) == 0);
    FUZZ_ASSERT(headers_count(headers, HEADERS_FROM) == 1);
    FUZZ_ASSERT(headers_count(headers, HEADERS_FROM_BAD) == 0);
    FUZZ_ASSERT(span_equal(headers_first(headers, HEADERS_FROM), span_of(context->own_address)));
    FUZZ_ASSERT(count_lines(headers, "To", &value) == 1);
    value = SPAN_LITERAL("");
    FUZZ_ASSERT(count_lines(headers, "Subject", &value) == 1);
    FUZZ_ASSERT(span_starts_nocase(value, SPAN_LITERAL("Re:")));
    FUZZ_ASSERT(span_equal(headers_first(headers, HEADERS_MESSAGE_ID), span_of(mail->message_id)));
    FUZZ_ASSERT(count_lines(headers, "In-Reply-To", &value) <= 1);
    FUZZ_ASSERT(count_lines(headers, "Content-Type", &value) == 1);
    uint32_t cursor = 0;
    FUZZ_ASSERT(headers_next_line(headers, "To", &cursor, &value));
    FUZZ_ASSERT(span_equal(value, span_of(context->asker)));
}

static void check_gate(struct fuzz_call *it, const struct flat *headers)
{
    struct account account = {.address = "another@robot.example"};
    struct gate_facts facts = {.account = &account, .headers = headers};
    struct verdict verdict;
    FUZZ_ASSERT(loops_module.gate->admit(&it->call, &facts, &verdict) == MODULE_OK);
    FUZZ_ASSERT(verdict.action == VERDICT_DROP);
}

static bool keep_html(void *context, struct span html, struct span charset, struct buffer *text_out)
{
    (void)context;
    FUZZ_ASSERT(span_equal_nocase(charset, SPAN_LITERAL("utf-8")));
    return buffer_add_span(text_out, html);
}

static void check_parts(struct fuzz_call *it, struct span mail)
{
    struct buffer bytes;
    struct flat parts;
    buffer_init(&bytes, PARTS_MAX_BYTES);
    FUZZ_ASSERT(mime_parts(&it->call, mail, keep_html, NULL, &bytes) == MODULE_OK);
    FUZZ_ASSERT(flat_open(&parts, PARTS_KIND, PARTS_SHAPE, buffer_span(&bytes)));
    FUZZ_ASSERT(parts.rows >= 1 && parts.rows <= 3);
    for (uint32_t row = 0; row < parts.rows; row++)
        if (flat_get_number(&parts, row, PARTS_SOURCE) == PARTS_FLOWED)
            FUZZ_ASSERT(fuzz_is_text(flat_get_text(&parts, row, PARTS_TEXT)));
    buffer_free(&bytes);
}

static void check_mail(const struct reply_context *context, const struct reply_mail *mail,
                       struct span bytes)
{
    struct fuzz_call it;
    struct buffer table;
    struct flat headers;
    fuzz_call_begin(&it, 1 << 20);
    buffer_init(&table, HEADERS_MAX_BYTES);
    check_bytes(bytes);
    FUZZ_ASSERT(mime_headers(&it.call, header_of(bytes), &table) == MODULE_OK);
    FUZZ_ASSERT(flat_open(&headers, HEADERS_KIND, HEADERS_SHAPE, buffer_span(&table)));
    check_headers(context, mail, &headers);
    check_gate(&it, &headers);
    check_parts(&it, bytes);
    buffer_free(&table);
    fuzz_call_end(&it);
}

void fuzz_check_mails(const struct reply_context *context, const struct reply_mails *mails, int fd)
{
    uint64_t at = 0;
    for (size_t i = 0; i < mails->count; i++) {
        const struct reply_mail *mail = &mails->mails[i];
        FUZZ_ASSERT(mail->offset == at && mail->size > 0 && mail->size <= context->part_bytes);
        char *bytes = malloc((size_t)mail->size);
        FUZZ_ASSERT(bytes &&
                    pread(fd, bytes, (size_t)mail->size, (off_t)at) == (ssize_t)mail->size);
        check_mail(context, mail, (struct span){bytes, (size_t)mail->size});
        free(bytes);
        at += mail->size;
    }
    FUZZ_ASSERT(at <= context->max_bytes);
}
