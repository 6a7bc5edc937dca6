/* SPDX-License-Identifier: ISC */
/* What mail programs put around what people write, by the words they use for it. */
#include "agent/request/request_lines.h"
#include "agent/request/request_urls.h"

#include <string.h>

enum { MARK_MAX_BYTES = 120, LABEL_MAX_BYTES = 40, ATTRIBUTION_MAX_BYTES = 400, RULE_MIN = 5 };

static const char *const ending_words[] = {"end", "quit", "stop"};

/* Beginnings, ASCII without case. */
static const char *const tails[] = {
    "sent from ",      "sent via ",        "sent with ",       "sent using ",
    "get outlook for", "get [outlook for", "download outlook", "yahoo mail:",
    "von meinem ",     "gesendet von ",    "gesendet mit ",    "diese nachricht wurde von",
    "envoyé de ",      "envoyé depuis",    "envoyé avec",      "enviado desde ",
    "enviado do ",     "enviado de ",      "enviado a partir", "obtener outlook",
    "inviato da ",     "verzonden vanaf",  "verstuurd vanaf",  "skickat från",
    "sendt fra ",      "lähetetty ",       "wysłano z",        "odesláno z",
    "iphone'umdan",    "Отправлено с",     "发自我的",         "iphoneから送信",
    "나의 iphone",
};

/* Words of an attribution line that ends with a colon. */
static const char *const wrote[] = {
    "writes",   "schrieb", "écrit",    "escribió",  "ha scritto", "scrisse", "escreveu", "schreef",
    "skrev",    "napisał", "napsal",   "kirjoitti", "yazdı",      "a scris", "írta",     "wrote",
    "rakstīja", "rašė",    "kirjutas", "menulis",   "έγραψε",     "пишет",   "написа",   "写道",
    "寫道",     "작성",    "כתב",      "كتب",       "のメール",   "書き",
};

static const char *const from_labels[] = {
    "From",   "Von",       "De", "Da",     "Van",    "Fra",    "Från", "Od",
    "Kimden", "Lähettäjä", "От", "发件人", "差出人", "寄件者", "Από",
};

static const char *const other_labels[] = {
    "Sent",      "Date",          "To",         "Subject",    "Reply-To", "Cc",
    "Gesendet",  "Datum",         "An",         "Betreff",    "Envoyé",   "À",
    "Objet",     "Enviado",       "Enviado el", "Enviada em", "Para",     "Asunto",
    "Assunto",   "Fecha",         "Data",       "Inviato",    "A",        "Oggetto",
    "Verzonden", "Aan",           "Onderwerp",  "Sendt",      "Til",      "Emne",
    "Skickat",   "Till",          "Ämne",       "Wysłano",    "Do",       "Temat",
    "Odesláno",  "Komu",          "Předmět",    "Tarih",      "Kime",     "Konu",
    "Lähetetty", "Vastaanottaja", "Aihe",       "Отправлено", "Дата",     "Кому",
    "Тема",      "发送时间",      "收件人",     "主题",       "送信日時", "宛先",
    "件名",
};

#define COUNT(table) (sizeof(table) / sizeof *(table))

static bool is_one_of(struct span text, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (span_equal_nocase(text, span_of(words[i])))
            return true;
    return false;
}

/* Five or more of one of - _ = and nothing else. */
static bool is_rule(struct span line)
{
    if (line.len < RULE_MIN || !strchr("-_=", line.at[0]) || line.at[0] == '\0')
        return false;
    for (size_t i = 1; i < line.len; i++)
        if (line.at[i] != line.at[0])
            return false;
    return true;
}

/* Words between dashes: "-----Original Message-----". */
static bool is_dashed_mark(struct span line)
{
    size_t front = 0, back = 0;
    if (line.len > MARK_MAX_BYTES)
        return false;
    while (front < line.len && line.at[front] == '-')
        front++;
    while (back < line.len - front && line.at[line.len - 1 - back] == '-')
        back++;
    return front >= 2 && back >= 2;
}

static bool is_forward_mark(struct span line)
{
    static const char *const marks[] = {
        "begin forwarded message:",     "anfang der weitergeleiteten ",
        "weitergeleitete nachricht",    "début du message réexpédié",
        "inizio messaggio inoltrato",   "mensaje reenviado",
        "inicio del mensaje reenviado", "original message:",
        "ursprüngliche nachricht",
    };
    for (size_t i = 0; i < COUNT(marks); i++)
        if (span_starts_nocase(line, span_of(marks[i])))
            return true;
    return false;
}

bool request_line_ends(struct span line)
{
    struct span word = line;
    if (word.len > 0 && word.at[word.len - 1] == '.')
        word.len--;
    return is_one_of(word, ending_words, COUNT(ending_words)) || is_rule(line) ||
           span_equal(line, SPAN_LITERAL("--")) || is_dashed_mark(line) || is_forward_mark(line);
}

bool request_line_is_tail(struct span line)
{
    for (size_t i = 0; i < COUNT(tails); i++)
        if (span_starts_nocase(line, span_of(tails[i])))
            return true;
    return false;
}

/* The line without its closing colon (ASCII or full width); false when it has none. */
static bool cut_colon(struct span *line)
{
    struct span wide = SPAN_LITERAL("：");
    if (line->len > 0 && line->at[line->len - 1] == ':') {
        line->len--;
        return true;
    }
    if (line->len < wide.len || !span_equal(span_from(*line, line->len - wide.len), wide))
        return false;
    line->len -= wide.len;
    return true;
}

static bool says_wrote(struct span line)
{
    for (size_t i = 0; i < COUNT(wrote); i++)
        if (span_find(line, span_of(wrote[i])) >= 0)
            return true;
    return false;
}

bool request_line_attributes(struct span line)
{
    bool digit = false;
    if (line.len > ATTRIBUTION_MAX_BYTES || !cut_colon(&line) || !says_wrote(line))
        return false;
    for (size_t i = 0; i < line.len; i++)
        digit |= (line.at[i] >= '0' && line.at[i] <= '9') || line.at[i] == '@';
    return digit;
}

bool request_line_ends_attribution(struct span line)
{
    return line.len <= MARK_MAX_BYTES && cut_colon(&line) && says_wrote(line);
}

/* The label of "Label: text", bold marks taken off; empty when there is none. */
static struct span label_of(struct span line)
{
    struct span head = {line.at, line.len < LABEL_MAX_BYTES ? line.len : LABEL_MAX_BYTES};
    ptrdiff_t colon = span_find_byte(head, ':');
    if (colon < 0)
        colon = span_find(head, SPAN_LITERAL("："));
    head.len = colon < 0 ? 0 : (size_t)colon;
    while (head.len > 0 && head.at[0] == '*')
        head = span_from(head, 1);
    while (head.len > 0 && (head.at[head.len - 1] == '*' || head.at[head.len - 1] == ' '))
        head.len--;
    return request_trim(head);
}

bool request_line_is_from_field(struct span line)
{
    struct span label = label_of(line);
    return label.len > 0 && is_one_of(label, from_labels, COUNT(from_labels));
}

bool request_line_is_other_field(struct span line)
{
    struct span label = label_of(line);
    return label.len > 0 && is_one_of(label, other_labels, COUNT(other_labels));
}
