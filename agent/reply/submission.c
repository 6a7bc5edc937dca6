/* SPDX-License-Identifier: ISC */
/* The token by which a reply of ours is known among other mails. */
#include "agent/reply/submission.h"

#include <string.h>

void submission_token(const char *message_id, char token_out[SUBMISSION_TOKEN_SIZE])
{
    static const char version[] = "<v1.";
    size_t len = 0;
    if (strncmp(message_id, version, sizeof version - 1) == 0)
        for (const char *at = message_id + sizeof version - 1;
             len + 1 < SUBMISSION_TOKEN_SIZE && *at && *at != '@'; at++)
            token_out[len++] = *at;
    /* A short one could be anybody's. */
    token_out[len + 1 == SUBMISSION_TOKEN_SIZE ? len : 0] = '\0';
}
