/* SPDX-License-Identifier: ISC */
/*
 * The parts of a mail as a table.  The structure comes from libetpan, over the mapped bytes; what
 * is in the parts is decoded here, each within its share.  Attached mails are listed, not entered.
 */
#include "agent/request/mime.h"
#include "agent/request/transfer.h"

#include "agent/base/charset.h"

#include <ctype.h>
#include <libetpan/mailmime.h>

enum {
    TEXT_MAX_BYTES = 1024 * 1024,
    ROWS_MAX = 1000,
    TYPE_MAX_BYTES = 100,
    TABLE_SHARE = 512 * 1024 /* of PARTS_MAX_BYTES, for everything but texts */
};

struct reading {
    struct flat_writer rows; /* spoiled when memory was short for anything that goes in */
    size_t text_left;
    bool (*html_to_text)(void *context, struct span html, struct span charset,
                         struct buffer *text_out);
    void *context;
};

/* A leaf: what the table shows of it besides its text. */
struct leaf {
    const struct mailmime *part;
    uint32_t depth;
    struct buffer type, name;
};

static void let_go(struct reading *reading, struct buffer *buffer)
{
    buffer_free_into(buffer, &reading->rows.table);
}

static void add_row(struct reading *reading, enum parts_source source, uint32_t depth,
                    struct span type, struct span name, struct span text)
{
    if (reading->rows.rows >= ROWS_MAX)
        return;
    if (text.len > reading->text_left) {
        text.len = reading->text_left;
        while (text.len > 0 && (text.at[text.len] & 0xc0) == 0x80)
            text.len--;
    }
    reading->text_left -= text.len;
    flat_number(&reading->rows, (uint32_t)source);
    flat_number(&reading->rows, depth);
    flat_text(&reading->rows, type);
    flat_text(&reading->rows, name);
    flat_text(&reading->rows, text);
}

static void add_leaf(struct reading *reading, const struct leaf *leaf, enum parts_source source,
                     struct span text)
{
    add_row(reading, source, leaf->depth, buffer_span(&leaf->type), buffer_span(&leaf->name), text);
}

static const char *main_type(const struct mailmime_type *type)
{
    static const char *const names[] = {[MAILMIME_DISCRETE_TYPE_TEXT] = "text",
                                        [MAILMIME_DISCRETE_TYPE_IMAGE] = "image",
                                        [MAILMIME_DISCRETE_TYPE_AUDIO] = "audio",
                                        [MAILMIME_DISCRETE_TYPE_VIDEO] = "video",
                                        [MAILMIME_DISCRETE_TYPE_APPLICATION] = "application"};
    if (type->tp_type == MAILMIME_TYPE_COMPOSITE_TYPE) {
        const struct mailmime_composite_type *composite = type->tp_data.tp_composite_type;
        return composite->ct_type == MAILMIME_COMPOSITE_TYPE_MESSAGE     ? "message"
               : composite->ct_type == MAILMIME_COMPOSITE_TYPE_MULTIPART ? "multipart"
                                                                         : composite->ct_token;
    }
    const struct mailmime_discrete_type *discrete = type->tp_data.tp_discrete_type;
    if (discrete->dt_type == MAILMIME_DISCRETE_TYPE_EXTENSION)
        return discrete->dt_extension;
    size_t index = (size_t)discrete->dt_type;
    return index < sizeof names / sizeof *names ? names[index] : NULL;
}

/* "text/plain", in lower case; a mail without MIME fields is that. */
static void type_of(const struct mailmime *part, struct buffer *type_out)
{
    const struct mailmime_content *content = part->mm_content_type;
    const char *main = content && content->ct_type ? main_type(content->ct_type) : "text";
    const char *sub = content && content->ct_subtype ? content->ct_subtype : "plain";
    struct buffer text;
    buffer_init(&text, TYPE_MAX_BYTES);
    if (!main || !buffer_printf(&text, "%s/%s", main, sub) || !charset_is_utf8(buffer_span(&text)))
        buffer_add_text(type_out, "application/octet-stream");
    for (size_t i = 0; type_out->len == i && i < text.len; i++)
        buffer_add_byte(type_out, (char)tolower((unsigned char)text.at[i]));
    buffer_free_into(&text, type_out);
}

/* The decoded bytes, TEXT_MAX_BYTES at most; they may lie in the mail itself or in `room`. */
static struct span decode_body(const struct mailmime *part, struct buffer *room)
{
    const struct mailmime_data *data = part->mm_data.mm_single;
    struct span body = {NULL, 0};
    if (data && data->dt_type == MAILMIME_DATA_TEXT)
        body = (struct span){data->dt_data.dt_text.dt_data, data->dt_data.dt_text.dt_length};
    int encoding = data ? data->dt_encoding : MAILMIME_MECHANISM_8BIT;
    buffer_init(room, TEXT_MAX_BYTES);
    if (encoding == MAILMIME_MECHANISM_BASE64)
        transfer_base64(body, room);
    else if (encoding == MAILMIME_MECHANISM_QUOTED_PRINTABLE)
        transfer_quoted_printable(body, room);
    else if (body.len > TEXT_MAX_BYTES)
        body.len = TEXT_MAX_BYTES;
    bool coded =
        encoding == MAILMIME_MECHANISM_BASE64 || encoding == MAILMIME_MECHANISM_QUOTED_PRINTABLE;
    return coded ? buffer_span(room) : body;
}

static bool looks_like_text(struct span bytes)
{
    for (size_t i = 0; i < bytes.len; i++) {
        unsigned char byte = (unsigned char)bytes.at[i];
        if ((byte < ' ' && byte != '\t' && byte != '\n' && byte != '\r' && byte != '\f') ||
            byte == 0x7f)
            return false;
    }
    return bytes.len > 0;
}

static void add_uuencoded(struct reading *reading, const struct leaf *leaf,
                          const struct uuencode_file *file)
{
    struct buffer bytes, text, name;
    buffer_init(&bytes, TEXT_MAX_BYTES);
    buffer_init(&text, TEXT_MAX_BYTES);
    buffer_init(&name, TYPE_MAX_BYTES * 4);
    uuencode_decode(file->lines, &bytes);
    bool readable = looks_like_text(buffer_span(&bytes));
    if (readable)
        mime_text(buffer_span(&bytes), (struct span){NULL, 0}, &text);
    mime_name(file->name, &name);
    if (readable)
        add_row(reading, PARTS_UUENCODED, leaf->depth, SPAN_LITERAL("text/plain"),
                buffer_span(&name), buffer_span(&text));
    else
        add_row(reading, PARTS_OTHER, leaf->depth, SPAN_LITERAL("application/octet-stream"),
                buffer_span(&name), SPAN_LITERAL(""));
    let_go(reading, &bytes);
    let_go(reading, &text);
    let_go(reading, &name);
}

/* The files that are in a text, in a second look at it: the text's own row goes first. */
static void add_files(struct reading *reading, const struct leaf *leaf, struct span text)
{
    struct uuencode_file file;
    struct buffer unused;
    buffer_init(&unused, 0);
    while (reading->rows.rows < ROWS_MAX && uuencode_next(&text, &unused, &file))
        add_uuencoded(reading, leaf, &file);
    buffer_free(&unused);
}

static void add_plain(struct reading *reading, const struct leaf *leaf, struct span bytes)
{
    struct buffer text, alone, joined;
    struct uuencode_file file;
    const char *format = mime_parameter(leaf->part, "format");
    const char *delsp = mime_parameter(leaf->part, "delsp");
    bool flowed = span_equal_nocase(span_of(format), SPAN_LITERAL("flowed"));
    buffer_init(&text, TEXT_MAX_BYTES);
    buffer_init(&alone, TEXT_MAX_BYTES);
    buffer_init(&joined, TEXT_MAX_BYTES * 2);
    mime_text(bytes, span_of(mime_parameter(leaf->part, "charset")), &text);
    struct span rest = buffer_span(&text);
    while (uuencode_next(&rest, &alone, &file))
        ;
    if (flowed)
        flowed_join(buffer_span(&alone), span_equal_nocase(span_of(delsp), SPAN_LITERAL("yes")),
                    &joined);
    add_leaf(reading, leaf, flowed ? PARTS_FLOWED : PARTS_PLAIN,
             buffer_span(flowed ? &joined : &alone));
    add_files(reading, leaf, buffer_span(&text));
    let_go(reading, &text);
    let_go(reading, &alone);
    let_go(reading, &joined);
}

static void add_html(struct reading *reading, const struct leaf *leaf, struct span bytes)
{
    struct buffer raw, text;
    buffer_init(&raw, TEXT_MAX_BYTES);
    buffer_init(&text, TEXT_MAX_BYTES);
    /* Whatever it made before it failed is still good to read. */
    bool made = reading->html_to_text(reading->context, bytes,
                                      span_of(mime_parameter(leaf->part, "charset")), &raw);
    mime_text(buffer_span(&raw), SPAN_LITERAL("utf-8"), &text);
    add_leaf(reading, leaf, made || raw.len > 0 ? PARTS_HTML : PARTS_OTHER, buffer_span(&text));
    let_go(reading, &raw);
    let_go(reading, &text);
}

static void read_leaf(struct reading *reading, const struct mailmime *part, uint32_t depth)
{
    struct leaf leaf = {.part = part, .depth = depth};
    struct buffer room = {.at = NULL};
    buffer_init(&leaf.type, TYPE_MAX_BYTES);
    buffer_init(&leaf.name, TYPE_MAX_BYTES * 4);
    type_of(part, &leaf.type);
    mime_file_name(part, &leaf.name);
    struct span type = buffer_span(&leaf.type);
    bool single = part->mm_type == MAILMIME_SINGLE && !mime_is_attachment(part);
    if (single && span_equal(type, SPAN_LITERAL("text/plain")))
        add_plain(reading, &leaf, decode_body(part, &room));
    else if (single && span_equal(type, SPAN_LITERAL("text/html")) && reading->html_to_text)
        add_html(reading, &leaf, decode_body(part, &room));
    else
        add_leaf(reading, &leaf, PARTS_OTHER, SPAN_LITERAL(""));
    let_go(reading, &room);
    let_go(reading, &leaf.type);
    let_go(reading, &leaf.name);
}

/* The part that follows in the order of the mail, or NULL. */
static struct mailmime *next_part(struct mailmime *part, uint32_t *depth)
{
    clist *list = part->mm_type == MAILMIME_MULTIPLE ? part->mm_data.mm_multipart.mm_mp_list : NULL;
    if (list && clist_begin(list)) {
        ++*depth;
        return clist_content(clist_begin(list));
    }
    while (part->mm_parent && part->mm_parent_type == MAILMIME_MULTIPLE) {
        clistiter *after = clist_next(part->mm_multipart_pos);
        if (after)
            return clist_content(after);
        part = part->mm_parent;
        --*depth;
    }
    return NULL;
}

static void read_tree(struct reading *reading, struct mailmime *root)
{
    uint32_t depth = 0;
    struct mailmime *part = root;
    if (root->mm_type == MAILMIME_MESSAGE)
        part = root->mm_data.mm_message.mm_msg_mime;
    while (part && reading->rows.rows < ROWS_MAX) {
        if (part->mm_type != MAILMIME_MULTIPLE)
            read_leaf(reading, part, depth);
        part = next_part(part, &depth);
    }
}

enum module_result mime_parts(struct call *call, struct span mail,
                              bool (*html_to_text)(void *context, struct span html,
                                                   struct span charset, struct buffer *text_out),
                              void *context, struct buffer *parts_out)
{
    struct reading reading = {.text_left = PARTS_MAX_BYTES - TABLE_SHARE,
                              .html_to_text = html_to_text,
                              .context = context};
    const char *nested = mime_nesting(mail);
    struct mailmime *root = NULL;
    size_t index = 0;
    if (nested)
        return www4mail_fault(call, MODULE_FAIL, FAULT_BAD_MAIL,
                              "Your mail is put together in a way that cannot be read safely.",
                              "too many %s are nested in the mail", nested);
    if (mail.len > 0 && mailmime_parse(mail.at, mail.len, &index, &root) != MAILIMF_NO_ERROR)
        return www4mail_fault(call, MODULE_FAIL, FAULT_BAD_MAIL,
                              "Your mail could not be read. Please send it as plain text.",
                              "libetpan cannot parse the mail");
    flat_begin(&reading.rows, PARTS_KIND, PARTS_SHAPE, PARTS_MAX_BYTES);
    if (root)
        read_tree(&reading, root);
    bool whole = flat_end(&reading.rows, parts_out);
    if (root)
        mailmime_free(root);
    if (!whole)
        return www4mail_fault(call, MODULE_FAIL, FAULT_MEMORY, NULL,
                              "the part table does not fit into memory");
    return MODULE_OK;
}
