"""Child processes of the benchmark: started pinned, measured by group, always killed.

CPU is user + system time of every process in the child's group, from /proc, in seconds
(the kernel's tick is 10 ms). Nothing here knows which tool it runs.
"""

import atexit
import os
import signal
import subprocess
import time

TICK = os.sysconf("SC_CLK_TCK")
_alive = []


class Group:
    """A command in a session and process group of its own, on one core."""

    def __init__(self, command, core, env=None, log=None, cwd=None):
        self.name = os.path.basename(command[0])
        out = open(log, "wb") if log else subprocess.DEVNULL
        self.started = time.monotonic()
        self.child = subprocess.Popen(
            ["taskset", "-c", str(core), *command], env={**os.environ, **(env or {})}, cwd=cwd,
            stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, start_new_session=True)
        if log:
            out.close()
        _alive.append(self)
        prefer(self.child.pid)

    def pids(self):
        return [pid for pid, stat in processes() if int(stat[2]) == self.child.pid]

    def cpu(self):
        """(user, system) seconds so far, of the group and its reaped children."""
        ticks = [(int(s[11]) + int(s[13]), int(s[12]) + int(s[14]))
                 for _, s in processes() if int(s[2]) == self.child.pid]
        return sum(t[0] for t in ticks) / TICK, sum(t[1] for t in ticks) / TICK

    def memory(self, field="VmRSS"):
        """Bytes of resident memory now (VmRSS) or at most so far (VmHWM)."""
        return sum(status_kib(pid, field) for pid in self.pids()) * 1024

    def dirty(self):
        """Bytes that belong to this group alone and have no copy in a file."""
        return sum(private_dirty_kib(pid) for pid in self.pids()) * 1024

    def running(self):
        return self.child.poll() is None

    def stop(self, grace=1.0):
        """Asks, then kills. Safe to call twice."""
        for number, wait in ((signal.SIGTERM, grace), (signal.SIGKILL, 5.0)):
            try:
                os.killpg(self.child.pid, number)
            except ProcessLookupError:
                pass
            try:
                self.child.wait(wait)
            except subprocess.TimeoutExpired:
                continue
        if self in _alive:
            _alive.remove(self)


def processes():
    """(pid, fields of /proc/PID/stat after the command's name) of every process."""
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                with open(f"/proc/{entry}/stat") as file:
                    yield int(entry), file.read().rpartition(")")[2].split()
            except (FileNotFoundError, ProcessLookupError):
                continue


def status_kib(pid, field):
    try:
        with open(f"/proc/{pid}/status") as file:
            for line in file:
                if line.startswith(field + ":"):
                    return int(line.split()[1])
    except (FileNotFoundError, ProcessLookupError):
        pass
    return 0


def private_dirty_kib(pid):
    try:
        with open(f"/proc/{pid}/smaps_rollup") as file:
            return sum(int(line.split()[1]) for line in file if line.startswith("Private_Dirty:"))
    except (FileNotFoundError, ProcessLookupError):
        return 0


def prefer(pid):
    """Lets the session go before other work on this machine, where that is allowed."""
    try:
        with open(f"/proc/{pid}/autogroup", "w") as file:
            file.write("-20")
    except OSError:
        pass


def busy():
    """Seconds of CPU used by anything on this machine since it started, one per core."""
    with open("/proc/stat") as file:
        rows = [line.split() for line in file if line.startswith("cpu") and line[3].isdigit()]
    return [sum(map(int, row[1:4] + row[6:9])) / TICK for row in rows]


def stop_all():
    for group in list(_alive):
        group.stop(0.2)


atexit.register(stop_all)
for _number in (signal.SIGTERM, signal.SIGHUP):
    signal.signal(_number, lambda number, _frame: exit(128 + number))
