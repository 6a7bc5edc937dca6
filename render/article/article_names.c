/* SPDX-License-Identifier: ISC */
/* Classes and ids: the words by which pages call their parts, in the languages pages are made in. */
#include "render/article/article_parts.h"

#include <string.h>

enum { NAME_BYTES = 400 };

/* In order of their bytes.  A blank in a word is the edge of one: names are split where letters end or turn upper case. */
struct name_word {
    char word[18];
    uint16_t names;
};

enum {
    A = NAME_TAIL,
    B = NAME_BAD,
    C = NAME_CHROME,
    D = NAME_DATE,
    G = NAME_GOOD,
    L = NAME_BYLINE,
    P = NAME_CAPTION,
    S = NAME_SHARE,
    T = NAME_TEXT
};

static const struct name_word words[] = {
    {" ad ", B | C},
    {" ads ", B | C},
    {" adv", B | C},
    {" and ", T},
    {" auteur", A},
    {" author name", L},
    {" autor", A},
    {" bio ", A},
    {" cite", A},
    {" credit", P},
    {" date ", D},
    {" hid ", B},
    {" menu", C},
    {" meta", B},
    {" nav ", C},
    {" publicite", B | C},
    {" rss", C},
    {" share", B | S},
    {" sns ", B | S},
    {" tags", B},
    {" tags ", A},
    {" topics ", A},
    {"agegate", C},
    {"anuncio", B | C},
    {"anzeige ", B | C},
    {"article", G | T},
    {"articles lies", C},
    {"articulo", G | T},
    {"artikel", G | T},
    {"author", A},
    {"banner", B | C},
    {"bildunterschrift", P},
    {"blog", G},
    {"body", G | T},
    {"breadcrumb", C},
    {"byline", L},
    {"caption", P},
    {"column", T},
    {"comentario", B | C},
    {"comment", B | C},
    {"community", C},
    {"compartilh", B | S},
    {"compartir", B | S},
    {"condivi", B | S},
    {"consent", B | C},
    {"contact", B},
    {"contenido", G | T},
    {"content", G | T},
    {"conteudo", G | T},
    {"cookie", B | C},
    {"copyright", P},
    {"cover wrap", C},
    {"dateline", D | L},
    {"disclaimer", A},
    {"empfehl", C},
    {"entry", G},
    {"etiquetas", A},
    {"extra", C},
    {"figcaption", P},
    {"footer", B | C},
    {"fusszeile", C},
    {"gdpr", B | C},
    {"header", C},
    {"hidden", B},
    {"impressum", C},
    {"inhalt", G | T},
    {"kommentar", B | C},
    {"lea tambien", C},
    {"legenda", P},
    {"legende", P},
    {"legends", C},
    {"leia tambem", C},
    {"lire aussi", C},
    {"main", G | T},
    {"mais lid", C},
    {"mas leid", C},
    {"masthead", B},
    {"media", B},
    {"meistgelesen", C},
    {"menue", C},
    {"most read", C},
    {"navbar", C},
    {"navegacion", C},
    {"navigation", C},
    {"newsletter", A | B | C},
    {"page", G},
    {"pager", C},
    {"pagination", C | G},
    {"partage", B | S},
    {"partilhar", B | S},
    {"pie de foto", P},
    {"popup", C},
    {"post", G},
    {"promo", B},
    {"publicidad", B | C},
    {"published", D},
    {"recomend", C},
    {"recommend", C},
    {"reklam", B | C},
    {"relacionad", B | C},
    {"related", B | C},
    {"remark", C},
    {"replies", C},
    {"schlagwort", A},
    {"scroll", B},
    {"seitenleiste", C},
    {"shadow", T},
    {"share ", B | S},
    {"sharing", B | S},
    {"shopping", B},
    {"shoutbox", B | C},
    {"sidebar", B | C},
    {"skyscraper", B | C},
    {"social", C},
    {"sponsor", B | C},
    {"story", G},
    {"subscri", A | B},
    {"supplemental", C},
    {"teilen", B | S},
    {"text", G},
    {"texto", G},
    {"timestamp", D},
    {"tool ", B},
    {"trending", C},
    {"udostepnij", B | S},
    {"verwandt", C},
    {"werbung", B | C},
    {"widget", B},
    {"written by", L},
    {"writtenby", L},
};

static bool is_lower(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9');
}

/* " article body main " of "articleBody-main"; how many edges there are inside. */
static size_t split_name(struct span name, char out[NAME_BYTES])
{
    size_t len = 0, parts = 0;
    bool lower = false;
    out[len++] = ' ';
    for (size_t i = 0; i < name.len && len + 3 < NAME_BYTES; i++) {
        char byte = name.at[i];
        bool upper = byte >= 'A' && byte <= 'Z';
        if (upper && lower)
            out[len++] = ' ';
        lower = is_lower(byte);
        if (upper)
            out[len++] = (char)(byte - 'A' + 'a');
        else if (lower || (unsigned char)byte >= 0x80)
            out[len++] = byte;
        else if (out[len - 1] != ' ') {
            out[len++] = ' ';
            parts++;
        }
    }
    if (out[len - 1] != ' ')
        out[len++] = ' ';
    out[len] = '\0';
    return parts;
}

enum { WORD_COUNT = sizeof words / sizeof *words };

/* Where the words begin that start with each letter. */
struct word_index {
    uint8_t from[130];
};

_Static_assert(WORD_COUNT < 256, "words are counted in bytes");

static void make_index(struct word_index *index)
{
    size_t word = 0;
    for (size_t byte = 0; byte < sizeof index->from; byte++) {
        while (word < WORD_COUNT && (unsigned char)words[word].word[0] < byte)
            word++;
        index->from[byte] = (uint8_t)word;
    }
}

static unsigned names_in(const struct word_index *index, struct span name, bool is_id)
{
    char text[NAME_BYTES];
    unsigned names = 0;
    if (!name.len)
        return 0;
    /* An id of many words is a heading's own, and tells what it is about. */
    if (split_name(name, text) > 2 && is_id)
        return 0;
    for (const char *at = text; *at; at++) {
        unsigned char byte = (unsigned char)*at;
        size_t end = byte < 0x80 ? index->from[byte + 1] : 0;
        for (size_t i = byte < 0x80 ? index->from[byte] : 0; i < end; i++)
            if (strncmp(at, words[i].word, strlen(words[i].word)) == 0)
                names |= words[i].names;
    }
    return names;
}

void article_name(struct article *article)
{
    const struct tree *tree = article->tree;
    struct word_index index;
    make_index(&index);
    for (uint32_t i = 0; i < tree->node_count; i++) {
        if (tree->nodes[i].tag == TAG_TEXT || !tree->nodes[i].attr_count)
            continue;
        unsigned of_class = names_in(&index, tree_attr(tree, i, ATTR_class), false);
        unsigned of_id = names_in(&index, tree_attr(tree, i, ATTR_id), true);
        unsigned apart = NAME_GOOD | NAME_BAD;
        article->names[i] = (uint16_t)(of_class | (of_id & ~apart) | (of_id & apart) << 1);
    }
}

int article_weight(const struct article *article, uint32_t node)
{
    unsigned names = article->names[node];
    if (!(article->way & WAY_WEIGH))
        return 0;
    return (names & NAME_GOOD ? 25 : 0) + (names & NAME_GOOD_ID ? 25 : 0) -
           (names & NAME_BAD ? 25 : 0) - (names & NAME_BAD_ID ? 25 : 0);
}
