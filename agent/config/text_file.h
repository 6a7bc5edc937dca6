/* SPDX-License-Identifier: ISC */
/*
 * text_file: a small file of the operator's, read whole, after a look at who else may write to it.
 * What is configured decides what the agent does, so a file that anybody can change is refused.
 */
#ifndef WWW4MAIL_AGENT_CONFIG_TEXT_FILE_H
#define WWW4MAIL_AGENT_CONFIG_TEXT_FILE_H

#include "agent/base/buffer.h"
#include "agent/base/fault.h"

#include <sys/stat.h>

enum { TEXT_FILE_MAX = 1024 * 1024 };

/* Write permissions that are refused: of everybody, or of all but the owner. */
enum { WRITE_BY_ANYBODY = S_IWOTH, WRITE_BY_OTHERS = S_IWOTH | S_IWGRP };

/*
 * Appends the file to `text`, which was made with the maximum wanted.  False and a FAULT_CONFIG
 * "file: what; mend" when it cannot be read, is no regular file, is too large or has one of the
 * write permissions `refused`; another one when the machine fails (see fault_of_error).
 */
bool text_file_read(const char *file, mode_t refused, struct buffer *text, struct fault *fault);

/* True for a regular file without the permissions `refused`; else a fault of that code. */
bool text_file_is_safe(const char *file, mode_t refused, enum fault_code code, struct fault *fault);

#endif
