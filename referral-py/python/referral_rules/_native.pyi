"""What the native part offers; `referral_rules` is made of it."""

from collections.abc import Callable
from typing import Any, final

__all__ = [
    "Compiled",
    "Evaluated",
    "Frames",
    "Table",
    "compile_json",
    "describe_json",
    "document_schema",
    "evaluate_json",
    "example",
    "explain_json",
    "is_frame",
    "to_json",
]

_Fault = tuple[str, str, str, str]

def evaluate_json(request: str) -> str:
    """Evaluates a request in JSON that has its `program` with it."""

def compile_json(request: str) -> str:
    """Checks the program of a request in JSON."""

def explain_json(request: str) -> str:
    """Explains one referral, entry or referrer of a request in JSON that has its `program` with it."""

def describe_json(request: str) -> str:
    """Says what the program of a request in JSON is, in words."""

def example(name: str) -> tuple[str, str, list[tuple[str, str]]] | None:
    """A standard program with its example: the document, the day, the tables in CSV by name."""

def document_schema() -> str:
    """The JSON Schema of a document."""

def is_frame(value: Any) -> bool:
    """Whether a value speaks Arrow's PyCapsule interface."""

def to_json(value: Any, path: str) -> tuple[str, list[_Fault]]:
    """A Python value as JSON, and what of it cannot be given: code, path, message, help."""

@final
class Frames:
    """Tables that came as frames or CSV."""

@final
class Table:
    """A table of an answer."""

    @staticmethod
    def from_json(name: str, rows: str) -> Table:
        """A part of an answer out of its rows in JSON."""

    def columns(self) -> list[str]:
        """The names of its columns."""

    def __len__(self) -> int: ...
    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...
    def __arrow_c_schema__(self) -> object: ...

@final
class Evaluated:
    """An evaluation that can be asked again."""

    def parts(self) -> list[str]:
        """The parts that were asked for."""

    def json(self, parts: list[str]) -> str:
        """The answer in JSON with these parts."""

    def head(self, name: str, most: int) -> str | None:
        """The first rows of a table in JSON; none for one that is made as a whole."""

    def count(self, name: str) -> int | None:
        """How many rows a table has; none for one that must be made to count them."""

    def table(self, name: str) -> Table:
        """One part as a table."""

    def explain(self, request: str) -> str:
        """Explains what the request in JSON names."""

@final
class Compiled:
    """A program that is compiled."""

    @staticmethod
    def compile(request: str) -> tuple[Compiled | None, str]:
        """Compiles the program of a request in JSON; the program, if it compiles, and the answer."""

    def frames(self, path: str, tables: list[tuple[str, Any]]) -> tuple[Frames, list[_Fault]]:
        """Reads tables by name, frames or texts in CSV, and says what cannot be used, is missing or misspelt."""

    def evaluated_rows(
        self, tables: dict[str, Any], as_of: Any, threads: Any, answer: Any = None
    ) -> Evaluated | None:
        """Evaluates tables that are lists of plain rows, without a request in between; none for whatever is not that plain."""

    def evaluated(
        self, request: str, frames: Frames, progress: Callable[[str, int, int], object] | None = None
    ) -> tuple[Evaluated | None, str]:
        """Evaluates a request in JSON with the tables of frames beside it; or the answer why not."""

    def evaluate(self, request: str) -> str:
        """Evaluates a request in JSON without `program`."""

    def explain(self, request: str) -> str:
        """Explains one referral, entry or referrer of a request in JSON without `program`."""

    def step(self, request: str, frames: Frames | None = None) -> str:
        """Takes in news: a request in JSON with `news`, `as_of` and `states`."""

    def rebuild(self, request: str, frames: Frames | None = None) -> str:
        """Goes through a history: a request in JSON with `history` and `as_of`."""

    def keys(self, request: str, frames: Frames | None = None) -> str:
        """The keys that rows touch: a request in JSON with `rows`."""

    def describe(self, request: str) -> str:
        """Says what the program is, in words, for a request in JSON without `program`."""
