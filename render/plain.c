/* SPDX-License-Identifier: ISC */
/* Characters, the walk, and words: what the renderers share. */
#include "render/plain.h"

#include "agent/base/charset.h"

enum {
    WORDS_MAX_NODES =
        256, /* looked at for the words of one thing, so that many things stay cheap */
    CHILD_MAX = 64,
    INTEGER_MAX = 1000000
};

static bool is_blank(uint32_t code)
{
    return code == ' ' || (code >= 0x09 && code <= 0x0d) || code == 0x85 || code == 0x1680 ||
           (code >= 0x2000 && code <= 0x200a) || code == 0x2028 || code == 0x2029 || code == 0x205f;
}

enum plain_class plain_class(uint32_t code)
{
    if (code > 0x20 && code < 0x7f)
        return PLAIN_KEEP;
    if (is_blank(code))
        return PLAIN_BLANK;
    if (code < 0x20 || (code >= 0x7f && code < 0xa0) || (code >= 0x202a && code <= 0x202e) ||
        (code >= 0x2066 && code <= 0x206f) || (code >= 0xfff9 && code <= 0xfffb) ||
        (code & 0xfffe) == 0xfffe || (code >= 0xe0000 && code <= 0xe007f))
        return PLAIN_UNSAFE;
    if (code == 0xa0 || code == 0x202f)
        return PLAIN_NBSP;
    if (code == 0xad || code == 0x200b || (code >= 0x2060 && code <= 0x2064) || code == 0xfeff ||
        (code >= 0xe000 && code <= 0xf8ff) || code >= 0xf0000)
        return PLAIN_UNSEEN;
    return PLAIN_KEEP;
}

/* Printable ASCII needs no decoding, and is most of the web. */
static size_t ascii_run(struct span text)
{
    size_t len = 0;
    while (len < text.len && text.at[len] > 0x20 && text.at[len] < 0x7f)
        len++;
    return len;
}

/* ASCII without a call. */
static bool next_code(struct span *rest, uint32_t *code_out)
{
    if (!rest->len || rest->at[0] & 0x80)
        return charset_next(rest, code_out);
    *code_out = (unsigned char)*rest->at++;
    rest->len--;
    return true;
}

bool plain_next_run(struct span *rest, struct span *run_out, enum plain_class *class_out)
{
    uint32_t code;
    struct span next = *rest, ahead;
    if (!rest->len)
        return false;
    size_t len = ascii_run(next);
    if (len) {
        *class_out = PLAIN_KEEP;
        next = span_from(next, len);
    } else {
        next_code(&next, &code);
        *class_out = plain_class(code);
    }
    for (;;) {
        if (*class_out == PLAIN_KEEP)
            next = span_from(next, ascii_run(next));
        ahead = next;
        if (!next_code(&ahead, &code) || plain_class(code) != *class_out)
            break;
        next = ahead;
    }
    *run_out = (struct span){rest->at, rest->len - next.len};
    *rest = next;
    return true;
}

void plain_walk(const struct tree *tree, uint32_t root, const struct plain_visitor *visitor,
                void *context)
{
    uint32_t stop = tree->nodes[root].end, open = TREE_NONE, at = root;
    while (at < stop && at < tree->node_count) {
        uint32_t end = tree->nodes[at].end;
        if (visitor->enter(context, at)) {
            open = at++;
        } else {
            at = end > at ? end : at + 1;
        }
        while (open != TREE_NONE && tree->nodes[open].end <= at) {
            visitor->leave(context, open);
            open = open == root ? TREE_NONE : tree->nodes[open].parent;
        }
    }
}

/* Elements that say something although nothing is inside. */
static bool stands_alone(enum tree_tag tag)
{
    switch (tag) {
    case TAG_area:
    case TAG_br:
    case TAG_embed:
    case TAG_frame:
    case TAG_hr:
    case TAG_iframe:
    case TAG_img:
    case TAG_input:
    case TAG_meter:
    case TAG_object:
    case TAG_progress:
    case TAG_select:
    case TAG_td:
    case TAG_textarea:
    case TAG_th:
    case TAG_video:
    case TAG_audio:
        return true;
    default:
        return false;
    }
}

/* A link around an image without words is empty to a reader of text, but can be followed. */
static bool is_image_link(const struct tree *tree, uint32_t node)
{
    const struct tree_node *link = &tree->nodes[node];
    if (link->tag != TAG_a || !link->link)
        return false;
    uint32_t end = link->end - node > CHILD_MAX ? node + CHILD_MAX : link->end;
    for (uint32_t i = node + 1; i < end; i++)
        if (tree->nodes[i].tag == TAG_img)
            return true;
    return false;
}

bool plain_skips(const struct tree *tree, uint32_t node)
{
    const struct tree_node *at = &tree->nodes[node];
    if (at->flags & TREE_HIDDEN)
        return true;
    switch (at->tag) {
    case TAG_TEXT:
        return false;
    case TAG_col:
    case TAG_colgroup:
    case TAG_datalist:
    case TAG_head:
    case TAG_script:
    case TAG_style:
    case TAG_template:
    case TAG_title:
        return true;
    default:
        return (at->flags & TREE_EMPTY) && !stands_alone(at->tag) && !is_image_link(tree, node);
    }
}

bool plain_integer(struct span text, int32_t *value_out)
{
    uint64_t value;
    text = span_trim(text);
    bool minus = text.len && text.at[0] == '-';
    if (!span_to_u64(span_from(text, minus), &value) || value > INTEGER_MAX)
        return false;
    *value_out = minus ? -(int32_t)value : (int32_t)value;
    return true;
}

/* One run of text into a line of words; blanks come between words only. */
static void add_run(struct buffer *out, size_t start, struct span run, enum plain_class class)
{
    if (class == PLAIN_KEEP)
        buffer_add_span(out, run);
    else if (class <= PLAIN_NBSP && out->len > start && out->at[out->len - 1] != ' ')
        buffer_add_byte(out, ' ');
}

static void add_words(struct buffer *out, size_t start, size_t max, struct span text)
{
    struct span run;
    enum plain_class class;
    while (out->len - start < max && plain_next_run(&text, &run, &class)) {
        size_t left = max - (out->len - start);
        if (run.len > left) {
            while (left && (run.at[left] & 0xc0) == 0x80)
                left--;
            run.len = left;
            text.len = 0;
        }
        add_run(out, start, run, class);
    }
}

static void end_words(struct buffer *out, size_t start)
{
    while (out->len > start && out->at[out->len - 1] == ' ')
        out->at[--out->len] = '\0';
}

void plain_clean(struct span text, size_t max, struct buffer *out)
{
    size_t start = out->len;
    add_words(out, start, max, text);
    end_words(out, start);
}

void plain_words(const struct tree *tree, uint32_t node, size_t max, struct buffer *out)
{
    size_t start = out->len;
    uint32_t end = tree->nodes[node].end, i = node;
    for (unsigned seen = 0; i < end && seen < WORDS_MAX_NODES && out->len - start < max; seen++) {
        const struct tree_node *at = &tree->nodes[i];
        if (i != node && plain_skips(tree, i)) {
            i = at->end > i ? at->end : i + 1;
            continue;
        }
        if (at->tag == TAG_TEXT)
            add_words(out, start, max, tree_text(tree, i));
        else if (at->tag == TAG_img)
            add_words(out, start, max, tree_attr(tree, i, ATTR_alt));
        else if (at->tag == TAG_br || (at->flags & TREE_BLOCK))
            add_words(out, start, max, SPAN_LITERAL(" "));
        i++;
    }
    end_words(out, start);
}
