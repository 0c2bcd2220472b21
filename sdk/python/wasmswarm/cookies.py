"""Cookies as `requests` shows them. Those of a session are the host's own: there is no second jar here."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, MutableMapping
from email.utils import formatdate, parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

from ._wit import cookies as host

#: The number of no jar at all.
NO_JAR = 2**64 - 1


class CookieConflictError(RuntimeError):
    """There is more than one cookie of this name: say of which domain or path."""


class Cookie:
    """One cookie, with the attributes that Python's own have."""

    def __init__(
        self,
        name: str,
        value: str,
        domain: str = "",
        path: str = "/",
        expires: int | None = None,
        secure: bool = False,
        http_only: bool = False,
        host_only: bool = True,
    ) -> None:
        self.name = name
        self.value = value
        self.domain = domain
        self.path = path
        self.expires = expires or None
        self.secure = secure
        self.http_only = http_only
        self.host_only = host_only
        self.version, self.port, self.comment, self.rfc2109 = 0, None, None, False
        self.domain_specified = bool(domain) and not host_only
        self.domain_initial_dot = False
        self.path_specified = True
        self.discard = self.expires is None

    @staticmethod
    def of(value: Any) -> Cookie:
        """Of the host's record, or of a cookie of Python's own."""
        names = ("name", "value", "domain", "path", "expires", "secure", "http_only", "host_only")
        found = {name: getattr(value, name) for name in names if hasattr(value, name)}
        if "host_only" not in found:
            found["host_only"] = not getattr(value, "domain_specified", False)
        return Cookie(**found)

    def record(self) -> Any:
        """As the host takes it."""
        domain = self.domain.lstrip(".").lower()
        return host.Cookie(
            self.name,
            self.value or "",
            domain,
            self.path or "/",
            int(self.expires or 0),
            bool(self.secure),
            self.http_only,
            self.host_only and not self.domain.startswith("."),
        )

    def is_expired(self, now: float | None = None) -> bool:
        return self.expires is not None and self.expires <= (now or time.time())

    def has_nonstandard_attr(self, name: str) -> bool:
        return name.lower() == "httponly" and self.http_only

    def fits(self, domain: str | None, path: str | None, name: str | None = None) -> bool:
        """Whether it is of this domain, path and name, as far as they are given."""
        return (
            (domain is None or self.domain.lstrip(".") == domain.lstrip("."))
            and (path is None or self.path == path)
            and (name is None or self.name == name)
        )

    def __repr__(self) -> str:
        return f"<Cookie {self.name}={self.value} for {self.domain}{self.path}>"


class RequestsCookieJar(MutableMapping[str, Any]):
    """Cookies by name, and each with its domain and path. This one is nobody's: a list of its own."""

    def __init__(self, policy: Any = None) -> None:
        self._own: dict[tuple[str, str, str], Cookie] = {}

    # What a jar on the host does differently.

    def _all(self) -> list[Cookie]:
        return list(self._own.values())

    def _put(self, cookie: Cookie) -> None:
        self._own[cookie.domain, cookie.path, cookie.name] = cookie

    def _drop(self, cookie: Cookie) -> None:
        self._own.pop((cookie.domain, cookie.path, cookie.name), None)

    # As in `requests`.

    def get(self, name: str, default: Any = None, domain: Any = None, path: Any = None) -> Any:  # type: ignore[override]
        """The value of one; the domain and path must be given where there are several."""
        found = self._find(name, domain, path)
        return default if found is None else found.value

    def set(self, name: str, value: Any, **scope: Any) -> Cookie | None:
        """Sets one, or removes it if the value is None."""
        if value is None:
            self._remove(name, scope.get("domain"), scope.get("path"))
            return None
        if hasattr(value, "OutputString"):  # a Morsel of `http.cookies`
            value, scope = value.value, {**_scope_of(value), **scope}
        rest = scope.pop("rest", {})
        cookie = Cookie(
            name,
            str(value),
            scope.pop("domain", "") or "",
            scope.pop("path", "/") or "/",
            scope.pop("expires", None),
            bool(scope.pop("secure", False)),
            "HttpOnly" in rest,
        )
        cookie.host_only = not cookie.domain.startswith(".")
        self._put(cookie)
        return cookie

    def set_cookie(self, cookie: Any, *_: Any, **__: Any) -> None:
        """Puts one in."""
        self._put(Cookie.of(cookie))

    def get_dict(self, domain: str | None = None, path: str | None = None) -> dict[str, str]:
        """Names and values."""
        return {one.name: one.value for one in self._all() if one.fits(domain, path)}

    def __getitem__(self, name: str) -> Any:
        found = self._find(name, None, None)
        if found is None:
            raise KeyError(f"name={name!r}, domain=None, path=None")
        return found.value

    def __setitem__(self, name: str, value: Any) -> None:
        self.set(name, value)

    def __delitem__(self, name: str) -> None:
        self._remove(name, None, None)

    def __contains__(self, name: Any) -> bool:
        return any(one.name == name for one in self._all())

    def __iter__(self) -> Iterator[Any]:
        """The cookies themselves, as in `requests`."""
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())

    def keys(self) -> list[str]:  # type: ignore[override]
        return [one.name for one in self._all()]

    def values(self) -> list[str]:  # type: ignore[override]
        return [one.value for one in self._all()]

    def items(self) -> list[tuple[str, str]]:  # type: ignore[override]
        return [(one.name, one.value) for one in self._all()]

    def iterkeys(self) -> Iterator[str]:
        return iter(self.keys())

    def itervalues(self) -> Iterator[str]:
        return iter(self.values())

    def iteritems(self) -> Iterator[tuple[str, str]]:
        return iter(self.items())

    def pop(self, name: str, *default: Any) -> Any:
        """Removes one, and returns its value."""
        found = self._find(name, None, None)
        if found is None:
            if default:
                return default[0]
            raise KeyError(name)
        self._remove(name, None, None)
        return found.value

    def popitem(self) -> tuple[str, str]:
        """Removes one, and returns its name and value."""
        for one in self._all():
            self._drop(one)
            return one.name, one.value
        raise KeyError("popitem(): no cookies")

    def update(self, other: Any = (), **more: Any) -> None:  # type: ignore[override]
        """Puts in all of another jar, or names and values."""
        if isinstance(other, RequestsCookieJar) or hasattr(other, "set_cookie"):
            for cookie in other:
                self.set_cookie(cookie)
        else:
            super().update(other)
        super().update(more)

    def clear(self, domain: Any = None, path: Any = None, name: Any = None) -> None:
        """Removes those of a domain, path and name, as far as they are given: all."""
        found = [one for one in self._all() if one.fits(domain, path, name)]
        if domain is not None and not found:
            raise KeyError(domain)
        for one in found:
            self._drop(one)

    def clear_session_cookies(self) -> None:
        """Removes those that have no time of expiry."""
        for one in self._all():
            if one.discard:
                self._drop(one)

    def clear_expired_cookies(self) -> None:
        """Those of a session are gone by themselves."""
        for one in self._all():
            if one.is_expired():
                self._drop(one)

    def list_domains(self) -> list[str]:
        return [*dict.fromkeys(one.domain for one in self._all())]

    def list_paths(self) -> list[str]:
        return [*dict.fromkeys(one.path for one in self._all())]

    def multiple_domains(self) -> bool:
        domains = [one.domain for one in self._all()]
        return len(set(domains)) != len(domains)

    def copy(self) -> RequestsCookieJar:
        """A jar of its own with the same cookies."""
        made = RequestsCookieJar()
        made.update(self)
        return made

    def get_policy(self) -> None:
        """None of one's own."""

    def __repr__(self) -> str:
        return f"<RequestsCookieJar[{', '.join(map(repr, self._all()))}]>"

    def _find(self, name: str, domain: Any, path: Any) -> Cookie | None:
        found = [one for one in self._all() if one.fits(domain, path, name)]
        if len(found) > 1:
            raise CookieConflictError(f"There are multiple cookies with name, {name!r}")
        return found[0] if found else None

    def _remove(self, name: str, domain: Any, path: Any) -> None:
        for one in self._all():
            if one.fits(domain, path, name):
                self._drop(one)


class HostJar(RequestsCookieJar):
    """The cookies of a session: the host's own, which it sends and which responses set.

    One that is set without a domain goes to each server that the session asks, as in `requests`: it is
    put into the jar for the run's host at once, and for others with the first request to them.
    """

    def __init__(
        self, number: int | None, url: str = "/", on_loose: Callable[[], None] = lambda: None
    ) -> None:
        super().__init__()
        self._on_loose = on_loose
        self._number = number
        #: The server that relative URLs mean.
        self._url = url or "/"
        #: Those without a domain, and the servers that have them.
        self.loose: dict[str, Cookie] = {}
        self._known: set[str] = set()

    @property
    def number(self) -> int:
        """The jar's number; it is made when it is needed."""
        if self._number is None:
            self._number = host.new_jar()
        return self._number

    def _all(self) -> list[Cookie]:
        return [Cookie.of(record) for record in host.all(self.number)]

    def _put(self, cookie: Cookie) -> None:
        if cookie.domain:
            host.put(self.number, cookie.record())
            return
        self.loose[cookie.name] = cookie
        self._on_loose()
        for url in {self._url, *self._known}:
            self._give(cookie, url)

    def _drop(self, cookie: Cookie) -> None:
        self.loose.pop(cookie.name, None)
        host.remove(self.number, cookie.domain.lstrip("."), cookie.path, cookie.name)

    def clear(self, domain: Any = None, path: Any = None, name: Any = None) -> None:
        """Removes those of a domain, path and name, as far as they are given: all."""
        if domain is None and path is None and name is None:
            self.loose.clear()
            host.clear(self.number)
        else:
            super().clear(domain, path, name)

    def matching(self, url: str) -> list[Cookie]:
        """Those that a request to this URL carries, in that order."""
        return [Cookie.of(record) for record in host.matching(self.number, url)]

    def ready(self, url: str) -> None:
        """Before a request to a URL: its server gets what has no domain."""
        if not self.loose:
            return
        parts = urlsplit(url)
        server = f"{parts.scheme}://{parts.netloc}/" if parts.netloc else self._url
        if server not in self._known and server != self._url:
            self._known.add(server)
            for cookie in self.loose.values():
                self._give(cookie, server)

    def _give(self, cookie: Cookie, url: str) -> None:
        text = f"{cookie.name}={cookie.value}; Path={cookie.path}"
        if cookie.expires:
            text += f"; Expires={formatdate(cookie.expires, usegmt=True)}"
        host.set(self.number, url, text + ("; Secure" if cookie.secure else ""))

    def forget(self) -> None:
        """The session ends."""
        if self._number:
            host.drop_jar(self._number)


def header_of(cookies: Any) -> str:
    """The `Cookie` header of what `cookies=` has: of one request, and kept nowhere."""
    pairs = cookies.items() if hasattr(cookies, "items") else ((one.name, one.value) for one in cookies)
    return "; ".join(f"{name}={value}" for name, value in pairs if value is not None)


def of_headers(pairs: list[tuple[str, str]], url: str) -> RequestsCookieJar:
    """Those that the `set-cookie` headers of a response set."""
    jar = RequestsCookieJar()
    server = urlsplit(url).hostname or ""
    for name, value in pairs:
        if name.lower() == "set-cookie":
            cookie = _parsed(value, server)
            if cookie is not None:
                jar._put(cookie)
    return jar


def _parsed(text: str, server: str) -> Cookie | None:
    first, *attributes = text.split(";")
    name, mark, value = first.partition("=")
    if not mark or not name.strip():
        return None
    given = {key.strip().lower(): word.strip() for key, _, word in (a.partition("=") for a in attributes)}
    path = given.get("path", "")
    domain = given.get("domain", "")
    return Cookie(
        name.strip(),
        value.strip(),
        domain or server,
        path if path.startswith("/") else "/",
        _expiry(given),
        "secure" in given,
        "httponly" in given,
        not domain,
    )


def _expiry(given: dict[str, str]) -> int | None:
    try:
        if "max-age" in given:
            return int(time.time()) + int(given["max-age"])
        return int(parsedate_to_datetime(given["expires"]).timestamp()) if "expires" in given else None
    except ValueError:
        return None


def _scope_of(morsel: Any) -> dict[str, Any]:
    """Domain, path and time of a Morsel."""
    given = {name: morsel[name] for name in ("max-age", "expires") if morsel[name]}
    return {
        "domain": morsel["domain"],
        "path": morsel["path"] or "/",
        "secure": bool(morsel["secure"]),
        "expires": _expiry(given),
    }
