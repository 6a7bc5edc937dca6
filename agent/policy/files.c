/* SPDX-License-Identifier: ISC */
/*
 * files: which types and file names the account does not send on.  What the bytes are counts as
 * much as what the server says they are; either may refuse, neither can excuse the other.
 */
#include "agent/config/account.h"
#include "agent/module.h"

static bool any_matches(const struct words *globs, struct span text)
{
    for (size_t i = 0; i < globs->count; i++)
        if (text.len > 0 && span_matches_glob(text, span_of(globs->words[i])))
            return true;
    return false;
}

static bool type_is_denied(const struct account *account, const struct gate_facts *facts)
{
    const struct words *globs = &account->files.deny_types;
    if (facts->facts && any_matches(globs, facts_text(facts->facts, FACT_TYPE)))
        return true;
    return facts->page && any_matches(globs, span_of(facts->page->type));
}

/* ".exe" and "*.exe" are written for "exe". */
static struct span bare_extension(struct span glob)
{
    if (span_starts_nocase(glob, SPAN_LITERAL("*.")))
        return span_from(glob, 2);
    return span_starts_nocase(glob, SPAN_LITERAL(".")) ? span_from(glob, 1) : glob;
}

static bool extension_matches(const struct words *globs, struct span extension)
{
    for (size_t i = 0; i < globs->count; i++)
        if (span_matches_glob(extension, bare_extension(span_of(globs->words[i]))))
            return true;
    return false;
}

/* "a.tar.gz" has the extensions "tar.gz" and "gz"; dots at the end are none, as on disks that
 * drop them. */
static bool name_is_denied(const struct account *account, struct span name)
{
    while (name.len > 0 && (name.at[name.len - 1] == '.' || name.at[name.len - 1] == ' '))
        name.len--;
    for (ptrdiff_t dot; (dot = span_find_byte(name, '.')) >= 0;) {
        name = span_from(name, (size_t)dot + 1);
        if (extension_matches(&account->files.deny_extensions, name))
            return true;
    }
    return false;
}

/* The last segment of the path, without query and path parameters. */
static struct span url_file_name(const struct url *url)
{
    struct span name = span_of(url->path);
    ptrdiff_t end = span_find_byte(name, '?');
    if (end >= 0)
        name.len = (size_t)end;
    for (ptrdiff_t slash; (slash = span_find_byte(name, '/')) >= 0;)
        name = span_from(name, (size_t)slash + 1);
    end = span_find_byte(name, ';');
    if (end >= 0)
        name.len = (size_t)end;
    return name;
}

static bool extension_is_denied(const struct account *account, const struct gate_facts *facts)
{
    if (facts->page && name_is_denied(account, span_of(facts->page->file_name)))
        return true;
    return facts->target && name_is_denied(account, url_file_name(&facts->target->url));
}

static enum module_result files_admit(struct call *call, const struct gate_facts *facts,
                                      struct verdict *verdict_out)
{
    *verdict_out = (struct verdict){VERDICT_DO, NULL, NULL, FAULT_OK};
    if (!facts->account)
        return www4mail_fault(call, MODULE_FAIL, FAULT_INTERNAL, NULL, "asked without an account");
    if (type_is_denied(facts->account, facts))
        *verdict_out =
            (struct verdict){VERDICT_REFUSE, "file-type",
                             "Files of this type are not sent from here.", FAULT_TYPE_DENIED};
    else if (extension_is_denied(facts->account, facts))
        *verdict_out = (struct verdict){VERDICT_REFUSE, "file-extension",
                                        "Files with a name that ends like this are not sent from "
                                        "here.",
                                        FAULT_TYPE_DENIED};
    return MODULE_OK;
}

static const struct gate_ops files_ops = {.admit = files_admit};

WWW4MAIL_MODULE("files", "fileauth", gate, &files_ops);
