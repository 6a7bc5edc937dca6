/* SPDX-License-Identifier: ISC */
/*
 * fake_imap: an IMAP server that answers by rules, in a child of the test, on 127.0.0.1.  What the
 * client sent is kept for the test to read.
 */
#ifndef WWW4MAIL_TEST_UNIT_FAKE_IMAP_H
#define WWW4MAIL_TEST_UNIT_FAKE_IMAP_H

#include "test/unit/mailbox_fixture.h"

#include <sys/types.h>

enum fake_then { FAKE_GO_ON, FAKE_CUT, FAKE_HANG, FAKE_FLOOD };

/* A command that begins with `command` (behind its tag) is answered with `answer`, each `@` in it
 * being the tag.  `times` 0: always; else so many times. */
struct fake_rule {
    const char *command, *answer;
    int times;
    enum fake_then then; /* FLOOD: the answer for ever */
};

struct fake_imap {
    const char *greeting;
    struct fake_rule
        rules[24]; /* the first that fits wins; then come rules of an ordinary server */
    size_t rule_count;
    int stop_after; /* commands, then `stop`; -1 never */
    enum fake_then stop;
    int sessions; /* to be served; then the server ends */
    /* while it runs */
    pid_t pid;
    char port[8];
    char *log; /* shared memory: lines, CRLF as LF */
    struct setting defaults[16];
    struct settings default_settings;
};

/* An ordinary server with the mails 5, 7 and 9; not started. */
struct fake_imap fake_imap_new(void);
void fake_imap_rule(struct fake_imap *fake, const char *command, const char *answer, int times,
                    enum fake_then then);

/* Starts it and points the fixture's settings at it. */
void fake_imap_start(struct fake_imap *fake, struct fixture *fixture);

/* Waits for its end, or ends it when it hangs. */
void fake_imap_stop(struct fake_imap *fake);

bool fake_imap_heard(const struct fake_imap *fake, const char *words);

#endif
