"""The fast client, which is the same as the other one here."""

from wasmswarm.response import Response
from wasmswarm.session import FastHttpSession
from wasmswarm.users import FastHttpUser

FastResponse = Response
ResponseContextManager = Response
RestResponseContextManager = Response

__all__ = [
    "FastHttpSession",
    "FastHttpUser",
    "FastResponse",
    "ResponseContextManager",
    "RestResponseContextManager",
]
