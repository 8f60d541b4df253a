"""The tables of an answer: rows for Python, columns for every library that speaks Arrow."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, overload

from . import _display, _native

if TYPE_CHECKING:
    import pandas  # type: ignore[import-not-found, import-untyped, unused-ignore]
    import polars  # type: ignore[import-not-found, unused-ignore]
    import pyarrow  # type: ignore[import-not-found, import-untyped, unused-ignore]

#: One row of a table, by column.
Row = dict[str, Any]


class Table(Sequence[Row]):
    """A table of an answer. It is a sequence of dicts, which are made when they are looked at, and a frame: pandas, Polars, PyArrow,
    DuckDB and whatever else speaks Arrow's PyCapsule interface read its columns where they are, as often as they like.

    In a frame, what is a dict within a row is a column per part, such as `beneficiary.id`; amounts are decimals, and what was computed
    before rounding, such as `base`, is a text, since it can be a fraction.

    >>> from referral_rules import Program
    >>> program = Program({"standard": "customer-referrals"})
    >>> book = {"referrals": [{"id": "R-1", "referrer": "ada", "submitted_at": "2026-03-02"}]}
    >>> decisions = program.evaluate(book, "2026-04-01").decisions
    >>> decisions
    Table('decisions', 1 row)
    >>> decisions[0]["verdict"], len(decisions), decisions.columns[:3]
    ('refused', 1, ['referral', 'referrer', 'submitted_at'])
    """

    __slots__ = ("name", "_read_plain", "_read_rows", "_read_columns", "_evaluated", "_rows", "_native")

    def __init__(
        self,
        name: str,
        plain: Callable[[], list[Row]],
        rows: Callable[[list[Row]], list[Row]],
        columns: Callable[[], _native.Table],
        evaluated: _native.Evaluated | None,
    ) -> None:
        self.name = name
        self._read_plain = plain
        self._read_rows = rows
        self._read_columns = columns
        self._evaluated = evaluated
        self._rows: list[Row] | None = None
        self._native: _native.Table | None = None

    @property
    def rows(self) -> list[Row]:
        """All rows, as dicts."""
        if self._rows is None:
            self._rows = self._read_rows(self._read_plain())
        return self._rows

    @property
    def _columns(self) -> _native.Table:
        if self._native is None:
            self._native = self._read_columns()
        return self._native

    @property
    def columns(self) -> list[str]:
        """The names of the columns that the table has as a frame."""
        return self._columns.columns()

    def head(self, most: int = 20) -> list[Row]:
        """The first rows. Of decisions, entries and the ledger the others are not made, however many there are."""
        if self._rows is None and self._evaluated is not None:
            found = self._evaluated.head(self.name, max(most, 0))
            if found is not None:
                return self._read_rows(json.loads(found))
        return self.rows[: max(most, 0)]

    def __len__(self) -> int:
        if self._rows is not None:
            return len(self._rows)
        count = None if self._evaluated is None else self._evaluated.count(self.name)
        return len(self._columns) if count is None else count

    @overload
    def __getitem__(self, at: int) -> Row: ...
    @overload
    def __getitem__(self, at: slice) -> list[Row]: ...
    def __getitem__(self, at: int | slice) -> Row | list[Row]:
        return self.rows[at]

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, (Table, list)):
            return self.rows == list(other)
        return NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """A stream of the columns, each time a new one. A schema that is asked for is passed over, as the interface allows."""
        return self._columns.__arrow_c_stream__(requested_schema)

    def __arrow_c_schema__(self) -> object:
        """The types of the columns."""
        return self._columns.__arrow_c_schema__()

    def to_json(self) -> str:
        """The rows in JSON, as every language gives them."""
        return json.dumps(self._read_plain(), ensure_ascii=False, separators=(",", ":"))

    def to_csv(self) -> str:
        """The table in CSV, with the columns that it has as a frame; what is nested is JSON.

        >>> from referral_rules import Program
        >>> program = Program({"standard": "customer-referrals"})
        >>> print(program.evaluate({"referrals": []}, "2026-04-01").balances.to_csv(), end="")
        beneficiary.party,beneficiary.id,unit,earned,held,payable,paid,reversed,expired,void,forfeited,kept
        """
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(self.columns)
        for row in self._read_plain():
            writer.writerow(_field(_part(row, name)) for name in self.columns)
        return out.getvalue()

    def to_arrow(self) -> pyarrow.Table:
        """The table for PyArrow, which must be installed."""
        import pyarrow

        return pyarrow.table(self)

    def to_pandas(self) -> pandas.DataFrame:
        """The table for pandas, which must be installed, PyArrow too. Amounts are `Decimal`."""
        return self.to_arrow().to_pandas()

    def to_polars(self) -> polars.DataFrame:
        """The table for Polars, which must be installed."""
        import polars

        return polars.DataFrame(self)

    def _repr_html_(self) -> str:
        return _display.table_html(self)

    def __rich__(self) -> Any:
        return _display.rich_table(self.name, self.head(_display.ROWS_MAX), len(self))

    def __repr__(self) -> str:
        return f"Table({self.name!r}, {len(self)} {'row' if len(self) == 1 else 'rows'})"

    def __reduce__(self) -> tuple[Any, ...]:
        return _from_rows, (self.name, self.rows)


class Decision(Row):
    """A row of the table of decisions, which shows itself in a notebook."""

    def _repr_html_(self) -> str:
        return _display.decision_html(self)

    def __rich__(self) -> Any:
        rows = [{"": name, "value": value} for name, value in self.items()]
        return _display.rich_table(f"{self['referral']}: {self['verdict']}", rows)


class Explanation(str):
    """A story for people: a text, which shows itself in a notebook."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        return _display.text_html(self)

    def __rich__(self) -> Any:
        from rich.text import Text

        return Text(str(self))


def _part(row: Any, name: str) -> Any:
    """The value under a dotted name."""
    if not isinstance(row, dict):
        return None
    if name in row:
        return row[name]
    first, _, rest = name.partition(".")
    return _part(row.get(first), rest) if rest else None


def _field(value: Any) -> Any:
    if isinstance(value, (list, dict)):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return str(value).lower() if isinstance(value, bool) else value


def _from_rows(name: str, rows: list[Row]) -> list[Row]:
    """A table that was pickled alone is a list."""
    return rows
