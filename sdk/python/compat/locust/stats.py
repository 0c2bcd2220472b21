"""Settings of Locust's statistics, which may be set and change nothing: the results are the host's."""

from __future__ import annotations

from typing import Any, NoReturn

from wasmswarm import Unsupported

CONSOLE_STATS_INTERVAL_SEC = 2
HISTORY_STATS_INTERVAL_SEC = 5
CSV_STATS_INTERVAL_SEC = 1
CSV_STATS_FLUSH_INTERVAL_SEC = 10
CURRENT_RESPONSE_TIME_PERCENTILE_WINDOW = 10
STATS_NAME_WIDTH = 60
STATS_TYPE_WIDTH = 8
STATS_AUTORESIZE = True
PERCENTILES_TO_REPORT = [0.5, 0.66, 0.75, 0.8, 0.9, 0.95, 0.98, 0.99, 0.999, 0.9999, 1.0]
PERCENTILES_TO_STATISTICS = [0.95, 0.99]
PERCENTILES_TO_CHART = [0.5, 0.95]
MODERN_UI_PERCENTILES_TO_CHART = [0.5, 0.95]


def __getattr__(name: str) -> NoReturn:
    if name.startswith("__"):
        raise AttributeError(name)
    raise Unsupported(
        f"locust.stats.{name} isn't supported: results are the host's: see `wasmswarm run "
        "--summary-json FILE` and `--threshold`"
    )


def _ignored(*_arguments: Any, **_options: Any) -> None:
    """Nothing: the host shows the results."""


print_stats = print_error_report = print_percentiles_stats = stats_printer = stats_history = _ignored
