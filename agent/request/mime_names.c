/* SPDX-License-Identifier: ISC */
/*
 * Parameters of a part and its file name.  The parser hands out RFC 2231's `name*0*=` pieces as
 * they were written; they are put together here.
 */
#include "agent/request/mime.h"

#include "agent/base/charset.h"
#include "agent/request/encoded_word.h"
#include "agent/request/transfer.h"

#include <libetpan/mailmime.h>
#include <string.h>
#include <strings.h>

enum { NAME_MAX_BYTES = 255, PIECES_MAX = 20, RAW_MAX_BYTES = 4096 };

/* One piece of a value: `name*3*` is piece 3, extended (percent-encoded). */
struct piece {
    const char *value;
    bool extended;
};

struct pieces {
    const char *plain; /* the value without any `*` */
    struct piece pieces[PIECES_MAX];
};

const char *mime_parameter(const struct mailmime *part, const char *name)
{
    clist *list = part->mm_content_type ? part->mm_content_type->ct_parameters : NULL;
    for (clistiter *at = list ? clist_begin(list) : NULL; at; at = clist_next(at)) {
        const struct mailmime_parameter *parameter = clist_content(at);
        if (parameter->pa_name && parameter->pa_value && strcasecmp(parameter->pa_name, name) == 0)
            return parameter->pa_value;
    }
    return NULL;
}

/* Sorts a parameter in when it is a form of `base`. */
static void add_parameter(struct pieces *pieces, const char *base,
                          const struct mailmime_parameter *parameter)
{
    size_t len = strlen(base), number = 0;
    const char *suffix = parameter->pa_name;
    if (!suffix || !parameter->pa_value || strncasecmp(suffix, base, len) != 0)
        return;
    suffix += len;
    if (*suffix == '\0') {
        pieces->plain = parameter->pa_value;
        return;
    }
    if (*suffix++ != '*')
        return;
    bool extended = *suffix == '\0';
    while (*suffix >= '0' && *suffix <= '9' && number < PIECES_MAX)
        number = number * 10 + (size_t)(*suffix++ - '0');
    if (*suffix == '*' && suffix[1] == '\0') {
        extended = true;
        suffix++;
    }
    if (*suffix == '\0' && number < PIECES_MAX && !pieces->pieces[number].value)
        pieces->pieces[number] = (struct piece){parameter->pa_value, extended};
}

static void add_percent(struct span text, struct buffer *out)
{
    for (size_t i = 0; i < text.len; i++) {
        int high = -1, low = -1;
        if (text.at[i] == '%' && i + 2 < text.len) {
            high = transfer_hex(text.at[i + 1]);
            low = transfer_hex(text.at[i + 2]);
        }
        char byte = high >= 0 && low >= 0 ? (char)(high << 4 | low) : text.at[i];
        i += high >= 0 && low >= 0 ? 2 : 0;
        transfer_add(out, &byte, 1);
    }
}

/* charset'language'text; without the quotes it is all text. */
static struct span split_charset(struct span value, struct span *charset_out)
{
    ptrdiff_t first = span_find_byte(value, '\'');
    struct span rest = span_from(value, first < 0 ? value.len : (size_t)first + 1);
    ptrdiff_t second = span_find_byte(rest, '\'');
    if (second < 0)
        return value;
    *charset_out = (struct span){value.at, (size_t)first};
    return span_from(rest, (size_t)second + 1);
}

static void join_pieces(const struct pieces *pieces, struct buffer *text_out)
{
    struct buffer raw;
    struct span charset = {NULL, 0};
    buffer_init(&raw, RAW_MAX_BYTES);
    for (size_t i = 0; i < PIECES_MAX && pieces->pieces[i].value; i++) {
        struct span value = span_of(pieces->pieces[i].value);
        if (i == 0 && pieces->pieces[i].extended)
            value = split_charset(value, &charset);
        if (pieces->pieces[i].extended)
            add_percent(value, &raw);
        else
            transfer_add(&raw, value.at, value.len);
    }
    mime_text(buffer_span(&raw), charset, text_out);
    buffer_free_into(&raw, text_out);
}

void mime_name(struct span text, struct buffer *name_out)
{
    struct buffer clean;
    if (text.len > RAW_MAX_BYTES)
        text = span_from(text, text.len - RAW_MAX_BYTES);
    buffer_init(&clean, RAW_MAX_BYTES * 4);
    charset_clean_line(text, &clean);
    struct span name = span_trim(buffer_span(&clean));
    for (size_t i = name.len; i > 0; i--) {
        if (name.at[i - 1] == '/' || name.at[i - 1] == '\\') {
            name = span_from(name, i);
            break;
        }
    }
    if (name.len > NAME_MAX_BYTES) {
        name.len = NAME_MAX_BYTES;
        while (name.len > 0 && (name.at[name.len] & 0xc0) == 0x80)
            name.len--;
    }
    buffer_add_span(name_out, name);
    buffer_free_into(&clean, name_out);
}

static bool use_pieces(const struct pieces *pieces, struct buffer *name_out)
{
    struct buffer text;
    if (!pieces->plain && !pieces->pieces[0].value)
        return false;
    buffer_init(&text, RAW_MAX_BYTES * 4);
    struct span plain = span_of(pieces->plain);
    if (plain.len > RAW_MAX_BYTES)
        plain.len = RAW_MAX_BYTES;
    if (pieces->pieces[0].value)
        join_pieces(pieces, &text);
    else
        encoded_word_decode(plain, &text);
    mime_name(buffer_span(&text), name_out);
    buffer_free_into(&text, name_out);
    return name_out->len > 0;
}

static const struct mailmime_disposition *find_disposition(const struct mailmime *part)
{
    clist *list = part->mm_mime_fields ? part->mm_mime_fields->fld_list : NULL;
    for (clistiter *at = list ? clist_begin(list) : NULL; at; at = clist_next(at)) {
        const struct mailmime_field *field = clist_content(at);
        if (field->fld_type == MAILMIME_FIELD_DISPOSITION)
            return field->fld_data.fld_disposition;
    }
    return NULL;
}

bool mime_is_attachment(const struct mailmime *part)
{
    const struct mailmime_disposition *disposition = find_disposition(part);
    return disposition && disposition->dsp_type &&
           disposition->dsp_type->dsp_type != MAILMIME_DISPOSITION_TYPE_INLINE;
}

static void read_disposition(const struct mailmime_disposition *disposition, struct pieces *pieces)
{
    clist *list = disposition ? disposition->dsp_parms : NULL;
    for (clistiter *at = list ? clist_begin(list) : NULL; at; at = clist_next(at)) {
        const struct mailmime_disposition_parm *parm = clist_content(at);
        if (parm->pa_type == MAILMIME_DISPOSITION_PARM_FILENAME)
            pieces->plain = parm->pa_data.pa_filename;
        else if (parm->pa_type == MAILMIME_DISPOSITION_PARM_PARAMETER)
            add_parameter(pieces, "filename", parm->pa_data.pa_parameter);
    }
}

void mime_file_name(const struct mailmime *part, struct buffer *name_out)
{
    struct pieces pieces = {.plain = NULL};
    read_disposition(find_disposition(part), &pieces);
    if (use_pieces(&pieces, name_out))
        return;
    clist *list = part->mm_content_type ? part->mm_content_type->ct_parameters : NULL;
    pieces = (struct pieces){.plain = NULL};
    for (clistiter *at = list ? clist_begin(list) : NULL; at; at = clist_next(at))
        add_parameter(&pieces, "name", clist_content(at));
    use_pieces(&pieces, name_out);
}
