/* SPDX-License-Identifier: ISC */
/*
 * http: one page by HTTP or HTTPS, one exchange a call.  Follows no redirect, keeps no cookie and
 * no connection, reads no file of the user's, and dials no address that address_forbidden forbids:
 * the verdict is on the very address, so names and their changes do not matter.
 */
#include "fetchers/web/http_exchange.h"
#include "fetchers/web/http_fields.h"

#include "agent/base/address.h"
#include "agent/base/file.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CONNECT_MS = 10 * 1000, LONGEST_MS = 60 * 60 * 1000, SLOW_SECONDS_MAX = 3600 };

static const char default_ca_file[] = "/etc/ssl/certs/ca-certificates.crt";

/* Notes why an address is not dialled.  What the operator's proxy dials is the proxy's to judge. */
static bool address_is_denied(struct http_exchange *exchange, const struct sockaddr *address)
{
    const struct fetch_limits *limits = exchange->limits;
    if (limits->proxy)
        return false;
    const char *class = address_forbidden(address, limits->allow, limits->deny, limits->own);
    if (class) {
        char text[INET6_ADDRSTRLEN];
        address_to_text(address, text, sizeof text);
        www4mail_debug(exchange->call, "not dialled: %s (%s)", text, class);
        exchange->denied = class;
    }
    return class != NULL;
}

static curl_socket_t open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
    if (purpose != CURLSOCKTYPE_IPCXN || address_is_denied(context, &address->addr))
        return CURL_SOCKET_BAD;
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* The verdict again on the connection as it is, before anything is sent over it. */
static int before_request(void *context, char *ip, char *local_ip, int port, int local_port)
{
    struct http_exchange *exchange = context;
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
    const void *address = NULL;
    (void)local_ip;
    (void)local_port;
    if (exchange->limits->proxy)
        return CURL_PREREQFUNC_OK;
    if (inet_pton(AF_INET, ip, &v4.sin_addr) == 1)
        address = &v4;
    else if (inet_pton(AF_INET6, ip, &v6.sin6_addr) == 1)
        address = &v6;
    bool other_place = !address || port != exchange->target->url.port;
    if (other_place)
        exchange->denied = "not what was asked for";
    return other_place || address_is_denied(exchange, address) ? CURL_PREREQFUNC_ABORT
                                                               : CURL_PREREQFUNC_OK;
}

/* libcurl must read the URL as url_parse did, or rules were applied to another host. */
static bool url_reads_the_same(const struct url *url)
{
    CURLU *handle = curl_url();
    char *host = NULL;
    bool same = handle &&
                curl_url_set(handle, CURLUPART_URL, url->text, CURLU_DISALLOW_USER) == CURLUE_OK &&
                curl_url_get(handle, CURLUPART_HOST, &host, 0) == CURLUE_OK &&
                strcmp(host, url->host) == 0;
    curl_free(host);
    curl_url_cleanup(handle);
    return same;
}

static bool set_numbers(CURL *easy)
{
    static const struct {
        CURLoption option;
        long value;
    } numbers[] = {
        {CURLOPT_FOLLOWLOCATION, 0},
        {CURLOPT_DISALLOW_USERNAME_IN_URL, 1},
        {CURLOPT_NETRC, CURL_NETRC_IGNORED},
        {CURLOPT_HTTPAUTH, CURLAUTH_NONE},
        {CURLOPT_HTTP09_ALLOWED, 0},
        {CURLOPT_SSL_VERIFYPEER, 1},
        {CURLOPT_SSL_VERIFYHOST, 2},
        {CURLOPT_NOSIGNAL, 1},
        {CURLOPT_LOW_SPEED_LIMIT, 100},
        {CURLOPT_SUPPRESS_CONNECT_HEADERS, 1},
        {CURLOPT_FORBID_REUSE, 1},
        {CURLOPT_HTTP_CONTENT_DECODING, 0}, /* libcurl takes what was cut for whole */
        {CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2},
    };
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (curl_easy_setopt(easy, numbers[i].option, numbers[i].value) != CURLE_OK)
            return false;
    return true;
}

static bool set_texts(struct http_exchange *exchange)
{
    const struct fetch_limits *limits = exchange->limits;
    const struct {
        CURLoption option;
        const char *value;
    } texts[] = {
        {CURLOPT_URL, exchange->target->url.text},
        {CURLOPT_PROTOCOLS_STR, "http,https"},
        {CURLOPT_REDIR_PROTOCOLS_STR, "http,https"},
        {CURLOPT_PROXY, limits->proxy ? limits->proxy : ""}, /* never from the environment */
        {CURLOPT_NOPROXY, ""},
        {CURLOPT_ACCEPT_ENCODING, "gzip, deflate"},
        {CURLOPT_USERAGENT, limits->user_agent},
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (curl_easy_setopt(exchange->easy, texts[i].option, texts[i].value) != CURLE_OK)
            return false;
    return true;
}

/* One bundle is read much faster than a directory of certificates. */
static bool set_trust(struct http_exchange *exchange)
{
    const char *file = www4mail_setting(exchange->call, "ca_file");
    if (!file || !*file)
        file = access(default_ca_file, R_OK) == 0 ? default_ca_file : NULL;
    if (!file)
        return true;
    return curl_easy_setopt(exchange->easy, CURLOPT_CAINFO, file) == CURLE_OK &&
           curl_easy_setopt(exchange->easy, CURLOPT_CAPATH, NULL) == CURLE_OK;
}

static bool set_callbacks(struct http_exchange *exchange)
{
    CURL *easy = exchange->easy;
    return curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, exchange->error) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, exchange) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, before_request) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PREREQDATA, exchange) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, http_take_head) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_HEADERDATA, exchange) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, http_take_body) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_WRITEDATA, exchange) == CURLE_OK;
}

static long milliseconds(int64_t wanted, int64_t otherwise)
{
    if (wanted <= 0)
        wanted = otherwise;
    return (long)(wanted < LONGEST_MS ? wanted : LONGEST_MS);
}

static bool set_amounts(struct http_exchange *exchange)
{
    CURL *easy = exchange->easy;
    uint64_t max = exchange->limits->max_bytes, slow = 0;
    curl_off_t declared = (curl_off_t)(max < INT64_MAX ? max : INT64_MAX);
    span_to_u64(span_of(www4mail_setting(exchange->call, "low_speed_time")), &slow);
    long total = milliseconds(www4mail_left_ms(exchange->call), 1);
    long connect = milliseconds(exchange->limits->connect_ms, CONNECT_MS);
    return curl_easy_setopt(easy, CURLOPT_MAXFILESIZE_LARGE, declared) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, total) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, connect) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, (long)slow) == CURLE_OK;
}

static bool is_language_list(const char *text)
{
    return text[strspn(text,
                       "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-*,;=. ")] ==
           '\0';
}

static bool add_request_field(struct http_exchange *exchange, const char *field)
{
    struct curl_slist *longer = field ? curl_slist_append(exchange->request_fields, field) : NULL;
    if (longer)
        exchange->request_fields = longer;
    return longer != NULL;
}

static bool set_request_fields(struct http_exchange *exchange)
{
    const char *languages = exchange->limits->languages;
    if (!add_request_field(exchange, "Accept: text/html, application/xhtml+xml, "
                                     "text/plain;q=0.9, */*;q=0.5"))
        return false;
    /* What a person wrote in a mail must not add fields of its own. */
    if (languages && *languages && is_language_list(languages) &&
        !add_request_field(exchange, arena_printf(www4mail_arena(exchange->call),
                                                  "Accept-Language: %s", languages)))
        return false;
    return curl_easy_setopt(exchange->easy, CURLOPT_HTTPHEADER, exchange->request_fields) ==
           CURLE_OK;
}

static enum module_result check_call(struct http_exchange *exchange)
{
    const struct url *url = &exchange->target->url;
    const char *slow = www4mail_setting(exchange->call, "low_speed_time");
    uint64_t seconds;
    if (!span_to_u64(span_of(slow), &seconds) || seconds == 0 || seconds > SLOW_SECONDS_MAX)
        return www4mail_fault(exchange->call, MODULE_FAIL, FAULT_CONFIG,
                              "Pages cannot be fetched at the moment.",
                              "low_speed_time must be seconds from 1 to %d", SLOW_SECONDS_MAX);
    if (www4mail_left_ms(exchange->call) <= 0)
        return http_fail(exchange, CURLE_OPERATION_TIMEDOUT);
    if (!url_reads_the_same(url))
        return http_fail(exchange, CURLE_URL_MALFORMAT);
    return MODULE_OK;
}

/* The page that goes on somewhere else: no bytes, the place to go to. */
static enum module_result give_redirect(struct http_exchange *exchange, struct page *page)
{
    struct span absolute;
    if (!url_resolve(www4mail_arena(exchange->call), &exchange->target->url,
                     span_of(exchange->location), &absolute))
        return www4mail_fault(exchange->call, MODULE_FAIL, FAULT_BAD_URL,
                              "The page sends on to a web address that cannot be used.",
                              "%s: bad Location", exchange->target->url.text);
    page->redirect = absolute.at;
    return MODULE_OK;
}

static enum module_result give_page(struct http_exchange *exchange, struct page *page)
{
    struct arena *arena = www4mail_arena(exchange->call);
    page->type = http_type(arena, span_of(exchange->content_type));
    page->charset = http_charset(arena, span_of(exchange->content_type));
    page->file_name = http_file_name(arena, span_of(exchange->disposition));
    page->language = http_language(arena, span_of(exchange->language));
    if (!page->type || !page->charset || !page->file_name || !page->language)
        return http_fail(exchange, CURLE_OUT_OF_MEMORY);
    if (!file_seal(exchange->fd)) {
        exchange->stop = HTTP_STOP_WRITE;
        exchange->io_error = errno;
        return http_fail(exchange, CURLE_WRITE_ERROR);
    }
    page->fd = exchange->fd;
    page->size = exchange->bytes;
    exchange->fd = -1; /* the page's now */
    return MODULE_OK;
}

static enum module_result conclude(struct http_exchange *exchange, CURLcode result,
                                   struct page *page)
{
    int status = exchange->status;
    page->status = status;
    if (exchange->stop == HTTP_STOP_ENOUGH && status < 400)
        return give_redirect(exchange, page);
    /* A page that is refused may be declared too large as well: the status says more. */
    if (exchange->stop == HTTP_STOP_ENOUGH || (status >= 400 && result == CURLE_FILESIZE_EXCEEDED))
        return http_fail_status(exchange);
    /* libcurl takes a connection that ends within the head for a whole answer. */
    if (result == CURLE_OK && (!exchange->head_done || !http_unpack_is_whole(&exchange->unpack)))
        result = CURLE_PARTIAL_FILE;
    if (result != CURLE_OK)
        return http_fail(exchange, result);
    if (status < 200 || (status > 300 && status < 400))
        return http_fail_status(exchange);
    exchange->denied = NULL; /* another address of the same name did it */
    return give_page(exchange, page);
}

static enum module_result perform(struct http_exchange *exchange, struct page *page)
{
    exchange->easy = curl_easy_init();
    if (!exchange->easy || !set_numbers(exchange->easy) || !set_texts(exchange) ||
        !set_trust(exchange) || !set_callbacks(exchange) || !set_amounts(exchange) ||
        !set_request_fields(exchange))
        return www4mail_fault(exchange->call, MODULE_FAIL, FAULT_MEMORY, NULL,
                              "libcurl cannot be set up");
    return conclude(exchange, curl_easy_perform(exchange->easy), page);
}

static enum module_result http_fetch(struct call *call, const struct target *target,
                                     const struct fetch_limits *limits, struct page *page_out)
{
    struct http_exchange exchange = {.call = call, .target = target, .limits = limits, .fd = -1};
    *page_out = (struct page){.url = target->url.text,
                              .type = "",
                              .charset = "",
                              .file_name = "",
                              .language = "",
                              .fd = -1};
    enum module_result result = check_call(&exchange);
    if (result != MODULE_OK)
        return result;
    exchange.fd = file_in_memory("page");
    if (exchange.fd < 0)
        return www4mail_fault(call, MODULE_FAIL, FAULT_IO, NULL, "memory file: %s",
                              strerror(errno));
    result = perform(&exchange, page_out);
    curl_easy_cleanup(exchange.easy);
    curl_slist_free_all(exchange.request_fields);
    http_unpack_free(&exchange.unpack);
    if (exchange.fd >= 0)
        close(exchange.fd);
    return result;
}

static const struct fetcher_ops http_ops = {.fetch = http_fetch};

WWW4MAIL_MODULE("http", "browser", fetcher, &http_ops);
