/* SPDX-License-Identifier: ISC */
/* What a mail process does about sign-ins: the password at hand, the breaker looked at and kept. */
#include "agent/process/mail.h"

#include "agent/base/log.h"
#include "agent/process/breaker.h"

#include <time.h>

static const char *const names[MAILER_SIDES] = {BREAKER_MAILBOX, BREAKER_SUBMISSION};

void mailer_give_secret(struct mailer *mailer, enum mailer_side side, struct call *call)
{
    if (!mailer->secrets[side].source->key)
        return;
    call->secret = secret_ask;
    call->secret_context = &mailer->secrets[side];
}

static void tell(const struct mailer *mailer, enum mailer_side side, enum log_level level,
                 const char *what, int64_t until)
{
    char text[32] = "later";
    time_t when = (time_t)until;
    struct tm parts;
    if (gmtime_r(&when, &parts))
        strftime(text, sizeof text, "%H:%M:%S UTC", &parts);
    log_line(level, "account %s: %s: %s; not tried again before %s", mailer->account->name,
             names[side], what, text);
}

bool mailer_may_sign_in(struct mailer *mailer, enum mailer_side side)
{
    struct ledger *ledger = mailer->known ? mailer->known : mailer->ledger;
    int64_t until = breaker_until(ledger, mailer->account->name, names[side]);
    if (until && !mailer->held_told[side])
        tell(mailer, side, LOG_INFO, "the last sign-in was refused", until);
    mailer->held_told[side] = until != 0;
    return until == 0;
}

void mailer_signed_in(struct mailer *mailer, enum mailer_side side)
{
    secret_wipe(&mailer->secrets[side]);
    if (!mailer->signed_in[side])
        breaker_clear(mailer->ledger, mailer->account->name, names[side]);
    mailer->signed_in[side] = true;
}

void mailer_was_refused(struct mailer *mailer, enum mailer_side side)
{
    secret_wipe(&mailer->secrets[side]);
    mailer->signed_in[side] = false;
    int64_t until = breaker_open(mailer->ledger, mailer->account->name, names[side]);
    if (until)
        tell(mailer, side, LOG_INFO, "the sign-in was refused", until);
    mailer->held_told[side] = until != 0;
}
