/* SPDX-License-Identifier: ISC */
/* hash: SHA-256 and HMAC-SHA-256 (RFC 6234, RFC 2104) by nettle, and their texts. */
#ifndef WWW4MAIL_BASE_HASH_H
#define WWW4MAIL_BASE_HASH_H

#include "agent/base/span.h"

enum { HASH_BYTES = 32, HASH_HEX_SIZE = 65, HASH_BASE32_SIZE = 53 };

struct hash {
    unsigned char bytes[HASH_BYTES];
};

struct hash hash_sha256(struct span bytes);
/* The hash of everything that can be read from `fd` between its start and its end, in chunks;
 * false when reading fails. */
bool hash_sha256_fd(int fd, struct hash *hash_out);
/* The hash of bytes that come piece by piece: begin, add as often as needed, end once. */
struct hash_running {
    _Alignas(8) unsigned char state[128]; /* private; no memory outside */
};
void hash_begin(struct hash_running *running);
void hash_add(struct hash_running *running, struct span bytes);
struct hash hash_end(struct hash_running *running);
struct hash hash_hmac(struct span key, struct span bytes);

/* Lower-case texts, NUL-terminated; base32 is RFC 4648's alphabet without padding. */
void hash_to_hex(const struct hash *hash, char text_out[HASH_HEX_SIZE]);
void hash_to_base32(const struct hash *hash, char text_out[HASH_BASE32_SIZE]);

#endif
