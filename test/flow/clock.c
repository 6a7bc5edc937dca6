/* SPDX-License-Identifier: ISC */
/*
 * clock: preloaded, lets a test set the clocks.  The file named in $CLOCK_FILE holds two numbers of
 * 64 bits: seconds added to the time of day, and seconds that the machine seems to have slept.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static const volatile int64_t *shift; /* of the wall clock, of sleep */
static int (*real_gettime)(clockid_t, struct timespec *);

__attribute__((constructor)) static void map_file(void)
{
    const char *path = getenv("CLOCK_FILE");
    int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    void *map = fd < 0 ? MAP_FAILED : mmap(NULL, 16, PROT_READ, MAP_SHARED, fd, 0);
    if (map != MAP_FAILED)
        shift = map;
    if (fd >= 0)
        close(fd);
    *(void **)&real_gettime = dlsym(RTLD_NEXT, "clock_gettime");
}

int clock_gettime(clockid_t clock, struct timespec *time)
{
    int result = real_gettime(clock, time);
    if (shift && result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
        time->tv_sec += shift[0] + shift[1];
    if (shift && result == 0 && clock == CLOCK_BOOTTIME)
        time->tv_sec += shift[1];
    return result;
}

time_t time(time_t *time_out)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (time_out)
        *time_out = now.tv_sec;
    return now.tv_sec;
}
