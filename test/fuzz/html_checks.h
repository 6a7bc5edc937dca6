/* SPDX-License-Identifier: ISC */
/* html_checks: a document of HTML as it is mailed, read by a second reader of its own. */
#ifndef WWW4MAIL_TEST_FUZZ_HTML_CHECKS_H
#define WWW4MAIL_TEST_FUZZ_HTML_CHECKS_H

#include "test/fuzz/fuzz.h"

/* Known elements and attributes only, closed in their places; loads and runs nothing; links lead to
 * the web, or to `mailto` where it is set. */
void fuzz_check_html(struct span html, const char *mailto);

#endif
