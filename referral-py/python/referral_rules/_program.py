"""Programs: a document becomes something that can be asked."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Union

from . import _display, _native
from ._errors import Diagnostic, ProgramError, ReferralError, RequestError, diagnostic, error, told, unusable
from ._evaluation import Evaluation
from ._files import Csv, read_table
from ._progress import Progress, bar
from ._table import Explanation
from ._steps import NeedsHistory, NeedsStates, Outcome, Step, read_keys, read_step

#: A text in TOML or JSON; a document as a mapping; `{"name": …, "text": …}`; or `{"standard": "customer-referrals"}`.
Document = Union[str, Mapping[str, Any]]

#: Tables by name. A table is a list of rows, a mapping of columns to lists, or a frame: anything that speaks Arrow's PyCapsule interface,
#: such as a DataFrame of pandas or Polars, a table of PyArrow, a relation of DuckDB, or a `Table` of an answer; a `Csv`; or the `Path` of a
#: file: CSV, JSON, and, with PyArrow or Polars installed, Parquet and Arrow.
Book = Mapping[str, Any]

#: A date, which means the end of that day, a datetime with a zone, or either as a text.
Moment = Union[str, date, datetime]


class Program:
    """Terms that are compiled. Nothing changes them; threads may share a program, and it can be pickled.

    >>> program = Program({"standard": "customer-referrals"})
    >>> program
    Program('customer-referrals', versions=['2026-01'])
    >>> program.warnings
    []

    Several versions are given as a list; each referral lives under the one that is in force when it is submitted.

    Raises `ProgramError`, with all that is wrong.
    """

    __slots__ = ("_request", "_compiled", "_answer", "_zone")

    def __init__(self, document: Document | Sequence[Document]) -> None:
        self._compile(_request({"program": document}, ProgramError))

    def _compile(self, request: str) -> None:
        self._request = request
        compiled, answer = _native.Compiled.compile(request)
        self._answer: dict[str, Any] = json.loads(answer)
        if compiled is None:
            raise error(self._answer, ProgramError)
        self._compiled = compiled
        self._zone = str(self._answer["time_zone"])

    @classmethod
    def from_file(cls, *paths: str | os.PathLike[str]) -> Program:
        """Compiles files, one for each version; messages call them by their names.

        >>> Program.from_file("program.toml")  # doctest: +SKIP
        """
        files = [Path(path) for path in paths]
        return cls([{"name": file.name, "text": file.read_text(encoding="utf-8")} for file in files])

    @property
    def id(self) -> str:
        """The program's id."""
        return str(self._answer["program"])

    @property
    def versions(self) -> list[str]:
        """The names of its versions, the earliest first."""
        return list(self._answer["versions"])

    @property
    def time_zone(self) -> str:
        """The name of the zone whose days it goes by.

        >>> Program({"standard": "customer-referrals"}).time_zone
        'America/New_York'
        """
        return self._zone

    @property
    def data(self) -> dict[str, dict[str, Any]]:
        """The constants of the document's `[data]`, by version. Numbers are texts, as in every answer in JSON."""
        return dict(self._answer["data"])

    @property
    def warnings(self) -> list[Diagnostic]:
        """What works, but perhaps not as it was meant."""
        return [diagnostic(warning) for warning in self._answer["warnings"]]

    def evaluate(
        self,
        book: Book,
        as_of: Moment,
        *,
        threads: int = 1,
        answer: Sequence[str] | None = None,
        progress: bool | Progress = False,
    ) -> Evaluation:
        """Who is owed what under these terms and these facts, as of a moment.

        `answer` names the parts that are wanted: decisions, entries, positions, balances, payouts, standings, leaderboard, outlook, campaigns,
        lists, findings, warnings, fingerprint, ledger, summary, assessments, notices, contents, metrics, diagnosis, dashboard, digest; by default all up to the
        fingerprint. Other Python threads go on while it computes.

        >>> program = Program({"standard": "customer-referrals"})
        >>> book = {"referrals": [{"id": "R-1", "referrer": "ada", "submitted_at": "2026-03-02"}]}
        >>> [decision["verdict"] for decision in program.evaluate(book, "2026-04-01").decisions]
        ['refused']

        A frame's columns are used where they are, a struct's fields by their dotted names. Ctrl-C ends a long run; `progress=True` shows in
        a notebook or a terminal how far it is, or `progress` is called with the step, how many are done, and how many there are.

        Raises `RequestError` for what cannot be read at all: shapes, floats, times without a zone; columns of a frame that are missing or
        misspelt; all of it at once. What else is wrong within the tables is among the `findings`.
        """
        if type(book) is dict and progress is False:  # plain rows need no request; the rest of this finds what is wrong
            plain = self._compiled.evaluated_rows(book, as_of, threads, answer)
            if plain is not None:
                return Evaluation._of(plain, self._zone)
        request = {"book": book, "as_of": as_of, "threads": threads, "answer": answer}
        text, frames = self._asked(request, "book")
        with bar() if progress is True else nullcontext(progress or None) as watch:
            evaluated, told = self._compiled.evaluated(text, frames, watch)
        if evaluated is None:
            raise error(json.loads(told), RequestError)
        return Evaluation._of(evaluated, self._zone)

    def explain(
        self,
        book: Book,
        as_of: Moment,
        *,
        referral: str | None = None,
        entry: str | None = None,
        referrer: str | None = None,
        letter: str | None = None,
        threads: int = 1,
    ) -> Explanation:
        """The story of one referral, one entry or one referrer, for people. With `letter`, `en` or `de`, a letter that settles a
        dispute about the referral or the entry, as Markdown.

        >>> program = Program({"standard": "customer-referrals"})
        >>> book = {"referrals": [{"id": "R-1", "referrer": "ada", "submitted_at": "2026-03-02"}]}
        >>> "only paying customers may refer" in program.explain(book, "2026-04-01", referral="R-1")
        True

        Raises `RequestError`, or `ReferralError` with the code `not-found` if there is no such thing.
        """
        evaluation = self.evaluate(book, as_of, threads=threads, answer=[])
        return evaluation.explain(referral=referral, entry=entry, referrer=referrer, letter=letter)

    def step(self, news: Book, as_of: Moment, states: Mapping[str, str | None] | None = None) -> Step:
        """Takes in news against stored states: rows that become known at `as_of` at the latest. Without news, the clock goes on.

        Fed in the order in which rows become known, the entries are exactly those of `evaluate` over the whole history.
        Nothing is changed until the step is done (`Outcome`): then entries and states are stored together.

        >>> program = Program({"standard": "customer-referrals"})
        >>> news = {"referrals": [{"id": "R-1", "referrer": "ada", "submitted_at": "2026-03-02T09:00:00Z"}]}
        >>> stored, states = {}, {}
        >>> while isinstance(step := program.step(news, "2026-03-02T09:00:00Z", states), NeedsStates):
        ...     states |= {key: stored.get(key) for key in step.keys}
        >>> step.decisions[0]["verdict"], [state.key for state in step.states]
        ('refused', ['referral/R-1', 'referrer/ada'])
        >>> stored |= {state.key: state.text for state in step.states}

        Raises `RequestError` for what cannot be read, stored states that were damaged among it.
        """
        request = {"news": news, "as_of": as_of, "states": states or {}}
        return read_step(self._compiled.step(*self._asked(request, "news")))

    def rebuild(self, history: Book, as_of: Moment) -> Outcome:
        """Goes through a history as a whole, where a step `NeedsHistory`, or for a start: what is new against the ledger so far
        (the table `booked`), and the states of all keys in it. The history must hold every row that touches one of its keys.

        >>> program = Program({"standard": "customer-referrals"})
        >>> history = {"referrals": [{"id": "R-1", "referrer": "ada", "submitted_at": "2026-03-02"}]}
        >>> [state.key for state in program.rebuild(history, "2026-04-01").states]
        ['referral/R-1']
        """
        outcome = read_step(self._compiled.rebuild(*self._asked({"history": history, "as_of": as_of}, "history")))
        assert isinstance(outcome, Outcome)
        return outcome

    def keys_of(self, rows: Book) -> list[str]:
        """The keys that rows touch: claims, accounts and scopes. A history is closed when no further row touches one of its keys.

        >>> program = Program({"standard": "customer-referrals"})
        >>> program.keys_of({"referrals": [{"id": "R-1", "referrer": "ada", "submitted_at": "2026-03-02"}]})
        ['referrer/ada']
        """
        return read_keys(self._compiled.keys(*self._asked({"rows": rows}, "rows")))

    def terms(self, language: str = "en", *, version: str | None = None) -> str:
        """The terms in plain words, as Markdown: `en` or `de`; of the latest version, or of the one that is named.

        >>> program = Program({"standard": "customer-referrals"})
        >>> program.terms().splitlines()[0]
        '# Customer referral program: terms'
        >>> "“employees” of the referee is at least 50" in program.terms()
        True

        Raises `RequestError` for a language or version that there is not.
        """
        return str(self._described({"language": language, "version": version})["terms"])

    def changes(self, language: str = "en") -> list[dict[str, Any]]:
        """What changed from each version to the next: `from`, `to`, `changes` by rule and key, and the same in words as `text`.

        >>> Program({"standard": "customer-referrals"}).changes()
        []
        """
        return list(self._described({"language": language})["changes"])

    def bounds(self) -> list[dict[str, Any]]:
        """The most that one referral, and that all referrals of one referrer, can cost, by unit: `about`, `unit`, `most` and how it comes
        (`parts`); `most` is None where there is no bound. Amounts are `Decimal`.

        >>> [bound["most"] for bound in Program({"standard": "customer-referrals"}).bounds()]
        [None, None, Decimal('1'), Decimal('1')]
        """
        bounds = list(self._described({})["bounds"])
        for part in [*bounds, *(part for bound in bounds for part in bound["parts"])]:
            for key in ("most", "each"):
                if part.get(key) is not None:
                    part[key] = Decimal(part[key])
        return bounds

    def _described(self, request: dict[str, Any]) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(self._compiled.describe(_request(request, RequestError)))
        if not answer["ok"]:
            raise error(answer, RequestError)
        return answer

    def _asked(self, request: dict[str, Any], tables: str) -> tuple[str, _native.Frames]:
        """The request as JSON, and the frames among its tables."""
        rest, apart, faults = _apart(request[tables], tables)
        text, unfit = _native.to_json({key: value for key, value in {**request, tables: rest}.items() if value is not None}, "")
        frames, found = self._compiled.frames(tables, apart)
        faults += [*unfit, *found]
        if faults:
            diagnostics = unusable(faults)
            raise RequestError(told(diagnostics), diagnostics[0].code, diagnostics)
        return text, frames

    @property
    def fingerprint(self) -> str:
        """A digest of the documents: programs of the same texts are equal, and have the same hash.

        >>> Program({"standard": "customer-referrals"}) == Program({"standard": "customer-referrals"})
        True
        """
        return hashlib.sha256(self._request.encode()).hexdigest()

    def __eq__(self, other: object) -> bool:
        return self._request == other._request if isinstance(other, Program) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._request)

    def _repr_html_(self) -> str:
        return _display.program_html(self)

    def __rich__(self) -> Any:
        from rich.markdown import Markdown

        return Markdown(self.terms())

    def __repr__(self) -> str:
        return f"Program({self.id!r}, versions={self.versions!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        return _from_request, (self._request,)


@dataclass(frozen=True)
class Example:
    """A standard program, with an invented book to try it on, as of a day."""

    document: str
    book: dict[str, Csv]
    as_of: str


def example(name: str = "customer-referrals") -> Example:
    """The standard program of that name, `customer-referrals` or `partner-referrals`, with its example.

    >>> chosen = example()
    >>> evaluation = Program(chosen.document).evaluate(chosen.book, chosen.as_of)
    >>> len(evaluation.decisions) > 20
    True

    Raises `ReferralError` with the code `not-found` for any other name.
    """
    found = _native.example(name)
    if found is None:
        raise ReferralError(f"there is no standard program `{name}`: write customer-referrals or partner-referrals", "not-found")
    document, as_of, tables = found
    return Example(document, {table: Csv(text) for table, text in tables}, as_of)


def schema() -> dict[str, Any]:
    """The JSON Schema of a document, for editors and checkers.

    >>> schema()["title"]
    'A referral program'
    """
    return dict(json.loads(_native.document_schema()))


def _apart(tables: Any, path: str) -> tuple[Any, list[tuple[str, Any]], list[tuple[str, str, str, str]]]:
    """Tables that are plain values, those that are frames or CSV, and what is wrong with files."""
    if not isinstance(tables, Mapping):
        if _native.is_frame(tables) or isinstance(tables, os.PathLike):
            return {}, [], [("wrong-type", path, f"a {path} is tables by name, found a `{type(tables).__name__}`", 'give `{"referrals": …}`')]
        return tables, [], []
    plain, apart, faults = {}, [], []
    for name, table in tables.items():
        if isinstance(table, os.PathLike):
            try:
                table = read_table(table)
            except (OSError, ValueError, ImportError) as fault:
                faults.append(("bad-value", f"{path}.{name}", f"the file cannot be read: {fault}", ""))
                continue
        if isinstance(table, str) and not isinstance(table, Csv):
            help = "give `Path(…)` for a file, `Csv(…)` for a text in CSV"
            faults.append(("wrong-type", f"{path}.{name}", "a table is no plain text", help))
        elif isinstance(table, Csv) or _native.is_frame(table):
            apart.append((str(name), _with_types(table)))
        elif hasattr(table, "collect") and hasattr(table, "collect_schema"):
            help = "give what `.collect()` gives"
            faults.append(("wrong-type", f"{path}.{name}", f"a `{type(table).__name__}` is not computed yet", help))
        else:
            plain[name] = table
    return plain, apart, faults


def _with_types(frame: Any) -> Any:
    """The frame, columns of nothing but nulls with a type where it is one of Polars: it gives them a buffer, which Arrow does not expect."""
    polars: Any = sys.modules.get("polars")
    if polars is None or not isinstance(frame, polars.DataFrame):
        return frame
    untyped = [name for name, kind in frame.schema.items() if kind == polars.Null]
    return frame.with_columns(polars.col(untyped).cast(polars.String)) if untyped else frame


def _from_request(request: str) -> Program:
    """A program that was pickled."""
    program = Program.__new__(Program)
    program._compile(request)
    return program


def _request(request: dict[str, Any], kind: type[ReferralError]) -> str:
    """The request as JSON, without what is None."""
    given = {key: value for key, value in request.items() if value is not None}
    text, faults = _native.to_json(given, "")
    if faults:
        diagnostics = unusable(faults)
        raise kind(told(diagnostics), diagnostics[0].code, diagnostics)
    return text
