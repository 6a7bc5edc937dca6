# Every configuration key is in accounts.yaml(5) and in the example; every option and command in
# www4mail(1) and in --help; pages are clean; --help fits a screen.
set -eu
status=0
complain() { echo "$*"; status=1; }
for page in man/*.[1357]; do
    [ -e "$page" ] || continue
    out=$(mandoc -Tlint -Wstyle "$page" 2>&1 | grep -v -e 'referenced manual not found' -e 'mandoc.db' || :)
    [ -z "$out" ] || complain "$out"
done
for page in man/www4mail.1 man/accounts.yaml.5 man/www4mail-commands.7 man/www4mail-module.3; do
    [ -e "$page" ] || complain "$page is missing"
done
lines=$("$B/www4mail" --help | wc -l)
[ "$lines" -le 24 ] || complain "--help has $lines lines: more than a screen"
wide=$("$B/www4mail" --help | awk 'length($0) > 80' | wc -l)
[ "$wide" = 0 ] || complain "--help is wider than 80 columns"
for option in $(sed -n 's/^    {"\([a-z-]*\)", \(no\|required\)_argument.*/\1/p' agent/commands/options.c); do
    "$B/www4mail" --help | grep -q -- "--$option" || complain "--help does not know --$option"
    grep -q "Fl Fl $option\|Fl -$option\|\\\\-\\\\-$option" man/www4mail.1 || complain "www4mail(1) does not know --$option"
done
for word in check-config doctor render status jobs modules stages; do
    grep -q "Cm $word" man/www4mail.1 || complain "www4mail(1) does not know $word"
done
keys=$(grep -hoE '\{"[a-z_.]+", KEY_[A-Z_]+' agent/config/key_tables.c | grep -v KEY_NOT_YET |
    sed 's/^{"\([a-z_.]*\)".*/\1/')
[ -n "$keys" ] || complain "no keys found in agent/config/key_tables.c"
for key in $keys; do
    last=${key##*.}
    grep -q "$last" man/accounts.yaml.5 || complain "accounts.yaml(5) does not know $key"
    grep -q "$last:" accounts.yaml.example || complain "accounts.yaml.example does not know $key"
done
exit $status
