/* SPDX-License-Identifier: ISC */
/* imap_fixture: mails of the fake server's INBOX, what it heard, and sessions that it must refuse. */
#ifndef WWW4MAIL_TEST_UNIT_IMAP_FIXTURE_H
#define WWW4MAIL_TEST_UNIT_IMAP_FIXTURE_H

#include "test/unit/fake_imap.h"

static inline struct message_key key_of(const char *uid)
{
    return (struct message_key){.mailbox = "INBOX", .uidvalidity = 77, .uid = uid};
}

static inline enum module_result settle(struct fixture *fixture, const char *uid,
                                        enum message_outcome outcome)
{
    struct message_key key = key_of(uid);
    return www4mail_module.mailbox->settle(&fixture->call, fixture->state, &key, outcome);
}

static inline void assert_heard(const struct fake_imap *fake, const char *words)
{
    if (!fake_imap_heard(fake, words))
        fail_msg("\"%s\" was not sent:\n%s", words, fake->log);
}

static inline void assert_unheard(const struct fake_imap *fake, const char *words)
{
    if (fake_imap_heard(fake, words))
        fail_msg("\"%s\" was sent:\n%s", words, fake->log);
}

/* Opens against `fake`, which must fail with this fault. */
static inline void assert_refused(struct fixture *fixture, struct fake_imap *fake,
                                  enum fault_code code, const char *words)
{
    fake_imap_start(fake, fixture);
    assert_int_not_equal(box_open(fixture), MODULE_OK);
    assert_null(fixture->state);
    assert_null(fixture->fault.asker);
    assert_fault(fixture, code, words);
}

#endif
