/* SPDX-License-Identifier: ISC */
/*
 * torture: memory runs out at a chosen moment.  Every allocation of the code under test (not of
 * the libraries it calls) goes through a wrapper that the linker puts before it; a test that links
 * torture.c with $(TORTURE_WRAP) decides which of them fail.
 */
#ifndef WWW4MAIL_TEST_UNIT_TORTURE_H
#define WWW4MAIL_TEST_UNIT_TORTURE_H

#include "agent/base/fault.h"

#include <stdbool.h>

/*
 * One attempt at the work: true when all that it made is there and right, which the attempt itself
 * looks at; false when it was refused, with the fault stated.  It frees all that it made.
 */
typedef bool torture_attempt(void *context, struct fault *fault);

struct torture {
    torture_attempt *attempt;
    void *context;
    enum fault_code also; /* may tell of it as FAULT_MEMORY does; FAULT_OK: nothing else may */
    unsigned skip;        /* so many are left out between two; a tenth of them with TORTURE_ALL */
    unsigned most;        /* one that goes beyond this many allocations fails the test; 0: 100000 */
};

/*
 * Lets allocation 1, 2, 3 ... fail, first that one alone, then it and all behind it, until an
 * attempt ends with none left to fail.  Fails the test when an attempt is refused without a fault
 * of memory, leaves memory or a descriptor behind, or does not succeed undisturbed.  Gives the
 * number of attempts that were refused.
 */
unsigned torture_allocations(const struct torture *torture);

/* By hand: the n-th allocation from now on fails, and all behind it when `for_good`. */
void torture_begin(unsigned n, bool for_good);
/* No more failures; true when one was met.  An attempt that looks at what it made begins so. */
bool torture_end(void);
/* Goes on counting where torture_end stopped: for an attempt that must first make ready. */
void torture_go_on(void);
/* For allocators of libraries that the test puts in place: must this one fail? */
bool torture_now(void);

#endif
