"""Says why a module that locustfiles import isn't there."""

import sys
from collections.abc import Sequence
from typing import Any

from wasmswarm import Unsupported

from ._unsupported import why_not


class _Refuser:
    """The last to be asked for a module; it has none, but may know why."""

    @staticmethod
    def find_spec(name: str, _path: Sequence[str] | None = None, _target: Any = None) -> None:
        instead = why_not(name)
        if instead:
            raise Unsupported(f"module {name} isn't supported: {instead}")


def install() -> None:
    """From now on."""
    sys.meta_path.append(_Refuser)  # type: ignore[arg-type]
