/* SPDX-License-Identifier: ISC */
/* What a reply consists of: one mail when it fits, else as many as it takes.  Sizes are measured
 * by writing to a counter, so what is measured is what is sent. */
#include "agent/reply/compose_mail.h"

#include "agent/reply/clean.h"
#include "agent/reply/flow.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum {
    LEAST_PART_BYTES = 2048,
    LEAST_ROOM = 200,     /* bytes of a body that are worth a mail */
    SLACK = 64,           /* numbers shorter than those measured may fold elsewhere */
    ANY_NUMBER = 9999999, /* as long as a part's number can get */
    HTML_HEAD_MAX = 1024,
};

static bool no_memory(struct compose *compose)
{
    return fault_set(compose->fault, FAULT_MEMORY, NULL, "no memory left for a reply");
}

/* ---- texts ---- */

/* Takes "(part 2 of 3)" off the end, when it stands there. */
static struct span without_part(struct span subject)
{
    struct span mark = SPAN_LITERAL("(part ");
    ptrdiff_t at = span_find(subject, mark);
    if (at < 0 || subject.at[subject.len - 1] != ')')
        return subject;
    struct span rest = span_from(subject, (size_t)at + mark.len), number, of, count;
    rest.len--;
    uint64_t value;
    bool ours = span_next_word(&rest, &number) && span_to_u64(number, &value) &&
                span_next_word(&rest, &of) && span_equal(of, SPAN_LITERAL("of")) &&
                span_next_word(&rest, &count) && span_to_u64(count, &value) && rest.len == 0;
    return ours ? span_trim((struct span){subject.at, (size_t)at}) : subject;
}

/* Without "Re:", and without our own count when a part is answered. */
static struct span bare_subject(struct span subject)
{
    struct span re = SPAN_LITERAL("re:");
    subject = span_trim(subject);
    while (span_starts_nocase(subject, re))
        subject = span_trim(span_from(subject, re.len));
    return without_part(subject);
}

static size_t least(uint64_t a, size_t b)
{
    return a < b ? (size_t)a : b;
}

static bool is_language(struct span tag)
{
    for (size_t i = 0; i < tag.len; i++) {
        char byte = tag.at[i];
        if (!((byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
              (byte >= '0' && byte <= '9') || byte == '-'))
            return false;
    }
    return tag.len > 1 && tag.len <= 35;
}

static const struct document *main_document(const struct reply_item *item)
{
    return item->text ? item->text : item->html ? item->html : item->original;
}

/* "By-line, date" of an article, as far as it has them, and where its picture is. */
static bool prepare_about(struct compose *compose, size_t max)
{
    static const struct document none;
    const struct document *document = main_document(compose->item);
    struct buffer about;
    buffer_init(&about, max + 1);
    document = document ? document : &none;
    buffer_add_span(&about, document->byline);
    if (document->byline.len && document->date.len)
        buffer_add_text(&about, ", ");
    buffer_add_span(&about, document->date);
    compose->about = clean_line(compose->arena, buffer_span(&about), SIZE_MAX, max);
    buffer_free(&about);
    /* An address that was cut would lead elsewhere. */
    struct span image = document->image.len <= max ? document->image : none.image;
    compose->picture = clean_line(compose->arena, image, SIZE_MAX, max);
    return compose->about && compose->picture;
}

/* Cuts all one-line texts to their share of a mail. */
static bool prepare_lines(struct compose *compose, struct span title)
{
    const struct reply_context *context = compose->context;
    struct arena *arena = compose->arena;
    uint64_t part = compose->terse ? LEAST_PART_BYTES / 2 : context->part_bytes;
    char *subject = clean_line(arena, bare_subject(context->subject), least(part / 40, 200), 800);
    if (!subject)
        return false;
    /* Controls that were dropped may have hidden another "Re:". */
    subject = arena_copy_span(arena, bare_subject(span_of(subject)));
    compose->subject = subject && !*subject ? "your request" : subject;
    compose->title = clean_line(arena, title, least(part / 40, 200), 800);
    compose->url =
        clean_line(arena, span_of(compose->item->url), SIZE_MAX, least(part / 8, URL_MAX_BYTES));
    compose->note = clean_line(arena, span_of(compose->item->note), SIZE_MAX, least(part / 8, 800));
    compose->footer = clean_line(arena, span_of(context->footer), SIZE_MAX, least(part / 16, 400));
    return compose->subject && compose->title && compose->url && compose->note && compose->footer &&
           prepare_about(compose, least(part / 16, 400));
}

/* ---- what is said when something went wrong ---- */

static bool add_sentence(struct compose *compose, struct buffer *text, const char *sentence)
{
    size_t max = least(compose->context->part_bytes / 4, 1000);
    char *line = clean_line(compose->arena, span_of(sentence), SIZE_MAX, max);
    if (!line)
        return false;
    if (*line && text->len)
        buffer_add_text(text, "\n\n");
    for (struct span rest = span_of(line); rest.len;) {
        size_t len = flow_fit(rest);
        buffer_add(text, rest.at, len);
        rest = span_from(rest, len);
        if (rest.len)
            buffer_add_byte(text, '\n');
    }
    return !text->failed;
}

static bool prepare_fault(struct compose *compose)
{
    const struct fault *fault = compose->item->fault;
    const char *sentence = fault->asker && *fault->asker
                               ? fault->asker
                               : "Something went wrong here; the operator has been told.";
    struct buffer text;
    buffer_init(&text, 8192);
    bool ok = add_sentence(compose, &text, sentence) &&
              add_sentence(compose, &text, reply_advice(fault->code));
    char *body = ok ? arena_copy_span(compose->arena, buffer_span(&text)) : NULL;
    buffer_free(&text);
    const char *asked = compose->item->asked ? compose->item->asked : "";
    char *title = *asked ? arena_printf(compose->arena, "You asked for: %s", asked)
                         : arena_copy(compose->arena, "About your mail");
    if (!body || !title)
        return no_memory(compose);
    compose->kind = COMPOSE_TEXT;
    compose->text = span_of(body);
    return prepare_lines(compose, span_of(title)) ? true : no_memory(compose);
}

/* ---- what the reply is made of ---- */

static void choose_encodings(struct compose *compose)
{
    struct compose_part whole = {.number = 1, .count = 1, .first = true, .last = true};
    struct mime_survey survey;
    if (compose->kind == COMPOSE_TEXT || compose->kind == COMPOSE_BOTH) {
        struct mime_body body = mime_body_survey(&survey);
        compose_text_body(compose, &whole, &body);
        compose->text_encoding = mime_choose(&survey);
    }
    if (compose->kind == COMPOSE_HTML || compose->kind == COMPOSE_BOTH) {
        struct mime_body body = mime_body_survey(&survey);
        compose_html_body(compose, &whole, &body);
        compose->html_encoding = mime_choose(&survey);
    }
}

static bool prepare_documents(struct compose *compose)
{
    const struct reply_item *item = compose->item;
    const struct document *document = main_document(item);
    if (!document)
        return fault_set(compose->fault, FAULT_INTERNAL, NULL, "a reply without a document");
    if (!prepare_lines(compose, document->title))
        return no_memory(compose);
    if (is_language(document->language))
        compose->language = arena_copy_span(compose->arena, document->language);
    if (!compose->language)
        return no_memory(compose);
    if (item->text)
        compose->text = item->text->body;
    if (item->html)
        split_html_document(item->html->body, &compose->html_head, &compose->html);
    if (!item->text && !item->html)
        return compose_original_prepare(compose);
    compose->kind = item->text ? item->html ? COMPOSE_BOTH : COMPOSE_TEXT : COMPOSE_HTML;
    compose->has_links = item->text && item->text->link_count > 0;
    return true;
}

bool reply_can_reach(const char *address)
{
    return compose_is_address(address);
}

static bool prepare(struct compose *compose)
{
    const struct reply_context *context = compose->context;
    if (!compose_is_address(context->asker) || !compose_is_address(context->own_address))
        return fault_set(compose->fault, FAULT_BAD_MAIL, NULL,
                         "the asker's or the own address cannot stand in a mail");
    if (context->part_bytes < LEAST_PART_BYTES)
        return fault_set(compose->fault, FAULT_CONFIG, NULL,
                         "a part of %llu bytes is too small for a mail, at least %d are needed",
                         (unsigned long long)context->part_bytes, LEAST_PART_BYTES);
    compose->domain = strrchr(context->own_address, '@') + 1;
    compose->language = "";
    if (!(compose->item->fault ? prepare_fault(compose) : prepare_documents(compose)))
        return false;
    choose_encodings(compose);
    return true;
}

/* ---- measuring ---- */

static bool measure(const struct compose *compose, const struct compose_part *part,
                    uint64_t *size_out)
{
    struct mail_writer counter;
    mail_writer_init(&counter, -1, UINT64_MAX);
    if (!compose_mail(compose, part, &counter))
        return false;
    *size_out = counter.count;
    return counter.failed ? fault_set(compose->fault, FAULT_MEMORY, NULL, "no memory for a header")
                          : true;
}

/* The bytes that are left for a body in a first and in any other mail. */
static bool measure_room(const struct compose *compose, struct split_room *room_out)
{
    static const struct split_piece nothing = {.bytes = {"", 0}};
    struct compose_part part = {
        .number = ANY_NUMBER, .count = ANY_NUMBER, .first = true, .piece = &nothing};
    uint64_t first, next, part_bytes = compose->context->part_bytes;
    if (!measure(compose, &part, &first))
        return false;
    part.first = false;
    if (!measure(compose, &part, &next))
        return false;
    room_out->first = part_bytes > first + SLACK ? part_bytes - first - SLACK : 0;
    room_out->next = part_bytes > next + SLACK ? part_bytes - next - SLACK : 0;
    /* Every mail costs at least its frame, so more pieces than this exceed the maximum. */
    uint64_t pieces = compose->context->max_bytes / (next ? next : 1) + 1;
    room_out->max_pieces = pieces < ANY_NUMBER ? (size_t)pieces : ANY_NUMBER;
    return true;
}

/* Makes room where long texts around the body leave none. */
static bool make_room(struct compose *compose, struct split_room *room_out)
{
    if (compose->html_head.len > least(compose->context->part_bytes / 8, HTML_HEAD_MAX))
        compose->html_head.len = 0;
    if (!measure_room(compose, room_out))
        return false;
    if (room_out->first >= LEAST_ROOM && room_out->next >= LEAST_ROOM)
        return true;
    compose->terse = true;
    if (!prepare_lines(compose, span_of(compose->title)))
        return no_memory(compose);
    if (!measure_room(compose, room_out))
        return false;
    if (room_out->first >= LEAST_ROOM && room_out->next >= LEAST_ROOM)
        return true;
    return fault_set(compose->fault, FAULT_CONFIG, NULL,
                     "a part of %llu bytes leaves no room behind its header",
                     (unsigned long long)compose->context->part_bytes);
}

/* ---- writing ---- */

struct output {
    int fd;
    off_t start;
    uint64_t size;
    struct reply_mails *mails;
    size_t room;
};

static bool too_large(const struct compose *compose)
{
    fault_set(compose->fault, FAULT_REPLY_TOO_LARGE, NULL, "the reply exceeds %llu bytes",
              (unsigned long long)compose->context->max_bytes);
    fault_tell_asker(compose->fault,
                     "This is larger than the %llu kB that may be mailed for one request.",
                     (unsigned long long)(compose->context->max_bytes / 1000));
    return false;
}

static bool begin_output(struct compose *compose, struct output *output, size_t mails)
{
    output->mails->mails = arena_alloc(compose->arena, mails * sizeof *output->mails->mails);
    output->room = mails;
    return output->mails->mails ? true : no_memory(compose);
}

static bool write_mail(struct compose *compose, const struct compose_part *part,
                       struct output *output)
{
    const struct reply_context *context = compose->context;
    struct reply_mail *mail = &output->mails->mails[output->mails->count];
    struct mail_writer writer;
    mail_writer_init(&writer, output->fd, context->max_bytes - output->size);
    if (!compose_mail(compose, part, &writer))
        return false;
    if (!mail_writer_finish(&writer)) {
        if (writer.over)
            return too_large(compose);
        return fault_set(compose->fault, writer.errno_value == ENOSPC ? FAULT_DISK_FULL : FAULT_IO,
                         NULL, "cannot write a reply: %s", strerror(writer.errno_value));
    }
    if (writer.count > context->part_bytes)
        return fault_set(compose->fault, FAULT_INTERNAL, NULL,
                         "a mail of %llu bytes does not fit a part of %llu",
                         (unsigned long long)writer.count, (unsigned long long)context->part_bytes);
    mail->message_id = compose_message_id(compose, part->number);
    mail->offset = (uint64_t)output->start + output->size;
    mail->size = writer.count;
    output->size += writer.count;
    output->mails->count++;
    return mail->message_id ? true : no_memory(compose);
}

static bool write_whole(struct compose *compose, struct output *output)
{
    struct compose_part whole = {
        .number = 1, .count = 1, .first = true, .last = true, .len = compose->item->original_size};
    return begin_output(compose, output, 1) && write_mail(compose, &whole, output);
}

static bool write_pieces(struct compose *compose, struct output *output)
{
    struct split_room room = {0};
    struct split_piece *piece = NULL;
    size_t count = 0;
    bool html = compose->kind == COMPOSE_HTML;
    if (!make_room(compose, &room))
        return false;
    compose->html_room = room.next;
    room.encoding = html ? compose->html_encoding : compose->text_encoding;
    enum split_result result =
        html ? split_html(compose->arena, compose->html, &room, &piece, &count)
             : split_text(compose->arena, compose->text, &room, &piece, &count);
    if (result == SPLIT_TOO_MANY)
        return too_large(compose);
    if (result == SPLIT_MEMORY || !begin_output(compose, output, count))
        return no_memory(compose);
    for (size_t number = 1; piece; piece = piece->next, number++) {
        struct compose_part part = {.number = number,
                                    .count = count,
                                    .first = number == 1,
                                    .last = number == count,
                                    .piece = piece};
        if (!write_mail(compose, &part, output))
            return false;
    }
    return true;
}

static bool write_file_pieces(struct compose *compose, struct output *output)
{
    struct split_room room = {0};
    compose->kind = COMPOSE_ATTACHED;
    compose->file_encoding = MIME_BASE64;
    if (!make_room(compose, &room))
        return false;
    uint64_t least_room = room.first < room.next ? room.first : room.next;
    uint64_t bytes = least_room / MIME_BASE64_LINE_WIRE * MIME_BASE64_LINE_BYTES;
    uint64_t size = compose->item->original_size, count = (size + bytes - 1) / bytes;
    if (count > room.max_pieces)
        return too_large(compose);
    if (!begin_output(compose, output, (size_t)count))
        return false;
    for (uint64_t number = 1; number <= count; number++) {
        uint64_t from = (number - 1) * bytes;
        struct compose_part part = {.number = (size_t)number,
                                    .count = (size_t)count,
                                    .first = number == 1,
                                    .last = number == count,
                                    .from = from,
                                    .len = size - from < bytes ? size - from : bytes};
        if (!write_mail(compose, &part, output))
            return false;
    }
    return true;
}

/* Text and HTML together are worth one mail only; beyond that, text alone. */
static bool leave_out_html(struct compose *compose)
{
    const struct reply_item *item = compose->item;
    const char *note = item->note ? item->note : "";
    char *longer = arena_printf(compose->arena,
                                "%s%sThe HTML form is left out, it would not fit into one mail. "
                                "To get it, write: HTML %s",
                                note, *note ? " " : "", compose->url);
    compose->kind = COMPOSE_TEXT;
    if (longer)
        compose->note = clean_line(compose->arena, span_of(longer), SIZE_MAX,
                                   least(compose->context->part_bytes / 6, 1600));
    if (!longer || !compose->note)
        return no_memory(compose);
    choose_encodings(compose);
    return true;
}

/* A small original may still be measured; a large one is known not to fit. */
static bool measure_whole(struct compose *compose, bool *fits_out)
{
    struct compose_part whole = {
        .number = 1, .count = 1, .first = true, .last = true, .len = compose->item->original_size};
    bool file = compose->kind == COMPOSE_INLINE || compose->kind == COMPOSE_ATTACHED;
    uint64_t size = UINT64_MAX;
    if (!(file && whole.len > compose->context->part_bytes) && !measure(compose, &whole, &size))
        return false;
    *fits_out = size <= compose->context->part_bytes;
    return true;
}

static bool write_reply(struct compose *compose, struct output *output)
{
    bool fits;
    if (!measure_whole(compose, &fits))
        return false;
    if (!fits && compose->kind == COMPOSE_BOTH &&
        !(leave_out_html(compose) && measure_whole(compose, &fits)))
        return false;
    if (fits)
        return write_whole(compose, output);
    if (compose->kind == COMPOSE_INLINE || compose->kind == COMPOSE_ATTACHED)
        return write_file_pieces(compose, output);
    return write_pieces(compose, output);
}

bool reply_compose(const struct reply_context *context, const struct reply_item *item, int fd,
                   struct arena *arena, struct reply_mails *mails_out, struct fault *fault)
{
    struct compose compose = {.context = context, .item = item, .arena = arena, .fault = fault};
    struct output output = {.fd = fd, .mails = mails_out};
    *mails_out = (struct reply_mails){NULL, 0};
    output.start = lseek(fd, 0, SEEK_END);
    if (output.start < 0)
        return fault_set(fault, FAULT_IO, NULL, "cannot seek in a reply's file: %s",
                         strerror(errno));
    if (prepare(&compose) && write_reply(&compose, &output))
        return true;
    if (ftruncate(fd, output.start) == 0)
        lseek(fd, output.start, SEEK_SET);
    *mails_out = (struct reply_mails){NULL, 0};
    return false;
}
