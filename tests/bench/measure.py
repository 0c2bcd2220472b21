"""One measurement each: a steady window, a memory step, a start-up, a start of many VUs.

Requests are nginx's own count, CPU is the generator's process group's, both read at the
two ends of a window in which the generator runs at full load.
"""

import collections
import re
import shutil
import subprocess
import time

import proc
from server import FirstRequest
from tools import Load

GENERATOR_CORE, SERVER_CORE = 0, 1

Window = collections.namedtuple("Window", "seconds requests user system rss peak dirty connections neighbours")


def per_request(window):
    """CPU in microseconds per request, or None without requests."""
    return (window.user + window.system) * 1e6 / window.requests if window.requests else None


def rate(window):
    return window.requests / window.seconds


def steady(tool, nginx, load, warm, seconds, log):
    """A window of `seconds` that begins `warm` seconds after the first request."""
    load = load._replace(seconds=int(warm + seconds + 30))
    command = tool.command(load)
    group = proc.Group(command.argv, GENERATOR_CORE, command.env, log)
    try:
        if not traffic(group, nginx, 30):
            return None
        time.sleep(warm)
        return window(group, nginx, seconds)
    finally:
        group.stop()
        settle(nginx)


def traffic(group, nginx, seconds):
    """Waits for the first request of this generator."""
    before, end = nginx.counters()[0], time.monotonic() + seconds
    while time.monotonic() < end and group.running():
        if nginx.counters()[0] > before:
            return True
        time.sleep(0.05)
    return False


def window(group, nginx, seconds):
    """Lasts whole seconds to within milliseconds, so that paced loads count whole periods."""
    first, start = edge(group, nginx)
    rss = []
    for step in range(1, 9):
        rss.append(group.memory())
        time.sleep(max(0.0, start + step * seconds / 8 - time.monotonic()))
    last, end = edge(group, nginx)
    if not group.running():
        return None
    took = end - start
    mine = (last["user"] - first["user"]) + (last["system"] - first["system"])
    others = last["busy"] - first["busy"] - mine
    return Window(took, last["requests"] - first["requests"], last["user"] - first["user"],
                  last["system"] - first["system"], sorted(rss)[len(rss) // 2], group.memory("VmHWM"),
                  group.dirty(), last["connections"], max(0.0, others) / took)


def edge(group, nginx):
    requests, connections = nginx.counters()
    now = time.monotonic()
    user, system = group.cpu()
    return dict(requests=requests, connections=connections, user=user, system=system,
                busy=proc.busy()[GENERATOR_CORE]), now


def settle(nginx):
    """Until the server has closed what the last generator left open."""
    for _ in range(50):
        if nginx.counters()[1] <= 0:
            return
        time.sleep(0.1)


def start_up(tool, log):
    """Seconds from starting the process to its first byte at the server, or None."""
    server = FirstRequest()
    command = tool.command(Load(server.url, 1, 20))
    group = proc.Group(command.argv, GENERATOR_CORE, command.env, log)
    try:
        arrived = server.wait(20)
        return arrived - group.started if arrived else None
    finally:
        server.close()
        group.stop(0.2)


def start_cpu(tool, plugin_scenario, url, vus, log):
    """CPU seconds until a run of `vus` VUs is quiet, whose tasks then wait for ever."""
    command = plugin_scenario(tool.path, Load(url, vus, 60))
    group = proc.Group(command.argv, GENERATOR_CORE, command.env, log)
    try:
        time.sleep(1.0)
        last = None
        for _ in range(40):
            used = sum(group.cpu())
            if last is not None and used - last < 0.05:
                break
            last = used
            time.sleep(1.0)
        return (sum(group.cpu()), group.memory()) if group.running() else None
    finally:
        group.stop()


def recording(tool, nginx, vus, folder, log):
    """Per cent of the generator's CPU samples that fall into recording, or None without perf.

    Counts functions of the metrics module and of the histogram; what the compiler inlined
    elsewhere isn't seen, clock reads aren't counted.
    """
    if not shutil.which("perf"):
        return None
    command = tool.command(Load(nginx.url, vus, 60))
    group = proc.Group(command.argv, GENERATOR_CORE, command.env, log)
    data = f"{folder}/perf.data"
    try:
        if not traffic(group, nginx, 30):
            return None
        subprocess.run(["perf", "record", "-q", "-e", "cpu-clock", "-F", "1999", "-o", data, "-p", str(group.child.pid),
                        "--", "sleep", "5"], capture_output=True, timeout=60)
    finally:
        group.stop()
    out = subprocess.run(["perf", "report", "-i", data, "--stdio", "-F", "overhead,sym"], capture_output=True,
                         text=True, timeout=120).stdout
    rows = re.findall(r"^\s+([\d.]+)%\s+\[.\]\s+(.*)$", out, re.M)
    shares = [float(share) for share, name in rows if "::metrics::" in name or "hdrhistogram" in name]
    return sum(shares) if rows else None
