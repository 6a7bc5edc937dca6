/* SPDX-License-Identifier: ISC */
/* json: what the builder of that name does with values: a page of them, or a feed. */
#ifndef WWW4MAIL_RENDER_JSON_H
#define WWW4MAIL_RENDER_JSON_H

#include "render/page/building.h"
#include "render/types/json_values.h"

/* Lays the values out; setting: values. */
void json_write(struct building *building, const struct json *json);

/* ---- json_feed.c: JSON Feed 1 and 1.1 ---- */

bool json_is_feed(const struct json *json);

/* False when memory is short. */
bool json_write_feed(struct building *building, const struct json *json, struct span *language_out);

#endif
