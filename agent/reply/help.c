/* SPDX-License-Identifier: ISC */
/* The help texts: hard lines of at most 68 columns, which read the same everywhere. */
#include "agent/reply/help.h"

static const char general[] = "Write the address of a page, alone on a line, and send the mail.\n"
                              "The page comes back by mail.  For example:\n"
                              "\n"
                              "    https://example.org/\n"
                              "\n"
                              "One word before the address chooses how it comes:\n"
                              "\n"
                              "    GET address      as plain text (SEND and TEXT mean the same)\n"
                              "    ARTICLE address  its main text alone, without the menus\n"
                              "    BLIND address    as text to be read out or felt\n"
                              "    HTML address     as a formatted page\n"
                              "    BOTH address     as text and as a formatted page in one mail\n"
                              "    SOURCE address   the file as it is, untouched\n"
                              "    HELP             this text\n"
                              "    END              nothing below this line is read\n"
                              "\n"
                              "Capital or small letters are the same.  More about one thing:\n"
                              "\n"
                              "    HELP urls        how an address may be written\n"
                              "    HELP formats     what the formats look like\n"
                              "    HELP several     several requests in one mail\n"
                              "    HELP limits      sizes, and pages that come in parts\n";

static const char urls[] = "An address may be written in full or short:\n"
                           "\n"
                           "    https://example.org/news/today.html\n"
                           "    www.example.org\n"
                           "    example.org/news\n"
                           "\n"
                           "Without http:// or https:// in front, https is tried first, then\n"
                           "http.  Other kinds, such as mailto: or file:, cannot be fetched.\n"
                           "\n"
                           "A long address is best put between < and >; it may then go on over\n"
                           "several lines.\n"
                           "\n"
                           "To open a link of a page, mail its address back: in text, the\n"
                           "addresses stand below the page, behind their numbers.\n"
                           "\n"
                           "The request may also stand in the subject, when the body is empty.\n";

static const char formats[] = "GET, SEND or TEXT and an address:\n"
                              "    plain text.  Links are numbered like this[1], their addresses\n"
                              "    are listed at the end.\n"
                              "\n"
                              "ARTICLE and an address:\n"
                              "    the main text of the page, with who wrote it and when, and\n"
                              "    without menus and advertisements: a fraction of its size.  A\n"
                              "    page that has none comes whole.\n"
                              "\n"
                              "BLIND and an address:\n"
                              "    plain text for speech and braille.  Nothing is drawn or set in\n"
                              "    columns, and links are listed at the end.\n"
                              "\n"
                              "HTML and an address:\n"
                              "    a formatted page for mail programs that show it.  It runs\n"
                              "    nothing and loads nothing from elsewhere.  Its links write the\n"
                              "    mail that asks for the next page.\n"
                              "\n"
                              "BOTH and an address:\n"
                              "    text and formatted page in one mail; your mail program shows\n"
                              "    the one that it can.  If that is too large for one mail, the\n"
                              "    text comes alone.\n"
                              "\n"
                              "SOURCE and an address:\n"
                              "    the file as it is.  Text comes in the body of the mail,\n"
                              "    anything else is attached.\n"
                              "\n"
                              "An address alone comes in the form that is usual at this service.\n";

static const char several[] =
    "A mail may hold several requests, one a line:\n"
    "\n"
    "    https://example.org/\n"
    "    TEXT https://example.org/news\n"
    "    SOURCE https://example.org/map.png\n"
    "    END\n"
    "\n"
    "Each is answered in a mail of its own.  There is a limit to how many\n"
    "are taken from one mail; you are told when some were left out.\n"
    "\n"
    "Nothing below END is read, so a signature cannot be mistaken for a\n"
    "request.  Lines quoted from an earlier mail are not read either.\n";

static const char limits[] =
    "A page larger than one mail comes in several, marked \"part 2 of 3\".\n"
    "Each part can be read alone.\n"
    "\n"
    "A file larger than one mail comes in pieces, with a note that says\n"
    "how to join them.\n"
    "\n"
    "There is also a limit to what is mailed for one request.  If a page\n"
    "exceeds it, you are told; plain text is smaller, and an article is\n"
    "the smallest form:\n"
    "\n"
    "    ARTICLE https://example.org/long-page\n"
    "\n"
    "Every request that is taken is answered: with the page, or with what\n"
    "went wrong.\n";

static const struct topic {
    const char *name, *title, *text;
} topics[] = {
    {"help", "Help: the web by mail", general},
    {"urls", "Help: addresses", urls},
    {"formats", "Help: formats", formats},
    {"several", "Help: several requests in one mail", several},
    {"limits", "Help: sizes and limits", limits},
};

static const struct topic *find_topic(struct span name)
{
    name = span_trim(name);
    for (size_t i = 0; i < sizeof topics / sizeof *topics; i++)
        if (span_equal_nocase(name, span_of(topics[i].name)))
            return &topics[i];
    return &topics[0];
}

const char *help_text(struct span topic)
{
    return find_topic(topic)->text;
}

bool help_document(struct arena *arena, const char *own_address, struct span topic,
                   struct document *document_out)
{
    const struct topic *found = find_topic(topic);
    const char *body = arena_printf(arena, "%s\nWrite to: %s\n", found->text, own_address);
    if (!body)
        return false;
    *document_out = (struct document){.kind = DOCUMENT_TEXT,
                                      .title = span_of(found->title),
                                      .language = SPAN_LITERAL("en"),
                                      .body = span_of(body)};
    return true;
}
