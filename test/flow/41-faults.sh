# A sample of what test/long/41-faults.sh does: some system calls fail, some of their occurrences.
set -eu
[ -z "${SANITIZED:-}" ] || { echo "the shim and a sanitizer cannot be preloaded together"; exit 77; }
MAKEFLAGS= make -s B="$B" fault-tools
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
FAULT_SCENARIO=Maildir python3 test/fault/torture.py "$T" "$B" 2 openat write pwrite64 fdatasync fork memfd_create
