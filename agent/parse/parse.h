/* SPDX-License-Identifier: ISC */
/*
 * parse: questions about a hostile thing (a raw mail, a page), answered by a child process that is
 * made for it and has no files and no network.  Two pipes and a sealed memory file; the child
 * answers several questions and dies.  Its death costs that thing only: FAULT_CRASH.
 *
 *   HEADERS -> header table            MAIL -> part table
 *   PAGE    -> facts                   RENDER format, options -> document
 *
 * Answers are flat tables (HEADERS_SHAPE, PARTS_SHAPE, FACTS_SHAPE, document.h); they are checked
 * here before anybody reads them.
 *
 * Children are forked by a zygote: a small process of the worker's that has opened the modules
 * (which takes ten times as long as a fork), holds no ledger, no key and nobody's mail, and never
 * reads a hostile byte itself.
 */
#ifndef WWW4MAIL_AGENT_PARSE_PARSE_H
#define WWW4MAIL_AGENT_PARSE_PARSE_H

#include "agent/module.h"
#include "agent/modules/block.h"
#include "agent/modules/run.h"

#include <sys/types.h>

struct parser; /* a zygote, seen from the worker */
struct parse_child;

/* Forks the zygote; call it before this process holds anything that children should not inherit.
 * Without `zygote` this process forks the children itself, as one does that lives for one thing and
 * has nothing to hide from it.  NULL and a fault when that fails. */
struct parser *parser_open(const struct blocks *blocks, bool zygote, struct fault *fault);
/* False once the zygote was lost: then no child can be made any more, and the process that owns the
 * parser ends, for a fresh one. */
bool parser_lives(const struct parser *parser);
/* The zygote, which is ended by a signal when it does not end by itself. */
pid_t parser_process(const struct parser *parser);
void parser_close(struct parser **parser);

/* What a child is made for, and with. */
struct parse_plan {
    struct fields fields;          /* known so far */
    const struct page_hints *page; /* of a page; NULL for a mail */
    bool plain;                    /* the simple way, for what crashed once: no tree of it */
    const char *without;           /* name of a module that must not be used; "" none */
    bool quick;                    /* set by parse_start; see struct page_hints */
    /* What was fetched for a page stands behind it in the same file, in this order; of each
     * `bytes` only the length counts here.  Then `page_bytes` is the length of the page itself. */
    const struct page_part *parts;
    size_t part_count;
    uint64_t page_bytes;
};

enum { PARSE_MAX_PARTS = 12 };

/* Has a child made for `fd` (a sealed memory file; stays the caller's, and open until the first table
 * but HEADERS has come: should this child find that it needs what few things need, another one that
 * has it takes its place).  NULL and a fault. */
struct parse_child *parse_start(struct parser *parser, const struct parse_plan *plan, int fd,
                                struct fault *fault);

/*
 * A child for a page, and its facts.  The builders are chosen by the declared type and the name of
 * the page; when the facts say that it is of a type that another one is for, a second child with that
 * one takes the place of the first.
 */
struct parse_child *parse_start_page(struct parser *parser, const struct parse_plan *plan, int fd,
                                     struct flat *facts_out, struct fault *fault);

/* The header table is copied to `arena`; the other two are kept with the child, until the next
 * question of that kind or parse_end.  False and a fault otherwise. */
bool parse_headers(struct parse_child *child, struct arena *arena, struct flat *headers_out,
                   struct fault *fault);
bool parse_mail(struct parse_child *child, struct flat *parts_out, struct fault *fault);
bool parse_page(struct parse_child *child, struct flat *facts_out, struct fault *fault);
/* The document is copied to `arena`. */
bool parse_render(struct parse_child *child, const struct render_options *options,
                  struct arena *arena, struct document *document_out, struct fault *fault);

/* Ends the child: kills it when it does not end by itself, frees its answers. */
void parse_end(struct parse_child **child);

/* Kinds of frames.  An answer has its question's kind, or is a fault. */
enum parse_frame {
    PARSE_HEADERS = 1,
    PARSE_MAIL,
    PARSE_PAGE,
    PARSE_RENDER,
    PARSE_FAULT,     /* flat: code, class, asker, operator */
    PARSE_UNPREPARED /* empty; the thing needs a child that was not prepared quickly */
};

#define PARSE_FAULT_SHAPE "nntt"
#define PARSE_RENDER_SHAPE "nnntnn"
enum { PARSE_FAULT_KIND = 0x46415554, PARSE_RENDER_KIND = 0x524f5054 };

#endif
