"""Errors of the user's code in short: what happened, then where in the user's own files."""

from __future__ import annotations

from types import TracebackType

#: Where the user's files lie while the component is made; set by the loader.
source_root = ""

#: The most frames that are shown: an endless recursion needs no thousand.
MOST = 12


def last_line(error: BaseException) -> str:
    """`Type: text`, as a traceback ends."""
    kind = type(error).__name__
    text = str(error)
    return f"{kind}: {text}" if text else kind


def describe(error: BaseException) -> str:
    """The last line of the traceback, then the user's frames."""
    lines = [last_line(error), *_frames(error.__traceback__)]
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None:
        lines += [f"from {last_line(cause)}", *_frames(cause.__traceback__)]
    return "\n".join(lines)


def _frames(traceback: TracebackType | None) -> list[str]:
    lines = []
    while traceback is not None:
        code = traceback.tb_frame.f_code
        file = own_file(code.co_filename)
        if file is not None:
            lines.append(f'  File "{file}", line {traceback.tb_lineno}, in {code.co_name}')
        traceback = traceback.tb_next
    if len(lines) > MOST:
        left_out = len(lines) - MOST
        half = MOST // 2
        lines[half:-half] = [f"  ({left_out} more)"]
    return lines


def own_file(filename: str) -> str | None:
    """The name of a file as its author knows it; None for those of Python and of this SDK."""
    if not filename.startswith(("/", "<")):
        return filename
    if source_root and filename.startswith(source_root):
        return filename[len(source_root) :].lstrip("/")
    return None
