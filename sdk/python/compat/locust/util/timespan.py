"""Times as text."""

import re


def parse_timespan(time_str: str) -> int:
    """Seconds of `90`, `90s`, `2m` or `1h30m`."""
    if not time_str:
        raise ValueError("Invalid time span format")
    if re.fullmatch(r"\d+", time_str):
        return int(time_str)
    found = re.fullmatch(r"((?P<h>\d+)h)?((?P<m>\d+)m)?((?P<s>\d+)s)?", time_str)
    if not found or not any(found.groups()):
        raise ValueError("Invalid time span format. Valid formats: 20, 20s, 3m, 2h, 1h20m, 3h30m10s, etc.")
    parts = {name: int(value or 0) for name, value in found.groupdict().items()}
    return parts["h"] * 3600 + parts["m"] * 60 + parts["s"]
