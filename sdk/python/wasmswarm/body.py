"""From the arguments that `requests` knows to the parts of a request."""

from __future__ import annotations

import base64
import json as json_module
import uuid
from typing import Any
from urllib.parse import urlencode

JSON = ("Content-Type", "application/json")
FORM = ("Content-Type", "application/x-www-form-urlencoded")

_encode_json = json_module.JSONEncoder(allow_nan=False).encode


def json_body(value: Any) -> bytes:
    """The value as JSON text."""
    return _encode_json(value).encode()


def with_query(url: str, params: Any) -> str:
    """The URL with these query parameters, after those that it has."""
    if isinstance(params, bytes):
        params = params.decode()
    if not isinstance(params, str):
        pairs = params.items() if hasattr(params, "items") else params
        params = urlencode([(k, v) for k, v in pairs if v is not None], doseq=True)
    if not params:
        return url
    url, mark, fragment = url.partition("#")
    return f"{url}{'&' if '?' in url else '?'}{params}{mark}{fragment}"


def data_body(data: Any) -> tuple[bytes, tuple[str, str] | None]:
    """The body that `data=` means, and the header that says what it is."""
    if isinstance(data, bytes):
        return data, None
    if isinstance(data, str):
        return data.encode(), None
    if hasattr(data, "read"):
        return data_body(data.read())
    if isinstance(data, (bytearray, memoryview)):
        return bytes(data), None
    pairs = data.items() if hasattr(data, "items") else list(data)
    pairs = [(key, value) for key, value in pairs if value is not None]
    return urlencode(pairs, doseq=True).encode(), FORM


def multipart(data: Any, files: Any) -> tuple[bytes, tuple[str, str]]:
    """A form with files in it."""
    boundary = uuid.uuid4().hex
    parts: list[bytes] = []
    for name, value in _pairs(data):
        for item in value if isinstance(value, (list, tuple)) else [value]:
            parts.append(_part(boundary, f'name="{name}"', None, str(item).encode()))
    for name, file in _pairs(files):
        filename, content, kind = _file(name, file)
        parts.append(_part(boundary, f'name="{name}"; filename="{filename}"', kind, content))
    body = b"".join(parts) + f"--{boundary}--\r\n".encode()
    return body, ("Content-Type", f"multipart/form-data; boundary={boundary}")


def _pairs(data: Any) -> list[tuple[str, Any]]:
    return list(data.items() if hasattr(data, "items") else data or [])


def _file(name: str, file: Any) -> tuple[str, bytes, str | None]:
    """Name, content and type of what `files=` has: content, or a tuple that begins with the name."""
    filename, kind = name, None
    if isinstance(file, (tuple, list)):
        filename, kind = file[0], file[2] if len(file) > 2 else None
        file = file[1]
    else:
        filename = getattr(file, "name", name).rpartition("/")[2]
    return filename, data_body(file)[0], kind


def _part(boundary: str, disposition: str, kind: str | None, content: bytes) -> bytes:
    kind_line = f"Content-Type: {kind}\r\n" if kind else ""
    head = f"--{boundary}\r\nContent-Disposition: form-data; {disposition}\r\n{kind_line}\r\n"
    return head.encode() + content + b"\r\n"


def basic_auth(auth: Any) -> tuple[str, str]:
    """The header of a user name with a password: a pair, or `HTTPBasicAuth`."""
    user, password = auth if isinstance(auth, (tuple, list)) else (auth.username, auth.password)
    token = base64.b64encode(f"{user}:{password}".encode()).decode()
    return "Authorization", f"Basic {token}"
