# SPDX-License-Identifier: ISC
"""Memory and descriptors of every process of a daemon, by what the process is, over time."""
import os


def read(path):
    try:
        with open(path, encoding="latin-1") as file:
            return file.read()
    except OSError:
        return ""


def children(pid):
    return [int(word) for word in read(f"/proc/{pid}/task/{pid}/children").split()]


def dirty(pid):
    return sum(int(line.split()[1]) for line in read(f"/proc/{pid}/smaps_rollup").splitlines()
               if line.startswith("Private_Dirty"))


def descriptors(pid):
    try:
        return len(os.listdir(f"/proc/{pid}/fd"))
    except OSError:
        return 0


class Watch:
    """What a child of the supervisor is shows in what the process below it has opened: a worker's
    zygote has the modules that read pages, the keeper below a mail process has none.  Who may not
    look (other than root) sees children without a name."""

    def __init__(self, daemon):
        self.daemon, self.samples, self.largest_log, self.known = daemon, [], 0, {}

    def role(self, pid, below):
        if (pid, below[:1]) not in self.known and below:
            maps = [read(f"/proc/{one}/maps") for one in below]
            self.known[pid, below[:1]] = ("worker" if any("/page.so" in text for text in maps)
                                          else "mail" if all(maps) else "child")
        return self.known.get((pid, below[:1]), "new")

    def roles(self):
        yield self.daemon, "supervisor"
        for child in children(self.daemon):
            below = tuple(children(child))
            role = self.role(child, below)
            yield child, role
            for one in below:
                yield one, {"worker": "zygote", "mail": "keeper"}.get(role, "child")
                for parse in children(one):
                    yield parse, "parse"

    def of(self, role):
        return [pid for pid, what in self.roles() if what == role]

    def sample(self, done, log):
        one = {}
        for pid, role in self.roles():
            kib, fds = dirty(pid), descriptors(pid)
            if role == "supervisor":  # one channel a child is as it should be
                fds -= len(children(pid))
            if kib and fds:  # what is gone, or may not be looked at, counts for nothing
                most = one.get(role, (0, 0, 0))
                one[role] = (max(most[0], kib), max(most[1], fds), most[2] + 1)
        one["all"] = (sum(dirty(pid) for pid, _ in self.roles()), 0, 0)
        self.samples.append((done, one))
        try:
            self.largest_log = max(self.largest_log, os.stat(log).st_size)
        except OSError:
            pass

    def growth(self):
        """Of each role: the most in the second quarter of the run, and in the last quarter."""
        count = len(self.samples)
        early = self.samples[count // 4:count // 2]
        late = self.samples[-max(1, count // 4):]
        for role in ("supervisor", "worker", "zygote", "parse", "mail", "keeper", "child", "all"):
            most = [[max((one[role][at] for _, one in part if role in one), default=0)
                     for at in (0, 1)] for part in (early, late)]
            if all(part[0] for part in most):
                yield role, most[0], most[1]
