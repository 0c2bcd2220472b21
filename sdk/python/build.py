"""Turns a locustfile into a component: `python build.py SOURCE --wit DIR -o OUT`.

Run it with the Python of a virtual environment that has componentize-py. Nothing is written beside
the source: what is needed of it is copied to a folder that is gone afterwards.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("source", type=Path)
    parser.add_argument("--wit", type=Path)
    parser.add_argument("-o", type=Path)
    a = parser.parse_args()
    with tempfile.TemporaryDirectory() as temp:
        t = Path(temp)
        (t / "s" / "source").mkdir(parents=True)
        (t / "lib" / "site-packages").mkdir(parents=True)
        (t / "s" / "source" / a.source.name).write_bytes(a.source.read_bytes())
        (t / "s" / "wasmswarm_source.py").write_text(
            f"NAME='locustfile'\nPATH='/0/source/{a.source.name}'\nROOT='/0/source'\nLAZY=[]\n"
        )
        r = subprocess.run(
            [sys.executable, "-c", "import sys; from componentize_py import script; sys.exit(script())",
             "-q", "-d", str(a.wit), "-w", "plugin", "componentize", "-p", str(t / "s"), "-p", str(HERE), "-p", str(HERE / "compat"), "wasmswarm.app", "-o", str(a.o)],
            env={**os.environ, "VIRTUAL_ENV": str(t)},
        )
        sys.exit(r.returncode)
