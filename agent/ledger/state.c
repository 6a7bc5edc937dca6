/* SPDX-License-Identifier: ISC */
/* The state directory: made private, never on a network file system. */
#include "agent/ledger/state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

static bool make_parent(const char *state)
{
    char *parent = strdup(state);
    if (!parent)
        return false;
    size_t len = strlen(parent);
    while (len > 1 && parent[len - 1] == '/')
        parent[--len] = '\0';
    char *slash = strrchr(parent, '/');
    bool made = false;
    if (slash && slash != parent) {
        *slash = '\0';
        made = mkdir(parent, 0700) == 0 || errno == EEXIST;
    }
    free(parent);
    return made;
}

static bool make_directory(const char *state, struct fault *fault)
{
    if (mkdir(state, 0700) == 0 || errno == EEXIST)
        return true;
    if (errno == ENOENT && make_parent(state) && (mkdir(state, 0700) == 0 || errno == EEXIST))
        return true;
    if (errno == ENOENT)
        return fault_set(fault, FAULT_CONFIG, NULL,
                         "state directory %s: the directories above it do not exist; make them "
                         "first, or name another one",
                         state);
    return fault_set(fault, fault_of_error(errno, FAULT_CONFIG), NULL,
                     "state directory %s cannot be made: %s", state, strerror(errno));
}

int state_open(const char *state, struct fault *fault)
{
    if (!make_directory(state, fault))
        return -1;
    int directory = open(state, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    struct stat info;
    if (directory < 0 || fstat(directory, &info) != 0) {
        fault_set(fault, fault_of_error(errno, FAULT_CONFIG), NULL,
                  "state directory %s cannot be opened: %s", state, strerror(errno));
    } else if (info.st_mode & (S_IWGRP | S_IWOTH)) {
        fault_set(fault, FAULT_CONFIG, NULL,
                  "state directory %s may be written to by others; run: chmod 700 %s", state,
                  state);
    } else {
        return directory;
    }
    if (directory >= 0)
        close(directory);
    return -1;
}

bool state_is_network(unsigned long magic, const char *type)
{
    static const unsigned long network[] = {
        0x6969,     /* NFS */
        0x517b,     /* SMB */
        0xff534d42, /* CIFS */
        0xfe534d42, /* SMB2 */
        0x564c,     /* NCP */
        0x73757245, /* Coda */
        0x5346414f, /* AFS */
        0x6b414653, /* AFS of the kernel */
        0x01021997, /* 9P */
        0x00c36400, /* Ceph */
        0x01161970, /* GFS2 */
        0x7461636f, /* OCFS2 */
        0x0bd00bd0, /* Lustre */
    };
    for (size_t i = 0; i < sizeof network / sizeof *network; i++)
        if ((magic & 0xffffffff) == network[i])
            return true;
    if ((magic & 0xffffffff) != 0x65735546)
        return false;
    /* FUSE serves both disks and networks; only these are known to be disks of this host. */
    return strcmp(type, "fuseblk") != 0 && strcmp(type, "fuse.fuse-overlayfs") != 0;
}

/* The type of the mount with this device number, as /proc/self/mountinfo tells; "" unknown. */
static void mount_type(dev_t device, char type_out[64])
{
    type_out[0] = '\0';
    FILE *mounts = fopen("/proc/self/mountinfo", "re");
    if (!mounts)
        return;
    char *line = NULL;
    size_t room = 0;
    while (!type_out[0] && getline(&line, &room, mounts) > 0) {
        unsigned major_number, minor_number;
        const char *rest = strstr(line, " - ");
        if (rest && sscanf(line, "%*u %*u %u:%u", &major_number, &minor_number) == 2 &&
            major_number == major(device) && minor_number == minor(device) &&
            sscanf(rest + 3, "%63s", type_out) != 1)
            type_out[0] = '\0';
    }
    free(line);
    fclose(mounts);
}

bool state_check_disk(int directory, const char *state, struct fault *fault)
{
    struct statfs disk;
    struct stat info;
    if (fstatfs(directory, &disk) != 0 || fstat(directory, &info) != 0)
        return fault_set(fault, FAULT_IO, NULL, "state directory %s: %s", state, strerror(errno));
    char type[64];
    mount_type(info.st_dev, type);
    if (state_is_network((unsigned long)disk.f_type, type))
        return fault_set(fault, FAULT_CONFIG, NULL,
                         "state directory %s lies on a network file system (%s), where the ledger "
                         "is not safe; name a directory on a local disk",
                         state, type[0] ? type : "by its type");
    return true;
}
