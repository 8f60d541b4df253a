"""What is wrong, as data and as exceptions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Place:
    """Where something stands: which text, which line and column (from 1; 0 where there is none), which path of keys."""

    source: str
    line: int
    column: int
    path: str


@dataclass(frozen=True)
class Diagnostic:
    """One fault or warning. The codes are those of docs/codes.md."""

    code: str
    severity: str
    place: Place
    message: str
    help: str


class ReferralError(Exception):
    """The base of all errors of this package. `code` is a word for programs, `str()` is for people.

    `diagnostics` is everything that is wrong with a document or a request, and empty where that is not what is wrong.

    >>> from referral_rules import Program, ReferralError
    >>> program = Program({"standard": "customer-referrals"})
    >>> try:
    ...     program.explain({}, "2026-04-01", referral="R-1")
    ... except ReferralError as error:
    ...     print(error.code, "|", error)
    not-found | there is no referral `R-1`
    """

    code: str
    diagnostics: tuple[Diagnostic, ...]

    def __init__(self, message: str, code: str, diagnostics: tuple[Diagnostic, ...] = ()) -> None:
        super().__init__(message, code, diagnostics)
        self.code = code
        self.diagnostics = diagnostics

    def __str__(self) -> str:
        return str(self.args[0])


class InternalError(ReferralError):
    """A fault of this library, not of what it was given. Please report it, with what led to it."""

    def __init__(self, said: str, code: str = "panic", diagnostics: tuple[Diagnostic, ...] = ()) -> None:
        super().__init__(said, code, diagnostics)

    def __str__(self) -> str:
        return f"referral-rules failed, which is a fault of its own: please report it with what led to it ({self.args[0]})"


class ProgramError(ReferralError):
    """A document that does not compile. The message shows each fault with its line.

    >>> from referral_rules import Program, ProgramError
    >>> try:
    ...     Program("schema = 1\\nid = 'acme'\\ncurency = 'EUR'")
    ... except ProgramError as error:
    ...     print(len(error.diagnostics), error.diagnostics[-1].help, sep=", ")
    ...     print(str(error).splitlines()[-1])
    4, did you mean `currency`?
      = help: did you mean `currency`?
    """


class RequestError(ReferralError):
    """A request that is wrong: tables of another shape, a float, a time without a zone, an unknown part of the answer.

    Rows and columns that have the right shape but do not fit the program are no errors: they are `findings` of the
    evaluation.

    >>> from referral_rules import Program, RequestError
    >>> program = Program({"standard": "customer-referrals"})
    >>> try:
    ...     program.evaluate({"events": [{"id": "E-1", "fee": 0.1}]}, "2026-04-01")
    ... except RequestError as error:
    ...     print(error)
    book.events[0].fee: a float, 0.1, is not exact; give a Decimal, an int, or the number as a text
    """


def diagnostic(fault: dict[str, Any]) -> Diagnostic:
    """A diagnostic of an answer in JSON."""
    return Diagnostic(fault["code"], fault["severity"], Place(**fault["place"]), fault["message"], fault["help"])


def unusable(faults: list[tuple[str, str, str, str]]) -> tuple[Diagnostic, ...]:
    """The diagnostics of Python values that cannot be given."""
    return tuple(Diagnostic(code, "error", Place("request", 0, 0, path), message, help) for code, path, message, help in faults)


def told(diagnostics: tuple[Diagnostic, ...]) -> str:
    """The faults of a request for people, a line for each."""
    lines = []
    for fault in diagnostics:
        path = f"{fault.place.path}: " if fault.place.path else ""
        help = f"; {fault.help}" if fault.help else ""
        lines.append(f"{path}{fault.message}{help}")
    return "\n".join(lines)


def error(answer: dict[str, Any], kind: type[ReferralError]) -> ReferralError:
    """The error of an answer that is not ok; `kind` is for one with diagnostics."""
    if "error" in answer and answer["error"]["code"] == "panic":
        return InternalError(answer["error"]["message"])
    if "error" in answer:
        return ReferralError(answer["error"]["message"], answer["error"]["code"])
    diagnostics = tuple(diagnostic(fault) for fault in answer["diagnostics"])
    message = answer["text"] if kind is ProgramError else told(diagnostics)
    code = next(fault.code for fault in diagnostics if fault.severity == "error")
    return kind(message, code, diagnostics)
