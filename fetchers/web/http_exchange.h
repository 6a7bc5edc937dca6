/* SPDX-License-Identifier: ISC */
/*
 * http_exchange: the state of one HTTP request and its answer, shared by the files of the http
 * module and nobody else.  Lives on the stack of one fetch.
 */
#ifndef WWW4MAIL_FETCHERS_WEB_HTTP_EXCHANGE_H
#define WWW4MAIL_FETCHERS_WEB_HTTP_EXCHANGE_H

#include "fetchers/web/http_unpack.h"

#include "agent/module.h"

#include <curl/curl.h>

/* Why a callback ended the transfer. */
enum http_stop {
    HTTP_STOP_NONE,
    HTTP_STOP_ENOUGH, /* the head says all: a redirect or a refusal */
    HTTP_STOP_TOO_LARGE,
    HTTP_STOP_BOMB,   /* unpacks to hundreds of times its size */
    HTTP_STOP_PACKED, /* cannot be unpacked */
    HTTP_STOP_HEAD,   /* endless head, interim answers or trailers */
    HTTP_STOP_MEMORY,
    HTTP_STOP_WRITE /* the memory file did not take it; io_error says why */
};

struct http_exchange {
    struct call *call;
    const struct target *target;
    const struct fetch_limits *limits;
    CURL *easy;
    struct curl_slist *request_fields;
    char error[CURL_ERROR_SIZE];

    enum http_stop stop;
    int io_error;
    const char *denied; /* class of an address that was not dialled; NULL none */

    size_t head_bytes, head_lines; /* of all heads and trailers */
    bool in_head, head_done;
    int status;
    const char *content_type, *disposition, *language, *location; /* NULL when absent */

    struct http_unpack unpack;
    int fd;
    uint64_t bytes; /* unpacked, in fd */
};

/* The answer, as libcurl hands it over (http_answer.c). */
size_t http_take_head(char *bytes, size_t size, size_t count, void *exchange);
size_t http_take_body(char *bytes, size_t size, size_t count, void *exchange);
bool http_is_redirect(const struct http_exchange *exchange);

/* States the fault of an exchange that did not bring a page; MODULE_FAIL (http_fault.c). */
enum module_result http_fail(struct http_exchange *exchange, CURLcode result);
/* The same for an answer with a status that is no page. */
enum module_result http_fail_status(struct http_exchange *exchange);

#endif
