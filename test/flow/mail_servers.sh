# Private mail servers for the flow tests.  Sourced after functions.sh: a Dovecot (IMAP, POP3, SASL)
# and a Postfix (submission) of the test's own on free ports of 127.0.0.1, everything in $T.  The
# programs are unpacked from packages, never installed.  Postfix delivers into the Maildirs of
# Dovecot and gives everything else to `error`: no mail ever leaves.  Both are ended by their process groups.

MAIL_USERS='agent alice bob'
groups=

# Servers lead process groups of their own; a group is ended as a whole.
finish_mail_servers() {
    code=$?
    for group in $groups; do kill -TERM -"$group" 2>/dev/null || :; done
    for group in $groups; do wait "$group" 2>/dev/null || :; done
    set +e # or the next line ends it here
    (exit $code)
    finish
}
trap 'finish_mail_servers' EXIT

servers_folder() {
    (cd "${SERVERS:-$B/servers}" 2>/dev/null && pwd) || fail "no servers: run make check, which gets them"
}

# For what root alone can do; loud, because a skipped test has shown nothing.
need_root() {
    [ "$(id -u)" = 0 ] && return
    echo "needs root: Postfix and its mailboxes; not run"
    exit 77
}

find_mail_servers() {
    SERVER_ROOT=$(servers_folder)
    LIBRARIES=$SERVER_ROOT/usr/lib/dovecot:$SERVER_ROOT/usr/lib/postfix
    for library in "$SERVER_ROOT"/usr/lib/*-linux-*; do
        [ -d "$library" ] && LIBRARIES=$LIBRARIES:$library
    done
    [ -x "$SERVER_ROOT/usr/bin/doveconf" ] || fail "no Dovecot: run make check, which gets it"
    if [ "$(id -u)" = 0 ]; then
        MAIL_UID=65534 MAIL_GID=65534
    else
        MAIL_UID=$(id -u) MAIL_GID=$(id -g)
    fi
}

# A CA of the test's own, and a certificate for localhost and 127.0.0.1 in tls/NAME.*.
make_ca() {
    [ ! -e "$T/tls/ca.pem" ] || return 0
    mkdir -p "$T/tls"
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 \
        -subj '/CN=the CA of this test' -keyout "$T/tls/ca.key" -out "$T/tls/ca.pem" 2>/dev/null
}

make_certificate() { # NAME SUBJECT_ALT_NAMES [DAYS]
    make_ca
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=$1" \
        -keyout "$T/tls/$1.key" -out "$T/tls/$1.csr" 2>/dev/null
    printf 'subjectAltName=%s\n' "$2" >"$T/tls/$1.ext"
    openssl x509 -req -in "$T/tls/$1.csr" -CA "$T/tls/ca.pem" -CAkey "$T/tls/ca.key" \
        -CAcreateserial -days "${3:-2}" -extfile "$T/tls/$1.ext" -out "$T/tls/$1.pem" 2>/dev/null
}

# Four ports that are free now, all different.
mail_ports() {
    python3 - "$1" <<'PY'
import socket, sys
held = [socket.socket() for _ in range(int(sys.argv[1]))]
for one in held:
    one.bind(("127.0.0.1", 0))
print(*(one.getsockname()[1] for one in held))
PY
}

write_dovecot_users() {
    mkdir -p "$T/mail"
    : >"$T/users"
    for user in $MAIL_USERS; do
        mkdir -p "$T/mail/$user"
        echo "$user@example.test:{PLAIN}secret-$user:$MAIL_UID:$MAIL_GID::$T/mail/$user" >>"$T/users"
        printf 'secret-%s\n' "$user" >"$T/$user.secret"
        chmod 600 "$T/$user.secret"
    done
    chown -R "$MAIL_UID:$MAIL_GID" "$T/mail"
}

# Who the processes are: as root two accounts that every Debian has, else the caller.
dovecot_identity() {
    if [ "$(id -u)" = 0 ]; then
        printf 'default_internal_user = news\ndefault_internal_group = news\ndefault_login_user = nobody\n'
    else
        printf 'default_internal_user = %s\ndefault_internal_group = %s\ndefault_login_user = %s\n' \
            "$(id -un)" "$(id -gn)" "$(id -un)"
    fi
}

write_dovecot_conf() {
    cat >"$T/dovecot.conf" <<CONF
base_dir = $T/dovecot/run
state_dir = $T/dovecot/state
libexec_dir = $SERVER_ROOT/usr/lib/dovecot
mail_plugin_dir = $SERVER_ROOT/usr/lib/dovecot/modules
log_path = $T/dovecot/log
import_environment = TZ LD_LIBRARY_PATH=$LIBRARIES
$(dovecot_identity)
default_process_limit = 400
default_client_limit = 2000
protocols = imap pop3
listen = 127.0.0.1
ssl = required
ssl_cert = <$T/tls/server.pem
ssl_key = <$T/tls/server.key
ssl_min_protocol = TLSv1.2
disable_plaintext_auth = yes
auth_mechanisms = plain login
auth_failure_delay = 0
auth_worker_max_count = 2
shutdown_clients = yes
first_valid_uid = 1
mail_max_userip_connections = 200
mail_location = maildir:~/Maildir
mail_fsync = never
postmaster_address = postmaster@example.test
hostname = localhost
passdb {
  driver = passwd-file
  args = $T/users
}
userdb {
  driver = passwd-file
  args = $T/users
}
namespace inbox {
  inbox = yes
  separator = /
}
service imap-login {
  chroot =
  inet_listener imap {
    port = $IMAP_PORT
  }
  inet_listener imaps {
    port = $IMAPS_PORT
    ssl = yes
  }
}
service pop3-login {
  chroot =
  inet_listener pop3 {
    port = $POP_PORT
  }
  inet_listener pop3s {
    port = $POPS_PORT
    ssl = yes
  }
}
service anvil {
  chroot =
}
service stats {
  chroot =
}
service auth {
  unix_listener $T/sasl {
    mode = 0666
  }
}
${DOVECOT_MORE:-}
CONF
}

# Dovecot on $IMAP_PORT, $IMAPS_PORT, $POP_PORT and $POPS_PORT; the second call starts it again on
# the same ports with the same mailboxes.  More configuration in $DOVECOT_MORE.
start_dovecot() {
    find_mail_servers
    if ! [ -e "$T/dovecot.conf" ]; then
        # shellcheck disable=SC2046
        set -- $(mail_ports 4)
        IMAP_PORT=$1 IMAPS_PORT=$2 POP_PORT=$3 POPS_PORT=$4
        make_certificate server DNS:localhost,IP:127.0.0.1
        write_dovecot_users
        mkdir -p "$T/dovecot/run" "$T/dovecot/state"
        ln -s "$SERVER_ROOT/usr/lib" "$T/dovecot/run/lib" # see unpack_servers in dependencies.sh
        write_dovecot_conf
    fi
    # The server's own path to doveconf is one of an installed Dovecot, so doveconf comes first.
    LD_LIBRARY_PATH=$LIBRARIES setsid "$SERVER_ROOT/usr/bin/doveconf" -f service=master \
        -c "$T/dovecot.conf" -e "$SERVER_ROOT/usr/sbin/dovecot" -F -c "$T/dovecot.conf" >>"$T/dovecot/start" 2>&1 </dev/null &
    DOVECOT_PID=$!
    groups="$groups $DOVECOT_PID"
    wait_for_port "$IMAPS_PORT" || { cat "$T/dovecot/start" "$T/dovecot/log" >&2; fail "Dovecot does not start"; }
}

stop_dovecot() {
    kill -TERM -"$DOVECOT_PID"
    wait "$DOVECOT_PID" 2>/dev/null || :
}

write_postfix_conf() {
    cat >"$P/etc/main.cf" <<CONF
compatibility_level = 3.6
import_environment = MAIL_CONFIG MAIL_LOGTAG TZ LD_LIBRARY_PATH=$LIBRARIES
export_environment = TZ LD_LIBRARY_PATH
queue_directory = $P/queue
data_directory = $P/data
command_directory = $SERVER_ROOT/usr/sbin
daemon_directory = $SERVER_ROOT/usr/lib/postfix/sbin
shlib_directory = no
meta_directory = $P/etc
mail_owner = news
setgid_group = uucp
maillog_file = $P/log
maillog_file_prefixes = $P
myhostname = mail.example.test
mydestination =
local_recipient_maps =
alias_maps =
alias_database =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks =
smtp_dns_support_level = disabled
default_transport = error:no mail leaves this machine
relay_transport = error:no mail leaves this machine
virtual_mailbox_domains = example.test
virtual_mailbox_base = $T/mail
virtual_mailbox_maps = inline:{ agent@example.test=agent/Maildir/ alice@example.test=alice/Maildir/ bob@example.test=bob/Maildir/ }
virtual_minimum_uid = 1
virtual_uid_maps = static:$MAIL_UID
virtual_gid_maps = static:$MAIL_GID
recipient_delimiter = +
message_size_limit = ${POSTFIX_SIZE:-300000000}
mailbox_size_limit = 0
virtual_mailbox_limit = 0
smtpd_tls_chain_files = $T/tls/server.key, $T/tls/server.pem
smtpd_sasl_type = dovecot
smtpd_sasl_path = $T/sasl
smtpd_sasl_auth_enable = yes
smtpd_tls_auth_only = yes
smtpd_sender_restrictions = check_sender_access inline:{ ${POSTFIX_SENDERS:-nobody@example.test=OK} }
smtpd_recipient_restrictions = check_recipient_access texthash:$P/etc/recipients, permit_sasl_authenticated, reject
smtpd_peername_lookup = no
smtpd_error_sleep_time = 0
smtpd_client_connection_rate_limit = 0
smtpd_client_connection_count_limit = 0
CONF
    cat >"$P/etc/master.cf" <<CONF
127.0.0.1:$SUBMISSION_PORT inet n - n - - smtpd -o max_use=${POSTFIX_MAX_USE:-1} -o smtpd_tls_security_level=encrypt
127.0.0.1:$SUBMISSIONS_PORT inet n - n - - smtpd -o max_use=${POSTFIX_MAX_USE:-1} -o smtpd_tls_wrappermode=yes
pickup    unix  n - n 60 1 pickup
cleanup   unix  n - n - 0 cleanup
qmgr      unix  n - n 300 1 qmgr
tlsmgr    unix  - - n 1000? 1 tlsmgr
rewrite   unix  - - n - - trivial-rewrite
bounce    unix  - - n - 0 bounce
defer     unix  - - n - 0 bounce
trace     unix  - - n - 0 bounce
proxymap  unix  - - n - - proxymap
error     unix  - - n - - error
retry     unix  - - n - - error
virtual   unix  - n n - - virtual
anvil     unix  - - n - 1 anvil
postlog   unix-dgram n - n - 1 postlogd
CONF
}

# Postfix on $SUBMISSION_PORT (STARTTLS) and $SUBMISSIONS_PORT; recipients it refuses are written
# to $P/etc/recipients, `address action` a line, and are read by new connections.
start_postfix() {
    need_root
    P=$T/postfix
    # shellcheck disable=SC2046
    set -- $(mail_ports 2)
    SUBMISSION_PORT=$1 SUBMISSIONS_PORT=$2
    mkdir -p "$P/etc" "$P/queue" "$P/data"
    chown news "$P/data"
    chmod 755 "$P" "$P/queue"
    for queue in active bounce corrupt defer deferred flush hold incoming private saved trace; do
        install -d -m 700 -o news "$P/queue/$queue"
    done
    install -d -m 710 -o news -g uucp "$P/queue/public"
    install -d -m 730 -o news -g uucp "$P/queue/maildrop"
    install -d -m 755 "$P/queue/pid"
    : >"$P/etc/recipients"
    : >"$P/etc/dynamicmaps.cf"
    write_postfix_conf
    LD_LIBRARY_PATH=$LIBRARIES setsid "$SERVER_ROOT/usr/lib/postfix/sbin/master" -d -c "$P/etc" \
        >"$P/start" 2>&1 </dev/null &
    groups="$groups $!"
    wait_for_port "$SUBMISSION_PORT" || { cat "$P/start" "$P/log" >&2; fail "Postfix does not start"; }
}

# One fake of fake_mail.py on $FAKE_MAIL_PORT; what it was told goes to $FAKE_MAIL_LOG.
start_fake_mail() { # KIND SCRIPT [OPTIONS...]
    begin_fake_mail "$@"
    wait_for_port "$FAKE_MAIL_PORT"
}

# Several are quicker begun together: they listen a moment later.
begin_fake_mail() { # KIND SCRIPT [OPTIONS...]
    FAKE_MAIL_PORT=$(free_port)
    kind=$1 script=$2
    shift 2
    FAKE_MAIL_LOG=$T/fake-$kind-$script-$FAKE_MAIL_PORT.log
    python3 test/flow/fake_mail.py "$kind" "$script" "$FAKE_MAIL_PORT" --log "$FAKE_MAIL_LOG" "$@" \
        >"$FAKE_MAIL_LOG.out" 2>&1 </dev/null &
    pids="$pids $!"
}

# ---- accounts and mails ----

imaps_mailbox() { # DONE (a YAML mapping)
    echo "{kind: imap, host: localhost, port: $IMAPS_PORT, user: agent@example.test," \
        "password_file: $T/agent.secret, ca_file: $T/tls/ca.pem, done: $1}"
}

pop3s_mailbox() { # DONE
    echo "{kind: pop3, host: localhost, port: $POPS_PORT, user: agent@example.test," \
        "password_file: $T/agent.secret, ca_file: $T/tls/ca.pem, done: $1}"
}

postfix_submission() {
    echo "{kind: smtp, host: localhost, port: $SUBMISSION_PORT, tls: starttls, user: agent@example.test," \
        "password_file: $T/agent.secret, ca_file: $T/tls/ca.pem}"
}

begin_accounts() {
    mkdir -p "$T/state"
    chmod 700 "$T/state"
    printf 'state: %s\naccounts:\n' "$T/state" >"$T/accounts.yaml"
}

# An account that answers @example.test and @people.example about the pages of this test.
add_account() { # NAME ADDRESS MAILBOX SUBMISSION
    cat >>"$T/accounts.yaml" <<CONF
  - name: $1
    address: $2
    mailbox: $3
    submission: $4
    senders:
      allow: ['*@example.test', '*@people.example']
    urls:
      allow_addresses: [127.0.0.0/8]
      ports: [${WEB_PORT:-80}, ${FAKE_PORT:-80}]
CONF
}

# A mail with the body on standard input, put into the server's mailbox of USER.
put_mail() { # USER FROM [SUBJECT]
    mail_number=$(($(cat "$T/mail_number" 2>/dev/null || echo 0) + 1))
    echo "$mail_number" >"$T/mail_number"
    box=$T/mail/$1/Maildir
    for part in tmp new cur; do
        install -d -o "$MAIL_UID" -g "$MAIL_GID" "$box" "$box/$part"
    done
    file=$(printf '17000%05d.M%d.test' "$mail_number" "$mail_number")
    {
        cat <<HEAD
From: $2
To: $1@example.test
Subject: ${3:-}
Date: Sat, 21 Nov 2026 12:00:00 +0000
Message-ID: <request-$mail_number@example.test>
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8

HEAD
        cat
    } >"$box/tmp/$file"
    chown "$MAIL_UID:$MAIL_GID" "$box/tmp/$file"
    mv "$box/tmp/$file" "$box/new/$file"
}

# What USER sees over IMAP: count [FOLDER], flags [FOLDER], wait COUNT, read DIR.  See mail_client.py.
as_user() { # USER COMMAND...
    user=$1
    shift
    python3 test/flow/mail_client.py "$IMAPS_PORT" "$T/tls/ca.pem" "$user@example.test" "secret-$user" "$@"
}

expect_mails() { # USER COUNT
    count=$(as_user "$1" count)
    [ "$count" = "$2" ] || fail "$1 has $count mails, not $2"
}

# The exit code of one bounded run; its words in stdout and stderr.
run_once() {
    code=0
    timeout -k 5 "${RUN_LIMIT:-60}" "$AGENT" -c "$T/accounts.yaml" --modules "$MODULES" --once "$@" \
        >"$T/stdout" 2>"$T/stderr" || code=$?
    [ $code != 124 ] && [ $code != 137 ] || { cat "$T/stderr" >&2; fail "the run did not end in time"; }
}

expect_run() { # CODE
    want=$1
    shift
    run_once "$@"
    [ $code = "$want" ] || { cat "$T/stdout" "$T/stderr" >&2; fail "exit $code, not $want"; }
}

# Whatever waits for its next try is tried at the next run, as if that time had come.
make_due() {
    python3 - "$T/state/ledger.db" <<'PY'
import sqlite3, sys
with sqlite3.connect(sys.argv[1]) as ledger:
    ledger.execute("UPDATE part SET not_before = 0, in_doubt_since = min(in_doubt_since, 1)")
PY
}

# One count of `status --json`: of the first account.
standing() { # KEY
    agent status --json | python3 -c 'import json, sys; print(json.load(sys.stdin)[0].get(sys.argv[1], "none"))' "$1"
}

expect_standing() { # KEY VALUE
    value=$(standing "$1")
    [ "$value" = "$2" ] || { agent jobs; fail "$1 is $value, not $2"; }
}
