/* SPDX-License-Identifier: ISC */
/* Claiming: a mail is kept with all its bytes before anything else is done about it. */
#include "agent/base/clock.h"
#include "agent/base/file.h"
#include "agent/ledger/sqlite.h"

#include <errno.h>
#include <string.h>

#define KEY_VALUES(key)                                                                            \
    TEXT((key)->account), TEXT((key)->mailbox), NUMBER((key)->uidvalidity), TEXT((key)->uid)

static enum ledger_result find_key(struct ledger *ledger, const struct message_key *key)
{
    int64_t mail;
    return sqlite_number(ledger, MAIL_KNOWN, VALUES(KEY_VALUES(key)), &mail);
}

enum ledger_result ledger_known(struct ledger *ledger, const struct message_key *key)
{
    enum ledger_result result = sqlite_begin_read(ledger);
    if (result == LEDGER_OK)
        result = find_key(ledger, key);
    return sqlite_end(ledger, result);
}

/* Do these bytes stand here under another uidvalidity?  OK or NONE. */
static enum ledger_result find_bytes(struct ledger *ledger, const struct message_key *key,
                                     struct span hash, int64_t *mail_out)
{
    return sqlite_number(
        ledger, MAIL_SAME_BYTES,
        VALUES(TEXT(key->account), TEXT(key->mailbox), NUMBER(key->uidvalidity), BYTES(hash)),
        mail_out);
}

/*
 * The mailbox numbered its mails anew: a known one goes by its new number from now on, so that it
 * can still be settled, and so that no number of such changes makes the ledger grow.
 */
static enum ledger_result follow(struct ledger *ledger, int64_t mail, const struct message_key *key)
{
    enum ledger_result result = sqlite_run(
        ledger, MAIL_MOVED, VALUES(NUMBER(mail), NUMBER(key->uidvalidity), TEXT(key->uid)));
    return result == LEDGER_OK ? LEDGER_ALREADY : result;
}

static enum ledger_result add_mail(struct ledger *ledger, const struct ledger_mail *mail,
                                   struct span hash, int64_t *mail_out)
{
    enum ledger_result result = sqlite_run(
        ledger, MAIL_ADD, VALUES(KEY_VALUES(&mail->key), NUMBER((int64_t)mail->size), BYTES(hash)));
    *mail_out = sqlite3_last_insert_rowid(ledger->db);
    return result;
}

static enum ledger_result add_bytes(struct ledger *ledger, const struct ledger_mail *mail,
                                    int64_t row, int64_t size)
{
    const struct value bytes = mail->fd < 0 ? (struct value)NOTHING : (struct value)ZEROS(size);
    enum ledger_result result =
        sqlite_run(ledger, MAIL_ADD_BYTES, VALUES(NUMBER(row), BYTES(mail->headers), bytes));
    if (result == LEDGER_OK && size > 0)
        result = sqlite_write_bytes(ledger, "mail_bytes", row, mail->fd, 0, (uint64_t)size);
    return result;
}

static enum ledger_result claim(struct ledger *ledger, const struct ledger_mail *mail,
                                struct span hash, int64_t size, int64_t *job_out)
{
    int64_t row;
    enum ledger_result result = find_key(ledger, &mail->key);
    if (result != LEDGER_NONE)
        return result == LEDGER_OK ? LEDGER_ALREADY : result;
    result = find_bytes(ledger, &mail->key, hash, &row);
    if (result == LEDGER_OK)
        return follow(ledger, row, &mail->key);
    if (result != LEDGER_NONE)
        return result;
    result = add_mail(ledger, mail, hash, &row);
    if (result == LEDGER_OK)
        result = add_bytes(ledger, mail, row, size);
    if (result == LEDGER_OK)
        result = sqlite_run(ledger, JOB_ADD,
                            VALUES(NUMBER(row), TEXT(mail->key.account), NUMBER(clock_now())));
    *job_out = sqlite3_last_insert_rowid(ledger->db);
    if (result == LEDGER_OK && mail->poison)
        result = sqlite_run(ledger, JOB_POISON, VALUES(NUMBER(*job_out), TEXT(mail->poison)));
    return result;
}

/* The hash is taken before the lock: reading a large mail must not keep others waiting. */
enum ledger_result ledger_claim(struct ledger *ledger, const struct ledger_mail *mail,
                                int64_t *job_out)
{
    struct hash hash;
    int64_t size = mail->fd < 0 ? 0 : file_size(mail->fd);
    *job_out = 0;
    fault_clear(&ledger->fault);
    if (mail->fd < 0) {
        hash = hash_sha256(mail->headers);
    } else if (size < 0 || !hash_sha256_fd(mail->fd, &hash)) {
        fault_set(&ledger->fault, FAULT_IO, NULL, "mail %s of %s/%s cannot be read: %s",
                  mail->key.uid, mail->key.account, mail->key.mailbox, strerror(errno));
        return LEDGER_ERROR;
    }
    enum ledger_result result = sqlite_begin(ledger);
    if (result == LEDGER_OK)
        result =
            claim(ledger, mail, (struct span){(const char *)hash.bytes, HASH_BYTES}, size, job_out);
    result = sqlite_end(ledger, result);
    if (result != LEDGER_OK)
        *job_out = 0;
    return result;
}
