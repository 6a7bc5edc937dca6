/* SPDX-License-Identifier: ISC */
/* Addresses: both sides of every class, lists and their order, networks as text, own addresses. */
#include "agent/base/address.h"
#include "test/unit/trouble.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/un.h>
#include <cmocka.h>

static struct sockaddr_storage address_of(const char *text)
{
    struct sockaddr_storage storage = {.ss_family = AF_UNSPEC};
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(80)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(80)};
    if (inet_pton(AF_INET, text, &v4.sin_addr) == 1)
        memcpy(&storage, &v4, sizeof v4);
    else if (inet_pton(AF_INET6, text, &v6.sin6_addr) == 1)
        memcpy(&storage, &v6, sizeof v6);
    else
        fail_msg("%s is no address", text);
    return storage;
}

static const char *verdict(const char *text, const struct address_nets *allow,
                           const struct address_nets *deny, const struct address_nets *own)
{
    struct sockaddr_storage address = address_of(text);
    return address_forbidden((const struct sockaddr *)&address, allow, deny, own);
}

static void check_denied(const char *text, const char *class)
{
    const char *name = verdict(text, NULL, NULL, NULL);
    if (!name)
        fail_msg("%s is allowed", text);
    if (class)
        assert_string_equal(name, class);
}

static void check_allowed(const char *text)
{
    const char *name = verdict(text, NULL, NULL, NULL);
    if (name)
        fail_msg("%s is denied as %s", text, name);
}

/* First and last address of a class; the neighbours outside it, NULL where they are not public. */
static void both_sides(void **state)
{
    (void)state;
    static const char *const rows[][4] = {
        {"0.0.0.0", "0.255.255.255", NULL, "1.0.0.0"},
        {"10.0.0.0", "10.255.255.255", "9.255.255.255", "11.0.0.0"},
        {"100.64.0.0", "100.127.255.255", "100.63.255.255", "100.128.0.0"},
        {"127.0.0.0", "127.255.255.255", "126.255.255.255", "128.0.0.0"},
        {"169.254.0.0", "169.254.255.255", "169.253.255.255", "169.255.0.0"},
        {"172.16.0.0", "172.31.255.255", "172.15.255.255", "172.32.0.0"},
        {"192.0.0.0", "192.0.0.255", "191.255.255.255", "192.0.1.0"},
        {"192.0.2.0", "192.0.2.255", "192.0.1.255", "192.0.3.0"},
        {"192.31.196.0", "192.31.196.255", "192.31.195.255", "192.31.197.0"},
        {"192.52.193.0", "192.52.193.255", "192.52.192.255", "192.52.194.0"},
        {"192.88.99.0", "192.88.99.255", "192.88.98.255", "192.88.100.0"},
        {"192.168.0.0", "192.168.255.255", "192.167.255.255", "192.169.0.0"},
        {"192.175.48.0", "192.175.48.255", "192.175.47.255", "192.175.49.0"},
        {"198.18.0.0", "198.19.255.255", "198.17.255.255", "198.20.0.0"},
        {"198.51.100.0", "198.51.100.255", "198.51.99.255", "198.51.101.0"},
        {"203.0.113.0", "203.0.113.255", "203.0.112.255", "203.0.114.0"},
        {"224.0.0.0", "239.255.255.255", "223.255.255.255", NULL},
        {"240.0.0.0", "255.255.255.255", NULL, NULL},
        {"::", "::1", NULL, NULL},
        {"64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff", NULL, NULL},
        {"100::", "100::ffff:ffff:ffff:ffff", NULL, NULL},
        {"::2", "1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", NULL, "2000::"},
        {"2001::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff",
         "2000:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2001:200::"},
        {"2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff",
         "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db9::"},
        {"2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
         "2001:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2003::"},
        {"3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff",
         "3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "3fff:1000::"},
        {"4000::", "fbff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
         "3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", NULL},
        {"fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", NULL, NULL},
        {"fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff", NULL, NULL},
        {"fec0::", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", NULL, NULL},
        {"ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", NULL, NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        check_denied(rows[i][0], NULL);
        check_denied(rows[i][1], NULL);
        if (rows[i][2])
            check_allowed(rows[i][2]);
        if (rows[i][3])
            check_allowed(rows[i][3]);
    }
}

static void names_of_classes(void **state)
{
    (void)state;
    check_denied("127.0.0.1", "loopback");
    check_denied("::1", "loopback");
    check_denied("::", "unspecified");
    check_denied("10.1.2.3", "private");
    check_denied("169.254.169.254", "link-local");
    check_denied("100.100.100.200", "shared");
    check_denied("192.0.0.192", "protocol assignments");
    check_denied("fe80::1", "link-local");
    check_denied("fd00:ec2::254", "unique local");
    check_denied("fec0::1", "site-local");
    check_denied("2001:0:4136:e378:8000:63bf:3fff:fdd2", "protocol assignments");
    check_denied("2002:7f00:1::", "6to4");
    check_denied("5000::1", "not global");
    check_allowed("8.8.8.8");
    check_allowed("2606:4700::6810:84e5");
    struct sockaddr_un local = {.sun_family = AF_UNIX};
    assert_non_null(address_forbidden((const struct sockaddr *)&local, NULL, NULL, NULL));
}

static void ipv4_inside_ipv6(void **state)
{
    (void)state;
    check_denied("::ffff:127.0.0.1", "loopback");
    check_denied("::ffff:169.254.169.254", "link-local");
    check_allowed("::ffff:8.8.8.8");
    check_denied("64:ff9b::169.254.169.254", "link-local");
    check_denied("64:ff9b::127.0.0.1", "loopback");
    check_allowed("64:ff9b::808:808");
    check_denied("64:ff9b:0:0:0:1::1", "not global");
    check_denied("64:ff9b:1::808:808", "local NAT64");
    check_denied("::127.0.0.1", "loopback");
    check_denied("::10.0.0.1", "private");
    check_denied("::8.8.8.8", "IPv4-compatible");
    check_denied("::0.5.6.7", "this network");
    check_denied("::0.0.6.7", "IPv4-compatible");
    check_denied("::ffff:0:8.8.8.8", "not global");
}

static struct address_net net_of(const char *text)
{
    struct address_net net;
    if (!address_net_parse(span_of(text), &net))
        fail_msg("%s is no network", text);
    return net;
}

static void lists_in_order(void **state)
{
    (void)state;
    struct address_net loopback = net_of("127.0.0.0/8"), one = net_of("127.0.0.1");
    struct address_net public = net_of("8.8.8.8"), six = net_of("::1"), v6 = net_of("fd00::/8");
    struct address_nets with_loopback = {&loopback, 1}, with_one = {&one, 1};
    struct address_nets with_public = {&public, 1}, none = {NULL, 0};
    struct address_net several[] = {six, v6};
    struct address_nets with_several = {several, 2};

    assert_null(verdict("127.9.9.9", &with_loopback, &none, &none));
    assert_non_null(verdict("::1", &with_loopback, NULL, NULL));
    assert_null(verdict("::1", &with_several, NULL, NULL));
    assert_null(verdict("fd12::1", &with_several, NULL, NULL));
    assert_non_null(verdict("fe12::1", &with_several, NULL, NULL));
    /* What is denied stays denied whatever is allowed. */
    assert_string_equal(verdict("127.0.0.1", &with_loopback, &with_one, NULL),
                        "denied by the operator");
    assert_null(verdict("127.0.0.2", &with_loopback, &with_one, NULL));
    assert_string_equal(verdict("8.8.8.8", NULL, &with_public, NULL), "denied by the operator");
    assert_string_equal(verdict("64:ff9b::8.8.8.8", NULL, &with_public, NULL),
                        "denied by the operator");
    assert_string_equal(verdict("::ffff:8.8.8.8", NULL, &with_public, NULL),
                        "denied by the operator");
    /* A public address of this machine is not public to strangers, unless opened. */
    assert_string_equal(verdict("8.8.8.8", NULL, NULL, &with_public),
                        "this machine or its network");
    assert_string_equal(verdict("::ffff:8.8.8.8", NULL, NULL, &with_public),
                        "this machine or its network");
    assert_string_equal(verdict("64:ff9b::8.8.8.8", NULL, NULL, &with_public),
                        "this machine or its network");
    assert_null(verdict("8.8.8.8", &with_public, NULL, &with_public));
    assert_null(verdict("8.8.4.4", NULL, &with_public, &with_public));
    /* An exception opens the very address, not a gateway that leads to it. */
    assert_non_null(verdict("64:ff9b::127.0.0.1", &with_loopback, NULL, NULL));
    assert_non_null(verdict("::127.0.0.1", &with_loopback, NULL, NULL));
}

static void networks_as_text(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "/",
        "10.0.0.0/",
        "10.0.0.0/33",
        "10.0.0.1/8",
        "10.0.0/8",
        "::1/129",
        "::1/127",
        "2001:db8::/1",
        "x",
        "localhost",
        "10.0.0.0/8x",
        "10.0.0.0/-1",
        " 10.0.0.0/8",
        "[::1]/128",
        "fe80::1%lo",
        "10.0.0.0/99999999999999999999",
        "1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb/128",
        "10.0.0.0/8/8",
        "0x7f.0.0.1",
        "::ffff:10.0.0.1/104",
    };
    struct address_net net;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (address_net_parse(span_of(bad[i]), &net))
            fail_msg("%s is taken for a network", bad[i]);
    assert_false(address_net_parse(SPAN_LITERAL("10.0.0.0\0/8"), &net));
    assert_int_equal(net_of("10.0.0.0/8").bits, 96 + 8);
    assert_int_equal(net_of("10.0.0.1").bits, 128);
    assert_int_equal(net_of("0.0.0.0/0").bits, 96);
    assert_int_equal(net_of("::/0").bits, 0);
    assert_int_equal(net_of("2001:db8::/32").bits, 32);
    assert_int_equal(net_of("10.128.0.0/9").bits, 96 + 9);
    struct address_net all = net_of("::/0");
    struct address_nets every = {&all, 1};
    assert_non_null(verdict("8.8.8.8", NULL, &every, NULL));
}

static void own_networks(void **state)
{
    (void)state;
    struct arena *arena = arena_new(64 * 1024), *small = arena_new(8);
    struct address_nets own = {NULL, 0};
    assert_true(address_own_nets(arena, &own));
    struct address_net loopback = net_of("127.0.0.1");
    bool found = false;
    for (size_t i = 0; i < own.count; i++) {
        found |= own.nets[i].bits == 128 && memcmp(own.nets[i].bytes, loopback.bytes, 16) == 0;
        assert_true(own.nets[i].bits >= 48);
    }
    assert_true(found);
    assert_false(address_own_nets(small, &own));
    arena_free(&arena);
    arena_free(&small);
}

/* One interface with that address and mask, NULL where it has none. */
static struct ifaddrs interface_of(const char *address, const char *mask,
                                   struct sockaddr_storage room[2])
{
    struct ifaddrs entry = {.ifa_next = NULL};
    room[0] = address_of(address);
    entry.ifa_addr = (struct sockaddr *)&room[0];
    if (mask) {
        room[1] = address_of(mask);
        entry.ifa_netmask = (struct sockaddr *)&room[1];
    }
    return entry;
}

/* A machine with that interface: is `other` its own or on its network? */
static bool is_own(const char *address, const char *mask, const char *other)
{
    struct arena *arena = arena_new(4096);
    struct sockaddr_storage room[2];
    struct ifaddrs entry = interface_of(address, mask, room), bare = {.ifa_next = &entry};
    struct address_nets own;
    trouble_interfaces(&bare); /* the first one has no address at all */
    assert_true(address_own_nets(arena, &own));
    trouble_end();
    const char *name = verdict(other, NULL, NULL, &own);
    bool is = name && strcmp(name, "this machine or its network") == 0;
    arena_free(&arena);
    return is;
}

/* Neighbours of a public address may trust this machine; those of a private one are refused by
 * their class, and what is wider than a site is no neighbourhood. */
static void neighbours(void **state)
{
    (void)state;
    static const struct {
        const char *address, *mask, *other;
        bool own;
    } rows[] = {
        {"8.8.8.8", "255.255.255.0", "8.8.8.8", true},
        {"8.8.8.8", "255.255.255.0", "8.8.8.255", true},
        {"8.8.8.8", "255.255.255.0", "8.8.9.0", false},
        {"8.8.8.8", "255.255.0.0", "8.8.9.0", true},
        {"8.8.8.8", "255.254.0.0", "8.8.9.0", false},
        {"8.8.8.8", "255.255.255.255", "8.8.8.9", false},
        {"8.8.8.8", "255.255.255.248", "8.8.8.15", true},
        {"8.8.8.8", "255.255.255.248", "8.8.8.16", false},
        {"8.8.8.8", NULL, "8.8.8.8", true},
        {"8.8.8.8", NULL, "8.8.8.9", false},
        {"10.0.0.1", "255.0.0.0", "10.0.0.1", true},
        {"10.0.0.1", "255.0.0.0", "10.0.0.2", false},
        {"2600::1", "ffff:ffff:ffff:ffff::", "2600::ffff", true},
        {"2600::1", "ffff:ffff:ffff:ffff::", "2600:0:0:1::1", false},
        {"2600::1", "ffff:ffff:ffff::", "2600:0:0:1::1", true},
        {"2600::1", "ffff:ffff:fffe::", "2600:0:0:1::1", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (is_own(rows[i].address, rows[i].mask, rows[i].other) != rows[i].own)
            fail_msg("%s on the machine of %s, mask %s", rows[i].other, rows[i].address,
                     rows[i].mask ? rows[i].mask : "none");
}

static void odd_interfaces(void **state)
{
    (void)state;
    struct arena *arena = arena_new(4096);
    struct sockaddr_storage room[2], second[2];
    struct ifaddrs link = interface_of("8.8.8.8", NULL, room);
    struct ifaddrs odd_mask = interface_of("8.8.4.4", "255.0.0.0", second);
    struct address_nets own;
    room[0].ss_family = AF_PACKET;
    second[1].ss_family = AF_PACKET;
    link.ifa_next = &odd_mask;
    trouble_interfaces(&link);
    assert_true(address_own_nets(arena, &own));
    trouble_end();
    assert_int_equal(own.count, 1);
    assert_int_equal(own.nets[0].bits, 128);
    trouble_at("getifaddrs", 1, EMFILE);
    assert_false(address_own_nets(arena, &own));
    assert_true(trouble_end());
    arena_free(&arena);
}

static void addresses_to_text(void **state)
{
    (void)state;
    char text[INET6_ADDRSTRLEN];
    struct sockaddr_storage address = address_of("192.0.2.1");
    address_to_text((const struct sockaddr *)&address, text, sizeof text);
    assert_string_equal(text, "192.0.2.1");
    address_to_text((const struct sockaddr *)&address, text, 4);
    assert_string_equal(text, "");
    address = address_of("2001:DB8::1");
    address_to_text((const struct sockaddr *)&address, text, sizeof text);
    assert_string_equal(text, "2001:db8::1");
    address_to_text((const struct sockaddr *)&address, text, 0);
    assert_string_equal(text, "2001:db8::1"); /* nothing fits, nothing is written */
    address.ss_family = AF_UNIX;
    address_to_text((const struct sockaddr *)&address, text, sizeof text);
    assert_string_equal(text, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_sides),        cmocka_unit_test(names_of_classes),
        cmocka_unit_test(ipv4_inside_ipv6),  cmocka_unit_test(lists_in_order),
        cmocka_unit_test(networks_as_text),  cmocka_unit_test(own_networks),
        cmocka_unit_test(neighbours),        cmocka_unit_test(odd_interfaces),
        cmocka_unit_test(addresses_to_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
