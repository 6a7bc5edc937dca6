# A module that ends its process, at one place a module can stand, in one way:
#     sh test/hostile/poison.sh PLACE HOW
# PLACE: userauth urlauth fileauth fetcher reader builder renderer mailbox sender.
# HOW: segv abort exit loop memory.
# Eight mails meet it in one run, by eight workers (fewer where it is for processor or memory); two
# others are answered in that run, and each of the eight comes to what its place allows: an answer without the module, one apology, or silence
# where it is the gate at the door that dies.  The run after it does nothing.
. test/flow/functions.sh

place=$1 how=$2
case $how in
memory) many='1' ;;
loop) many='1 2' ;;
*) many='1 2 3 4 5 6 7 8' ;;
esac
mkdir "$T/www" "$T/state"
chmod 700 "$T/state"
echo '<title>Page</title><p>page is here' >"$T/www/poison.html"
cp "$T/www/poison.html" "$T/www/index.html"
WEB_PORT=$(free_port)
WEB=http://127.0.0.1:$WEB_PORT
python3 -m http.server --bind 127.0.0.1 -d "$T/www" "$WEB_PORT" >"$T/web.log" 2>&1 </dev/null &
pids="$pids $!"
wait_for_port "$WEB_PORT"
make_maildir "$T/in"
[ "$place" = mailbox ] && box=killer || box=maildir
[ "$place" = sender ] && out=killer || out=maildir
make_maildir "$T/other"
{
    printf 'state: %s\nworkers: {min: 1, max: 8}\naccounts:\n' "$T/state"
    for account in web other; do
        [ $account = web ] && folder=in || folder=other
        [ $account = web ] || { box=maildir out=maildir; }
        cat <<CONF
  - name: $account
    address: $account@agent.example
    mailbox: {kind: $box, path: $T/$folder}
    submission: {kind: $out, path: $T/out/%u}
    senders: {allow: ['*@people.example'], accept_bcc: yes}
    urls: {allow_addresses: [127.0.0.0/8], ports: [$WEB_PORT]}
    limits: {page_time: 2s}
CONF
    done
} >"$T/accounts.yaml"

mkdir "$T/modules"
chmod 755 "$T/modules"
cp "$B"/modules/* "$T/modules/"
MODULES=$T/modules
case $place in
userauth | urlauth | fileauth) stage=$place role=GATE more='' ;;
fetcher) stage=browser role=FETCHER more='order: {before: [http]}' ;;
reader) stage=parsemail role=READER more='order: {before: [mime]}' ;;
builder) stage=filter role=BUILDER more='order: {before: [page]}' ;;
renderer) stage=filter role=RENDERER more='order: {before: [text]}' ;;
mailbox) stage=lireadmail role=MAILBOX more='when: [mailbox.kind in [killer]]' ;;
sender) stage=submit role=SENDER more='when: [submission.kind in [killer]]' ;;
*) fail "no place $place" ;;
esac
{
    printf 'name: killer\nfile: killer.so\nstage: %s\n' $stage
    case $place in
    reader | builder | renderer) echo "role: $place" ;;
    esac
    echo "$more"
    echo "settings: {how: $how, path: \"\"}"
} >"$MODULES/killer.module"
${CC:-gcc} -std=c11 -D_GNU_SOURCE -I. -O1 -fPIC -shared -fvisibility=hidden "-DPLACE_$role" \
    "-DSTAGE=\"$stage\"" -o "$MODULES/killer.so" test/modules/killer.c "$B/module.a" -lnettle ||
    fail "the module does not build"

asker=person
[ "$place" != userauth ] || asker=poison
for n in $many; do echo "get $WEB/poison.html" | deliver "$asker$n"; done
echo "get $WEB/" >"$T/request"
deliver ann <"$T/request"
mv "$T/in/new/$file" "$T/other/new/"
echo "get $WEB/" | deliver bob

began=$(date +%s)
code=0
timeout -k 5 "${RUN_LIMIT:-60}" "$AGENT" -c "$T/accounts.yaml" --modules "$MODULES" --once \
    >"$T/stdout" 2>"$T/stderr" || code=$?
[ $code != 124 ] && [ $code != 137 ] || { cat "$T/stderr"; fail "$place $how: no end"; }
echo "figure: poison, $place $how: $(($(date +%s) - began)) s, exit $code"

expect_of_the_eight() { # TEXT: each has one reply, with one of these (lines) in it
    for n in $many; do
        expect_replies "$asker$n" 1
        read_replies "$asker$n" >"$T/answer"
        grep -qF -- "$1" "$T/answer" || { cat "$T/answer" "$T/stderr"; fail "$place $how: not '$1'"; }
    done
}
expect_replies ann 1
read_replies ann >"$T/answer"
expect_in "$T/answer" 'page is here'
case $place in
mailbox) expect_in "$T/stderr" 'account web: ' ;;
*) [ "$place" = sender ] || expect_replies bob 1 ;;
esac
# Where memory runs out the module can say so itself: it fails, and nobody dies.
case $place-$how in
userauth-memory) ;;
mailbox-* | sender-*) expect_in "$T/stderr" 'killer' ;;
userauth-*)
    [ "$(find "$T/out" -type f | wc -l)" = 2 ] || fail "somebody was let in, or told"
    expect_in "$T/stderr" 'given up unanswered'
    ;;
urlauth-memory | fileauth-memory) expect_of_the_eight 'http://127.0.0.1' ;;
fetcher-memory) expect_of_the_eight 'http://127.0.0.1' ;;
reader-memory) # a want of memory may pass: the mail is not given up
    [ $code = 75 ] || fail "reader memory: exit $code"
    ;;
builder-memory | renderer-memory) expect_of_the_eight '' ;;
urlauth-* | fileauth-*) expect_of_the_eight 'could not be worked on' ;;
fetcher-*) expect_of_the_eight 'poison.html' ;;
reader-*) expect_of_the_eight 'could not be read' ;;
*) expect_of_the_eight 'cannot be shown' ;;
esac
case $place-$how in
*-memory | mailbox-* | sender-* | reader-* | builder-* | renderer-*) ;;
*) expect_in "$T/stderr" " in $stage killer" ;;
esac
cp -r "$T/out" "$T/before"
code=0
timeout -k 5 60 "$AGENT" -c "$T/accounts.yaml" --modules "$MODULES" --once -a other 2>"$T/stderr" || code=$?
[ $code = 0 ] || { cat "$T/stderr"; fail "the other account: exit $code"; }
diff -r "$T/before" "$T/out" >/dev/null || fail "somebody was answered again"
