/* SPDX-License-Identifier: ISC */
/* clock: wall time for people, monotonic time for limits. */
#ifndef WWW4MAIL_BASE_CLOCK_H
#define WWW4MAIL_BASE_CLOCK_H

#include <stdint.h>

/* Seconds since 1970-01-01 UTC. */
int64_t clock_now(void);

/* Milliseconds on a clock that only goes forward (CLOCK_MONOTONIC). */
int64_t clock_monotonic_ms(void);

/* Milliseconds on a clock that also counts while the machine sleeps (CLOCK_BOOTTIME): when something
 * is to be begun, never how long a thing may take. */
int64_t clock_awaited_ms(void);

/* Milliseconds left until `deadline_ms` (monotonic); never negative.  A deadline of 0 is none and
 * leaves INT64_MAX. */
int64_t clock_left_ms(int64_t deadline_ms);

#endif
