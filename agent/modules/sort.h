/* SPDX-License-Identifier: ISC */
/* sort: blocks in the order of their stages, places, `order` and names.  Internal to
 * agent/modules. */
#ifndef WWW4MAIL_AGENT_MODULES_SORT_H
#define WWW4MAIL_AGENT_MODULES_SORT_H

#include "agent/modules/block.h"

/* Sorts in place; a fault when `order` or `alternatives` go in a circle.  Every name in them is
 * known to exist by now, and every block has its stage. */
bool sort_blocks(struct blocks *blocks, struct fault *fault);

#endif
