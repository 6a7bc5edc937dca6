/* SPDX-License-Identifier: ISC */
/*
 * The settings of the smtp module: reads and checks them, and says what to write instead.  Never
 * touches the password.
 */
#include "agent/reply/smtp.h"

#include "agent/base/url.h"

#include <string.h>

enum { PORT_IMPLICIT = 465, PORT_STARTTLS = 587, PORT_PLAIN = 25, RESPONSE_TIME_MAX = 3600 };
enum { NAME_MAX_BYTES = 255, ADDRESS_MAX_BYTES = 320 };

static enum module_result wrong(struct call *call, const char *key, const char *value,
                                const char *mend)
{
    return www4mail_fault(call, MODULE_FAIL, FAULT_CONFIG, NULL, "submission.%s: \"%s\": %s", key,
                          value, mend);
}

static const char *setting(struct call *call, const char *key)
{
    const char *value = www4mail_setting(call, key);
    return value ? value : "";
}

bool smtp_address_is_safe(const char *address)
{
    const char *at = strrchr(address, '@');
    if (!at || at == address || !at[1] || strlen(address) > ADDRESS_MAX_BYTES)
        return false;
    for (; *address; address++)
        if ((unsigned char)*address <= ' ' || strchr("\177<>", *address))
            return false;
    return true;
}

static bool is_text(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < ' ' || *text == 127)
            return false;
    return true;
}

/* A name or a numeric address, or with `brackets` an address literal. */
static bool is_host(const char *text, const char *more)
{
    size_t len = strlen(text);
    if (len == 0 || len > NAME_MAX_BYTES)
        return false;
    for (; *text; text++) {
        bool letter = (*text | 32) >= 'a' && (*text | 32) <= 'z';
        bool digit = *text >= '0' && *text <= '9';
        if (!letter && !digit && !strchr(more, *text))
            return false;
    }
    return true;
}

static enum module_result read_tls(struct call *call, struct smtp_settings *settings)
{
    static const struct {
        const char *word;
        enum smtp_tls tls;
        uint16_t port;
    } kinds[] = {{"implicit", SMTP_TLS_IMPLICIT, PORT_IMPLICIT},
                 {"starttls", SMTP_TLS_STARTTLS, PORT_STARTTLS},
                 {"none", SMTP_TLS_NONE, PORT_PLAIN}};
    const char *word = setting(call, "tls"), *port = setting(call, "port");
    uint64_t number;
    size_t i = 0;
    while (i < 3 && strcmp(kinds[i].word, word) != 0)
        i++;
    if (i == 3)
        return wrong(call, "tls", word, "write implicit, starttls, or none for this machine");
    settings->tls = kinds[i].tls;
    settings->port = kinds[i].port;
    if (!*port)
        return MODULE_OK;
    if (!span_to_u64(span_of(port), &number) || number < 1 || number > 65535)
        return wrong(call, "port", port, "write a number from 1 to 65535, or leave it out");
    settings->port = (uint16_t)number;
    return MODULE_OK;
}

static enum module_result read_proxy(struct call *call, struct smtp_settings *settings)
{
    static const char *const schemes[] = {"socks5://", "socks5h://", "http://"};
    const char *proxy = settings->proxy = setting(call, "proxy");
    bool known = !*proxy;
    for (size_t i = 0; i < 3; i++)
        known = known || span_starts_nocase(span_of(proxy), span_of(schemes[i]));
    if (!known || !is_text(proxy))
        return wrong(call, "proxy", "...", "write socks5://, socks5h:// or http://HOST:PORT");
    if (*proxy && settings->tls == SMTP_TLS_NONE)
        return wrong(call, "tls", "none", "write starttls or implicit where a proxy is used");
    return MODULE_OK;
}

/* The name to greet with: the sender's domain, never this machine's. */
static enum module_result read_ehlo_name(struct call *call, const char *sender,
                                         struct smtp_settings *settings)
{
    const char *name = setting(call, "ehlo_name"), *at = strrchr(sender, '@');
    struct fault fault = FAULT_INIT;
    struct url url;
    if (!*name) {
        const char *text = arena_printf(www4mail_arena(call), "https://%s/", at ? at + 1 : "");
        if (!text || !url_parse(www4mail_arena(call), span_of(text), &url, &fault))
            name = at ? at + 1 : "";
        else
            name = url.host;
        fault_clear(&fault);
    }
    settings->ehlo_name = name;
    if (!is_host(name, ".-_[]:"))
        return wrong(call, "ehlo_name", name, "write the host name to greet the server with");
    return MODULE_OK;
}

static enum module_result read_response_time(struct call *call, struct smtp_settings *settings)
{
    const char *text = setting(call, "response_time");
    uint64_t seconds;
    if (!span_to_u64(span_of(text), &seconds) || seconds < 1 || seconds > RESPONSE_TIME_MAX)
        return wrong(call, "response_time", text, "write seconds from 1 to 3600");
    settings->response_time = (long)seconds;
    return MODULE_OK;
}

static enum module_result read_texts(struct call *call, struct smtp_settings *settings)
{
    settings->host = setting(call, "host");
    settings->user = setting(call, "user");
    settings->ca_file = setting(call, "ca_file");
    settings->pin = setting(call, "pin");
    if (!is_host(settings->host, ".-_:"))
        return wrong(call, "host", settings->host, "write the submission server's name");
    if (!is_text(settings->user))
        return wrong(call, "user", "...", "write a name without control characters");
    if (*settings->pin && strncmp(settings->pin, "sha256//", 8) != 0)
        return wrong(call, "pin", settings->pin, "write sha256// and the base64 of the hash");
    if (strcmp(setting(call, "auth"), "login") != 0)
        return wrong(call, "auth", setting(call, "auth"), "write login");
    return MODULE_OK;
}

enum module_result smtp_settings_read(struct call *call, const char *sender,
                                      struct smtp_settings *settings_out)
{
    enum module_result result = read_texts(call, settings_out);
    if (result == MODULE_OK)
        result = read_tls(call, settings_out);
    if (result == MODULE_OK)
        result = read_proxy(call, settings_out);
    if (result == MODULE_OK)
        result = read_ehlo_name(call, sender, settings_out);
    if (result == MODULE_OK)
        result = read_response_time(call, settings_out);
    return result;
}
