/* SPDX-License-Identifier: ISC */
/*
 * accounts.yaml: a configuration comes out, or one fault that names the place.  The file and lists
 * of people that it names are in memory; the files that it includes are left out.
 */
#include "test/fuzz/fuzz.h"

#include "agent/config/addresses.h"
#include "agent/config/text_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char file_name[] = "/accounts.yaml";
static struct span main_file, people_file;

/* In the place of agent/config/text_file.c. */
bool text_file_read(const char *file, mode_t refused, struct buffer *text, struct fault *fault)
{
    (void)refused;
    if (buffer_add_span(text, strcmp(file, file_name) == 0 ? main_file : people_file))
        return true;
    return fault_set(fault, FAULT_CONFIG, NULL, "%s: is larger than %zu bytes; make it smaller",
                     file, text->max);
}

bool text_file_is_safe(const char *file, mode_t refused, enum fault_code code, struct fault *fault)
{
    (void)file, (void)refused, (void)code, (void)fault;
    return true;
}

static void check_words(const struct words *words)
{
    for (size_t i = 0; i < words->count; i++)
        FUZZ_ASSERT(words->words[i]);
}

static void check_account(const struct account *account)
{
    FUZZ_ASSERT(account->name && *account->name && fuzz_is_line(span_of(account->name)));
    FUZZ_ASSERT(account->address && !addresses_check(span_of(account->address)));
    FUZZ_ASSERT(account->mailbox.kind && account->submission.kind);
    FUZZ_ASSERT(account->limits.requests_per_mail > 0 && account->limits.max_message > 0);
    FUZZ_ASSERT(account->replies.part >= 2048 && account->replies.max > 0);
    FUZZ_ASSERT(account->replies.footer && fuzz_is_line(span_of(account->replies.footer)));
    for (size_t i = 0; i < account->aliases.count; i++)
        FUZZ_ASSERT(!addresses_check(span_of(account->aliases.words[i])));
    for (size_t i = 0; i < account->senders.allow.count; i++)
        FUZZ_ASSERT(!addresses_check_glob(span_of(account->senders.allow.words[i])));
    check_words(&account->urls.allow);
    check_words(&account->urls.schemes);
    for (size_t i = 0; i < account->urls.allow_addresses.count; i++)
        FUZZ_ASSERT(account->urls.allow_addresses.nets[i].bits <= 128);
}

/* "file:line:column: what", for who must mend it. */
static void check_fault(const struct fault *fault)
{
    FUZZ_ASSERT(fault->code == FAULT_CONFIG || fault->code == FAULT_MEMORY);
    FUZZ_ASSERT(fault->operator&& * fault->operator);
    if (fault->code == FAULT_CONFIG)
        FUZZ_ASSERT(fault->operator[0] == '/' && strchr(fault->operator, ':'));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span rest = {(const char *)data, size};
    struct fault fault = FAULT_INIT;
    main_file = fuzz_part(&rest);
    people_file = rest;
    if (span_find(main_file, SPAN_LITERAL("nclude")) >= 0)
        return 0;
    struct config *config = config_read(file_name, &fault);
    FUZZ_ASSERT((config == NULL) == fault_is_set(&fault));
    if (config) {
        FUZZ_ASSERT(config->account_count > 0);
        for (size_t i = 0; i < config->account_count; i++) {
            check_account(&config->accounts[i]);
            FUZZ_ASSERT(config_account(config, config->accounts[i].name) == &config->accounts[i]);
        }
    } else {
        check_fault(&fault);
    }
    config_free(&config);
    FUZZ_ASSERT(config == NULL);
    fault_clear(&fault);
    return 0;
}
