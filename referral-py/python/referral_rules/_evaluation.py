"""Answers: tables of Python values, made when they are looked at."""

from __future__ import annotations

import json as json_module
from datetime import date, datetime, timezone, tzinfo
from decimal import Decimal
from fractions import Fraction
from typing import Any, Callable, Union
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from . import _display, _native
from ._errors import Diagnostic, ReferralError, RequestError, diagnostic, error
from ._table import Decision, Explanation, Row, Table

Shape = dict[str, Union["Shape", Callable[[str], Any]]]


def _exact(text: str) -> Decimal | Fraction:
    """A number before it is rounded: a Decimal, or where it has no end, such as 100/3, a Fraction."""
    return Fraction(text) if "/" in text else Decimal(text)


def _instant(text: str) -> datetime:
    # Python 3.10 does not read the Z.
    return datetime.fromisoformat(text.removesuffix("Z") + "+00:00")


_ENTRY: Shape = {
    "base": _exact,
    "steps": {"before": _exact, "after": _exact},
    "amount": Decimal,
    "earned_at": _instant,
    "booked_at": _instant,
    "payable_on": date.fromisoformat,
    "due_on": date.fromisoformat,
    "notify_by": _instant,
}

_EARNED: Shape = dict.fromkeys(("earned", "pending", "paid"), Decimal)

#: The columns that are no texts, by table. What is not here stays as it is in JSON: the facts of a stage's event, too, which are
#: named by the program.
_SHAPES: dict[str, Shape] = {
    "decisions": {"submitted_at": _instant, "stage_event": {"at": _instant}, "totals": {"amount": Decimal}, "failures": {"at": _instant}},
    "entries": _ENTRY,
    "ledger": _ENTRY,
    "positions": {**dict.fromkeys(("amount", "used", "remaining"), Decimal), "paid_at": _instant, "due_on": date.fromisoformat, "expires_on": date.fromisoformat, "notify_by": _instant},
    "balances": dict.fromkeys(("earned", "held", "payable", "paid", "reversed", "expired", "void", "forfeited", "kept"), Decimal),
    "payouts": {
        **dict.fromkeys(("gross", "fee", "net", "carried"), Decimal),
        "day": date.fromisoformat,
        "missed_on": date.fromisoformat,
    },
    "standings": {"value": _exact, "at_least": _exact, "missing": _exact, "by": date.fromisoformat, "next_review": date.fromisoformat},
    "leaderboard": {"first_day": date.fromisoformat, "last_day": date.fromisoformat, "value": _exact, "missing": _exact, "amount": Decimal},
    "outlook": {"by": _instant},
    "campaigns": {
        "first_day": date.fromisoformat,
        "last_day": date.fromisoformat,
        "goal": {"at_least": _exact, "reached": _exact, "missing": _exact},
    },
    "lists": {},
    "contents": {"value": _exact},
    "notices": {"at": _instant, "by": _instant, "told_at": _instant},
    "assessments": {"score": _exact, "again_on": date.fromisoformat, "items": {"points": _exact, "operands": {"short_by": _exact}}},
    "metrics": dict.fromkeys(("numerator", "denominator", "value", "change", "at_least", "at_most", "short_by"), _exact),
    "dashboard": {"referrals": {"since": _instant}, "earned": _EARNED, "figures": {"value": _exact}, "levels": {"missing": _exact}},
    "digest": {"earned": _EARNED, "figures": {"value": _exact}},
    "diagnosis": dict.fromkeys(("value", "at_least", "at_most", "short_by", "shortfall"), _exact),
    "findings": {},
}


#: The tables of an answer.
ANSWER_TABLES = tuple(_SHAPES)


def _read(value: Any, shape: Shape | Callable[[str], Any]) -> Any:
    """The value with the types of its shape; a list is read item by item."""
    if value is None:
        return None
    if isinstance(value, list):
        return [_read(item, shape) for item in value]
    if isinstance(shape, dict):
        return {column: _read(cell, shape[column]) if column in shape else cell for column, cell in value.items()}
    return shape(value)


def _rows(name: str, rows: list[Row]) -> list[Row]:
    """The rows of a table with their types."""
    read: list[Row] = _read(rows, _SHAPES[name])
    return [Decision(row) for row in read] if name == "decisions" else read


class Evaluation:
    """The answer: who is owed what, as of a moment, and why. Its tables are sequences of dicts, as docs/document.md describes them, and
    frames for every library that speaks Arrow: see `Table`.

    Amounts are `Decimal`, days `date`, instants `datetime` in UTC; what was computed before rounding (`base`, and
    `before` and `after` of a step) is a `Fraction` where it has no end. What is missing is None.

    >>> from referral_rules import Program
    >>> program = Program({"standard": "customer-referrals"})
    >>> book = {"referrals": [{"id": "R-1", "referrer": "ada", "submitted_at": "2026-03-02"}]}
    >>> evaluation = program.evaluate(book, "2026-04-01", answer=["decisions", "fingerprint"])
    >>> evaluation.decisions[0]["submitted_at"]
    datetime.datetime(2026, 3, 2, 5, 0, tzinfo=datetime.timezone.utc)
    >>> evaluation.entries
    Traceback (most recent call last):
    AttributeError: `entries` was not asked for: name it in `answer`

    Two evaluations are equal, and have the same hash, if they have the same fingerprint: if the whole answers are the same.
    """

    __slots__ = ("_native", "_json", "_answer", "_tables", "_kept", "_zone")

    def __init__(self, json: str) -> None:
        """Takes an answer of `evaluate_json`. Raises a `ReferralError` for one that is not ok."""
        self._native: _native.Evaluated | None = None
        self._json: str | None = json
        self._answer: dict[str, Any] = json_module.loads(json)
        self._tables: dict[str, Table] = {}
        self._kept = ""
        self._zone: str | None = None
        if not self._answer["ok"]:
            raise error(self._answer, RequestError)

    @classmethod
    def _of(cls, native: _native.Evaluated, zone: str) -> Evaluation:
        evaluation = cls.__new__(cls)
        evaluation._native = native
        evaluation._json = None
        evaluation._answer = {}
        evaluation._tables = {}
        evaluation._kept = ""
        evaluation._zone = zone
        return evaluation

    @property
    def time_zone(self) -> tzinfo:
        """The program's zone, by whose days it was evaluated. UTC where that is not known: for an answer that was made of JSON, and on a
        machine without data of zones (`pip install tzdata`)."""
        try:
            return timezone.utc if self._zone is None else ZoneInfo(self._zone)
        except ZoneInfoNotFoundError:
            return timezone.utc

    @property
    def json(self) -> str:
        """The whole answer, byte for byte as every language gives it."""
        if self._json is None:
            assert self._native is not None
            self._json = self._native.json(self._native.parts())
        return self._json

    def explain(
        self, *, referral: str | None = None, entry: str | None = None, referrer: str | None = None, letter: str | None = None
    ) -> Explanation:
        """The story of one referral, one entry or one referrer, as `Program.explain` tells it, without evaluating again.

        Raises `RequestError`, or `ReferralError` with the code `not-found` if there is no such thing. An evaluation that was
        pickled, or made of JSON, has no facts to explain with.
        """
        if self._native is None:
            message = "an evaluation that was pickled has its answer, but not the facts that explain it: evaluate again"
            raise ReferralError(message, "not-found")
        about = {"referral": referral, "entry": entry, "referrer": referrer, "letter": letter}
        given = {key: value for key, value in about.items() if value is not None}
        answer = json_module.loads(self._native.explain(json_module.dumps(given)))
        if not answer["ok"]:
            raise error(answer, RequestError)
        return Explanation(answer["text"])

    @property
    def program(self) -> str:
        """The id of the program that answered."""
        return str(self._part("program"))

    @property
    def versions(self) -> list[str]:
        """Its versions."""
        return list(self._part("versions"))

    @property
    def as_of(self) -> datetime:
        """The moment of the answer."""
        return _instant(self._part("as_of"))

    @property
    def decisions(self) -> Table:
        """What became of each referral, and why."""
        return self._table("decisions")

    @property
    def entries(self) -> Table:
        """The new lines of the ledger."""
        return self._table("entries")

    @property
    def ledger(self) -> Table:
        """All lines of the ledger, those too that the host has booked. Only if asked for."""
        return self._table("ledger")

    @property
    def positions(self) -> Table:
        """Where each entry stands."""
        return self._table("positions")

    @property
    def balances(self) -> Table:
        """What stands where for each beneficiary and unit."""
        return self._table("balances")

    @property
    def payouts(self) -> Table:
        """What was paid out, what is to be paid out on which day, and what is carried over."""
        return self._table("payouts")

    @property
    def standings(self) -> Table:
        """Which level each referrer has on each ladder, and what is missing for the next."""
        return self._table("standings")

    @property
    def leaderboard(self) -> Table:
        """Who has which place in contests, in periods that have ended and in those that run."""
        return self._table("leaderboard")

    @property
    def outlook(self) -> Table:
        """What each referral can still bring, and what has to happen for it."""
        return self._table("outlook")

    @property
    def campaigns(self) -> Table:
        """What each campaign brought, and how far its goal is reached."""
        return self._table("campaigns")

    @property
    def lists(self) -> Table:
        """The lists that are not written in the program, with a digest of the values by which it was answered."""
        return self._table("lists")

    @property
    def assessments(self) -> Table:
        """What the assessments say of the company, accounts, referrers and referrals. Only if asked for."""
        return self._table("assessments")

    @property
    def notices(self) -> Table:
        """Whom to tell what by when, and what was told. Only if asked for."""
        return self._table("notices")

    @property
    def contents(self) -> Table:
        """Texts that a host puts where it likes: introductions, landing pages, success stories. Only if asked for."""
        return self._table("contents")

    @property
    def metrics(self) -> Table:
        """What the program is measured by, with what each number is made of. Only if asked for."""
        return self._table("metrics")

    @property
    def diagnosis(self) -> Table:
        """What falls short of what good looks like, the weakest first, and what helps. Only if asked for."""
        return self._table("diagnosis")

    @property
    def dashboard(self) -> Table:
        """What each referrer sees: where its referrals stand, what it earned, its rank. Only if asked for."""
        return self._table("dashboard")

    @property
    def digest(self) -> Table:
        """What each referrer hears of the month of the answer. Only if asked for."""
        return self._table("digest")

    @property
    def findings(self) -> Table:
        """What contradicts or cannot be read in the tables."""
        return self._table("findings")

    @property
    def tables(self) -> dict[str, Table]:
        """All tables that were asked for, by name."""
        parts = self._native.parts() if self._native is not None else list(self._answer)
        return {name: self._table(name) for name in parts if name in _SHAPES}

    @property
    def warnings(self) -> list[Diagnostic]:
        """What was said when the program was compiled."""
        return [diagnostic(warning) for warning in self._part("warnings")]

    @property
    def fingerprint(self) -> str:
        """A digest of the whole answer: the same facts and terms give the same one everywhere."""
        return str(self._part("fingerprint"))

    @property
    def summary(self) -> str:
        """A report for people. Only if asked for."""
        return str(self._part("summary"))

    def _part(self, name: str) -> Any:
        if name not in self._answer:
            parts = [] if self._native is None else self._native.parts()
            if name in parts or (self._native is not None and not self._answer):
                assert self._native is not None
                self._answer |= json_module.loads(self._native.json([name] if name in parts else []))
        try:
            return self._answer[name]
        except KeyError:
            raise AttributeError(f"`{name}` was not asked for: name it in `answer`") from None

    def _table(self, name: str) -> Table:
        if name not in self._tables:
            native = self._native
            if native is None or name not in native.parts():
                self._part(name)  # or there is no such table
            self._tables[name] = Table(
                name, lambda: list(self._part(name)), lambda rows: _rows(name, rows), lambda: self._columns(name), native
            )
        return self._tables[name]

    def _columns(self, name: str) -> _native.Table:
        if self._native is not None:
            return self._native.table(name)
        return _native.Table.from_json(name, json_module.dumps(self._part(name)))

    @property
    def _identity(self) -> str:
        """The fingerprint, also where it was not asked for."""
        if "fingerprint" not in self._answer and self._native is not None:
            return str(json_module.loads(self._native.json(["fingerprint"]))["fingerprint"])
        return str(self._answer.get("fingerprint", self._kept or self.json))

    def __eq__(self, other: object) -> bool:
        return self._identity == other._identity if isinstance(other, Evaluation) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._identity)

    def _repr_html_(self) -> str:
        return _display.evaluation_html(self)

    def __rich__(self) -> Any:
        title = f"{self.program} as of {self.as_of:%Y-%m-%d %H:%M} UTC"
        rows = [{"table": name, "rows": "" if size is None else size} for name, size in _display.sizes(self).items()]
        return _display.rich_table(title, rows)

    def __repr__(self) -> str:
        return f"Evaluation({self.program!r}, as_of={self.as_of.isoformat()!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, (self.json, self._identity, self._zone)


def _again(json: str, identity: str, zone: str | None = None) -> Evaluation:
    """An evaluation that was pickled."""
    evaluation = Evaluation(json)
    evaluation._zone = zone
    evaluation._kept = identity
    return evaluation
