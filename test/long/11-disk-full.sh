# The ledger's disk is full in the middle of the work: nothing is lost, and the run ends.
. test/flow/functions.sh

[ "$(id -u)" = 0 ] || { echo "mounting a small disk needs root"; exit 77; }
write_accounts </dev/null
for size in 200k 400k 600k 900k; do
    rm -rf "$T/in"
    make_maildir "$T/in"
    rm -rf "$T/out"
    mount -t tmpfs -o size=$size tmpfs "$T/state" || { echo "no tmpfs can be mounted"; exit 77; }
    chmod 700 "$T/state"
    for n in 1 2 3 4 5 6 7 8 9 10; do
        { echo help; head -c 24000 /dev/urandom | base64; } | deliver "asker$n"
    done
    code=0
    timeout 60 "$AGENT" -c "$T/accounts.yaml" --modules "$MODULES" --once 2>"$T/stderr" || code=$?
    [ $code != 124 ] || { umount "$T/state"; fail "the run did not end on a disk of $size"; }
    mount -o remount,size=64m "$T/state"
    for round in 1 2 3; do
        code=0
        timeout 60 "$AGENT" -c "$T/accounts.yaml" --modules "$MODULES" --once 2>"$T/stderr" || code=$?
        [ $code = 0 ] && break
        sleep 1
    done
    umount "$T/state"
    [ $code = 0 ] || { cat "$T/stderr"; fail "exit $code with room again, after a disk of $size"; }
    for n in 1 2 3 4 5 6 7 8 9 10; do expect_replies "asker$n" 1; done
done
