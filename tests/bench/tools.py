"""The generators: how each is found, and the command for one shape of load.

A load is (url, VUs, seconds, think): closed loop with `think` false; one request per VU
and second with it true. Nothing here measures.
"""

import collections
import os
import re
import shutil
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
PEERS = os.path.join(HERE, "peers")

Load = collections.namedtuple("Load", "url vus seconds think", defaults=(False,))
Command = collections.namedtuple("Command", "argv env")


class Tool:
    """One generator. `path` is None where it isn't installed; `version` is the argument that asks for it, or it."""

    def __init__(self, name, path, build, version, thinks=True):
        self.name, self.path, self._build, self._version = name, path, build, version
        self.thinks = thinks

    def command(self, load):
        return self._build(self.path, load)

    def version(self):
        """What the tool says about itself, cut to its number."""
        if self._version[0].isdigit():
            return self._version
        out = subprocess.run([self.path, *self._version.split()], capture_output=True, text=True)
        found = re.search(r"\d+\.\d+[\w.-]*", out.stdout + out.stderr)
        return found.group() if found else "?"


def wrk(path, load):
    pause = ["-s", os.path.join(PEERS, "think.lua")] if load.think else []
    return Command([path, "-t1", f"-c{load.vus}", f"-d{load.seconds}s", *pause, load.url], {})


def oha(path, load):
    return Command([path, "--no-tui", "-c", str(load.vus), "-z", f"{load.seconds}s", load.url], {})


def k6(script=os.path.join(PEERS, "get.js")):
    def build(path, load):
        argv = [path, "run", "--quiet", "--no-usage-report", "--vus", str(load.vus), "--duration",
                f"{load.seconds}s", "-e", f"TARGET={load.url}/", script]
        return Command(argv, {**think(load), "K6_NO_USAGE_REPORT": "true"})
    return build


def locust(user, file=os.path.join(PEERS, "locustfile.py")):
    def build(path, load):
        argv = [path, "-f", file, user, "--headless", "-u", str(load.vus),
                "-r", str(load.vus), "-t", f"{load.seconds}s", "-H", load.url, "--only-summary"]
        return Command(argv, think(load))
    return build


def goose(path, load):
    argv = [path, "--host", load.url, "-u", str(load.vus), "-r", str(load.vus), "-t", f"{load.seconds}s",
            "-q", "-q", "--no-print-metrics"]
    return Command(argv, think(load))


def wasmswarm(scenario, plugin):
    def build(path, load):
        # Paced VUs start spread over one second, or all would send at the same instant.
        name, spread = ("paced", ["-r", str(load.vus)]) if load.think else (scenario, [])
        argv = [path, "run", plugin, name, "-u", str(load.vus), *spread, "-t", f"{load.seconds}s", "--host",
                load.url, "--headless", "--quiet"]
        return Command(argv, {})
    return build


def think(load):
    return {"THINK_MS": "1000"} if load.think else {}


def every(folder, root):
    """All tools by name, in the order of the tables."""
    def found(*places):
        return next((p for p in places if p and (shutil.which(p) or os.access(p, os.X_OK))), None)

    def bench(*parts):
        return os.path.join(folder, *parts)

    ours = found(os.environ.get("WASMSWARM"), os.path.join(root, "target/release/wasmswarm"))
    plugin = os.environ.get("BENCH_PLUGIN") or bench("guests/wasm32-wasip2/release/bench_guests.wasm")
    tools = [
        Tool("wasmswarm status", ours, wasmswarm("status", plugin), "--version"),
        Tool("wasmswarm full", ours, wasmswarm("full", plugin), "--version"),
        Tool("wrk", found("wrk"), wrk, "-v"),
        Tool("oha", found(bench("oha/bin/oha")), oha, "--version", thinks=False),
        Tool("Goose", found(bench("goose/release/bench-goose")), goose, "0.19.0"),
        Tool("k6", found(os.environ.get("K6"), "k6"), k6(), "version"),
        Tool("Locust FastHttpUser", found(bench("locust/bin/locust")), locust("Fast"), "--version"),
        Tool("Locust HttpUser", found(bench("locust/bin/locust")), locust("Http"), "--version"),
    ]
    return {tool.name: tool for tool in tools}
