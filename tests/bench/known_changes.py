"""Changes that are known, judged by `wasmswarm compare` and `wasmswarm duet`, and one page about it.

The servers are built-in targets that hold each answer back for a known time. `compare` is given pairs of runs, in which one of
two endpoints has become 10 % slower, or nothing has; `duet` two hosts, one of which is 3 % slower, or none. Meanwhile
a process computes for random stretches of time, to disturb the machine.
"""

import argparse
import concurrent.futures
import datetime
import json
import os
import subprocess
import sys
import tempfile

from load_model import BINARY, ROOT

HELLO = os.path.join(ROOT, "docs/examples/hello.wat")
DISTURB = "import random, time\nwhile True:\n    end = time.time() + random.uniform(0.1, 2)\n    " \
          "while time.time() < end: pass\n    time.sleep(random.uniform(0.1, 2))\n"


class Target:
    """The built-in target, at a port that stays the same when it is started anew."""

    def __init__(self, delay, port=0):
        listen = f"127.0.0.1:{port}"
        command = [BINARY, "target", "--listen", listen, "--delay", f"{delay}us"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.url = self.process.stdout.readline().split()[-1]
        self.port = int(self.url.rsplit(":", 1)[1])

    def stop(self):
        self.process.terminate()
        self.process.wait()


def call(*arguments):
    return subprocess.run([BINARY, *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=900)


def measure(options, delays, ports, out):
    targets = [Target(delay, port) for delay, port in zip(delays, ports, strict=True)]
    # Two endpoints have two names.
    urls = [targets[0].url + "/", targets[1].url + "/catalogue"]
    done = call("run", *urls, "--rate", f"{options.rate}/s", "-t", options.run_time, "--quiet", "--threads", "1",
                "--summary-json", out)
    for target in targets:
        target.stop()
    assert os.path.exists(out), done.stdout
    return [target.port for target in targets]


def compare(options, number, factor):
    """Two runs, of which in the second one endpoint takes `factor` times as long."""
    with tempfile.TemporaryDirectory() as folder:
        base, new, out = (os.path.join(folder, name) for name in ("base.json", "new.json", "out.json"))
        ports = measure(options, [20_000, 20_000], [0, 0], base)
        measure(options, [20_000, round(20_000 * factor)], ports, new)
        done = call("compare", base, new, "--json", out)
        return verdict("compare", number, factor, done, out)


def duet(options, number, factor):
    targets = [Target(20_000), Target(round(20_000 * factor))]
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "out.json")
        done = call("duet", HELLO, "--host", targets[0].url, "--against", targets[1].url, "--rate", f"{options.rate}/s",
                    "--rounds", str(options.rounds), "--quiet", "--threads", "1", "--summary-json", out)
        row = verdict("duet", number, factor, done, out)
    for target in targets:
        target.stop()
    return row


def verdict(command, number, factor, done, out):
    if not os.path.exists(out):
        print(done.stdout, file=sys.stderr)
        return command, factor, "error", 0.0, done.returncode
    found = json.load(open(out))
    p50 = [change for request in found["requests"] for change in request["changes"] if change["figure"] == "p50"]
    largest = max((change["change"] for change in p50), key=abs, default=0.0)
    row = command, factor, found["verdict"], largest, done.returncode
    told = [f"{change['figure']} {change['change']:+.3f} {change['interval']}" for request in found["requests"]
            for change in request["changes"] if change["verdict"] in ("worse", "better")]
    print(f"  {number:3} {command:8} x{factor}: {found['verdict']:8} p50 {largest:+.4f} {told}", file=sys.stderr, flush=True)
    return row


def page(options, rows, before):
    today = datetime.date.today().isoformat()
    load = f"{before:.1f} and {os.getloadavg()[0]:.1f}"
    lines = ["# `wasmswarm compare` and `wasmswarm duet` against known changes", "",
             f"Written by `tests/bench/compare {' '.join(sys.argv[1:])}` on {today}. Machine: {os.cpu_count()} cores, which "
             f"generators, servers and a process that computes for random stretches share. Average load before and after: "
             f"{load}. Servers answer after 20 ms; `compare` is given runs of {options.run_time} at {options.rate}/s, `duet` "
             f"takes {options.rounds} rounds of 4 × 1 s at {options.rate}/s.", "",
             "| command | planted | judged worse | judged the same | judged better | found (median of p50) | right |",
             "|---|---|---|---|---|---|---|"]
    for command in ("compare", "duet"):
        for factor in sorted({row[1] for row in rows if row[0] == command}):
            mine = [row for row in rows if row[:2] == (command, factor)]
            counts = [sum(row[2] == verdict for row in mine) for verdict in ("worse", "same", "better")]
            middle = sorted(row[3] for row in mine)[len(mine) // 2]
            right = counts[1] if factor == 1 else counts[0]
            planted = "nothing" if factor == 1 else f"{100 * (factor - 1):.0f} % slower"
            lines.append(f"| `{command}` | {planted} | {counts[0]} | {counts[1]} | {counts[2]} | {100 * middle:+.2f} % | "
                         f"**{right} of {len(mine)}** |")
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, default=20, help="how often each case is judged")
    parser.add_argument("--at-once", type=int, default=4, help="cases at a time")
    parser.add_argument("--run-time", default="20s", help="length of a run for compare")
    parser.add_argument("--rounds", type=int, default=24, help="rounds of a duet")
    parser.add_argument("--rate", type=int, default=50, help="iterations per second")
    parser.add_argument("--only", choices=("compare", "duet"), help="one of the two commands")
    parser.add_argument("--write", metavar="FILE", help="write the page to this file")
    options = parser.parse_args()
    before = os.getloadavg()[0]
    disturbing = subprocess.Popen([sys.executable, "-c", DISTURB])
    cases = [(judge, factor) for judge, factor in ((compare, 1), (compare, 1.1), (duet, 1), (duet, 1.03))
             if options.only in (None, judge.__name__)]
    work = [(judge, factor) for _ in range(options.times) for judge, factor in cases]
    with concurrent.futures.ThreadPoolExecutor(options.at_once) as pool:
        futures = [pool.submit(judge, options, number, factor) for number, (judge, factor) in enumerate(work)]
        rows = [future.result() for future in futures]
    disturbing.kill()
    text = page(options, rows, before)
    print(text)
    if options.write:
        open(options.write, "w").write(text)


main()
