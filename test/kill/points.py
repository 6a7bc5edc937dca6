#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Kills the agent at every act of every scenario, lets it run on, and compares with a run that nobody
disturbed: nothing lost, nothing twice, nothing left behind, and then nothing to do any more.

usage: points.py BUILD [--sample N] [--jobs N] [--only WORDS] [--point MODE:WHEN:ACT] [--list]

MODE is who is killed: run (all of it), process (who acts), term (the run is asked to end), series
(every process that comes to the end of a mail's data, in one run after the other; ACT means nothing).
ACT is a number as --list has it, or how the act's words begin, of which the first is meant.
Prints a line for each point that went wrong, then `figure:` lines; exit 1 when one went wrong."""
import argparse
import collections
import multiprocessing
import os
import pathlib
import shutil
import signal
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from bench import Bench, Trouble, die_with_parent  # noqa: E402
from scenarios import SCENARIOS  # noqa: E402

ROUNDS = 8  # runs after a death until nothing may be owed
BY_NAME = {scenario.name: scenario for scenario in SCENARIOS}


class Reference:
    """How it ends when nobody disturbs."""

    def __init__(self, bench, scenario):
        bench.set_up(scenario)
        code = bench.run()
        if code != 0:
            raise Trouble(f"undisturbed: exit {code}\n{bench.errors()}")
        self.acts = [f"{act.kind} {act.what}" for act in bench.acts()]
        self.delivered = [(name, text) for name, text, _ in bench.delivered()]
        self.mailbox, self.ledger = bench.mailbox(), bench.ledger()
        bench.run()
        self.idle, self.files = bench.idle_acts(), bench.files()
        bench.run()
        if bench.idle_acts() != self.idle and not scenario.daemon:
            raise Trouble("undisturbed: two runs without work differ")
        if len(self.delivered) != len(set(self.delivered)) or not self.delivered:
            raise Trouble("undisturbed: not every mail arrives once")


class Result:
    """Of one point."""

    def __init__(self, point):
        self.point = point
        self.fired = self.in_window = False
        self.act, self.wrong = "", []
        self.lost = self.repeated = self.repeated_in_window = 0


def window_is_open(bench, mode):
    """Did somebody die between the end of a mail's data and the commit of what became of it?"""
    _, stopped, killed = bench.head()
    waiting = set()
    for act in bench.acts():
        if act.ends and act.port == bench.servers.ports["smtp"]:
            if act.done or act.number != stopped:
                waiting.add(act.pid)
        elif act.kind == "c" and act.done:
            waiting.discard(act.pid)
    return bool(waiting) if mode == "run" else killed in waiting


def compare_mails(bench, reference, result):
    got = bench.delivered()
    want = collections.Counter(reference.delivered)
    have = collections.Counter((name, text) for name, text, _ in got)
    by_text = collections.Counter(text for _, text in have.elements())
    result.lost = sum((want - have).values())
    for key, count in have.items():
        if key not in want:
            result.wrong.append(f"a mail that nobody expected: {key[0]!r}")
        elif count > 1:
            raw = {data for name, text, data in got if (name, text) == key}
            if not result.in_window or count > 1 + bench.scenario.in_doubt or len(raw) > 1:
                result.repeated += count - 1
            else:
                result.repeated_in_window += count - 1
    if not result.repeated and not result.repeated_in_window and max(by_text.values(), default=0) > 1:
        result.wrong.append("the same text under two Message-IDs")


def same_mailbox(bench, reference):
    have, want = bench.mailbox(), reference.mailbox
    if have == want or not bench.scenario.copies:
        return have == want
    extra = list(have)
    for entry in want:
        if entry not in extra:
            return False
        extra.remove(entry)
    return len(extra) == 1 and extra[0][0] == "Done"


def compare(bench, reference, result):
    compare_mails(bench, reference, result)
    if not same_mailbox(bench, reference):
        result.wrong.append("the mailbox differs")
    if bench.ledger() != reference.ledger:
        result.wrong.append(f"the ledger differs: {bench.ledger()}")
    if bench.files() != reference.files:
        result.wrong.append("files: " + " ".join(sorted(set(bench.files()) ^ set(reference.files))))
    if result.lost:
        result.wrong.append(f"{result.lost} lost")
    if result.repeated:
        result.wrong.append(f"{result.repeated} repeated")


def run_until_idle(bench):
    for _ in range(ROUNDS):
        code = bench.run()
        if code == 0 and bench.is_settled():
            return
        if bench.scenario.operator:
            bench.scenario.operator(bench)
    raise Trouble(f"not idle after {ROUNDS} runs: exit {code}\n{bench.errors()}")


def try_series(bench, result):
    """Who sends dies at each end of a mail's data: one repeat at most, and that is known."""
    name, mode, when, _ = result.point
    bench.set_up(BY_NAME[name])
    for _ in range(ROUNDS):
        bench.run(0, when, mode)
        result.fired = result.fired or bench.head()[1] > 0
    if bench.head()[1]:
        result.wrong.append(f"after {ROUNDS} runs it still sends")
    copies = collections.defaultdict(list)
    for message, _, data in bench.delivered():
        copies[message].append(data)
    for message, data in copies.items():
        if len(data) > 1 + bench.scenario.in_doubt or len(set(data)) > 1:
            result.repeated += 1
            result.wrong.append(f"{message} came {len(data)} times in {len(set(data))} forms")
    if when == "after" and len(copies) != len(bench.ledger()[1]):
        result.wrong.append(f"{len(copies)} mails came, of {len(bench.ledger()[1])}")
    if not bench.is_settled():
        result.wrong.append(f"not settled: {bench.ledger()}")


def try_point(bench, reference, result):
    name, mode, when, number = result.point
    scenario = BY_NAME[name]
    if mode == "series":
        try_series(bench, result)
        return
    bench.set_up(scenario)
    bench.run(number, when, mode)
    stopped = bench.head()[1]
    result.fired = stopped == number
    if not result.fired:
        return
    act = bench.acts()[stopped - 1]
    result.act = f"{act.kind} {act.what}"
    result.in_window = mode != "term" and window_is_open(bench, mode)
    if scenario.after_kill:
        scenario.after_kill(bench)
    run_until_idle(bench)
    compare(bench, reference, result)
    bench.run()
    if bench.idle_acts() != reference.idle and not scenario.daemon:
        more = collections.Counter(bench.idle_acts()) - collections.Counter(reference.idle)
        result.wrong.append("one more run still did something: " + "; ".join(more.elements()))


# ---- many at once: each process has a bench of its own ----

bench, references, keep = None, {}, False


def start(build, folder):
    global bench
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    die_with_parent()
    own = pathlib.Path(folder) / str(os.getpid())
    own.mkdir(mode=0o700)
    bench = Bench(own, build)


def reference_of(name):
    if name not in references:
        references[name] = Reference(bench, BY_NAME[name])
    return references[name]


def do_reference(name):
    try:
        return name, reference_of(name).acts, ""
    except Trouble as trouble:
        return name, [], str(trouble)


def do_point(point):
    result = Result(point)
    try:
        try_point(bench, reference_of(point[0]), result)
    except Trouble as trouble:
        result.wrong.append(str(trouble))
    return result


# ---- the whole ----

def points_of(scenario, acts):
    """Every act, before and after it, in every mode."""
    return [(scenario.name, mode, when, number) for mode in scenario.modes
            for number in range(1, 2 if mode == "series" else acts + 1)
            for when in ("before", "after")]


def named_point(words, name, acts):
    """The one that MODE:WHEN:ACT names, if the scenario has such an act."""
    mode, when, act = words.split(":")
    numbers = [int(act)] if act.isdigit() else \
        [n for n, words in enumerate(acts, 1) if words.partition(" ")[2].startswith(act)]
    return [(name, mode, when, number) for number in numbers[:1]]


def sample_of(points, count):
    """So many of them, evenly spread, and every series; all when there are no more."""
    series = [point for point in points if point[1] == "series"]
    points = [point for point in points if point[1] != "series"]
    if not count or count >= len(points):
        return points + series
    step = len(points) / count
    return [points[int((n + 0.5) * step)] for n in range(count)] + series


def tell(results):
    """The figures, by what was done to the agent."""
    names = {"run": "the whole run killed", "process": "one process killed", "term": "asked to end",
             "series": "killed at each end of data"}
    fired = [result for result in results if result.fired]
    for mode, name in names.items():
        some = [result for result in fired if result.point[1] == mode]
        if some:
            print(f"figure: {name}: {len(some)} points, "
                  f"{sum(result.lost for result in some)} lost, "
                  f"{sum(result.repeated for result in some)} repeated, "
                  f"{sum(result.repeated_in_window for result in some)} of "
                  f"{sum(result.in_window for result in some)} in doubt came twice")
    wrong = [result for result in results if result.wrong]
    print(f"figure: kill points: {len(fired)} in {len({result.point[0] for result in fired})} "
          f"scenarios, {len(wrong)} went wrong")
    return 0 if fired and not wrong else 1


def run_all(options, folder):
    chosen = [scenario for scenario in SCENARIOS if options.only in scenario.name]
    results, troubles = [], 0
    with multiprocessing.Pool(options.jobs, start, (options.build, folder)) as pool:
        points = []
        for name, acts, trouble in pool.imap(do_reference, [scenario.name for scenario in chosen]):
            if trouble:
                troubles += 1
                print(f"{name}: {trouble}")
            if options.list:
                print(f"{name}:", *[f"{n} {act}" for n, act in enumerate(acts, 1)], sep="\n  ")
            points += named_point(options.point, name, acts) if options.point else \
                points_of(BY_NAME[name], len(acts))
        points = [] if options.list else sample_of(points, options.sample)
        for result in pool.imap_unordered(do_point, points, 3 if options.sample else 8):
            results.append(result)
            for wrong in result.wrong:
                name, mode, when, number = result.point
                print(f"{name}, {mode} {when} act {number} ({result.act}): {wrong}", flush=True)
        pool.close()
        pool.join()
    return troubles + (0 if options.list else tell(results))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build")
    parser.add_argument("--sample", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--only", default="")
    parser.add_argument("--point", default="")
    parser.add_argument("--list", action="store_true")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(1))
    folder = tempfile.mkdtemp()
    try:
        return run_all(options, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
