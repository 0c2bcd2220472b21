"""Reads every file of results in a folder as others do, and fails where one is malformed or its text could act.

Prints the name of each file that it has read.
"""

import csv
import html.parser
import json
import pathlib
import re
import sys
import unicodedata
import xml.etree.ElementTree

FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def plain(text: str, where: str) -> None:
    """Fails if there is a control character or one that reorders others, but for line breaks."""
    for character in text:
        if character not in "\r\n" and unicodedata.category(character) in ("Cc", "Cf", "Cs"):
            raise AssertionError(f"{where}: {character!r}")


def is_number(cell: str) -> bool:
    """Whether a spreadsheet takes it for a number rather than a formula."""
    return re.fullmatch(r"[+-]?[0-9.]+(e[+-]?[0-9]+)?", cell) is not None and cell not in ("+1", "-1")


def read_csv(path: pathlib.Path) -> None:
    """Every row has all columns, and no cell is a formula."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file, strict=True))
    assert len(rows) > 1, path
    for row in rows:
        assert len(row) == len(rows[0]), row
        for cell in row:
            plain(cell, f"{path}: {cell!r}")
            assert "\n" not in cell, cell
            assert not cell.startswith(FORMULA) or is_number(cell), cell


def read_json(path: pathlib.Path) -> None:
    """One document, or one in each line; control characters are escaped, and no surrogate is alone."""
    text = path.read_bytes().decode("utf-8")
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f]", text), path
    for document in text.splitlines() if path.stem in ("failures", "samples") else [text]:
        value = json.dumps(json.loads(document), ensure_ascii=False)
        value.encode("utf-8")


def read_xml(path: pathlib.Path) -> None:
    """Well-formed, with all cases."""
    suites = xml.etree.ElementTree.parse(path).getroot()
    cases = suites.findall("testsuite/testcase")
    checks = json.loads((path.parent / "results.json").read_text(encoding="utf-8"))["checks"]
    assert len(cases) == len(checks) + 1 > 15, len(cases)
    for case in cases:
        plain(case.get("name"), str(path))
    assert any(case.get("name") == "]]>" for case in cases)
    assert len(suites.findall("testsuite/testcase/failure")) == len(checks)


class Tags(html.parser.HTMLParser):
    """Fails at the first tag."""

    def handle_starttag(self, tag: str, attrs: list) -> None:
        raise AssertionError(f"<{tag}> {attrs}")

    handle_startendtag = handle_starttag

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"<!--{data}")


def read_markdown(path: pathlib.Path) -> None:
    """What is left without code spans is our own: no tag, no link, nobody's name."""
    text = path.read_text(encoding="utf-8")
    plain(text, str(path))
    without = re.sub(r"(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)", "", text)
    Tags().feed(without)
    assert not re.search(r"[<`@]|\]\(|://", without), without
    rows = [line for line in without.splitlines() if line.startswith("|")]
    assert all(len(re.findall(r"(?<!\\)\|", row)) in (4, 5, 9) for row in rows), without


def read_hdr_log(path: pathlib.Path) -> None:
    """Lines have their four or five fields."""
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line[0] not in '#"']
    assert len(lines) > 2, lines
    for line in lines:
        plain(line, str(path))
        fields = line.split(",")
        assert len(fields) == (5 if line.startswith("Tag=") else 4), line
        assert " " not in fields[0], line


READERS = {
    ".csv": read_csv,
    ".hlog": read_hdr_log,
    ".json": read_json,
    ".md": read_markdown,
    ".xml": read_xml,
}

for found in sorted(pathlib.Path(sys.argv[1]).iterdir()):
    if found.suffix in READERS:
        READERS[found.suffix](found)
        print(found.name)
