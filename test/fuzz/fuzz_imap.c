/* SPDX-License-Identifier: ISC */
/* An IMAP session with a server that says anything; libetpan reads some of it. */
#include "test/fuzz/mailbox_target.h"

extern const struct www4mail_module imap_module;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mailbox_target((struct span){(const char *)data, size}, &imap_module);
    return 0;
}
