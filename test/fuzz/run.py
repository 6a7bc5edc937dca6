# Runs libFuzzer's programs one after the other: run.py PROGRAMS WORK SECONDS TARGET...
# Each gets so many seconds of CPU time, in rounds, beginning with its seeds and what was found
# before.  WORK/TARGET keeps corpus, crashes, the log of the last round and the sums (state.json).  A
# crash ends a round, not the run.  One whose innermost frame is in somebody else's library is
# counted apart: such code is only ever run where its death costs one mail, page or poll.
import json, os, pathlib, re, resource, subprocess, sys, time

HERE = pathlib.Path(__file__).parent
FOREIGN = re.compile(r"lib(etpan|magic|uchardet|yaml|unistring|idn2)[.-]")
PASSED_OVER = re.compile(r"libc\.so|libc-start|/sysdeps/|/nptl/|sanitizer|asan|ubsan|libFuzzer|fuzzer::|in fuzz_fail|in (abort|raise|__)")
ROUND_SECONDS, CRASHES_MAX = 60, 25
# libetpan takes the memory for a literal as soon as a server announces one, up to 4 GiB; no more of
# it is ever touched than the stream's budget lets in.
MORE = {"imap": ["-malloc_limit_mb=5000"]}


def load(work):
    state = {"cpu": 0.0, "executions": 0, "coverage": 0, "features": 0, "own": 0, "foreign": 0}
    try:
        state.update(json.loads((work / "state.json").read_text()))
    except FileNotFoundError:
        pass
    return state


def innermost(log):
    """The innermost frame that is neither the C library's nor the sanitizer's."""
    for line in log.splitlines():
        if re.match(r"\s*#\d+ 0x", line) and not PASSED_OVER.search(line):
            return line.strip()
    return ""


def environment():
    env = dict(os.environ)
    env["ASAN_OPTIONS"] = "allocator_may_return_null=1:detect_stack_use_after_return=0"
    env["UBSAN_OPTIONS"] = "print_stacktrace=1"
    env["LSAN_OPTIONS"] = f"suppressions={HERE}/leaks:print_suppressions=0"
    return env


def command(program, name, work, seconds):
    line = [str(program), str(work / "corpus")]
    if (HERE / "seeds" / name).exists():
        line.append(str(HERE / "seeds" / name))
    dictionary = HERE / "dictionaries" / name
    if dictionary.exists():
        line.append(f"-dict={dictionary}")
    return line + [f"-max_total_time={seconds}", f"-artifact_prefix={work}/crashes/", "-timeout=25",
                   "-rss_limit_mb=2560", "-print_final_stats=1", "-use_value_profile=1",
                   "-max_len=20000", *MORE.get(name, [])]


def take_crash(program, name, work, state, log):
    found = re.search(r"Test unit written to (\S+)", log)
    if not found:
        return
    path, frame = found.group(1), innermost(log)
    kind = "foreign" if FOREIGN.search(frame) else "own"
    state[kind] += 1
    note = pathlib.Path(path + ".txt")
    why = re.search(r".*(does not hold:|ERROR: .*Sanitizer|runtime error:|ERROR: libFuzzer).*", log)
    note.write_text(f"{kind}: {why.group(0) if why else ''}\n{frame}\n"
                    f"replay: {program} {path}\n\n{log[-20000:]}")
    print(f"  {name}: {kind} crash; replay: {program} {path}", flush=True)


def one_round(program, name, work, state, seconds):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with open(work / "log", "wb") as log:
        subprocess.run(command(program, name, work, max(1, int(seconds))), stdin=subprocess.DEVNULL,
                       stdout=log, stderr=log, env=environment(), cwd=work)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    log = (work / "log").read_text(errors="replace")
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    state["cpu"] += spent
    done = re.search(r"stat::number_of_executed_units:\s+(\d+)", log)
    seen = re.findall(r"cov: (\d+) ft: (\d+)", log)
    state["executions"] += int(done.group(1)) if done else 0
    if seen:
        state["coverage"] = max(state["coverage"], int(seen[-1][0]))
        state["features"] = max(state["features"], int(seen[-1][1]))
    if not done:
        sys.exit(f"{name}: did not run:\n{log[-2000:]}")
    take_crash(program, name, work, state, log)
    (work / "state.json").write_text(json.dumps(state))
    return spent


def run(program, name, work, seconds):
    for folder in ("corpus", "crashes"):
        (work / folder).mkdir(parents=True, exist_ok=True)
    state = load(work)
    left, crashes, began = seconds, state["own"] + state["foreign"], time.monotonic()
    # Time on the clock is bounded too, for a machine that has no time to give.
    while left > 1 and time.monotonic() - began < 20 * seconds + 60:
        spent = one_round(program, name, work, state, min(left, ROUND_SECONDS))
        left -= max(spent, 0.5)
        if state["own"] + state["foreign"] - crashes >= CRASHES_MAX:
            print(f"  {name}: {CRASHES_MAX} crashes, given up", flush=True)
            break
    print(f"{name:12} {state['executions']:>11} executions {state['cpu'] / 60:>7.1f} min "
          f"{state['coverage']:>6} edges {state['features']:>7} features "
          f"{state['own']:>3} crashes {state['foreign']:>3} foreign", flush=True)
    return state["own"]


def main():
    programs, base, seconds = (pathlib.Path(sys.argv[1]).resolve(),
                               pathlib.Path(sys.argv[2]).resolve(), float(sys.argv[3]))
    own = sum(run(programs / name, name, base / name, seconds) for name in sys.argv[4:])
    sys.exit(1 if own else 0)


main()
