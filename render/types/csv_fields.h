/* SPDX-License-Identifier: ISC */
/* csv_fields: records of values between separators (RFC 4180, and what is written instead of it). */
#ifndef WWW4MAIL_RENDER_CSV_FIELDS_H
#define WWW4MAIL_RENDER_CSV_FIELDS_H

#include "agent/base/buffer.h"

enum { CSV_MAX_FIELDS = 512, CSV_QUOTED_REACH = 32 * 1024 };

struct csv_record {
    struct span fields[CSV_MAX_FIELDS]; /* without quotes and blanks around; in `text` */
    size_t count;                       /* more than are kept are not counted */
    struct buffer text;
    size_t lengths[CSV_MAX_FIELDS]; /* while it is read */
    bool cut;                       /* there was no room for all fields of one that was read */
};

void csv_init(struct csv_record *record);
void csv_free(struct csv_record *record);

/* Takes the next record that is not empty off `rest`; false at the end, or when memory is short. A
 * quote that is not closed within CSV_QUOTED_REACH is a character like others. */
bool csv_next(struct csv_record *record, struct span *rest, char separator);

/* The separator that cuts the text's first lines into the most even records: `,`, `;`, tab or `|`; 0
 * when none does.  A line `sep=x` says it, and is taken off. */
char csv_separator(struct csv_record *record, struct span *text);

/* Digits with a sign, separators, a currency or percent sign. */
bool csv_is_number(struct span field);

#endif
