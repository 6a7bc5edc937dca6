/* SPDX-License-Identifier: ISC */
/* One reader for each type of key: checks a YAML value and puts it into its field. */
#include "agent/config/addresses.h"
#include "agent/config/keys.h"
#include "agent/config/paths.h"
#include "agent/config/value.h"

#include <string.h>

typedef bool key_reading(const struct key_reader *reader, const struct key *key,
                         const struct yaml_node *node, void *field);

enum { NAME_MAX_BYTES = 64 };

static bool read_text(const struct key_reader *reader, const struct key *key,
                      const struct yaml_node *node, void *field)
{
    return value_line(node, key->path, (const char **)field, reader->fault);
}

static bool read_name(const struct key_reader *reader, const struct key *key,
                      const struct yaml_node *node, void *field)
{
    const char *text;
    if (!value_text(node, key->path, &text, reader->fault))
        return false;
    size_t len = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-");
    if (text[len] || len > NAME_MAX_BYTES || text[0] == '.' || text[0] == '-')
        return yaml_fault(reader->fault, node,
                          "%s: '%s' is no name; write at most %d letters, digits, '.', '-' and '_'",
                          key->path, text, NAME_MAX_BYTES);
    *(const char **)field = text;
    return true;
}

static bool read_path(const struct key_reader *reader, const struct key *key,
                      const struct yaml_node *node, void *field)
{
    const char *text;
    if (!value_text(node, key->path, &text, reader->fault))
        return false;
    const char *path = paths_expand(reader->arena, reader->directory, text);
    *(const char **)field = path;
    return keys_memory(reader, path);
}

static bool copy_address(const struct key_reader *reader, const struct key *key,
                         const struct yaml_node *node, const char **address_out)
{
    const char *text;
    if (!value_text(node, key->path, &text, reader->fault))
        return false;
    const char *wrong = addresses_check(span_of(text));
    if (wrong)
        return yaml_fault(reader->fault, node, "%s: '%s' %s", key->path, text, wrong);
    *address_out = addresses_copy(reader->arena, span_of(text));
    return keys_memory(reader, *address_out);
}

static bool read_address(const struct key_reader *reader, const struct key *key,
                         const struct yaml_node *node, void *field)
{
    return copy_address(reader, key, node, field);
}

static bool read_addresses(const struct key_reader *reader, const struct key *key,
                           const struct yaml_node *node, void *field)
{
    struct words *words = field;
    const struct yaml_node *item = NULL;
    *words = (struct words){0};
    while ((item = value_next_item(node, item))) {
        const char *address;
        if (!copy_address(reader, key, item, &address))
            return false;
        if (!words_add(reader->arena, words, address))
            return keys_memory(reader, NULL);
    }
    return true;
}

static bool starts(const char *text, const char *prefix)
{
    return span_starts_nocase(span_of(text), span_of(prefix));
}

static bool read_contact(const struct key_reader *reader, const struct key *key,
                         const struct yaml_node *node, void *field)
{
    const char *text;
    if (!value_text(node, key->path, &text, reader->fault))
        return false;
    bool mail = starts(text, "mailto:") && !addresses_check(span_of(text + strlen("mailto:")));
    bool page = starts(text, "https://") && text[strlen("https://")];
    /* It goes into a header field of every request to the web. */
    if ((!mail && !page) || strpbrk(text, " ()<>\""))
        return yaml_fault(reader->fault, node,
                          "%s: '%s' is neither; write mailto:you@example.org or https://...",
                          key->path, text);
    *(const char **)field = text;
    return true;
}

static bool copy_proxy(const struct key_reader *reader, const struct key *key,
                       const struct yaml_node *node, const char *const *schemes, void *field)
{
    const char *text;
    if (!value_text(node, key->path, &text, reader->fault))
        return false;
    /* The text itself is not shown: what stands before an @ may be a password. */
    if (strchr(text, '@'))
        return yaml_fault(reader->fault, node,
                          "%s: a proxy's user and password cannot stand in this file; name a proxy "
                          "that asks for none",
                          key->path);
    for (; *schemes; schemes++) {
        if (starts(text, *schemes) && text[strlen(*schemes)]) {
            *(const char **)field = text;
            return true;
        }
    }
    return yaml_fault(reader->fault, node,
                      "%s: '%s' is no proxy for this; write http://host:port, socks5:// or "
                      "socks5h://",
                      key->path, text);
}

static bool read_proxy(const struct key_reader *reader, const struct key *key,
                       const struct yaml_node *node, void *field)
{
    static const char *const schemes[] = {"http://", "https://", "socks5://", "socks5h://", NULL};
    return copy_proxy(reader, key, node, schemes, field);
}

static bool read_mail_proxy(const struct key_reader *reader, const struct key *key,
                            const struct yaml_node *node, void *field)
{
    static const char *const schemes[] = {"http://", "socks5://", "socks5h://", NULL};
    return copy_proxy(reader, key, node, schemes, field);
}

static bool read_bool(const struct key_reader *reader, const struct key *key,
                      const struct yaml_node *node, void *field)
{
    return value_bool(node, key->path, field, reader->fault);
}

static bool read_count(const struct key_reader *reader, const struct key *key,
                       const struct yaml_node *node, void *field)
{
    return value_number(node, key->path, key->min, key->max, field, reader->fault);
}

static bool read_columns(const struct key_reader *reader, const struct key *key,
                         const struct yaml_node *node, void *field)
{
    uint64_t value;
    if (!value_number(node, key->path, key->min, key->max, &value, reader->fault))
        return false;
    *(unsigned *)field = (unsigned)value;
    return true;
}

static bool read_days(const struct key_reader *reader, const struct key *key,
                      const struct yaml_node *node, void *field)
{
    uint64_t value;
    if (!value_number(node, key->path, key->min, key->max, &value, reader->fault))
        return false;
    *(int64_t *)field = (int64_t)value;
    return true;
}

static bool read_size(const struct key_reader *reader, const struct key *key,
                      const struct yaml_node *node, void *field)
{
    return value_size(node, key->path, key->min, key->max, field, reader->fault);
}

static bool read_duration(const struct key_reader *reader, const struct key *key,
                          const struct yaml_node *node, void *field)
{
    uint64_t value;
    if (!value_duration(node, key->path, key->min, key->max, &value, reader->fault))
        return false;
    *(int64_t *)field = (int64_t)value;
    return true;
}

static bool read_format(const struct key_reader *reader, const struct key *key,
                        const struct yaml_node *node, void *field)
{
    static const struct {
        const char *word;
        enum format format;
    } formats[] = {{"text", FORMAT_TEXT},
                   {"html", FORMAT_HTML},
                   {"both", FORMAT_BOTH},
                   {"source", FORMAT_SOURCE},
                   {"article", FORMAT_ARTICLE}};
    const char *text;
    if (!value_text(node, key->path, &text, reader->fault))
        return false;
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        if (strcmp(text, formats[i].word) == 0) {
            *(enum format *)field = formats[i].format;
            return true;
        }
    }
    return yaml_fault(reader->fault, node,
                      "%s: '%s' is no format; write text, html, both, source or article", key->path,
                      text);
}

static bool read_in_doubt(const struct key_reader *reader, const struct key *key,
                          const struct yaml_node *node, void *field)
{
    static const char *const words[] = {
        [IN_DOUBT_VERIFY] = "verify", [IN_DOUBT_RESEND] = "resend", [IN_DOUBT_HOLD] = "hold"};
    const char *text;
    if (!value_text(node, key->path, &text, reader->fault))
        return false;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcmp(text, words[i]) == 0) {
            *(enum in_doubt *)field = (enum in_doubt)i;
            return true;
        }
    }
    return yaml_fault(reader->fault, node, "%s: '%s' is none of them; write verify, resend or hold",
                      key->path, text);
}

static bool read_sandbox(const struct key_reader *reader, const struct key *key,
                         const struct yaml_node *node, void *field)
{
    const char *text;
    if (!value_text(node, key->path, &text, reader->fault))
        return false;
    bool required = strcmp(text, "required") == 0;
    if (!required && strcmp(text, "if_possible") != 0)
        return yaml_fault(reader->fault, node,
                          "%s: there is no '%s'; write required or if_possible", key->path, text);
    *(enum sandbox_policy *)field = required ? SANDBOX_REQUIRED : SANDBOX_IF_POSSIBLE;
    return true;
}

static bool read_words(const struct key_reader *reader, const struct key *key,
                       const struct yaml_node *node, void *field)
{
    return value_words(reader->arena, node, key->path, field, reader->fault);
}

/* A list, so that nothing has to guess where an argument ends. */
static bool read_command(const struct key_reader *reader, const struct key *key,
                         const struct yaml_node *node, void *field)
{
    struct words *words = field;
    *words = (struct words){0};
    if (node->kind != YAML_LIST || !node->first)
        return yaml_fault(reader->fault, node,
                          "%s: is run without a shell, so it is a list; write [program, argument]",
                          key->path);
    for (const struct yaml_node *item = node->first; item; item = item->next) {
        const char *text;
        bool read = words->count ? value_line(item, key->path, &text, reader->fault)
                                 : value_text(item, key->path, &text, reader->fault);
        if (!read)
            return false;
        if (words->count == 0 && strchr(text, '/'))
            text = paths_expand(reader->arena, reader->directory, text);
        if (!text || !words_add(reader->arena, words, text))
            return keys_memory(reader, NULL);
    }
    return true;
}

static bool read_schemes(const struct key_reader *reader, const struct key *key,
                         const struct yaml_node *node, void *field)
{
    struct words *words = field;
    const struct yaml_node *item = NULL;
    *words = (struct words){0};
    while ((item = value_next_item(node, item))) {
        const char *text;
        if (!value_text(item, key->path, &text, reader->fault))
            return false;
        if (text[strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789+-.")])
            return yaml_fault(reader->fault, item,
                              "%s: '%s' is no scheme; write it in small letters, without ://",
                              key->path, text);
        if (!words_add(reader->arena, words, text))
            return keys_memory(reader, NULL);
    }
    if (words->count == 0)
        return yaml_fault(reader->fault, node,
                          "%s: is empty, so nothing could be fetched; write [http, https]",
                          key->path);
    return true;
}

static bool read_urls(const struct key_reader *reader, const struct key *key,
                      const struct yaml_node *node, void *field)
{
    const struct yaml_node *item = NULL;
    if (!value_words(reader->arena, node, key->path, field, reader->fault))
        return false;
    /* A glob is held against the whole URL: a host alone would silently never match. */
    while ((item = value_next_item(node, item)))
        if (item->text[0] != '*' && !strstr(item->text, "://"))
            return yaml_fault(reader->fault, item,
                              "%s: '%s' never matches a whole URL; write \"*://%s/*\"", key->path,
                              item->text, item->text);
    return true;
}

static bool read_people(const struct key_reader *reader, const struct key *key,
                        const struct yaml_node *node, void *field)
{
    struct words *words = field;
    if (!people_read(reader, node, key->path, words))
        return false;
    if (key->required && words->count == 0)
        return yaml_fault(reader->fault, node, "%s: is empty, so nobody may ask; write %s",
                          key->path, key->required);
    return true;
}

static bool read_ports(const struct key_reader *reader, const struct key *key,
                       const struct yaml_node *node, void *field)
{
    struct account *account = (struct account *)((char *)field - key->offset);
    const struct yaml_node *item = NULL;
    size_t count = 0;
    while ((item = value_next_item(node, item)))
        count++;
    account->urls.ports.count = 0;
    account->urls.ports.ports = arena_alloc(reader->arena, (count + 1) * sizeof(uint16_t));
    if (!keys_memory(reader, account->urls.ports.ports))
        return false;
    while ((item = value_next_item(node, item))) {
        uint64_t port;
        if (!value_number(item, key->path, key->min, key->max, &port, reader->fault))
            return false;
        account->urls.ports.ports[account->urls.ports.count++] = (uint16_t)port;
    }
    return true;
}

static bool read_nets(const struct key_reader *reader, const struct key *key,
                      const struct yaml_node *node, void *field)
{
    struct address_nets *nets = field;
    const struct yaml_node *item = NULL;
    size_t count = 0;
    while ((item = value_next_item(node, item)))
        count++;
    nets->count = 0;
    nets->nets = arena_alloc(reader->arena, (count + 1) * sizeof *nets->nets);
    if (!keys_memory(reader, nets->nets))
        return false;
    while ((item = value_next_item(node, item))) {
        const char *text;
        if (!value_text(item, key->path, &text, reader->fault))
            return false;
        if (!address_net_parse(span_of(text), &nets->nets[nets->count]))
            return yaml_fault(reader->fault, item,
                              "%s: '%s' is no exact network; write an address or a network such as "
                              "10.1.0.0/16, without bits behind its length",
                              key->path, text);
        nets->count++;
    }
    return true;
}

static key_reading *const readings[] = {
    [KEY_TEXT] = read_text,           [KEY_NAME] = read_name,
    [KEY_PATH] = read_path,           [KEY_ADDRESS] = read_address,
    [KEY_ADDRESSES] = read_addresses, [KEY_CONTACT] = read_contact,
    [KEY_PROXY] = read_proxy,         [KEY_BOOL] = read_bool,
    [KEY_COUNT] = read_count,         [KEY_COLUMNS] = read_columns,
    [KEY_DAYS] = read_days,           [KEY_SIZE] = read_size,
    [KEY_DURATION] = read_duration,   [KEY_FORMAT] = read_format,
    [KEY_WORDS] = read_words,         [KEY_SCHEMES] = read_schemes,
    [KEY_URLS] = read_urls,           [KEY_PEOPLE] = read_people,
    [KEY_PORTS] = read_ports,         [KEY_NETS] = read_nets,
    [KEY_COMMAND] = read_command,     [KEY_MAIL_PROXY] = read_mail_proxy,
    [KEY_IN_DOUBT] = read_in_doubt,   [KEY_SANDBOX] = read_sandbox,
};

bool keys_read_value(const struct key_reader *reader, const struct key *key,
                     const struct yaml_node *node, void *base)
{
    switch (key->type) {
    case KEY_ELSEWHERE:
        return true;
    case KEY_NOT_YET:
        return yaml_fault_key(reader->fault, node, "%s is not in this version yet; leave it out",
                              key->path);
    case KEY_ENDPOINT:
        return endpoint_read(reader, key, node, base);
    case KEY_MODULES:
        return module_settings_read(reader, node, base);
    default:
        return readings[key->type](reader, key, node, (char *)base + key->offset);
    }
}
