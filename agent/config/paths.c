/* SPDX-License-Identifier: ISC */
/* Names of files and directories.  Looks at the environment and the password database; opens and
 * makes nothing. */
#include "agent/config/paths.h"

#include "agent/config/account.h"

#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const char *paths_directory_of(struct arena *arena, const char *file)
{
    const char *slash = strrchr(file, '/');
    const char *directory = ".";
    if (slash)
        directory = slash == file
                        ? "/"
                        : arena_copy_span(arena, (struct span){file, (size_t)(slash - file)});
    char *real = directory ? realpath(directory, NULL) : NULL;
    const char *copy = real ? arena_copy(arena, real) : NULL;
    free(real);
    return copy;
}

/* The XDG rule: a variable that is no absolute path counts as unset. */
static const char *environment_path(const char *name)
{
    const char *value = getenv(name);
    return value && value[0] == '/' ? value : NULL;
}

const char *paths_home(struct arena *arena)
{
    const char *home = environment_path("HOME");
    if (!home) {
        char text[4096];
        struct passwd entry, *found = NULL;
        if (getpwuid_r(getuid(), &entry, text, sizeof text, &found) == 0 && found &&
            found->pw_dir[0] == '/')
            return arena_copy(arena, found->pw_dir);
        errno = ENOENT;
    }
    return home ? arena_copy(arena, home) : NULL;
}

const char *paths_expand(struct arena *arena, const char *directory, const char *path)
{
    if (path[0] == '/')
        return arena_copy(arena, path);
    if (path[0] == '~' && (path[1] == '/' || path[1] == '\0')) {
        const char *home = paths_home(arena);
        return home ? arena_printf(arena, "%s%s", home, path + 1) : NULL;
    }
    while (path[0] == '.' && path[1] == '/')
        path += 2;
    return arena_printf(arena, "%s/%s", strcmp(directory, "/") == 0 ? "" : directory, path);
}

const char *paths_state(struct arena *arena)
{
    const char *state = environment_path("XDG_STATE_HOME");
    if (state)
        return arena_printf(arena, "%s/www4mail", state);
    if (geteuid() == 0)
        return arena_copy(arena, "/var/lib/www4mail");
    const char *home = paths_home(arena);
    return home ? arena_printf(arena, "%s/.local/state/www4mail", home) : NULL;
}

static bool is_there(const char *path)
{
    struct stat status;
    return path && stat(path, &status) == 0 && !S_ISDIR(status.st_mode);
}

const char *config_find(struct arena *arena)
{
    const char *own = environment_path("XDG_CONFIG_HOME");
    const char *home = own ? NULL : paths_home(arena);
    const char *path = NULL;
    if (own)
        path = arena_printf(arena, "%s/www4mail/accounts.yaml", own);
    else if (home)
        path = arena_printf(arena, "%s/.config/www4mail/accounts.yaml", home);
    if (is_there(path))
        return path;
    path = "/etc/www4mail/accounts.yaml";
    return is_there(path) ? arena_copy(arena, path) : NULL;
}
