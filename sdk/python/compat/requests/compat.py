"""Names that `requests` has for what Python has."""

import builtins
import json
from collections import OrderedDict
from collections.abc import Callable, Mapping, MutableMapping
from http.cookies import Morsel
from io import StringIO
from json import JSONDecodeError
from urllib.parse import (
    quote,
    quote_plus,
    unquote,
    unquote_plus,
    urldefrag,
    urlencode,
    urljoin,
    urlparse,
    urlsplit,
    urlunparse,
)

is_py2 = False
is_py3 = True
builtin_str = str
str = builtins.str
bytes = builtins.bytes
basestring = (builtins.str, builtins.bytes)
numeric_types = integer_types = (int, float)

__all__ = [
    "Callable",
    "JSONDecodeError",
    "Mapping",
    "Morsel",
    "MutableMapping",
    "OrderedDict",
    "StringIO",
    "basestring",
    "builtin_str",
    "bytes",
    "json",
    "quote",
    "quote_plus",
    "str",
    "unquote",
    "unquote_plus",
    "urldefrag",
    "urlencode",
    "urljoin",
    "urlparse",
    "urlsplit",
    "urlunparse",
]
