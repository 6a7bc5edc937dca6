# The project speaks of itself alone; every source says its licence; no path of one machine.
set -eu
status=0
complain() { echo "$*"; status=1; }
for file in $(find agent fetchers render test/unit -name '*.[ch]'); do
    head -n 1 "$file" | grep -q 'SPDX-License-Identifier: ISC' || complain "$file: no SPDX line"
done
files=$(find agent fetchers render test man dist examples .ci Makefile README.md STYLE.md accounts.yaml.example -type f ! -path 'test/house/16-words.sh')
found=$(grep -nE 'TODO|FIXME|XXX|HACK' $files | grep -v 'mktemp\|mkstemp\|mkdtemp\|XXXXXX' || :)
[ -z "$found" ] || complain "$found"
found=$(grep -nE '(^|[^a-z.~])/(root|farm)/|[" =]/tmp/[a-z]' $files | grep -v XXXXXX || :)
[ -z "$found" ] || complain "$found"
exit $status
