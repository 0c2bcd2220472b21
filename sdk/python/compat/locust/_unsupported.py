"""Modules that locustfiles import and that don't exist here, with what to use instead.

The builder reads this table too, so that it can refuse a file before it builds anything.
"""

_PROTOCOL = (
    "a guest has no sockets: time the exchange elsewhere and record it with "
    "`events.request.fire(...)`, or write the scenario in a language whose client works through "
    "`http`"
)
_LIBRARY = "start the file with `wasmswarm run FILE`; the host is the runner"
_RESULTS = "results are the host's: see `wasmswarm run --summary-json FILE` and `--threshold`"

#: By the module's name; a package stands for all within it.
MODULES = {
    "locust.contrib.mqtt": _PROTOCOL,
    "locust.contrib.socketio": _PROTOCOL,
    "locust.contrib.dns": _PROTOCOL,
    "locust.contrib.oai": "send the requests with `self.client.post` of an HttpUser",
    "locust.contrib.postgres": _PROTOCOL,
    "locust.contrib.mongodb": _PROTOCOL,
    "locust.contrib.milvus": _PROTOCOL,
    "locust.contrib.qdrant": _PROTOCOL,
    "locust.main": _LIBRARY,
    "locust.dispatch": "how users are shared out is the host's: use weight and fixed_count",
    "locust.html": _RESULTS,
    "locust.util.load_locustfile": _LIBRARY,
    "locust.web": "the web interface is the host's",
    "locust.rpc": "machines share state through `wasmswarm.shared`",
    "locust.opentelemetry": _RESULTS,
    "locust.input_events": _LIBRARY,
    "locust_plugins": "see the table in the SDK's README for what takes its place",
    "ssl": "connections are the host's; options such as --ca-file and --insecure are the operator's",
    "ctypes": "a guest has no native libraries",
    "multiprocessing": "each user is an instance of its own; share state through `wasmswarm.shared`",
    "subprocess": "a guest can't start programs",
    "websocket": _PROTOCOL,
    "websockets": _PROTOCOL,
    "grpc": _PROTOCOL,
    "redis": _PROTOCOL,
    "psycopg2": _PROTOCOL,
    "pymongo": _PROTOCOL,
    "kafka": _PROTOCOL,
    "httpx": "use `self.client`, or the `requests` that is there",
    "aiohttp": "use `self.client`; `self.client.parallel` sends at once",
    "numpy": "it has native parts; Python's own `random` and `statistics` are there",
    "pandas": "it has native parts; `csv` is there, and `wasmswarm.data` for large files",
}


def why_not(module: str) -> str | None:
    """What to use instead of a module; None if it isn't known to be missing."""
    parts = module.split(".")
    for length in range(len(parts), 0, -1):
        found = MODULES.get(".".join(parts[:length]))
        if found:
            return found
    return None
