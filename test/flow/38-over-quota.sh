# A mailbox that is full: what is there is answered all the same, and status shows the figures.
. test/flow/functions.sh
. test/flow/mail_servers.sh

DOVECOT_MORE='mail_plugins = quota
protocol imap {
  mail_plugins = quota imap_quota
}
plugin {
  quota = count:User quota
  quota_vsizes = yes
  quota_rule = *:storage=64K
}'
start_nginx
start_dovecot
echo '<title>Page</title><p>here it is' >"$T/www/index.html"
begin_accounts
add_account web agent@example.test "$(imaps_mailbox '{}')" "{kind: maildir, path: $T/out/%u}"

echo "get $WEB/" | put_mail agent ann@people.example
expect_run 0
expect_replies ann 1
expect_standing mailbox_limit 65536
used=$(standing mailbox_used)
[ "$used" -gt 0 ] && [ "$used" -lt 65536 ] || fail "$used bytes used?"

{
    echo "get $WEB/"
    head -c 90000 /dev/zero | tr '\0' 'x' | fold -w 70
} | put_mail agent bob@people.example
expect_run 0
expect_replies bob 1
[ "$(standing mailbox_used)" -gt 65536 ] || fail "the mailbox is over its limit, but status does not say so"
agent status >"$T/status"
expect_in "$T/status" 'it is full'
