# A page of 30 MB and a mail of 200 MB: refused in words, without growing the agent.
. test/flow/functions.sh

start_nginx
write_accounts </dev/null
echo '<title>Small</title><p>small page' >"$T/www/small.html"
head -c 22500000 /dev/urandom | base64 >"$T/www/large.html" # so that it cannot be packed

watched() {
    python3 test/flow/watch_memory.py "$AGENT" -c "$T/accounts.yaml" --modules "$MODULES" --once \
        2>"$T/peak" || { cat "$T/peak" >&2; fail "the agent failed"; }
    sed -n 's/^peak \([0-9]*\) KiB$/\1/p' "$T/peak"
}

echo "get $WEB/small.html" | deliver ann
small=$(watched)
expect_replies ann 1
echo "figure: peak private memory, a small page: $small KiB"

echo "get $WEB/large.html" | deliver bob
large=$(watched)
expect_replies bob 1
read_replies bob >"$T/bob.txt"
grep -qi 'larger than 10' "$T/bob.txt" || { cat "$T/bob.txt"; fail "no sentence about the size"; }
echo "figure: peak private memory, a page of 30 MB: $large KiB"

{
    echo "get $WEB/small.html"
    head -c 200000000 /dev/zero | tr '\0' 'y' | fold -w 76
} | deliver cleo 'a very large mail'
huge=$(watched)
expect_replies cleo 1
read_replies cleo >"$T/cleo.txt"
grep -qi 'larger than' "$T/cleo.txt" || { cat "$T/cleo.txt"; fail "no sentence about the size"; }
echo "figure: peak private memory, a mail of 200 MB: $huge KiB"

[ "${SANITIZED:-}" ] && exit 0
for kib in $small $large $huge; do
    [ "$kib" -lt 24576 ] || fail "more than 24 MB of private memory: $kib KiB"
done
[ "$small" -lt 16384 ] || fail "more than 16 MB of private memory for a text request: $small KiB"
