"""One event at a time: news and stored states in, entries and new states out."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Union

from ._errors import RequestError, error
from ._evaluation import _SHAPES, _instant, _read
from ._table import Row


@dataclass(frozen=True)
class State:
    """A state to store under its key, in place of the earlier one. What stands in `text` is the engine's own business.

    `wakes_at` is when the clock acts on it next, if it does: take a step then without news, with this state.
    """

    key: str
    wakes_at: datetime | None
    text: str


@dataclass(frozen=True)
class Outcome:
    """A step that is done: new entries, decisions on the referrals that are new, findings about the news, states to store."""

    entries: list[Row]
    decisions: list[Row]
    findings: list[Row]
    states: list[State]


@dataclass(frozen=True)
class NeedsStates:
    """Take the step again with the states under these keys as well; None for a key that has none yet."""

    keys: list[str]


@dataclass(frozen=True)
class NeedsHistory:
    """The news is late, or a state cannot be opened: give every row that touches these keys to `Program.rebuild`."""

    keys: list[str]


#: What came of a step.
Step = Union[Outcome, NeedsStates, NeedsHistory]


def read_step(text: str) -> Step:
    """The answer of a step."""
    answer: dict[str, Any] = json.loads(text)
    if not answer["ok"]:
        raise error(answer, RequestError)
    if answer["step"] == "needs states":
        return NeedsStates(answer["keys"])
    if answer["step"] == "needs history":
        return NeedsHistory(answer["keys"])
    entries, decisions, findings = (_read(answer[table], _SHAPES[table]) for table in ("entries", "decisions", "findings"))
    states = [State(state["key"], state["wakes_at"] and _instant(state["wakes_at"]), state["state"]) for state in answer["states"]]
    return Outcome(entries, decisions, findings, states)


def read_keys(text: str) -> list[str]:
    """The answer that names keys."""
    answer: dict[str, Any] = json.loads(text)
    if not answer["ok"]:
        raise error(answer, RequestError)
    return list(answer["keys"])
