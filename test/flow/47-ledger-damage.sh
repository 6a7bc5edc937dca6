# A ledger that is torn, damaged, strange or has no room: the agent says what and what to do, ends
# with 74, claims nothing and answers nobody; restored, or with room, it goes on where it was.
. test/flow/functions.sh

[ "$(id -u)" = 0 ] && [ -z "${NO_MOUNT:-}" ] && may_mount=yes || may_mount=
write_accounts </dev/null
echo help | deliver ann
expect_code 0 agent --once
expect_replies ann 1
cp -a "$T/state" "$T/kept"
echo help | deliver ben

restore() {
    rm -rf "$T/state"
    cp -a "$T/kept" "$T/state"
}

# The run is refused with these words, and leaves ledger and mailbox as they are.
expect_refused() { # WHAT WORDS...
    what=$1
    shift
    before=$(cat "$T/state/ledger.db" 2>/dev/null | cksum)
    for command in --once status jobs; do
        code=0
        agent $command >"$T/stdout" 2>"$T/stderr" || code=$?
        [ $code = 74 ] || { cat "$T/stderr" >&2; fail "$what: $command ends with $code, not 74"; }
        for words in "$T/state" "$@"; do expect_in "$T/stderr" "$words"; done
    done
    [ "$(cat "$T/state/ledger.db" 2>/dev/null | cksum)" = "$before" ] || fail "$what: it was written to"
    expect_replies ann 1
    expect_replies ben 0
    [ "$(find "$T/in/new" -type f | wc -l)" = 1 ] || fail "$what: the waiting mail was touched"
    restore
}

: >"$T/state/ledger.db"
expect_refused "an empty file" "is cut off, and there was one" "remove ledger.lock"
rm "$T/state/ledger.db"
expect_refused "no file" "is gone, and there was one" "restore it from a backup"
dd if="$T/kept/ledger.db" of="$T/state/ledger.db" bs=4096 count=7 2>/dev/null
expect_refused "half a file" damaged .recover
printf 'X' | dd of="$T/state/ledger.db" conv=notrunc 2>/dev/null
expect_refused "a wrong head" damaged .recover
head -c 20000 /dev/urandom >"$T/state/ledger.db"
expect_refused noise damaged .recover
head -c 5000 /dev/urandom >"$T/state/ledger.db-wal"
expect_refused "noise in the log" "write-ahead log" "keep a copy"
python3 - "$T/state/ledger.db" <<'PY'
import os, sqlite3, sys
os.unlink(sys.argv[1])
db = sqlite3.connect(sys.argv[1])
db.execute("CREATE TABLE somebody (elses)")
db.commit()
PY
expect_refused "somebody else's file" "is not a ledger of www4mail" "move it away"
python3 -c 'import sqlite3, sys; db = sqlite3.connect(sys.argv[1]); db.execute("PRAGMA user_version = 99")' \
    "$T/state/ledger.db"
expect_refused "a later version" "later version of www4mail"
rm "$T/state/ledger.db"
mkdir "$T/state/ledger.db"
expect_refused "a directory" "cannot be opened"

# Pages of tables and indices, met by a call or by the check: never a crash, never a reply twice.
pages=$(($(wc -c <"$T/kept/ledger.db") / 4096))
page=1
while [ $page -lt "$pages" ]; do
    dd if=/dev/zero of="$T/state/ledger.db" bs=4096 seek=$page count=1 conv=notrunc 2>/dev/null
    code=0
    agent --once >"$T/stdout" 2>"$T/stderr" || code=$?
    case $code in 0 | 74 | 75) ;; *) cat "$T/stderr" >&2; fail "page $page: exit $code" ;; esac
    [ $code = 0 ] || expect_in "$T/stderr" "ledger"
    expect_replies ann 1
    [ "$(replies ben)" -le 1 ] || fail "page $page: ben is answered twice"
    if [ "$(replies ben)" = 1 ]; then break; fi # from here on it is another mailbox
    restore
    page=$((page + 7))
done
restore
rm -rf "$T/out/ben"
find "$T/in/cur" "$T/in/new" -name '*M2.test*' -exec mv {} "$T/in/new/1700000002.M2.test" \; 2>/dev/null || :
expect_code 0 agent --once
expect_replies ann 1
expect_replies ben 1

# ---- no room ----

[ -n "$may_mount" ] || { echo "a full disk is not tried: mounting a small one needs root"; exit 0; }
rm -rf "$T/small"
mkdir "$T/small"
mount -t tmpfs -o size=2m tmpfs "$T/small" || { echo "no small disk can be mounted"; exit 0; }
trap 'code=$?; set +e; umount "$T/small"; (exit $code); finish' EXIT
chmod 700 "$T/small"
sed -i "s|^state: .*|state: $T/small|" "$T/accounts.yaml"
rm -f "$T/in/new"/* "$T/in/cur"/*
head -c 10000000 /dev/zero >"$T/small/filler" 2>/dev/null || :
echo help | deliver eve
expect_code 74 agent --once
expect_in "$T/stderr" "$T/small"
expect_replies eve 0
rm "$T/small/filler"
expect_code 0 agent --once
expect_replies eve 1
head -c 10000000 /dev/zero >"$T/small/filler" 2>/dev/null || :
{ echo help; head -c 30000 /dev/urandom | base64; } | deliver fay
expect_code 74 agent --once
expect_in "$T/stderr" "no room on the disk"
expect_replies fay 0
[ "$(find "$T/in/new" -type f | wc -l)" = 1 ] || fail "a mail was touched on a full disk"
rm "$T/small/filler"
expect_code 0 agent --once
expect_replies fay 1
expect_replies eve 1
expect_code 0 agent --once
expect_replies fay 1
