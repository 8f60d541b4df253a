"""A bar for people who wait, in a notebook or a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

#: Called with the step that a run is at (`tables`, `submission`, `attribution`, `timeline`, `done`), how many are done, how many there are.
Progress = Callable[[str, int, int], object]

WIDTH = 24


@contextmanager
def bar() -> Iterator[Progress | None]:
    """Shows how far a run is, and leaves nothing behind. Where nobody looks, in a pipe, nothing is shown."""
    notebook = _notebook()
    if notebook is not None:
        yield notebook
    elif sys.stderr.isatty():
        yield _in_terminal
        print("\r" + " " * (WIDTH + 30) + "\r", end="", file=sys.stderr, flush=True)
    else:
        yield None


def drawn(step: str, done: int, of: int) -> str:
    """The bar as text.

    >>> drawn("timeline", 3, 4)
    '[##################      ] 3/4 timeline'
    """
    full = WIDTH * done // of
    return f"[{'#' * full}{' ' * (WIDTH - full)}] {done}/{of} {step}"


def _in_terminal(step: str, done: int, of: int) -> None:
    print(f"\r{drawn(step, done, of):<{WIDTH + 30}}", end="", file=sys.stderr, flush=True)


def _notebook() -> Progress | None:
    """A bar in the cell of a notebook, if this is one."""
    ipython: Any = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    if shell is None or not shell.has_trait("kernel"):
        return None
    display: Any = sys.modules["IPython.display"]
    handle = display.display(display.HTML(""), display_id=True)

    def show(step: str, done: int, of: int) -> None:
        over = done == of
        handle.update(display.HTML("" if over else f'<progress value="{done}" max="{of}"></progress> {step}'))

    return show
