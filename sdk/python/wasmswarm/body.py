"""From the arguments that `requests` knows to the parts of a request."""

from __future__ import annotations

import json as json_module
import os
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from . import large
from .failures import InvalidJSONError

JSON = ("Content-Type", "application/json")
FORM = ("Content-Type", "application/x-www-form-urlencoded")

_encode_json = json_module.JSONEncoder(allow_nan=False).encode
_BYTES = (bytes, bytearray, memoryview)

#: The body, and the header that says what it is.
Body = tuple[bytes, tuple[str, str] | None]


def body_of(data: Any, json: Any, files: Any) -> Body:
    """The body that these arguments mean together. `json` counts only if the others are empty."""
    if files:
        return multipart(data, files)
    # An iterator has no length and is never empty, as in `requests`.
    if json is not None and not data:
        return json_body(json), JSON
    return data_body(data) if data else (b"", None)


def json_body(value: Any) -> bytes:
    """The value as JSON text."""
    try:
        return _encode_json(value).encode()
    except ValueError as error:
        raise InvalidJSONError(error) from None


def with_query(url: str, params: Any) -> str:
    """The URL with these query parameters, after those that it has."""
    if isinstance(params, _BYTES):
        params = bytes(params).decode()
    if not isinstance(params, str):
        params = urlencode(list(_values(params)), doseq=True)
    if not params:
        return url
    url, mark, fragment = url.partition("#")
    return f"{url}{'&' if '?' in url else '?'}{params}{mark}{fragment}"


def data_body(data: Any) -> Body:
    """The body that `data=` means."""
    if isinstance(data, _BYTES):
        return bytes(data), None
    if isinstance(data, str):
        return large.encoded(data), None
    if hasattr(data, "read"):
        return as_bytes(data.read()), None
    if isinstance(data, (list, tuple, Mapping)) or hasattr(data, "items"):
        return urlencode(list(_values(data)), doseq=True).encode(), FORM
    if hasattr(data, "__iter__"):
        return b"".join(as_bytes(piece) for piece in data), None
    return str(data).encode(), None


def as_bytes(piece: Any) -> bytes:
    """Text or bytes as bytes."""
    return piece.encode() if isinstance(piece, str) else bytes(piece)


def _pairs(of: Any) -> list[tuple[Any, Any]]:
    """A dictionary's items, or what is a list of pairs already."""
    if isinstance(of, (str, bytes, bool, int)):
        raise ValueError("cannot encode objects that are not 2-tuples")
    return list(of.items() if hasattr(of, "items") else of or ())


def _values(of: Any) -> Any:
    """Names with their values one by one, without those that are None."""
    for name, value in _pairs(of):
        many = not isinstance(value, (str, bytes)) and hasattr(value, "__iter__")
        for one in value if many else [value]:
            if one is not None:
                yield name, one


def multipart(data: Any, files: Any) -> tuple[bytes, tuple[str, str]]:
    """A form with files in it."""
    if isinstance(data, (str, bytes)):
        raise ValueError("Data must not be a string.")
    parts = [_field(name, value) for name, value in _values(data)]
    parts += [_file(name, file) for name, file in _pairs(files)]
    boundary = os.urandom(16).hex()
    mark = f"--{boundary}\r\n".encode()
    body = b"".join(mark + part + b"\r\n" for part in parts if part) + f"--{boundary}--\r\n".encode()
    return body, ("Content-Type", f"multipart/form-data; boundary={boundary}")


def _field(name: Any, value: Any) -> bytes:
    content = bytes(value) if isinstance(value, _BYTES) else str(value).encode()
    return _part(_text(name), None, None, {}, content)


def _file(name: Any, file: Any) -> bytes:
    """What `files=` has: content, or a tuple of the file's name, its content, its type and headers."""
    filename, kind, headers = None, None, {}
    if isinstance(file, (tuple, list)):
        filename, file, kind, headers = [*file, None, None, None, None][:4]
    else:
        filename = _name_of(file) or _text(name)
    if file is None:
        return b""
    content = file.read() if hasattr(file, "read") else file
    return _part(_text(name), filename, kind, dict(headers or {}), as_bytes(content))


def _name_of(file: Any) -> str | None:
    """The name of an open file."""
    name = getattr(file, "name", None)
    if isinstance(name, str) and name and name[0] != "<" and name[-1] != ">":
        return os.path.basename(name)
    return None


def _part(name: str, filename: Any, kind: Any, headers: dict[Any, Any], content: bytes) -> bytes:
    disposition = f'form-data; name="{_quoted(name)}"'
    if filename is not None:
        disposition += f'; filename="{_quoted(_text(filename))}"'
    lines = {"Content-Disposition": disposition}
    if kind:
        lines["Content-Type"] = _text(kind)
    lines |= {_text(key): _text(value) for key, value in headers.items() if value}
    head = "".join(f"{key}: {value}\r\n" for key, value in lines.items())
    return head.encode() + b"\r\n" + content


def _quoted(text: str) -> str:
    """As browsers write it between quotes."""
    return text.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


def _text(name: Any) -> str:
    return name.decode() if isinstance(name, bytes) else str(name)
