/* SPDX-License-Identifier: ISC */
/*
 * fuzz: what the targets share.  A target is one file fuzz_NAME.c with LLVMFuzzerTestOneInput; it
 * runs under libFuzzer, or linked with replay.c over files.  Input is text first; numbers are taken
 * off its end, so that seeds are files a person can read.
 */
#ifndef WWW4MAIL_TEST_FUZZ_FUZZ_H
#define WWW4MAIL_TEST_FUZZ_FUZZ_H

#include "agent/base/flat.h"
#include "agent/modules/call.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What must hold for every input; stops the program where it does not. */
#define FUZZ_ASSERT(what) ((what) ? (void)0 : fuzz_fail(#what, __FILE__, __LINE__))
_Noreturn void fuzz_fail(const char *what, const char *file, int line);

/* The last byte, taken off, modulo `limit`; 0 when nothing is left. */
unsigned fuzz_number(struct span *rest, unsigned limit);

/* The bytes up to the next record separator (0x1e), which is taken off too; all that is left
 * without one. */
struct span fuzz_part(struct span *rest);

/* A malloc'ed text that ends at its first NUL; never NULL. */
char *fuzz_text(struct span bytes);

/* A malloc'ed copy of exactly that size, so that a sanitizer sees a read behind its end. */
char *fuzz_exact(struct span bytes);

/* Valid UTF-8 without any control character (C0, DEL, C1). */
bool fuzz_is_line(struct span text);
/* The same, with LF and tab. */
bool fuzz_is_text(struct span text);

/* Reads every text of the table. */
void fuzz_touch(struct span bytes);
void fuzz_touch_table(const struct flat *table);

/* A call with memory and a fault of its own. */
struct fuzz_call {
    struct call call;
    struct fault fault;
    struct settings settings;
    struct setting list[16];
};
void fuzz_call_begin(struct fuzz_call *it, size_t memory);
/* The texts must outlive the call. */
void fuzz_call_set(struct fuzz_call *it, const char *key, const char *value);
void fuzz_call_end(struct fuzz_call *it);

/* A result that is neither OK nor PASS comes with a fault, and those two without. */
void fuzz_check_result(const struct fuzz_call *it, enum module_result result);

#endif
