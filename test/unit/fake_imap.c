/* SPDX-License-Identifier: ISC */
/* An IMAP server by rules: one session after the other, in a child of the test. */
#include "test/unit/fake_imap.h"
#include "test/unit/fake_fork.h"

#include <arpa/inet.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>

enum { LOG_BYTES = 256 * 1024, LINE_BYTES = 16 * 1024 };

static const struct fake_rule ordinary[] = {
    {.command = "CAPABILITY",
     .answer = "* CAPABILITY IMAP4rev1 UIDPLUS MOVE QUOTA NAMESPACE\r\n@ OK done\r\n"},
    {.command = "LOGIN", .answer = "@ OK welcome\r\n"},
    {.command = "SELECT",
     .answer = "* FLAGS (\\Seen \\Deleted)\r\n* 3 EXISTS\r\n* 0 RECENT\r\n"
               "* OK [UIDVALIDITY 77] valid\r\n* OK [UIDNEXT 10] next\r\n"
               "* OK [PERMANENTFLAGS (\\Seen \\Deleted \\*)] kept\r\n@ OK [READ-WRITE] done\r\n"},
    {.command = "UID SEARCH", .answer = "* SEARCH 9 5 7\r\n@ OK done\r\n"},
    {.command = "UID FETCH 5,7,9 (UID RFC822.SIZE)",
     .answer = "* 1 FETCH (UID 5 RFC822.SIZE 26)\r\n* 2 FETCH (RFC822.SIZE 30 UID 7)\r\n"
               "* 3 FETCH (UID 9 RFC822.SIZE 40)\r\n@ OK done\r\n"},
    {.command = "UID FETCH 5 (UID RFC822.SIZE BODY.PEEK[HEADER]<0.",
     .answer = "* 1 FETCH (UID 5 RFC822.SIZE 26 BODY[HEADER]<0> {14}\r\nSubject: GET\r\n)\r\n@ OK "
               "done\r\n"},
    {.command = "UID FETCH 5 (UID RFC822.SIZE BODY.PEEK[]<0.",
     .answer = "* 2 FETCH (FLAGS (\\Seen))\r\n* 1 FETCH (UID 5 RFC822.SIZE 26 BODY[]<0> "
               "{26}\r\nSubject: GET\r\n\r\nhello.\r\n\r\n)\r\n@ OK done\r\n"},
    {.command = "UID FETCH 7 (UID)", .answer = "* 2 FETCH (UID 7)\r\n@ OK done\r\n"},
    {.command = "GETQUOTAROOT",
     .answer = "* QUOTAROOT INBOX \"a (b\"\r\n* QUOTA \"a (b\" (MESSAGE 3 9 STORAGE 5000000000 "
               "17179869184)\r\n@ OK done\r\n"},
    {.command = "NAMESPACE", .answer = "* NAMESPACE ((\"\" \"/\")) NIL NIL\r\n@ OK done\r\n"},
    {.command = "LOGOUT", .answer = "* BYE see you\r\n@ OK done\r\n", .then = FAKE_CUT},
    {.command = "", .answer = "@ OK done\r\n"},
};

struct fake_imap fake_imap_new(void)
{
    return (struct fake_imap){
        .greeting = "* OK ready\r\n", .stop_after = -1, .sessions = 1, .pid = -1};
}

void fake_imap_rule(struct fake_imap *fake, const char *command, const char *answer, int times,
                    enum fake_then then)
{
    assert_true(fake->rule_count < sizeof fake->rules / sizeof *fake->rules);
    fake->rules[fake->rule_count++] = (struct fake_rule){command, answer, times, then};
}

/* ---- in the child ---- */

static bool put(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t done = send(fd, bytes, len, MSG_NOSIGNAL);
        if (done <= 0)
            return false;
        bytes += done;
        len -= (size_t)done;
    }
    return true;
}

static void hear(struct fake_imap *fake, const char *text)
{
    size_t len = strlen(fake->log);
    snprintf(fake->log + len, LOG_BYTES - len, "%s\n", text);
}

/* A line without its CRLF behind what `line` has; literals are asked for and taken in. */
static bool get_line(int fd, char *line, size_t len)
{
    for (; len + 1 < LINE_BYTES; len++) {
        if (recv(fd, line + len, 1, 0) != 1)
            return false;
        if (line[len] != '\n')
            continue;
        if (len > 0 && line[len - 1] == '\r')
            len--;
        line[len] = '\0';
        char *brace = strrchr(line, '{');
        if (!brace || len == 0 || line[len - 1] != '}')
            return true;
        size_t size = strtoul(brace + 1, NULL, 10);
        if (size + len + 1 >= LINE_BYTES || !put(fd, "+ go on\r\n", 9) ||
            recv(fd, line + len, size, MSG_WAITALL) != (ssize_t)size)
            return false;
        return get_line(fd, line, len + size);
    }
    return false;
}

static bool answer(int fd, const char *text, const char *tag)
{
    struct buffer out;
    buffer_init(&out, 1 << 20);
    for (const char *at = text; *at; at++)
        if (*at == '@')
            buffer_add_text(&out, tag);
        else
            buffer_add_byte(&out, *at);
    bool ok = !out.failed && put(fd, out.at ? out.at : "", out.len);
    buffer_free(&out);
    return ok;
}

static struct fake_rule *find_rule(struct fake_imap *fake, const char *command,
                                   struct fake_rule *copy)
{
    for (size_t i = 0; i < fake->rule_count; i++) {
        struct fake_rule *rule = &fake->rules[i];
        if (rule->times < 0 || strncmp(command, rule->command, strlen(rule->command)) != 0)
            continue;
        if (rule->times > 0 && --rule->times == 0)
            rule->times = -1;
        return rule;
    }
    size_t i = 0;
    while (strncmp(command, ordinary[i].command, strlen(ordinary[i].command)) != 0)
        i++;
    *copy = ordinary[i];
    return copy;
}

static bool then_what(int fd, const struct fake_rule *rule, const char *tag)
{
    char rest[256];
    switch (rule->then) {
    case FAKE_FLOOD:
        while (answer(fd, rule->answer, tag))
            ;
        return false;
    case FAKE_HANG:
        while (recv(fd, rest, sizeof rest, 0) > 0)
            ;
        return false;
    case FAKE_CUT:
        return false;
    default:
        return true;
    }
}

static bool serve_command(struct fake_imap *fake, int fd, char *line)
{
    struct fake_rule copy;
    hear(fake, line);
    char *space = strchr(line, ' ');
    if (!space)
        return false;
    *space = '\0';
    struct fake_rule *rule = find_rule(fake, space + 1, &copy);
    return answer(fd, rule->answer, line) && then_what(fd, rule, line);
}

static void serve(struct fake_imap *fake, int fd)
{
    char line[LINE_BYTES];
    struct fake_rule stop = {.answer = "", .then = fake->stop};
    bool go_on = fake->stop_after != 0 && put(fd, fake->greeting, strlen(fake->greeting));
    for (int count = 1; go_on && get_line(fd, line, 0); count++) {
        if (count == fake->stop_after)
            hear(fake, line);
        go_on = count != fake->stop_after && serve_command(fake, fd, line);
    }
    if (fake->stop_after >= 0)
        then_what(fd, &stop, "");
}

static void run(struct fake_imap *fake, int listener)
{
    for (int i = 0; i < fake->sessions; i++) {
        int fd = accept(listener, NULL, NULL);
        if (fd < 0)
            _exit(1);
        serve(fake, fd);
        close(fd);
        hear(fake, "-- end of session");
    }
    _exit(0);
}

/* ---- in the test ---- */

static void point_settings(struct fake_imap *fake, struct fixture *fixture)
{
    const struct setting defaults[] = {
        {.key = "host", .value = "127.0.0.1"},    {.key = "port", .value = fake->port},
        {.key = "tls", .value = "none"},          {.key = "user", .value = "agent"},
        {.key = "password", .value = "se\"cret"}, {.key = "auth", .value = "login"},
        {.key = "folder", .value = "INBOX"},      {.key = "done.flag", .value = "$Done"},
        {.key = "done.move", .value = ""},        {.key = "done.delete", .value = "no"},
    };
    memcpy(fake->defaults, defaults, sizeof defaults);
    fake->default_settings =
        (struct settings){.settings = fake->defaults, .count = sizeof defaults / sizeof *defaults};
    fixture->call.defaults = &fake->default_settings;
}

void fake_imap_start(struct fake_imap *fake, struct fixture *fixture)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(listener >= 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&address, len), 0);
    assert_int_equal(listen(listener, 4), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &len), 0);
    snprintf(fake->port, sizeof fake->port, "%u", (unsigned)ntohs(address.sin_port));
    fake->log = mmap(NULL, LOG_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(fake->log != MAP_FAILED);
    point_settings(fake, fixture);
    fake->pid = fake_fork();
    assert_true(fake->pid >= 0);
    if (fake->pid == 0)
        run(fake, listener);
    close(listener);
}

void fake_imap_stop(struct fake_imap *fake)
{
    kill(fake->pid, SIGKILL);
    waitpid(fake->pid, NULL, 0);
    munmap(fake->log, LOG_BYTES);
    fake->pid = -1;
}

bool fake_imap_heard(const struct fake_imap *fake, const char *words)
{
    return strstr(fake->log, words) != NULL;
}
