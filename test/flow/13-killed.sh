# The agent is killed at ten moments, whole or one process of it, and run again: every request is
# answered, once.
. test/flow/functions.sh

start_nginx
write_accounts </dev/null
for n in $(seq 1 12); do
    echo "<title>Page $n</title><p>This is page number $n." >"$T/www/$n.html"
    echo "get $WEB/$n.html" | deliver "asker$n"
done

# Kills every process of the run at once, after MILLISECONDS.
cat >"$T/kill_after.py" <<'PY'
import os, signal, subprocess, sys, time
sys.path.insert(0, "test/flow")
delay, what, command = int(sys.argv[1]) / 1000, sys.argv[2], sys.argv[3:]
def children(pid):
    try:
        return [int(w) for w in open(f"/proc/{pid}/task/{pid}/children").read().split()]
    except OSError:
        return []
def tree(pid):
    found, rest = [], [pid]
    while rest:
        found.append(rest.pop())
        rest += children(found[-1])
    return found
process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
time.sleep(delay)
if process.poll() is None:
    pids = tree(process.pid)
    for pid in pids if what == "all" else pids[-1:] if len(pids) > 1 else []:
        try:
            os.kill(pid, signal.SIGKILL)
        except OSError:
            pass
process.wait()
PY
for ms in 4 9 14 20 26 33 41 52 65 80; do
    what=all
    [ $((ms % 2)) = 0 ] || what=one
    python3 "$T/kill_after.py" "$ms" $what "$AGENT" -c "$T/accounts.yaml" --modules "$MODULES" --once
done
# What was in flight is told by 75 at most; in the end nothing is left.
for round in 1 2 3; do
    code=0
    agent --once >"$T/stdout" 2>"$T/stderr" || code=$?
    [ $code = 0 ] && break
    sleep 1
done
[ $code = 0 ] || { cat "$T/stderr" >&2; agent jobs; fail "exit $code after the last run"; }
for n in $(seq 1 12); do
    expect_replies "asker$n" 1
    read_replies "asker$n" >"$T/answer"
    expect_in "$T/answer" "page number $n"
done
[ -z "$(ls "$T/in/new")" ] || fail "mails were not settled"
