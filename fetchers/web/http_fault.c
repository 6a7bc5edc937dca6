/* SPDX-License-Identifier: ISC */
/*
 * Why there is no page: one plain sentence for the asker, libcurl's words for the operator.  Tells
 * nothing of addresses, and nothing of what answers at one that may not be dialled.
 */
#include "fetchers/web/http_exchange.h"

#include "agent/base/address.h"

#include <errno.h>
#include <string.h>

/* Says it with the host's name or another detail in it, or without when memory is short. */
#define TELL(exchange, plain, ...)                                                                 \
    tell_or((plain), arena_printf(www4mail_arena((exchange)->call), __VA_ARGS__))

static const char *tell_or(const char *plain, const char *told)
{
    return told ? told : plain;
}

static const char *sentence_of_size(struct http_exchange *exchange)
{
    static const char plain[] = "The page is larger than what may be fetched.";
    unsigned long long max = exchange->limits->max_bytes;
    if (max < 1024 * 1024)
        return TELL(exchange, plain, "The page is larger than %llu kB, the most that is fetched.",
                    (max + 1023) / 1024);
    return TELL(exchange, plain, "The page is larger than %llu MB, the most that is fetched.",
                max / (1024 * 1024));
}

static enum module_result fail(struct http_exchange *exchange, enum fault_code code,
                               const char *asker, const char *detail)
{
    return www4mail_fault(exchange->call, MODULE_FAIL, code, asker, "%s: %s",
                          exchange->target->url.text, detail);
}

static enum module_result fail_stop(struct http_exchange *exchange)
{
    switch (exchange->stop) {
    case HTTP_STOP_TOO_LARGE:
        return fail(exchange, FAULT_PAGE_TOO_LARGE, sentence_of_size(exchange), "too large");
    case HTTP_STOP_BOMB:
        return fail(exchange, FAULT_PAGE_TOO_LARGE,
                    "The page is packed so tightly that it would become far too large.",
                    "unpacks to more than 200 times its size");
    case HTTP_STOP_PACKED:
        return fail(exchange, FAULT_HTTP, "The page is packed in a way that is broken.",
                    "its Content-Encoding cannot be undone");
    case HTTP_STOP_HEAD:
        return fail(exchange, FAULT_HTTP,
                    "The server sends more information about the page than is sensible.",
                    "head larger than 64 kB or 200 lines");
    case HTTP_STOP_WRITE:
        return fail(exchange, exchange->io_error == ENOSPC ? FAULT_DISK_FULL : FAULT_IO, NULL,
                    strerror(exchange->io_error));
    default:
        return fail(exchange, FAULT_MEMORY, NULL, "no memory");
    }
}

/* libcurl's flavours tell the reason in words (OpenSSL) or in flags (GnuTLS). */
static const char *sentence_of_certificate(struct http_exchange *exchange)
{
    enum { FLAVOUR_GNUTLS = 512, NOT_YET = 512, EXPIRED = 1024 };
    long flags = 0;
    const char *words = exchange->error;
    if (curl_easy_getinfo(exchange->easy, CURLINFO_SSL_VERIFYRESULT, &flags) != CURLE_OK ||
        flags < FLAVOUR_GNUTLS)
        flags = 0;
    if (strstr(words, "expired") || (flags & EXPIRED))
        return "The server's certificate has expired, so the page cannot be fetched safely.";
    if (strstr(words, "not yet") || (flags & NOT_YET))
        return "The server's certificate is not valid yet, so the page cannot be fetched safely.";
    if (strstr(words, "match"))
        return "The server's certificate is for another name, so the page cannot be fetched "
               "safely.";
    return "The server's certificate comes from an unknown issuer, so the page cannot be fetched "
           "safely.";
}

static enum module_result fail_timeout(struct http_exchange *exchange)
{
    if (strstr(exchange->error, "too slow"))
        return fail(exchange, FAULT_TIMEOUT, "The server sends the page too slowly.",
                    exchange->error);
    return fail(exchange, FAULT_TIMEOUT,
                exchange->head_done ? "The page did not arrive in the time that was left."
                                    : "The server did not answer in time.",
                exchange->error);
}

static const struct {
    CURLcode result;
    enum fault_code code;
    const char *asker;
} reasons[] = {
    {CURLE_COULDNT_RESOLVE_HOST, FAULT_NAME, "There is no server of that name."},
    {CURLE_COULDNT_RESOLVE_PROXY, FAULT_CONNECT, "The way to the web is closed at the moment."},
    {CURLE_PROXY, FAULT_CONNECT, "The way to the web is closed at the moment."},
    {CURLE_COULDNT_CONNECT, FAULT_CONNECT, "The server does not accept connections."},
    {CURLE_PARTIAL_FILE, FAULT_CONNECT, "The connection broke before the page was complete."},
    {CURLE_RECV_ERROR, FAULT_CONNECT, "The connection broke before the page was complete."},
    {CURLE_SEND_ERROR, FAULT_CONNECT, "The connection broke before the page was complete."},
    {CURLE_GOT_NOTHING, FAULT_CONNECT, "The server closed the connection without an answer."},
    {CURLE_SSL_CONNECT_ERROR, FAULT_TLS, "No safe connection to the server could be made."},
    {CURLE_SSL_CACERT_BADFILE, FAULT_CONFIG, "Pages cannot be fetched safely at the moment."},
    {CURLE_SSL_CIPHER, FAULT_TLS, "No safe connection to the server could be made."},
    {CURLE_UNSUPPORTED_PROTOCOL, FAULT_HTTP, "What answers there is not a web server."},
    {CURLE_WEIRD_SERVER_REPLY, FAULT_HTTP, "What answers there is not a web server."},
    {CURLE_BAD_CONTENT_ENCODING, FAULT_HTTP, "The page is packed in a way that is broken."},
    {CURLE_HTTP2, FAULT_HTTP, "The server broke the rules of the web's language."},
    {CURLE_HTTP2_STREAM, FAULT_HTTP, "The server broke the rules of the web's language."},
    {CURLE_URL_MALFORMAT, FAULT_BAD_URL, "The web address cannot be right."},
};

enum module_result http_fail(struct http_exchange *exchange, CURLcode result)
{
    const char *detail = exchange->error[0] ? exchange->error : curl_easy_strerror(result);
    /* Whatever else went wrong before an answer came, nothing more is said about it. */
    if (exchange->denied && exchange->head_bytes == 0)
        return fail(exchange, FAULT_ADDRESS, ADDRESS_NOT_ALLOWED, exchange->denied);
    if (exchange->stop != HTTP_STOP_NONE)
        return fail_stop(exchange);
    if (result == CURLE_OPERATION_TIMEDOUT)
        return fail_timeout(exchange);
    if (result == CURLE_FILESIZE_EXCEEDED)
        return fail(exchange, FAULT_PAGE_TOO_LARGE, sentence_of_size(exchange), detail);
    if (result == CURLE_PEER_FAILED_VERIFICATION)
        return fail(exchange, FAULT_TLS, sentence_of_certificate(exchange), detail);
    /* A line without end overflows a buffer of libcurl's, which calls that memory. */
    if (result == CURLE_OUT_OF_MEMORY && exchange->in_head) {
        exchange->stop = HTTP_STOP_HEAD;
        return fail_stop(exchange);
    }
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        if (reasons[i].result == result)
            return fail(exchange, reasons[i].code, reasons[i].asker, detail);
    return fail(exchange, result == CURLE_OUT_OF_MEMORY ? FAULT_MEMORY : FAULT_HTTP,
                "The page could not be fetched.", detail);
}

static const char *sentence_of_status(int status)
{
    switch (status) {
    case 401:
        return "The server wants a password for this page (401).";
    case 403:
        return "The server refuses to give out this page (403).";
    case 404:
        return "The server says that this page does not exist (404).";
    case 410:
        return "The server says that this page is gone for good (410).";
    case 429:
        return "The server is asked too often and wants to be left alone for a while (429).";
    case 451:
        return "The server says that it may not show this page for legal reasons (451).";
    case 503:
        return "The server is too busy or being mended; try again later (503).";
    default:
        return NULL;
    }
}

enum module_result http_fail_status(struct http_exchange *exchange)
{
    int status = exchange->status;
    static const char plain[] = "The server did not give out the page.";
    const char *asker = sentence_of_status(status);
    if (!asker && status >= 500)
        asker = TELL(exchange, plain, "The server has a fault of its own (%d); try again later.",
                     status);
    else if (!asker && status >= 400)
        asker = TELL(exchange, plain, "The server does not accept the request for this page (%d).",
                     status);
    else if (!asker)
        asker = TELL(exchange, plain, "The server answers without a page (%d).", status);
    return www4mail_fault(exchange->call, MODULE_FAIL, FAULT_HTTP_STATUS, asker, "%s: status %d",
                          exchange->target->url.text, status);
}
