#!/bin/sh
# clang-tidy, cppcheck, clang-format and mandoc over the whole house; whatever is installed of them.
set -u
cd "$(dirname "$0")/.."
B=${1:-build}
status=0
sources=$(find agent fetchers render -name '*.c')
have() { command -v "$1" >/dev/null || { echo "lint: $1 is not installed, left out"; return 1; }; }

if have clang-format; then
    # shellcheck disable=SC2086
    clang-format --dry-run -Werror $sources \
        $(find agent fetchers render test -name '*.h' ! -path render/tree.h) \
        $(find test -name '*.c') || status=1
fi
if have cppcheck; then
    # shellcheck disable=SC2086
    cppcheck --quiet --std=c11 --enable=warning,portability --inline-suppr --error-exitcode=1 \
        --suppress=missingIncludeSystem --suppress=internalAstError --suppress=ctuuninitvar -D_GNU_SOURCE -DVERSION='""' -DMODULES_DIR='""' -I. $sources ||
        status=1
fi
if have clang-tidy; then
    # shellcheck disable=SC2086
    printf '%s\0' $sources | xargs -0 -P "$(nproc)" -n 12 sh -c '
        etpan=$0
        clang-tidy --quiet "$@" -- -std=c11 -D_GNU_SOURCE -I. -I"$etpan" \
            -DVERSION="\"\"" -DMODULES_DIR="\"\"" 2>/dev/null' "$B/etpan/usr/include" || status=1
fi
have mandoc && for page in man/*.[1357]; do
    mandoc -Tlint -Wstyle "$page" | grep -Ev 'referenced manual not found|outdated mandoc.db' && status=1
done
exit $status
