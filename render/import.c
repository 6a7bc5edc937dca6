/* SPDX-License-Identifier: ISC */
/* libtidy parses, nothing else; its tree is walked once and released. */
#include "render/import.h"

#include <tidy/tidy.h>
#include <tidy/tidybuffio.h>

#include "render/tags.h"

enum { TEXT_ROOM_KEPT = 16 * 1024 };

/* Options that keep texts, links and empty elements as the page has them. */
static bool set_options(TidyDoc doc)
{
    static const TidyOptionId off[] = {TidyShowWarnings,   TidyShowInfo, TidyDropEmptyElems,
                                       TidyDropEmptyParas, TidyFixUri,   TidyFixBackslash,
                                       TidyCoerceEndTags};
    static const TidyOptionId on[] = {TidyForceOutput, TidyQuiet, TidyLiteralAttribs};
    bool done = true;
    for (size_t i = 0; i < sizeof off / sizeof *off; i++)
        done &= tidyOptSetBool(doc, off[i], no) == yes;
    for (size_t i = 0; i < sizeof on / sizeof *on; i++)
        done &= tidyOptSetBool(doc, on[i], yes) == yes;
    done &= tidyOptSetInt(doc, TidyShowErrors, 0) == yes;
    done &= tidyOptSetInt(doc, TidyMergeDivs, TidyNoState) == yes;
    done &= tidyOptSetInt(doc, TidyMergeSpans, TidyNoState) == yes;
    done &= tidyOptSetBool(doc, TidyMergeEmphasis, no) == yes;
    done &= tidyOptParseValue(doc, "custom-tags", "blocklevel") == yes;
    return done && tidySetCharEncoding(doc, "utf8") == 0;
}

static void import_attrs(struct maker *maker, TidyNode node)
{
    for (TidyAttr attr = tidyAttrFirst(node); attr; attr = tidyAttrNext(attr)) {
        enum tree_attr_name name = tag_attr_of(span_of(tidyAttrName(attr)));
        struct span value = span_of(tidyAttrValue(attr));
        if (name != ATTR_COUNT)
            maker_attr(maker, name, value.at ? value : SPAN_LITERAL(""));
    }
}

static void import_text(struct maker *maker, TidyDoc doc, TidyNode node, TidyBuffer *text)
{
    if (tidyNodeGetValue(doc, node, text) && text->size)
        maker_text(maker, (struct span){(const char *)text->bp, text->size});
    /* tidy wipes all of the buffer at each use: one long text must not make every other slow. */
    if (text->allocated > TEXT_ROOM_KEPT)
        tidyBufFree(text);
}

/* True when the node was gone into. */
static bool import_node(struct maker *maker, TidyDoc doc, TidyNode node, TidyBuffer *text)
{
    TidyNodeType type = tidyNodeGetType(node);
    if (type == TidyNode_Text || type == TidyNode_CDATA) {
        import_text(maker, doc, node, text);
        return false;
    }
    if (type != TidyNode_Start && type != TidyNode_StartEnd)
        return false;
    enum tree_tag tag = tag_of(span_of(tidyNodeGetName(node)));
    if (tag == TAG_title || !maker_open(maker, tag))
        return false;
    import_attrs(maker, node);
    return true;
}

/* From node to node in document order, without recursion. */
static void import_nodes(struct maker *maker, TidyDoc doc, TidyNode root)
{
    TidyBuffer text = {0};
    tidyBufInit(&text);
    TidyNode node = tidyGetChild(root);
    while (node) {
        bool inside = import_node(maker, doc, node, &text);
        TidyNode next = inside ? tidyGetChild(node) : NULL;
        if (inside && !next)
            maker_close(maker);
        while (!next && node != root) {
            next = tidyGetNext(node);
            if (next)
                break;
            node = tidyGetParent(node);
            if (node && node != root)
                maker_close(maker);
        }
        node = next;
    }
    tidyBufFree(&text);
}

static bool parse(TidyDoc doc, struct span html)
{
    TidyBuffer in = {0}, errors = {0};
    tidyBufInit(&in);
    tidyBufInit(&errors);
    /* tidy only reads what is attached, whatever its type says. */
    union {
        const char *read;
        byte *at;
    } bytes = {.read = html.at};
    tidyBufAttach(&in, bytes.at, (uint)html.len);
    bool done =
        set_options(doc) && tidySetErrorBuffer(doc, &errors) == 0 && tidyParseBuffer(doc, &in) >= 0;
    tidyBufDetach(&in);
    tidyBufFree(&errors);
    return done;
}

bool import_tidy(struct span html, struct maker *maker)
{
    if (!html.len)
        return true;
    TidyDoc doc = tidyCreate();
    if (!doc)
        return false;
    bool done = parse(doc, html);
    TidyNode root = done ? tidyGetHtml(doc) : NULL;
    if (root) {
        import_attrs(maker, root);
        import_nodes(maker, doc, root);
    }
    tidyRelease(doc);
    return done;
}
