/* SPDX-License-Identifier: ISC */
/* file: descriptors read and written whole, and files in memory. */
#ifndef WWW4MAIL_BASE_FILE_H
#define WWW4MAIL_BASE_FILE_H

#include "agent/base/buffer.h"

#include <sys/types.h>

/* All of it or false (errno set); EINTR and short counts are handled. */
bool file_write_all(int fd, const void *bytes, size_t len);

/* Exactly `len` bytes; false at end of file (errno 0) or on error. */
bool file_read_all(int fd, void *bytes, size_t len);

/* Appends everything up to the end of file; false on error, or when the buffer's maximum would be
 * exceeded (the buffer is then marked failed). */
bool file_read_to_end(int fd, struct buffer *buffer);

/* Copies from the present position of `from` to `to`, `max` bytes at most; the number copied, or
 * -1.  Never maps or allocates, so size does not matter. */
int64_t file_copy(int from, int to, int64_t max);

/* An empty file in memory (memfd), close-on-exec, that can be sealed; -1 and errno. */
int file_in_memory(const char *name);

/* No process can change its bytes or size any more. */
bool file_seal(int fd);

/* The size in bytes, or -1. */
int64_t file_size(int fd);

/* Maps a whole file for reading, with at least one zero byte behind its end inside the mapping
 * (so parsers that look one byte too far see a NUL).  An empty file gives a span of length 0 whose
 * `at` is not NULL.  False and errno.  The mapping stays until the process ends. */
bool file_map(int fd, struct span *bytes_out);

#endif
