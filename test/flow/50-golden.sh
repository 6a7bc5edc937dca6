# A page with every construct looks as it did when somebody last read it line by line.  Wanted
# changes: read the difference, then `make golden`.
set -eu
B=${B:-build}
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
B=$B sh test/golden/render.sh "$T"
differs=
for file in "$T"/*; do
    diff -u "test/golden/${file##*/}" "$file" || differs=1
done
[ "$(ls "$T" | wc -l)" -ge 6 ] || { echo "FAIL: too few files were rendered" >&2; exit 1; }
[ -z "$differs" ] || { echo "FAIL: the page looks different (see make help: golden)" >&2; exit 1; }

# Whatever the width: no line beyond it but those that hold one long word or a line as it was written.
python3 - "$T" <<'PY'
import sys, unicodedata
def columns(line):
    return sum(0 if unicodedata.category(c) in ("Mn", "Me", "Cf") else
               2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)
for width in (40, 72, 100):
    for line in open(f"{sys.argv[1]}/features.{width}.txt", encoding="utf-8"):
        line = line.rstrip("\n")
        longest = max((columns(word) for word in line.split(" ")), default=0)
        emoji = any(ord(c) > 0x1f000 for c in line)
        written = line.startswith("  ") and "/*" in line
        if not written and columns(line.rstrip(" ")) > width and longest < width - 8 and not emoji:
            sys.exit(f"FAIL: wider than {width}: {line}")
PY
