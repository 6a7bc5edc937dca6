/* SPDX-License-Identifier: ISC */
/*
 * Address classes: what may be dialled is public in every notation: as IPv4, mapped into IPv6, behind
 * NAT64.  Networks are parsed to what they say.
 */
#include "test/fuzz/fuzz.h"

#include "agent/base/address.h"

#include <netinet/in.h>
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

static const char *judge6(const unsigned char bytes[16], const struct address_nets *allow,
                          const struct address_nets *deny)
{
    struct sockaddr_in6 six = {.sin6_family = AF_INET6};
    memcpy(&six.sin6_addr, bytes, 16);
    return address_forbidden((const struct sockaddr *)&six, allow, deny, NULL);
}

static const char *judge4(const unsigned char bytes[4], const struct address_nets *deny)
{
    struct sockaddr_in four = {.sin_family = AF_INET};
    memcpy(&four.sin_addr, bytes, 4);
    return address_forbidden((const struct sockaddr *)&four, NULL, deny, NULL);
}

/* The blocks that no stranger may reach, written down a second time (RFC 6890). */
static bool is_private4(const unsigned char a[4])
{
    return a[0] == 0 || a[0] == 10 || a[0] == 127 || a[0] >= 224 ||
           (a[0] == 100 && a[1] >> 6 == 1) || (a[0] == 169 && a[1] == 254) ||
           (a[0] == 172 && a[1] >> 4 == 1) || (a[0] == 192 && a[1] == 168) ||
           (a[0] == 192 && a[1] == 0 && (a[2] == 0 || a[2] == 2)) ||
           (a[0] == 198 && a[1] >> 1 == 9);
}

static void check_ipv4(const unsigned char four[4], const struct address_nets *deny)
{
    unsigned char mapped[16] = {[10] = 0xff, [11] = 0xff}, nat64[16] = {0, 0x64, 0xff, 0x9b};
    unsigned char compatible[16] = {0};
    memcpy(mapped + 12, four, 4);
    memcpy(nat64 + 12, four, 4);
    memcpy(compatible + 12, four, 4);
    bool forbidden = judge4(four, deny) != NULL;
    FUZZ_ASSERT(forbidden == (judge6(mapped, NULL, deny) != NULL));
    FUZZ_ASSERT(!forbidden || judge6(nat64, NULL, deny));
    if (deny->count == 0)
        FUZZ_ASSERT(forbidden == (judge6(nat64, NULL, deny) != NULL));
    FUZZ_ASSERT(judge6(compatible, NULL, deny));
    if (is_private4(four))
        FUZZ_ASSERT(forbidden);
}

static void check_ipv6(const unsigned char six[16], const struct address_nets *deny)
{
    static const unsigned char nat64[12] = {0, 0x64, 0xff, 0x9b}, mapped[12] = {[10] = 0xff, 0xff};
    if (judge6(six, NULL, deny))
        return;
    bool inside = memcmp(six, nat64, 12) == 0 || memcmp(six, mapped, 12) == 0;
    FUZZ_ASSERT(inside || six[0] >> 5 == 1);
    if (inside)
        FUZZ_ASSERT(!is_private4(six + 12) && !judge4(six + 12, deny));
    FUZZ_ASSERT(six[0] != 0x20 || six[1] != 0x02); /* 6to4 holds any IPv4 */
    FUZZ_ASSERT(six[0] != 0x20 || six[1] != 0x01 || six[2] > 1);
}

static void check_net(struct span text)
{
    struct address_net net;
    struct address_nets only = {&net, 1};
    char written[INET6_ADDRSTRLEN + 8];
    struct address_net again;
    if (!address_net_parse(text, &net))
        return;
    FUZZ_ASSERT(net.bits <= 128);
    FUZZ_ASSERT(judge6(net.bytes, NULL, &only));
    FUZZ_ASSERT(!judge6(net.bytes, &only, NULL));
    struct sockaddr_in6 six = {.sin6_family = AF_INET6};
    memcpy(&six.sin6_addr, net.bytes, 16);
    address_to_text((const struct sockaddr *)&six, written, INET6_ADDRSTRLEN);
    snprintf(written + strlen(written), 8, "/%u", net.bits);
    FUZZ_ASSERT(address_net_parse(span_of(written), &again));
    FUZZ_ASSERT(memcmp(&net.bytes, &again.bytes, 16) == 0 && net.bits == again.bits);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span rest = {(const char *)data, size};
    unsigned char bytes[16] = {0};
    struct address_net net;
    struct address_nets deny = {&net, 0};
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (unsigned char)fuzz_number(&rest, 256);
    check_net(rest);
    deny.count = address_net_parse(rest, &net);
    check_ipv4(bytes, &deny);
    check_ipv6(bytes, &deny);
    /* The same with the head of a notation that holds an IPv4 address. */
    memset(bytes, 0, 12);
    check_ipv6(bytes, &deny);
    bytes[10] = bytes[11] = 0xff;
    check_ipv6(bytes, &deny);
    return 0;
}
