/* SPDX-License-Identifier: ISC */
/* A POP3 session with a server that says anything. */
#include "test/fuzz/mailbox_target.h"

extern const struct www4mail_module pop3_module;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mailbox_target((struct span){(const char *)data, size}, &pop3_module);
    return 0;
}
