/* SPDX-License-Identifier: ISC */
/* Style sheets, matched against a small tree: within the limits, and effects are of those there
 * are.  RS stands between sheets; the media of one is the sheet before it. */
#include "test/fuzz/fuzz.h"

#include "render/style/style.h"
#include "test/unit/tree_builder.h"

static const char page[] =
    "<html class=\"js\"><body id=\"i\"><div class=\"a b\"><p class=\"c\" id=\"x\">t<b class=\"a\">u"
    "</b></p><span>v</span></div><table class=\"b c\"><tr><td "
    "class=\"a\">w</td></tr></table></body>"
    "</html>";

static void match(const struct styles *styles)
{
    struct tree_builder tb = tree_build(page);
    struct style_tally tally;
    uint32_t count = tb.tree.node_count;
    uint8_t *effects = calloc(count, 1);
    FUZZ_ASSERT(effects && styles_match(styles, &tb.tree, 0, count, effects, &tally));
    FUZZ_ASSERT(tally.work <= STYLE_MAX_WORK + (uint64_t)STYLE_MAX_WORK_A_NODE * count + 1024);
    for (uint32_t i = 0; i < count; i++) {
        FUZZ_ASSERT((effects[i] & ~(CSS_DISPLAY | CSS_VISIBILITY)) == 0);
        FUZZ_ASSERT((effects[i] & (CSS_DISPLAY_NONE | CSS_DISPLAY_SHOWN)) !=
                    (CSS_DISPLAY_NONE | CSS_DISPLAY_SHOWN));
        FUZZ_ASSERT((effects[i] & (CSS_INVISIBLE | CSS_VISIBLE)) != (CSS_INVISIBLE | CSS_VISIBLE));
        FUZZ_ASSERT(tb.tree.nodes[i].tag != TAG_TEXT || effects[i] == 0);
    }
    free(effects);
    tree_build_free(&tb);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span rest = {(const char *)data, size}, media = {NULL, 0};
    struct styles *styles = styles_new();
    FUZZ_ASSERT(styles != NULL);
    ptrdiff_t mark;
    while ((mark = span_find_byte(rest, '\x1e')) >= 0) {
        FUZZ_ASSERT(styles_add(styles, (struct span){rest.at, (size_t)mark}, media));
        media = (struct span){rest.at, (size_t)mark < 64 ? (size_t)mark : 64};
        rest = span_from(rest, (size_t)mark + 1);
    }
    FUZZ_ASSERT(styles_add(styles, rest, media));
    FUZZ_ASSERT(styles_count(styles) <= STYLE_MAX_SELECTORS);
    match(styles);
    (void)css_declarations((struct span){(const char *)data, size});
    styles_free(&styles);
    return 0;
}
