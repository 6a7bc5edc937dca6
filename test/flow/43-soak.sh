# 500 mails of every kind through a daemon with eight IMAP accounts, one in fifty of everything
# failing, a process killed every three seconds: each is answered once or refused, nothing grows.
export REQUESTS=${REQUESTS:-500} SECONDS_AT_MOST=11 RATE=0.02 KILL=3
exec sh test/soak/soak.sh
