/* SPDX-License-Identifier: ISC */
/*
 * Network addresses and the classes that are never dialled for strangers.  IPv4 is judged in its
 * IPv4-mapped form, so one table and one comparison do for both.
 */
#include "agent/base/address.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <string.h>

enum { V4_BITS = 96, ALL_BITS = 128 };

#define V4(a, b, c, bits)                                                                          \
    {                                                                                              \
        {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, a, b, c, 0}, V4_BITS + (bits)                   \
    }
#define V6(a, b, c, d, e, f, bits)                                                                 \
    {                                                                                              \
        {(a) >> 8, (a)&255, (b) >> 8, (b)&255, (c) >> 8, (c)&255, (d) >> 8, (d)&255,               \
         (e) >> 8, (e)&255, (f) >> 8, (f)&255, 0,        0,       0,        0},                    \
            (bits)                                                                                 \
    }

/* IANA IPv4 and IPv6 Special-Purpose Address Registries, and RFCs as named. */
static const struct {
    struct address_net net;
    const char *name;
} classes[] = {
    {V4(0, 0, 0, 8), "this network"},                  /* RFC 791; reaches localhost on Linux */
    {V4(10, 0, 0, 8), "private"},                      /* RFC 1918 */
    {V4(100, 64, 0, 10), "shared"},                    /* RFC 6598, carrier-grade NAT */
    {V4(127, 0, 0, 8), "loopback"},                    /* RFC 1122 */
    {V4(169, 254, 0, 16), "link-local"},               /* RFC 3927, metadata services */
    {V4(172, 16, 0, 12), "private"},                   /* RFC 1918 */
    {V4(192, 0, 0, 24), "protocol assignments"},       /* RFC 6890 */
    {V4(192, 0, 2, 24), "documentation"},              /* RFC 5737 */
    {V4(192, 31, 196, 24), "AS112"},                   /* RFC 7535 */
    {V4(192, 52, 193, 24), "AMT"},                     /* RFC 7450 */
    {V4(192, 88, 99, 24), "6to4 relay"},               /* RFC 7526 */
    {V4(192, 168, 0, 16), "private"},                  /* RFC 1918 */
    {V4(192, 175, 48, 24), "AS112"},                   /* RFC 7534 */
    {V4(198, 18, 0, 15), "benchmarking"},              /* RFC 2544 */
    {V4(198, 51, 100, 24), "documentation"},           /* RFC 5737 */
    {V4(203, 0, 113, 24), "documentation"},            /* RFC 5737 */
    {V4(224, 0, 0, 4), "multicast"},                   /* RFC 5771 */
    {V4(240, 0, 0, 4), "reserved"},                    /* RFC 1112; holds the broadcast address */
    {{{0}, ALL_BITS}, "unspecified"},                  /* RFC 4291 */
    {{{[15] = 1}, ALL_BITS}, "loopback"},              /* RFC 4291 */
    {V6(0, 0, 0, 0, 0, 0, 96), "IPv4-compatible"},     /* RFC 4291, out of use */
    {V6(0x64, 0xff9b, 1, 0, 0, 0, 48), "local NAT64"}, /* RFC 8215 */
    {V6(0x100, 0, 0, 0, 0, 0, 64), "discard"},         /* RFC 6666 */
    {V6(0x2001, 0, 0, 0, 0, 0, 23), "protocol assignments"}, /* RFC 2928; Teredo, ORCHID */
    {V6(0x2001, 0xdb8, 0, 0, 0, 0, 32), "documentation"},    /* RFC 3849 */
    {V6(0x2002, 0, 0, 0, 0, 0, 16), "6to4"},                 /* RFC 3056 */
    {V6(0x3fff, 0, 0, 0, 0, 0, 20), "documentation"},        /* RFC 9637 */
    {V6(0xfc00, 0, 0, 0, 0, 0, 7), "unique local"},          /* RFC 4193 */
    {V6(0xfe80, 0, 0, 0, 0, 0, 10), "link-local"},           /* RFC 4291 */
    {V6(0xfec0, 0, 0, 0, 0, 0, 10), "site-local"},           /* RFC 3879 */
    {V6(0xff00, 0, 0, 0, 0, 0, 8), "multicast"},             /* RFC 4291 */
};

static const struct address_net mapped = V4(0, 0, 0, 0);
static const struct address_net compatible = V6(0, 0, 0, 0, 0, 0, 96);
static const struct address_net nat64 = V6(0x64, 0xff9b, 0, 0, 0, 0, 96); /* RFC 6052 */
static const struct address_net global = V6(0x2000, 0, 0, 0, 0, 0, 3);

static bool net_covers(const struct address_net *net, const unsigned char bytes[16])
{
    unsigned whole = net->bits / 8, rest = net->bits % 8;
    if (memcmp(net->bytes, bytes, whole) != 0)
        return false;
    return rest == 0 || ((net->bytes[whole] ^ bytes[whole]) >> (8 - rest)) == 0;
}

static bool nets_cover(const struct address_nets *nets, const unsigned char bytes[16])
{
    for (size_t i = 0; nets && i < nets->count; i++)
        if (net_covers(&nets->nets[i], bytes))
            return true;
    return false;
}

static void map_ipv4(const void *four, unsigned char bytes_out[16])
{
    memcpy(bytes_out, mapped.bytes, 12);
    memcpy(bytes_out + 12, four, 4);
}

static bool address_bytes(const struct sockaddr *address, unsigned char bytes_out[16])
{
    if (address->sa_family == AF_INET) {
        struct sockaddr_in v4;
        memcpy(&v4, address, sizeof v4);
        map_ipv4(&v4.sin_addr, bytes_out);
        return true;
    }
    if (address->sa_family == AF_INET6) {
        struct sockaddr_in6 v6;
        memcpy(&v6, address, sizeof v6);
        memcpy(bytes_out, &v6.sin6_addr, 16);
        return true;
    }
    return false;
}

static const char *class_of(const unsigned char bytes[16])
{
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
        if (net_covers(&classes[i].net, bytes))
            return classes[i].name;
    if (net_covers(&mapped, bytes) || net_covers(&global, bytes))
        return NULL;
    return "not global";
}

/* The IPv4 address inside NAT64 and IPv4-compatible forms; :: and ::1 are no such forms. */
static void unwrap(const unsigned char raw[16], unsigned char inner_out[16])
{
    bool wrapped =
        net_covers(&nat64, raw) || (net_covers(&compatible, raw) && (raw[12] != 0 || raw[13] != 0));
    if (wrapped)
        map_ipv4(raw + 12, inner_out);
    else
        memcpy(inner_out, raw, 16);
}

const char *address_forbidden(const struct sockaddr *address, const struct address_nets *allow,
                              const struct address_nets *deny, const struct address_nets *own)
{
    unsigned char raw[16], inner[16];
    if (!address_bytes(address, raw))
        return "unknown family";
    unwrap(raw, inner);
    if (nets_cover(deny, raw) || nets_cover(deny, inner))
        return "denied by the operator";
    /* An exception holds for the very address: 127.0.0.0/8 opens no way through a gateway. */
    if (nets_cover(allow, raw))
        return NULL;
    if (nets_cover(own, raw) || nets_cover(own, inner))
        return "this machine or its network";
    const char *name = class_of(inner);
    if (!name && net_covers(&compatible, raw))
        name = class_of(raw);
    return name;
}

/* No bits are set behind the first `bits`. */
static bool net_is_clean(const struct address_net *net)
{
    for (unsigned bit = net->bits; bit < ALL_BITS; bit++)
        if (net->bytes[bit / 8] & (0x80 >> bit % 8))
            return false;
    return true;
}

bool address_net_parse(struct span text, struct address_net *net_out)
{
    char host[INET6_ADDRSTRLEN];
    struct address_net net = {.bits = 0};
    struct in_addr four;
    ptrdiff_t slash = span_find_byte(text, '/');
    size_t len = slash < 0 ? text.len : (size_t)slash;
    if (len == 0 || len >= sizeof host || span_find_byte(text, '\0') >= 0)
        return false;
    memcpy(host, text.at, len);
    host[len] = '\0';
    bool is_v4 = inet_pton(AF_INET, host, &four) == 1;
    if (is_v4)
        map_ipv4(&four, net.bytes);
    else if (inet_pton(AF_INET6, host, net.bytes) != 1)
        return false;
    uint64_t most = is_v4 ? ALL_BITS - V4_BITS : ALL_BITS, bits = most;
    if (slash >= 0 && (!span_to_u64(span_from(text, len + 1), &bits) || bits > most))
        return false;
    net.bits = (unsigned)bits + (is_v4 ? V4_BITS : 0);
    if (!net_is_clean(&net))
        return false;
    *net_out = net;
    return true;
}

static unsigned mask_bits(const struct sockaddr *mask, bool is_v4)
{
    unsigned char bytes[16];
    unsigned bits = is_v4 ? V4_BITS : 0;
    if (!mask || !address_bytes(mask, bytes))
        return ALL_BITS;
    while (bits < ALL_BITS && (bytes[bits / 8] & (0x80 >> bits % 8)))
        bits++;
    return bits;
}

/* The address alone and, where it is a public one, the network it is on: neighbours on the same
 * wire may trust this machine.  What is wider than a site is no such network. */
static void add_own(struct address_nets *own, const struct ifaddrs *entry)
{
    enum { WIDEST_V4 = V4_BITS + 16, WIDEST_V6 = 48 };
    struct address_net *net = &own->nets[own->count];
    if (!entry->ifa_addr || !address_bytes(entry->ifa_addr, net->bytes))
        return;
    net->bits = ALL_BITS;
    own->count++;
    bool is_v4 = net_covers(&mapped, net->bytes);
    unsigned bits = mask_bits(entry->ifa_netmask, is_v4);
    if (class_of(net->bytes) || bits == ALL_BITS || bits < (is_v4 ? WIDEST_V4 : WIDEST_V6))
        return;
    struct address_net *lan = &own->nets[own->count++];
    lan->bits = bits;
    for (unsigned bit = 0; bit < bits; bit++)
        lan->bytes[bit / 8] |= net->bytes[bit / 8] & (0x80 >> bit % 8);
}

bool address_own_nets(struct arena *arena, struct address_nets *own_out)
{
    struct ifaddrs *entries;
    size_t count = 0;
    if (getifaddrs(&entries) != 0)
        return false;
    for (const struct ifaddrs *entry = entries; entry; entry = entry->ifa_next)
        count++;
    struct address_nets own = {arena_alloc(arena, (2 * count + 1) * sizeof *own.nets), 0};
    for (const struct ifaddrs *entry = entries; own.nets && entry; entry = entry->ifa_next)
        add_own(&own, entry);
    freeifaddrs(entries);
    *own_out = own;
    return own.nets != NULL;
}

void address_to_text(const struct sockaddr *address, char *text, size_t size)
{
    unsigned char bytes[16];
    if (size == 0)
        return;
    const void *at = address->sa_family == AF_INET ? bytes + 12 : bytes;
    if (!address_bytes(address, bytes) || !inet_ntop(address->sa_family, at, text, (socklen_t)size))
        text[0] = '\0';
}
