"""Runs the generators side by side against nginx on this machine and prints one page.

Set-up is `run`'s work: this part only looks for what is there. Loopback only; every loop
is bounded by --rounds and --seconds; all children end with this process.
"""

import argparse
import os
import resource
import shlex
import sys

import measure
import proc
import report
from server import Nginx
from tools import Load, every, wasmswarm

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
ACTIVE = ("wasmswarm status", "wrk", "oha")
PARTS = ("closed", "active", "idle", "start")


def arguments():
    parser = argparse.ArgumentParser(prog="tests/bench/run", description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", metavar="A,B", help="generators whose names begin so: wasmswarm,wrk")
    parser.add_argument("--parts", default=",".join(PARTS), metavar="A,B", help="of " + ", ".join(PARTS))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=6, help="length of one window")
    parser.add_argument("--vus", type=int, default=50)
    parser.add_argument("--quick", action="store_true", help="one short round, at most 1,000 VUs")
    parser.add_argument("--write", metavar="FILE", help="also write the page to this file")
    options = parser.parse_args()
    options.dir = os.environ.get("BENCH_DIR") or os.path.join(ROOT, "target/bench")
    if not (1 <= options.rounds <= 20 and 1 <= options.seconds <= 60 and 1 <= options.vus <= 10_000):
        parser.error("--rounds takes 1 to 20, --seconds 1 to 60, --vus 1 to 10000")
    if options.quick:
        options.rounds, options.seconds = 1, 2
    options.sizes = (1, 100, 1_000) if options.quick else (1, 100, 1_000, 10_000)
    options.parts = options.parts.split(",")
    return options


class Bench:
    """One run of all parts; `results` is filled as it goes."""

    def __init__(self, options, tools):
        self.options, self.tools = options, tools
        self.here = {name: tool for name, tool in tools.items() if tool.path}
        self.results = dict(closed={}, active={}, idle={}, start_up={}, start_cpu={}, recording=None, failed=[])
        files = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        folder = os.path.join(options.dir, "nginx")
        self.nginx = Nginx(measure.SERVER_CORE, folder, min(files, 65_536) - 200)

    def log(self, tool):
        return os.path.join(self.options.dir, "log-" + tool.name.replace(" ", "-") + ".txt")

    def note(self, text):
        print(text, file=sys.stderr, flush=True)

    def failed(self, tool, what):
        self.results["failed"].append((tool.name, f"{what}: ended early, or sent nothing in 30 s."))
        self.note(f"  {tool.name}: {what}: no result, see {self.log(tool)}")

    def round(self, key, tools, vus, warm):
        for tool in tools:
            load = Load(self.nginx.url, vus, 0)
            window = measure.steady(tool, self.nginx, load, warm, self.options.seconds, self.log(tool))
            self.results[key].setdefault(tool.name, []).append(window)
            if window is None:
                self.failed(tool, f"{vus} VUs, no think time")
                continue
            self.note(f"  {tool.name:20} {vus:5} VUs {measure.per_request(window):8.1f} us/request "
                      f"{measure.rate(window):9,.0f}/s {window.connections:6} connections")

    def closed(self):
        for number in range(self.options.rounds):
            self.note(f"round {number + 1} of {self.options.rounds}")
            if "closed" in self.options.parts:
                self.round("closed", self.here.values(), self.options.vus, 1.5)
            if "active" in self.options.parts:
                self.round("active", [self.here[n] for n in ACTIVE if n in self.here], 1_000, 3.0)

    def idle(self):
        for tool in self.here.values():
            if not tool.thinks or tool.name == "wasmswarm full":
                continue
            for vus in self.options.sizes:
                self.step(tool, vus)

    def step(self, tool, vus):
        load = Load(self.nginx.url, vus, 0, True)
        warm, seconds = 3 + vus / 1_000, max(10 if vus == 10_000 else 4, self.options.seconds)
        window = measure.steady(tool, self.nginx, load, warm, seconds, self.log(tool))
        self.results["idle"].setdefault(tool.name, {})[vus] = window
        if window is None:
            return self.failed(tool, f"{vus:,} VUs, one request per second")
        self.note(f"  {tool.name:20} {vus:6} idle VUs {window.rss / 1e6:8.1f} MB {measure.rate(window):9,.1f}/s "
                  f"{window.connections:6} connections")

    def start(self):
        for tool in self.here.values():
            if tool.name != "wasmswarm full":
                times = [measure.start_up(tool, self.log(tool)) for _ in range(5)]
                self.results["start_up"][tool.name] = times
                self.note(f"  {tool.name:20} first request after {report.cell(report.median(times), '{:.3f} s')}")
        ours = self.here.get(report.OURS)
        if ours and not self.options.quick:
            self.start_cpu(ours)
        if ours:
            self.results["recording"] = measure.recording(
                ours, self.nginx, self.options.vus, self.options.dir, self.log(ours))

    def start_cpu(self, ours):
        plugin = ours.command(Load(self.nginx.url, 1, 1)).argv[2]
        for scenario, label in (("idle", "10,000 idle VUs"), ("once", "10,000 VUs with a connection and one request each")):
            build = wasmswarm(scenario, plugin)
            one = measure.start_cpu(ours, build, self.nginx.url, 1, self.log(ours))
            many = measure.start_cpu(ours, build, self.nginx.url, 10_000, self.log(ours))
            measured = many[0] - one[0] if one and many else None
            self.results["start_cpu"][label] = measured
            self.note(f"  {label}: {report.cell(measured, '{:.2f} s CPU')}")


def chosen(tools, only):
    if not only:
        return tools
    words = tuple(word.strip().lower() for word in only.split(","))
    return {name: tool for name, tool in tools.items() if name.lower().startswith(words)}


def main():
    options = arguments()
    os.makedirs(options.dir, exist_ok=True)
    os.environ["XDG_CACHE_HOME"] = os.path.join(options.dir, "cache")
    os.sched_setaffinity(0, {measure.SERVER_CORE})
    tools = chosen(every(options.dir, ROOT), options.only)
    for tool in tools.values():
        if tool.path is None:
            print(f"{tool.name}: not installed, not measured", file=sys.stderr)
    bench = Bench(options, tools)
    bench.closed()
    if "idle" in options.parts:
        bench.idle()
    if "start" in options.parts:
        bench.start()
    bench.nginx.stop()
    text = report.page(bench.results, tools, options, shlex.join(["tests/bench/run", *sys.argv[1:]]))
    print(text)
    if options.write:
        with open(options.write, "w") as file:
            file.write(text)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
    finally:
        proc.stop_all()
