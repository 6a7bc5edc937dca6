/* SPDX-License-Identifier: ISC */
/*
 * Tables of data and tables that only arrange a page.  The page's own word counts first (role,
 * headers, caption), then what tables of data never hold, then shape and size.  One sweep, with
 * the open tables on a stack.
 */
#include "render/passes/passes.h"

#include <stdlib.h>

enum {
    MAX_OPEN = 256,         /* tables within tables; deeper ones arrange */
    SHORT_CELL = 60,        /* bytes of text a cell has in the middle */
    SHORT_WITH_LINES = 120, /* the same where the page draws the lines */
    LONG_CELL = 600,        /* a cell that no table of data has */
    MIN_UNIFORM = 80        /* per cent of the rows have as many columns as the widest */
};

/* What was seen of an open table, up to where the sweep is. */
struct seen {
    uint32_t table, end;
    uint32_t rows, cells, widest, uniform; /* uniform: rows as wide as the widest */
    uint32_t columns;                      /* of the row being swept, spans counted */
    uint32_t cell_text, longest, text;
    bool says_data, says_layout, has_lines, holds_table, holds_blocks;
};

struct sweep {
    struct tree *tree;
    struct seen *open;
    size_t depth;
};

static bool is_one_of(struct span text, const char (*words)[16], size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (span_equal_nocase(text, span_of(words[i])))
            return true;
    return false;
}

static uint32_t span_of_cell(const struct tree *tree, uint32_t node)
{
    uint64_t columns = 1;
    struct span text = span_trim(tree_attr(tree, node, ATTR_colspan));
    if (!span_to_u64(text, &columns) || columns < 1 || columns > 1000)
        columns = 1;
    return (uint32_t)columns;
}

static void end_row(struct seen *seen)
{
    if (!seen->columns)
        return;
    seen->rows++;
    if (seen->columns > seen->widest) {
        seen->widest = seen->columns;
        seen->uniform = 0;
    }
    seen->uniform += seen->columns == seen->widest;
    seen->columns = 0;
}

static void end_cell(struct seen *seen)
{
    if (seen->cell_text > seen->longest)
        seen->longest = seen->cell_text;
    seen->text += seen->cell_text;
    seen->cell_text = 0;
}

static void take_cell(struct sweep *sweep, struct seen *seen, uint32_t node)
{
    const struct tree *tree = sweep->tree;
    end_cell(seen);
    seen->cells++;
    seen->columns += span_of_cell(tree, node);
    if (tree_attr(tree, node, ATTR_headers).len || tree_attr(tree, node, ATTR_scope).len ||
        tree_attr(tree, node, ATTR_abbr).len)
        seen->says_data = true;
    /* An empty <th> may be there for its looks. */
    if (tree->nodes[node].tag == TAG_th && !(tree->nodes[node].flags & TREE_EMPTY))
        seen->says_data = true;
}

static bool is_empty(const struct tree *tree, uint32_t node)
{
    return (tree->nodes[node].flags & TREE_EMPTY) != 0;
}

static void begin_table(struct sweep *sweep, uint32_t node)
{
    static const char data[][16] = {"table", "grid", "treegrid"};
    static const char layout[][16] = {"presentation", "none"};
    const struct tree *tree = sweep->tree;
    for (size_t i = 0; i < sweep->depth; i++)
        sweep->open[i].holds_table = true;
    if (sweep->depth == MAX_OPEN)
        return;
    struct span role = span_trim(tree_attr(tree, node, ATTR_role));
    struct span border = span_trim(tree_attr(tree, node, ATTR_border));
    sweep->open[sweep->depth++] =
        (struct seen){.table = node,
                      .end = tree->nodes[node].end,
                      .says_data = is_one_of(role, data, sizeof data / sizeof *data) ||
                                   span_trim(tree_attr(tree, node, ATTR_summary)).len,
                      .says_layout = is_one_of(role, layout, sizeof layout / sizeof *layout),
                      .has_lines = border.len && !span_equal(border, SPAN_LITERAL("0"))};
}

static bool is_data(const struct seen *seen)
{
    if (seen->says_layout || !seen->cells)
        return false;
    if (seen->says_data)
        return !seen->holds_table || !seen->holds_blocks;
    if (seen->holds_table || seen->holds_blocks || seen->longest > LONG_CELL)
        return false;
    if (seen->rows < 2 || seen->widest < 2)
        return false;
    if (seen->uniform * 100 < seen->rows * MIN_UNIFORM)
        return false;
    return seen->text / seen->cells <= (uint32_t)(seen->has_lines ? SHORT_WITH_LINES : SHORT_CELL);
}

static void end_tables(struct sweep *sweep, uint32_t node)
{
    while (sweep->depth && sweep->open[sweep->depth - 1].end <= node) {
        struct seen *seen = &sweep->open[--sweep->depth];
        end_cell(seen);
        end_row(seen);
        if (is_data(seen))
            sweep->tree->nodes[seen->table].flags |= TREE_DATA_TABLE;
    }
}

static void take_node(struct sweep *sweep, struct seen *seen, uint32_t node)
{
    const struct tree *tree = sweep->tree;
    switch (tree->nodes[node].tag) {
    case TAG_TEXT:
        if (span_trim(tree_text(tree, node)).len)
            seen->cell_text += tree->nodes[node].text_len;
        break;
    case TAG_tr:
        end_row(seen);
        break;
    case TAG_td:
    case TAG_th:
        take_cell(sweep, seen, node);
        break;
    case TAG_caption:
    case TAG_thead:
    case TAG_tfoot:
        seen->says_data |= !is_empty(tree, node);
        break;
    case TAG_h1:
    case TAG_h2:
    case TAG_h3:
    case TAG_h4:
    case TAG_form:
    case TAG_nav:
    case TAG_article:
    case TAG_section:
    case TAG_textarea:
        seen->holds_blocks |= !is_empty(tree, node);
        break;
    default:
        break;
    }
}

void passes_tables(struct tree *tree)
{
    struct sweep sweep = {.tree = tree, .open = calloc(MAX_OPEN, sizeof(struct seen))};
    for (uint32_t i = 0; sweep.open && i < tree->node_count; i++) {
        end_tables(&sweep, i);
        if (tree->nodes[i].flags & TREE_HIDDEN) {
            i = tree->nodes[i].end - 1;
            continue;
        }
        if (tree->nodes[i].tag == TAG_table)
            begin_table(&sweep, i);
        else if (sweep.depth)
            take_node(&sweep, &sweep.open[sweep.depth - 1], i);
    }
    end_tables(&sweep, tree->node_count);
    free(sweep.open);
}
