/* SPDX-License-Identifier: ISC */
/* Bodies cut into mails: nothing lost, nothing torn, every piece within its room, HTML balanced. */
#include "test/fuzz/fuzz.h"

#include "agent/base/charset.h"
#include "agent/base/file.h"
#include "agent/reply/flow.h"
#include "agent/reply/html_walk.h"
#include "agent/reply/split.h"

#include <string.h>
#include <unistd.h>

enum { LEAST_ROOM = 200, DEPTH = 400 };

static uint64_t text_size(struct span text, enum mime_encoding encoding)
{
    struct mail_writer counter;
    mail_writer_init(&counter, -1, UINT64_MAX);
    struct mime_body body = mime_body_begin(&counter, encoding);
    flow_lines(&body, text);
    mime_body_end(&body);
    return counter.count;
}

static void check_text(struct arena *arena, struct span text, const struct split_room *room)
{
    struct split_piece *piece = NULL;
    size_t count = 0, at = 0;
    enum split_result result = split_text(arena, text, room, &piece, &count);
    if (result != SPLIT_OK)
        return;
    FUZZ_ASSERT(count > 0 && count <= room->max_pieces);
    for (size_t number = 0; piece; piece = piece->next, number++) {
        FUZZ_ASSERT(piece->bytes.at == span_from(text, at).at);
        FUZZ_ASSERT(text_size(piece->bytes, room->encoding) <= (number ? room->next : room->first));
        FUZZ_ASSERT(charset_is_utf8(piece->bytes));
        FUZZ_ASSERT(piece->bytes.len > 0 || text.len == 0);
        at += piece->bytes.len;
        count--;
    }
    FUZZ_ASSERT(at == text.len && count == 0);
}

static void write_piece(const struct split_piece *piece, const struct split_room *room,
                        struct buffer *out)
{
    struct mail_writer writer;
    int fd = file_in_memory("wire");
    mail_writer_init(&writer, fd, UINT64_MAX);
    struct mime_body body = mime_body_begin(&writer, MIME_7BIT);
    split_html_write(&body, piece, room->next);
    mime_body_end(&body);
    FUZZ_ASSERT(mail_writer_finish(&writer) && lseek(fd, 0, SEEK_SET) == 0);
    FUZZ_ASSERT(file_read_to_end(fd, out));
    close(fd);
}

static void check_balanced(struct span text)
{
    struct span open[DEPTH];
    struct html_token token;
    size_t depth = 0;
    while (html_token_next(&text, &token)) {
        FUZZ_ASSERT(token.text.len > 0);
        if (token.kind == HTML_START) {
            FUZZ_ASSERT(depth < DEPTH);
            open[depth++] = token.name;
        }
        if (token.kind == HTML_END)
            FUZZ_ASSERT(depth > 0 && span_equal_nocase(open[--depth], token.name));
    }
    FUZZ_ASSERT(depth == 0);
}

static void add_words(struct buffer *words, struct span text)
{
    struct html_token token;
    while (html_token_next(&text, &token))
        if (token.kind == HTML_WORD)
            for (size_t i = 0; i < token.text.len; i++)
                if (!strchr("\r\n", token.text.at[i]) || token.text.at[i] == '\0')
                    buffer_add_byte(words, token.text.at[i]);
}

static void check_html(struct arena *arena, struct span html, const struct split_room *room)
{
    struct split_piece *piece = NULL;
    struct buffer wire, words, whole;
    struct buffer *all[] = {&wire, &words, &whole};
    size_t count = 0;
    if (split_html(arena, html, room, &piece, &count) != SPLIT_OK)
        return;
    for (size_t i = 0; i < 3; i++)
        buffer_init(all[i], 64 << 20);
    for (; piece; piece = piece->next) {
        buffer_clear(&wire);
        write_piece(piece, room, &wire);
        check_balanced(buffer_span(&wire));
        add_words(&words, buffer_span(&wire));
    }
    add_words(&whole, html);
    FUZZ_ASSERT(span_equal(buffer_span(&words), buffer_span(&whole)));
    for (size_t i = 0; i < 3; i++)
        buffer_free(all[i]);
}

static void check_document(struct span html)
{
    struct span head, content;
    split_html_document(html, &head, &content);
    FUZZ_ASSERT(head.len + content.len <= html.len);
    fuzz_touch(head);
    fuzz_touch(content);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span rest = {(const char *)data, size};
    struct arena *arena = arena_new(16 << 20);
    struct split_room room = {.encoding = (enum mime_encoding)fuzz_number(&rest, 3),
                              .max_pieces = 5000};
    struct buffer text;
    room.first = LEAST_ROOM + fuzz_number(&rest, 256) * 4;
    room.next = LEAST_ROOM + fuzz_number(&rest, 256) * 4;
    buffer_init(&text, size * 3 + 16);
    charset_clean_utf8(rest, &text);
    check_text(arena, buffer_span(&text), &room);
    check_html(arena, buffer_span(&text), &room);
    check_document(buffer_span(&text));
    buffer_free(&text);
    arena_free(&arena);
    return 0;
}
