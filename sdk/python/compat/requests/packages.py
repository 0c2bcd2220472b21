"""The name that older scripts have for `urllib3`."""

import sys

import urllib3
import urllib3.exceptions
import urllib3.util
import urllib3.util.retry

for _name in [name for name in sys.modules if name.split(".")[0] == "urllib3"]:
    sys.modules[f"requests.packages.{_name}"] = sys.modules[_name]

__all__ = ["urllib3"]
