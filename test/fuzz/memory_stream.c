/* SPDX-License-Identifier: ISC */
/* Streams over memory, with the limits and the faults of the real ones, and a look at what the
 * client writes. */
#include "test/fuzz/memory_stream.h"

#include "agent/base/fault.h"
#include "test/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

enum { TURN = '\x1d' };

struct stream {
    struct span rest;
    uint64_t budget;
    enum stream_tls tls;
    bool encrypted;
    enum { TLS_OLD, TLS_FRESH, TLS_ASKED } since; /* what happened since STARTTLS */
    struct fault fault;
};

static struct {
    struct span script;
    size_t chunk, open;
    const char *secret;
} served;

void memory_stream_serve(struct span script, size_t chunk, const char *secret)
{
    served.script = script;
    served.chunk = chunk;
    served.secret = secret;
}

bool memory_stream_all_closed(void)
{
    return served.open == 0;
}

static struct stream *memory_open(const struct stream_options *options, struct fault *fault)
{
    FUZZ_ASSERT(options->host && *options->host && options->port > 0);
    if (served.script.len == 0) {
        fault_set(fault, FAULT_CONNECT, NULL, "nobody listens");
        return NULL;
    }
    struct stream *stream = calloc(1, sizeof *stream);
    FUZZ_ASSERT(stream);
    stream->rest = fuzz_part(&served.script);
    stream->budget = options->budget ? options->budget : 1 << 20;
    stream->tls = options->tls;
    stream->encrypted = options->tls == STREAM_TLS_IMPLICIT;
    served.open++;
    return stream;
}

static bool memory_pending(struct stream *stream)
{
    return fault_is_set(&stream->fault) || (stream->rest.len > 0 && stream->rest.at[0] != TURN);
}

static bool memory_upgrade(struct stream *stream)
{
    if (fault_is_set(&stream->fault))
        return false;
    if (memory_pending(stream))
        return fault_set(&stream->fault, FAULT_TLS, NULL, "bytes before the handshake");
    stream->encrypted = true;
    stream->since = TLS_FRESH;
    return true;
}

static ssize_t memory_read(struct stream *stream, void *bytes, size_t len)
{
    FUZZ_ASSERT(len > 0);
    stream->since = TLS_OLD;
    if (fault_is_set(&stream->fault))
        return -1;
    while (stream->rest.len > 0 && stream->rest.at[0] == TURN)
        stream->rest = span_from(stream->rest, 1);
    ptrdiff_t turn = span_find_byte(stream->rest, TURN);
    size_t count = turn < 0 ? stream->rest.len : (size_t)turn;
    if (count > len)
        count = len;
    if (served.chunk > 0 && count > served.chunk)
        count = served.chunk;
    if (count == 0)
        fault_set(&stream->fault, FAULT_CONNECT, NULL, "the server ended the connection");
    else if (stream->budget == 0)
        fault_set(&stream->fault, FAULT_IO, NULL, "the budget is used up");
    if (fault_is_set(&stream->fault))
        return -1;
    if (count > stream->budget)
        count = (size_t)stream->budget;
    stream->budget -= count;
    memcpy(bytes, stream->rest.at, count);
    stream->rest = span_from(stream->rest, count);
    return (ssize_t)count;
}

/* Whole lines; no secret in the clear; and the first command behind a handshake is answered from
 * behind it, not by words that came before. */
static bool memory_write(struct stream *stream, const void *bytes, size_t len)
{
    struct span text = {bytes, len};
    FUZZ_ASSERT(len > 0);
    for (size_t i = 0; i < len; i++)
        FUZZ_ASSERT(text.at[i] != '\n' || (i > 0 && text.at[i - 1] == '\r'));
    FUZZ_ASSERT(stream->since != TLS_ASKED);
    if (stream->since == TLS_FRESH)
        stream->since = TLS_ASKED;
    if (stream->tls != STREAM_TLS_NONE && !stream->encrypted)
        FUZZ_ASSERT(span_find(text, span_of(served.secret)) < 0);
    return !fault_is_set(&stream->fault);
}

static void memory_set_budget(struct stream *stream, uint64_t bytes)
{
    stream->budget = bytes;
}

static const struct fault *memory_fault(const struct stream *stream)
{
    return &stream->fault;
}

static void memory_facts(const struct stream *stream, struct stream_facts *facts_out)
{
    *facts_out = (struct stream_facts){
        .address = "127.0.0.1", .tls = stream->encrypted ? "TLS1.3" : "", .pin = "", .issuer = ""};
}

static void memory_close(struct stream **stream)
{
    if (!*stream)
        return;
    fault_clear(&(*stream)->fault);
    free(*stream);
    *stream = NULL;
    served.open--;
}

const struct stream_ops streams = {
    .open = memory_open,
    .upgrade = memory_upgrade,
    .read = memory_read,
    .write = memory_write,
    .pending = memory_pending,
    .set_budget = memory_set_budget,
    .fault = memory_fault,
    .facts = memory_facts,
    .close = memory_close,
};
