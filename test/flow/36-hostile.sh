# Servers, mails and modules made to crash, stall or lie: a sample; `make hostile` has them all.
set -eu
export PYTHONDONTWRITEBYTECODE=1
AGENT=${AGENT:-$B/www4mail}
MODULES=${MODULES:-$B/modules}
code=0
python3 test/hostile/hostile.py sample "$AGENT" "$MODULES" || code=1
python3 test/hostile/mimes.py sample "$AGENT" "$MODULES" || code=1
[ "${SANITIZED:-}" ] || for place in mailbox sender renderer urlauth; do
    sh test/hostile/poison.sh $place exit || code=1
done
exit $code
