"""Reads the HTML that the agent mails as a reader of its own would: python3 read_html.py FILE...
Says what is not allowed, not closed, in a wrong place, or would be loaded, and fails."""
import html.parser
import re
import sys

VOID = {"br", "hr", "meta"}
PHRASE = {"p", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "b", "i", "em", "strong", "code", "span",
          "s", "u", "sub", "sup", "small", "cite", "q", "kbd", "samp", "var", "mark", "abbr", "dfn"}
INLINE = PHRASE - {"p", "h1", "h2", "h3", "h4", "h5", "h6", "pre"}
INLINE |= {"a", "br", "bdi", "bdo", "del", "ins", "ruby", "rt", "rp"}
INSIDE = {"ul": {"li"}, "ol": {"li"}, "dl": {"dt", "dd"}, "tr": {"td", "th"},
          "table": {"caption", "thead", "tbody", "tfoot", "tr"},
          "thead": {"tr"}, "tbody": {"tr"}, "tfoot": {"tr"},
          "html": {"head", "body"}, "head": {"meta", "title"}}
ONLY = {child: {parent for parent in INSIDE if child in INSIDE[parent]}
        for children in INSIDE.values() for child in children}
FLOW = {"address", "blockquote", "div", "figcaption", "figure", "hr", "ul", "ol", "dl", "table",
        "h1", "h2", "h3", "h4", "h5", "h6", "p", "pre"}
ATTRIBUTES = {"href", "lang", "dir", "start", "type", "reversed", "value", "colspan", "rowspan",
              "scope", "border", "cellpadding", "id", "style", "title", "charset", "name",
              "content"}


class Reader(html.parser.HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.faults, self.ids, self.places = [], [], [], set()

    def fault(self, text):
        self.faults.append("line %d: %s" % (self.getpos()[0], text))

    def handle_starttag(self, tag, attrs):
        parent = self.open[-1] if self.open else None
        if tag not in INLINE | FLOW | set(ONLY) | {"html", "meta"}:
            self.fault("<%s> is not on the list" % tag)
        if parent in INSIDE and tag not in INSIDE[parent]:
            self.fault("<%s> in <%s>" % (tag, parent))
        if tag in ONLY and parent not in ONLY[tag]:
            self.fault("<%s> in <%s>" % (tag, parent))
        if tag in FLOW and PHRASE & set(self.open):
            self.fault("block <%s> in %s" % (tag, self.open))
        if tag == "a" and "a" in self.open:
            self.fault("a link in a link")
        self.read_attributes(tag, attrs)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.fault("<%s/> is not HTML" % tag)

    def read_attributes(self, tag, attrs):
        names = [name for name, _ in attrs]
        if len(names) != len(set(names)):
            self.fault("<%s> has an attribute twice" % tag)
        for name, value in attrs:
            if name not in ATTRIBUTES or value is None:
                self.fault("attribute %s of <%s>" % (name, tag))
            elif name == "href":
                self.read_link(value)
            elif name == "id":
                self.ids.append(value)
            elif name == "style" and re.search(r"url|color|background|expression|@|\\", value):
                self.fault("style %s" % value)

    def read_link(self, value):
        if value.startswith("#"):
            self.places.add(value[1:])
        elif not re.fullmatch(r"(mailto|https?|ftp|gopher):[!-~\x80-\U0010ffff]+", value):
            self.fault("leads to %r" % value)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.fault("</%s> closes nothing" % tag)

    def handle_data(self, data):
        if data.strip() and self.open and self.open[-1] in INSIDE:
            self.fault("text in <%s>: %s" % (self.open[-1], data.strip()[:40]))
        if re.search("[\0-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]", data):
            self.fault("a control in the text")

    def handle_comment(self, data):
        self.fault("a comment")

    def handle_pi(self, data):
        self.fault("<?%s>" % data)

    def finish(self):
        self.close()
        if self.open:
            self.fault("not closed: %s" % self.open)
        if len(self.ids) != len(set(self.ids)):
            self.fault("an id twice")
        if self.places - set(self.ids):
            self.fault("links to nowhere: %s" % sorted(self.places - set(self.ids)))
        return self.faults


failed = False
for path in sys.argv[1:]:
    reader = Reader()
    with open(path, encoding="utf-8", errors="strict", newline="") as file:
        reader.feed(file.read())
    for fault in reader.finish():
        print("%s: %s" % (path, fault))
        failed = True
sys.exit(failed)
