"""The HTTP client, under the names that it has in Locust."""

from wasmswarm.response import Response
from wasmswarm.session import HttpSession

LocustResponse = Response
ResponseContextManager = Response

__all__ = ["HttpSession", "LocustResponse", "ResponseContextManager"]
