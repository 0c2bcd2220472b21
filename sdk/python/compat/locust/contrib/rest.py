"""Users that send and expect JSON, which all do here."""

from wasmswarm.users import FastHttpUser as RestUser

__all__ = ["RestUser"]
