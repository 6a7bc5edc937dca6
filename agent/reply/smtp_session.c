/* SPDX-License-Identifier: ISC */
/*
 * One connection to a submission server, as a libcurl handle: made from the settings with TLS
 * required and verified, kept for the next mail for a short while, and closed without waiting.
 * Reads nothing from the environment.
 */
#include "agent/reply/smtp.h"

#include "agent/base/clock.h"

#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CONNECT_MS = 60 * 1000, IDLE_MS = 30 * 1000, AGE_MS = 120 * 1000, MAILS_MAX = 100 };

static const char default_ca_file[] = "/etc/ssl/certs/ca-certificates.crt";

static bool is_loopback(const struct sockaddr *address)
{
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    if (address->sa_family == AF_INET) {
        memcpy(&v4, address, sizeof v4);
        return ntohl(v4.sin_addr.s_addr) >> 24 == 127;
    }
    memcpy(&v6, address, sizeof v6);
    return address->sa_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr);
}

/* What goes in clear goes to this machine only, whatever its name resolves to. */
static curl_socket_t open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct smtp_session *session = context;
    if (purpose != CURLSOCKTYPE_IPCXN)
        return CURL_SOCKET_BAD;
    if (session->tls == SMTP_TLS_NONE && !is_loopback(&address->addr)) {
        session->stop = SMTP_STOP_ADDRESS;
        return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static bool set_numbers(CURL *easy, const struct smtp_settings *settings)
{
    bool chain = !*settings->pin; /* a pin stands in place of chain and name */
    const struct {
        CURLoption option;
        long value;
    } numbers[] = {
        {CURLOPT_USE_SSL, settings->tls == SMTP_TLS_NONE ? CURLUSESSL_NONE : CURLUSESSL_ALL},
        {CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2},
        {CURLOPT_SSL_VERIFYPEER, chain},
        {CURLOPT_SSL_VERIFYHOST, chain ? 2 : 0},
        {CURLOPT_NOSIGNAL, 1},
        {CURLOPT_NETRC, CURL_NETRC_IGNORED},
        {CURLOPT_UPLOAD, 1},
        {CURLOPT_VERBOSE, 1}, /* for the trace alone, which prints nothing */
        {CURLOPT_HTTPPROXYTUNNEL, 1},
        {CURLOPT_SUPPRESS_CONNECT_HEADERS, 1},
        {CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS},
        {CURLOPT_SERVER_RESPONSE_TIMEOUT, settings->response_time},
    };
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (curl_easy_setopt(easy, numbers[i].option, numbers[i].value) != CURLE_OK)
            return false;
    return true;
}

/* The URL; its path is the name that EHLO gives. */
static const char *make_url(CURL *easy, struct call *call, const struct smtp_settings *settings)
{
    bool v6 = strchr(settings->host, ':') != NULL;
    char *name = curl_easy_escape(easy, settings->ehlo_name, 0);
    const char *url =
        name ? arena_printf(www4mail_arena(call), "%s://%s%s%s:%u/%s",
                            settings->tls == SMTP_TLS_IMPLICIT ? "smtps" : "smtp", v6 ? "[" : "",
                            settings->host, v6 ? "]" : "", (unsigned)settings->port, name)
             : NULL;
    curl_free(name);
    return url;
}

/* One bundle is read much faster than a directory of certificates. */
static const char *trust_file(const struct smtp_settings *settings)
{
    if (*settings->pin)
        return NULL;
    if (*settings->ca_file)
        return settings->ca_file;
    return access(default_ca_file, R_OK) == 0 ? default_ca_file : NULL;
}

static bool set_texts(CURL *easy, struct call *call, const struct smtp_settings *settings)
{
    const char *url = make_url(easy, call, settings), *trust = trust_file(settings);
    const struct {
        CURLoption option;
        const char *value;
    } texts[] = {
        {CURLOPT_URL, url},
        {CURLOPT_PROTOCOLS_STR, "smtp,smtps"},
        {CURLOPT_PROXY, settings->proxy}, /* never from the environment */
        {CURLOPT_NOPROXY, ""},
        {CURLOPT_PINNEDPUBLICKEY, *settings->pin ? settings->pin : NULL},
    };
    if (!url)
        return false;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (curl_easy_setopt(easy, texts[i].option, texts[i].value) != CURLE_OK)
            return false;
    if (!trust && !*settings->pin)
        return true; /* as libcurl was built */
    return curl_easy_setopt(easy, CURLOPT_CAINFO, trust) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_CAPATH, NULL) == CURLE_OK;
}

/* What is told to end while the mail's end was not sent yet breaks off, and nothing is in doubt;
 * behind it, the answer is waited for. */
static int watch_time(void *context, curl_off_t down_all, curl_off_t down, curl_off_t up_all,
                      curl_off_t up)
{
    struct smtp_session *session = context;
    (void)down_all, (void)down, (void)up_all, (void)up;
    return session->call && session->step < SMTP_DOT && www4mail_left_ms(session->call) <= 0;
}

static bool set_callbacks(struct smtp_session *session)
{
    CURL *easy = session->easy;
    return curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, session->error) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, session) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, smtp_take_reply) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_HEADERDATA, session) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_DEBUGFUNCTION, smtp_take_trace) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_DEBUGDATA, session) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, watch_time) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_XFERINFODATA, session) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_READFUNCTION, smtp_give_bytes) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_READDATA, session) == CURLE_OK;
}

/* The secret is asked for anew for every connection. */
static enum module_result set_sign_in(struct smtp_session *session, struct call *call,
                                      const struct smtp_settings *settings)
{
    if (!*settings->user)
        return MODULE_OK;
    const char *password = www4mail_setting(call, "password");
    if (!password)
        return www4mail_fault(call, MODULE_FAIL, FAULT_CONFIG, NULL,
                              "submission: no password for user %s; set password_command or "
                              "password_file",
                              settings->user);
    bool ok =
        curl_easy_setopt(session->easy, CURLOPT_USERNAME, settings->user) == CURLE_OK &&
        curl_easy_setopt(session->easy, CURLOPT_PASSWORD, password) == CURLE_OK &&
        curl_easy_setopt(session->easy, CURLOPT_LOGIN_OPTIONS, "AUTH=PLAIN;AUTH=LOGIN") == CURLE_OK;
    return ok ? MODULE_OK
              : www4mail_fault(call, MODULE_FAIL, FAULT_MEMORY, NULL, "libcurl cannot be set up");
}

enum module_result smtp_session_open(struct smtp_session *session, struct call *call,
                                     const struct smtp_settings *settings)
{
    *session = (struct smtp_session){.call = call,
                                     .tls = settings->tls,
                                     .sign_in = *settings->user != '\0',
                                     .encrypted = settings->tls == SMTP_TLS_IMPLICIT,
                                     .opened_ms = clock_monotonic_ms()};
    snprintf(session->host, sizeof session->host, "%s", settings->host);
    session->easy = curl_easy_init();
    if (!session->easy || !set_callbacks(session) || !set_numbers(session->easy, settings) ||
        !set_texts(session->easy, call, settings)) {
        smtp_session_close(session, true);
        return www4mail_fault(call, MODULE_FAIL, FAULT_MEMORY, NULL, "libcurl cannot be set up");
    }
    enum module_result result = set_sign_in(session, call, settings);
    if (result != MODULE_OK)
        smtp_session_close(session, true);
    return result;
}

static int active_socket(const struct smtp_session *session)
{
    curl_socket_t fd = CURL_SOCKET_BAD;
    if (curl_easy_getinfo(session->easy, CURLINFO_ACTIVESOCKET, &fd) != CURLE_OK)
        return -1;
    return fd;
}

bool smtp_session_is_fresh(const struct smtp_session *session)
{
    int64_t now = clock_monotonic_ms();
    if (!session->easy || session->mails >= MAILS_MAX || now - session->used_ms > IDLE_MS ||
        now - session->opened_ms > AGE_MS)
        return false;
    /* A server that says something unasked is saying goodbye. */
    struct pollfd wait = {.fd = active_socket(session), .events = POLLIN | POLLRDHUP};
    return wait.fd >= 0 && poll(&wait, 1, 0) == 0;
}

void smtp_session_close(struct smtp_session *session, bool broken)
{
    if (!session->easy)
        return;
    /* libcurl says QUIT and would wait for the answer: it finds the end of the connection. */
    int fd = active_socket(session);
    if (fd >= 0)
        shutdown(fd, broken ? SHUT_RDWR : SHUT_RD);
    curl_easy_cleanup(session->easy);
    session->easy = NULL;
}
