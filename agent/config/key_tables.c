/* SPDX-License-Identifier: ISC */
/* THE tables of accounts.yaml: every key there is, with its default and its range.  The manual
 * page accounts.yaml(5) and accounts.yaml.example say the same in words. */
#include "agent/config/keys.h"

#define TOP(field) offsetof(struct config, field)
#define OF(field) offsetof(struct account, field)

enum { K = 1024, M = 1024 * 1024, DAY = 24 * 3600 };

static const struct key top_keys[] = {
    {"state", KEY_PATH, TOP(state), NULL, 0, 0, NULL},
    {"ledger.keep_days", KEY_DAYS, TOP(ledger_keep_days), "90", 1, 3650, NULL},
    {"ledger.max_size", KEY_SIZE, TOP(ledger_max_size), "2048M", 16 * M, 1024 * 1024LL * M, NULL},
    {"workers.min", KEY_COUNT, TOP(workers_min), "1", 1, 64, NULL},
    {"workers.max", KEY_COUNT, TOP(workers_max), "8", 1, 64, NULL},
    {"sandbox", KEY_SANDBOX, TOP(sandbox), "required", 0, 0, NULL},
    {"modules", KEY_MODULES, TOP(modules), NULL, 0, 0, NULL},
    {"modules.dir", KEY_PATH, TOP(modules_dir), NULL, 0, 0, NULL},
    {"contact", KEY_CONTACT, TOP(contact), "", 0, 0, NULL},
    {"proxy.web", KEY_PROXY, TOP(web_proxy), NULL, 0, 0, NULL},
    {"proxy.mail", KEY_MAIL_PROXY, TOP(mail_proxy), NULL, 0, 0, NULL},
    {"include", KEY_ELSEWHERE, 0, NULL, 0, 0, NULL},
    {"accounts", KEY_ELSEWHERE, 0, NULL, 0, 0, NULL},
    {"log", KEY_NOT_YET, 0, NULL, 0, 0, NULL},
};

static const struct key all_account_keys[] = {
    {"name", KEY_NAME, OF(name), NULL, 0, 0, "name: web"},
    {"formerly", KEY_WORDS, OF(formerly), "", 0, 0, NULL},
    {"address", KEY_ADDRESS, OF(address), NULL, 0, 0, "address: web@example.org"},
    {"aliases", KEY_ADDRESSES, OF(aliases), "", 0, 0, NULL},
    {"mailbox", KEY_ENDPOINT, OF(mailbox), NULL, 0, 0, "mailbox: {kind: maildir, path: ~/Maildir}"},
    {"mailbox.poll_every", KEY_DURATION, OF(poll_every), "5m", 10, 7 * DAY, NULL},
    {"mailbox.password_command", KEY_COMMAND, OF(mailbox.secret.command), NULL, 0, 0, NULL},
    {"mailbox.password_file", KEY_PATH, OF(mailbox.secret.file), NULL, 0, 0, NULL},
    {"mailbox.credential", KEY_NAME, OF(mailbox.secret.credential), NULL, 0, 0, NULL},
    {"submission", KEY_ENDPOINT, OF(submission), NULL, 0, 0,
     "submission: {kind: maildir, path: ~/replies/%u}"},
    {"submission.password_command", KEY_COMMAND, OF(submission.secret.command), NULL, 0, 0, NULL},
    {"submission.password_file", KEY_PATH, OF(submission.secret.file), NULL, 0, 0, NULL},
    {"submission.credential", KEY_NAME, OF(submission.secret.credential), NULL, 0, 0, NULL},
    {"submission.on_in_doubt", KEY_IN_DOUBT, OF(on_in_doubt), "verify", 0, 0, NULL},
    {"submission.sent_folder", KEY_TEXT, OF(sent_folder), "", 0, 0, NULL},
    {"senders.allow", KEY_PEOPLE, OF(senders.allow), NULL, 0, 0,
     "senders: {allow: [\"*@example.org\"]}"},
    {"senders.deny", KEY_PEOPLE, OF(senders.deny), "", 0, 0, NULL},
    {"senders.accept_bcc", KEY_BOOL, OF(senders.accept_bcc), "no", 0, 0, NULL},
    {"senders.tell_strangers", KEY_NOT_YET, 0, NULL, 0, 0, NULL},
    {"senders.open", KEY_NOT_YET, 0, NULL, 0, 0, NULL},
    {"senders.allow_reply_to", KEY_NOT_YET, 0, NULL, 0, 0, NULL},
    {"senders.tokens", KEY_NOT_YET, 0, NULL, 0, 0, NULL},
    {"senders.authentication", KEY_NOT_YET, 0, NULL, 0, 0, NULL},
    {"urls.allow", KEY_URLS, OF(urls.allow), "", 0, 0, NULL},
    {"urls.deny", KEY_URLS, OF(urls.deny), "", 0, 0, NULL},
    {"urls.schemes", KEY_SCHEMES, OF(urls.schemes), "http https", 0, 0, NULL},
    {"urls.ports", KEY_PORTS, OF(urls.ports), "", 1, 65535, NULL},
    {"urls.allow_addresses", KEY_NETS, OF(urls.allow_addresses), "", 0, 0, NULL},
    {"urls.deny_addresses", KEY_NETS, OF(urls.deny_addresses), "", 0, 0, NULL},
    {"files.deny_types", KEY_WORDS, OF(files.deny_types), "", 0, 0, NULL},
    {"files.deny_extensions", KEY_WORDS, OF(files.deny_extensions), "", 0, 0, NULL},
    {"files.deny_words", KEY_NOT_YET, 0, NULL, 0, 0, NULL},
    {"files.ratings", KEY_NOT_YET, 0, NULL, 0, 0, NULL},
    {"files.site_page", KEY_NOT_YET, 0, NULL, 0, 0, NULL},
    {"limits.requests_per_mail", KEY_COUNT, OF(limits.requests_per_mail), "5", 1, 100, NULL},
    {"limits.max_message", KEY_SIZE, OF(limits.max_message), "1M", K, 64 * M, NULL},
    {"limits.page_bytes", KEY_SIZE, OF(limits.page_bytes), "10M", K, 1024 * M, NULL},
    {"limits.page_time", KEY_DURATION, OF(limits.page_time), "120s", 1, 3600, NULL},
    {"limits.redirects", KEY_COUNT, OF(limits.redirects), "5", 0, 20, NULL},
    {"limits.page_parts", KEY_COUNT, OF(limits.page_parts), "12", 0, 12, NULL},
    {"limits.targets", KEY_NOT_YET, 0, NULL, 0, 0, NULL},
    {"queue", KEY_NOT_YET, 0, NULL, 0, 0, NULL},
    {"quota", KEY_NOT_YET, 0, NULL, 0, 0, NULL},
    {"replies.format", KEY_FORMAT, OF(replies.format), "both", 0, 0, NULL},
    {"replies.part", KEY_SIZE, OF(replies.part), "1M", 2 * K, 64 * M, NULL},
    {"replies.max", KEY_SIZE, OF(replies.max), "20M", 2 * K, 1024 * M, NULL},
    {"replies.width", KEY_COLUMNS, OF(replies.width), "72", 20, 500, NULL},
    {"replies.blind", KEY_BOOL, OF(replies.blind), "no", 0, 0, NULL},
    {"replies.keep_days", KEY_DAYS, OF(replies.keep_days), "30", 1, 3650, NULL},
    {"replies.footer", KEY_TEXT, OF(replies.footer), "", 0, 0, NULL},
    {"replies.language", KEY_NOT_YET, 0, NULL, 0, 0, NULL},
    {"replies.search", KEY_NOT_YET, 0, NULL, 0, 0, NULL},
};

const struct key_table config_keys = {top_keys, sizeof top_keys / sizeof top_keys[0]};
const struct key_table account_keys = {all_account_keys,
                                       sizeof all_account_keys / sizeof all_account_keys[0]};
