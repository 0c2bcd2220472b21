"""Pools of one server, under the names that they have in urllib3."""

from .poolmanager import HTTPConnectionPool, HTTPSConnectionPool

__all__ = ["HTTPConnectionPool", "HTTPSConnectionPool"]
