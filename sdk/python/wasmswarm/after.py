"""What some requests need once they were answered: hooks, a digest for a challenge, redirects to look at.

Most requests need nothing of it. The host follows redirects itself; only for a file that looks at
`response.history` they are followed here, so that each hop is there to be seen.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urljoin, urlsplit

from . import request as requests
from ._wit import http, vu
from .auth import HTTPDigestAuth
from .failures import ConnectionError, TooManyRedirects
from .wait import microseconds

#: Whether the user's code mentions the history at all; set by the loader.
history_mentioned = False

#: As `requests` and the host have them.
REDIRECTS = (301, 302, 303, 307, 308)
MOST_HOPS = 30
_PORTS = {"http": 80, "https": 443}


class After:
    """What is left to do with a response."""

    __slots__ = ("digest", "hooks", "hops", "retry")

    def __init__(self, digest: Any, hooks: Any, hops: int, retry: Any) -> None:
        self.digest: HTTPDigestAuth | None = digest
        #: What a mounted adapter says of sending it again.
        self.retry: Any = retry
        self.hooks: list[Any] = hooks
        #: How many redirects are followed here.
        self.hops = hops

    def finish(self, session: Any, made: Any, response: Any) -> Any:
        """The response that the user gets."""
        if self.retry is not None:
            response = self._again(session, made, response)
        if self.digest is not None and response.status_code == 401:
            response = self._answer(session, made, response)
        if self.hops:
            response = self._follow(session, made, response)
        for hook in self.hooks:
            response = hook(response) or response
        return response

    def _again(self, session: Any, made: Any, response: Any) -> Any:
        """Tries as often as the adapter says. Each try is a request in the results."""
        for tried in range(1, self.retry.total + 1):
            if response.status_code not in self.retry.status_forcelist and response.status_code:
                break
            if not (self.retry.allows(made.method) or _was_not_sent(response)):
                break
            vu.sleep(microseconds(self.retry.pause(tried)))
            response = session._exchange(made)
        return response

    def _answer(self, session: Any, made: Any, response: Any) -> Any:
        """Sends it again, if the challenge can be answered. The first response is as good as expected."""
        named = (pair for pair in response.header_pairs() if pair[0].lower() == "www-authenticate")
        if not any(self.digest.takes(text, made.url, response.url) for _, text in named):
            return response
        http.pass_(response._readable())
        header = self.digest.build_digest_header(made.method, response.url)
        made.headers = [*_without(made.headers, "authorization"), ("Authorization", header)]
        again = session._exchange(made)
        again._history = [response]
        return again

    def _follow(self, session: Any, made: Any, response: Any) -> Any:
        history = []
        while response.is_redirect:
            if len(history) == self.hops:
                raise TooManyRedirects(
                    f"Exceeded {self.hops} redirects.", response=response, request=response.request
                )
            response.content  # noqa: B018 - the host forgets it
            history.append(response)
            made = _next(made, response)
            response = session._exchange(made)
            response._history = list(history)
        return response


def _was_not_sent(response: Any) -> bool:
    """Whether there was no connection, so that any method may be tried again."""
    return not response.status_code and isinstance(response.error, ConnectionError)


def _next(made: Any, response: Any) -> Any:
    """The request that a redirect asks for."""
    before = response.url
    url = urljoin(before, response.header("location") or "")
    if not urlsplit(url).fragment and urlsplit(before).fragment:
        url += f"#{urlsplit(before).fragment}"
    following = requests.Request(_method(made.method, response.status_code), url, made.name)
    for field in ("tags", "timeout", "redirects", "expected", "keep"):
        setattr(following, field, getattr(made, field))
    following.headers, following.body = made.headers, made.body
    if response.status_code not in (307, 308):
        following.body = b""
        following.headers = _without(
            following.headers, "content-length", "content-type", "transfer-encoding"
        )
    if not _may_know(before, url):
        following.headers = _without(following.headers, "authorization", "cookie")
    if made.own_cookies:  # a header of one's own counts once, then the jar does
        following.headers = _without(following.headers, "cookie")
    return following


def _method(method: str, status: int) -> str:
    if (status in (302, 303) and method != "HEAD") or (status == 301 and method == "POST"):
        return "GET"
    return method


def _may_know(before: str, after: str) -> bool:
    """Whether the server after a redirect may be told who asks: the same one, maybe now with TLS."""
    old, new = urlsplit(before), urlsplit(after)
    if old.hostname != new.hostname:
        return False
    ports = [parts.port or _PORTS.get(parts.scheme) for parts in (old, new)]
    if (old.scheme, new.scheme) == ("http", "https") and ports == [80, 443]:
        return True
    return old.scheme == new.scheme and ports[0] == ports[1]


def _without(headers: list[tuple[str, str]], *names: str) -> list[tuple[str, str]]:
    return [pair for pair in headers if pair[0].lower() not in names]
