/* SPDX-License-Identifier: ISC */
/*
 * address: may this network address be dialled for a stranger?  The verdict is on the socket
 * address itself, at connect time; names are never judged here.  Classes after the IANA
 * special-purpose registries (RFC 6890 and its updates).
 */
#ifndef WWW4MAIL_BASE_ADDRESS_H
#define WWW4MAIL_BASE_ADDRESS_H

#include "agent/base/arena.h"

struct sockaddr;

/* All that an asker is told of a refused address; never which class, never what answers there. */
#define ADDRESS_NOT_ALLOWED "Address not allowed: only pages on the public web can be fetched."

/* A network: `bits` leading bits of `bytes`; IPv4 is held as IPv4-mapped IPv6 (bits + 96). */
struct address_net {
    unsigned char bytes[16];
    unsigned bits;
};

struct address_nets {
    struct address_net *nets;
    size_t count;
};

/* "127.0.0.0/8", "::1", "2001:db8::/32"; false when it is no network or has bits set behind its
 * length. */
bool address_net_parse(struct span text, struct address_net *net_out);

/*
 * NULL when a page may be fetched from there, else the name of the class that forbids it
 * ("loopback", "private", "link-local", "denied by the operator" ...).  Order: `deny`, then
 * `allow` (exact networks the operator opened), then the machine's own addresses and networks,
 * then the classes.  IPv6 is allowed in 2000::/3 only, minus its special blocks; mapped, compatible
 * and NAT64 (64:ff9b::/96) forms are judged by the IPv4 inside; a compatible one must be in `allow`
 * to pass at all.  Each list may be NULL.
 */
const char *address_forbidden(const struct sockaddr *address, const struct address_nets *allow,
                              const struct address_nets *deny, const struct address_nets *own);

/* The addresses of this machine's interfaces (getifaddrs), one by one, and the networks that its
 * public ones are on, up to the size of a site. */
bool address_own_nets(struct arena *arena, struct address_nets *own_out);

/* Numeric text of the address, without port, into `text` (INET6_ADDRSTRLEN bytes suffice). */
void address_to_text(const struct sockaddr *address, char *text, size_t size);

#endif
