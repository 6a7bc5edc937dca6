# A mail whose reading ends the mail process is set aside unread after the second death; one whose
# reading loses the session is read behind all others: neither keeps the account from being served.
. test/flow/functions.sh

rm -rf "$T/modules"
mkdir "$T/modules" "$T/log"
chmod 755 "$T/modules"
cp "$B"/modules/* "$T/modules/"
MODULES=$T/modules
cat >"$T/modules/deadly_mailbox.module" <<BLOCK
name: deadly_mailbox
file: deadly_mailbox.so
stage: lireadmail
when: [mailbox.kind in [deadly]]
settings: {log: $T/log/settled, path: $T/log}
BLOCK
# shellcheck disable=SC2046
${CC:-gcc} -std=c11 -D_GNU_SOURCE -I. -O1 -fPIC -shared -fvisibility=hidden \
    $([ "${SANITIZED:-}" != 1 ] || echo -fsanitize=address,undefined) \
    -o "$T/modules/deadly_mailbox.so" test/modules/deadly_mailbox.c ||
    fail "the module does not build"

mkdir -p "$T/state" "$T/out"
chmod 700 "$T/state"
cat >"$T/accounts.yaml" <<CONF
state: $T/state
accounts:
  - name: web
    address: web@agent.example
    mailbox: {kind: deadly, path: $T/log}
    submission: {kind: maildir, path: $T/out/%u}
    senders: {allow: ['*@people.example']}
CONF
for name in first last; do mkdir -p "$T/out/$name/new" "$T/out/$name/tmp" "$T/out/$name/cur"; done

count() { # TEXT: how often it was said in the run
    grep -cF -- "$1" "$T/stderr" || :
}
expect_settled() { # LINES, sorted
    printf '%s\n' "$@" >"$T/wanted"
    sort "$T/log/settled" >"$T/found"
    cmp -s "$T/wanted" "$T/found" || { cat "$T/found" >&2; fail "settled is something else"; }
}

# The first run: two deaths, and then the others.  What loses the session ends the round.
expect_code 75 agent --once
[ "$(count 'its mail process died')" = 2 ] || { cat "$T/stderr" >&2; fail "not two deaths"; }
expect_in "$T/stderr" 'mail deadly of box, 100 bytes, ended the mail process 2 times'
expect_replies first 1
expect_replies last 0
expect_settled 'deadly poison' 'first answered'
agent jobs >"$T/jobs"
expect_in "$T/jobs" 'nobody could read it'

# What loses the session is read last when it did so twice.
expect_code 75 agent --once
expect_replies last 0
[ "$(count 'its mail process died')" = 0 ] || fail "the mail that was set aside is read again"
agent --once 2>"$T/stderr" || :
expect_replies last 1
expect_replies first 1
expect_in "$T/stderr" 'the session is lost'
expect_settled 'deadly poison' 'first answered' 'last answered'
[ ! -e "$T/out/deadly" ] || fail "the mail that nobody read was answered"
