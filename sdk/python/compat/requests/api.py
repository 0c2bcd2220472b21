"""Single requests, each in a session of its own."""

from __future__ import annotations

from typing import Any

from wasmswarm.response import Response

from .sessions import Session


def request(method: str, url: str, **options: Any) -> Response:
    """Sends with any method."""
    with Session() as session:
        return session.request(method, url, **options)


def get(url: str, params: Any = None, **options: Any) -> Response:
    """GET."""
    return request("GET", url, params=params, **options)


def head(url: str, **options: Any) -> Response:
    """HEAD."""
    options.setdefault("allow_redirects", False)
    return request("HEAD", url, **options)


def options(url: str, **options: Any) -> Response:
    """OPTIONS."""
    return request("OPTIONS", url, **options)


def post(url: str, data: Any = None, json: Any = None, **options: Any) -> Response:
    """POST."""
    return request("POST", url, data=data, json=json, **options)


def put(url: str, data: Any = None, **options: Any) -> Response:
    """PUT."""
    return request("PUT", url, data=data, **options)


def patch(url: str, data: Any = None, **options: Any) -> Response:
    """PATCH."""
    return request("PATCH", url, data=data, **options)


def delete(url: str, **options: Any) -> Response:
    """DELETE."""
    return request("DELETE", url, **options)
