# System calls fail, each in its turn, while the agent answers a mail: nothing lost, nothing twice,
# nothing left behind, and a word on what failed.  FAULT_SAMPLE occurrences of each call (40).
set -eu
[ -z "${SANITIZED:-}" ] || { echo "the shim and a sanitizer cannot be preloaded together"; exit 77; }
MAKEFLAGS= make -s B="$B" fault-tools
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
python3 test/fault/torture.py "$T" "$B" "${FAULT_SAMPLE:-40}"
