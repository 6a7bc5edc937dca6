# 500 answered mails under a new UIDVALIDITY.
MAILS=500 exec sh test/flow/34-uidvalidity.sh
