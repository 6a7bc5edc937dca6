/* SPDX-License-Identifier: ISC */
/* The header fields that all mails of a reply have, dates and ids computed without a locale. */
#include "agent/reply/compose_mail.h"

#include "agent/reply/mime_header.h"
#include "agent/reply/submission.h"

#include <stdio.h>
#include <string.h>

enum { REFERENCES_MAX = 20, ID_MAX_BYTES = 250, ID_SHARE = 8, KEY_BYTES = 32 };

struct civil {
    int64_t year;
    unsigned month, day, hour, minute, second, weekday; /* month from 1, weekday 0 is Sunday */
};

/* Days and seconds of the proleptic Gregorian calendar; years beyond four digits are cut off. */
static struct civil civil_of(int64_t date)
{
    static const unsigned lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const int64_t last = 253402300799; /* 9999-12-31 23:59:59 */
    date = date < 0 ? 0 : date > last ? last : date;
    int64_t days = date / 86400;
    unsigned second = (unsigned)(date % 86400);
    struct civil civil = {.year = 1970,
                          .hour = second / 3600,
                          .minute = second / 60 % 60,
                          .second = second % 60,
                          .weekday = (unsigned)((days + 4) % 7)};
    for (;; civil.year++) {
        bool leap = (civil.year % 4 == 0 && civil.year % 100 != 0) || civil.year % 400 == 0;
        if (days < 365 + leap) {
            unsigned month = 0, day = (unsigned)days;
            while (day >= lengths[month] + (month == 1 && leap)) {
                day -= lengths[month] + (month == 1 && leap);
                month++;
            }
            civil.month = month + 1;
            civil.day = day + 1;
            return civil;
        }
        days -= 365 + leap;
    }
}

void compose_short_date(int64_t date, char text_out[COMPOSE_DATE_SIZE])
{
    struct civil civil = civil_of(date);
    snprintf(text_out, COMPOSE_DATE_SIZE, "%04d-%02u-%02u %02u:%02u UTC", (int)civil.year,
             civil.month, civil.day, civil.hour, civil.minute);
}

static void add_date(struct buffer *out, int64_t date)
{
    static const char days[] = "SunMonTueWedThuFriSat";
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    struct civil civil = civil_of(date);
    buffer_printf(out, "Date: %.3s, %02u %.3s %04d %02u:%02u:%02u +0000\r\n",
                  days + 3 * civil.weekday, civil.day, months + 3 * (civil.month - 1),
                  (int)civil.year, civil.hour, civil.minute, civil.second);
}

bool compose_is_address(const char *address)
{
    const char *at = address ? strrchr(address, '@') : NULL;
    if (!at || at == address || !at[1] || strchr(address, '@') != at || strlen(address) > 320)
        return false;
    for (const char *byte = address; *byte; byte++)
        if (*byte <= ' ' || *byte >= 0x7F || strchr("()<>[]:;,\\\"", *byte))
            return false;
    return true;
}

/* The HMAC of what the text is for; the number cannot be confused with the end of the seed. */
static struct hash secret_of(const struct compose *compose, const char *purpose, size_t number)
{
    struct hash seed = hash_sha256(compose->context->id_seed);
    char text[HASH_BYTES + 80];
    memcpy(text, seed.bytes, HASH_BYTES);
    int len = snprintf(text + HASH_BYTES, sizeof text - HASH_BYTES, "|%u|%zu|%s",
                       compose->item->number, number, purpose);
    struct span key = {(const char *)compose->context->key, KEY_BYTES};
    return hash_hmac(key, (struct span){text, HASH_BYTES + (size_t)len});
}

const char *compose_message_id(const struct compose *compose, size_t number)
{
    struct hash hash = secret_of(compose, "id", number);
    char text[HASH_BASE32_SIZE];
    hash_to_base32(&hash, text);
    return arena_printf(compose->arena, "<v1.%s@%s>", text, compose->domain);
}

void compose_boundary(const struct compose *compose, size_t number,
                      char boundary_out[COMPOSE_BOUNDARY_SIZE])
{
    struct hash hash = secret_of(compose, "boundary", number);
    char text[HASH_BASE32_SIZE];
    hash_to_base32(&hash, text);
    snprintf(boundary_out, COMPOSE_BOUNDARY_SIZE, "=_www4mail-%.24s", text);
}

static void add_subject(const struct compose *compose, const struct compose_part *part,
                        struct buffer *out)
{
    struct mime_field field = mime_field_begin(out, "Subject");
    mime_field_text(&field, SPAN_LITERAL("Re:"));
    mime_field_text(&field, span_of(compose->subject));
    if (part->count > 1) {
        char text[64];
        snprintf(text, sizeof text, "(part %zu of %zu)", part->number, part->count);
        mime_field_text(&field, span_of(text));
    }
    mime_field_end(&field);
}

static bool is_sound_id(struct span id)
{
    if (id.len < 5 || id.len > ID_MAX_BYTES || id.at[0] != '<' || id.at[id.len - 1] != '>')
        return false;
    for (size_t i = 1; i + 1 < id.len; i++)
        if (id.at[i] <= ' ' || id.at[i] >= 0x7F || id.at[i] == '<' || id.at[i] == '>')
            return false;
    return span_find_byte(id, '@') > 0;
}

/* The last references that fit, then the request itself. */
static void add_thread(const struct compose *compose, struct buffer *out)
{
    const struct reply_context *context = compose->context;
    if (!is_sound_id(context->message_id))
        return;
    struct mime_field field = mime_field_begin(out, "In-Reply-To");
    mime_field_word(&field, context->message_id);
    mime_field_end(&field);
    if (compose->terse)
        return;
    size_t from = context->reference_count, kept = 0;
    uint64_t left = context->part_bytes / ID_SHARE;
    for (; from > 0 && kept < REFERENCES_MAX - 1; from--) {
        struct span id = context->references[from - 1];
        if (!is_sound_id(id) || span_equal(id, context->message_id))
            continue;
        if (id.len + 3 > left)
            break;
        left -= id.len + 3;
        kept++;
    }
    field = mime_field_begin(out, "References");
    for (size_t i = from; i < context->reference_count; i++)
        if (is_sound_id(context->references[i]) &&
            !span_equal(context->references[i], context->message_id))
            mime_field_word(&field, context->references[i]);
    mime_field_word(&field, context->message_id);
    mime_field_end(&field);
}

void compose_header(const struct compose *compose, const struct compose_part *part,
                    struct buffer *out)
{
    const struct reply_context *context = compose->context;
    add_date(out, context->date);
    mime_field_line(out, "From", context->own_address);
    mime_field_line(out, "To", context->asker);
    add_subject(compose, part, out);
    const char *id = compose_message_id(compose, part->number);
    if (!id) {
        out->failed = true;
        return;
    }
    struct mime_field field = mime_field_begin(out, "Message-ID");
    mime_field_word(&field, span_of(id));
    mime_field_end(&field);
    add_thread(compose, out);
    mime_field_line(out, "Auto-Submitted", "auto-replied");
    mime_field_line(out, "X-Auto-Response-Suppress", "All");
    mime_field_line(out, "X-Loop", context->own_address);
    buffer_printf(out, "X-Www4mail-Job: %lld\r\n", (long long)context->job);
    char token[SUBMISSION_TOKEN_SIZE];
    submission_token(id, token);
    mime_field_line(out, SUBMISSION_TOKEN_FIELD, token);
    if (*compose->language)
        mime_field_line(out, "Content-Language", compose->language);
    mime_field_line(out, "MIME-Version", "1.0");
}
