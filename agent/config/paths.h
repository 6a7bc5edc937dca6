/* SPDX-License-Identifier: ISC */
/* paths: how names of files in a configuration become absolute, and where things lie when nothing
 * is said (XDG base directories).  Everything returned is in `arena`; NULL and errno ENOMEM when
 * memory is short. */
#ifndef WWW4MAIL_AGENT_CONFIG_PATHS_H
#define WWW4MAIL_AGENT_CONFIG_PATHS_H

#include "agent/base/arena.h"

/* The absolute directory that `file` lies in; NULL and errno when there is none. */
const char *paths_directory_of(struct arena *arena, const char *file);

/* `~/x` below the home directory, an absolute path as it is, another one below `directory`. */
const char *paths_expand(struct arena *arena, const char *directory, const char *path);

/* $HOME, else the password database's; NULL and errno ENOENT when there is none. */
const char *paths_home(struct arena *arena);

/* Where the state is kept: $XDG_STATE_HOME/www4mail, /var/lib/www4mail for root, else
 * ~/.local/state/www4mail. */
const char *paths_state(struct arena *arena);

#endif
