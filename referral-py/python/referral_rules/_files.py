"""Files as tables, and tables as files."""

from __future__ import annotations

import importlib
import json
import os
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

from ._table import Table

#: What each ending of a file is called.
FORMATS = {
    ".csv": "csv",
    ".json": "json",
    ".parquet": "parquet",
    ".arrow": "arrow",
    ".feather": "arrow",
    ".ipc": "arrow",
}

class Csv(str):
    """A table as a text in CSV: the first line names the columns, a blank field is missing, and each column is read as the program
    declares it."""

    __slots__ = ()


Library = Callable[[Any, str], Any]


def format_of(path: str | os.PathLike[str]) -> str:
    """The format that the ending of a file says. Raises `ValueError` for one that says none."""
    ending = Path(path).suffix.lower()
    if ending not in FORMATS:
        raise ValueError(f"`{Path(path).name}` has none of the endings {', '.join(FORMATS)}")
    return FORMATS[ending]


def read_table(path: str | os.PathLike[str]) -> Any:
    """The table of a file: a text in CSV, rows of JSON, or a frame."""
    kind = format_of(path)
    if kind == "csv":
        return Csv(Path(path).read_text(encoding="utf-8-sig"))
    if kind == "json":
        rows = json.loads(Path(path).read_text(encoding="utf-8"), parse_float=Decimal)
        if not isinstance(rows, (list, dict)):
            raise ValueError("a table in JSON is a list of rows or an object of columns")
        return rows
    return _with_a_library(kind, _READERS)(path, kind)


def write_table(table: Table, path: str | os.PathLike[str]) -> None:
    """Writes a table of an answer in the format that the ending of the file says. What is nested stays so in JSON, Parquet and Arrow;
    in CSV it is JSON."""
    kind = format_of(path)
    if kind == "csv":
        Path(path).write_text(table.to_csv(), encoding="utf-8", newline="")
    elif kind == "json":
        Path(path).write_text(table.to_json() + "\n", encoding="utf-8")
    else:
        _with_a_library(kind, _WRITERS)((table, path), kind)


def _with_a_library(kind: str, by_library: dict[str, Library]) -> Library:
    """What reads or writes a format with the first library that is installed."""
    for name, use in by_library.items():
        try:
            importlib.import_module(name)
        except ImportError:
            continue
        return use
    raise ImportError(f"{kind} needs {' or '.join(by_library)}: pip install 'referral-rules[files]'")


def _read_pyarrow(path: Any, kind: str) -> Any:
    if kind == "parquet":
        return importlib.import_module("pyarrow.parquet").read_table(path)
    return importlib.import_module("pyarrow.feather").read_table(path)


def _read_polars(path: Any, kind: str) -> Any:
    polars = importlib.import_module("polars")
    return polars.read_parquet(path) if kind == "parquet" else polars.read_ipc(path)


def _write_pyarrow(what: Any, kind: str) -> None:
    table, path = what
    if kind == "parquet":
        importlib.import_module("pyarrow.parquet").write_table(table.to_arrow(), path)
    else:
        importlib.import_module("pyarrow.feather").write_feather(table.to_arrow(), path)


def _write_polars(what: Any, kind: str) -> None:
    table, path = what
    frame = table.to_polars()
    frame.write_parquet(path) if kind == "parquet" else frame.write_ipc(path)


_READERS: dict[str, Library] = {"pyarrow": _read_pyarrow, "polars": _read_polars}
_WRITERS: dict[str, Library] = {"pyarrow": _write_pyarrow, "polars": _write_polars}
