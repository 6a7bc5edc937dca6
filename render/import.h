/* SPDX-License-Identifier: ISC */
/*
 * import: a clean stream of HTML (render/clean.h) -> nodes.  By libtidy, which repairs what is
 * nested wrongly, or from the tokens alone, which no page can make fail.
 */
#ifndef WWW4MAIL_RENDER_IMPORT_H
#define WWW4MAIL_RENDER_IMPORT_H

#include "render/maker.h"

/* False when memory is short. */
bool import_tidy(struct span html, struct maker *maker);
bool import_tokens(struct span html, struct maker *maker);

#endif
