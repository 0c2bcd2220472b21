"""Set-up of log lines, which the host does."""

from typing import Any


def setup_logging(*_arguments: Any, **_options: Any) -> None:
    """Nothing: `logging` writes to the run's log, and `--log-level` says how much is shown."""
