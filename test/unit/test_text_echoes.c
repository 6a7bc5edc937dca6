/* SPDX-License-Identifier: ISC */
/* Pictures that only say again what words or earlier pictures say; and those that say more. */
#include "test/unit/render_help.h"

#define A "<a href=\"https://a.example/\">"
#define LONG_WORDS "Waves at night behind the old pier"
#define LONG_IMAGE "<img alt=\"" LONG_WORDS "\"/>"

static void check(const char *html, const char *expected)
{
    check_text(html, 72, false, expected);
}

static const char url[] = "\n[1] https://a.example/\n";

static void check_linked(const char *html, const char *expected)
{
    char whole[1000];
    snprintf(whole, sizeof whole, "%s%s", expected, url);
    check(html, whole);
}

static void pictures_beside_their_link(void **state)
{
    (void)state;
    check_linked(A "<img/></a> x " A "Word</a>", "x Word[1]\n");
    check_linked(A "Word</a>" A "<img/></a>.", "Word[1].\n");
    check_linked(A "<img alt=\"Word\"/></a><p>" A "word</a></p>", "word[1]\n");
    check_linked("x" A "<img/></a>y " A "Word</a>", "x y Word[1]\n");
    check_linked("<ul><li>" A "<img/></a></li><li>" A "Word</a></li></ul>", "* Word[1]\n");
    check_linked(A "Word <img alt=\"Word\"/></a>", "Word[1]\n");
    check_linked(A "Word <sup><img alt=\"word\"/></sup></a>", "Word[1]\n");
    check_linked("<p>" A "<span><img alt=\"x y\"/></span></a></p><h3>" A "X Y</a></h3>",
                 "### X Y[1]\n");
}

static void links_that_say_more(void **state)
{
    (void)state;
    check_linked(A "<img alt=\"Other\"/></a> " A "Word</a>", "Other[1] Word[1]\n");
    check_linked(A "<img alt=\"Other\"/></a> " A "<img alt=\"Other\"/></a>", "Other[1] Other[1]\n");
    check_linked(A "Word <img alt=\"Picture\"/></a>", "Word Picture[1]\n");
    check_linked(A LONG_IMAGE "</a> " LONG_IMAGE, LONG_WORDS "[1]\n");
    check_linked(LONG_IMAGE "<p>" A LONG_IMAGE "</a></p>",
                 "[" LONG_WORDS "]\n\n" LONG_WORDS "[1]\n");
    check(A "<img/></a><a href=\"https://b.example/\">Word</a>",
          "[image][1] Word[2]\n\n[1] https://a.example/\n[2] https://b.example/\n");
}

static void words_beside_pictures(void **state)
{
    (void)state;
    check("<figure>" LONG_IMAGE "<figcaption>" LONG_WORDS ", by Ann</figcaption></figure>",
          LONG_WORDS ", by Ann\n");
    check("<h1>" LONG_WORDS "</h1><p>By Ann</p>" LONG_IMAGE,
          LONG_WORDS "\n==================================\n\nBy Ann\n");
    check("<h3>" LONG_IMAGE "</h3>", "### [" LONG_WORDS "]\n");
    check("<p>" LONG_IMAGE "</p><p>x</p><p>" LONG_IMAGE "</p>", "[" LONG_WORDS "]\n\nx\n");
    check(LONG_IMAGE "<p>Waves</p>", "[" LONG_WORDS "]\n\nWaves\n");
}

static void the_same_at_once(void **state)
{
    (void)state;
    check("<img alt=\"A harbour map\"/><img alt=\"A harbour map\"/>", "[A harbour map]\n");
    check("<img alt=\"Map\"/><noscript><img alt=\"Map\"/></noscript>", "[Map]\n");
    /* What is short counts: three stars of five. */
    check("<img alt=\"star\"/><img alt=\"star\"/>", "[star] [star]\n");
    check("<img alt=\"A harbour map\"/> x <img alt=\"A harbour map\"/>",
          "[A harbour map] x [A harbour map]\n");
}

static void signs_in_tables(void **state)
{
    (void)state;
    check("<table><tr><th>Boat</th><th>Fit</th></tr><tr><td>Ann</td><td>" LONG_IMAGE
          "</td></tr><tr><td>Bob</td><td>" LONG_IMAGE "</td></tr></table>",
          "Boat  Fit\n----  ------------------------------------\nAnn   [" LONG_WORDS
          "]\nBob   [" LONG_WORDS "]\n");
}

static void signs_of_places(void **state)
{
    (void)state;
    check("<h3>Head<a href=\"#x\">¶</a></h3><h3><a href=\"#x\">#</a> Head</h3>",
          "### Head\n\n### Head\n");
    check("<p>up<a href=\"#x\">#1</a></p><p><a href=\"#x\">note</a></p>", "up#1\n\nnote\n");
    check("<p>§ 5 and <a>§</a></p>", "§ 5 and §\n");
}

static void buttons_with_pictures(void **state)
{
    (void)state;
    check("<button> <img alt=\"Find\"/></button> <button> <b>Go</b> </button>", "[Find] [Go]\n");
    check_text("<button> <img alt=\"Find\"/></button>", 72, true, "(button: Find)\n");
}

/* Nothing that a reader could picture; but kept where it is all that a link or a cell says. */
static void names_of_files(void **state)
{
    (void)state;
    check("<p>a</p><img alt=\"DSC_0393.JPG\"/><p>b</p>", "a\n\nb\n");
    check("<p>a <img title=\" boat.old.jpeg \"/> b</p>", "a b\n");
    check("<p>a <img alt=\"The boat.jpeg\"/> <img alt=\".png\"/> <img alt=\"b.c\"/></p>",
          "a [The boat.jpeg] [.png] [b.c]\n");
    check("<figure><img alt=\"x.png\"/><figcaption>Sea</figcaption></figure>", "[image]\nSea\n");
    check_linked(A "<img alt=\"map.png\"/></a>", "map.png[1]\n");
    check_linked(A "Map <img alt=\"map.png\"/></a>", "Map[1]\n");
    check_linked(A "<img alt=\"map.png\"/> Map</a>", "Map[1]\n");
    check_linked(A "<img alt=\"map.png\"/><b> </b></a>", "map.png[1]\n");
    check_linked("<p>" A "<img alt=\"map.png\"/></a></p><p>" A "Map</a></p>", "Map[1]\n");
    check("<button><img alt=\"find.png\"/></button>", "[find.png]\n");
    check("<table><tr><th>Boat</th><th>Fit</th></tr><tr><td>Ann</td><td><img alt=\"yes.gif\"/></td>"
          "</tr><tr><td>Bob</td><td>5 <img alt=\"no.gif\"/></td></tr></table>",
          "Boat  Fit\n----  ---------\nAnn   [yes.gif]\nBob   5\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pictures_beside_their_link),
        cmocka_unit_test(links_that_say_more),
        cmocka_unit_test(words_beside_pictures),
        cmocka_unit_test(the_same_at_once),
        cmocka_unit_test(signs_in_tables),
        cmocka_unit_test(signs_of_places),
        cmocka_unit_test(buttons_with_pictures),
        cmocka_unit_test(names_of_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
