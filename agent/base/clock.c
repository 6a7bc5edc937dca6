/* SPDX-License-Identifier: ISC */
/* Wall and monotonic time. */
#include "agent/base/clock.h"

#include <time.h>

int64_t clock_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec;
}

static int64_t milliseconds(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t clock_monotonic_ms(void)
{
    return milliseconds(CLOCK_MONOTONIC);
}

int64_t clock_awaited_ms(void)
{
    return milliseconds(CLOCK_BOOTTIME);
}

int64_t clock_left_ms(int64_t deadline_ms)
{
    if (deadline_ms == 0)
        return INT64_MAX;
    int64_t left = deadline_ms - clock_monotonic_ms();
    return left > 0 ? left : 0;
}
