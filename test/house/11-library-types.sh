# No library's types or names in a header that others include: nouns and module interface.
set -eu
found=$(grep -nE 'mailimap|mailmime|struct mail(imf|stream)|\bCURL\b|CURLcode|sqlite3|yaml_(parser|event)|gnutls_' \
    agent/module.h agent/request/headers.h agent/request/parts.h agent/request/request.h \
    agent/request/target.h agent/reply/reply.h agent/reply/submission.h fetchers/mailbox/message.h fetchers/web/page.h \
    render/tree.h render/facts.h render/document.h agent/ledger/ledger.h agent/config/account.h || :)
[ -z "$found" ] || { echo "$found"; exit 1; }
