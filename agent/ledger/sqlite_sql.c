/* SPDX-License-Identifier: ISC */
/*
 * The text of every statement.  Where a partial index is what keeps a statement fast, INDEXED BY
 * makes that a condition: without the index it is not prepared at all.
 */
#include "agent/ledger/sqlite.h"

#define OWED_STATES "('ready', 'submitting', 'in_doubt')"
#define LIVE_STATES "('claimed', 'taken', 'answered')"
#define ENDED_STATES "('answered', 'dropped', 'poison')"
#define NOTHING_OWED                                                                               \
    "NOT EXISTS (SELECT 1 FROM part WHERE part.job = job.id AND part.state IN " OWED_STATES ")"
#define MEMORY_OWED "EXISTS (SELECT 1 FROM job WHERE job.id = memory.job AND job.settled_at = 0)"
#define NO_OWNER "token = 0, owner_pid = 0, owner_start = 0, owner_boot = ''"
#define SET_SETTLED                                                                                \
    "UPDATE job SET settled_at = ?2,"                                                              \
    " state = CASE state WHEN 'answered' THEN 'settled' ELSE state END"                            \
    " WHERE id = ?1 AND settled_at = 0 AND state IN " ENDED_STATES " AND " NOTHING_OWED
/* The oldest that was never put off, and what fell due first of the rest: two steps into an index,
 * however many wait for their time. */
#define DUE_NOW " WHERE state = 'claimed' AND crashes < 2 AND not_before = 0"
#define DUE_LATER " WHERE state = 'claimed' AND crashes < 2 AND not_before BETWEEN 1 AND ?1"
#define PART_READY                                                                                 \
    "SELECT id FROM part INDEXED BY part_due WHERE account = ?1 AND state = 'ready' AND"
#define LIST_COLUMNS                                                                               \
    "SELECT job.id, job.account, mail.uid, job.state, job.rule, job.created_at, job.not_before,"   \
    " job.attempts, (SELECT count(*) FROM part WHERE part.job = job.id),"                          \
    " (SELECT count(*) FROM part WHERE part.job = job.id AND part.state = 'accepted'), mail.size"  \
    " FROM job CROSS JOIN mail ON mail.id = job.mail"
#define DOUBT_COLUMNS                                                                              \
    "SELECT id, job, in_doubt_since, not_before, tries, looks, resent, account, message_id,"       \
    " recipient, answer,"                                                                          \
    " (SELECT length(bytes) FROM part_bytes WHERE part_bytes.part = part.id)"                      \
    " FROM part INDEXED BY part_doubt WHERE state = 'in_doubt'"

// clang-format off
static const char *const texts[STATEMENT_COUNT] = {
    [ROLLBACK] = "ROLLBACK",

    [MAIL_KNOWN] =
        "SELECT id FROM mail"
        " WHERE account = ?1 AND mailbox = ?2 AND uidvalidity = ?3 AND uid = ?4",
    [MAIL_SAME_BYTES] =
        "SELECT id FROM mail INDEXED BY mail_hash"
        " WHERE hash = ?4 AND account = ?1 AND mailbox = ?2 AND uidvalidity <> ?3 LIMIT 1",
    [MAIL_MOVED] =
        "UPDATE mail SET uidvalidity = ?2, uid = ?3 WHERE id = ?1",
    [MAIL_ADD] =
        "INSERT INTO mail (account, mailbox, uidvalidity, uid, size, hash)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    [MAIL_ADD_BYTES] =
        "INSERT INTO mail_bytes (mail, headers, bytes) VALUES (?1, ?2, ?3)",
    [JOB_ADD] =
        "INSERT INTO job (mail, account, created_at) VALUES (?1, ?2, ?3)",

    [TOKEN_NEXT] =
        "UPDATE number SET value = value + 1 WHERE name = 'token' RETURNING value",
    [JOB_DUE] =
        "SELECT min(id) FROM (SELECT * FROM (SELECT id FROM job INDEXED BY job_due" DUE_NOW
        " ORDER BY id LIMIT 1) UNION ALL SELECT * FROM (SELECT id FROM job INDEXED BY job_due"
        DUE_LATER " ORDER BY not_before, id LIMIT 1))",
    [JOB_DUE_OF_ACCOUNT] =
        "SELECT min(id) FROM (SELECT * FROM (SELECT id FROM job INDEXED BY job_due_of_account"
        DUE_NOW " AND account = ?2 ORDER BY id LIMIT 1) UNION ALL SELECT * FROM"
        " (SELECT id FROM job INDEXED BY job_due_of_account" DUE_LATER
        " AND account = ?2 ORDER BY not_before, id LIMIT 1))",
    [JOB_DUE_ALONE] =
        "SELECT id FROM job INDEXED BY job_due_alone WHERE state = 'claimed' AND crashes >= 2"
        " AND not_before <= ?1 AND (?2 IS NULL OR account = ?2) ORDER BY id LIMIT 1",
    [JOB_TAKE] =
        "UPDATE job SET state = 'taken', attempts = attempts + 1, token = ?2,"
        " owner_pid = ?3, owner_start = ?4, owner_boot = ?5 WHERE id = ?1",
    [JOB_READ] =
        "SELECT job.token, job.attempts, job.crashes, job.crash_module, job.created_at, job.target,"
        " mail.account, mail.mailbox, mail.uidvalidity, mail.uid, mail.size, mail.hash,"
        " mail_bytes.headers FROM job CROSS JOIN mail ON mail.id = job.mail"
        " LEFT JOIN mail_bytes ON mail_bytes.mail = job.mail WHERE job.id = ?1",
    [JOB_MAIL] =
        "SELECT mail FROM job WHERE id = ?1",
    [JOB_ANSWERED] =
        "UPDATE job SET state = 'answered', " NO_OWNER
        " WHERE id = ?1 AND token = ?2 AND state = 'taken'",
    [JOB_DROP] =
        "UPDATE job SET state = 'dropped', rule = ?3, " NO_OWNER
        " WHERE id = ?1 AND token = ?2 AND state = 'taken'",
    [JOB_RETRY] =
        "UPDATE job SET state = 'claimed', not_before = ?3, " NO_OWNER
        " WHERE id = ?1 AND token = ?2 AND state = 'taken'",
    [JOB_POISON] =
        "UPDATE job SET state = 'poison', rule = CASE state WHEN 'poison' THEN rule ELSE ?2 END, "
        NO_OWNER " WHERE id = ?1 AND settled_at = 0",
    [JOB_SPAWN] =
        "INSERT INTO job (mail, account, parent, n, target, created_at, not_before)"
        " SELECT mail, account, id, ?2, ?3, ?4, ?5 FROM job WHERE id = ?1"
        " ON CONFLICT (parent, n) DO NOTHING",
    [JOB_HELD] =
        "SELECT id FROM job WHERE id = ?1 AND token = ?2 AND state = 'taken'",

    [PART_ADD] =
        "INSERT INTO part (job, n, account, message_id, sender, recipient)"
        " SELECT id, ?2, account, ?3, ?4, ?5 FROM job WHERE id = ?1",
    [PART_ADD_BYTES] =
        "INSERT INTO part_bytes (part, bytes) VALUES (?1, ?2)",
    [PART_NEXT] =
        "SELECT id, job, tries, in_doubt_since, message_id, sender, recipient FROM part"
        " WHERE id = (SELECT min(id) FROM (SELECT * FROM (" PART_READY
        " not_before = 0 ORDER BY id LIMIT 1) UNION ALL SELECT * FROM (" PART_READY
        " not_before BETWEEN 1 AND ?2 ORDER BY not_before, id LIMIT 1)))",
    [PART_SUBMITTING] =
        "UPDATE part SET state = 'submitting', tries = tries + 1, token = ?3,"
        " owner_pid = ?4, owner_start = ?5, owner_boot = ?6"
        " WHERE id = ?1 AND tries = ?2 AND state = 'ready'",
    [PART_REPEATING] =
        "UPDATE part SET resent = 1 WHERE id = ?1 AND token = ?2 AND state = 'submitting'",
    [PART_FINAL] =
        "UPDATE part SET state = ?3, answer = ?4, " NO_OWNER
        " WHERE id = ?1 AND token = ?2 AND state = 'submitting'",
    [PART_AGAIN] =
        "UPDATE part SET state = 'ready', resent = 0, not_before = ?3, answer = ?4, " NO_OWNER
        " WHERE id = ?1 AND token = ?2 AND state = 'submitting'",
    [PART_IN_DOUBT] =
        "UPDATE part SET state = 'in_doubt', resent = in_doubt_since > 0, looks = 0,"
        " not_before = 0, in_doubt_since = ?3, answer = ?4, " NO_OWNER
        " WHERE id = ?1 AND token = ?2 AND state = 'submitting'",
    [PART_DOUBTS] =
        DOUBT_COLUMNS " AND (account, in_doubt_since, id) > (?2, ?3, ?4)"
        " ORDER BY account, in_doubt_since, id LIMIT ?1",
    [PART_DOUBTS_OF_ACCOUNT] =
        DOUBT_COLUMNS " AND account = ?2 AND in_doubt_since <= ?3"
        " AND not_before <= ?4"
        " ORDER BY in_doubt_since, id LIMIT ?1",
    [PART_RESOLVE] =
        "UPDATE part SET state = ?4, answer = ?5, not_before = 0 WHERE id = ?1"
        " AND state = 'in_doubt' AND tries = ?2 AND in_doubt_since = ?3",
    [PART_LOOKED] =
        "UPDATE part SET looks = looks + 1, not_before = ?4 WHERE id = ?1"
        " AND state = 'in_doubt' AND tries = ?2 AND in_doubt_since = ?3",
    [PART_OURS] =
        "SELECT id FROM part WHERE message_id = ?1",
    [SETTLE_LIST] =
        "SELECT job.id, job.state, mail.account, mail.mailbox, mail.uidvalidity, mail.uid"
        " FROM job INDEXED BY job_to_settle CROSS JOIN mail ON mail.id = job.mail"
        " WHERE job.account = ?1 AND job.settled_at = 0 AND job.state IN " ENDED_STATES
        " AND job.parent IS NULL AND " NOTHING_OWED " ORDER BY job.id LIMIT ?2",
    [SETTLE] = SET_SETTLED,
    [SETTLE_MEMORY] =
        "UPDATE memory SET expires = expires + ?2 - (SELECT created_at FROM job WHERE id = ?1)"
        " WHERE job = ?1 AND job > 0 AND expires > 0"
        " AND (SELECT created_at FROM job WHERE id = ?1) < ?2 - 86400",
    [SETTLE_SPAWNED] = SET_SETTLED " AND parent IS NOT NULL",

    [OWNER_OF_JOB] =
        "SELECT owner_pid, owner_start, owner_boot FROM job INDEXED BY job_owner"
        " WHERE state = 'taken' AND (owner_pid, owner_start, owner_boot) > (?1, ?2, ?3)"
        " ORDER BY owner_pid, owner_start, owner_boot LIMIT 1",
    [OWNER_OF_PART] =
        "SELECT owner_pid, owner_start, owner_boot FROM part INDEXED BY part_owner"
        " WHERE state = 'submitting' AND (owner_pid, owner_start, owner_boot) > (?1, ?2, ?3)"
        " ORDER BY owner_pid, owner_start, owner_boot LIMIT 1",
    [RECOVER_JOBS] =
        "UPDATE job INDEXED BY job_owner SET state = 'claimed', crashes = crashes + ?4,"
        " crash_module = CASE ?4 WHEN 0 THEN crash_module ELSE ?5 END,"
        " crash_stage = CASE ?4 WHEN 0 THEN crash_stage ELSE ?6 END, " NO_OWNER
        " WHERE state = 'taken' AND owner_pid = ?1 AND owner_start = ?2 AND owner_boot = ?3",
    [RECOVER_PARTS] =
        "UPDATE part INDEXED BY part_owner SET in_doubt_since = ?4, looks = 0, not_before = 0,"
        " state = CASE WHEN tries >= 6 AND in_doubt_since > 0 AND resent = 0 THEN 'never'"
        "  ELSE 'in_doubt' END, " NO_OWNER
        " WHERE state = 'submitting' AND owner_pid = ?1 AND owner_start = ?2 AND owner_boot = ?3",

    [COUNTER_ADD] =
        "INSERT INTO counter (who, kind, period, total) VALUES (?1, ?2, ?3, ?4)"
        " ON CONFLICT (who, kind, period) DO UPDATE SET total = total + ?4 RETURNING total",
    [COUNTER_READ] =
        "SELECT total FROM counter WHERE who = ?1 AND kind = ?2 AND period = ?3",
    [MEMORY_SET] =
        "INSERT INTO memory (kind, who, name, expires, value, job) VALUES (?1, ?2, ?3, ?4, ?5, ?6)"
        " ON CONFLICT (kind, who, name) DO UPDATE SET expires = ?4, value = ?5, job = ?6",
    [MEMORY_GET] =
        "SELECT value FROM memory WHERE kind = ?1 AND who = ?2 AND name = ?3"
        " AND (expires = 0 OR expires > ?4 OR " MEMORY_OWED ")",

    [COUNT_JOBS] =
        "SELECT state, count(*), sum(not_before <= ?2), min(not_before)"
        " FROM job INDEXED BY job_live WHERE state IN " LIVE_STATES
        " AND (?1 IS NULL OR account = ?1) GROUP BY state",
    [COUNT_PARTS] =
        "SELECT state, count(*), 0, min(not_before)"
        " FROM part INDEXED BY part_live WHERE state IN " OWED_STATES
        " AND (?1 IS NULL OR account = ?1) GROUP BY state",
    [COUNT_TOTALS] =
        "SELECT state, sum(count) FROM total WHERE ?1 IS NULL OR account = ?1 GROUP BY state",
    [WORK_OUTSTANDING] =
        "SELECT 1 WHERE EXISTS (SELECT 1 FROM job INDEXED BY job_live WHERE state = 'taken'"
        "  AND state IN " LIVE_STATES " AND account = ?1)"
        " OR EXISTS (SELECT 1 FROM job INDEXED BY job_live WHERE state = 'claimed'"
        "  AND state IN " LIVE_STATES " AND account = ?1 AND not_before <= ?2)",
    [LIST] = LIST_COLUMNS " ORDER BY job.id DESC LIMIT ?2",
    [LIST_OF_ACCOUNT] = LIST_COLUMNS " WHERE job.account = ?1 ORDER BY job.id DESC LIMIT ?2",

    [PURGE_OLD] =
        "SELECT id, mail FROM job INDEXED BY job_settled"
        " WHERE settled_at > 0 AND settled_at < ?1 ORDER BY settled_at, id LIMIT 1",
    [PURGE_OLDEST_KEPT] =
        "SELECT id, mail FROM job INDEXED BY job_kept"
        " WHERE settled_at > 0 AND kept = 1 ORDER BY settled_at, id LIMIT 1",
    [PURGE_PART_BYTES] =
        "DELETE FROM part_bytes WHERE part IN (SELECT id FROM part WHERE job = ?1)",
    [PURGE_PARTS] =
        "DELETE FROM part WHERE job = ?1",
    [PURGE_MAIL_BYTES] =
        "DELETE FROM mail_bytes WHERE mail = ?1"
        " AND NOT EXISTS (SELECT 1 FROM job WHERE job.mail = ?1 AND job.settled_at = 0)",
    [PURGE_JOB] =
        "DELETE FROM job WHERE id = ?1",
    [PURGE_MARK_JOB] =
        "UPDATE job SET kept = 0 WHERE id = ?1",
    [PURGE_MEMORY] =
        "DELETE FROM memory WHERE id IN"
        " (SELECT id FROM memory INDEXED BY memory_expires WHERE expires > 0 AND expires <= ?1"
        "  AND NOT " MEMORY_OWED " ORDER BY expires LIMIT ?2)",
    [PURGE_COUNTERS] =
        "DELETE FROM counter WHERE id IN (SELECT id FROM counter WHERE period < ?1 LIMIT ?2)",

    /* From name to name by the index, however many jobs each has. */
    [ACCOUNTS_OWING] =
        "WITH RECURSIVE known (name) AS (SELECT min(account) FROM job INDEXED BY job_account"
        " UNION ALL SELECT (SELECT min(account) FROM job INDEXED BY job_account"
        "  WHERE account > known.name) FROM known WHERE known.name IS NOT NULL)"
        " SELECT name FROM known WHERE"
        " EXISTS (SELECT 1 FROM job INDEXED BY job_live WHERE account = name"
        "  AND state IN " LIVE_STATES ")"
        " OR EXISTS (SELECT 1 FROM part INDEXED BY part_live WHERE account = name"
        "  AND state IN " OWED_STATES ") LIMIT ?1",
    [ACCOUNT_KNOWN] =
        "SELECT id FROM mail WHERE account = ?1 LIMIT 1",
    [RENAME_MAILS] =
        "UPDATE OR IGNORE mail SET account = ?2 WHERE account = ?1",
    [RENAME_JOBS] =
        "UPDATE job SET account = ?2 WHERE account = ?1"
        " AND (SELECT account FROM mail WHERE mail.id = job.mail) = ?2",
    [RENAME_PARTS] =
        "UPDATE part SET account = ?2 WHERE account = ?1"
        " AND job IN (SELECT id FROM job WHERE account = ?2)",
    [RENAME_TOTALS] =
        "INSERT INTO total (account, state, count) SELECT ?2, state, count FROM total"
        " WHERE account = ?1 ON CONFLICT (account, state) DO UPDATE SET"
        " count = count + excluded.count",
    [RENAME_TOTALS_GONE] =
        "DELETE FROM total WHERE account = ?1",
    [FORGET_PARTS] =
        "UPDATE part INDEXED BY part_live SET state = 'never', answer = 'forgotten'"
        " WHERE account = ?1 AND state IN " OWED_STATES " AND state <> 'submitting'",
    [FORGET_JOBS] =
        "UPDATE job INDEXED BY job_live SET settled_at = ?2, rule = 'forgotten',"
        " state = CASE state WHEN 'claimed' THEN 'dropped' ELSE 'settled' END"
        " WHERE account = ?1 AND state IN " LIVE_STATES " AND state <> 'taken' AND " NOTHING_OWED,
    [FORGET_ENDED_JOBS] =
        "UPDATE job INDEXED BY job_to_settle SET settled_at = ?2"
        " WHERE account = ?1 AND settled_at = 0 AND state IN " ENDED_STATES " AND " NOTHING_OWED,
    [TIMES_WRONG] =
        "SELECT 1 WHERE EXISTS (SELECT 1 FROM job INDEXED BY job_live WHERE state = 'claimed'"
        "  AND state IN " LIVE_STATES " AND target = '' AND not_before > ?2)"
        " OR EXISTS (SELECT 1 FROM part INDEXED BY part_live WHERE state <> 'submitting'"
        "  AND state IN " OWED_STATES " AND not_before > ?2)"
        " OR EXISTS (SELECT 1 FROM part INDEXED BY part_live WHERE state = 'in_doubt'"
        "  AND state IN " OWED_STATES " AND in_doubt_since > ?1)",
    [MEND_JOBS] =
        "UPDATE job INDEXED BY job_live SET not_before = ?1 WHERE state = 'claimed'"
        " AND state IN " LIVE_STATES " AND target = '' AND not_before > ?2",
    [MEND_PARTS] =
        "UPDATE part INDEXED BY part_live SET not_before = ?1 WHERE state <> 'submitting'"
        " AND state IN " OWED_STATES " AND not_before > ?2",
    [MEND_DOUBTS] =
        "UPDATE part INDEXED BY part_live SET in_doubt_since = ?1 WHERE state = 'in_doubt'"
        " AND state IN " OWED_STATES " AND in_doubt_since > ?1",
};
// clang-format on

const char *sqlite_text_of(enum statement which)
{
    return texts[which];
}
