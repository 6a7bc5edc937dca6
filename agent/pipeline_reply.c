/* SPDX-License-Identifier: ISC */
/* The reply stage: items to final mails in one memory file, and all of it into the ledger. */
#include "agent/work.h"

#include "agent/base/clock.h"
#include "agent/base/file.h"
#include "agent/base/log.h"

#include <string.h>

enum { DAY_SECONDS = 86400, REFERENCES_MAX = 50, DOCUMENT_KEPT_MAX = 4 << 20 };

bool reply_start(struct work *work)
{
    work->out_fd = file_in_memory("reply");
    if (work->out_fd >= 0)
        return true;
    return fault_set(&work->fault, FAULT_IO, NULL, "cannot make a memory file");
}

/* What makes this mail unlike any other: its place in its mailbox, and its bytes. */
static struct span id_seed(struct work *work)
{
    char hex[HASH_HEX_SIZE];
    const struct message_key *key = &work->job->key;
    hash_to_hex(&work->job->hash, hex);
    return span_of(arena_printf(work->arena, "%s|%s|%lld|%s|%s", key->account, key->mailbox,
                                (long long)key->uidvalidity, key->uid, hex));
}

static size_t read_references(struct work *work, struct span *references)
{
    size_t count = 0;
    for (uint32_t row = 0; row < work->headers.rows && count < REFERENCES_MAX; row++)
        if (flat_get_number(&work->headers, row, HEADERS_WHAT) == HEADERS_REFERENCE)
            references[count++] = flat_get_text(&work->headers, row, HEADERS_VALUE);
    return count;
}

/* Appends to a growing array of the job; the old one stays in the arena until the job ends. */
static void *grow(struct work *work, void *old, size_t count, size_t *room, size_t size)
{
    if (count < *room)
        return old;
    size_t wider = *room ? *room * 2 : 16;
    void *new = arena_alloc(work->arena, wider * size);
    if (!new)
        return NULL;
    if (count)
        memcpy(new, old, count * size);
    *room = wider;
    return new;
}

static bool add_part(struct work *work, const struct reply_mail *mail)
{
    struct ledger_part *parts =
        grow(work, work->parts, work->part_count, &work->part_room, sizeof *parts);
    if (!parts)
        return fault_set(&work->fault, FAULT_MEMORY, NULL, "no room for reply parts");
    work->parts = parts;
    parts[work->part_count++] = (struct ledger_part){.message_id = mail->message_id,
                                                     .sender = work->account->address,
                                                     .recipient = work->from,
                                                     .fd = work->out_fd,
                                                     .offset = mail->offset,
                                                     .size = mail->size};
    work->out_bytes += mail->size;
    return true;
}

static bool add_memory(struct work *work, const char *kind, const char *name, struct span value)
{
    struct ledger_memory *memories =
        grow(work, work->memories, work->memory_count, &work->memory_room, sizeof *memories);
    char *kept = arena_copy_span(work->arena, value);
    if (!memories || !name || !kept)
        return fault_set(&work->fault, FAULT_MEMORY, NULL, "no room for what is remembered");
    work->memories = memories;
    memories[work->memory_count++] = (struct ledger_memory){
        .kind = kind,
        .who = work->from,
        .name = name,
        .value = {kept, value.len},
        .expires = clock_now() + work->account->replies.keep_days * DAY_SECONDS};
    return true;
}

/* So that a number, NEXT or FIND in an answer to this mail can be understood for days: which page
 * each of our mails showed, its links by number, and the rendering itself. */
static bool remember_document(struct work *work, const struct reply_item *item,
                              const struct reply_mails *mails)
{
    const struct document *document = item->text ? item->text : item->html;
    const char *name = arena_printf(work->arena, "%lld/%u", (long long)work->job->id, item->number);
    for (size_t i = 0; i < mails->count; i++)
        if (!add_memory(work, "shown", mails->mails[i].message_id, span_of(name)))
            return false;
    if (!add_memory(work, "url", name, span_of(item->url)))
        return false;
    for (size_t i = 0; document && i < document->link_count; i++) {
        const char *link = arena_printf(work->arena, "%s/%u", name, document->links[i].number);
        if (!add_memory(work, "link", link, document->links[i].url))
            return false;
    }
    if (item->text && item->text->body.len <= DOCUMENT_KEPT_MAX)
        return add_memory(work, "document", name, item->text->body);
    return true;
}

static bool compose(struct work *work, const struct reply_item *item, struct reply_mails *mails,
                    struct fault *fault)
{
    struct reply_item noted = *item;
    if (work->note && item->number <= 1 && !*item->note)
        noted.note = work->note;
    struct span references[REFERENCES_MAX];
    struct reply_context context = {
        .own_address = work->account->address,
        .asker = work->from,
        .subject = headers_first(&work->headers, HEADERS_SUBJECT),
        .message_id = headers_first(&work->headers, HEADERS_MESSAGE_ID),
        .references = references,
        .reference_count = read_references(work, references),
        .date = clock_now(),
        .job = work->job->id,
        .id_seed = id_seed(work),
        .key = work->pipeline->key,
        .part_bytes = work->account->replies.part,
        .max_bytes = work->account->replies.max,
        .footer = work->account->replies.footer ? work->account->replies.footer : ""};
    return reply_compose(&context, &noted, work->out_fd, work->arena, mails, fault);
}

static bool add_mails(struct work *work, const struct reply_mails *mails)
{
    for (size_t i = 0; i < mails->count; i++)
        if (!add_part(work, &mails->mails[i]))
            return false;
    return true;
}

bool reply_add_fault(struct work *work, unsigned number, const char *asked,
                     const struct fault *told)
{
    struct reply_mails mails;
    struct reply_item item = {
        .number = number, .asked = asked, .url = "", .fault = told, .original_fd = -1, .note = ""};
    work_say(work, STAGE_REPLY, "error %s", fault_name(told->code));
    return compose(work, &item, &mails, &work->fault) && add_mails(work, &mails);
}

bool reply_add(struct work *work, const struct reply_item *item)
{
    struct reply_mails mails;
    struct fault fault = FAULT_INIT;
    if (compose(work, item, &mails, &fault)) {
        work_say(work, STAGE_REPLY, "%zu mail%s", mails.count, mails.count == 1 ? "" : "s");
        return add_mails(work, &mails) && remember_document(work, item, &mails);
    }
    /* What will not pass by waiting is told; the rest is tried again. */
    if (fault.class != FAULT_TEMPORARY)
        fault_tell_asker(&fault, "This page cannot be put into a mail.");
    bool told =
        fault.class != FAULT_TEMPORARY && reply_add_fault(work, item->number, item->asked, &fault);
    if (!told)
        fault_set(&work->fault, fault.code ? fault.code : FAULT_INTERNAL, NULL, "reply: %s",
                  fault.operator ? fault.operator : "cannot be composed");
    fault_clear(&fault);
    return told;
}

enum ledger_result reply_commit(struct work *work)
{
    struct ledger_answer answer = {.parts = work->parts,
                                   .part_count = work->part_count,
                                   .memories = work->memories,
                                   .memory_count = work->memory_count,
                                   .charges = &work->charge,
                                   .charge_count = work->charge.kind ? 1 : 0};
    return ledger_answer(work->pipeline->ledger, work->job->id, work->job->token, &answer);
}
