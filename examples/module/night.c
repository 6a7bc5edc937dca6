/* SPDX-License-Identifier: ISC */
/*
 * night: a gate that answers between two hours of the day (UTC) only, for hosts whose line is busy
 * or dear by day.  Takes the settings from and to, 0 to 23; refuses with a sentence outside them.
 */
#include "agent/module.h"

#include <time.h>

static bool read_hour(struct call *call, const char *key, uint64_t *hour_out)
{
    return span_to_u64(span_of(www4mail_setting(call, key)), hour_out) && *hour_out < 24;
}

static enum module_result admit(struct call *call, const struct gate_facts *facts,
                                struct verdict *verdict_out)
{
    (void)facts;
    uint64_t from, to, now = (uint64_t)time(NULL) / 3600 % 24;
    if (!read_hour(call, "from", &from) || !read_hour(call, "to", &to))
        return www4mail_fault(call, MODULE_FAIL, FAULT_CONFIG, NULL,
                              "from and to are hours; write 0 to 23");
    /* Night may go over midnight: 22 to 6. */
    bool open = from <= to ? now >= from && now < to : now >= from || now < to;
    *verdict_out = (struct verdict){.action = VERDICT_DO};
    if (open)
        return MODULE_OK;
    *verdict_out = (struct verdict){
        .action = VERDICT_REFUSE,
        .rule = "night",
        .reason = "Pages are fetched at night only. Please send your mail again then.",
        .code = FAULT_URL_DENIED,
    };
    return MODULE_OK;
}

static const struct gate_ops ops = {.admit = admit};

WWW4MAIL_MODULE("night", "urlauth", gate, &ops);
