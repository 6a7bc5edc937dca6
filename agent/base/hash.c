/* SPDX-License-Identifier: ISC */
/* SHA-256 by nettle, which GnuTLS brings along. */
#include "agent/base/hash.h"

#include <errno.h>
#include <nettle/hmac.h>
#include <nettle/sha2.h>
#include <string.h>
#include <unistd.h>

_Static_assert(HASH_BYTES == SHA256_DIGEST_SIZE, "a hash is a SHA-256 digest");

struct hash hash_sha256(struct span bytes)
{
    struct sha256_ctx context;
    struct hash hash;
    sha256_init(&context);
    sha256_update(&context, bytes.len, (const uint8_t *)bytes.at);
    sha256_digest(&context, sizeof hash.bytes, hash.bytes);
    return hash;
}

bool hash_sha256_fd(int fd, struct hash *hash_out)
{
    struct sha256_ctx context;
    unsigned char chunk[16 * 1024];
    off_t at = 0;
    ssize_t got;
    sha256_init(&context);
    do {
        got = pread(fd, chunk, sizeof chunk, at);
        if (got > 0)
            sha256_update(&context, (size_t)got, chunk);
        at += got > 0 ? got : 0;
    } while (got > 0 || (got < 0 && errno == EINTR));
    sha256_digest(&context, sizeof hash_out->bytes, hash_out->bytes);
    return got == 0;
}

_Static_assert(sizeof(struct sha256_ctx) <= sizeof(struct hash_running), "nettle's state fits");

static struct sha256_ctx *running_context(struct hash_running *running)
{
    return (struct sha256_ctx *)(void *)running->state;
}

void hash_begin(struct hash_running *running)
{
    sha256_init(running_context(running));
}

void hash_add(struct hash_running *running, struct span bytes)
{
    sha256_update(running_context(running), bytes.len, (const uint8_t *)bytes.at);
}

struct hash hash_end(struct hash_running *running)
{
    struct hash hash;
    sha256_digest(running_context(running), sizeof hash.bytes, hash.bytes);
    return hash;
}

struct hash hash_hmac(struct span key, struct span bytes)
{
    struct hmac_sha256_ctx context;
    struct hash hash;
    hmac_sha256_set_key(&context, key.len, (const uint8_t *)key.at);
    hmac_sha256_update(&context, bytes.len, (const uint8_t *)bytes.at);
    hmac_sha256_digest(&context, sizeof hash.bytes, hash.bytes);
    return hash;
}

void hash_to_hex(const struct hash *hash, char text_out[HASH_HEX_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < HASH_BYTES; i++) {
        text_out[2 * i] = digits[hash->bytes[i] >> 4];
        text_out[2 * i + 1] = digits[hash->bytes[i] & 15];
    }
    text_out[HASH_HEX_SIZE - 1] = '\0';
}

void hash_to_base32(const struct hash *hash, char text_out[HASH_BASE32_SIZE])
{
    static const char digits[] = "abcdefghijklmnopqrstuvwxyz234567";
    unsigned bits = 0, count = 0;
    size_t at = 0;
    for (size_t i = 0; i < HASH_BYTES; i++) {
        bits = bits << 8 | hash->bytes[i];
        for (count += 8; count >= 5; count -= 5)
            text_out[at++] = digits[bits >> (count - 5) & 31];
    }
    text_out[at++] = digits[bits << (5 - count) & 31];
    text_out[at] = '\0';
}
