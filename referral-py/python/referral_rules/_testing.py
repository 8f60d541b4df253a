"""Test files of programs: given these facts, expect this answer. Their form is described in tests/cases/README.md."""

from __future__ import annotations

import importlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from ._errors import ProgramError, ReferralError
from ._evaluation import ANSWER_TABLES
from ._files import Csv
from ._program import Program

TABLES = (
    "accounts", "referrals", "events", "confirmations", "booked", "opening_balances", "rates", "lists", "company", "notified", "figures",
)

#: The tables of an answer that are compared as a whole where they are expected.
WHOLE = tuple(name for name in ANSWER_TABLES if name != "decisions")

#: Those that are compared always.
ALWAYS = ("entries", "findings")

DESCRIBED = ("terms", "changes", "bounds")

KEYS = {"why", "covers", "kind", "base", "program", "program_file", "as_of", "language", "csv", "expect", *TABLES}

STANDARDS = {"standard": "customer-referrals", "partner": "partner-referrals"}


@dataclass(frozen=True)
class TestResult:
    """What came of a test: nothing, or every difference between what was expected and what was answered."""

    __test__ = False  # for pytest

    path: Path
    differences: list[str] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        """Whether all is as expected."""
        return not self.differences


def test_files(paths: Iterable[Path]) -> list[Path]:
    """The test files that are named, and those in folders: all that end in `.test.toml`."""
    out: list[Path] = []
    for path in paths:
        out += sorted(path.rglob("*.test.toml")) if path.is_dir() else [path]
    return out


def run_test(path: Path) -> TestResult:
    """Runs one test file. What is wrong with the file itself is a difference, too."""
    try:
        return TestResult(path, _differences(path))
    except (OSError, ValueError, ImportError) as fault:
        return TestResult(path, [f"the test cannot be read: {fault}"])
    except (AttributeError, KeyError, TypeError) as fault:
        return TestResult(path, [f"the test has another form than tests have: {fault!r}"])


test_files.__test__ = False  # type: ignore[attr-defined]


def _differences(path: Path) -> list[str]:
    case = _toml(path.read_text(encoding="utf-8"))
    for key in case:
        if key not in KEYS:
            raise ValueError(f"`{key}` is not a key of a test")
    expect = case.get("expect")
    if not isinstance(expect, dict) or not expect:
        raise ValueError("it expects nothing: write [expect]")
    for part in expect:
        if part not in {*WHOLE, *DESCRIBED, "decisions", "warnings", "diagnostics", "letter"}:
            raise ValueError(f"`expect.{part}` is not a part of an answer")
    documents, before = _documents(path, case)
    out: list[str] = []
    try:
        program = Program(documents)
    except ProgramError as fault:
        if "diagnostics" not in expect:
            return [f"the program does not compile:\n{fault}"]
        _list("diagnostics", expect["diagnostics"], [_placed(item, before) for item in fault.diagnostics], out)
        return out
    if "diagnostics" in expect:
        return ["the program compiles, faults were expected"]
    try:
        evaluation = program.evaluate(_book(case), _as_of(case), answer=["decisions", *WHOLE])
        answer = json.loads(evaluation.json)
    except ReferralError as fault:
        return [f"there is no answer: {fault}"]
    _described(program, case, expect, out)
    if "letter" in expect:
        try:
            first = case["referrals"][0]["id"] if "referrals" in case else evaluation.decisions[0]["referral"]
            _says("letter", expect["letter"], evaluation.explain(referral=str(first), letter=case.get("language", "en")), out)
        except ReferralError as fault:
            _list("letter", expect["letter"], [{"code": fault.code, "message": str(fault)}], out)
    _by_referral(expect.get("decisions", []), answer["decisions"], out)
    for part in (*ALWAYS, *(part for part in WHOLE if part not in ALWAYS)):
        if part in expect or part in ALWAYS:
            _list(part, expect.get(part, []), answer[part], out)
    warnings = [_placed(item, before) for item in program.warnings]
    wanted = expect.get("warnings")
    if wanted != [] and not any(_unfinished(str(row.get("code"))) for row in wanted or []):
        warnings = [row for row in warnings if not _unfinished(row["code"])]
    _list("warnings", wanted or [], warnings, out)
    return out


class _Exponent(Decimal):
    """A number with an exponent, which the engine refuses: it is given as it is written."""

    def __new__(cls, digits: str) -> _Exponent:
        number = super().__new__(cls, digits)
        number.digits = digits
        return number

    digits: str

    def __format__(self, specifier: str, context: Any = None, /) -> str:
        return self.digits


def _toml(text: str) -> dict[str, Any]:
    for name in ("tomllib", "tomli"):
        try:
            reader = importlib.import_module(name)
        except ImportError:
            continue
        return dict(reader.loads(text, parse_float=lambda digits: (_Exponent if "e" in digits.lower() else Decimal)(digits)))
    raise ImportError("before Python 3.11 tests need tomli: pip install tomli")


def _documents(path: Path, case: dict[str, Any]) -> tuple[Any, int]:
    """The program, and how many lines of it are a base's, which stand before it."""
    if "base" in case:
        found = [folder / "base" / f"{case['base']}.toml" for folder in path.resolve().parents]
        base = next((file for file in found if file.exists()), None)
        if base is None:
            raise ValueError(f"there is no base/{case['base']}.toml")
        text = base.read_text(encoding="utf-8")
        return {"name": "program.toml", "text": f"{text.rstrip(chr(10))}\n{case.get('program', '')}"}, len(text.splitlines())
    if "program_file" in case:
        file = path.parent / case["program_file"]
        return {"name": file.name, "text": file.read_text(encoding="utf-8")}, 0
    if "program" not in case:
        raise ValueError("it needs a `program` or a `program_file`")
    program = case["program"]
    if isinstance(program, list):
        return [{"name": f"program[{at}].toml", "text": text} for at, text in enumerate(program)], 0
    if program in STANDARDS:
        return {"standard": STANDARDS[program]}, 0
    return {"name": "program.json" if program.lstrip().startswith("{") else "program.toml", "text": program}, 0


def _book(case: dict[str, Any]) -> dict[str, Any]:
    book = {name: case[name] for name in TABLES if name in case}
    for name, text in case.get("csv", {}).items():
        if name in book:
            raise ValueError(f"`{name}` is given twice")
        book[name] = Csv(text)
    return book


def _as_of(case: dict[str, Any]) -> Any:
    if "as_of" not in case:
        raise ValueError("it needs `as_of`, a date or a time")
    return case["as_of"]


def _placed(item: Any, before: int) -> dict[str, Any]:
    """A diagnostic as a row with its place, lines counted from the end of the base."""
    place = item.place
    line = max(place.line - before, 0)
    row = {"code": item.code, "severity": item.severity, "message": item.message, "help": item.help}
    return row | {"source": place.source, "line": line, "column": place.column, "path": place.path}


def _unfinished(code: str) -> bool:
    """Warnings that a short program is bound to get: only tests that expect one of them, or none at all, are held to them."""
    return code == "no-due-date" or code.startswith("unused-")


def _described(program: Program, case: dict[str, Any], expect: dict[str, Any], out: list[str]) -> None:
    if not any(part in expect for part in DESCRIBED):
        return
    try:
        answer = program._described({"language": case.get("language")})
    except ReferralError as fault:
        _list("terms", expect.get("terms", []), [{"code": fault.code, "message": str(fault)}], out)
        return
    if "changes" in expect:
        _list("changes", expect["changes"], [row for version in answer["changes"] for row in version["changes"]], out)
    if "bounds" in expect:
        _list("bounds", expect["bounds"], answer["bounds"], out)
    _says("terms", expect.get("terms", []), answer["terms"], out)


def _says(part: str, expected: list[dict[str, Any]], text: str, out: list[str]) -> None:
    """Each row `says` what stands in a text, or `lacks` what does not."""
    for row in expected:
        if "says" in row and row["says"] not in text:
            out.append(f"the {part} does not say `{row['says']}`:\n{text}")
        if "lacks" in row and row["lacks"] in text:
            out.append(f"the {part} says `{row['lacks']}`:\n{text}")
        if not {"says", "lacks"} & set(row):
            out.append(f"{part}: write `says` or `lacks`")


def _list(part: str, expected: list[Any], actual: list[Any], out: list[str]) -> None:
    if len(expected) != len(actual):
        out.append(f"{part}: {len(expected)} expected, {len(actual)} found:")
        out += [f"    found {_brief(row)}" for row in actual]
        return
    for at, (wanted, found) in enumerate(zip(expected, actual)):
        _compare(f"{part}[{at}]", wanted, found, out)


def _by_referral(expected: list[dict[str, Any]], actual: list[dict[str, Any]], out: list[str]) -> None:
    for row in expected:
        found = next((decision for decision in actual if decision["referral"] == row.get("referral")), None)
        if found is None:
            out.append(f"decisions: there is none on {row.get('referral')}")
        else:
            _compare(f"decision on {row['referral']}", row, found, out)


def _compare(path: str, expected: Any, actual: Any, out: list[str]) -> None:
    """Differences of one value; of a table only the keys that are expected count."""
    if isinstance(expected, dict):
        for key, wanted in expected.items():
            missing = object()
            found = _value(key, actual, missing)
            if found is missing:
                out.append(f"{path}.{key}: there is no such key in {_brief(actual)}")
            elif key in ("message", "help") and isinstance(wanted, str):
                if wanted not in str(found):
                    out.append(f"{path}.{key}: expected to contain `{wanted}`, found {found}")
            else:
                _compare(f"{path}.{key}", wanted, found, out)
    elif isinstance(expected, list):
        if not isinstance(actual, list):
            out.append(f"{path}: expected a list, found {_line(actual)}")
        elif len(expected) != len(actual):
            out.append(f"{path}: {len(expected)} expected, found [{', '.join(map(_line, actual))}]")
        else:
            for at, (wanted, found) in enumerate(zip(expected, actual)):
                _compare(f"{path}[{at}]", wanted, found, out)
    elif isinstance(expected, Decimal):
        out.append(f'{path}: write `"{expected}"`: amounts with decimals are texts in expectations')
    else:
        wanted, found = _text(expected), _line(actual)
        if isinstance(expected, int) and not isinstance(expected, bool):
            found = re.sub(r"\.0+$", "", found)
        if wanted != found:
            out.append(f"{path}: expected `{wanted}`, found `{found}`")


def _text(value: Any) -> str:
    """An expected value as it is written."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, date) else str(value)


def _value(key: str, row: Any, missing: object) -> Any:
    """A key of an answer, and the few short names that tests use."""
    if not isinstance(row, dict):
        return missing
    if key == "to" and "beneficiary" in row:
        return row["beneficiary"]
    if key == "operands" and key not in row and "reasons" in row:
        return [operand for reason in row["reasons"] for operand in reason["operands"]]
    return row.get(key, missing)


def _line(value: Any) -> str:
    """Parts of answers in one line, as tests write them."""
    if isinstance(value, dict):
        part = {key: _line(item) for key, item in value.items()}
        for keys, form in _FORMS:
            if keys <= value.keys() and (keys != {"kind", "id"} or len(value) == 2):
                return str(form(part))
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))


_FORMS: list[tuple[set[str], Any]] = [
    ({"party", "id"}, lambda part: f"{part['party']}:{part['id']}"),
    ({"ladder", "level"}, lambda part: part["level"]),
    ({"subject", "actual"}, lambda part: f"{part['subject']} {part['operator']} {part['expected']}".rstrip() + f": {part['actual']}"),
    ({"step", "before"}, lambda part: f"{part['step']} {part['by']}".rstrip() + f": {part['before']} -> {part['after']}"),
    ({"rule", "code"}, lambda part: f"{part['rule']}: {part['code']}"),
    ({"party", "amount"}, lambda part: f"{part['party']} {part['amount']} {part.get('unit', '')}"),
    ({"code"}, lambda part: part["code"]),
    ({"kind", "id"}, lambda part: f"{part['kind']}:{part['id']}".rstrip(":")),
]


def _brief(row: Any) -> str:
    """The parts of a row that are no lists, for people."""
    if not isinstance(row, dict):
        return _line(row)
    return ", ".join(f"{key} = {_line(value)}" for key, value in row.items() if value not in (None, "", []) and key != "grant")
