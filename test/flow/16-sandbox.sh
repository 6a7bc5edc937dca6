# Modules of a third party that kill their worker, and a parse child that lies.
[ "${SANITIZED:-}" = 1 ] && { echo "the sanitizers need what the sandbox takes away"; exit 77; }
. test/flow/functions.sh
counters=
[ "${SANITIZED:-}" != coverage ] || counters=--coverage # as what they are linked with

start_nginx
write_accounts </dev/null
echo '<title>Ready</title><p>page is here' >"$T/www/index.html"
echo '<p>poison' >"$T/www/poison.html"

build_module() { # NAME, its block from standard input
    cat >"$T/modules/$1.module"
    ${CC:-gcc} -std=c11 -D_GNU_SOURCE -I. -O1 -fPIC -shared -fvisibility=hidden $counters \
        -o "$T/modules/$1.so" "test/modules/$1.c" "$B/module.a" -lnettle ||
        fail "$1 does not build"
}
fresh_modules() {
    rm -rf "$T/modules"
    mkdir "$T/modules"
    chmod 755 "$T/modules"
    cp "$B"/modules/* "$T/modules/"
    MODULES=$T/modules
}

# A module that kills its worker: twice, then the job runs without it, when another can do its work.
fresh_modules
build_module crash_fetcher <<'BLOCK'
name: crash_fetcher
file: crash_fetcher.so
stage: browser
order: {before: [http]}
BLOCK
echo "get $WEB/poison.html" | deliver dora
echo "get $WEB/" | deliver emil
expect_code 0 agent --once
expect_replies emil 1
expect_replies dora 1
read_replies dora >"$T/answer"
expect_in "$T/answer" 'http://127.0.0.1'
expect_in "$T/answer" 'poison'
expect_not_in "$T/answer" 'could not be worked on'
expect_in "$T/stderr" 'died of signal 6 in browser crash_fetcher'

# A gate is never left out: nobody is let in because what should have stopped him crashed.  One
# apology, and the job is never taken again.
fresh_modules
build_module crasher <<'BLOCK'
name: crasher
file: crasher.so
stage: urlauth
BLOCK
echo "get $WEB/poison.html" | deliver fred
echo "get $WEB/" | deliver gus
expect_code 0 agent --once
expect_replies gus 1
expect_replies fred 1
read_replies fred >"$T/answer"
expect_in "$T/answer" 'could not be worked on'
agent jobs >"$T/jobs"
expect_in "$T/jobs" 'poison'
expect_code 0 agent --once
expect_replies fred 1

# Not even an apology when it is the gate at the door that dies.
sed 's/"crasher", "urlauth"/"crasher", "userauth"/; s/if (facts->target.*/if (facts->target || 1)/' \
    test/modules/crasher.c >"$T/door.c"
${CC:-gcc} -std=c11 -D_GNU_SOURCE -I. -O1 -fPIC -shared -fvisibility=hidden $counters \
    -o "$T/modules/crasher.so" "$T/door.c" "$B/module.a" -lnettle
sed -i 's/urlauth/userauth/' "$T/modules/crasher.module"
echo "get $WEB/" | deliver hugo
expect_code 0 agent --once
expect_replies hugo 0
expect_in "$T/stderr" 'given up unanswered'

# A parse child that was taken over and lies: its page is lost, and nothing else.
fresh_modules
build_module liar <<'BLOCK'
name: liar
file: liar.so
stage: filter
order: {before: [text]}
when: [document.format in [text], target.url like */lie-*]
BLOCK
for lie in kind length short table nothing exit; do
    echo "<title>$lie</title><p>hostile" >"$T/www/lie-$lie.html"
    echo "get $WEB/lie-$lie.html" | deliver "$lie"
done
echo "get $WEB/" | deliver gina
expect_code 0 agent --once
for lie in kind length short table nothing exit; do
    read_replies $lie >"$T/answer"
    expect_in "$T/answer" 'cannot be shown'
done
read_replies gina >"$T/answer"
expect_in "$T/answer" 'page is here'
