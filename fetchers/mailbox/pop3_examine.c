/* SPDX-License-Identifier: ISC */
/*
 * What doctor asks of a POP3 mailbox: all that a poll will need, from the name to the first mail's
 * head, told step by step.  Removes nothing and fetches no mail whole.
 */
#include "fetchers/mailbox/pop3_session.h"

#include "fetchers/mailbox/local.h"

#include <inttypes.h>
#include <stdlib.h>

enum { HEAD_BUDGET = 1024 * 1024 };

static bool forget(void *context, struct span piece)
{
    (void)context, (void)piece;
    return true;
}

static enum module_result try_top(struct pop3_session *session)
{
    struct span text;
    if (session->entries.count == 0)
        return MODULE_OK;
    enum module_result result =
        pop3_command(session, &text, "TOP %" PRIu32 " 0", session->entries.all[0].number);
    if (result == MODULE_PASS) {
        pop3_say(session, true,
                 "the server has no TOP (%s): headers cost a new connection where "
                 "mails are large",
                 pop3_shown(session, text));
        return MODULE_OK;
    }
    if (result != MODULE_OK)
        return result;
    www4mail_streams(session->call)->set_budget(session->stream, HEAD_BUDGET);
    if (pop3_lines_text(&session->lines, forget, NULL) != POP3_TEXT_WHOLE)
        return pop3_stream_fault(session);
    pop3_say(session, true, "the head of a mail can be read by TOP");
    return MODULE_OK;
}

static void say_mails(struct pop3_session *session)
{
    const struct pop3_entries *entries = &session->entries;
    pop3_say(session, true, "the mailbox holds %zu mails with unique ids, %" PRIu64 " bytes",
             entries->count, session->stat_bytes);
    if (entries->left_out > 0)
        pop3_say(session, false,
                 "%zu more cannot be told apart by their unique ids and will not be read",
                 entries->left_out);
    pop3_say(session, true,
             session->delete ? "mails are removed once they are dealt with (done.delete)"
                             : "mails stay on the server, the ledger remembers them (done.delete)");
}

enum module_result pop3_examine(struct call *call, const struct examination *examination)
{
    struct pop3_session *session = calloc(1, sizeof *session);
    struct fault *fault = www4mail_call_fault(call);
    if (!session)
        return local_out_of_memory(call);
    session->call = call;
    session->examination = examination;
    enum module_result result = local_switch(call, "done.delete", &session->delete);
    if (result == MODULE_OK)
        result = pop3_session_open(session);
    if (result == MODULE_OK) {
        say_mails(session);
        result = try_top(session);
    }
    if (result != MODULE_OK)
        pop3_say(session, false, "%s", fault->operator ? fault->operator : fault_name(fault->code));
    else
        pop3_send(session, SPAN_LITERAL("QUIT\r\n"));
    pop3_session_leave(session);
    pop3_entries_free(&session->entries);
    free(session);
    return result;
}
