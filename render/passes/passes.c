/* SPDX-License-Identifier: ISC */
/* Hiding, blocks, preformatted text, and elements that have nothing to show. */
#include "render/passes/passes.h"

#include "agent/base/charset.h"
#include "render/style/css.h"
#include "render/construct/tags.h"

/* Flags while the passes run. */
enum { INVISIBLE = 1 << 14, HOLDS_VISIBLE = 1 << 15 };

/* How far the text is read whose direction is to be found out. */
enum { AUTO_BYTES = 200, AUTO_NODES = 32 };

/* Sheets that leave less than this part of more than so many bytes are meant for a script. */
enum { LEAST_SHOWN = 10, LITTLE_TEXT = 400 };

/* How much an element has to show; blanks alone separate words, but make no block. */
enum content { CONTENT_NONE, CONTENT_BLANK, CONTENT_SEEN };

static bool is_blank(struct span text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.at[i] != ' ' && text.at[i] != '\n' && text.at[i] != '\t' && text.at[i] != '\r' &&
            text.at[i] != '\f')
            return false;
    return true;
}

static bool is_pre_by_style(struct span style)
{
    static const char values[][16] = {"pre", "pre-wrap", "break-spaces"};
    struct span value = css_value_of(style, SPAN_LITERAL("white-space"));
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        if (span_equal_nocase(value, span_of(values[i])))
            return true;
    return false;
}

static bool has_attr(const struct tree *tree, uint32_t node, enum tree_attr_name name)
{
    return tree_attr(tree, node, name).at != NULL;
}

/* The direction of the first letter that has one, among the first bytes. */
static bool starts_rtl(const struct tree *tree, uint32_t node)
{
    size_t left = AUTO_BYTES;
    uint32_t end = tree->nodes[node].end;
    for (uint32_t i = node + 1; i < end && i <= node + AUTO_NODES; i++) {
        struct span text = tree_text(tree, i);
        uint32_t code;
        for (; left > 0 && charset_next(&text, &code); left--) {
            if ((code >= 0x590 && code <= 0x8FF) || (code >= 0xFB1D && code <= 0xFEFC))
                return true;
            if ((code | 0x20) >= 'a' && ((code | 0x20) <= 'z' || code >= 0xAA))
                return false;
        }
    }
    return false;
}

static void flag_direction(struct tree *tree, uint32_t node)
{
    struct span dir = span_trim(tree_attr(tree, node, ATTR_dir));
    if (!dir.len)
        return;
    if (span_equal_nocase(dir, SPAN_LITERAL("rtl")) ||
        (span_equal_nocase(dir, SPAN_LITERAL("auto")) && starts_rtl(tree, node)))
        tree->nodes[node].flags |= TREE_RTL;
    else if (span_equal_nocase(dir, SPAN_LITERAL("ltr")) ||
             span_equal_nocase(dir, SPAN_LITERAL("auto")))
        tree->nodes[node].flags &= (uint16_t)~TREE_RTL;
}

/* A page that hides all of itself means to show it by script, which will not run. */
static bool is_page(enum tree_tag tag)
{
    return tag == TAG_html || tag == TAG_body;
}

/* A page that was saved after its scripts ran may have what no browser read as a text: source. */
static bool is_source(const struct tree *tree, uint32_t node)
{
    uint32_t child = tree->nodes[node].first_child;
    if (child == TREE_NONE || tree->nodes[child].tag != TAG_TEXT ||
        tree->nodes[child].next != TREE_NONE)
        return false;
    struct span text = span_trim(tree_text(tree, child));
    char second = text.len > 2 ? (char)(text.at[1] | 0x20) : ' ';
    return text.len > 2 && text.at[0] == '<' && second >= 'a' && second <= 'z' &&
           text.at[text.len - 1] == '>';
}

static bool is_hidden_by_attr(const struct tree *tree, uint32_t node)
{
    struct span hidden = span_trim(tree_attr(tree, node, ATTR_hidden));
    if (hidden.at && !span_equal_nocase(hidden, SPAN_LITERAL("until-found")))
        return true;
    return has_attr(tree, node, ATTR_popover) ||
           span_equal_nocase(span_trim(tree_attr(tree, node, ATTR_aria_hidden)),
                             SPAN_LITERAL("true")) ||
           (tree->nodes[node].tag == TAG_input &&
            span_equal_nocase(tree_attr(tree, node, ATTR_type), SPAN_LITERAL("hidden")));
}

/* What an element's own style says goes before what sheets say, unless they alone insist. */
static uint8_t effects_of(const struct tree *tree, uint32_t node, uint8_t sheets)
{
    struct span style = tree_attr(tree, node, ATTR_style);
    uint8_t own = style.len ? css_declarations(style) : 0, both = 0;
    bool of_sheet =
        !(own & CSS_DISPLAY) || (sheets & CSS_DISPLAY_IMPORTANT && !(own & CSS_DISPLAY_IMPORTANT));
    both |= (of_sheet ? sheets : own) & CSS_DISPLAY;
    of_sheet = !(own & CSS_VISIBILITY) ||
               (sheets & CSS_VISIBILITY_IMPORTANT && !(own & CSS_VISIBILITY_IMPORTANT));
    return both | ((of_sheet ? sheets : own) & CSS_VISIBILITY);
}

/* Sets what an element adds to the flags that come from above. */
static void flag_element(struct tree *tree, uint32_t node, uint8_t sheets)
{
    struct tree_node *at = &tree->nodes[node];
    unsigned traits = tag_traits(at->tag);
    bool has_attrs = at->attr_count > 0;
    if (traits & TRAIT_BLOCK)
        at->flags |= TREE_BLOCK;
    if (at->tag == TAG_pre || at->tag == TAG_textarea ||
        (has_attrs && is_pre_by_style(tree_attr(tree, node, ATTR_style))))
        at->flags |= TREE_PRE;
    if (has_attrs)
        flag_direction(tree, node);
    if (is_page(at->tag))
        return;
    uint8_t effects = has_attrs ? effects_of(tree, node, sheets) : sheets;
    if (effects & CSS_INVISIBLE)
        at->flags |= INVISIBLE;
    else if (effects & CSS_VISIBLE)
        at->flags &= (uint16_t)~INVISIBLE;
    if (traits & TRAIT_UNSEEN || effects & CSS_DISPLAY_NONE ||
        (at->tag == TAG_noscript && is_source(tree, node)) ||
        (at->tag == TAG_dialog && !has_attr(tree, node, ATTR_open)) ||
        (has_attrs && is_hidden_by_attr(tree, node)))
        at->flags |= TREE_HIDDEN;
}

/* True when something was made invisible. */
static bool flag_down(struct tree *tree, const uint8_t *effects)
{
    uint16_t seen = 0;
    for (uint32_t i = 0; i < tree->node_count; i++) {
        struct tree_node *node = &tree->nodes[i];
        uint16_t above = node->parent == TREE_NONE ? 0 : tree->nodes[node->parent].flags;
        node->flags = above & (TREE_HIDDEN | TREE_PRE | TREE_RTL | INVISIBLE);
        if (node->tag != TAG_TEXT)
            flag_element(tree, i, effects ? effects[i] : 0);
        seen |= node->flags;
    }
    return seen & INVISIBLE;
}

/*
 * Backwards: what is invisible is hidden, unless something in it was made visible again; then it
 * stays, without its own texts.
 */
static void flag_invisible(struct tree *tree)
{
    for (uint32_t i = tree->node_count; i > 0; i--) {
        struct tree_node *node = &tree->nodes[i - 1];
        if ((node->flags & (INVISIBLE | HOLDS_VISIBLE)) == INVISIBLE)
            node->flags |= TREE_HIDDEN;
        if (!(node->flags & TREE_HIDDEN) && node->parent != TREE_NONE)
            tree->nodes[node->parent].flags |= HOLDS_VISIBLE;
        node->flags &= (uint16_t) ~(INVISIBLE | HOLDS_VISIBLE);
    }
}

static enum content own_content(const struct tree *tree, uint32_t node)
{
    const struct tree_node *at = &tree->nodes[node];
    if (at->tag == TAG_TEXT)
        return at->flags & TREE_PRE || !is_blank(tree_text(tree, node)) ? CONTENT_SEEN
                                                                        : CONTENT_BLANK;
    if (tag_traits(at->tag) & TRAIT_SHOWS)
        return CONTENT_SEEN;
    /* A link that shows nothing but has a name can be told by it. */
    if (at->tag == TAG_a && tree_attr(tree, node, ATTR_aria_label).len)
        return CONTENT_SEEN;
    return CONTENT_NONE;
}

/*
 * Backwards, so that children come before their parents.  `link` is not in use yet and serves as
 * the sum of what was seen inside.
 */
static void flag_up(struct tree *tree)
{
    for (uint32_t i = tree->node_count; i > 0; i--) {
        struct tree_node *node = &tree->nodes[i - 1];
        enum content content = node->link;
        enum content own = own_content(tree, i - 1);
        node->link = 0;
        if (own > content)
            content = own;
        if (node->flags & TREE_BLOCK && content == CONTENT_BLANK)
            content = CONTENT_NONE;
        if (node->tag != TAG_TEXT && content == CONTENT_NONE)
            node->flags |= TREE_EMPTY;
        if (node->parent == TREE_NONE || node->flags & TREE_HIDDEN)
            continue;
        if (tree->nodes[node->parent].link < content)
            tree->nodes[node->parent].link = content;
    }
}

static void set_flags(struct tree *tree, const uint8_t *effects)
{
    if (flag_down(tree, effects))
        flag_invisible(tree);
    flag_up(tree);
}

void passes_flags(struct tree *tree)
{
    passes_flags_styled(tree, NULL);
}

bool passes_flags_styled(struct tree *tree, const uint8_t *effects)
{
    set_flags(tree, NULL);
    bool kept = effects != NULL;
    if (effects) {
        uint32_t all = passes_text_bytes(tree);
        set_flags(tree, effects);
        kept = all < LITTLE_TEXT || passes_text_bytes(tree) >= all / LEAST_SHOWN;
        if (!kept)
            set_flags(tree, NULL);
    }
    passes_tables(tree);
    return kept;
}

uint32_t passes_text_bytes(const struct tree *tree)
{
    uint32_t bytes = 0;
    for (uint32_t i = 0; i < tree->node_count; i++)
        if (tree->nodes[i].tag == TAG_TEXT && !(tree->nodes[i].flags & TREE_HIDDEN) &&
            !is_blank(tree_text(tree, i)))
            bytes += tree->nodes[i].text_len;
    return bytes;
}
