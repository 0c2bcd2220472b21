"""What the builder finds before it builds."""

import os
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import packages  # noqa: E402
import reaching  # noqa: E402
from inspecting import SOURCE, Problem, inspect  # noqa: E402
from reaching import Reach  # noqa: E402


class Inspecting(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def write(self, name: str, text: str) -> Path:
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file

    def look(self, text: str):
        return inspect(self.write("shop.py", text), ROOT / "compat")

    def problem(self, text: str) -> str:
        with self.assertRaises(Problem) as caught:
            self.look(text)
        return str(caught.exception).replace(f"{self.folder}/", "")

    def test_follows_imports_and_files(self):
        self.write("helpers/__init__.py", "from . import deep")
        self.write("helpers/deep.py", "import json")
        self.write("users.csv", "a")
        self.write("data/more.json", "{}")
        self.write("other.csv", "a")
        found = self.look("from helpers import deep\nopen('users.csv')\nopen('data/more.json')")
        names = {str(file.relative_to(self.folder)) for file in found.files}
        expected = {"shop.py", "helpers/__init__.py", "helpers/deep.py"}
        self.assertEqual(names, expected | {"users.csv", "data/more.json"})

    def test_packages_beside_the_file(self):
        self.write("vendor/faker/__init__.py", "")
        self.write("vendor/helper.py", "import other")
        self.write("vendor/unused.py", "")
        (self.folder / "vendor/faker/out.txt").symlink_to("/etc/hostname")
        self.write("vendor/faker/deep.py", "from helper import x\n")
        found = self.look("import faker")
        self.assertEqual(found.packages, {self.folder / "vendor": {"faker"}})
        target = self.folder / "copied"
        read = packages.copy(self.folder / "vendor", {"faker"}, target, found.reach)
        names = {str(file.relative_to(self.folder / "vendor")) for file in read}
        self.assertEqual(names, {"faker/__init__.py", "faker/deep.py", "helper.py"})
        self.assertEqual((target / "helper.py").read_text(), "import other")

    def test_imports_in_functions_are_made_early(self):
        self.assertEqual(self.look("def f():\n    import csv\n").lazy, {"csv"})

    def test_guarded_and_skipped_imports_may_be_missing(self):
        self.look("try:\n    import faker\nexcept ImportError:\n    faker = None\n")
        self.look("if __name__ == '__main__':\n    import faker\n")
        self.look("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import faker\n")

    def test_names_that_are_put_together(self):
        for name in ("data/a.csv", "b.json", "deep/er/c.txt", "d.txt"):
            self.write(name, name)
        found = self.look("""
import os
from pathlib import Path
HERE = os.path.dirname(os.path.abspath(__file__))
DATA = os.path.join(HERE, "data")
open(os.path.join(DATA, "a" + ".csv"))
(Path(__file__).resolve().parent / "b.json").read_text()
Path.cwd().joinpath("deep", "er", "c.txt").open()
open(HERE + "/d.txt")
""")
        names = {str(file.relative_to(self.folder)) for file in found.files}
        self.assertEqual(names, {"shop.py", "data/a.csv", "b.json", "deep/er/c.txt", "d.txt"})

    def test_reads_what_it_may(self):
        self.write("rows.csv", "around")
        self.write("secret.txt", "s")
        self.write("granted/g.txt", "g")
        self.write(".hidden/k", "k")
        self.write("tests/in.txt", "in")
        (self.folder / "tests/link.txt").symlink_to(self.folder / ".hidden/k")
        text = "open('../rows.csv'); open('rows.csv'); open('in.txt'); open('/etc/hostname')\n"
        text += f"open('../.hidden/k'); open('link.txt'); open({str(self.folder / 'granted/g.txt')!r})"
        entry = self.write("tests/shop.py", text)
        place = lambda path, hidden: {"names": [str(path)] * 2, "without_hidden": hidden}  # noqa: E731
        alone = inspect(entry, ROOT / "compat", Reach([place(self.folder / "tests", False)]))
        names = {file.name for file in alone.files}
        self.assertEqual(names, {"shop.py", "in.txt"})
        self.assertIn("--allow-read", alone.refused[f"{SOURCE}/link.txt"])
        around = inspect(
            entry,
            ROOT / "compat",
            Reach([place(self.folder, True), place(self.folder / "tests", False)]),
        )
        names = {str(file.relative_to(self.folder)) for file in around.files}
        self.assertEqual(names, {"tests/shop.py", "tests/in.txt", "rows.csv", "granted/g.txt"})
        self.assertEqual(around.places[f"{SOURCE}/tests/rows.csv"], self.folder / "rows.csv")
        whole = f"/0/granted{self.folder / 'granted/g.txt'}"
        self.assertEqual(around.places[whole], self.folder / "granted/g.txt")
        for name in ("../in.txt", "../../../x", "deep/y", "/etc/hostname"):
            path = Path(reaching.plain(around.root / name))
            self.assertEqual(around.path(around.place_of(name)), path)
        for place in ("/0/wasmswarm_source.py", "/1/x", "/0/grantedx", "/0/1x"):
            self.assertIsNone(around.path(place))
        refused = {f"{SOURCE}/tests/link.txt", "/0/granted/etc/hostname", f"{SOURCE}/.hidden/k"}
        self.assertEqual({*around.refused}, refused)

    def test_what_takes_the_place_of_a_checked_file_is_not_read(self):
        entry = self.write("shop.py", "")
        self.write("data/a.csv", "mine")
        self.write("other/a.csv", "secret")
        reach = Reach.of(None, entry.parent)
        real = os.path.realpath(self.folder / "data/a.csv")
        (self.folder / "data").rename(self.folder / "away")
        (self.folder / "data").symlink_to(self.folder / "other")
        with self.assertRaises(OSError):
            reaching._open_exactly(real)
        os.mkfifo(self.folder / "pipe")
        with self.assertRaises(OSError):
            reach.read(self.folder / "pipe")

    def test_modules_in_place_of_others(self):
        self.look("""
import urllib3, certifi, locust.stats, requests.packages.urllib3.exceptions
from requests import adapters, api, auth, certs, cookies, exceptions, hooks, models, sessions, utils
from requests.structures import CaseInsensitiveDict
from requests.status_codes import codes
from requests.compat import urljoin
from urllib3.util.retry import Retry
from locust.env import Environment
from locust.util.timespan import parse_timespan
from locust.contrib.rest import RestUser
from locust.user import sequential_taskset, wait_time
""")

    def test_problems(self):
        self.assertTrue(self.problem("def f(:\n").startswith("shop.py:1:"))
        self.assertIn("shop.py:1: there is no module 'faker'", self.problem("import faker"))
        self.assertIn("locust.contrib.mqtt", self.problem("import locust.contrib.mqtt"))
        self.assertIn("locust.web", self.problem("from locust import web"))
        self.assertIn("no module 'requests.foo' here", self.problem("import requests.foo"))
        self.assertIn("environment.stats", self.problem("def f(environment): environment.stats"))
        both = self.problem("import faker\nimport grpc")
        self.assertEqual(len(both.splitlines()), 2)


if __name__ == "__main__":
    unittest.main()
