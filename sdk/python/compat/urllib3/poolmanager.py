"""Pools, which can be made and shared as in Locust, and hold nothing: connections are the host's."""

from __future__ import annotations

from typing import Any, NoReturn

from wasmswarm import Unsupported


class PoolManager:
    """Its sizes are taken and not used."""

    def __init__(self, num_pools: int = 10, headers: Any = None, **options: Any) -> None:
        self.headers = headers or {}
        self.connection_pool_kw = options

    def clear(self) -> None:
        """Nothing to do."""

    def request(self, method: str, url: str, **_options: Any) -> NoReturn:
        raise Unsupported("urllib3 sends nothing here: use self.client or requests, which are measured")

    urlopen = request


class ProxyManager(PoolManager):
    """The same; a proxy is the operator's choice."""

    def __init__(self, proxy_url: str, *sizes: Any, **options: Any) -> None:
        super().__init__(*sizes, **options)


class HTTPConnectionPool(PoolManager):
    """The same for one server."""

    def __init__(self, host: str, port: int | None = None, **options: Any) -> None:
        super().__init__(**options)
        self.host, self.port = host, port


HTTPSConnectionPool = HTTPConnectionPool
