"""The fast client, which is the same as the other one here."""

from typing import Any

from wasmswarm.failures import RequestException
from wasmswarm.response import Response
from wasmswarm.sent import PreparedRequest
from wasmswarm.session import FastHttpSession
from wasmswarm.users import FastHttpUser

FastResponse = ErrorResponse = Response
FastRequest = PreparedRequest
ResponseContextManager = Response
RestResponseContextManager = Response
#: What the client raises in Locust where there is no response.
FAILURE_EXCEPTIONS = (RequestException,)


def insecure_ssl_context_factory(*_arguments: Any, **_options: Any) -> None:
    """None: whether certificates are checked is the operator's choice: `--insecure`."""


__all__ = [
    "FAILURE_EXCEPTIONS",
    "ErrorResponse",
    "FastHttpSession",
    "FastHttpUser",
    "FastRequest",
    "FastResponse",
    "ResponseContextManager",
    "RestResponseContextManager",
    "insecure_ssl_context_factory",
]
