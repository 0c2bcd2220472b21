"""Users, under the names that they have in Locust."""

from wasmswarm import FastHttpUser, HttpUser, User
from wasmswarm.users import UserMeta

__all__ = ["FastHttpUser", "HttpUser", "User", "UserMeta"]
