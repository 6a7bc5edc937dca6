/* SPDX-License-Identifier: ISC */
/*
 * address_list: the mailboxes of an address field (RFC 5322 section 3.4, groups of RFC 6854).
 * Strict about the addresses themselves, lenient about the words before them.  Comments may nest
 * to any depth: they are counted, not recursed into.  Nothing is ever repaired into an address.
 */
#ifndef WWW4MAIL_AGENT_REQUEST_ADDRESS_LIST_H
#define WWW4MAIL_AGENT_REQUEST_ADDRESS_LIST_H

#include "agent/base/buffer.h"

enum { ADDRESS_MAX_BYTES = 320 };

struct address_list {
    struct span rest; /* begin with the field's unfolded value */
    bool group;       /* group syntax was met */
    bool bad;         /* something could not be read; reading has ended there */
};

struct mailbox_address {
    struct span name;                    /* the display name as written; empty when absent */
    char address[ADDRESS_MAX_BYTES + 1]; /* local@domain, the domain in lower case; a local part
                                            stays quoted where it has to be */
    size_t len;
};

/* False when none is left or the field is bad. */
bool address_list_next(struct address_list *list, struct mailbox_address *mailbox_out);

/* The display name as a person reads it: unquoted, without comments, encoded words decoded. */
bool address_list_name(struct span name, struct buffer *out);

/* Where the domain begins: behind the last '@'; the length when there is none. */
size_t address_list_domain_at(struct span address);

#endif
