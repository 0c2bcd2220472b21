"""Cookies of `requests`."""

from http.cookiejar import Cookie
from typing import Any

from wasmswarm.cookies import Cookies as RequestsCookieJar


def cookiejar_from_dict(cookie_dict: Any, cookiejar: Any = None, overwrite: bool = True) -> Any:
    """A jar with these names and values."""
    jar = RequestsCookieJar() if cookiejar is None else cookiejar
    for name, value in (cookie_dict or {}).items():
        if overwrite or name not in jar:
            jar.set(name, value)
    return jar


def merge_cookies(cookiejar: Any, cookies: Any) -> Any:
    """The jar, with these names and values too."""
    return cookiejar_from_dict(dict(cookies), cookiejar, overwrite=False)


__all__ = ["Cookie", "RequestsCookieJar", "cookiejar_from_dict", "merge_cookies"]
