/* SPDX-License-Identifier: ISC */
/*
 * keys: a table of what may stand in a configuration, and the reader that goes by it.  One row is
 * one key: its path, its type, its default, its range and where its value goes.  Adding a setting
 * is adding a row (and a line to the manual and the example).
 */
#ifndef WWW4MAIL_AGENT_CONFIG_KEYS_H
#define WWW4MAIL_AGENT_CONFIG_KEYS_H

#include "agent/config/account.h"
#include "agent/config/yaml.h"

/* Type, and what the field at `offset` is. */
enum key_type {
    KEY_TEXT,       /* const char * */
    KEY_NAME,       /* const char *: letters, digits, '.', '-', '_' */
    KEY_PATH,       /* const char *: made absolute */
    KEY_ADDRESS,    /* const char *: of mail, domain in lower case */
    KEY_ADDRESSES,  /* struct words */
    KEY_CONTACT,    /* const char *: mailto: or https: */
    KEY_PROXY,      /* const char *: URL without a password */
    KEY_MAIL_PROXY, /* const char *: likewise, of a kind that mail can go through */
    KEY_COMMAND,    /* struct words: a program and its arguments */
    KEY_BOOL,       /* bool */
    KEY_COUNT,      /* uint64_t */
    KEY_COLUMNS,    /* unsigned */
    KEY_DAYS,       /* int64_t */
    KEY_SIZE,       /* uint64_t, bytes */
    KEY_DURATION,   /* int64_t, seconds */
    KEY_FORMAT,     /* enum format */
    KEY_SANDBOX,    /* enum sandbox_policy */
    KEY_IN_DOUBT,   /* enum in_doubt */
    KEY_WORDS,      /* struct words */
    KEY_SCHEMES,    /* struct words, lower case */
    KEY_URLS,       /* struct words: globs of URLs */
    KEY_PEOPLE,     /* struct words: globs of addresses, files of them read in */
    KEY_PORTS,      /* account.urls.ports */
    KEY_NETS,       /* struct address_nets */
    KEY_ENDPOINT,   /* struct endpoint */
    KEY_MODULES,    /* config.modules, and modules.dir */
    KEY_ELSEWHERE,  /* not read by the table */
    KEY_NOT_YET     /* known, not built: refused by name */
};

struct key {
    const char *path; /* "limits.page_bytes" */
    enum key_type type;
    size_t offset;        /* in the struct that the table fills */
    const char *standard; /* the default as it would be written, or NULL */
    uint64_t min, max;    /* of numbers, sizes and times */
    const char *required; /* how to write it when it is missing; NULL: it may be */
};

struct key_table {
    const struct key *keys;
    size_t count;
};

struct key_reader {
    struct arena *arena;
    const char *directory; /* that relative paths start from */
    struct fault *fault;
};

extern const struct key_table config_keys;  /* of struct config */
extern const struct key_table account_keys; /* of struct account */

/* Sets every default, then reads the map into `base`; false and a fault otherwise. */
bool keys_read(const struct key_reader *reader, const struct key_table *table,
               const struct yaml_node *map, void *base);

/* One key's value into `base`.  `map` entry `node` is described by `key`. */
bool keys_read_value(const struct key_reader *reader, const struct key *key,
                     const struct yaml_node *node, void *base);

/* mailbox: or submission:, see endpoint.c. */
bool endpoint_read(const struct key_reader *reader, const struct key *key,
                   const struct yaml_node *node, void *base);

/* Gives it a setting that nobody wrote, unless it has one of that name.  False: memory. */
bool endpoint_default(const struct key_reader *reader, struct endpoint *endpoint, const char *key,
                      const char *value);

/* modules:, see module_settings.c. */
bool module_settings_read(const struct key_reader *reader, const struct yaml_node *node,
                          struct config *config);

/* Takes the scalar or map `node`, an entry of `what`, into `settings`, which has room for
 * SETTINGS_MAX; maps become key.key.  Names of files become absolute. */
enum { SETTINGS_MAX = 64 };
bool settings_read(const struct key_reader *reader, const struct yaml_node *node, const char *what,
                   struct settings *settings);

/* senders.allow and its like, see people.c. */
bool people_read(const struct key_reader *reader, const struct yaml_node *node, const char *what,
                 struct words *words_out);

/* False with a fault when memory is short. */
bool keys_memory(const struct key_reader *reader, const void *got);

#endif
