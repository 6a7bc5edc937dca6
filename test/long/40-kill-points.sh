# The agent is killed at every act of every scenario: see test/flow/40-kill-points.sh.
set -eu
[ -x "$B/kill/spawn" ] && [ -e "$B/kill/acts.so" ] || { echo "run make kill-tools first" >&2; exit 1; }
python3 test/kill/points.py "$B"
