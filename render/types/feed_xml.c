/* SPDX-License-Identifier: ISC */
/*
 * RSS and Atom through expat.  Nothing outside is loaded, no entity is expanded in text, and those
 * that are declared at all are few, short and flat.  Prefixes are taken as everybody writes them.
 */
#include "render/types/feed.h"

#include <expat.h>
#include <string.h>

#include "render/page/building.h"

enum { MAX_DEPTH = 256, MAX_ENTITIES = 64, ENTITY_MAX = 256, NAME_MAX_BYTES = 64 };

enum place { PLACE_OTHER, PLACE_FEED, PLACE_ENTRY, PLACE_AUTHOR };

/* What an element's text is for. */
enum field {
    FIELD_NONE,
    FEED_TITLE,
    FEED_SUBTITLE,
    FEED_LINK,
    FEED_LANGUAGE,
    ENTRY_TITLE,
    ENTRY_SUMMARY,
    ENTRY_CONTENT,
    ENTRY_LINK,
    ENTRY_GUID,
    ENTRY_DATE,
    ENTRY_UPDATED,
    ENTRY_AUTHOR
};

struct reader {
    XML_Parser parser;
    struct feed *feed;
    uint8_t places[MAX_DEPTH];
    unsigned depth;
    enum field field;     /* whose text is gathered */
    unsigned field_depth; /* of its element */
    bool html, markup;    /* the text is HTML; it is elements of XHTML, written anew */
    bool is_atom, has_root;
    struct buffer text;
    unsigned entities;
    bool no_memory;
};

static struct span keep(struct reader *reader, struct span text)
{
    char *copy = arena_copy_span(reader->feed->arena, text);
    reader->no_memory |= !copy;
    return (struct span){copy, copy ? text.len : 0};
}

static const char *value_of(const char **attributes, const char *name)
{
    for (size_t i = 0; attributes[i]; i += 2)
        if (strcmp(attributes[i], name) == 0)
            return attributes[i + 1];
    return NULL;
}

/* ---- names ---- */

/* The name without a prefix that means a feed's own words; of others, "" unless they are known. */
static const char *own_name(const char *name)
{
    static const char prefixes[][10] = {
        "atom:", "atom10:", "a10:", "rss:", "dc:", "rdf:", "dcterms:", "content:"};
    const char *colon = strchr(name, ':');
    if (!colon || strcmp(name, "itunes:author") == 0 || strcmp(name, "media:content") == 0)
        return name;
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        if (strncmp(name, prefixes[i], strlen(prefixes[i])) == 0)
            return colon + 1;
    return "";
}

static bool is_any(const char *name, const char *names)
{
    struct span rest = span_of(names), word;
    while (span_next_word(&rest, &word))
        if (span_equal(word, span_of(name)))
            return true;
    return false;
}

static enum place place_of(const struct reader *reader, const char *name)
{
    enum place above = reader->depth > 1 ? reader->places[reader->depth - 2] : PLACE_FEED;
    if (reader->depth == 1 || (above == PLACE_FEED && strcmp(name, "channel") == 0))
        return PLACE_FEED;
    if (above == PLACE_FEED && is_any(name, "item entry"))
        return PLACE_ENTRY;
    if (above == PLACE_ENTRY && strcmp(name, "author") == 0)
        return PLACE_AUTHOR;
    return PLACE_OTHER;
}

static enum field feed_field(const char *name)
{
    if (strcmp(name, "title") == 0)
        return FEED_TITLE;
    if (is_any(name, "description subtitle tagline"))
        return FEED_SUBTITLE;
    if (strcmp(name, "link") == 0)
        return FEED_LINK;
    return strcmp(name, "language") == 0 ? FEED_LANGUAGE : FIELD_NONE;
}

static enum field entry_field(const char *name)
{
    static const struct {
        const char *names;
        enum field field;
    } fields[] = {{"title", ENTRY_TITLE},
                  {"description summary", ENTRY_SUMMARY},
                  {"content encoded", ENTRY_CONTENT},
                  {"link", ENTRY_LINK},
                  {"guid", ENTRY_GUID},
                  {"pubDate published issued date", ENTRY_DATE},
                  {"updated modified", ENTRY_UPDATED},
                  {"author creator itunes:author", ENTRY_AUTHOR}};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        if (is_any(name, fields[i].names))
            return fields[i].field;
    return FIELD_NONE;
}

/* ---- elements that say all by their attributes ---- */

static void take_file(struct reader *reader, const char *url, const char *type, const char *size)
{
    struct feed_file file = {.url = keep(reader, span_trim(span_of(url))),
                             .type = keep(reader, span_trim(span_of(type)))};
    if (!size || !span_to_u64(span_trim(span_of(size)), &file.size))
        file.size = 0;
    feed_add_file(reader->feed, &file);
}

/* Atom: the page that says the same, or a file that belongs to it. */
static void take_link(struct reader *reader, enum place above, const char **attributes)
{
    const char *href = value_of(attributes, "href"), *rel = value_of(attributes, "rel");
    struct feed_entry *entry = feed_last(reader->feed);
    if (!href)
        return;
    if (above == PLACE_ENTRY && rel && strcmp(rel, "enclosure") == 0) {
        take_file(reader, href, value_of(attributes, "type"), value_of(attributes, "length"));
        return;
    }
    if (rel && strcmp(rel, "alternate") != 0)
        return;
    struct span *link = above == PLACE_FEED ? &reader->feed->link : entry ? &entry->link : NULL;
    if (link && !link->len)
        *link = keep(reader, span_trim(span_of(href)));
}

static void take_attributes(struct reader *reader, const char *name, enum place above,
                            const char **attributes)
{
    if (strcmp(name, "link") == 0)
        take_link(reader, above, attributes);
    else if (above == PLACE_ENTRY && strcmp(name, "enclosure") == 0)
        take_file(reader, value_of(attributes, "url"), value_of(attributes, "type"),
                  value_of(attributes, "length"));
    else if (above == PLACE_ENTRY && strcmp(name, "media:content") == 0 &&
             feed_last(reader->feed) && !feed_last(reader->feed)->file_count)
        take_file(reader, value_of(attributes, "url"), value_of(attributes, "type"),
                  value_of(attributes, "fileSize"));
}

/* ---- fields ---- */

static void begin_field(struct reader *reader, enum field field, const char **attributes)
{
    const char *type = value_of(attributes, "type");
    const char *permanent = value_of(attributes, "isPermaLink");
    if (field == FIELD_NONE ||
        (field == ENTRY_GUID && permanent && strcmp(permanent, "false") == 0))
        return;
    reader->field = field;
    reader->field_depth = reader->depth;
    reader->markup = type && is_any(type, "xhtml application/xhtml+xml");
    bool words = field == FEED_TITLE || field == FEED_SUBTITLE || field == ENTRY_TITLE ||
                 field == ENTRY_SUMMARY || field == ENTRY_CONTENT;
    reader->html =
        words && (reader->markup || !reader->is_atom || (type && is_any(type, "html text/html")));
    buffer_clear(&reader->text);
}

static void set(struct reader *reader, struct span *place, bool replace)
{
    if (replace || !place->len)
        *place = keep(reader, span_trim(buffer_span(&reader->text)));
}

static void set_words(struct reader *reader, struct feed_words *words)
{
    struct span text = span_trim(buffer_span(&reader->text));
    if (words->text.len || !text.len)
        return;
    words->text = keep(reader, text);
    words->html = reader->html;
}

static void set_date(struct reader *reader, struct feed_entry *entry, bool replace)
{
    if (entry->date.len && !replace)
        return;
    entry->date = feed_date(reader->feed->arena, buffer_span(&reader->text));
    reader->no_memory |= !entry->date.at;
}

static void end_entry_field(struct reader *reader, struct feed_entry *entry)
{
    switch (reader->field) {
    case ENTRY_TITLE:
        set_words(reader, &entry->title);
        break;
    case ENTRY_SUMMARY:
        set_words(reader, &entry->summary);
        break;
    case ENTRY_CONTENT:
        set_words(reader, &entry->content);
        break;
    case ENTRY_LINK:
        set(reader, &entry->link, false);
        break;
    case ENTRY_GUID:
        if (span_starts_nocase(span_trim(buffer_span(&reader->text)), SPAN_LITERAL("http")))
            set(reader, &entry->link, false);
        break;
    case ENTRY_DATE:
    case ENTRY_UPDATED:
        set_date(reader, entry, reader->field == ENTRY_DATE);
        break;
    default:
        set(reader, &entry->author, false);
    }
}

static void end_field(struct reader *reader)
{
    struct feed *feed = reader->feed;
    reader->no_memory |= reader->text.no_memory;
    if (reader->field == FEED_TITLE)
        set_words(reader, &feed->title);
    else if (reader->field == FEED_SUBTITLE)
        set_words(reader, &feed->subtitle);
    else if (reader->field == FEED_LINK)
        set(reader, &feed->link, false);
    else if (reader->field == FEED_LANGUAGE)
        set(reader, &feed->language, false);
    else if (feed_last(feed))
        end_entry_field(reader, feed_last(feed));
    reader->field = FIELD_NONE;
}

/* ---- markup within a field ---- */

static void add_escaped(struct buffer *out, struct span text)
{
    for (size_t i = 0; i < text.len; i++) {
        const char *escaped = text.at[i] == '<'   ? "&lt;"
                              : text.at[i] == '&' ? "&amp;"
                              : text.at[i] == '"' ? "&quot;"
                                                  : NULL;
        if (escaped)
            buffer_add_text(out, escaped);
        else
            buffer_add_byte(out, text.at[i]);
    }
}

static const char *element_name(const char *name)
{
    const char *colon = strchr(name, ':');
    return colon ? colon + 1 : name;
}

static void add_element(struct reader *reader, const char *name, const char **attributes)
{
    reader->html = true;
    buffer_printf(&reader->text, "<%s", element_name(name));
    for (size_t i = 0; attributes[i]; i += 2) {
        buffer_printf(&reader->text, " %s=\"", attributes[i]);
        add_escaped(&reader->text, span_of(attributes[i + 1]));
        buffer_add_byte(&reader->text, '"');
    }
    buffer_add_byte(&reader->text, '>');
}

static void add_end(struct reader *reader, const char *name)
{
    name = element_name(name);
    if (!is_any(name, "br hr img input wbr"))
        buffer_printf(&reader->text, "</%s>", name);
}

/* ---- expat's events ---- */

static void begin_root(struct reader *reader, const char *name, const char **attributes)
{
    const char *language = value_of(attributes, "xml:lang");
    reader->has_root = true;
    reader->is_atom = strcmp(name, "feed") == 0;
    if (language)
        reader->feed->language = keep(reader, span_of(language));
}

static void take_base(struct reader *reader, enum place place, const char **attributes)
{
    const char *base = value_of(attributes, "xml:base");
    struct feed_entry *entry = feed_last(reader->feed);
    if (base && place == PLACE_FEED)
        reader->feed->base = keep(reader, span_of(base));
    else if (base && place == PLACE_ENTRY && entry)
        entry->base = keep(reader, span_of(base));
}

static void XMLCALL on_start(void *context, const char *full, const char **attributes)
{
    struct reader *reader = context;
    if (reader->depth == MAX_DEPTH || reader->no_memory) {
        XML_StopParser(reader->parser, XML_FALSE);
        return;
    }
    if (reader->field != FIELD_NONE && reader->places[reader->field_depth - 1] != PLACE_AUTHOR) {
        reader->places[reader->depth++] = PLACE_OTHER;
        add_element(reader, full, attributes);
        return;
    }
    const char *name = own_name(full);
    enum place above = reader->depth ? reader->places[reader->depth - 1] : PLACE_OTHER;
    reader->depth++;
    if (reader->depth == 1)
        begin_root(reader, name, attributes);
    enum place place = place_of(reader, name);
    reader->places[reader->depth - 1] = place;
    if (place == PLACE_ENTRY && !feed_add(reader->feed))
        XML_StopParser(reader->parser, XML_FALSE);
    take_base(reader, place, attributes);
    take_attributes(reader, name, above, attributes);
    if (above == PLACE_FEED && reader->depth > 1 && place == PLACE_OTHER)
        begin_field(reader, feed_field(name), attributes);
    else if (above == PLACE_ENTRY)
        begin_field(reader, entry_field(name), attributes);
    else if (above == PLACE_AUTHOR && strcmp(name, "name") == 0)
        begin_field(reader, ENTRY_AUTHOR, attributes);
}

static void XMLCALL on_end(void *context, const char *full)
{
    struct reader *reader = context;
    if (reader->field != FIELD_NONE && reader->depth == reader->field_depth)
        end_field(reader);
    else if (reader->field != FIELD_NONE)
        add_end(reader, full);
    reader->depth--;
}

static void XMLCALL on_text(void *context, const char *text, int len)
{
    struct reader *reader = context;
    struct span run = {text, (size_t)len};
    if (reader->field == FIELD_NONE)
        return;
    if (reader->markup)
        add_escaped(&reader->text, run);
    else
        buffer_add_span(&reader->text, run);
}

/* A reference that is not expanded is left to the HTML that it came from. */
static void XMLCALL on_skipped(void *context, const char *name, int is_parameter)
{
    struct reader *reader = context;
    if (is_parameter || reader->field == FIELD_NONE)
        return;
    reader->html = true;
    buffer_printf(&reader->text, "&%s;", name);
}

static void XMLCALL on_entity(void *context, const char *name, int is_parameter, const char *value,
                              int len, const char *base, const char *system, const char *public,
                              const char *notation)
{
    struct reader *reader = context;
    (void)name, (void)base, (void)system, (void)public, (void)notation;
    struct span text = {value, value ? (size_t)len : 0};
    if (is_parameter || ++reader->entities > MAX_ENTITIES || text.len > ENTITY_MAX ||
        span_find_byte(text, '&') >= 0)
        XML_StopParser(reader->parser, XML_FALSE);
}

/* That it is there turns the expansion of entities off. */
static void XMLCALL on_other(void *context, const char *text, int len)
{
    (void)context, (void)text, (void)len;
}

static void set_handlers(struct reader *reader)
{
    XML_SetUserData(reader->parser, reader);
    XML_SetElementHandler(reader->parser, on_start, on_end);
    XML_SetCharacterDataHandler(reader->parser, on_text);
    XML_SetDefaultHandler(reader->parser, on_other);
    XML_SetSkippedEntityHandler(reader->parser, on_skipped);
    XML_SetEntityDeclHandler(reader->parser, on_entity);
    XML_UseForeignDTD(reader->parser, XML_TRUE); /* what is not declared here may be there */
}

bool feed_read_xml(struct feed *feed, struct span xml)
{
    struct reader reader = {.feed = feed, .parser = XML_ParserCreate("UTF-8")};
    if (!reader.parser)
        return false;
    buffer_init(&reader.text, BUILDING_TEXT_MAX);
    set_handlers(&reader);
    enum XML_Status status = XML_Parse(reader.parser, xml.at, (int)xml.len, XML_TRUE);
    bool no_memory = XML_GetErrorCode(reader.parser) == XML_ERROR_NO_MEMORY;
    /* What follows the end of the root is no damage to it. */
    feed->damaged = status != XML_STATUS_OK && !(reader.has_root && reader.depth == 0);
    XML_ParserFree(reader.parser);
    no_memory |= reader.no_memory || reader.text.no_memory;
    buffer_free(&reader.text);
    return !no_memory;
}
