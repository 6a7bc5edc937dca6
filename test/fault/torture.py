# SPDX-License-Identifier: ISC
"""Calls of the system fail while the agent answers a mail: torture.py FOLDER BUILD [SAMPLE [CALL...]];
with FAULT_SCENARIO only the scenarios that have this in their name.

For each call and error, and each of its occurrences in a run (SAMPLE of them when there are more), a
fresh mailbox is served under that fault and then undisturbed until nothing is owed.  The end must be
that of a run nobody disturbed: nothing lost, nothing twice, no file and no process left behind; and
the run under the fault ends by itself, without a signal, says what failed, and with a fitting code."""
import errno
import mmap
import os
import pathlib
import shutil
import signal
import struct
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "kill"))
import bench  # noqa: E402
import scenarios  # noqa: E402

SHORT = 0
FOR_GOOD = 1000000
# call, errors; a disk that is full stays full, and what is interrupted is so once.
CALLS = [
    ("open", ("EMFILE", "ENOMEM", "EIO")), ("open64", ("EMFILE", "EIO", "ENOSPC")),
    ("openat", ("EMFILE", "EIO", "ENOSPC")),
    ("read", ("EIO", "EINTR", "SHORT")), ("pread", ("EIO", "EINTR", "SHORT")),
    ("pread64", ("EIO", "EINTR", "SHORT")),
    ("write", ("ENOSPC", "EIO", "EINTR", "SHORT")), ("pwrite64", ("ENOSPC", "EIO", "EINTR", "SHORT")),
    ("rename", ("EIO", "ENOSPC")), ("renameat", ("EIO", "ENOSPC")), ("link", ("EIO",)),
    ("linkat", ("EIO", "ENOSPC")), ("unlink", ("EIO",)), ("unlinkat", ("EIO",)),
    ("mkdir", ("ENOSPC", "EIO")), ("fsync", ("EIO", "ENOSPC")), ("fdatasync", ("EIO", "ENOSPC")),
    ("ftruncate", ("EIO", "ENOSPC")), ("ftruncate64", ("EIO",)), ("flock", ("EINTR", "ENOLCK")),
    ("lseek", ("EIO",)), ("socket", ("EMFILE", "ENOMEM")), ("socketpair", ("EMFILE",)),
    ("connect", ("ECONNREFUSED", "EINTR")), ("pipe2", ("EMFILE",)), ("poll", ("EINTR", "ENOMEM")),
    ("fork", ("EAGAIN", "ENOMEM")), ("memfd_create", ("EMFILE", "ENOMEM")), ("mmap", ("ENOMEM",)),
    ("mmap64", ("ENOMEM",)), ("recv", ("ECONNRESET", "EINTR")),
    ("send", ("ENOBUFS", "EINTR")), ("recvmsg", ("EINTR", "ENOMEM")),
    ("sendmsg", ("EINTR", "EPIPE")),
]
SCENARIOS = [
    scenarios.Scenario("Maildir", mailbox="maildir", carrier="maildir", mails=scenarios.ONE),
    scenarios.Scenario("IMAP and SMTP", mails=scenarios.ONE),
]
CODES = {0, 69, 70, 71, 73, 74, 75, 77, 78}
ROUNDS = 8  # undisturbed runs at most, some minutes apart by the agent's clock


class Faulty(bench.Bench):
    """A bench whose agent runs with the shim that lets calls fail."""

    def __init__(self, folder, build):
        super().__init__(folder, build)
        self.fault = None
        path = self.folder / "page"
        path.write_bytes(bytes(8))
        with open(path, "r+b") as file:
            self.counters = mmap.mmap(file.fileno(), 0)

    def run_one(self, command, mode):
        environment = {"PATH": "/usr/bin:/bin", "HOME": str(self.folder), "LANG": "C.UTF-8",
                       "TMPDIR": str(self.folder / "tmp"), "FAULT_PAGE": str(self.folder / "page"),
                       "FAULT_CLOCK": str(self.base + self.runs * bench.STEP_SECONDS),
                       "LD_PRELOAD": str(self.build / "fault/syscalls.so")}
        if self.fault:
            call, number, at, times = self.fault
            environment |= {"FAULT_CALL": call, "FAULT_ERRNO": str(number), "FAULT_AT": str(at),
                            "FAULT_FOR": str(times)}
        with open(self.folder / "stderr", "wb") as errors:
            process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL,
                                       stdout=errors, stderr=errors, start_new_session=True)
        try:
            ended = self.wait_for(process, mode)
        except SystemExit:  # told to end: not without the agent
            os.killpg(process.pid, signal.SIGKILL)
            raise
        code = process.wait()
        left = self.reap(process.pid)
        if not ended:
            raise bench.Trouble(f"the run did not end in {bench.RUN_SECONDS} s")
        if left:
            raise bench.Trouble(f"{left} processes lived on after the run")
        return code

    def run_faulty(self, call, number, at, times):
        """(exit code, calls seen, calls failed)"""
        self.counters[:] = bytes(8)
        self.fault = (call, number, at, times)
        try:
            return (self.run(), *struct.unpack("=II", self.counters[:]))
        finally:
            self.fault = None

    def end(self):
        """What is compared: mails that went out, the mailbox, files.  A page whose parse child failed
        is answered in plainer words, so of the mails it is their Message-IDs."""
        went = sorted(ident for ident, _, _ in self.delivered())
        return went, self.mailbox(), self.files()

    def owes(self):
        jobs, parts = self.ledger()
        return not jobs or any(not job[-1] for job in jobs) or any(
            part[-1] not in ("accepted", "never") for part in parts)


def number_of(error):
    return SHORT if error == "SHORT" else getattr(errno, error)


def occurrences(total, sample):
    if total <= sample:
        return range(1, total + 1)
    return sorted({1 + n * (total - 1) // (sample - 1) for n in range(sample)})


def judge_fault(faulty, wanted, code, error):
    """The run under the fault: its end, its words, its code."""
    said = faulty.errors()
    if code < 0:
        raise bench.Trouble(f"it was ended by signal {-code}")
    if "died of signal" in said:
        raise bench.Trouble("a process died of a signal")
    if code not in CODES:
        raise bench.Trouble(f"exit code {code}")
    if code != 0 and not said.strip():
        raise bench.Trouble(f"exit code {code} and not a word")
    if code == 0 and faulty.end()[0] != wanted[0]:
        raise bench.Trouble("exit code 0, but the mail is not answered")
    if error == "ENOSPC" and code not in (0, 74, 75) and "/state" in said:
        raise bench.Trouble(f"exit code {code} for a full disk")


def without_repeat(faulty, mails, said):
    """The mails that went out.  One whose acceptance could not be written down, and the log says so,
    may have gone out once more, byte for byte."""
    if "cannot be written down" not in said:
        return mails
    sent = faulty.delivered()
    repeated = {ident for ident, _, data in sent
                if [other for name, _, other in sent if name == ident] == [data, data]}
    return sorted(repeated.union(mails)) if len(mails) == len(repeated) + len(set(mails)) else mails


def judge_end(faulty, wanted, said):
    for _ in range(ROUNDS):
        code = faulty.run()
        if code == 0 and not faulty.owes():
            break
    else:
        raise bench.Trouble(f"still not done after {ROUNDS} runs, exit code {code}")
    mails, *rest = faulty.end()
    ends = without_repeat(faulty, mails, said), *rest
    for what, found, expected in zip(("mails that went out", "mailbox", "files"), ends, wanted):
        if found != expected:
            raise bench.Trouble(f"{what}: {found}\nexpected: {expected}")


def trial(faulty, scenario, wanted, call, error, at, times):
    """A word on what is wrong, or None; and the exit code."""
    faulty.set_up(scenario)
    code = None
    try:
        code, _, _ = faulty.run_faulty(call, number_of(error), at, times)
        said = faulty.errors()
        judge_fault(faulty, wanted, code, error)
        judge_end(faulty, wanted, said)
    except bench.Trouble as trouble:
        words = said if code is not None else faulty.errors()
        return f"{trouble}\nexit code {code}, it said:\n{words}", code
    return None, code


def count(faulty, scenario, call):
    faulty.set_up(scenario)
    _, seen, _ = faulty.run_faulty(call, errno.EIO, 0, 0)
    return seen


def torture(faulty, scenario, sample, chosen, codes):
    faulty.set_up(scenario)
    faulty.run()
    faulty.run()
    wanted = faulty.end()
    tried = failures = 0
    for call, errors in CALLS:
        if chosen and call not in chosen:
            continue
        total = count(faulty, scenario, call)
        for error in errors:
            began, before = time.monotonic(), tried
            for at in occurrences(total, sample):
                for times in (1, FOR_GOOD) if error in ("ENOSPC", "EMFILE", "ENOMEM") else (1,):
                    tried += 1
                    wrong, code = trial(faulty, scenario, wanted, call, error, at, times)
                    codes[code] = codes.get(code, 0) + 1
                    if wrong:
                        failures += 1
                        print(f"FAIL {scenario.name}: {call} {error}, number {at} of {total}"
                              f"{' and all behind it' if times > 1 else ''}: {wrong}", flush=True)
            if tried > before:
                print(f"{scenario.name}: {call} {error}: {tried - before} of {total} occurrences, "
                      f"{time.monotonic() - began:.1f} s", flush=True)
    return tried, failures


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    folder, build = pathlib.Path(sys.argv[1]), sys.argv[2]
    sample = int(sys.argv[3]) if len(sys.argv) > 3 else 20
    faulty, codes, tried, failures = Faulty(folder, build), {}, 0, 0
    wanted = os.environ.get("FAULT_SCENARIO", "")
    for scenario in (one for one in SCENARIOS if wanted in one.name):
        some, bad = torture(faulty, scenario, sample, sys.argv[4:], codes)
        tried, failures = tried + some, failures + bad
    print(f"figure: {tried} faults, {failures} went wrong; exit codes "
          + ", ".join(f"{code}: {n}" for code, n in sorted(codes.items(), key=str)))
    shutil.rmtree(folder / "state", ignore_errors=True)
    return failures != 0


if __name__ == "__main__":
    sys.exit(main())
