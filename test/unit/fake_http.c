/* SPDX-License-Identifier: ISC */
/* The misbehaving server, one connection at a time, and the bent connect and getaddrinfo. */
#include "test/unit/fake_http.h"
#include "test/unit/fake_fork.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

#define VISIBLE __attribute__((visibility("default")))

/* ---- this process's ways out ---- */

static int strays;

static bool is_loopback(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET) {
        struct sockaddr_in v4;
        memcpy(&v4, address, sizeof v4);
        return ntohl(v4.sin_addr.s_addr) >> 24 == 127;
    }
    struct sockaddr_in6 v6;
    memcpy(&v6, address, sizeof v6);
    return address->sa_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr);
}

VISIBLE int connect(int fd, const struct sockaddr *address, socklen_t len)
{
    if (is_loopback(address))
        return (int)syscall(SYS_connect, fd, address, len);
    strays++;
    errno = ENETUNREACH;
    return -1;
}

int fake_http_strays(void)
{
    int count = strays;
    strays = 0;
    return count;
}

/* Made as the C library makes them: one block each, so that its freeaddrinfo fits. */
static struct addrinfo *make_answer(const char *text, const char *service, struct addrinfo *next)
{
    struct addrinfo *answer = calloc(1, sizeof *answer + sizeof(struct sockaddr_in));
    if (!answer)
        return NULL;
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    v4.sin_port = htons((uint16_t)strtoul(service ? service : "0", NULL, 10));
    inet_pton(AF_INET, text, &v4.sin_addr);
    *answer = (struct addrinfo){.ai_family = AF_INET,
                                .ai_socktype = SOCK_STREAM,
                                .ai_protocol = IPPROTO_TCP,
                                .ai_addrlen = sizeof v4,
                                .ai_addr = (struct sockaddr *)(answer + 1),
                                .ai_next = next};
    memcpy(answer->ai_addr, &v4, sizeof v4);
    return answer;
}

VISIBLE int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints,
                        struct addrinfo **answers)
{
    (void)hints;
    *answers = NULL;
    if (strcmp(name, "private.example") == 0)
        *answers = make_answer("10.0.0.1", service, NULL);
    else if (strcmp(name, "home.example") == 0)
        *answers = make_answer("127.0.0.1", service, NULL);
    else if (strcmp(name, "mixed.example") == 0)
        *answers = make_answer("10.0.0.1", service, make_answer("127.0.0.1", service, NULL));
    return *answers ? 0 : EAI_NONAME;
}

VISIBLE void freeaddrinfo(struct addrinfo *answers)
{
    for (struct addrinfo *next; answers; answers = next) {
        next = answers->ai_next;
        free(answers);
    }
}

/* ---- the server ---- */

static bool say(int fd, const char *text, size_t len)
{
    while (len > 0) {
        ssize_t done = send(fd, text, len, MSG_NOSIGNAL);
        if (done <= 0)
            return false;
        text += done;
        len -= (size_t)done;
    }
    return true;
}

static bool say_text(int fd, const char *text)
{
    return say(fd, text, strlen(text));
}

static void say_for_ever(int fd, const char *text)
{
    while (say_text(fd, text))
        continue;
}

static void say_body_for_ever(int fd)
{
    static char chunk[16 * 1024];
    memset(chunk, 'x', sizeof chunk);
    while (say(fd, chunk, sizeof chunk))
        continue;
}

static void drip(int fd)
{
    struct timespec pause = {0, 100 * 1000 * 1000};
    while (say_text(fd, "x"))
        nanosleep(&pause, NULL);
}

/* `size` zero bytes in gzip. */
static void say_zeros(int fd, size_t size)
{
    static unsigned char zeros[64 * 1024], packed[64 * 1024];
    z_stream stream = {.zalloc = NULL};
    if (deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        return;
    int result = Z_OK;
    bool open = true;
    while (result != Z_STREAM_END && open) {
        if (stream.avail_in == 0 && size > 0) {
            stream.next_in = zeros;
            stream.avail_in = (uInt)(size < sizeof zeros ? size : sizeof zeros);
            size -= stream.avail_in;
        }
        stream.next_out = packed;
        stream.avail_out = sizeof packed;
        result = deflate(&stream, size > 0 ? Z_NO_FLUSH : Z_FINISH);
        const void *bytes = packed;
        open = say(fd, bytes, sizeof packed - stream.avail_out);
    }
    deflateEnd(&stream);
}

static const char ok[] = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n";

static const struct {
    const char *path, *answer;
} plain[] = {
    {"/ok", "HTTP/1.1 200 OK\r\nContent-Type: Text/HTML; charset=\"UTF-8\"\r\n"
            "Content-Disposition: inline; filename=\"../a b.html\"\r\nContent-Language: de, en\r\n"
            "Set-Cookie: a=b\r\nContent-Length: 5\r\n\r\nhello"},
    {"/chunked", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                 "3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\nX-Trailer: y\r\nContent-Type: image/png\r\n"
                 "HTTP/1.1 404: y\r\n\r\n"},
    {"/empty", "HTTP/1.1 204 No Content\r\n\r\n"},
    {"/interim", "HTTP/1.1 103 Early Hints\r\nLocation: /wrong\r\n\r\n"
                 "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"},
    {"/404", "HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\ngone"},
    {"/404-large", "HTTP/1.1 404 Not Found\r\nContent-Length: 99999999999\r\n\r\ngone"},
    {"/401", "HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n"},
    {"/403", "HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n"},
    {"/410", "HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n"},
    {"/418", "HTTP/1.1 418 Teapot\r\nContent-Length: 0\r\n\r\n"},
    {"/429", "HTTP/1.1 429 No\r\nRetry-After: 5\r\nContent-Length: 0\r\n\r\n"},
    {"/500", "HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"},
    {"/503", "HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n"},
    {"/304", "HTTP/1.1 304 Not Modified\r\n\r\n"},
    {"/metadata", "HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/latest\r\n"
                  "Content-Length: 4\r\n\r\nbody"},
    {"/relative", "HTTP/1.1 301 Moved\r\nLocation: ../x y?z#f\r\nContent-Length: 0\r\n\r\n"},
    {"/slashes", "HTTP/1.1 307 Moved\r\nLocation: //169.254.169.254/x\r\n\r\n"},
    {"/to-file", "HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\n\r\n"},
    {"/to-user", "HTTP/1.1 302 Found\r\nLocation: http://u:p@127.0.0.1/\r\n\r\n"},
    {"/no-location", "HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n"},
    {"/http09", "just a text without a head\n"},
    {"/nothing", ""},
    {"/declared", "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\nx"},
    {"/cut", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf of it"},
    {"/cut-chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n64\r\nhalf of it"},
    {"/cut-head", "HTTP/1.1 200 OK\r\nContent-Le"},
    {"/bad-gzip", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 7\r\n\r\nno gzip"},
};

static void answer_odd(int fd, const char *path)
{
    if (strcmp(path, "/endless") == 0 && say_text(fd, ok))
        say_body_for_ever(fd);
    if (strcmp(path, "/endless-404") == 0 && say_text(fd, "HTTP/1.1 404 No\r\n\r\n"))
        say_body_for_ever(fd);
    if (strcmp(path, "/endless-head") == 0 && say_text(fd, "HTTP/1.1 200 OK\r\n"))
        say_for_ever(fd, "X: y\r\n");
    if (strcmp(path, "/endless-line") == 0 && say_text(fd, "HTTP/1.1 200 OK\r\nX: "))
        say_body_for_ever(fd);
    if (strcmp(path, "/endless-interim") == 0)
        say_for_ever(fd, "HTTP/1.1 103 Early Hints\r\nX: y\r\n\r\n");
    if (strcmp(path, "/endless-trailers") == 0 &&
        say_text(fd, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n"))
        say_for_ever(fd, "X: y\r\n");
    if (strcmp(path, "/drip") == 0 && say_text(fd, ok))
        drip(fd);
    if (strcmp(path, "/hang-302") == 0 &&
        say_text(fd, "HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 100\r\n\r\n"))
        drip(fd);
    if (strcmp(path, "/gzip") == 0 &&
        say_text(fd, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n"))
        say_zeros(fd, 1000);
    if (strcmp(path, "/bomb") == 0 &&
        say_text(fd, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n"))
        say_zeros(fd, 300u * 1024 * 1024);
}

/* A head of so many fields, each `len` bytes long, and a page. */
static void say_head(int fd, int fields, size_t len)
{
    char field[16 * 1024];
    memset(field, 'x', len);
    memcpy(field, "X:", 2);
    memcpy(field + len - 2, "\r\n", 2);
    say_text(fd, "HTTP/1.1 200 OK\r\n");
    while (fields-- > 0)
        say(fd, field, len);
    say_text(fd, "\r\nhello");
}

static void serve(int fd, struct fake_seen *seen)
{
    size_t len = 0;
    char path[64] = "";
    ssize_t got;
    memset(seen->request, 0, sizeof seen->request);
    /* The first byte of a TLS connection is 22, which no request begins with. */
    while (len + 1 < sizeof seen->request && !strstr(seen->request, "\r\n\r\n") &&
           seen->request[0] != 22 &&
           (got = recv(fd, seen->request + len, sizeof seen->request - 1 - len, 0)) > 0)
        len += (size_t)got;
    if (seen->request[0] == 22)
        say_text(fd, "this is no TLS\r\n");
    sscanf(seen->request, "GET %63s", path);
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        if (strcmp(path, plain[i].path) == 0)
            say_text(fd, plain[i].answer);
    if (strcmp(path, "/head-198") == 0)
        say_head(fd, 198, 8);
    if (strcmp(path, "/head-199") == 0)
        say_head(fd, 199, 8);
    if (strcmp(path, "/head-60k") == 0)
        say_head(fd, 6, 10 * 1024);
    if (strcmp(path, "/head-70k") == 0)
        say_head(fd, 7, 10 * 1024);
    answer_odd(fd, path);
}

static void serve_all(int listener, struct fake_seen *seen)
{
    signal(SIGPIPE, SIG_IGN);
    for (;;) {
        int fd = accept(listener, NULL, NULL);
        if (fd < 0)
            continue;
        __atomic_add_fetch(&seen->accepts, 1, __ATOMIC_SEQ_CST);
        serve(fd, seen);
        shutdown(fd, SHUT_WR);
        close(fd);
    }
}

bool fake_http_start(struct fake_http *fake)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t len = sizeof address;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    fake->seen =
        mmap(NULL, sizeof *fake->seen, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (listener < 0 || fake->seen == MAP_FAILED ||
        bind(listener, (struct sockaddr *)&address, len) != 0 || listen(listener, 16) != 0 ||
        getsockname(listener, (struct sockaddr *)&address, &len) != 0)
        return false;
    fake->port = ntohs(address.sin_port);
    fake->pid = fake_fork();
    if (fake->pid == 0)
        serve_all(listener, fake->seen);
    close(listener);
    return fake->pid > 0;
}

void fake_http_stop(struct fake_http *fake)
{
    kill(fake->pid, SIGKILL);
    waitpid(fake->pid, NULL, 0);
    munmap(fake->seen, sizeof *fake->seen);
}
