#!/bin/sh
# Gets what the build (`build`), the demos (`demo`, `servers`) or the tests (`check`; `coverage`,
# `valgrind`, `fuzz`, `oracle`) need from Debian's packages.
# Installs only what is missing, removes nothing, starts nothing.  Without the right to install it
# prints the line that somebody with that right must run, and ends with 1.
set -eu

what=${1:?build, demo, servers, check, coverage, valgrind, fuzz or oracle}
build_dir=${2:?the build folder}

build_packages="gcc make libc6-dev libcurl3-gnutls libyaml-dev libsqlite3-dev
libunistring-dev libidn2-dev libgnutls28-dev nettle-dev libuchardet-dev libmagic-dev libseccomp-dev zlib1g-dev libexpat1-dev libmd4c-dev libmd4c-html0-dev ca-certificates"
check_packages="libcmocka-dev libgumbo-dev python3 mandoc universal-ctags binutils openssl"

is_installed() {
    dpkg-query -W -f '${Status}' "$1" 2>/dev/null | grep -q '^install ok installed$'
}

missing_of() {
    for package in "$@"; do
        is_installed "$package" || printf '%s ' "$package"
    done
}

# Any flavour of libcurl's headers will do; libetpan-dev insists on the GnuTLS one, which cannot
# stand beside the OpenSSL one: then its headers are unpacked into the build folder instead.
curl_and_etpan() {
    if is_installed libcurl4-openssl-dev || is_installed libcurl4-nss-dev; then
        missing_of libetpan20
    else
        missing_of libcurl4-gnutls-dev libetpan-dev
    fi
}

unpack() { # PACKAGE FOLDER
    scratch=$(mktemp -d)
    (cd "$scratch" && apt-get -q -o APT::Sandbox::User=root download "$1" >/dev/null)
    mkdir -p "$2"
    dpkg -x "$scratch"/*.deb "$2"
    rm -r "$scratch"
}

install_line() {
    echo "apt-get update && apt-get install --no-remove --no-install-recommends $*"
}

install() {
    if [ "$(id -u)" = 0 ]; then
        as_root=
    elif command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
        as_root=sudo
    else
        echo "These packages are missing.  Somebody with the right to install them must run:" >&2
        echo "    $(install_line "$@")" >&2
        exit 1
    fi
    echo "installing: $*"
    log=$(mktemp)
    if ! { $as_root apt-get update -q && $as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -q -y --no-remove --no-install-recommends "$@"; } >"$log" 2>&1; then
        tail -n 15 "$log" >&2
        rm "$log"
        echo "Installing failed; nothing was removed.  Where packages clash, solve that first:" >&2
        echo "    $(install_line "$@")" >&2
        exit 1
    fi
    rm "$log"
}

if ! command -v apt-get >/dev/null; then
    echo "No apt-get here.  What Debian calls these packages must be there:" >&2
    # shellcheck disable=SC2086
    echo "   " $build_packages libcurl4-gnutls-dev libetpan-dev $check_packages nginx dovecot-imapd dovecot-pop3d postfix >&2
    exit 1
fi

# shellcheck disable=SC2086
missing="$(missing_of $build_packages)$(curl_and_etpan)"
# shellcheck disable=SC2086
case $what in
demo) missing="$missing$(missing_of python3)" ;;
servers) missing="$missing$(missing_of python3 openssl)" ;;
check) missing="$missing$(missing_of $check_packages)" ;;
coverage) missing="$missing$(missing_of python3 gcovr)" ;;
valgrind) missing="$missing$(missing_of valgrind libc6-dbg)" ;;
oracle) missing="$missing$(missing_of python3 libgumbo-dev)" ;;
fuzz) missing="$missing$(missing_of python3 clang llvm libclang-rt-dev)" ;;
esac
# shellcheck disable=SC2086
[ -z "$missing" ] || install $missing

if ! [ -e /usr/include/libetpan/libetpan.h ] && ! [ -d "$build_dir/etpan/usr/include" ]; then
    unpack libetpan-dev "$build_dir/etpan"
fi

# ---- servers: unpacked, not installed, because installing would start them ----

servers=$build_dir/servers
mail_packages="dovecot-core dovecot-imapd dovecot-pop3d postfix"

# What the mail servers need beside themselves: what to look for, and the package that has it.
libraries="libexttextcat-2.0.so.0 libexttextcat-2.0-0
liblua5.4.so.0 liblua5.4-0
libwrap.so.0 libwrap0
libstemmer.so.0d libstemmer0d
libunwind.so.8 libunwind8
libsodium.so.23 libsodium23
libtirpc.so.3 libtirpc3
libnsl.so.2 libnsl2
libdb-5.3.so libdb5.3
libicuuc.so.72 libicu72
libsasl2.so.2 libsasl2-2
libapparmor.so.1 libapparmor1
libssl.so.3 libssl3"

missing_libraries() {
    known=$(ldconfig -p 2>/dev/null || /sbin/ldconfig -p)
    echo "$libraries" | while read -r soname package; do
        echo "$known" | grep -qF "$soname " || echo "$package"
    done
}

unpack_servers() { # PACKAGE...
    scratch=$(mktemp -d)
    if ! (cd "$scratch" && apt-get -q -o APT::Sandbox::User=root download "$@") >"$scratch/log" 2>&1; then
        tail -n 5 "$scratch/log" >&2
        echo "These packages could not be downloaded (apt-get update first?): $*" >&2
        rm -r "$scratch"
        exit 1
    fi
    mkdir -p "$servers"
    for package in "$scratch"/*.deb; do
        dpkg -x "$package" "$servers"
    done
    rm -r "$scratch"
}

# Dovecot has the folder of its plug-ins written into it; a name of the same length makes that
# relative to the folder it runs in.
loosen_dovecot() {
    LC_ALL=C sed -i 's|/usr/lib/dovecot/modules|./lib////dovecot/modules|g' \
        "$servers/usr/lib/dovecot/libdovecot.so.0.0.0" "$servers/usr/lib/dovecot/auth"
    : >"$servers/loosened"
}

wanted=
if [ "$what" = check ] && ! command -v nginx >/dev/null && ! [ -x /usr/sbin/nginx ] &&
    ! [ -x "$servers/usr/sbin/nginx" ]; then
    wanted=nginx
fi
case $what in
check | servers)
    if ! [ -e "$servers/loosened" ]; then
        wanted="$wanted $mail_packages $(missing_libraries)"
    fi
    ;;
esac
# shellcheck disable=SC2086
[ -z "$wanted" ] || unpack_servers $wanted
[ -e "$servers/loosened" ] || ! [ -e "$servers/usr/lib/dovecot/auth" ] || loosen_dovecot
