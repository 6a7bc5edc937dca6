/* SPDX-License-Identifier: ISC */
/*
 * Commands and answers by lines: all but FETCH and LIST.  libetpan's parser crashes on some of
 * these answers, has 32 bits for others, and ends the session at what it does not know.  Lines and
 * the literals in them are bounded; anything longer ends the session.
 */
#include "fetchers/mailbox/imap_box.h"

#include <stdio.h>

#include <libetpan/mailstream_helper.h>

enum { LINE_BYTES = 64 * 1024 };

/* The size of the literal that a line ends with; false when it ends with none. */
static bool literal_announced(struct span line, uint64_t *size_out)
{
    line = span_trim(line);
    if (line.len < 3 || line.at[line.len - 1] != '}')
        return false;
    size_t start = line.len - 1;
    while (start > 0 && line.at[start] != '{')
        start--;
    struct span digits = {line.at + start + 1, line.len - start - 2};
    if (digits.len > 0 && digits.at[digits.len - 1] == '+')
        digits.len--;
    return line.at[start] == '{' && span_to_u64(digits, size_out);
}

static bool read_literal(struct imap_box *box, MMAPString *line, uint64_t size)
{
    char bytes[1024];
    while (size > 0) {
        size_t want = size < sizeof bytes ? (size_t)size : sizeof bytes;
        ssize_t got = mailstream_read(box->session->imap_stream, bytes, want);
        if (got <= 0 || !mmap_string_append_len(line, bytes, (size_t)got))
            return false;
        size -= (uint64_t)got;
    }
    return true;
}

enum imap_answer imap_read_line(struct call *call, struct imap_box *box, struct span *line_out)
{
    mailstream *stream = box->session->imap_stream;
    MMAPString *line = box->session->imap_stream_buffer;
    uint64_t size = 0;
    size_t from = 0;
    if (box->lost)
        return imap_lose(call, box, "the connection is lost");
    bool ok = mailstream_read_line(stream, line) != NULL;
    while (ok && literal_announced((struct span){line->str + from, line->len - from}, &size)) {
        if (size > LINE_BYTES || line->len > LINE_BYTES)
            return imap_lose(call, box,
                             "the server sends a text of %llu bytes in place of an answer",
                             (unsigned long long)size);
        from = line->len + (size_t)size;
        ok = read_literal(box, line, size) && mailstream_read_line_append(stream, line) != NULL;
    }
    if (!ok)
        return imap_lose(call, box, "the server's answer did not come");
    *line_out = (struct span){line->str, line->len};
    while (line_out->len > 0 &&
           (line_out->at[line_out->len - 1] == '\n' || line_out->at[line_out->len - 1] == '\r'))
        line_out->len--;
    return IMAP_OK;
}

enum imap_answer imap_send(struct call *call, struct imap_box *box, const char *bytes, size_t len)
{
    if (box->lost || !box->ops->write(box->stream, bytes, len))
        return imap_lose(call, box, "the command could not be sent");
    return IMAP_OK;
}

/* "TAG OK ...": the answer; false when the line is not of this command. */
static bool is_tagged(const struct imap_box *box, struct span line, enum imap_answer *answer_out)
{
    char tag[16];
    struct span word;
    snprintf(tag, sizeof tag, "%d", box->session->imap_tag);
    if (!span_next_word(&line, &word) || !span_equal(word, span_of(tag)) ||
        !span_next_word(&line, &word))
        return false;
    *answer_out = span_equal_nocase(word, SPAN_LITERAL("OK")) ? IMAP_OK : IMAP_NO;
    return true;
}

enum imap_answer imap_read_answer(struct call *call, struct imap_box *box,
                                  void (*use)(void *context, struct span line), void *context)
{
    struct span line;
    enum imap_answer answer;
    while ((answer = imap_read_line(call, box, &line)) == IMAP_OK) {
        if (is_tagged(box, line, &answer))
            return imap_answer_of(call, box,
                                  answer == IMAP_OK ? MAILIMAP_NO_ERROR : MAILIMAP_ERROR_EXTENSION);
        if (!span_starts_nocase(line, SPAN_LITERAL("* ")))
            return imap_lose(call, box, "the server's answer is not IMAP");
        if (use)
            use(context, span_from(line, 2));
    }
    return answer;
}

enum imap_answer imap_send_command(struct call *call, struct imap_box *box, uint64_t budget,
                                   const char *command)
{
    struct buffer out;
    if (box->lost)
        return imap_lose(call, box, "the connection is lost");
    box->ops->set_budget(box->stream, budget);
    buffer_init(&out, IMAP_COMMAND_BYTES);
    buffer_printf(&out, "%d %s\r\n", ++box->session->imap_tag, command);
    enum imap_answer answer = out.failed ? imap_lose(call, box, "the command is too long")
                                         : imap_send(call, box, out.at, out.len);
    buffer_free(&out);
    return answer;
}

enum imap_answer imap_lines(struct call *call, struct imap_box *box, const char *command,
                            void (*use)(void *context, struct span line), void *context)
{
    enum imap_answer answer = imap_send_command(call, box, IMAP_SMALL_BUDGET, command);
    return answer == IMAP_OK ? imap_read_answer(call, box, use, context) : answer;
}
