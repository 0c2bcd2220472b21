"""Cookies of `requests`."""

from __future__ import annotations

from typing import Any

from wasmswarm.cookies import Cookie, CookieConflictError, RequestsCookieJar, header_of


def create_cookie(name: str, value: Any, **scope: Any) -> Cookie:
    """A cookie for all servers, unless it is said for which."""
    made = RequestsCookieJar().set(name, value, **scope)
    assert made is not None, "it has a value"
    return made


def cookiejar_from_dict(cookie_dict: Any, cookiejar: Any = None, overwrite: bool = True) -> Any:
    """A jar with these names and values."""
    jar = RequestsCookieJar() if cookiejar is None else cookiejar
    for name, value in (cookie_dict or {}).items():
        if overwrite or name not in jar:
            jar.set(name, value)
    return jar


def merge_cookies(cookiejar: Any, cookies: Any) -> Any:
    """The jar, with these too."""
    if hasattr(cookies, "set_cookie"):
        cookiejar.update(cookies)
        return cookiejar
    return cookiejar_from_dict(cookies, cookiejar, overwrite=False)


def remove_cookie_by_name(cookiejar: Any, name: str, domain: Any = None, path: Any = None) -> None:
    """Removes all of this name."""
    for one in [one for one in cookiejar if one.fits(domain, path, name)]:
        cookiejar.clear(one.domain, one.path, one.name)


def get_cookie_header(jar: Any, request: Any) -> str | None:
    """The header with these cookies."""
    return header_of(jar) or None


__all__ = [
    "Cookie",
    "CookieConflictError",
    "RequestsCookieJar",
    "cookiejar_from_dict",
    "create_cookie",
    "get_cookie_header",
    "merge_cookies",
    "remove_cookie_by_name",
]
