"""Where the component starts. The order of these lines is what the heap looks like."""

from . import heap, preload  # noqa: F401

heap.fill_holes()

from wasmswarm import app  # noqa: E402

app.load()

from wasmswarm.exports import Scenario  # noqa: E402, F401
from wasmswarm.warm import warm  # noqa: E402

warm()
app.ready()
heap.settle()
