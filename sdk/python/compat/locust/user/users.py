"""Users, under the names that they have in Locust."""

from wasmswarm import FastHttpUser, HttpUser, User

__all__ = ["FastHttpUser", "HttpUser", "User"]
