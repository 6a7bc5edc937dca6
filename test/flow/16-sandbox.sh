# What each process cannot do, tried from inside by modules of a third party; and a module that
# kills its worker.
[ "${SANITIZED:-}" ] && { echo "the sanitizers need what the sandbox takes away"; exit 77; }
. test/flow/functions.sh

start_nginx
write_accounts </dev/null
echo '<title>Ready</title><p>page is here' >"$T/www/index.html"
echo '<p>poison' >"$T/www/poison.html"

build_module() { # NAME, its block from standard input
    cat >"$T/modules/$1.module"
    ${CC:-gcc} -std=c11 -D_GNU_SOURCE -I. -O1 -fPIC -shared -fvisibility=hidden \
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

fresh_modules
build_module probe_parse <<'BLOCK'
name: probe_parse
file: probe_parse.so
stage: filter
order: {before: [text]}
when: [document.format in [text]]
BLOCK
echo "get $WEB/" | deliver ann
expect_code 0 agent --once
read_replies ann >"$T/answer"
for act in open create unlink socket exec fork ptrace kill code memory; do
    expect_in "$T/answer" "$act refused"
done
expect_not_in "$T/answer" ALLOWED

fresh_modules
build_module probe_worker <<BLOCK
name: probe_worker
file: probe_worker.so
stage: userauth
order: {after: [senders]}
settings: {path: $T/escaped}
BLOCK
echo "get $WEB/" | deliver bob
expect_code 0 agent --once
read_replies bob >"$T/answer"
expect_in "$T/answer" 'exec refused, file refused'
[ ! -e "$T/escaped" ] || fail "the worker wrote a file"

fresh_modules
build_module probe_mail <<BLOCK
name: probe_mail
file: probe_mail.so
stage: submit
order: {before: [maildir_sender]}
settings: {path: $T/probed}
BLOCK
sed -i "s|^settings:.*|settings: {path: \"$T/probed\"}|" "$T/modules/probe_mail.module"
sed "s|submission: .*|submission: {kind: maildir, path: $T/probed}|" "$T/accounts.yaml" >"$T/probe.yaml"
mv "$T/probe.yaml" "$T/accounts.yaml"
echo "get $WEB/" | deliver cleo
expect_code 0 agent --once
expect_in "$T/probed" 'dumpable 0'

# A module that kills its worker: twice, then the job runs without it.
fresh_modules
build_module crasher <<'BLOCK'
name: crasher
file: crasher.so
stage: urlauth
BLOCK
sed -i "s|submission: .*|submission: {kind: maildir, path: $T/out/%u}|" "$T/accounts.yaml"
echo "get $WEB/poison.html" | deliver dora
echo "get $WEB/" | deliver emil
code=0
agent --once >"$T/stdout" 2>"$T/stderr" || code=$?
expect_replies emil 1
expect_replies dora 1
read_replies dora >"$T/answer"
expect_in "$T/answer" 'poison'
expect_in "$T/stderr" 'died of signal 6 in urlauth crasher'
