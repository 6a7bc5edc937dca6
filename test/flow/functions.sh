# What the flow tests share.  Sourced; gives a folder $T of the test's own, an nginx and a fake
# server on loopback, an account with a Maildir, and words to deliver mails and read replies.
# Everything that was started is ended by its pid when the test ends.
set -eu

T=$(mktemp -d)
chmod 755 "$T"
AGENT=${AGENT:-$B/www4mail}
MODULES=${MODULES:-$B/modules}
pids=
trap 'finish' EXIT
trap 'exit 1' INT TERM

finish() {
    code=$?
    for pid in $pids; do kill "$pid" 2>/dev/null || :; done
    for pid in $pids; do wait "$pid" 2>/dev/null || :; done
    rm -rf "$T"
    exit $code
}

fail() {
    echo "FAIL: $*" >&2
    exit 1
}

free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

wait_for_port() { # PORT
    python3 - "$1" <<'PY'
import socket, sys, time
for _ in range(200):
    try:
        socket.create_connection(("127.0.0.1", int(sys.argv[1])), 1).close()
        sys.exit(0)
    except OSError:
        time.sleep(0.05)
sys.exit("nothing listens on port " + sys.argv[1])
PY
}

find_nginx() {
    for nginx in "${SERVERS:-$B/servers}/usr/sbin/nginx" /usr/sbin/nginx; do
        [ -x "$nginx" ] && { echo "$nginx"; return; }
    done
    command -v nginx || fail "no nginx: run make check, which gets it"
}

# nginx on $WEB (http) and $WEBS (https with a certificate that nobody trusts), pages from $T/www.
start_nginx() {
    nginx_program=$(find_nginx)
    WEB_PORT=$(free_port) WEBS_PORT=$(free_port)
    WEB=http://127.0.0.1:$WEB_PORT WEBS=https://127.0.0.1:$WEBS_PORT
    mkdir -p "$T/www" "$T/nginx"
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 \
        -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1 \
        -keyout "$T/nginx/key.pem" -out "$T/nginx/cert.pem" 2>/dev/null
    cat >"$T/nginx/nginx.conf" <<CONF
$([ "$(id -u)" != 0 ] || echo 'user root;')
daemon off;
worker_processes 1;
pid $T/nginx/pid;
error_log $T/nginx/error.log;
events { worker_connections 256; }
http {
    access_log $T/nginx/access.log;
    client_body_temp_path $T/nginx/body;
    proxy_temp_path $T/nginx/proxy;
    fastcgi_temp_path $T/nginx/fastcgi;
    uwsgi_temp_path $T/nginx/uwsgi;
    scgi_temp_path $T/nginx/scgi;
    types { text/html html; text/css css; text/plain txt; image/png png; application/zip zip; text/csv csv;
            application/xhtml+xml xhtml; }
    default_type application/octet-stream;
    gzip on;
    gzip_types text/plain text/html;
    server {
        listen 127.0.0.1:$WEB_PORT;
        listen 127.0.0.1:$WEBS_PORT ssl;
        ssl_certificate $T/nginx/cert.pem;
        ssl_certificate_key $T/nginx/key.pem;
        root $T/www;
        location = /moved { return 301 /index.html; }
        location = /round { return 302 /round; }
        location = /inside { return 302 http://169.254.169.254/latest/; }
        location = /forbidden { return 403; }
        location = /gone { return 410; }
        location = /broken { return 500; }
        location = /busy { return 503; }
    }
}
CONF
    "$nginx_program" -p "$T/nginx" -c "$T/nginx/nginx.conf" -e "$T/nginx/start.log" \
        >"$T/nginx/out" 2>&1 </dev/null &
    pids="$pids $!"
    wait_for_port "$WEB_PORT"
}

# A server that does what a real one will not; see fake_web.py for its paths.
start_fake() {
    FAKE_PORT=$(free_port)
    FAKE=http://127.0.0.1:$FAKE_PORT
    python3 test/flow/fake_web.py "$FAKE_PORT" "$T/release" >"$T/fake.log" 2>&1 </dev/null &
    pids="$pids $!"
    wait_for_port "$FAKE_PORT"
}

make_maildir() { # FOLDER
    mkdir -p "$1/tmp" "$1/new" "$1/cur"
}

# An account on $T/in, replies to $T/out/NAME; further keys of the account from standard input.
write_accounts() {
    make_maildir "$T/in"
    mkdir -p "$T/state"
    chmod 700 "$T/state"
    {
        cat <<CONF
state: $T/state
accounts:
  - name: web
    address: web@agent.example
    mailbox: {kind: maildir, path: $T/in}
    submission: {kind: maildir, path: $T/out/%u}
    senders:
      allow: ['*@people.example']
    urls:
      allow_addresses: [127.0.0.0/8]
      ports: [${WEB_PORT:-80}, ${WEBS_PORT:-443}, ${FAKE_PORT:-80}, ${CLOSED_PORT:-80}]
CONF
        cat
    } >"$T/accounts.yaml"
}

agent() {
    "$AGENT" -c "$T/accounts.yaml" --modules "$MODULES" "$@"
}

# A mail from NAME@people.example into $T/in, body from standard input.
deliver() { # NAME [SUBJECT]
    mail_number=$(($(cat "$T/mail_number" 2>/dev/null || echo 0) + 1))
    echo "$mail_number" >"$T/mail_number" # at the end of a pipe this is a process of its own
    file=$(printf '17000%05d.M%d.test' "$mail_number" "$mail_number")
    {
        cat <<HEAD
From: $1 <$1@people.example>
To: web@agent.example
Subject: ${2:-}
Date: Sat, 21 Nov 2026 12:00:00 +0000
Message-ID: <request-$mail_number@people.example>
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8

HEAD
        cat
    } >"$T/in/tmp/$file"
    mv "$T/in/tmp/$file" "$T/in/new/$file"
}

# How many replies NAME has.
replies() { # NAME
    [ -d "$T/out/$1/new" ] || { echo 0; return; }
    find "$T/out/$1/new" -type f | wc -l | tr -d ' '
}

# All replies to NAME, checked and decoded by an independent reader.
read_replies() { # NAME
    python3 test/flow/read_reply.py --delivered "$T/out/$1"/new/*
}

expect_replies() { # NAME COUNT
    count=$(replies "$1")
    [ "$count" = "$2" ] || fail "$1 has $count replies, not $2"
}

expect_in() { # FILE TEXT
    grep -qF -- "$2" "$1" || { cat "$1" >&2; fail "not found: $2"; }
}

expect_not_in() { # FILE TEXT
    ! grep -qF -- "$2" "$1" || { cat "$1" >&2; fail "found, but should not be there: $2"; }
}

expect_code() { # CODE COMMAND...
    want=$1
    shift
    code=0
    "$@" >"$T/stdout" 2>"$T/stderr" || code=$?
    [ "$code" = "$want" ] || { cat "$T/stdout" "$T/stderr" >&2; fail "exit $code, not $want: $*"; }
}
