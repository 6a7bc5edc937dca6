/* SPDX-License-Identifier: ISC */
/* Originals: text as the body, everything else attached, whole or in pieces.  Bytes are read in
 * chunks and never held. */
#include "agent/reply/compose_mail.h"

#include "agent/reply/clean.h"
#include "agent/reply/flow.h"
#include "agent/reply/mime_header.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { CHUNK = 16 * 1024, PIECE_NAME_MAX = 160 };

/* Hands the bytes of [from, from + len) to `take`, chunk by chunk. */
static bool read_original(const struct compose *compose, uint64_t from, uint64_t len,
                          void (*take)(void *to, struct span bytes), void *to)
{
    char chunk[CHUNK];
    for (uint64_t end = from + len; from < end;) {
        size_t want = end - from < sizeof chunk ? (size_t)(end - from) : sizeof chunk;
        ssize_t got = pread(compose->item->original_fd, chunk, want, (off_t)from);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return fault_set(compose->fault, FAULT_IO, NULL, "cannot read the original: %s",
                             strerror(errno));
        if (got == 0)
            return fault_set(compose->fault, FAULT_IO, NULL,
                             "the original ends after %llu bytes, %llu were announced",
                             (unsigned long long)from, (unsigned long long)end);
        take(to, (struct span){chunk, (size_t)got});
        from += (uint64_t)got;
    }
    return true;
}

/* ---- deciding ---- */

static void take_survey(void *to, struct span bytes)
{
    mime_survey_add(to, bytes);
}

/* "type/subtype", or what says nothing: also for types that must not be encoded (RFC 2046). */
static const char *sound_type(struct arena *arena, struct span type)
{
    ptrdiff_t slash = span_find_byte(type, '/');
    bool sound = slash > 0 && mime_is_token((struct span){type.at, (size_t)slash}) &&
                 mime_is_token(span_from(type, (size_t)slash + 1));
    if (!sound || span_starts_nocase(type, SPAN_LITERAL("multipart/")) ||
        span_starts_nocase(type, SPAN_LITERAL("message/")))
        return "application/octet-stream";
    return arena_copy_span(arena, type);
}

/* Quoted-printable carries a text whose lines all end in the same way; wide characters and
 * anything that is no text of lines need base64. */
static enum mime_encoding file_encoding(const struct mime_survey *survey, struct span charset)
{
    bool mixed = survey->bare_cr || survey->previous_cr || (survey->crlf && survey->bare_lf);
    if (mixed || span_starts_nocase(charset, SPAN_LITERAL("utf-16")) ||
        span_starts_nocase(charset, SPAN_LITERAL("utf-32")))
        return MIME_BASE64;
    return mime_choose(survey);
}

bool compose_original_prepare(struct compose *compose)
{
    const struct document *original = compose->item->original;
    struct mime_survey survey = {0};
    compose->kind = COMPOSE_ATTACHED;
    compose->file_encoding = MIME_BASE64;
    compose->type = sound_type(compose->arena, original->type);
    compose->file_name = clean_file_name(compose->arena, original->file_name);
    compose->plain_name =
        compose->file_name ? clean_plain_name(compose->arena, compose->file_name) : NULL;
    compose->charset = mime_is_token(original->charset)
                           ? arena_copy_span(compose->arena, original->charset)
                           : "utf-8";
    if (!compose->type || !compose->plain_name || !compose->charset)
        return fault_set(compose->fault, FAULT_MEMORY, NULL, "no memory left for a reply");
    bool text = span_starts_nocase(span_of(compose->type), SPAN_LITERAL("text/"));
    if (!text || compose->item->original_size > compose->context->part_bytes)
        return true;
    if (!read_original(compose, 0, compose->item->original_size, take_survey, &survey))
        return false;
    compose->kind = COMPOSE_INLINE;
    compose->file_encoding = file_encoding(&survey, span_of(compose->charset));
    return true;
}

/* ---- encoding ---- */

/* A body with the carriage returns of CRLF taken out, since LF becomes CRLF again. */
static void take_text(void *to, struct span bytes)
{
    struct span rest = bytes;
    ptrdiff_t at;
    while ((at = span_find_byte(rest, '\r')) >= 0) {
        mime_body_add(to, (struct span){rest.at, (size_t)at});
        rest = span_from(rest, (size_t)at + 1);
    }
    mime_body_add(to, rest);
}

static void take_bytes(void *to, struct span bytes)
{
    mime_body_add_bytes(to, bytes);
}

static bool write_file(const struct compose *compose, const struct compose_part *part,
                       struct mail_writer *writer)
{
    struct mime_body body = mime_body_begin(writer, compose->file_encoding);
    bool ok = read_original(compose, part->from, part->len,
                            compose->file_encoding == MIME_BASE64 ? take_bytes : take_text, &body);
    mime_body_end(&body);
    return ok;
}

/* ---- names of pieces ---- */

/* One digit more than needed, so that all numbers start with 0 and "name.0*" means all pieces. */
static int piece_digits(size_t count)
{
    int digits = 2;
    for (size_t left = count; left >= 10; left /= 10)
        digits++;
    return digits < 3 ? 3 : digits;
}

static void name_file(const struct compose *compose, const struct compose_part *part,
                      char name_out[PIECE_NAME_MAX])
{
    if (part->count > 1)
        snprintf(name_out, PIECE_NAME_MAX, "%s.%0*zu", compose->plain_name,
                 piece_digits(part->count), part->number);
    else
        snprintf(name_out, PIECE_NAME_MAX, "%s", compose->file_name);
}

/* ---- the words beside an attachment ---- */

static void add_how_to_join(const struct compose *compose, const struct compose_part *part,
                            struct mime_body *body)
{
    char text[3 * PIECE_NAME_MAX];
    const char *name = compose->plain_name;
    flow_text(body, "");
    snprintf(text, sizeof text, "This mail carries piece %zu of %zu of the file.", part->number,
             part->count);
    flow_text(body, text);
    if (!part->first)
        return;
    flow_text(body, "Save all pieces in one folder, then join them there:");
    snprintf(text, sizeof text, "    cat %s.0* > %s", name, name);
    flow_text(body, text);
    snprintf(text, sizeof text, "or under Windows: copy /b %s.0* %s", name, name);
    flow_text(body, text);
}

static void add_words(const struct compose *compose, const struct compose_part *part,
                      struct mime_body *body)
{
    char text[3 * PIECE_NAME_MAX];
    snprintf(text, sizeof text, "%s, %llu bytes, %s", compose->file_name,
             (unsigned long long)compose->item->original_size, compose->type);
    flow_text(body, text);
    if (part->first)
        compose_address_lines(compose, body, flow_text);
    if (*compose->note && part->first) {
        flow_text(body, "");
        flow_text(body, compose->note);
    }
    if (part->count > 1)
        add_how_to_join(compose, part, body);
    flow_text(body, "");
    compose_foot(compose, part, body, flow_text);
    mime_body_end(body);
}

static void write_words(const struct compose *compose, const struct compose_part *part,
                        struct buffer *out, struct mail_writer *writer)
{
    struct mime_survey survey;
    struct mime_body body = mime_body_survey(&survey);
    add_words(compose, part, &body);
    enum mime_encoding encoding = mime_choose(&survey);
    compose_text_fields(encoding, out);
    buffer_add_text(out, "\r\n");
    compose_flush(out, writer);
    body = mime_body_begin(writer, encoding);
    add_words(compose, part, &body);
}

/* ---- MIME ---- */

/* The name goes into both fields: programs that know no extended parameters look at the first. */
static void add_file_fields(const struct compose *compose, const struct compose_part *part,
                            struct buffer *out)
{
    char name[PIECE_NAME_MAX];
    bool body = compose->kind == COMPOSE_INLINE;
    name_file(compose, part, name);
    struct mime_field field = mime_field_begin(out, "Content-Type");
    mime_field_word(&field, body ? SPAN_LITERAL("text/plain") : span_of(compose->type));
    if (span_starts_nocase(span_of(compose->type), SPAN_LITERAL("text/")))
        mime_field_parameter(&field, "charset", span_of(compose->charset));
    mime_field_parameter(&field, "name", span_of(part->count > 1 ? name : compose->plain_name));
    mime_field_end(&field);
    mime_field_line(out, "Content-Transfer-Encoding", mime_encoding_name(compose->file_encoding));
    field = mime_field_begin(out, "Content-Disposition");
    mime_field_word(&field, body ? SPAN_LITERAL("inline") : SPAN_LITERAL("attachment"));
    mime_field_parameter(&field, "filename", span_of(name));
    mime_field_end(&field);
    buffer_add_text(out, "\r\n");
}

bool compose_original(const struct compose *compose, const struct compose_part *part,
                      struct buffer *header, struct mail_writer *writer)
{
    if (compose->kind == COMPOSE_INLINE && !*compose->note) {
        add_file_fields(compose, part, header);
        compose_flush(header, writer);
        return write_file(compose, part, writer);
    }
    char boundary[COMPOSE_BOUNDARY_SIZE];
    compose_boundary(compose, part->number, boundary);
    struct mime_field field = mime_field_begin(header, "Content-Type");
    mime_field_word(&field, SPAN_LITERAL("multipart/mixed"));
    mime_field_parameter(&field, "boundary", span_of(boundary));
    mime_field_end(&field);
    buffer_printf(header, "\r\n--%s\r\n", boundary);
    write_words(compose, part, header, writer);
    buffer_printf(header, "--%s\r\n", boundary);
    add_file_fields(compose, part, header);
    compose_flush(header, writer);
    bool ok = write_file(compose, part, writer);
    /* The line end before a delimiter belongs to it; a text's own last one must stay. */
    if (compose->file_encoding != MIME_BASE64)
        buffer_add_text(header, "\r\n");
    buffer_printf(header, "--%s--\r\n", boundary);
    compose_flush(header, writer);
    return ok;
}
