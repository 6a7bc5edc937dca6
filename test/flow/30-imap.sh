# The main job on real servers: a request submitted through Postfix, read over IMAP with TLS, the
# page rendered, the reply submitted over STARTTLS and read by the asker over IMAP.  Mails are
# flagged or moved as configured; a second run answers nothing.
. test/flow/functions.sh
. test/flow/mail_servers.sh

need_root
start_nginx
start_dovecot
start_postfix
echo '<title>Harbour</title><h1>Harbour</h1><p>The ferry leaves at <b>nine</b>.' >"$T/www/index.html"

configure() { # DONE
    begin_accounts
    add_account web agent@example.test "$(imaps_mailbox "$1")" "$(postfix_submission)"
}

cat >"$T/request" <<MAIL
From: Alice <alice@example.test>
To: agent@example.test
Subject: timetable
Date: Sat, 21 Nov 2026 12:00:00 +0000
Message-ID: <ask-1@example.test>

get $WEB/
MAIL

# The default: the keyword of www4mail.
configure '{}'
expect_run 0
python3 test/flow/mail_client.py "$SUBMISSION_PORT" "$T/tls/ca.pem" alice@example.test secret-alice \
    send agent@example.test "$T/request"
as_user agent wait 1
expect_run 0
as_user alice wait 1
as_user alice read "$T/alice"
python3 test/flow/read_reply.py "$T/alice/1.eml" >"$T/reply"
expect_in "$T/reply" 'The ferry leaves at *nine*.'
expect_in "$T/reply" 'Subject: Re: timetable'
expect_in "$T/alice/1.eml" 'In-Reply-To: <ask-1@example.test>'
as_user agent flags >"$T/flags"
expect_in "$T/flags" Www4mailDone
expect_run 0
expect_mails alice 1

# A flag of the operator's.
configure "{flag: '\\\\Answered'}"
echo "get $WEB/" | put_mail agent alice@example.test second
expect_run 0
as_user alice wait 2
as_user agent flags >"$T/flags"
[ "$(grep -c Answered "$T/flags")" = 1 ] || { cat "$T/flags"; fail 'one mail flagged \Answered expected'; }
expect_run 0
expect_mails alice 2

# Another folder, which is made when it is not there.
configure '{move: Done}'
echo "get $WEB/" | put_mail agent alice@example.test third
expect_run 0
as_user alice wait 3
[ "$(as_user agent count Done)" = 1 ] || fail "the mail was not moved"
expect_run 0
expect_mails alice 3

configure '{delete: yes}'
before=$(as_user agent count)
echo "get $WEB/" | put_mail agent alice@example.test fourth
expect_run 0
as_user alice wait 4
[ "$(as_user agent count)" -le "$before" ] || fail "the mail was not removed"

# A stranger gets nothing; a wrong password says so and does not end in a lock-out.
echo "get $WEB/" | put_mail agent stranger@elsewhere.example
expect_run 0
echo wrong >"$T/agent.secret"
run_once
[ $code != 0 ] || fail "a wrong password went unnoticed"
expect_not_in "$T/stderr" 'wrong"'
grep -qi 'password\|sign' "$T/stderr" || { cat "$T/stderr"; fail "the sign-in is not named"; }
expect_mails alice 4
expect_not_in "$T/stderr" secret-agent
