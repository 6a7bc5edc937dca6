# Pages of ours and tags put together at random have the text, order and structure that gumbo finds.
set -eu
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
trap 'exit 1' INT TERM

mkdir "$T/soup"
python3 test/oracle/soup.py "$T/soup" 1500 1
python3 test/oracle/oracle.py "$B/oracle" test/pages "$T/soup" >"$T/report" ||
    { cat "$T/report"; exit 1; }
