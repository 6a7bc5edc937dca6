# Each module: one exported symbol, no constructor, no writable data; a block, a page, a test.
set -eu
status=0
complain() { echo "$*"; status=1; }
for object in "$B"/modules/*.so; do
    name=$(basename "$object" .so)
    exported=$(nm -D --defined-only "$object" | awk '{print $3}')
    [ "$exported" = www4mail_module ] || complain "$name exports: $exported"
    ! readelf -SW "$object" | grep -qE '\.(init_array|ctors|fini_array)' ||
        complain "$name has a constructor"
    writable=$(size -A "$object" | awk '$1 == ".data" || $1 == ".bss" || $1 == ".tbss" || $1 == ".tdata" {sum += $2} END {print sum + 0}')
    [ "$writable" -le 8 ] || complain "$name has $writable bytes of writable data"
    block=$(find agent fetchers render -name "$name.module")
    [ -n "$block" ] || complain "$name has no block beside its source"
    [ -e "man/www4mail-$name.7" ] || complain "$name has no page man/www4mail-$name.7"
    [ -e "test/unit/test_$name.c" ] || complain "$name has no test/unit/test_$name.c"
done
# What the agent exports is what agent/services.syms lists.
want=$(sed -n 's/^ *\([a-z0-9_]*\);.*/\1/p' agent/services.syms | sort)
have=$(nm -D --defined-only "$B/www4mail" | awk '$2 ~ /[TDBR]/ {print $3}' | grep -v -e '^_IO_stdin_used$' -e '^std' -e '^environ' -e '^__' -e '^opt' | sort)
[ "$want" = "$have" ] || { complain "the agent exports other symbols than agent/services.syms lists:"; printf '%s\n' "$want" >"${TMPDIR:-/tmp}/want"; printf '%s\n' "$have" | diff "${TMPDIR:-/tmp}/want" - || :; }
# Hardened: PIE, no lazy binding, no executable stack.
readelf -hW "$B/www4mail" | grep -q 'DYN' || complain "the agent is no PIE"
readelf -dW "$B/www4mail" | grep -q 'BIND_NOW\|FLAGS.*NOW' || complain "the agent binds lazily"
readelf -lW "$B/www4mail" | grep -q 'GNU_STACK.*RW ' || complain "the agent's stack is executable"
# A library that only some use is not mapped by everybody.  GnuTLS is opened by the first connection
# of a mail process, uchardet and libmagic by a page that needs them.
! readelf -dW "$B/www4mail" | grep -E 'NEEDED.*(curl|etpan|magic|uchardet|gnutls|expat|md4c)' ||
    complain "the agent itself maps a module's library"
exit $status
