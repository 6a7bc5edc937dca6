/* SPDX-License-Identifier: ISC */
/* Rights out of the configuration: state, modules, ports, and the paths that settings name. */
#include "agent/process/rights.h"

#include "agent/base/url.h"
#include "agent/modules/places.h"

#include <limits.h>
#include <string.h>
#include <sys/stat.h>

enum { PORT_DNS = 53 };

/* The port at the end of a proxy's URL or of host:port; false when there is none. */
static bool port_behind(const char *text, uint16_t *port_out)
{
    uint64_t port;
    const char *colon = strrchr(text, ':');
    if (!colon)
        return false;
    struct span digits = {colon + 1, strcspn(colon + 1, "/")};
    if (!span_to_u64(digits, &port) || port == 0 || port > UINT16_MAX)
        return false;
    *port_out = (uint16_t)port;
    return true;
}

/* One that names no port has the port of its kind, whichever library decides on that. */
static void connect_proxy(struct sandbox_rights *rights, const char *proxy)
{
    static const uint16_t usual[] = {80, 443, 1080, 3128, 8080};
    uint16_t port;
    if (!proxy || !*proxy)
        return;
    if (port_behind(proxy, &port)) {
        sandbox_may_connect(rights, port);
        return;
    }
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
        sandbox_may_connect(rights, usual[i]);
}

/* ---- a worker ---- */

/* Of a scheme with a port that is not known here, or that opens more of them, any. */
static bool ports_are_known(const struct config *config)
{
    for (size_t i = 0; i < config->account_count; i++) {
        const struct words *schemes = &config->accounts[i].urls.schemes;
        for (size_t s = 0; s < schemes->count; s++)
            if (strcmp(schemes->words[s], "http") != 0 && strcmp(schemes->words[s], "https") != 0)
                return false;
    }
    return true;
}

static void connect_web(struct sandbox_rights *rights, const struct config *config)
{
    sandbox_may_connect(rights, PORT_DNS);
    sandbox_may_connect(rights, url_scheme_port("http"));
    sandbox_may_connect(rights, url_scheme_port("https"));
    connect_proxy(rights, config->web_proxy);
    for (size_t i = 0; i < config->account_count; i++)
        for (size_t p = 0; p < config->accounts[i].urls.ports.count; p++)
            sandbox_may_connect(rights, config->accounts[i].urls.ports.ports[p]);
}

void rights_of_worker(struct sandbox_rights *rights, const struct run *run, pid_t zygote)
{
    unsigned keeps = places_keeps(places_needs(run->blocks, "worker")) | SANDBOX_NET;
    if (!ports_are_known(run->config))
        keeps |= SANDBOX_ALL_PORTS;
    sandbox_begin(rights, keeps);
    rights->child = zygote;
    places_of(rights, run->blocks, "worker");
    sandbox_may_write(rights, run->state);
    connect_web(rights, run->config);
}

/* ---- a mail process ---- */

/* One of the two sides of an account, and the modules that may serve it. */
struct side {
    const struct endpoint *endpoint;
    struct plan plan;
};

static void plan_sides(const struct run *run, const struct account *account, struct side sides[2])
{
    struct fields fields = {{NULL}};
    fields.values[FIELD_ACCOUNT_NAME] = account->name;
    fields.values[FIELD_MAILBOX_KIND] = account->mailbox.kind;
    fields.values[FIELD_SUBMISSION_KIND] = account->submission.kind;
    sides[0].endpoint = &account->mailbox;
    sides[1].endpoint = &account->submission;
    plan_make(run->blocks, STAGE_LIREADMAIL, "mailbox", &fields, &sides[0].plan);
    plan_make(run->blocks, STAGE_SUBMIT, "sender", &fields, &sides[1].plan);
}

static const char *setting_of(const struct side *side, const struct block *block, const char *key)
{
    const char *own = settings_get(&side->endpoint->settings, key);
    return own ? own : settings_get(&block->settings, key);
}

static unsigned keeps_of(const struct side *side)
{
    unsigned keeps = 0;
    for (size_t i = 0; i < side->plan.count; i++) {
        keeps |= places_keeps(side->plan.blocks[i]->needs);
        /* Connections that no setting gives a port go where only the module knows. */
        if (side->plan.blocks[i]->needs & NEEDS_NET &&
            !setting_of(side, side->plan.blocks[i], "port"))
            keeps |= SANDBOX_ALL_PORTS;
    }
    return keeps;
}

static void connect_side(struct sandbox_rights *rights, const struct side *side,
                         const struct block *block)
{
    static const uint16_t usual[] = {25, 110, 143, 465, 587, 993, 995};
    uint64_t port = 0;
    const char *text = setting_of(side, block, "port");
    if (!(block->needs & NEEDS_NET))
        return;
    connect_proxy(rights, setting_of(side, block, "proxy"));
    if (text && span_to_u64(span_of(text), &port) && port > 0 && port <= UINT16_MAX) {
        sandbox_may_connect(rights, (uint16_t)port);
        return;
    }
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
        sandbox_may_connect(rights, usual[i]);
}

static void cut_last(char *path)
{
    char *slash = strrchr(path, '/');
    if (slash)
        slash[slash == path] = '\0';
}

/* The directory that a setting's path names, or that it will be made in; of a file, the one it lies
 * in, where its lock is made.  What stands for somebody (%u) is not known yet: the one above.  Never
 * the root, and with it everything. */
static void write_place(struct sandbox_rights *rights, const char *setting)
{
    char path[PATH_MAX];
    struct stat info;
    if (strlen(setting) >= sizeof path)
        return;
    memcpy(path, setting, strlen(setting) + 1);
    while (strchr(path, '%'))
        cut_last(path);
    while (strcmp(path, "/") != 0 && (stat(path, &info) != 0 || !S_ISDIR(info.st_mode)))
        cut_last(path);
    if (strcmp(path, "/") != 0)
        sandbox_may_write_directory(rights, path);
}

/* Of a module that needs the network what else begins with a slash may be a folder of its server's. */
static void open_setting(struct sandbox_rights *rights, const struct block *block,
                         const struct setting *setting)
{
    size_t len = strlen(setting->key);
    bool read_only = len >= 5 && strcmp(setting->key + len - 5, "_file") == 0;
    bool here = !(block->needs & NEEDS_NET) || block->needs & NEEDS_FILES;
    if (setting->value[0] != '/')
        return;
    if (read_only)
        sandbox_may_read(rights, setting->value);
    else if (here)
        write_place(rights, setting->value);
}

static void open_settings(struct sandbox_rights *rights, const struct side *side,
                          const struct block *block)
{
    const struct settings *own = &side->endpoint->settings, *standard = &block->settings;
    for (size_t i = 0; i < own->count; i++)
        open_setting(rights, block, &own->settings[i]);
    for (size_t i = 0; i < standard->count; i++)
        if (!settings_get(own, standard->settings[i].key))
            open_setting(rights, block, &standard->settings[i]);
}

void rights_of_mail(struct sandbox_rights *rights, const struct run *run,
                    const struct account *account, pid_t keeper)
{
    struct side sides[2];
    plan_sides(run, account, sides);
    sandbox_begin(rights, keeps_of(&sides[0]) | keeps_of(&sides[1]) | SANDBOX_MOVES);
    rights->child = keeper;
    places_of(rights, run->blocks, "");
    sandbox_may_write(rights, run->state);
    sandbox_may_connect(rights, PORT_DNS);
    for (size_t s = 0; s < 2; s++)
        for (size_t i = 0; i < sides[s].plan.count; i++) {
            connect_side(rights, &sides[s], sides[s].plan.blocks[i]);
            open_settings(rights, &sides[s], sides[s].plan.blocks[i]);
        }
}
