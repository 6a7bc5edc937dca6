# What each process can and cannot do, tried from inside by modules of a third party, and held
# against the table in www4mail-security(7), row by row, both ways.
[ "${SANITIZED:-}" ] && { echo "the sanitizers need what the sandbox takes away"; exit 77; }
. test/flow/functions.sh
export PROBE_SECRET=in-the-environment

start_nginx
CLOSED_PORT=$(free_port)
python3 -m http.server -b 127.0.0.1 -d "$T/www" "$CLOSED_PORT" >/dev/null 2>&1 </dev/null &
pids="$pids $!"
wait_for_port "$CLOSED_PORT"
LISTENING=$CLOSED_PORT
unset CLOSED_PORT # nobody is told of it
echo '<title>Ready</title><p>page is here' >"$T/www/index.html"
printf 'probe-password\n' >"$T/secret"
chmod 600 "$T/secret"

fresh_modules() {
    rm -rf "$T/modules"
    mkdir "$T/modules"
    chmod 755 "$T/modules"
    cp "$B"/modules/* "$T/modules/"
    MODULES=$T/modules
}
build_module() { # NAME, its block from standard input
    cat >"$T/modules/$1.module"
    ${CC:-gcc} -std=c11 -D_GNU_SOURCE -I. -O1 -fPIC -shared -fvisibility=hidden \
        -DSECRET="\"$T/secret\"" -DSTATE="\"$T/state\"" -DOUTSIDE="\"$T/outside\"" \
        -DCLOSED_PORT="$LISTENING" \
        -o "$T/modules/$1.so" "test/modules/$1.c" "$B/module.a" -lnettle ||
        fail "$1 does not build"
}
probed_account() {
    write_accounts <<CONF
  - name: probed
    address: probed@agent.example
    mailbox: {kind: maildir, path: $T/probed}
    submission: {kind: probed, user: $T/nobody, port: 2525, password_file: $T/secret}
    senders: {allow: ['*@people.example']}
    urls: {allow_addresses: [127.0.0.0/8], ports: [$WEB_PORT]}
CONF
    make_maildir "$T/probed"
}
probes() {
    fresh_modules
    build_module probe_parse <<'BLOCK'
name: probe_parse
file: probe_parse.so
stage: filter
order: {before: [text]}
when: [document.format in [text]]
BLOCK
    build_module probe_prepare <<'BLOCK'
name: probe_prepare
file: probe_prepare.so
stage: filter
role: builder
order: {before: [page]}
BLOCK
    build_module probe_worker <<'BLOCK'
name: probe_worker
file: probe_worker.so
stage: urlauth
when: [account.name in [web]]
BLOCK
    build_module probe_mail <<'BLOCK'
name: probe_mail
file: probe_mail.so
stage: submit
when: [submission.kind in [probed]]
needs: [net]
settings: {user: "", port: ""}
BLOCK
}
# What was tried, as "process: act: yes" or "no".
collect() {
    read_replies ann >"$T/answer"
    cat "$T/answer" "$T/stderr" | grep -oE '(worker|mail|zygote|parse): [a-z].*: (yes|no)' | sort -u
}
# The rows of the manual's table, in the same words.
manual() {
    sed -n 's/^\.It \([a-z].*\) Ta \(.*\) Ta \(.*\) Ta \(.*\) Ta \(.*\)$/\1|\2|\3|\4|\5/p' \
        man/www4mail-security.7 |
        while IFS='|' read -r act worker mail zygote parse; do
            printf 'worker: %s: %s\nmail: %s: %s\nzygote: %s: %s\nparse: %s: %s\n' \
                "$act" "$worker" "$act" "$mail" "$act" "$zygote" "$act" "$parse"
        done | sort -u
}

# One mail before, whose words the next one's parse child must not find anywhere in its memory.
probes
probed_account
echo "get $WEB/ marker-of-another-mail" | deliver carl
echo "get $WEB/" | deliver ann
sed 's/^To: .*/To: probed@agent.example/' "$T"/in/new/*M1.test >"$T/probed/new/1700000000.M1.probed"
expect_code 0 agent --once
collect >"$T/tried"
manual >"$T/said"
[ "$(grep -c . "$T/said")" -ge 100 ] || fail "the manual's table was not found"
diff "$T/said" "$T/tried" >&2 || fail "the manual (<) and the processes (>) differ"
expect_in "$T/answer" 'inherited 0 descriptors'
expect_in "$T/answer" 'another mail unknown'
[ -s "$T/secret" ] || fail "somebody emptied a file"
[ -z "$(find "$T" -name 'outside*')" ] || fail "somebody wrote a file"

# What a module declares that it needs, its worker keeps, and nothing else.
needing() { # NEEDS
    sed -i '/^needs:/d; /^when:/d' "$T/modules/probe_worker.module"
    echo "needs: [$1]" >>"$T/modules/probe_worker.module"
    echo "get $WEB/" | deliver fay
    expect_code 0 agent --once
}
needing files
expect_in "$T/stderr" 'worker: read other files: yes'
expect_in "$T/stderr" 'worker: write other files: no'
expect_in "$T/stderr" 'worker: run a program: no'
expect_in "$T/stderr" 'worker: listen: no'
needing exec
expect_in "$T/stderr" 'a program ended with 0'
expect_in "$T/stderr" 'worker: read other files: no'
expect_in "$T/stderr" 'worker: write other files: no'
expect_in "$T/stderr" 'worker: make a namespace: no'

# What a child does to itself or to its pipe costs that page and nothing else, and is named; its
# page is whole for the second attempt.
for worse in pipe memory scribble; do
    echo '<title>Ready</title><p>page is whole' >"$T/www/worse-$worse.html"
    echo "get $WEB/worse-$worse.html" | deliver "$worse"
done
echo "get $WEB/" | deliver gina
expect_code 0 agent --once -v
for worse in pipe memory scribble; do
    read_replies $worse >"$T/answer"
    expect_in "$T/answer" 'page is whole'
done
expect_in "$T/stderr" 'sent too much in filter probe_parse'
expect_in "$T/stderr" 'died in filter probe_parse'
expect_replies gina 1

# Without landlock, seccomp or both: refused with 78 and a sentence, or allowed and said.
fresh_modules
lacking() { # WHAT ARGUMENTS...
    what=$1
    shift
    python3 test/flow/lacking.py "$what" "$AGENT" -c "$T/accounts.yaml" --modules "$MODULES" "$@"
}
write_accounts </dev/null
for what in landlock seccomp landlock,seccomp; do
    echo "get $WEB/" | deliver "without-${what##*,}"
    expect_code 78 lacking "$what" --once
    expect_in "$T/stderr" "write 'sandbox: if_possible' in $T/accounts.yaml"
    expect_code 78 lacking "$what" check-config
    expect_code 78 lacking "$what" doctor
    expect_in "$T/stdout" 'CHANGE  kernel: lacks'
done
expect_code 0 agent doctor
expect_in "$T/stdout" 'ok      kernel: seccomp, landlock version'
sed -i '1i sandbox: if_possible' "$T/accounts.yaml"
for what in landlock seccomp landlock,seccomp; do
    echo "get $WEB/" | deliver "allowed-${what##*,}"
    expect_code 0 lacking "$what" --once
    expect_in "$T/stderr" 'this kernel lacks'
    expect_code 0 lacking "$what" doctor
done
expect_replies without-landlock 1
expect_replies without-seccomp 2
expect_replies allowed-landlock 1
expect_replies allowed-seccomp 2
expect_in "$T/stdout" 'ok      kernel: lacks seccomp, landlock'
sed -i 's/if_possible/maybe/' "$T/accounts.yaml"
expect_code 78 agent check-config
expect_in "$T/stderr" "there is no 'maybe'; write required or if_possible"

# A server that makes a library crash ends its examination, not doctor.
build_module crash_mailbox <<'BLOCK'
name: crash_mailbox
file: crash_mailbox.so
stage: lireadmail
when: [mailbox.kind in [crash]]
BLOCK
write_accounts </dev/null
sed -i "s|mailbox: .*|mailbox: {kind: crash}|" "$T/accounts.yaml"
expect_code 69 agent doctor
expect_in "$T/stdout" 'ok      the server greets'
expect_in "$T/stdout" 'CHANGE  mailbox: its examination died of signal'
expect_in "$T/stdout" 'ok      web: submission of kind maildir'
