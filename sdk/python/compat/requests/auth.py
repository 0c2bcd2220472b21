"""How a request says who sends it."""

from wasmswarm.auth import AuthBase, HTTPBasicAuth, HTTPDigestAuth, HTTPProxyAuth
from wasmswarm.auth import basic as _basic_auth_str

__all__ = ["AuthBase", "HTTPBasicAuth", "HTTPDigestAuth", "HTTPProxyAuth", "_basic_auth_str"]
