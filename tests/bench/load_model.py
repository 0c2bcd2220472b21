"""Checks the load model against servers that know the truth, and prints one page.

Each part is one run of wasmswarm against its own target or nginx, on loopback, bounded in
time; what it reports is compared with what the server counted.
"""

import argparse
import atexit
import datetime
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
BINARY = os.environ.get("WASMSWARM") or os.path.join(ROOT, "target/release/wasmswarm")
PLUGIN = os.path.join(HERE, "guests")
NGINX = shutil.which("nginx") or "/usr/sbin/nginx"
PARTS = ("steady", "half", "poisson", "stall", "capped", "ramp")

CONF = """daemon off; worker_processes 1; master_process off; pid {dir}/nginx.pid; error_log {dir}/error.log crit;
events {{ worker_connections 4096; }}
http {{
  log_format times '$msec'; access_log {dir}/times.log times buffer=64k;
  keepalive_requests 1000000000;
  client_body_temp_path {dir}/t1; proxy_temp_path {dir}/t2; fastcgi_temp_path {dir}/t3;
  uwsgi_temp_path {dir}/t4; scgi_temp_path {dir}/t5;
  server {{ listen 127.0.0.1:{port}; location = / {{ return 200 "hello"; }} }}
}}
"""


class Target:
    """The built-in target as a process of its own."""

    def __init__(self, *options, core=None):
        command = [*pinned(core), BINARY, "target", "--listen", "127.0.0.1:0", *options]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        atexit.register(self.stop)
        self.url = self.process.stdout.readline().split()[-1]

    def served(self):
        with urllib.request.urlopen(self.url + "/-/counters", timeout=10) as answer:
            return json.load(answer)["total"]

    def freeze(self, after, milliseconds):
        request = urllib.request.Request(f"{self.url}/-/freeze?{milliseconds}", method="POST")
        timer = threading.Timer(after, lambda: urllib.request.urlopen(request, timeout=10).close())
        timer.daemon = True
        timer.start()

    def stop(self):
        self.process.terminate()
        self.process.wait(5)


def pinned(core):
    return [] if core is None else ["taskset", "-c", str(core)]


def run(scenario, url, *options, core=None):
    """One run of the benchmark's plugin; its results file."""
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "out.json")
        command = [*pinned(core), BINARY, "run", PLUGIN, scenario, "--host", url, "--quiet", "--summary-json", out, *options]
        done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, timeout=300)
        if done.returncode != 0:
            raise SystemExit(f"error: {' '.join(command)} exited with {done.returncode}\n{done.stderr}")
        with open(out) as file:
            return json.load(file)


def seconds(result):
    """The history's whole seconds."""
    return [point for point in result["history"] if 0.9 < point["seconds"] < 1.1]


class Page:
    def __init__(self):
        self.rows = []

    def add(self, what, goal, measured, met):
        self.rows.append((what, goal, measured, "met" if met else "**missed**"))
        print(f"  {what}: {measured} ({goal}) {'met' if met else 'MISSED'}", file=sys.stderr, flush=True)

    def text(self, options):
        machine = open("/proc/cpuinfo").read().split("model name\t: ")[1].split("\n")[0]
        lines = [
            "# The load model, measured", "",
            f"Written by `tests/bench/load-model {' '.join(options)}`".rstrip()
            + f" on {datetime.date.today()}. Machine: {os.cpu_count()} cores of {machine}; "
            "generator and server share them.", "",
            "| figure | goal | measured | verdict |", "|---|---|---|---|"]
        lines += [f"| {' | '.join(row)} |" for row in self.rows]
        return "\n".join(lines) + "\n"


def books(page, name, result, served, planned=None):
    totals = result["totals"]
    counts = [totals["iterations_planned"], totals["iterations_started"], served]
    want = planned or counts[0]
    page.add(f"{name}: planned, started, counted by the server", "the same", ", ".join(f"{c:,}" for c in counts),
             set(counts) == {want})


def steady(page):
    target = Target()
    result = run("status", target.url, "--rate", "5000/s", "-t", "30s", "--max-vus", "500")
    books(page, "5,000/s for 30 s", result, target.served(), 150_000)
    starts = [point["started"] for point in seconds(result)]
    page.add("5,000/s: starts in each second", "4,950 to 5,050", f"{min(starts):,} to {max(starts):,}",
             len(starts) >= 28 and all(4_950 <= n <= 5_050 for n in starts))
    late = result["health"]["late_p99_us"]
    page.add("5,000/s: start lateness, p99", "< 1 ms", f"{late / 1000:.3f} ms", late < 1_000)
    target.stop()


def capacity(url):
    """The highest rate at which no arrival is dropped and the generator keeps up, by `wasmswarm find`."""
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "found.json")
        command = [*pinned(0), BINARY, "find", PLUGIN, "status", "--host", url, "--quiet", "--summary-json", out,
                   "--from", "5000/s", "--step-time", "3s", "--precision", "10", "--threads", "1", "--max-vus", "2000",
                   "--threshold", "dropped_iterations: count==0"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, timeout=300)
        with open(out) as file:
            return json.load(file)["found"]


def half(page):
    """One core each for generator and server."""
    target = Target(core=1)
    most = capacity(target.url)
    name = f"half of what a core bears ({most / 2:,.0f} of {most:,.0f}/s)"
    lates = []
    for number in range(3):
        before = target.served()
        result = run("status", target.url, "--rate", f"{most / 2}/s", "-t", "10s", "--max-vus", "2000",
                     "--threads", "1", core=0)
        lates.append(result["health"]["late_p99_us"] / 1000)
        if number == 0:
            books(page, name, result, target.served() - before)
    page.add(f"{name}: start lateness, p99, median of three runs ({', '.join(f'{late:.3f}' for late in lates)} ms)",
             "< 1 ms", f"{sorted(lates)[1]:.3f} ms", sorted(lates)[1] < 1)
    target.stop()


def poisson(page):
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        conf = os.path.join(folder, "nginx.conf")
        with open(conf, "w") as file:
            file.write(CONF.format(dir=folder, port=port))
        nginx = subprocess.Popen([NGINX, "-c", conf, "-p", folder], stderr=subprocess.DEVNULL)
        time.sleep(0.5)
        try:
            result = run("status", f"http://127.0.0.1:{port}", "--rate", "1000/s", "--arrivals", "poisson",
                         "-t", "60s", "--max-vus", "500")
        finally:
            nginx.send_signal(3)
            nginx.wait(10)
        times = [float(line) for line in open(os.path.join(folder, "times.log"))]
    books(page, "Poisson, 1,000/s for 60 s", result, len(times))
    first, bins = min(times), [0] * 1199
    for at in times:
        index = int((at - first) / 0.05)
        if index < len(bins):
            bins[index] += 1
    mean = sum(bins) / len(bins)
    index = sum((n - mean) ** 2 for n in bins) / (len(bins) - 1) / mean
    page.add("Poisson: index of dispersion of nginx's log in 50 ms bins", "0.9 to 1.1", f"{index:.3f}",
             0.9 <= index <= 1.1)


def stall(page):
    target = Target("--delay", "5ms")
    target.freeze(20 + 1, 2_000)
    result = run("status", target.url, "--rate", "1000/s", "-t", "60s", "--pre-allocated-vus", "50",
                 "--max-vus", "4000")
    books(page, "stall of 2 s within 60 s at 1,000/s", result, target.served(), 60_000)
    response, service = result["totals"]["response"], result["totals"]["duration"]
    for key, label, truth in (("p99", "p99", 1_405), ("p999", "p99.9", 1_945)):
        ms = response[key] / 1000
        page.add(f"stall: response time, {label} (service time: {service[key] / 1000:,.0f} ms)",
                 f"{truth:,} ms ± 2 %", f"{ms:,.0f} ms", abs(ms - truth) <= truth * 0.02)
    target.stop()


def capped(page):
    target = Target("--delay", "100ms")
    result = run("status", target.url, "--rate", "1000/s", "-t", "10s", "--max-vus", "50")
    totals = result["totals"]
    served, sums = target.served(), totals["iterations_started"] + totals["iterations_dropped"]
    page.add("1,000/s of 100 ms with 50 VUs: planned = started + dropped, started = counted by the server",
             "10,000", f"{totals['iterations_started']:,} + {totals['iterations_dropped']:,}; {served:,}",
             sums == totals["iterations_planned"] == 10_000 and served == totals["iterations_started"])
    target.stop()


def ramp(page):
    target = Target()
    result = run("idle", target.url, "--start-vus", "0", "--stage", "10s:10000", "--stage", "10s:0")
    off = []
    for point in seconds(result):
        at = round(point["at"])
        wanted = 1_000 * at if at <= 10 else 1_000 * (20 - at)
        off.append(abs(point["vus"] - wanted) / 10_000)
    page.add("10,000 VUs up in 10 s and down in 10 s: largest distance from the plan in a second", "1 %",
             f"{100 * max(off):.2f} %", len(off) >= 18 and max(off) <= 0.01)
    target.stop()


def free_port():
    import socket
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def main():
    parser = argparse.ArgumentParser(prog="tests/bench/load-model", description=__doc__.splitlines()[0])
    parser.add_argument("--parts", default=",".join(PARTS), metavar="A,B", help="of " + ", ".join(PARTS))
    parser.add_argument("--write", metavar="FILE", help="also write the page to this file")
    options = parser.parse_args()
    page = Page()
    for part in options.parts.split(","):
        print(part, file=sys.stderr, flush=True)
        globals()[part](page)
    text = page.text(sys.argv[1:])
    print(text, end="")
    if options.write:
        with open(options.write, "w") as file:
            file.write(text)
    return 0 if all(row[3] == "met" for row in page.rows) else 1


if __name__ == "__main__":
    sys.exit(main())
