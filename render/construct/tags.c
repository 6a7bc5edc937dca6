/* SPDX-License-Identifier: ISC */
/* Tables of elements and attributes, in the order of their names. */
#include "render/construct/tags.h"

#include <endian.h>
#include <string.h>

enum { NAME_MAX_LEN = 12 };

#define NAME_ENTRY(name) #name,
static const char tag_names[][NAME_MAX_LEN] = {TREE_TAGS(NAME_ENTRY)};
static const char attr_names[][NAME_MAX_LEN] = {TREE_ATTRS(NAME_ENTRY)};
#undef NAME_ENTRY

enum {
    V = TRAIT_VOID,
    B = TRAIT_BLOCK,
    P = TRAIT_CLOSES_P,
    S = TRAIT_SPECIAL,
    F = TRAIT_FORMATTING,
    X = TRAIT_SCOPE,
    I = TRAIT_SHOWS,
    U = TRAIT_UNSEEN
};

const uint8_t tags_traits[TAG_COUNT] = {
    [TAG_a] = F,
    [TAG_address] = B | P | S,
    [TAG_area] = V | S | I,
    [TAG_article] = B | P | S,
    [TAG_aside] = B | P | S,
    [TAG_audio] = I,
    [TAG_b] = F,
    [TAG_base] = V | S | U,
    [TAG_big] = F,
    [TAG_blockquote] = B | P | S,
    [TAG_body] = B | S,
    [TAG_br] = V | S | I,
    [TAG_button] = S | I,
    [TAG_caption] = B | S | X,
    [TAG_center] = B | P | S,
    [TAG_code] = F,
    [TAG_col] = V | S | U,
    [TAG_colgroup] = S | U,
    [TAG_datalist] = U,
    [TAG_dd] = B | P | S,
    [TAG_details] = B | P | S,
    [TAG_dialog] = B | P,
    [TAG_dir] = B | P | S,
    [TAG_div] = B | P | S,
    [TAG_dl] = B | P | S,
    [TAG_dt] = B | P | S,
    [TAG_em] = F,
    [TAG_embed] = V | S | I,
    [TAG_fieldset] = B | P | S,
    [TAG_figcaption] = B | P | S,
    [TAG_figure] = B | P | S,
    [TAG_font] = F,
    [TAG_footer] = B | P | S,
    [TAG_form] = B | P | S,
    [TAG_frame] = V | S | B | I,
    [TAG_frameset] = B | S,
    [TAG_h1] = B | P | S,
    [TAG_h2] = B | P | S,
    [TAG_h3] = B | P | S,
    [TAG_h4] = B | P | S,
    [TAG_h5] = B | P | S,
    [TAG_h6] = B | P | S,
    [TAG_head] = S | U,
    [TAG_header] = B | P | S,
    [TAG_hgroup] = B | P | S,
    [TAG_hr] = V | B | P | S | I,
    [TAG_html] = B | S | X,
    [TAG_i] = F,
    [TAG_iframe] = S | I,
    [TAG_img] = V | S | I,
    [TAG_input] = V | S | I,
    [TAG_legend] = B,
    [TAG_li] = B | P | S,
    [TAG_link] = V | S | U,
    [TAG_main] = B | P | S,
    [TAG_marquee] = B | S | X,
    [TAG_menu] = B | P | S,
    [TAG_meta] = V | S | U,
    [TAG_meter] = I,
    [TAG_nav] = B | P | S,
    [TAG_nobr] = F,
    [TAG_noframes] = B | S,
    [TAG_noscript] = S,
    [TAG_object] = S | X | I,
    [TAG_ol] = B | P | S,
    [TAG_optgroup] = B,
    [TAG_option] = B,
    [TAG_p] = B | P | S,
    [TAG_param] = V | S | U,
    [TAG_pre] = B | P | S,
    [TAG_progress] = I,
    [TAG_s] = F,
    [TAG_script] = S | U,
    [TAG_search] = B | P | S,
    [TAG_section] = B | P | S,
    [TAG_select] = S | I,
    [TAG_small] = F,
    [TAG_source] = V | S | U,
    [TAG_strike] = F,
    [TAG_strong] = F,
    [TAG_style] = S | U,
    [TAG_summary] = B | P | S,
    [TAG_table] = B | P | S | X,
    [TAG_tbody] = B | S,
    [TAG_td] = B | S | X,
    [TAG_template] = S | X | U,
    [TAG_textarea] = S | I,
    [TAG_tfoot] = B | S,
    [TAG_th] = B | S | X,
    [TAG_thead] = B | S,
    [TAG_title] = S | U,
    [TAG_tr] = B | S,
    [TAG_track] = V | S | U,
    [TAG_tt] = F,
    [TAG_u] = F,
    [TAG_ul] = B | P | S,
    [TAG_video] = I,
    [TAG_wbr] = V | S,
};

/* Names are compared as numbers, which go as the lists are sorted. */
struct key {
    uint64_t start;
    uint32_t rest;
};

static struct key key_of(const char *name)
{
    struct key key;
    memcpy(&key.start, name, sizeof key.start);
    memcpy(&key.rest, name + sizeof key.start, sizeof key.rest);
    return (struct key){be64toh(key.start), be32toh(key.rest)};
}

/* `-` of an attribute is written `_` in the list. */
static int find(struct span name, const char (*entries)[NAME_MAX_LEN], int count)
{
    char padded[NAME_MAX_LEN] = "";
    int low = 0, high = count;
    if (name.len >= NAME_MAX_LEN)
        return -1;
    for (size_t i = 0; i < name.len; i++)
        padded[i] = (char)(name.at[i] == '-' ? '_' : name.at[i] ? name.at[i] : ' ');
    struct key wanted = key_of(padded);
    while (low < high) {
        int middle = (low + high) / 2;
        struct key entry = key_of(entries[middle]);
        if (wanted.start == entry.start && wanted.rest == entry.rest)
            return middle;
        if (wanted.start < entry.start || (wanted.start == entry.start && wanted.rest < entry.rest))
            high = middle;
        else
            low = middle + 1;
    }
    return -1;
}

enum tree_tag tag_of(struct span name)
{
    int found = find(name, tag_names, sizeof tag_names / sizeof *tag_names);
    return found < 0 ? TAG_UNKNOWN : (enum tree_tag)(found + TAG_TEXT + 1);
}

enum tree_attr_name tag_attr_of(struct span name)
{
    int found = find(name, attr_names, ATTR_COUNT);
    return found < 0 ? ATTR_COUNT : (enum tree_attr_name)found;
}
