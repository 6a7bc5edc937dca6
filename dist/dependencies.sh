#!/bin/sh
# Gets what the build (`build`) or the tests (`check`) need from Debian's packages.
# Installs only what is missing, removes nothing, starts nothing.  Without the right to install it
# prints the line that somebody with that right must run, and ends with 1.
set -eu

what=${1:?build or check}
build_dir=${2:?the build folder}

build_packages="gcc make libc6-dev libcurl3-gnutls libtidy-dev libyaml-dev libsqlite3-dev
libunistring-dev libidn2-dev nettle-dev libuchardet-dev libmagic-dev libseccomp-dev ca-certificates"
check_packages="libcmocka-dev python3 mandoc universal-ctags binutils openssl"

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
    chmod 755 "$scratch"
    (cd "$scratch" && apt-get download -q "$1" >/dev/null)
    mkdir -p "$2"
    dpkg -x "$scratch"/*.deb "$2"
    rm -r "$scratch"
}

install_line() {
    echo "apt-get install --no-remove --no-install-recommends $*"
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
    echo "    $build_packages libcurl4-gnutls-dev libetpan-dev $check_packages nginx" >&2
    exit 1
fi

# shellcheck disable=SC2086
missing="$(missing_of $build_packages)$(curl_and_etpan)"
# shellcheck disable=SC2086
[ "$what" = build ] || missing="$missing$(missing_of $check_packages)"
# shellcheck disable=SC2086
[ -z "$missing" ] || install $missing

if ! [ -e /usr/include/libetpan/libetpan.h ] && ! [ -d "$build_dir/etpan/usr/include" ]; then
    unpack libetpan-dev "$build_dir/etpan"
fi

# A server is unpacked, not installed: installing would start it.
if [ "$what" = check ] && ! command -v nginx >/dev/null && ! [ -x /usr/sbin/nginx ] &&
    ! [ -x "$build_dir/servers/usr/sbin/nginx" ]; then
    unpack nginx "$build_dir/servers"
fi
