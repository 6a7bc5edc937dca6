/* SPDX-License-Identifier: ISC */
/*
 * mime_encode: bodies in a transfer encoding (RFC 2045), as a stream.  Quoted-printable lines have
 * at most 76 characters, base64 lines exactly 76 but for the last.  A dot at the start of a line
 * and "From " are never left bare in quoted-printable.
 */
#ifndef WWW4MAIL_AGENT_REPLY_MIME_ENCODE_H
#define WWW4MAIL_AGENT_REPLY_MIME_ENCODE_H

#include "agent/reply/mail_writer.h"

enum mime_encoding { MIME_7BIT, MIME_QP, MIME_BASE64 };

enum { MIME_BASE64_LINE_BYTES = 57, MIME_BASE64_LINE_WIRE = 78 };

/* What a text is made of, to choose its encoding by. */
struct mime_survey {
    uint64_t bytes, qp; /* as they are; in quoted-printable, roughly */
    size_t column, longest;
    size_t delimiter;   /* so many bytes of this line are those of a boundary */
    bool like_boundary; /* a line starts as our boundaries do */
    bool beyond_ascii, control, previous_cr;
    uint64_t bare_lf, crlf; /* line ends */
    bool bare_cr;
};

void mime_survey_add(struct mime_survey *survey, struct span bytes);

/* 7bit for ASCII of lines that any mailer carries, else the shorter of the other two, preferring
 * quoted-printable. */
enum mime_encoding mime_choose(const struct mime_survey *survey);

const char *mime_encoding_name(enum mime_encoding encoding);

/* A body being encoded into `writer`, or surveyed: exactly one of the two is set. */
struct mime_body {
    struct mail_writer *writer;
    struct mime_survey *survey;
    enum mime_encoding encoding;
    size_t column;
    char blank; /* quoted-printable: a blank or tab that may turn out to end its line */
    unsigned char group[3];
    size_t group_len;
};

struct mime_body mime_body_begin(struct mail_writer *writer, enum mime_encoding encoding);
struct mime_body mime_body_survey(struct mime_survey *survey);

/* Text: LF ends a line and is sent as CRLF. */
void mime_body_add(struct mime_body *body, struct span text);
void mime_body_text(struct mime_body *body, const char *text);

/* Bytes as they are, for base64. */
void mime_body_add_bytes(struct mime_body *body, struct span bytes);

/* Ends the body and its last line. */
void mime_body_end(struct mime_body *body);

/* The size that many bytes have in base64, line ends included. */
uint64_t mime_base64_size(uint64_t bytes);

#endif
