/* SPDX-License-Identifier: ISC */
/* The module `mime`: reads the header block and the parts of a mail. */
#include "agent/request/mime.h"

static const struct reader_ops mime_ops = {
    .headers = mime_headers,
    .parts = mime_parts,
};

WWW4MAIL_MODULE("mime", "parsemail", reader, &mime_ops);
