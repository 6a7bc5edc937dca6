# The agent is killed at a sample of its acts, before and after each, whole or one process of it, or
# asked to end; then it runs on.  Nothing is lost, nothing comes twice but what is in doubt, nothing
# is left behind.  All of the acts: make check-kill.
set -eu
[ -x "$B/kill/spawn" ] && [ -e "$B/kill/acts.so" ] || { echo "run make kill-tools first" >&2; exit 1; }
# Under a sanitizer a run takes ten times as long, and what counts acts is not built with it.
sample=60
if [ -n "${SANITIZED:-}" ]; then
    sample=8
    export ASAN_OPTIONS="${ASAN_OPTIONS:-}:verify_asan_link_order=0"
fi
python3 test/kill/points.py "$B" --sample $sample
# A worker that dies with its page at hand makes the same mails of it the next time.
python3 test/kill/points.py "$B" --only "Maildir, moved" --point process:after:GET
