/* SPDX-License-Identifier: ISC */
/*
 * Where sent mails are kept: the folder that the operator names, else the one that the server marks
 * \Sent, and the one it marks \All (RFC 6154).  Names come from the server and go back to it as
 * they are; one that could end a command is passed over.
 */
#include "fetchers/mailbox/imap_box.h"
#include "fetchers/mailbox/local.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_BYTES = 1000 };

enum special_use { USE_NONE = 0, USE_SENT = 1, USE_ALL = 2, USE_NO_FOLDER = 4 };

struct uses_found {
    struct imap_sent_folders *folders;
    bool failed; /* memory */
};

/* `(\HasNoChildren \Sent)`, of which the line begins; it is left behind. */
static unsigned take_attributes(struct span *line)
{
    static const struct {
        const char *name;
        unsigned use;
    } known[] = {{"\\Sent", USE_SENT},
                 {"\\All", USE_ALL},
                 {"\\Noselect", USE_NO_FOLDER},
                 {"\\NonExistent", USE_NO_FOLDER}};
    ptrdiff_t end = span_find_byte(*line, ')');
    unsigned uses = USE_NONE;
    struct span word;
    if (line->len == 0 || line->at[0] != '(' || end < 0)
        return USE_NO_FOLDER;
    struct span words = {line->at + 1, (size_t)end - 1};
    *line = span_trim(span_from(*line, (size_t)end + 1));
    while (span_next_word(&words, &word))
        for (size_t i = 0; i < sizeof known / sizeof *known; i++)
            if (span_equal_nocase(word, span_of(known[i].name)))
                uses |= known[i].use;
    return uses & USE_NO_FOLDER ? USE_NO_FOLDER : uses;
}

/* Passes over the separator, `"/"` or NIL. */
static void drop_separator(struct span *line)
{
    struct span word;
    if (line->len >= 4 && line->at[0] == '"' && line->at[1] == '\\')
        *line = span_from(*line, 4);
    else if (line->len >= 3 && line->at[0] == '"')
        *line = span_from(*line, 3);
    else
        span_next_word(line, &word);
    *line = span_trim(*line);
}

/* A quoted string, a literal (its size stands before it) or an atom. */
static size_t read_name(struct span line, char name[NAME_BYTES])
{
    size_t len = 0, at = 0;
    bool quoted = line.len > 0 && line.at[0] == '"';
    if (line.len > 0 && line.at[0] == '{') {
        ptrdiff_t end = span_find_byte(line, '\n');
        at = end < 0 ? line.len : (size_t)end + 1;
    } else if (quoted) {
        at = 1;
    }
    for (; at < line.len && len + 1 < NAME_BYTES; at++) {
        if (quoted && line.at[at] == '"')
            break;
        if (quoted && line.at[at] == '\\' && at + 1 < line.len)
            at++;
        if ((unsigned char)line.at[at] < ' ' || line.at[at] == 127)
            return 0;
        name[len++] = line.at[at];
    }
    name[len] = '\0';
    return len + 1 < NAME_BYTES ? len : 0;
}

/* `LIST (\HasNoChildren \Sent) "/" "Sent Messages"` */
static void use_listed(void *context, struct span line)
{
    struct uses_found *found = context;
    struct span word;
    char name[NAME_BYTES];
    if (!span_next_word(&line, &word) || !span_equal_nocase(word, SPAN_LITERAL("LIST")))
        return;
    line = span_trim(line);
    unsigned uses = take_attributes(&line);
    size_t at = uses & USE_SENT ? 0 : 1;
    drop_separator(&line);
    if (!(uses & (USE_SENT | USE_ALL)) || found->folders->names[at] || read_name(line, name) == 0)
        return;
    found->folders->names[at] = strdup(name);
    found->failed |= !found->folders->names[at];
}

/* Many servers tell the uses at any LIST; others want to be asked. */
static enum module_result list_uses(struct call *call, struct imap_box *box,
                                    struct imap_sent_folders *folders)
{
    struct uses_found found = {.folders = folders};
    bool ask = box->capabilities & IMAP_CAN_LIST_EXTENDED;
    enum imap_answer answer = IMAP_NO;
    if (ask) {
        answer = imap_send_command(call, box, IMAP_SEARCH_BUDGET,
                                   "LIST \"\" \"*\" RETURN (SPECIAL-USE)");
        if (answer == IMAP_OK)
            answer = imap_read_answer(call, box, use_listed, &found);
    }
    if (answer == IMAP_NO) {
        answer = imap_send_command(call, box, IMAP_SEARCH_BUDGET, "LIST \"\" \"*\"");
        if (answer == IMAP_OK)
            answer = imap_read_answer(call, box, use_listed, &found);
    }
    if (answer == IMAP_NO && !imap_is_passing(box))
        return MODULE_OK; /* it does not say */
    if (answer != IMAP_OK)
        return imap_refused(call, box, answer, FAULT_MAILBOX, "the folders cannot be listed");
    return found.failed ? local_out_of_memory(call) : MODULE_OK;
}

enum module_result imap_find_sent_folders(struct call *call, struct imap_box *box,
                                          struct imap_sent_folders *folders_out)
{
    const char *named = local_setting(call, "sent_folder");
    *folders_out = (struct imap_sent_folders){.named = *named != '\0'};
    if (!*named)
        return list_uses(call, box, folders_out);
    folders_out->names[0] = imap_name_encode(named);
    if (folders_out->names[0])
        return MODULE_OK;
    return errno == ENOMEM
               ? local_out_of_memory(call)
               : www4mail_fault(call, MODULE_FAIL, FAULT_CONFIG, NULL,
                                "submission.sent_folder: a folder's name is UTF-8 without control "
                                "characters");
}

void imap_free_sent_folders(struct imap_sent_folders *folders)
{
    for (size_t i = 0; i < IMAP_SENT_FOLDERS; i++) {
        free(folders->names[i]);
        folders->names[i] = NULL;
    }
}

static enum imap_answer examine(struct call *call, struct imap_box *box, const char *name)
{
    struct buffer command;
    buffer_init(&command, IMAP_COMMAND_BYTES);
    buffer_add_text(&command, "EXAMINE ");
    imap_quote(&command, name);
    enum imap_answer answer = command.failed ? imap_lose(call, box, "memory is short")
                                             : imap_lines(call, box, command.at, NULL, NULL);
    buffer_free(&command);
    return answer;
}

enum imap_answer imap_look_into(struct call *call, struct imap_box *box, const char *name)
{
    char said[IMAP_SAID_BYTES];
    enum imap_answer answer = examine(call, box, name);
    if (answer != IMAP_NO)
        return answer;
    memcpy(said, box->said, sizeof said);
    char *full = imap_name_with_prefix(call, box, name);
    memcpy(box->said, said, sizeof said);
    if (full)
        answer = examine(call, box, full);
    else if (box->lost)
        answer = IMAP_LOST;
    free(full);
    return answer;
}
