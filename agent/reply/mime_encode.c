/* SPDX-License-Identifier: ISC */
/* Transfer encodings, byte by byte, with no more memory than one group. */
#include "agent/reply/mime_encode.h"

#include <string.h>

/* Quoted-printable: 75 columns and the '=' of a soft break.  7bit: what old mailers carry whole. */
enum { QP_MAX_COLUMNS = 75, SEVEN_BIT_COLUMNS = 250 };

/* ---- choosing ---- */

void mime_survey_add(struct mime_survey *survey, struct span bytes)
{
    survey->bytes += bytes.len;
    for (size_t i = 0; i < bytes.len; i++) {
        unsigned char byte = (unsigned char)bytes.at[i];
        if (survey->previous_cr && byte != '\n')
            survey->bare_cr = true;
        if (byte == '\n') {
            *(survey->previous_cr ? &survey->crlf : &survey->bare_lf) += 1;
            survey->previous_cr = false;
            survey->column = survey->delimiter = 0;
            survey->qp += 2;
            continue;
        }
        survey->previous_cr = byte == '\r';
        bool plain = byte == '\t' || (byte >= ' ' && byte < 0x7F);
        survey->beyond_ascii |= byte >= 0x80;
        survey->control |= byte < 0x80 && !plain && byte != '\r';
        if (survey->delimiter == survey->column && survey->delimiter < 3)
            survey->delimiter += byte == (unsigned char)"--="[survey->delimiter];
        survey->qp += plain && byte != '=' ? 1 : 3;
        survey->like_boundary |= survey->delimiter == 3;
        if (++survey->column > survey->longest)
            survey->longest = survey->column;
    }
}

enum mime_encoding mime_choose(const struct mime_survey *survey)
{
    if (!survey->beyond_ascii && !survey->control && !survey->like_boundary && !survey->bare_cr &&
        survey->longest <= SEVEN_BIT_COLUMNS)
        return MIME_7BIT;
    /* Soft breaks cost a twenty-fifth.  A quarter more is worth it to be readable undecoded. */
    uint64_t qp = survey->qp + survey->qp / 25;
    return qp <= mime_base64_size(survey->bytes) / 4 * 5 + 100 ? MIME_QP : MIME_BASE64;
}

const char *mime_encoding_name(enum mime_encoding encoding)
{
    static const char *const names[] = {"7bit", "quoted-printable", "base64"};
    return names[encoding];
}

uint64_t mime_base64_size(uint64_t bytes)
{
    uint64_t lines = (bytes + MIME_BASE64_LINE_BYTES - 1) / MIME_BASE64_LINE_BYTES;
    return (bytes + 2) / 3 * 4 + 2 * lines;
}

/* ---- encoding ---- */

struct mime_body mime_body_begin(struct mail_writer *writer, enum mime_encoding encoding)
{
    return (struct mime_body){.writer = writer, .encoding = encoding};
}

struct mime_body mime_body_survey(struct mime_survey *survey)
{
    *survey = (struct mime_survey){0};
    return (struct mime_body){.survey = survey};
}

static void end_line(struct mime_body *body)
{
    mail_write(body->writer, "\r\n", 2);
    body->column = 0;
}

static void put_unit(struct mime_body *body, const char *unit, size_t len)
{
    if (body->column + len > QP_MAX_COLUMNS) {
        mail_write(body->writer, "=", 1);
        end_line(body);
    }
    mail_write(body->writer, unit, len);
    body->column += len;
}

static void put_escaped(struct mime_body *body, unsigned char byte)
{
    static const char hex[] = "0123456789ABCDEF";
    char unit[] = {'=', hex[byte >> 4], hex[byte & 15]};
    put_unit(body, unit, sizeof unit);
}

static void put_pending_blank(struct mime_body *body)
{
    if (body->blank)
        put_unit(body, &body->blank, 1);
    body->blank = 0;
}

static void end_qp_line(struct mime_body *body)
{
    if (body->blank)
        put_escaped(body, (unsigned char)body->blank);
    body->blank = 0;
    end_line(body);
}

static void add_qp(struct mime_body *body, char byte)
{
    if (byte == '\n') {
        end_qp_line(body);
        return;
    }
    put_pending_blank(body);
    bool full = body->column + 1 > QP_MAX_COLUMNS; /* the byte starts a line after a soft break */
    bool starts = body->column == 0 || full;
    if (byte == ' ' || byte == '\t')
        body->blank = byte;
    else if (byte < '!' || byte > '~' || byte == '=' || (starts && (byte == '.' || byte == 'F')))
        put_escaped(body, (unsigned char)byte);
    else
        put_unit(body, &byte, 1);
}

static void put_group(struct mime_body *body)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const unsigned char *group = body->group;
    char text[4] = {digits[group[0] >> 2], digits[(group[0] & 3) << 4 | group[1] >> 4],
                    digits[(group[1] & 15) << 2 | group[2] >> 6], digits[group[2] & 63]};
    for (size_t i = body->group_len + 1; i < sizeof text; i++)
        text[i] = '=';
    mail_write(body->writer, text, sizeof text);
    body->column += sizeof text;
    body->group_len = 0;
    memset(body->group, 0, sizeof body->group);
    if (body->column == MIME_BASE64_LINE_WIRE - 2)
        end_line(body);
}

static void add_base64(struct mime_body *body, char byte)
{
    body->group[body->group_len++] = (unsigned char)byte;
    if (body->group_len == sizeof body->group)
        put_group(body);
}

static void add_seven_bit(struct mime_body *body, char byte)
{
    if (byte == '\n') {
        end_line(body);
    } else {
        mail_write(body->writer, &byte, 1);
        body->column++;
    }
}

void mime_body_add(struct mime_body *body, struct span text)
{
    if (body->survey) {
        mime_survey_add(body->survey, text);
        return;
    }
    for (size_t i = 0; i < text.len; i++) {
        char byte = text.at[i];
        if (body->encoding == MIME_QP) {
            add_qp(body, byte);
        } else if (body->encoding == MIME_7BIT) {
            add_seven_bit(body, byte);
        } else {
            if (byte == '\n')
                add_base64(body, '\r');
            add_base64(body, byte);
        }
    }
}

void mime_body_text(struct mime_body *body, const char *text)
{
    mime_body_add(body, span_of(text));
}

void mime_body_add_bytes(struct mime_body *body, struct span bytes)
{
    for (size_t i = 0; i < bytes.len; i++)
        add_base64(body, bytes.at[i]);
}

void mime_body_end(struct mime_body *body)
{
    if (body->survey)
        return;
    if (body->group_len)
        put_group(body);
    if (body->blank)
        put_escaped(body, (unsigned char)body->blank);
    body->blank = 0;
    if (body->column)
        end_line(body);
}
