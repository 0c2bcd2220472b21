"""Events, under the names that they have in Locust."""

from wasmswarm.events import EventHook, Events

__all__ = ["EventHook", "Events"]
