/* SPDX-License-Identifier: ISC */
/*
 * Orders out of the text of a mail.  First the lines that are nothing but an order; only when
 * there are none, addresses in a sentence.
 */
#include "agent/request/request.h"

#include "agent/request/parts.h"
#include "agent/request/request_lines.h"
#include "agent/request/request_urls.h"
#include "agent/request/request_verbs.h"

#include <string.h>
#include <unictype.h>
#include <unistr.h>

enum { ORDERS_MAX = 1000, WORD_MAX_BYTES = 100, ARGUMENT_MAX_BYTES = 1000, NUMBER_WORDS_MAX = 5 };

struct reader {
    struct arena *arena;
    struct request *request;
    size_t max;
    bool reply;                       /* the subject says so: a number alone is a link of ours */
    bool first;                       /* no line with anything on it came before */
    const struct verb_entry *waiting; /* a verb alone on its line, for the address in the next */
    struct span waiting_word;
    bool failed;
};

/* Cut between two characters. */
static struct span at_most(struct span text, size_t max)
{
    if (text.len <= max)
        return text;
    while (max > 0 && (text.at[max] & 0xc0) == 0x80)
        max--;
    return (struct span){text.at, max};
}

static void add_order(struct reader *reader, enum verb verb, struct span word, const char *argument)
{
    struct request *request = reader->request;
    if (request->count == reader->max) {
        request->left_out++;
        return;
    }
    struct order *order = &request->orders[request->count];
    order->verb = verb;
    order->word = arena_copy_span(reader->arena, at_most(word, WORD_MAX_BYTES));
    order->argument = argument;
    if (order->word && argument)
        request->count++;
    else
        reader->failed = true;
}

/* An order whose argument is plain text, on one line: what is said about it stands in lines too. */
static void add_text_order(struct reader *reader, enum verb verb, struct span word,
                           struct span text)
{
    text = at_most(request_trim(text), ARGUMENT_MAX_BYTES);
    char *argument = arena_copy_span(reader->arena, text);
    for (char *at = argument; at && *at; at++)
        if (*at >= '\t' && *at <= '\r')
            *at = ' ';
    add_order(reader, verb, word, argument);
}

static void add_url_order(struct reader *reader, enum verb verb, struct span word, struct span url)
{
    if (reader->request->count == reader->max)
        reader->request->left_out++;
    else
        add_order(reader, verb, word, request_url_repair(reader->arena, url));
}

static size_t count_words(struct span rest)
{
    struct request_word word;
    size_t count = 0;
    while (request_word_next(&rest, &word))
        count++;
    return count;
}

static bool has_digit(struct span text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.at[i] >= '0' && text.at[i] <= '9')
            return true;
    return false;
}

/* The first word of a line as a verb: `GET`, `get:`, `XGET=address`.  Takes it off the line. */
static const struct verb_entry *take_verb(struct span *line, struct span *word_out)
{
    struct request_word first;
    struct span rest = *line;
    if (!request_word_next(&rest, &first))
        return NULL;
    struct span word = first.text;
    size_t end = 0;
    while (end < word.len && word.at[end] != '=' && word.at[end] != ':')
        end++;
    struct span head = {word.at, end};
    while (head.len > 1 && strchr(".!,;?", head.at[head.len - 1]))
        head.len--;
    if (end < word.len && span_starts_nocase(span_from(word, end), SPAN_LITERAL("://")))
        return NULL;
    const struct verb_entry *entry = request_verb_find(head);
    if (!entry)
        return NULL;
    size_t used = (size_t)(word.at - line->at) + end + (end < word.len);
    *word_out = head;
    *line = span_from(*line, used);
    return entry;
}

/* Every address of the line; the link target that follows its own words counts once.  FOLLOW
 * behind an address asks for a walk, which is another order. */
static size_t take_urls(struct reader *reader, enum verb verb, struct span word, struct span rest)
{
    struct request_word next;
    size_t count = 0;
    bool url_before = false;
    while (request_word_next(&rest, &next)) {
        bool is_url = request_url_likeness(next.text) != URL_NOT;
        struct span after = rest;
        struct request_word behind;
        if (!is_url)
            break;
        if (url_before && next.bracketed) {
            url_before = false;
            continue;
        }
        bool walk = request_word_next(&after, &behind) &&
                    span_equal_nocase(behind.text, SPAN_LITERAL("follow"));
        if (walk)
            add_url_order(reader, VERB_NOT_YET, behind.text, next.text);
        else
            add_url_order(reader, verb, word, next.text);
        count++;
        url_before = true;
    }
    return count;
}

/* An address that does not look like one is still taken when it stands alone and could only be
 * meant as one: the person is then told what is wrong with it. */
static bool take_odd_url(struct reader *reader, enum verb verb, struct span word, struct span rest)
{
    struct request_word only;
    if (!request_word_next(&rest, &only) || count_words(rest) > 0)
        return false;
    struct span url = request_url_trim(only.text);
    if (span_find_byte(url, '.') < 0 && span_find_byte(url, ':') < 0 &&
        span_find_byte(url, '/') < 0)
        return false;
    add_url_order(reader, verb, word, url);
    return true;
}

static bool read_url_verb(struct reader *reader, const struct verb_entry *entry, struct span word,
                          struct span rest)
{
    if (count_words(rest) == 0) {
        reader->waiting = entry;
        reader->waiting_word = word;
        return true;
    }
    return take_urls(reader, entry->verb, word, rest) > 0 ||
           take_odd_url(reader, entry->verb, word, rest);
}

/* What follows a verb that takes no address; false when the line is just a sentence. */
static bool words_fit(const struct verb_entry *entry, struct span rest)
{
    size_t words = count_words(rest);
    switch (entry->takes) {
    case TAKES_TOPIC:
        return words <= 1;
    case TAKES_NOTHING:
        return words == 0;
    case TAKES_PAGE:
    case TAKES_NUMBER:
        return words > 0 && words <= NUMBER_WORDS_MAX && has_digit(rest);
    case TAKES_WORD:
        return words == 1;
    case TAKES_WORDS:
        return words > 0;
    default:
        return false;
    }
}

static bool read_verb(struct reader *reader, const struct verb_entry *entry, struct span word,
                      struct span rest)
{
    struct request_word next;
    struct span after = rest;
    bool url = request_word_next(&after, &next) && request_url_likeness(next.text) != URL_NOT;
    switch (entry->takes) {
    case TAKES_URL:
        return read_url_verb(reader, entry, word, rest);
    case TAKES_INFO:
        if (count_words(rest) == 0) {
            add_text_order(reader, VERB_HELP, word, rest);
            return true;
        }
        return url && take_urls(reader, entry->verb, word, rest) > 0;
    case TAKES_URL_REST:
        if (url)
            add_text_order(reader, entry->verb, word, rest);
        return url;
    default:
        break;
    }
    if (entry->takes == TAKES_PAGE && url)
        return take_urls(reader, entry->verb, word, rest) > 0;
    if (!words_fit(entry, rest))
        return false;
    add_text_order(reader, entry->verb, word, rest);
    return true;
}

/* A line that begins with a verb: options first, and `GET SOURCE address`, `SEND HELP`. */
static bool read_verb_line(struct reader *reader, struct span line, bool *options_only)
{
    struct span word, inner;
    const struct verb_entry *entry = take_verb(&line, &word);
    bool options = entry && entry->takes == TAKES_OPTION;
    while (entry && entry->takes == TAKES_OPTION)
        entry = take_verb(&line, &word);
    if (!entry) {
        bool urls = options && take_urls(reader, VERB_FETCH, SPAN_LITERAL(""), line) > 0;
        *options_only = options && !urls;
        return urls;
    }
    bool get = span_equal_nocase(word, SPAN_LITERAL("get")) ||
               span_equal_nocase(word, SPAN_LITERAL("send"));
    struct span after = line;
    const struct verb_entry *second = get ? take_verb(&after, &inner) : NULL;
    if (second &&
        (second->takes == TAKES_URL || second->takes == TAKES_TOPIC ||
         second->takes == TAKES_INFO) &&
        read_verb(reader, second, inner, after))
        return true;
    return read_verb(reader, entry, word, line);
}

/* Numbers with blanks, commas or > between them, in any script. */
static bool is_numbers(struct span line)
{
    const uint8_t *at = (const uint8_t *)line.at;
    size_t left = line.len, digits = 0;
    bool any = false;
    if (line.len > WORD_MAX_BYTES)
        return false;
    while (left > 0) {
        ucs4_t code;
        int len = u8_mbtouc(&code, at, left);
        bool digit = uc_decimal_value(code) >= 0;
        if (!digit && !(any && strchr(" \t,>.", code < 0x80 ? (int)code : 'x')))
            return false;
        digits = digit ? digits + 1 : 0;
        any |= digit;
        if (digits > 4)
            return false;
        at += len;
        left -= (size_t)len;
    }
    return any;
}

/* Nothing but addresses; returns how many words they are, 0 when there is another word. */
static size_t only_urls(struct span line)
{
    struct request_word word;
    size_t count = 0;
    while (request_word_next(&line, &word)) {
        if (request_url_trim(word.text).len == 0)
            continue;
        if (request_url_likeness(word.text) == URL_NOT)
            return 0;
        count++;
    }
    return count;
}

/* A line that is an order and nothing else. */
static void read_line(struct reader *reader, struct span line)
{
    const struct verb_entry *waiting = reader->waiting;
    bool first = reader->first, options_only = false;
    reader->waiting = NULL;
    reader->first = false;
    if (only_urls(line) > 0) {
        take_urls(reader, waiting ? waiting->verb : VERB_FETCH,
                  waiting ? reader->waiting_word : SPAN_LITERAL(""), line);
        return;
    }
    if ((first || reader->reply) && is_numbers(line)) {
        add_text_order(reader, VERB_NOT_YET, line, SPAN_LITERAL(""));
        return;
    }
    read_verb_line(reader, line, &options_only);
    /* A line of options leaves the next one as much the first as it was. */
    reader->first = first && options_only;
}

static void read_orders(struct reader *reader, struct span text)
{
    struct request_lines lines;
    struct span line;
    reader->first = true;
    reader->waiting = NULL;
    request_lines_begin(&lines, reader->arena, text);
    while (!reader->failed && request_lines_next(&lines, &line))
        if (line.len > 0)
            read_line(reader, line);
    reader->failed |= lines.failed;
}

/* Addresses in sentences: those of the first paragraph that has any, for the rest is likely to be
 * somebody's footer. */
static void read_sentences(struct reader *reader, struct span text)
{
    struct request_lines lines;
    struct span line;
    struct request_word word;
    request_lines_begin(&lines, reader->arena, text);
    while (!reader->failed && request_lines_next(&lines, &line)) {
        bool url_before = false;
        if (line.len == 0 && reader->request->count > 0)
            break;
        while (request_word_next(&line, &word)) {
            struct span url = word.text;
            if (request_url_likeness(url) != URL_EXPLICIT)
                url = request_url_inside(url);
            bool target = url_before && word.bracketed;
            if (url.len > 0 && !target)
                add_url_order(reader, VERB_FETCH, SPAN_LITERAL(""), url);
            url_before = url.len > 0 && !target;
        }
    }
    reader->failed |= lines.failed;
}

/* Takes one "Re:", "AW[2]:" and its like off the subject. */
static bool take_reply_mark(struct span *subject)
{
    static const char *const marks[] = {"re",    "r",    "aw",   "antw", "antwort", "sv",    "vs",
                                        "rif",   "ref",  "res",  "odp",  "ynt",     "bls",   "отв",
                                        "Ответ", "回复", "答复", "回覆", "Απ",      "תשובה", "رد"};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        if (!span_starts_nocase(*subject, span_of(marks[i])))
            continue;
        struct span rest = span_from(*subject, strlen(marks[i]));
        while (rest.len > 0 &&
               (strchr("[]()", rest.at[0]) || (rest.at[0] >= '0' && rest.at[0] <= '9')))
            rest = span_from(rest, 1);
        bool wide = span_starts_nocase(rest, SPAN_LITERAL("："));
        if (!wide && (rest.len == 0 || rest.at[0] != ':'))
            continue;
        *subject = request_trim(span_from(rest, wide ? 3 : 1));
        return true;
    }
    return false;
}

static bool is_readable(const struct flat *parts, uint32_t row)
{
    uint32_t source = flat_get_number(parts, row, PARTS_SOURCE);
    return source == PARTS_PLAIN || source == PARTS_FLOWED || source == PARTS_HTML ||
           source == PARTS_UUENCODED;
}

/* The first part that holds a request is the request: a mail in two forms counts once. */
static void read_parts(struct reader *reader, const struct flat *parts,
                       void (*read)(struct reader *reader, struct span text))
{
    for (uint32_t row = 0; row < parts->rows; row++) {
        if (reader->request->count > 0 || reader->failed)
            return;
        if (is_readable(parts, row))
            read(reader, flat_get_text(parts, row, PARTS_TEXT));
    }
}

bool request_read(struct arena *arena, const struct flat *parts, struct span subject,
                  const struct request_limits *limits, struct request *request_out)
{
    struct reader reader = {.arena = arena, .request = request_out, .max = limits->orders};
    if (reader.max > ORDERS_MAX)
        reader.max = ORDERS_MAX;
    *request_out = (struct request){.count = 0};
    request_out->orders = arena_alloc(arena, (reader.max + 1) * sizeof *request_out->orders);
    if (!request_out->orders)
        return false;
    subject = request_trim(subject);
    while (take_reply_mark(&subject))
        reader.reply = true;
    read_parts(&reader, parts, read_orders);
    read_parts(&reader, parts, read_sentences);
    if (request_out->count == 0 && request_out->left_out == 0 && !reader.failed)
        read_orders(&reader, subject);
    return !reader.failed;
}
