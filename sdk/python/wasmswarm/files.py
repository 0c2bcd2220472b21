"""Files, of which there are none while the component runs."""

from __future__ import annotations

import builtins
import io
from typing import Any, NoReturn

from .errors import Unsupported


def _refuse(file: Any, *_: Any, **__: Any) -> NoReturn:
    raise Unsupported(
        f"open({str(file)!r}): a running plugin has no files; read it at the top level, which runs "
        "when the component is made, or grant its rows with --data NAME=FILE (`wasmswarm.data`)"
    )


def begin() -> None:
    """From now on."""
    builtins.open = _refuse  # type: ignore[assignment]
    io.open = _refuse  # type: ignore[assignment]
