/* SPDX-License-Identifier: ISC */
/* Address fields, read from left to right without recursion. */
#include "agent/request/address_list.h"

#include "agent/base/charset.h"
#include "agent/request/encoded_word.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <unicase.h>

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The length of the comment that begins at `at`, brackets included; 0 when it has no end. */
static size_t comment_length(struct span text, size_t at)
{
    size_t depth = 0;
    for (size_t i = at; i < text.len; i++) {
        if (text.at[i] == '\\')
            i++;
        else if (text.at[i] == '(')
            depth++;
        else if (text.at[i] == ')' && --depth == 0)
            return i + 1 - at;
    }
    return 0;
}

/* The length of the quoted string that begins at `at`, quotes included; 0 when it has no end. */
static size_t quoted_length(struct span text, size_t at)
{
    for (size_t i = at + 1; i < text.len; i++) {
        if (text.at[i] == '\\')
            i++;
        else if (text.at[i] == '"')
            return i + 1 - at;
    }
    return 0;
}

/* The length of a literal such as [192.0.2.1] or [IPv6:::1] at `at`; 0 when it is none.  Nothing
 * else stands in one, so that no two readers see it end in different places. */
static size_t literal_length(struct span text, size_t at)
{
    size_t len = 1;
    text = span_from(text, at);
    while (len < text.len && (isalnum((unsigned char)text.at[len]) || text.at[len] == '.' ||
                              text.at[len] == ':' || text.at[len] == '-'))
        len++;
    return len < text.len && text.at[len] == ']' ? len + 1 : 0;
}

/* Skips blanks and comments; false when a comment has no end. */
static bool skip_blanks(struct span *text)
{
    while (text->len > 0) {
        size_t len = is_blank(text->at[0]) ? 1 : 0;
        if (text->at[0] == '(') {
            len = comment_length(*text, 0);
            if (len == 0)
                return false;
        }
        if (len == 0)
            break;
        *text = span_from(*text, len);
    }
    return true;
}

/* Position of the first byte of `stops` outside quotes, comments and literals, or the end; -1 when a
 * quote or a comment has no end. */
static ptrdiff_t find_stop(struct span text, const char *stops)
{
    size_t i = 0;
    while (i < text.len && !(text.at[i] != '\0' && strchr(stops, text.at[i]))) {
        size_t len = 1;
        if (text.at[i] == '"')
            len = quoted_length(text, i);
        else if (text.at[i] == '(')
            len = comment_length(text, i);
        else if (text.at[i] == '[' && literal_length(text, i) > 0)
            len = literal_length(text, i);
        if (len == 0)
            return -1;
        i += len;
    }
    return (ptrdiff_t)i;
}

static bool is_atom_byte(char c)
{
    unsigned char byte = (unsigned char)c;
    return byte >= 0x80 || (byte > ' ' && byte < 0x7f && !strchr("()<>[]:;@\\,\".", c));
}

static size_t dot_atom_length(struct span text)
{
    size_t len = 0;
    while (len < text.len && (is_atom_byte(text.at[len]) ||
                              (text.at[len] == '.' && len > 0 && text.at[len - 1] != '.')))
        len++;
    return len;
}

/* A control character, C1 too, or one that parts lines or turns the direction of text. */
static bool has_control(struct span text)
{
    uint32_t code;
    while (charset_next(&text, &code))
        if (code < ' ' || (code >= 0x7f && code <= 0x9f) || (code >= 0x2028 && code <= 0x202e) ||
            (code >= 0x2066 && code <= 0x2069))
            return true;
    return false;
}

static bool take_local(struct span *rest, struct span *local)
{
    size_t len =
        rest->len > 0 && rest->at[0] == '"' ? quoted_length(*rest, 0) : dot_atom_length(*rest);
    *local = (struct span){rest->at, len};
    *rest = span_from(*rest, len);
    return len > 0 && local->at[len - 1] != '.' && !has_control(*local);
}

/* A name or a literal. */
static bool take_domain(struct span *rest, struct span *domain)
{
    bool literal = rest->len > 0 && rest->at[0] == '[';
    size_t len = literal ? literal_length(*rest, 0) : dot_atom_length(*rest);
    *domain = (struct span){rest->at, len};
    *rest = span_from(*rest, len);
    return len > 0 && len <= 255 && domain->at[len - 1] != '.' && !has_control(*domain);
}

/* The local part without quotes that it does not need. */
static struct span plain_local(struct span local)
{
    struct span inside = {local.at + 1, local.len - 2};
    if (local.at[0] != '"' || inside.len == 0 || dot_atom_length(inside) != inside.len ||
        inside.at[inside.len - 1] == '.')
        return local;
    return inside;
}

static bool add_lower(struct mailbox_address *mailbox, struct span domain)
{
    size_t room = sizeof mailbox->address - 1 - mailbox->len, len = room;
    uint8_t *at = (uint8_t *)mailbox->address + mailbox->len;
    if (!charset_is_utf8(domain))
        return false;
    /* In its place, so that no sender is taken for a bad one for want of memory. */
    uint8_t *lower = u8_tolower((const uint8_t *)domain.at, domain.len, NULL, NULL, at, &len);
    bool fits = lower == at && len <= room;
    if (lower != at)
        free(lower);
    mailbox->len += fits ? len : 0;
    return fits;
}

/* addr-spec, alone in its span but for blanks and comments. */
static bool read_address(struct span text, struct mailbox_address *mailbox)
{
    struct span local, domain;
    if (!skip_blanks(&text) || !take_local(&text, &local) || !skip_blanks(&text) || text.len == 0 ||
        text.at[0] != '@')
        return false;
    text = span_from(text, 1);
    if (!skip_blanks(&text) || !take_domain(&text, &domain) || !skip_blanks(&text) || text.len > 0)
        return false;
    local = plain_local(local);
    if (local.len + 1 > ADDRESS_MAX_BYTES || !charset_is_utf8(local))
        return false;
    memcpy(mailbox->address, local.at, local.len);
    mailbox->address[local.len] = '@';
    mailbox->len = local.len + 1;
    if (!add_lower(mailbox, domain))
        return false;
    mailbox->address[mailbox->len] = '\0';
    return true;
}

/* Skips what may stand between two mailboxes. */
static bool skip_separators(struct address_list *list)
{
    do {
        if (!skip_blanks(&list->rest))
            return false;
        if (list->rest.len == 0 || (list->rest.at[0] != ',' && list->rest.at[0] != ';'))
            return true;
        list->rest = span_from(list->rest, 1);
    } while (true);
}

/* `words <address>`; `open` is where the bracket stands. */
static bool read_bracketed(struct address_list *list, size_t open, struct mailbox_address *mailbox)
{
    mailbox->name = span_trim((struct span){list->rest.at, open});
    list->rest = span_from(list->rest, open + 1);
    ptrdiff_t end = find_stop(list->rest, "><");
    if (end < 0 || (size_t)end == list->rest.len || list->rest.at[end] != '>' ||
        !read_address((struct span){list->rest.at, (size_t)end}, mailbox))
        return false;
    list->rest = span_from(list->rest, (size_t)end + 1);
    return skip_blanks(&list->rest) &&
           (list->rest.len == 0 || list->rest.at[0] == ',' || list->rest.at[0] == ';');
}

bool address_list_next(struct address_list *list, struct mailbox_address *mailbox_out)
{
    *mailbox_out = (struct mailbox_address){.len = 0};
    while (!list->bad) {
        ptrdiff_t stop = -1;
        if (skip_separators(list))
            stop = find_stop(list->rest, "<:,;");
        list->bad = stop < 0;
        if (list->bad || list->rest.len == 0)
            return false;
        char byte = (size_t)stop < list->rest.len ? list->rest.at[stop] : '\0';
        if (byte == ':') {
            list->group = true;
            list->rest = span_from(list->rest, (size_t)stop + 1);
            continue;
        }
        if (byte == '<') {
            list->bad = !read_bracketed(list, (size_t)stop, mailbox_out);
            return !list->bad;
        }
        list->bad = !read_address((struct span){list->rest.at, (size_t)stop}, mailbox_out);
        list->rest = span_from(list->rest, (size_t)stop);
        return !list->bad;
    }
    return false;
}

bool address_list_name(struct span name, struct buffer *out)
{
    struct buffer plain;
    bool quoted = false;
    buffer_init(&plain, name.len + 1);
    for (size_t i = 0; i < name.len; i++) {
        size_t comment = name.at[i] == '(' && !quoted ? comment_length(name, i) : 0;
        if (comment > 0)
            i += comment - 1;
        else if (name.at[i] == '"')
            quoted = !quoted;
        else if (name.at[i] == '\\' && quoted && i + 1 < name.len)
            buffer_add_byte(&plain, name.at[++i]);
        else
            buffer_add_byte(&plain, name.at[i]);
    }
    if (plain.failed)
        out->failed = true;
    bool ok = encoded_word_decode(span_trim(buffer_span(&plain)), out);
    buffer_free_into(&plain, out);
    return ok && !out->failed;
}

size_t address_list_domain_at(struct span address)
{
    size_t at = address.len;
    while (at > 0 && address.at[at - 1] != '@')
        at--;
    return at ? at : address.len;
}
