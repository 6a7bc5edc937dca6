/* SPDX-License-Identifier: ISC */
/*
 * Replies made of hostile texts: every mail is ASCII with CRLF line ends of bounded length, has the
 * fields that it must have and no other, fits its part, is read by our own reader, and is known as
 * a robot's by our own gate.
 */
#include "test/fuzz/compose_checks.h"

#include "agent/base/file.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PARTS = 12 };

/* The texts of a reply, in the order in which the input has them. */
struct texts {
    struct span subject, message_id, reference, asked, url, title, body, html, type, charset,
        file_name, language;
};

static void take_texts(struct span *rest, struct texts *texts)
{
    struct span *const all[PARTS] = {&texts->subject, &texts->message_id, &texts->reference,
                                     &texts->asked,   &texts->url,        &texts->title,
                                     &texts->body,    &texts->html,       &texts->type,
                                     &texts->charset, &texts->file_name,  &texts->language};
    for (size_t i = 0; i < PARTS; i++)
        *all[i] = fuzz_part(rest);
}

/* A document as it comes from a child: only what the worker takes. */
static bool make_document(struct arena *arena, enum document_kind kind, const struct texts *texts,
                          struct document *document_out)
{
    struct document sent = {.kind = kind,
                            .title = texts->title,
                            .type = texts->type,
                            .charset = texts->charset,
                            .file_name = texts->file_name,
                            .language = texts->language};
    struct buffer bytes;
    if (kind != DOCUMENT_ORIGINAL)
        sent.body = kind == DOCUMENT_HTML ? texts->html : texts->body;
    buffer_init(&bytes, DOCUMENT_MAX_BYTES);
    bool written = document_write(&sent, &bytes);
    char *copy = arena_copy_span(arena, buffer_span(&bytes));
    struct span crossed = {copy, bytes.len};
    buffer_free(&bytes);
    return written && copy && document_read(arena, crossed, document_out);
}

static int original_of(struct span bytes)
{
    int fd = file_in_memory("original");
    FUZZ_ASSERT(fd >= 0 && file_write_all(fd, bytes.at, bytes.len));
    return fd;
}

/* What kind of reply; false when the child's document would not be taken. */
static bool choose(struct arena *arena, unsigned kind, const struct texts *texts,
                   struct document documents[3], struct fault *fault, struct reply_item *item)
{
    static const enum fault_code codes[] = {FAULT_NAME, FAULT_TIMEOUT, FAULT_BAD_URL};
    bool made[3];
    for (int i = 0; i < 3; i++)
        made[i] = make_document(arena, (enum document_kind)i, texts, &documents[i]);
    switch (kind) {
    case 0:
        fault_set(fault, codes[texts->title.len % 3], NULL, "x");
        if (texts->title.len > 0)
            fault_tell_asker(fault, "%.*s", (int)texts->title.len, texts->title.at);
        item->fault = fault;
        return true;
    case 1:
        item->text = &documents[DOCUMENT_TEXT];
        return made[DOCUMENT_TEXT];
    case 2:
        item->html = &documents[DOCUMENT_HTML];
        return made[DOCUMENT_HTML];
    case 3:
        item->text = &documents[DOCUMENT_TEXT];
        item->html = &documents[DOCUMENT_HTML];
        return made[DOCUMENT_TEXT] && made[DOCUMENT_HTML];
    default:
        item->original = &documents[DOCUMENT_ORIGINAL];
        item->original_fd = original_of(texts->body);
        item->original_size = texts->body.len;
        return made[DOCUMENT_ORIGINAL];
    }
}

static void compose(const struct reply_context *context, const struct reply_item *item,
                    struct arena *arena)
{
    struct fault fault = FAULT_INIT;
    struct reply_mails mails;
    int fd = file_in_memory("reply");
    FUZZ_ASSERT(fd >= 0);
    if (reply_compose(context, item, fd, arena, &mails, &fault)) {
        FUZZ_ASSERT(!fault_is_set(&fault) && mails.count > 0);
        fuzz_check_mails(context, &mails, fd);
    } else {
        FUZZ_ASSERT(fault.code == FAULT_REPLY_TOO_LARGE || fault.code == FAULT_MEMORY);
        FUZZ_ASSERT(file_size(fd) == 0);
    }
    fault_clear(&fault);
    close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const unsigned char key[32] = "a key of thirty-two bytes for it";
    static const uint64_t part_sizes[] = {2048, 3000, 5000, 100000};
    struct span rest = {(const char *)data, size};
    struct arena *arena = arena_new(32 << 20);
    struct document documents[3];
    struct fault fault = FAULT_INIT;
    struct texts texts;
    unsigned kind = fuzz_number(&rest, 5), part = fuzz_number(&rest, 4);
    take_texts(&rest, &texts);
    char *asked = fuzz_text(texts.asked), *url = fuzz_text(texts.url);
    struct reply_item item = {
        .number = 1, .asked = asked, .url = url, .note = asked, .original_fd = -1};
    struct reply_context context = {.own_address = "web@agent.example",
                                    .asker = "ann@reader.example",
                                    .subject = texts.subject,
                                    .message_id = texts.message_id,
                                    .references = &texts.reference,
                                    .reference_count = 1,
                                    .date = 1795284120,
                                    .job = 17,
                                    .id_seed = SPAN_LITERAL("account|1|2"),
                                    .key = key,
                                    .part_bytes = part_sizes[part],
                                    .max_bytes = 4000000,
                                    .footer = url};
    if (choose(arena, kind, &texts, documents, &fault, &item))
        compose(&context, &item, arena);
    if (item.original_fd >= 0)
        close(item.original_fd);
    fault_clear(&fault);
    free(asked);
    free(url);
    arena_free(&arena);
    return 0;
}
