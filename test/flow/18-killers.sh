# Pages made to crash or stall a renderer: each is answered, with what could be read of it.
. test/flow/functions.sh

mkdir "$T/pages"
python3 - "$T/pages" <<'PY'
import pathlib, sys
out = pathlib.Path(sys.argv[1])
pages = {
    "button-li": "<button <!D C \"\"><li",
    "button-h2": "<button <!D P \"\"><h2",
    "font-p": "<font><p>" * 2000,
    "div": "<div>" * 100000,
    "table": "<table><tr><td>" * 30000,
    "dl": "<dl><dt>" * 50000,
    "b": "<b>" * 100000,
    "form-div": "<form><div>" * 8000,
    "attributes": "<p " + " ".join(f"a{n}=1" for n in range(50000)) + ">",
    "open-quote": "<a href=\"" + "x" * 900000,
    "comment": "<!--" + "-" * 900000,
    "entities": "&notanentity" * 70000,
    "select": "<select><option>" * 40000,
    "doctype": "<!DOCTYPE " + "x" * 500000,
    "text": "word " * 2000000,
    "nul": "\0" * 500000,
    "svg": "<svg><desc>" * 20000,
    "script": "<!--<script>" * 20000,
}
for name, page in pages.items():
    (out / f"{name}.html").write_text(page + "<p>the end of the page</p>")
PY
for page in "$T"/pages/*.html ${KILLERS:+"$KILLERS"/*}; do
    for as in text html; do
        code=0
        timeout 20 "$AGENT" --modules "$MODULES" render --as $as "$page" >"$T/out.$as" 2>"$T/stderr" || code=$?
        [ $code = 0 ] || { cat "$T/stderr" >&2; fail "$page as $as: exit $code"; }
        [ ! -s "$T/stderr" ] || { cat "$T/stderr" >&2; fail "$page as $as was not rendered at the first attempt"; }
    done
done
