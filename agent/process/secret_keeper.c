/* SPDX-License-Identifier: ISC */
/* One byte there, one answer back: a password, or why there is none. */
#include "agent/process/secret_keeper.h"

#include "agent/base/log.h"
#include "agent/base/sandbox.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

enum { SIDES = 2, SLACK_MS = 5000 };

struct answer {
    uint32_t code; /* FAULT_OK: the text is the password */
    char text[SECRET_BYTES_MAX + 1];
};

/* ---- the keeper ---- */

static void answer_one(struct secret *secret, int channel)
{
    struct answer answer = {0};
    struct fault fault = FAULT_INIT;
    const char *text = secret_ask(secret, &fault);
    if (!text)
        text = fault.operator? fault.operator: "no reason given";
    answer.code = fault.code;
    memcpy(answer.text, text, strnlen(text, sizeof answer.text - 1));
    secret_wipe(secret);
    fault_clear(&fault);
    while (send(channel, &answer, sizeof answer, MSG_NOSIGNAL) < 0 && errno == EINTR)
        continue;
    explicit_bzero(&answer, sizeof answer);
}

static _Noreturn void keep(const struct account *account, int channel)
{
    static const int patient[] = {SIGINT, SIGTERM, SIGHUP}; /* it ends with its mail process */
    struct secret secrets[SIDES];
    unsigned char number;
    ssize_t got;
    for (size_t i = 0; i < sizeof patient / sizeof *patient; i++)
        signal(patient[i], SIG_IGN);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    log_set_salt("", 0);
    secret_init(&secrets[0], &account->mailbox.secret, account->name, "mailbox");
    secret_init(&secrets[1], &account->submission.secret, account->name, "submission");
    if (!sandbox_close_all_but(&channel, 1))
        _exit(EX_OSERR);
    while ((got = recv(channel, &number, 1, 0)) == 1 || (got < 0 && errno == EINTR))
        if (got == 1 && number < SIDES)
            answer_one(&secrets[number], channel);
    _exit(EX_OK);
}

/* ---- the mail process ---- */

bool secret_keeper_open(struct secret_keeper *keeper, const struct account *account,
                        struct fault *fault)
{
    int ends[2];
    *keeper = (struct secret_keeper){.channel = -1};
    if (!account->mailbox.secret.key && !account->submission.secret.key)
        return true;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
        return fault_set(fault, FAULT_IO, NULL, "socketpair: %s", strerror(errno));
    keeper->pid = fork();
    if (keeper->pid == 0)
        keep(account, ends[1]);
    close(ends[1]);
    if (keeper->pid < 0) {
        keeper->pid = 0;
        close(ends[0]);
        return fault_set(fault, FAULT_IO, NULL, "fork: %s", strerror(errno));
    }
    keeper->channel = ends[0];
    return true;
}

void secret_keeper_serves(const struct secret_keeper *keeper, unsigned char number,
                          struct secret *secret)
{
    secret->keeper = keeper->channel;
    secret->number = number;
}

void secret_keeper_close(struct secret_keeper *keeper)
{
    if (keeper->pid == 0)
        return;
    close(keeper->channel);
    kill(keeper->pid, SIGKILL); /* it holds nothing */
    while (waitpid(keeper->pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    *keeper = (struct secret_keeper){.channel = -1};
}

static bool exchange(const struct secret *secret, struct answer *answer)
{
    struct pollfd wanted = {.fd = secret->keeper, .events = POLLIN};
    ssize_t got;
    do
        got = send(secret->keeper, &secret->number, 1, MSG_NOSIGNAL);
    while (got < 0 && errno == EINTR);
    if (got != 1)
        return false;
    do
        got = poll(&wanted, 1, (int)secret->limit_ms + SLACK_MS);
    while (got < 0 && errno == EINTR);
    if (got <= 0) {
        /* An answer that comes after all would be taken for that of the next question. */
        shutdown(secret->keeper, SHUT_RDWR);
        return false;
    }
    do
        got = recv(secret->keeper, answer, sizeof *answer, 0);
    while (got < 0 && errno == EINTR);
    return got == (ssize_t)sizeof *answer;
}

bool secret_keeper_ask(struct secret *secret, struct fault *fault)
{
    struct answer answer = {0};
    bool came = exchange(secret, &answer), answered = answer.code == FAULT_OK;
    if (!came)
        fault_set(fault, FAULT_SECRET, NULL,
                  "%s: the process that asks for passwords has died, or hangs", secret->whose);
    else if (!answered)
        fault_set(fault, (enum fault_code)answer.code, NULL, "%s", answer.text);
    else
        memcpy(secret->text, answer.text, sizeof secret->text);
    explicit_bzero(&answer, sizeof answer);
    secret->text[sizeof secret->text - 1] = '\0';
    return came && answered;
}
