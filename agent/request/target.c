/* SPDX-License-Identifier: ISC */
/* The words for formats. */
#include "agent/request/target.h"

const char *format_name(enum format format)
{
    static const char *const names[] = {
        [FORMAT_TEXT] = "text",     [FORMAT_HTML] = "html",       [FORMAT_BOTH] = "both",
        [FORMAT_SOURCE] = "source", [FORMAT_ARTICLE] = "article",
    };
    return (unsigned)format < sizeof names / sizeof *names ? names[format] : "text";
}
