/* SPDX-License-Identifier: ISC */
/* How much of what is in each subtree: one sweep backwards, kept true as parts are dropped. */
#include "render/article/article_parts.h"

#include "agent/base/charset.h"
#include "render/construct/tags.h"

enum { SUM_COUNT = sizeof(struct article_sums) / sizeof(uint32_t) };

static bool is_comma(uint32_t code)
{
    switch (code) {
    case ',':
    case 0x060c:
    case 0x2e41:
    case 0x2e34:
    case 0x2e32:
    case 0x3001:
    case 0xfe50:
    case 0xfe10:
    case 0xfe11:
    case 0xff0c:
        return true;
    default:
        return false;
    }
}

uint32_t article_chars(struct span text, uint32_t *commas_out)
{
    uint32_t chars = 0, commas = 0, code;
    bool blank = true;
    while (charset_next(&text, &code)) {
        if (code == ' ' || (code >= 9 && code <= 13) || code == 0xa0 || code == 0x3000) {
            chars += !blank;
            blank = true;
        } else {
            chars += code >= 0x2e80 ? 2 : 1; /* a sign there is half a word */
            blank = false;
            commas += is_comma(code);
        }
    }
    if (commas_out)
        *commas_out = commas;
    return chars;
}

bool article_is_block(const struct tree *tree, uint32_t node)
{
    switch (tree->nodes[node].tag) {
    case TAG_TEXT:
    case TAG_br:
        return false;
    case TAG_td:
    case TAG_th:
    case TAG_caption:
        return true;
    default:
        return tree->nodes[node].flags & TREE_BLOCK;
    }
}

static bool is_container(enum tree_tag tag)
{
    switch (tag) {
    case TAG_span:
    case TAG_li:
    case TAG_td:
    case TAG_blockquote:
    case TAG_dl:
    case TAG_div:
    case TAG_ol:
    case TAG_p:
    case TAG_pre:
    case TAG_table:
    case TAG_ul:
    case TAG_section:
    case TAG_article:
        return true;
    default:
        return false;
    }
}

/* What leads to a place in the page hardly counts as a link: footnotes, headings' marks. */
static bool leads_within(const struct tree *tree, uint32_t link)
{
    struct span href = span_trim(tree_attr(tree, link, ATTR_href));
    return href.len && href.at[0] == '#';
}

/* What an element is beyond its content. */
static void count_element(const struct article *article, uint32_t node, struct article_sums *sums)
{
    const struct tree *tree = article->tree;
    enum tree_tag tag = tree->nodes[node].tag;
    switch (tag) {
    case TAG_a:
        sums->link_chars = leads_within(tree, node) ? sums->chars / 3 : sums->chars;
        break;
    case TAG_ul:
    case TAG_ol:
        sums->list_chars = sums->chars;
        break;
    case TAG_p:
        sums->paragraphs++;
        break;
    case TAG_img:
        sums->images++;
        break;
    case TAG_li:
        sums->items++;
        break;
    case TAG_input:
    case TAG_textarea:
    case TAG_select:
    case TAG_button:
        sums->inputs++;
        break;
    case TAG_object:
    case TAG_embed:
    case TAG_iframe:
        sums->embeds++;
        break;
    case TAG_table:
        sums->data_tables += (tree->nodes[node].flags & TREE_DATA_TABLE) != 0;
        break;
    default:
        break;
    }
    if (is_container(tag))
        sums->block_chars = sums->chars;
    if (tree_is_heading(tag)) {
        sums->heading_chars = sums->chars;
        sums->headings += sums->chars > 0;
        sums->linked_headings += sums->link_chars * 2 > sums->chars;
    }
}

static void add_sums(struct article_sums *to, const struct article_sums *what, bool minus)
{
    uint32_t *into = &to->chars;
    const uint32_t *from = &what->chars; /* all of them are numbers */
    for (size_t i = 0; i < SUM_COUNT; i++)
        into[i] = minus ? (into[i] > from[i] ? into[i] - from[i] : 0) : into[i] + from[i];
}

void article_count(struct article *article)
{
    const struct tree *tree = article->tree;
    for (uint32_t i = 0; i < tree->node_count; i++)
        article->sums[i] = (struct article_sums){0};
    for (uint32_t i = tree->node_count; i > 0; i--) {
        const struct tree_node *node = &tree->nodes[i - 1];
        struct article_sums *sums = &article->sums[i - 1];
        if (article->dropped[i - 1])
            continue;
        if (node->tag == TAG_TEXT)
            sums->chars = article_chars(tree_text(tree, i - 1), &sums->commas);
        else
            count_element(article, i - 1, sums);
        if (node->parent != TREE_NONE)
            add_sums(&article->sums[node->parent], sums, false);
    }
}

void article_drop(struct article *article, uint32_t node)
{
    const struct tree *tree = article->tree;
    if (article->dropped[node])
        return;
    for (uint32_t up = tree->nodes[node].parent; up != TREE_NONE; up = tree->nodes[up].parent)
        add_sums(&article->sums[up], &article->sums[node], true);
    for (uint32_t i = node; i < tree->nodes[node].end; i++)
        article->dropped[i] = 1;
}

float article_link_density(const struct article *article, uint32_t node)
{
    const struct article_sums *sums = &article->sums[node];
    if (!sums->chars)
        return 0;
    float density = (float)sums->link_chars / (float)sums->chars;
    return density > 1 ? 1 : density;
}
