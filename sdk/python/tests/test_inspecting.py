"""What the builder finds before it builds."""

import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from inspecting import Problem, inspect  # noqa: E402


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
        self.assertEqual(self.look("import faker").packages, [self.folder / "vendor"])

    def test_imports_in_functions_are_made_early(self):
        self.assertEqual(self.look("def f():\n    import csv\n").lazy, {"csv"})

    def test_guarded_and_skipped_imports_may_be_missing(self):
        self.look("try:\n    import faker\nexcept ImportError:\n    faker = None\n")
        self.look("if __name__ == '__main__':\n    import faker\n")
        self.look("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import faker\n")

    def test_problems(self):
        self.assertTrue(self.problem("def f(:\n").startswith("shop.py:1:"))
        self.assertIn("shop.py:1: there is no module 'faker'", self.problem("import faker"))
        self.assertIn("locust.contrib.mqtt", self.problem("import locust.contrib.mqtt"))
        self.assertIn("locust.stats", self.problem("from locust import stats"))
        self.assertIn("environment.stats", self.problem("def f(environment): environment.stats"))
        both = self.problem("import faker\nimport grpc")
        self.assertEqual(len(both.splitlines()), 2)


if __name__ == "__main__":
    unittest.main()
