/* SPDX-License-Identifier: ISC */
/*
 * Signing in by USER and PASS (RFC 1939), or by SASL PLAIN (RFC 5034) where that is what the
 * server has.  The secret is asked for when it is sent, is wiped behind, and never comes back in a
 * fault, even where the server repeats what it was sent.
 */
#include "fetchers/mailbox/pop3_session.h"

#include "fetchers/mailbox/local.h"

#include <string.h>

enum { WORD_MAX = 1000, SECRET_MAX = 3072, SHORT_COMMAND = 255 };

/* What is sent, on the stack and wiped. */
struct secret_line {
    char bytes[SECRET_MAX];
    size_t len;
};

static void add(struct secret_line *line, const void *bytes, size_t len)
{
    if (len <= sizeof line->bytes - line->len) {
        memcpy(line->bytes + line->len, bytes, len);
        line->len += len;
    }
}

static void add_text(struct secret_line *line, const char *text)
{
    add(line, text, strlen(text));
}

static void add_base64(struct secret_line *line, const char *bytes, size_t len)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t at = 0; at < len; at += 3) {
        size_t some = len - at < 3 ? len - at : 3;
        unsigned group = 0;
        for (size_t i = 0; i < 3; i++)
            group = group << 8 | (i < some ? (unsigned char)bytes[at + i] : 0U);
        char out[4] = {letters[group >> 18], letters[group >> 12 & 63],
                       some > 1 ? letters[group >> 6 & 63] : '=',
                       some > 2 ? letters[group & 63] : '='};
        add(line, out, sizeof out);
        explicit_bzero(out, sizeof out);
    }
}

/* A word that can stand in a command. */
static enum module_result check_word(struct pop3_session *session, const char *key,
                                     const char *word)
{
    if (!word || !*word)
        return www4mail_fault(session->call, MODULE_FAIL, FAULT_CONFIG, NULL,
                              "%s: is not set; the server asks for it", key);
    if (strlen(word) > WORD_MAX || strpbrk(word, "\r\n"))
        return www4mail_fault(session->call, MODULE_FAIL, FAULT_CONFIG, NULL,
                              "%s: is longer than %d bytes or has a line end in it", key, WORD_MAX);
    return MODULE_OK;
}

static enum module_result refused(struct pop3_session *session, struct span text,
                                  const char *secret)
{
    bool repeats = secret && span_find(text, span_of(secret)) >= 0;
    const char *shown =
        repeats ? "(not shown: it repeats the password)" : pop3_shown(session, text);
    if (pop3_is_temporary(text))
        return www4mail_fault(session->call, MODULE_RETRY, FAULT_MAILBOX, NULL,
                              "the server does not let us sign in now: %s", shown);
    return www4mail_fault(session->call, MODULE_FAIL, FAULT_SIGN_IN, NULL,
                          "the server refuses user %s; look at `user` and the password, and "
                          "whether the provider allows POP3; it says: %s",
                          local_setting(session->call, "user"), shown);
}

/* Sends the line and wipes it. */
static enum module_result send_secret(struct pop3_session *session, struct secret_line *line)
{
    bool sent = pop3_send(session, (struct span){line->bytes, line->len});
    explicit_bzero(line, sizeof *line);
    return sent ? MODULE_OK : pop3_stream_fault(session);
}

static enum module_result sign_in_login(struct pop3_session *session, const char *user,
                                        const char *password)
{
    struct secret_line line = {.len = 0};
    struct span text;
    add_text(&line, "USER ");
    add_text(&line, user);
    add_text(&line, "\r\n");
    enum module_result result = send_secret(session, &line);
    if (result == MODULE_OK)
        result = pop3_answer(session, "USER", &text);
    if (result == MODULE_PASS)
        return refused(session, text, NULL);
    if (result != MODULE_OK)
        return result;
    line.len = 0;
    add_text(&line, "PASS ");
    add_text(&line, password);
    add_text(&line, "\r\n");
    result = send_secret(session, &line);
    if (result == MODULE_OK)
        result = pop3_answer(session, "PASS", &text);
    return result == MODULE_PASS ? refused(session, text, password) : result;
}

/* AUTH PLAIN, with the response in the command where RFC 5034 (section 4) has room for it. */
static enum module_result send_plain(struct pop3_session *session,
                                     const struct secret_line *response)
{
    static const char command[] = "AUTH PLAIN";
    struct secret_line line = {.len = 0};
    struct span text;
    add_text(&line, command);
    if (sizeof command + response->len + 2 <= SHORT_COMMAND) {
        add_text(&line, " ");
        add(&line, response->bytes, response->len);
    }
    add_text(&line, "\r\n");
    enum module_result result = send_secret(session, &line);
    if (result == MODULE_OK)
        result = pop3_sasl_answer(session, &text);
    if (result == MODULE_NEED) {
        line.len = 0;
        add(&line, response->bytes, response->len);
        add_text(&line, "\r\n");
        result = send_secret(session, &line);
        if (result == MODULE_OK)
            result = pop3_answer(session, "AUTH PLAIN", &text);
    }
    return result == MODULE_PASS ? refused(session, text, NULL) : result;
}

static enum module_result sign_in_plain(struct pop3_session *session, const char *user,
                                        const char *password)
{
    struct secret_line message = {.len = 0}, response = {.len = 0};
    add(&message, "", 1);
    add_text(&message, user);
    add(&message, "", 1);
    add_text(&message, password);
    add_base64(&response, message.bytes, message.len);
    explicit_bzero(&message, sizeof message);
    enum module_result result = send_plain(session, &response);
    explicit_bzero(&response, sizeof response);
    return result;
}

enum module_result pop3_sign_in(struct pop3_session *session)
{
    struct call *call = session->call;
    const struct pop3_capabilities *capabilities = &session->capabilities;
    const char *user = local_setting(call, "user"), *auth = local_setting(call, "auth");
    bool plain = strcmp(auth, "plain") == 0;
    if (!plain && strcmp(auth, "login") != 0)
        return www4mail_fault(call, MODULE_FAIL, FAULT_CONFIG, NULL,
                              "auth: \"%s\": write login, or plain for SASL PLAIN", auth);
    if (capabilities->plain && !capabilities->user)
        plain = true;
    enum module_result result = check_word(session, "user", user);
    if (result != MODULE_OK)
        return result;
    const char *password = www4mail_setting(call, "password");
    if (!password && fault_is_set(www4mail_call_fault(call)))
        return MODULE_FAIL;
    result = check_word(session, "password", password);
    if (result != MODULE_OK)
        return result;
    result =
        plain ? sign_in_plain(session, user, password) : sign_in_login(session, user, password);
    if (result == MODULE_OK)
        pop3_say(session, true, "signed in as %s by %s", user, plain ? "SASL PLAIN" : "PASS");
    return result;
}
