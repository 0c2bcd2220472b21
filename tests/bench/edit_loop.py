"""What a user waits between an edit and the first request that comes of it, in each language and with k6 and Locust.

Each source is run once before, so that what is compiled once per machine is there. Then each round edits it and runs it:
the time is that from the start of the command to the first byte that reaches the server. `edit-loop/run` sets up the tools.
"""

import argparse
import collections
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time

import report
from languages import put

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
SOURCES = os.path.join(HERE, "languages")
MARKS = ("<!-- edit loop: made by tests/bench/edit-loop/run -->", "<!-- edit loop end -->")
#: Seconds after which a command that made no request has failed.
LONGEST = 600

# name, source, the file that is edited, how a line of comment begins there.
Source = collections.namedtuple("Source", "name source edited comment")
WASMSWARM = [
    Source("JavaScript", "get.js", "get.js", "//"),
    Source("TypeScript", "get.ts", "get.ts", "//"),
    Source("Python", "locustfile.py", "locustfile.py", "#"),
    Source("Rust", "rust", "rust/src/lib.rs", "//"),
    Source("Go", "go", "go/main.go", "//"),
    Source("C", "get.c", "get.c", "//"),
    Source("Zig", "get.zig", "get.zig", "//"),
]
K6 = Source("k6", "get.js", "get.js", "//")
LOCUST = Source("Locust", "locustfile.py", "locustfile.py", "#")


class Server:
    """Answers each request with status 200, and knows when the first one came."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.first = threading.Event()
        self.at = 0.0
        threading.Thread(target=self._accept, daemon=True).start()

    def expect(self):
        self.first.clear()

    def _accept(self):
        while True:
            connection, _ = self.listener.accept()
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        with connection:
            while data := connection.recv(65536):
                if not self.first.is_set():
                    self.at = time.monotonic()
                    self.first.set()
                if data.endswith(b"\r\n\r\n"):
                    connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")


class Subject:
    """A tool and a copy of the source that it runs."""

    def __init__(self, source, folder, command):
        self.source, self.command, self.times = source, command, []
        self.folder = os.path.join(folder, source.name)
        if os.path.isdir(os.path.join(SOURCES, source.source)):
            # Beside the repository's SDKs, as its manifest says.
            self.path = os.path.join(SOURCES, source.source)
        else:
            os.makedirs(self.folder)
            self.path = shutil.copy(os.path.join(SOURCES, source.source), self.folder)
        self.edited = os.path.join(os.path.dirname(self.path), source.edited)
        with open(self.edited, encoding="utf-8") as file:
            self.text = file.read()

    def edit(self, number):
        with open(self.edited, "w", encoding="utf-8") as file:
            file.write(f"{self.text}\n{self.source.comment} edit {number}\n")

    def restore(self):
        with open(self.edited, "w", encoding="utf-8") as file:
            file.write(self.text)

    def wait(self, server):
        """Seconds from the start of the command to its first request."""
        server.expect()
        with tempfile.TemporaryFile() as said:
            begun = time.monotonic()
            child = subprocess.Popen(self.command(self.path, server.url), stdout=said, stderr=said, stdin=subprocess.DEVNULL)
            try:
                while not server.first.wait(0.2):
                    if child.poll() is not None or time.monotonic() - begun > LONGEST:
                        said.seek(0)
                        text = said.read().decode(errors="replace")
                        raise SystemExit(f"error: {self.source.name} made no request\n{text}")
            finally:
                if child.poll() is None:
                    child.terminate()
                child.wait(60)
        return server.at - begun


def ours(binary, cache):
    def command(path, url):
        more = ["Fast"] if path.endswith(".py") else []
        return [binary, "run", path, *more, "--host", url, "-i", "1", "--headless", "--quiet", "--yes", "--cache-dir", cache]
    return command


def subjects(options, folder):
    binary = os.environ.get("WASMSWARM") or os.path.join(ROOT, "target/release/wasmswarm")
    found = [Subject(source, folder, ours(binary, os.path.join(folder, "cache"))) for source in WASMSWARM]
    k6 = os.environ.get("K6") or shutil.which("k6")
    if k6:
        found.append(Subject(K6, folder, lambda path, url: [
            k6, "run", "--quiet", "--no-usage-report", "--iterations", "1", "-e", f"TARGET={url}/", path]))
    locust = os.path.join(options.dir, "locust/bin/locust")
    if os.path.exists(locust):
        found.append(Subject(LOCUST, folder, lambda path, url: [
            locust, "-f", path, "Fast", "--headless", "-u", "1", "-t", "1s", "-H", url, "--only-summary"]))
    only = [name for name in options.only.split(",") if name]
    return [subject for subject in found if not only or subject.source.name in only]


def measure(options):
    server = Server()
    with tempfile.TemporaryDirectory(prefix="edit-loop-") as folder:
        tried = subjects(options, folder)
        try:
            for subject in tried:
                subject.first = subject.wait(server)
                print(f"{subject.source.name}: first {subject.first:.2f} s", file=sys.stderr, flush=True)
            for number in range(options.rounds):
                for subject in tried:
                    subject.edit(number)
                    subject.times.append(subject.wait(server))
                    print(f"{subject.source.name}: {subject.times[-1]:.2f} s", file=sys.stderr, flush=True)
        finally:
            for subject in tried:
                subject.restore()
    return tried


def page(tried, options):
    rows = [
        [subject.source.name, f"{statistics.median(subject.times):.2f} s", f"{subject.first:.1f} s"] for subject in tried
    ]
    table = report.table(["edit to first request", "wait", "the very first run"], rows)
    command = f"tests/bench/edit-loop/run --rounds {options.rounds} --write README.md"
    return (f"{table}\nMade by `{command}`: from the start of the command to the first byte that reaches the server, medians of "
            f"{options.rounds} edits; the very first run has an empty cache and installs what is missing. {report.machine()}\n")


def main():
    parser = argparse.ArgumentParser(prog="tests/bench/edit-loop/run", description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", metavar="A,B", help="languages and peers by name: JavaScript,Python,k6,Locust")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--write", metavar="FILE", help="put the table between this file's marks")
    options = parser.parse_args()
    if not 1 <= options.rounds <= 20:
        parser.error("--rounds takes 1 to 20")
    options.dir = os.environ.get("BENCH_DIR") or os.path.join(ROOT, "target/bench")
    text = page(measure(options), options)
    print(text)
    if options.write:
        put(options.write, text, MARKS)


if __name__ == "__main__":
    main()
