# All hostile servers and mails, and a module that ends its process in every way at every place it
# can stand: three of these at a time, for most of them wait.
set -eu
export PYTHONDONTWRITEBYTECODE=1
AGENT=${AGENT:-$B/www4mail}
MODULES=${MODULES:-$B/modules}
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
python3 test/hostile/hostile.py all "$AGENT" "$MODULES" || touch "$T/failed"
python3 test/hostile/mimes.py all "$AGENT" "$MODULES" || touch "$T/failed"
[ "${SANITIZED:-}" ] || for how in segv abort exit memory loop; do
    for places in 'fetcher mailbox sender' 'userauth urlauth fileauth' 'reader builder renderer'; do
        for place in $places; do
            # One mail may take a carrier a quarter of an hour: too long to wait for here.
            [ "$place-$how" != sender-loop ] || continue
            { RUN_LIMIT=400 sh test/hostile/poison.sh "$place" $how || touch "$T/failed"; } \
                >"$T/$place-$how" 2>&1 &
        done
        wait
        for place in $places; do cat "$T/$place-$how" 2>/dev/null || :; done
    done
done
[ ! -e "$T/failed" ]
