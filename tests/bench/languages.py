"""The same scenario in every language, side by side: what it costs to build and to run.

One GET per iteration and a check of its status, no think time, against nginx on loopback.
Set-up is `languages/run`'s work. Every loop is bounded by --rounds and --seconds.
"""

import argparse
import collections
import os
import resource
import shlex
import shutil
import subprocess
import sys
import time

import measure
import proc
import report
from server import Nginx
from tools import Command, Load, Tool, k6, locust

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
SOURCES = os.path.join(HERE, "languages")
MARKS = ("<!-- languages: made by tests/bench/languages/run -->", "<!-- languages end -->")

# name, source, the SDK's folder, what its figures are held against: at most so many times Rust's CPU, at most so many
# MB per VU; further arguments of the build and of the run.
Language = collections.namedtuple("Language", "name source sdk most_cpu most_memory build run", defaults=((), ()))
LANGUAGES = [
    Language("Rust", "rust", "rust", None, None),
    Language("C", "get.c", "c", 1.2, None),
    Language("C++", "get.cpp", "c", 1.2, None),
    Language("Zig", "get.zig", "zig", 1.2, None),
    Language("AssemblyScript", "assemblyscript", "assemblyscript", None, None),
    Language("Go", "go", "go", 3, 1.1),
    Language("JavaScript", "get.js", "js", 4, 0.25),
    Language("TypeScript", "get.ts", "js", 4, 0.25),
    Language("JavaScript, StarlingMonkey", "get.js", "js", None, 1.0, ("--engine", "starlingmonkey")),
    Language("Python", "locustfile.py", "python", 6, 1.8, (), ("Fast",)),
]
# Seconds from the command to the first request, of sources that were built before.
MOST_START = 0.4
# peer, ours, at most so many times the peer's CPU.
PEERS = [("k6", "JavaScript", 0.6), ("Locust FastHttpUser", "Python", 0.5), ("Locust HttpUser", "Python", 0.16)]


def arguments():
    parser = argparse.ArgumentParser(prog="tests/bench/languages/run", description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", metavar="A,B", help="languages and peers by name: Rust,Go,k6")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=4, help="length of one window")
    parser.add_argument("--vus", type=int, default=500)
    parser.add_argument("--write", metavar="FILE", help="put the tables between this file's marks")
    options = parser.parse_args()
    if not (1 <= options.rounds <= 20 and 1 <= options.seconds <= 60 and 2 <= options.vus <= 10_000):
        parser.error("--rounds takes 1 to 20, --seconds 1 to 60, --vus 2 to 10000")
    options.dir = os.environ.get("BENCH_DIR") or os.path.join(ROOT, "target/bench")
    return options


def note(text):
    print(text, file=sys.stderr, flush=True)


class Plugin:
    """One language's component: built from nothing, with its size and the time that took."""

    def __init__(self, language, binary, folder):
        self.language, self.binary = language, binary
        self.source = os.path.join(SOURCES, language.source)
        name = language.name.replace(" ", "").replace(",", "-").replace("++", "pp").lower()
        self.path = os.path.join(folder, name + ".wasm")
        self.cache = os.path.join(folder, "cache")
        self.seconds = self._build()
        self.bytes = os.path.getsize(self.path)
        self.run(1)

    def _build(self):
        """Seconds of a build of this source, its tools being there."""
        source = self.source
        if self.language.name == "AssemblyScript":
            subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--loglevel=error"], cwd=source, check=True,
                           stdout=subprocess.DEVNULL)
        command = [self.binary, "build", source, "-o", self.path, "--quiet", "--yes", "--cache-dir", self.cache,
                   *self.language.build]
        subprocess.run(command, check=True)
        shutil.rmtree(os.path.join(self.cache, "built"), ignore_errors=True)
        if self.language.name == "Rust":
            os.utime(os.path.join(source, "src/lib.rs"))
        begun = time.monotonic()
        subprocess.run(command, check=True)
        return time.monotonic() - begun

    def command(self, _path, load):
        return self._run(self.path, load)

    def from_source(self, _path, load):
        """As a user types it: the source, which was built before."""
        return self._run(self.source, load, *self.language.build)

    def _run(self, what, load, *more):
        return Command([self.binary, "run", what, *self.language.run, *more, "-u", str(load.vus), "-t", f"{load.seconds}s",
                        "--host", load.url, "--headless", "--quiet", "--cache-dir", self.cache], {})

    def run(self, seconds):
        """Once, so that it is compiled when it is measured."""
        argv = [self.binary, "run", self.path, *self.language.run, "-u", "1", "-i", str(seconds), "--host", "demo", "--headless", "--quiet",
                "--cache-dir", self.cache]
        done = subprocess.run(argv, capture_output=True, text=True, timeout=600)
        if done.returncode:
            raise SystemExit(f"error: {self.language.name} does not run\n{done.stdout}{done.stderr}")


def peers(folder):
    get = os.path.join(SOURCES, "get.js")
    file = os.path.join(SOURCES, "locustfile.py")
    own = os.path.join(folder, "locust/bin/locust")
    k6_path = os.environ.get("K6") or shutil.which("k6")
    found = [Tool("Locust FastHttpUser", own, locust("Fast", file), "--version"),
             Tool("Locust HttpUser", own, locust("Http", file), "--version")]
    if k6_path:
        found.insert(0, Tool("k6", k6_path, k6(get), "version"))
    return found


class Bench:
    """All languages and peers in turn, round by round."""

    def __init__(self, options):
        self.options = options
        os.makedirs(os.path.join(options.dir, "languages"), exist_ok=True)
        files = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        self.nginx = Nginx(measure.SERVER_CORE, os.path.join(options.dir, "nginx"), min(files, 65_536) - 200)
        self.plugins, self.tools = [], []
        self.windows, self.one, self.starts = {}, {}, {}

    def prepare(self, only):
        binary = os.environ.get("WASMSWARM") or os.path.join(ROOT, "target/release/wasmswarm")
        folder = os.path.join(self.options.dir, "languages")
        for language in LANGUAGES:
            if only and language.name not in only:
                continue
            plugin = Plugin(language, binary, folder)
            note(f"  {language.name:28} built in {plugin.seconds:6.2f} s, {plugin.bytes / 1e3:9,.0f} kB")
            self.plugins.append(plugin)
            self.tools.append(Tool(language.name, binary, plugin.command, "--version"))
        self.tools += [tool for tool in peers(self.options.dir) if not only or tool.name in only]

    def measure(self):
        for tool in self.tools:
            self.one[tool.name] = self.window(tool, 1, 1)
        for plugin in self.plugins:
            tool = Tool(plugin.language.name, plugin.binary, plugin.from_source, "--version")
            self.starts[tool.name] = report.median([measure.start_up(tool, self.log(tool)) for _ in range(5)])
        for number in range(self.options.rounds):
            note(f"round {number + 1} of {self.options.rounds}")
            for tool in self.tools:
                window = self.window(tool, self.options.vus, self.options.seconds)
                self.windows.setdefault(tool.name, []).append(window)
                if window:
                    note(f"  {tool.name:28} {measure.per_request(window):8.1f} us/request "
                         f"{measure.rate(window):9,.0f}/s {self.per_vu(tool.name, window):8.3f} MB/VU")
        self.nginx.stop()

    def log(self, tool):
        return os.path.join(self.options.dir, "log-" + tool.name.replace(" ", "-") + ".txt")

    def window(self, tool, vus, seconds):
        window = measure.steady(tool, self.nginx, Load(self.nginx.url, vus, 0), 2.0, seconds, self.log(tool))
        if window is None:
            note(f"  {tool.name}: no result, see {self.log(tool)}")
        return window

    def per_vu(self, name, window):
        """Private dirty megabytes of each VU beyond the first."""
        one = self.one[name]
        return (window.dirty - one.dirty) / (self.options.vus - 1) / 1e6 if one and window else float("nan")

    def ratio(self, ours, theirs):
        pairs = zip(self.windows.get(ours, []), self.windows.get(theirs, []), strict=False)
        return report.median([measure.per_request(a) / measure.per_request(b) for a, b in pairs if a and b])

    def memory(self, name):
        return report.median([self.per_vu(name, w) for w in self.windows.get(name, []) if w])

    def cpu(self, name):
        return report.cost(self.windows.get(name, []))


def page(bench, command):
    options = bench.options
    return (f"{languages(bench)}\n{compared(bench)}\n"
            f"Made by `{command}`: one GET and a check of its status per iteration, {options.vus} VUs, no think time, the "
            f"generator on one core, {options.rounds} rounds of {options.seconds} s in turn, medians; memory is private "
            f"dirty memory per VU. {report.machine()}\n")


def languages(bench):
    rows = []
    for plugin in bench.plugins:
        language, name = plugin.language, plugin.language.name
        rows.append([
            name, f"[sdk/{language.sdk}](sdk/{language.sdk})", f"{plugin.bytes / 1e3:,.0f} kB", f"{plugin.seconds:.1f} s",
            report.cell(bench.starts[name], "{:.2f} s") + missed(bench.starts[name], MOST_START, " s"),
            report.cell(bench.memory(name), "{:.2f} MB") + missed(bench.memory(name), language.most_memory, " MB"),
            report.cell(bench.cpu(name), "{:.1f} µs"),
            report.cell(bench.ratio(name, "Rust"), "{:.2f}x") + missed(bench.ratio(name, "Rust"), language.most_cpu, "x"),
        ])
    head = ["language", "SDK", "component", "time to build", "built: first request after", "memory per VU", "CPU per request", "of Rust's"]
    return report.table(head, rows)


def missed(value, most, unit):
    """What a figure should have been, where it isn't."""
    return f" (goal: {most}{unit})" if value is not None and most is not None and value > most else ""


def compared(bench):
    rows = []
    for peer, ours, most in PEERS:
        if peer in bench.windows:
            ratio = bench.ratio(ours, peer)
            rows.append([peer, report.cell(bench.cpu(peer), "{:.1f} µs"), report.cell(bench.memory(peer), "{:.2f} MB"),
                         ours, report.cell(ratio, "{:.2f}x") + missed(ratio, most, "x")])
        else:
            rows.append([peer, report.NONE, report.NONE, ours, report.NONE])
    head = ["running the same script", "CPU per request", "memory per VU", "wasmswarm", "of the peer's CPU"]
    return report.table(head, rows)


def put(file, text, marks=MARKS):
    """Replaces what stands between the marks of a file."""
    with open(file) as old:
        before, rest = old.read().split(marks[0])
    after = rest.split(marks[1])[1]
    with open(file, "w") as new:
        new.write(f"{before}{marks[0]}\n\n{text}\n{marks[1]}{after}")


def main():
    options = arguments()
    os.sched_setaffinity(0, {measure.SERVER_CORE})
    bench = Bench(options)
    bench.prepare([name.strip() for name in options.only.split(",") if name.strip()])
    bench.measure()
    text = page(bench, shlex.join(["tests/bench/languages/run", *sys.argv[1:]]))
    print(text)
    if options.write:
        put(options.write, text)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
    finally:
        proc.stop_all()
