/* SPDX-License-Identifier: ISC */
/* Dates of feeds, in one form that sorts and that everybody reads the same. */
#include "render/types/feed.h"

#include <string.h>

#include "render/plain.h"

enum { SHOWN_MAX = 40, ZONE_MAX = 5 };

struct moment {
    uint32_t year, month, day, hour, minute;
    bool has_time;
    struct span zone; /* "UTC", "+02:00", "EST"; or absent */
};

/* Takes a number of at most four digits off. */
static bool take_number(struct span *text, uint32_t *value_out)
{
    size_t len = 0;
    *value_out = 0;
    while (len < text->len && len < 4 && text->at[len] >= '0' && text->at[len] <= '9')
        *value_out = *value_out * 10 + (uint32_t)(text->at[len++] - '0');
    *text = span_from(*text, len);
    return len;
}

static bool take_byte(struct span *text, char byte)
{
    if (!text->len || text->at[0] != byte)
        return false;
    *text = span_from(*text, 1);
    return true;
}

static bool take_month(struct span *text, uint32_t *month_out)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    for (uint32_t i = 0; i < 12; i++)
        if (span_starts_nocase(*text, (struct span){months + (size_t)3 * i, 3})) {
            *month_out = i + 1;
            while (text->len && *text->at != ' ' && *text->at != '-')
                *text = span_from(*text, 1);
            return true;
        }
    return false;
}

/* hh:mm[:ss[.fraction]] */
static bool take_time(struct span *text, struct moment *moment)
{
    uint32_t seconds;
    if (!take_number(text, &moment->hour) || !take_byte(text, ':') ||
        !take_number(text, &moment->minute))
        return false;
    if (take_byte(text, ':'))
        take_number(text, &seconds);
    if (take_byte(text, '.'))
        while (text->len && text->at[0] >= '0' && text->at[0] <= '9')
            *text = span_from(*text, 1);
    moment->has_time = true;
    return moment->hour < 25 && moment->minute < 60;
}

static void take_zone(struct span text, struct moment *moment)
{
    static const char *const zero[] = {"Z", "GMT", "UT", "UTC", "+0000", "+00:00", "-0000"};
    text = span_trim(text);
    for (size_t i = 0; i < sizeof zero / sizeof *zero; i++)
        if (span_equal_nocase(text, span_of(zero[i]))) {
            moment->zone = SPAN_LITERAL("UTC");
            return;
        }
    bool is_offset = text.len && (text.at[0] == '+' || text.at[0] == '-');
    for (size_t i = is_offset; i < text.len; i++) {
        char byte = text.at[i];
        bool digit = (byte >= '0' && byte <= '9') || byte == ':';
        bool letter = (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z');
        if (is_offset ? !digit : !letter)
            return;
    }
    if (text.len <= ZONE_MAX + (size_t)is_offset)
        moment->zone = text;
}

/* [Day, ]1 May 2024[ 10:00[:00] zone] */
static bool read_mail_date(struct span text, struct moment *moment)
{
    ptrdiff_t comma = span_find_byte(text, ',');
    text = span_trim(span_from(text, comma < 0 ? 0 : (size_t)comma + 1));
    if (!take_number(&text, &moment->day) || !(take_byte(&text, ' ') || take_byte(&text, '-')))
        return false;
    if (!take_month(&text, &moment->month) || !(take_byte(&text, ' ') || take_byte(&text, '-')) ||
        !take_number(&text, &moment->year))
        return false;
    if (moment->year < 100)
        moment->year += moment->year < 70 ? 2000 : 1900;
    text = span_trim(text);
    if (text.len && take_time(&text, moment))
        take_zone(text, moment);
    return true;
}

/* 2024-05-01[T10:00[:00]zone] */
static bool read_web_date(struct span text, struct moment *moment)
{
    if (!take_number(&text, &moment->year) || moment->year < 1000 || !take_byte(&text, '-') ||
        !take_number(&text, &moment->month) || !take_byte(&text, '-') ||
        !take_number(&text, &moment->day))
        return false;
    if (take_byte(&text, 'T') || take_byte(&text, 't') || take_byte(&text, ' '))
        if (take_time(&text, moment))
            take_zone(text, moment);
    return true;
}

static bool is_sound(const struct moment *moment)
{
    return moment->month >= 1 && moment->month <= 12 && moment->day >= 1 && moment->day <= 31;
}

static struct span copy_out(struct arena *arena, struct buffer *text)
{
    char *copy = text->failed ? NULL : arena_copy_span(arena, buffer_span(text));
    struct span result = {copy, copy ? text->len : 0};
    buffer_free(text);
    return result;
}

struct span feed_date(struct arena *arena, struct span text)
{
    struct moment moment = {0};
    struct buffer shown;
    buffer_init(&shown, 4 * SHOWN_MAX);
    text = span_trim(text);
    bool read = read_web_date(text, &moment) && is_sound(&moment);
    if (!read) {
        moment = (struct moment){0};
        read = read_mail_date(text, &moment) && is_sound(&moment);
    }
    if (!read) {
        plain_clean(text, SHOWN_MAX, &shown);
        return copy_out(arena, &shown);
    }
    buffer_printf(&shown, "%04u-%02u-%02u", moment.year, moment.month, moment.day);
    if (moment.has_time)
        buffer_printf(&shown, " %02u:%02u", moment.hour, moment.minute);
    if (moment.has_time && moment.zone.len) {
        buffer_add_byte(&shown, ' ');
        buffer_add_span(&shown, moment.zone);
    }
    return copy_out(arena, &shown);
}
