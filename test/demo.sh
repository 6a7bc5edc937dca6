#!/bin/sh
# The main job, before your eyes: a request mail in a Maildir, a page, www4mail --once, the reply.
# Without an argument the page comes from a small server on loopback; with one, from the web.
set -eu
cd "$(dirname "$0")/.."
B=${B:-build}
T=$(mktemp -d)
chmod 755 "$T"
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null; rm -rf "$T"' EXIT
trap 'exit 1' INT TERM

url=${1:-}
extra=
if [ -z "$url" ]; then
    port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    python3 -m http.server -b 127.0.0.1 -d test/pages "$port" >/dev/null 2>&1 </dev/null &
    server=$!
    url=http://127.0.0.1:$port/harbour.html
    extra="urls: {allow_addresses: [127.0.0.0/8], ports: [$port]}"
    for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
        python3 -c "import socket; socket.create_connection(('127.0.0.1', $port), 1)" 2>/dev/null && break
        sleep 0.1
    done
fi

mkdir -p "$T/in/tmp" "$T/in/new" "$T/in/cur"
cat >"$T/accounts.yaml" <<CONF
state: state
sandbox: if_possible
accounts:
  - name: demo
    address: web@agent.example
    mailbox: {kind: maildir, path: in}
    submission: {kind: maildir, path: out/%u}
    senders: {allow: [sailor@boat.example]}
    $extra
CONF
cat >"$T/in/new/1700000000.demo" <<MAIL
From: A Sailor <sailor@boat.example>
To: web@agent.example
Subject: harbour
Date: Sat, 21 Nov 2026 12:00:00 +0000
Message-ID: <demo@boat.example>

get $url
MAIL

echo "== The request, in the agent's mailbox"
cat "$T/in/new/1700000000.demo"
echo
echo "== www4mail --once -v"
"$B/www4mail" -c "$T/accounts.yaml" --once -v
echo
echo "== The reply, as its reader sees it"
python3 test/flow/read_reply.py --delivered "$T"/out/sailor/new/*
