/* SPDX-License-Identifier: ISC */
/* fake_fork: the process of a fake server, which ends with its test even when that fails. */
#ifndef WWW4MAIL_TEST_UNIT_FAKE_FORK_H
#define WWW4MAIL_TEST_UNIT_FAKE_FORK_H

#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

static inline pid_t fake_fork(void)
{
    pid_t pid = fork();
    if (pid == 0)
        prctl(PR_SET_PDEATHSIG, SIGKILL);
    return pid;
}

#endif
