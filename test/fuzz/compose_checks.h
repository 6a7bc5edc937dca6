/* SPDX-License-Identifier: ISC */
/* compose_checks: what every mail of ours keeps, looked at byte by byte and through our own reader. */
#ifndef WWW4MAIL_TEST_FUZZ_COMPOSE_CHECKS_H
#define WWW4MAIL_TEST_FUZZ_COMPOSE_CHECKS_H

#include "test/fuzz/fuzz.h"

#include "agent/reply/reply.h"

void fuzz_check_mails(const struct reply_context *context, const struct reply_mails *mails, int fd);

#endif
