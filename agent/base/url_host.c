/* SPDX-License-Identifier: ISC */
/*
 * Host names of URLs: percent-decoded, mapped to ASCII by IDNA 2008 (nontransitional), then looked
 * at again, because mapping can make digits, dots and delimiters out of other characters.
 */
#include "agent/base/url_build.h"

#include <arpa/inet.h>
#include <idn2.h>
#include <string.h>

enum { NAME_MAX_BYTES = 253, LABEL_MAX_BYTES = 63 };

static const char no_host[] = "The web address has no host name.";
static const char bad_host[] = "The host name in the web address cannot be right.";
static const char long_host[] = "The host name in the web address is too long.";
static const char bad_number[] =
    "The host in the web address is a number in an unusual form; write it like 192.0.2.1.";

static const char *ipv6_host(struct span raw, char host_out[URL_HOST_SIZE])
{
    char text[INET6_ADDRSTRLEN];
    struct in6_addr address;
    if (raw.len < 2 || raw.at[raw.len - 1] != ']' || raw.len - 2 >= sizeof text)
        return bad_host;
    /* A zone id (fe80::1%eth0) would pick an interface of this machine. */
    if (span_find_byte(raw, '%') >= 0 || span_find_byte(raw, '\0') >= 0)
        return bad_host;
    memcpy(text, raw.at + 1, raw.len - 2);
    text[raw.len - 2] = '\0';
    if (inet_pton(AF_INET6, text, &address) != 1)
        return bad_host;
    host_out[0] = '[';
    if (!inet_ntop(AF_INET6, &address, host_out + 1, INET6_ADDRSTRLEN))
        return bad_host;
    size_t len = strlen(host_out);
    host_out[len] = ']';
    host_out[len + 1] = '\0';
    return NULL;
}

/* Percent-decodes into `text`; false for a broken escape or a NUL. */
static bool decode(struct span raw, char text[URL_MAX_BYTES + 1], bool *foreign_out)
{
    size_t len = 0;
    *foreign_out = false;
    for (size_t i = 0; i < raw.len && len < URL_MAX_BYTES; i++) {
        char c = raw.at[i];
        if (c == '%') {
            int high = i + 2 < raw.len ? url_hex_value(raw.at[i + 1]) : -1;
            int low = i + 2 < raw.len ? url_hex_value(raw.at[i + 2]) : -1;
            if (high < 0 || low < 0)
                return false;
            c = (char)(high * 16 + low);
            i += 2;
        }
        if (c == '\0')
            return false;
        *foreign_out |= (unsigned char)c >= 0x80;
        text[len++] = c;
    }
    text[len] = '\0';
    return true;
}

/* Lower case, without one trailing dot; letters, digits, '-', '_' and single dots only. */
static const char *check_name(const char *name, char host_out[URL_HOST_SIZE])
{
    size_t len = strlen(name), label = 0;
    if (len > 0 && name[len - 1] == '.')
        len--;
    if (len == 0)
        return no_host;
    if (len > NAME_MAX_BYTES)
        return long_host;
    for (size_t i = 0; i < len; i++) {
        char c = name[i];
        if (c >= 'A' && c <= 'Z')
            c = (char)(c - 'A' + 'a');
        bool sound = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
        if (!sound && (c != '.' || label == 0))
            return bad_host;
        label = c == '.' ? 0 : label + 1;
        if (label > LABEL_MAX_BYTES)
            return long_host;
        host_out[i] = c;
    }
    host_out[len] = '\0';
    return label == 0 ? bad_host : NULL;
}

/* Whether sloppy readers would take the last label for a number, and so the host for an address. */
static bool ends_in_number(const char *host)
{
    const char *dot = strrchr(host, '.');
    const char *label = dot ? dot + 1 : host;
    if (label[0] == '0' && label[1] == 'x')
        return label[2 + strspn(label + 2, "0123456789abcdef")] == '\0';
    return label[strspn(label, "0123456789")] == '\0';
}

static bool is_dotted_ipv4(const char *host)
{
    struct in_addr address;
    char text[INET_ADDRSTRLEN];
    return inet_pton(AF_INET, host, &address) == 1 &&
           inet_ntop(AF_INET, &address, text, sizeof text) && strcmp(text, host) == 0;
}

static const char *mapped_name(const char *name, char host_out[URL_HOST_SIZE])
{
    uint8_t *ascii = NULL;
    const void *bytes = name;
    if (idn2_lookup_u8(bytes, &ascii, IDN2_NONTRANSITIONAL | IDN2_NFC_INPUT) != IDN2_OK)
        return bad_host;
    const void *mapped = ascii;
    const char *refusal = check_name(mapped, host_out);
    idn2_free(ascii);
    return refusal;
}

const char *url_host(struct span raw, char host_out[URL_HOST_SIZE])
{
    char name[URL_MAX_BYTES + 1];
    bool foreign;
    if (raw.len == 0)
        return no_host;
    if (raw.len > URL_MAX_BYTES)
        return long_host;
    if (raw.at[0] == '[')
        return ipv6_host(raw, host_out);
    if (!decode(raw, name, &foreign))
        return bad_host;
    const char *refusal = foreign ? mapped_name(name, host_out) : check_name(name, host_out);
    if (!refusal && ends_in_number(host_out) && !is_dotted_ipv4(host_out))
        return bad_number;
    return refusal;
}
