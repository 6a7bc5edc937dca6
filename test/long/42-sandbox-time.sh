# A parse child that spins or sleeps for ever is ended, and its page is shown in the simple way: the
# two limits of time in www4mail-security(7).
[ "${SANITIZED:-}" ] && { echo "the sanitizers need what the sandbox takes away"; exit 77; }
. test/flow/functions.sh

start_nginx
write_accounts </dev/null
rm -rf "$T/modules"
mkdir "$T/modules"
chmod 755 "$T/modules"
cp "$B"/modules/* "$T/modules/"
MODULES=$T/modules
cat >"$T/modules/probe_parse.module" <<'BLOCK'
name: probe_parse
file: probe_parse.so
stage: filter
order: {before: [text]}
when: [document.format in [text]]
BLOCK
${CC:-gcc} -std=c11 -D_GNU_SOURCE -I. -O1 -fPIC -shared -fvisibility=hidden -DSECRET='"/none"' \
    -DSTATE='"/none"' -DOUTSIDE='"/none"' -DCLOSED_PORT=9 -o "$T/modules/probe_parse.so" \
    test/modules/probe_parse.c "$B/module.a" -lnettle
for worse in spin sleep; do
    echo '<title>Ready</title><p>page is whole' >"$T/www/worse-$worse.html"
    echo "get $WEB/worse-$worse.html" | deliver $worse
done
echo "get $WEB/worse-none.html" | deliver gina
expect_code 0 timeout 120 "$AGENT" -c "$T/accounts.yaml" --modules "$MODULES" --once -v
for worse in spin sleep; do
    read_replies $worse >"$T/answer"
    expect_in "$T/answer" 'page is whole'
done
expect_replies gina 1
expect_in "$T/stderr" 'the parse child took too long in filter probe_parse'
# Who spins has used up his processor first, unless others want it too.
ended=$(grep -cE 'the parse child (died|took too long) in filter probe_parse' "$T/stderr")
[ "$ended" = 2 ] || fail "$ended children were ended, not 2"
