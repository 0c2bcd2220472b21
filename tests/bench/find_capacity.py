"""Searches for capacities that are known with `wasmswarm find`, and prints one page.

Each target is the built-in one with so many workers that take a fixed time for each request; what is too much queues
up. Its capacity is the number of workers divided by that time, whoever measures it.
"""

import argparse
import concurrent.futures
import datetime
import json
import os
import subprocess
import sys
import tempfile
import time

from load_model import BINARY, PLUGIN, Target

# Milliseconds that a worker takes, and numbers of workers.
CASES = [(ms, workers) for ms, all_workers in (
    (1, (1, 2, 1, 2, 1)),
    (10, (1, 2, 4, 8, 16)),
    (100, (5, 10, 30, 80, 120)),
    (1000, (50, 100, 200, 400, 800)),
) for workers in all_workers]
FROM = (10, 25, 40, 15, 60)
NEAR = 0.05


def search(number, ms, workers, options):
    target = Target("--delay", f"{ms}ms", "--servers", str(workers))
    capacity = workers * 1000 / ms
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "found.json")
        command = [BINARY, "find", PLUGIN, "status", "--host", target.url, "--quiet", "--summary-json", out,
                   "--from", f"{FROM[number % len(FROM)]}/s", "--step-time", options.step_time, "--precision", "3",
                   "--threads", "1", "--search-time", "8m",
                   "--threshold", f"http_response_time: p(95)<{4 * ms + 2000}ms",
                   "--threshold", "http_req_failed: rate<1%"]
        begun = time.monotonic()
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=900)
        took = time.monotonic() - begun
        report = json.load(open(out)) if os.path.exists(out) else {"found": None, "steps": [], "error": done.stdout}
    target.stop()
    row = Row(ms, workers, capacity, report, took)
    print("  " + " | ".join(row.cells()), file=sys.stderr, flush=True)
    return row


class Row:
    def __init__(self, ms, workers, capacity, report, took):
        self.ms, self.workers, self.capacity, self.report, self.took = ms, workers, capacity, report, took
        found = report["found"]
        self.off = None if found is None else found / capacity - 1
        self.met = self.off is not None and abs(self.off) <= NEAR

    def cells(self):
        steps, law = self.report["steps"], self.report.get("scalability")
        unclear = sum(step["verdict"] == "inconclusive" for step in steps)
        limit = self.report.get("limit")
        return [
            f"{self.ms:,} ms × {self.workers}", f"{self.capacity:,.0f}/s",
            "none" if self.off is None else f"{self.report['found']:,.1f}/s",
            "none" if not limit else f"{limit:,.1f}/s",
            "" if self.off is None else f"{100 * self.off:+.1f} %",
            "none" if not law else f"{law['most']:,.0f}/s",
            f"{len(steps)} ({sum(step['trials'] for step in steps)})", str(unclear), f"{self.took:.0f} s",
            "met" if self.met else "**missed**"]


def page(rows, arguments, load):
    machine = open("/proc/cpuinfo").read().split("model name\t: ")[1].split("\n")[0]
    heads = ["service time × workers", "capacity", "found", "broke at", "off by", "by the law", "rates (trials)",
             "inconclusive", "time", f"within {100 * NEAR:.0f} %"]
    lines = [
        "# `wasmswarm find` against known capacities", "",
        f"Written by `{' '.join(['tests/bench/find', *arguments])}` on {datetime.date.today()}. Machine: {os.cpu_count()} "
        f"cores of {machine}; generator and server share them. Average load before and after: {load[0]:.1f} and "
        f"{load[1]:.1f}.", "",
        f"**{sum(row.met for row in rows)} of {len(rows)}** within {100 * NEAR:.0f} %. *By the law* is what the universal "
        "scalability law makes of the same steps; a queue before a number of workers has a kink that it can't follow.", "",
        f"| {' | '.join(heads)} |", "|" + "---|" * len(heads)]
    return "\n".join(lines + [f"| {' | '.join(row.cells())} |" for row in rows]) + "\n"


def main():
    parser = argparse.ArgumentParser(prog="tests/bench/find", description=__doc__.splitlines()[0])
    parser.add_argument("--at-once", type=int, default=1, metavar="N", help="searches beside each other [default: 1]")
    parser.add_argument("--only", metavar="A,B", help="numbers of the cases to try, from 0 to 19")
    parser.add_argument("--step-time", default="6s", metavar="TIME", help="how long to try each rate [default: 6s]")
    parser.add_argument("--write", metavar="FILE", help="also write the page to this file")
    options = parser.parse_args()
    chosen = range(len(CASES)) if not options.only else [int(number) for number in options.only.split(",")]
    load = [os.getloadavg()[0]]
    # The plugin is built once, before the first two need it at the same time.
    subprocess.run([BINARY, "inspect", PLUGIN], check=True, stdout=subprocess.DEVNULL)
    with concurrent.futures.ThreadPoolExecutor(options.at_once) as pool:
        rows = list(pool.map(lambda number: search(number, *CASES[number], options), chosen))
    load.append(os.getloadavg()[0])
    text = page(rows, sys.argv[1:], load)
    print(text, end="")
    if options.write:
        with open(options.write, "w") as file:
            file.write(text)
    return 0 if all(row.met for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
