/* SPDX-License-Identifier: ISC */
/* render: the render pipeline as a filter, through the same parse child as a run. */
#include "agent/commands/commands.h"

#include "agent/base/file.h"
#include "agent/base/log.h"
#include "agent/commands/house.h"
#include "agent/parse/parse.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

enum { INPUT_BYTES = 64 << 20, OUTPUT_BYTES = 64 << 20 };

static int complain(struct fault *fault)
{
    int code = run_exit_code(fault);
    log_line(LOG_ERROR, "%s", fault->operator ? fault->operator : fault_name(fault->code));
    fault_clear(fault);
    return code == EX_UNAVAILABLE ? EX_DATAERR : code;
}

static bool read_format(const char *as, enum format *format_out)
{
    static const enum format formats[] = {FORMAT_TEXT, FORMAT_HTML, FORMAT_SOURCE, FORMAT_ARTICLE};
    for (size_t i = 0; as && i < sizeof formats / sizeof *formats; i++)
        if (strcmp(as, format_name(formats[i])) == 0) {
            *format_out = formats[i];
            return true;
        }
    log_line(LOG_ERROR, "render: say --as text, --as html, --as article or --as source");
    return false;
}

static bool looks_like(const char *file, const char *suffix)
{
    size_t len = file ? strlen(file) : 0, end = strlen(suffix);
    return len >= end && strcmp(file + len - end, suffix) == 0;
}

/* What is not said: HTML, unless the file is called otherwise. */
static const char *guess_type(const char *file)
{
    return looks_like(file, ".txt") ? "text/plain" : "text/html";
}

/* The whole input in a sealed memory file; -1 when that cannot be (said). */
static int take_input(const char *file)
{
    int from = file ? open(file, O_RDONLY | O_CLOEXEC) : STDIN_FILENO;
    int to = file_in_memory("page");
    if (from < 0 || to < 0) {
        log_line(LOG_ERROR, "%s: %s", file ? file : "memory file", strerror(errno));
        return -1;
    }
    int64_t got = file_copy(from, to, (int64_t)INPUT_BYTES + 1);
    if (file)
        close(from);
    if (got >= 0 && got <= INPUT_BYTES && file_seal(to))
        return to;
    log_line(LOG_ERROR, got > INPUT_BYTES ? "render: the page is larger than 64 MB" : "render: %s",
             strerror(errno));
    close(to);
    return -1;
}

static bool write_document(const struct document *document, int fd)
{
    if (document->note.len)
        log_line(LOG_WARNING, "%.*s", (int)document->note.len, document->note.at);
    if (document->kind != DOCUMENT_ORIGINAL)
        return file_write_all(STDOUT_FILENO, document->body.at, document->body.len);
    return lseek(fd, 0, SEEK_SET) == 0 && file_copy(fd, STDOUT_FILENO, INT64_MAX) >= 0;
}

static bool render_as(struct parser *parser, const struct parse_plan *plan,
                      const struct render_options *as, int fd, struct fault *fault)
{
    struct flat facts;
    struct document document;
    struct arena *arena = arena_new((size_t)OUTPUT_BYTES * 4);
    struct parse_child *child = arena ? parse_start_page(parser, plan, fd, &facts, fault) : NULL;
    bool ok = child && parse_render(child, as, arena, &document, fault);
    if (ok && !write_document(&document, fd))
        ok = fault_set(fault, FAULT_IO, NULL, "standard output: %s", strerror(errno));
    parse_end(&child);
    arena_free(&arena);
    return ok;
}

static int render(const struct options *options, const struct house *house, enum format format,
                  int fd)
{
    struct fault fault = FAULT_INIT;
    struct page_hints hints = {
        .url = options->render.url ? options->render.url : "http://page.invalid/",
        .type = options->render.type ? options->render.type : guess_type(options->render.file),
        .charset = options->render.charset ? options->render.charset : "",
        .language = "",
        .file_name = ""};
    struct parse_plan plan = {.page = &hints};
    bool article = format == FORMAT_ARTICLE;
    if (article)
        format = FORMAT_TEXT;
    plan.fields.values[FIELD_DOCUMENT_FORMAT] = format_name(format);
    struct render_options as = {.format = format,
                                .part = article ? PART_WORDS : PART_PAGE,
                                .width = options->render.width,
                                .blind = options->render.blind,
                                .max_bytes = OUTPUT_BYTES,
                                .mailto = options->render.mailto};
    struct parser *parser = parser_open(&house->blocks, false, &fault);
    bool ok = parser && render_as(parser, &plan, &as, fd, &fault);
    if (!ok && fault.code == FAULT_CRASH) {
        log_fault(LOG_WARNING, "shown simplified", &fault);
        fault_clear(&fault);
        plan.plain = true;
        ok = render_as(parser, &plan, &as, fd, &fault);
    }
    parser_close(&parser);
    return ok ? EX_OK : complain(&fault);
}

int command_render(const struct options *options)
{
    struct house house;
    enum format format;
    if (!read_format(options->render.as, &format))
        return EX_USAGE;
    signal(SIGPIPE, SIG_IGN); /* a child that died before the question is a fault, not our end */
    int code = house_open(options, false, &house);
    if (code == EX_OK)
        code = house_check_kernel(&house);
    int fd = code == EX_OK ? take_input(options->render.file) : -1;
    if (code == EX_OK)
        code = fd < 0 ? EX_NOINPUT : render(options, &house, format, fd);
    if (fd >= 0)
        close(fd);
    house_close(&house);
    return code;
}
