"""Every case of the corpus through Python: the same bytes as through Rust, in three ways.

The cases lie in target/doors, or where REFERRAL_CASES says; `cargo test -p referral-tests --test doors` writes them.
"""

import json
import os
import pickle
import re
import unittest
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import referral_rules
from referral_rules import Outcome, Program, ProgramError, ReferralError, RequestError
from referral_rules._native import Compiled

ROOT = Path(__file__).resolve().parents[2]
CASES = Path(os.environ.get("REFERRAL_CASES", ROOT / "target/doors"))

#: Keys of answers that must not be left as texts.
TYPED = {
    "amount", "base", "before", "earned", "payable", "paid", "reversed", "expired", "void", "forfeited", "kept", "used", "remaining",
    "gross", "fee", "net", "carried", "value", "at_least", "at_most", "missing", "reached", "pending", "numerator",
    "denominator", "change", "short_by", "shortfall", "score", "points",
}

#: Days and instants, which must not be left as texts either.
TIME = re.compile(r"\d{4}-\d\d-\d\d(T[\d:.]+Z)?")

#: Parts of an answer that are lists and no tables.
NO_TABLES = {"versions", "warnings"}


class Exponent(Decimal):
    """A number that is given with its exponent, which a Decimal never is: the corpus says what is told then."""

    def __new__(cls, digits: str):
        number = super().__new__(cls, digits)
        number.digits = digits
        return number

    def __format__(self, form: str) -> str:
        return self.digits


def values(text: str):
    """A request as the values that a Python program would give."""
    return json.loads(text, parse_float=lambda digits: (Exponent if "e" in digits else Decimal)(digits))


class Case:
    def __init__(self, name: str) -> None:
        self.name = name

    def text(self, name: str) -> str:
        return (CASES / self.name / f"{name}.json").read_text(encoding="utf-8")

    def values(self, name: str):
        return values(self.text(name))

    def ok(self, name: str) -> bool:
        return self.text(f"{name}.answer").startswith('{"ok":true')


class Corpus(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls) -> None:
        listed = (CASES / "cases.txt").read_text(encoding="utf-8").split()
        cls.cases = [Case(name) for name in listed]

    def each(self, run) -> None:
        count = 0
        for case in self.cases:
            with self.subTest(case=case.name):
                run(case)
            count += 1
        written = [path for path in (ROOT / "tests/cases").rglob("*.toml") if "base" not in path.parts]
        written += (ROOT / "examples/programs").rglob("*.test.toml")
        self.assertEqual(count, len(written), "cases were skipped")
        self.assertEqual(count, sum(path.is_dir() for path in CASES.iterdir()))
        self.assertGreater(count, 100)

    def test_texts(self) -> None:
        def run(case: Case) -> None:
            for name in ("compile", "evaluate", "explain", "describe"):
                ask = getattr(referral_rules, f"{name}_json")
                self.assertEqual(ask(case.text(name)), case.text(f"{name}.answer"))

        self.each(run)

    def test_programs_with_texts(self) -> None:
        def run(case: Case) -> None:
            compiled, answer = Compiled.compile(case.text("compile"))
            self.assertEqual(answer, case.text("compile.answer"))
            self.assertEqual(compiled is not None, case.ok("compile"))
            if compiled is not None:
                self.assertEqual(compiled.evaluate(case.text("evaluate_with")), case.text("evaluate.answer"))
                self.assertEqual(compiled.explain(case.text("explain_with")), case.text("explain.answer"))
                self.assertEqual(compiled.describe(case.text("describe_with")), case.text("describe.answer"))

        self.each(run)

    def test_steps(self) -> None:
        """Each case one row at a time: the same bytes, and the same entries out of values."""
        asked = 0

        def run(case: Case) -> None:
            nonlocal asked
            if not case.ok("compile"):
                return
            program = Program(case.values("compile")["program"])
            compiled, _ = Compiled.compile(case.text("compile"))
            lines = (CASES / case.name / "steps.txt").read_text(encoding="utf-8").split("\n")[:-1]
            for what, request, wanted in zip(lines[::3], lines[1::3], lines[2::3], strict=True):
                self.assertEqual(getattr(compiled, what)(request), wanted)
                asked += 1
                if what == "step":
                    step = program.step(**values(request))
                    wanted = json.loads(wanted)
                    self.assertEqual(isinstance(step, Outcome), wanted["step"] == "done")
                    if isinstance(step, Outcome):
                        self.typed("entries", step.entries)
                        self.assertEqual(plain(step.entries), plain(wanted["entries"]))
                        stored = [(state["key"], state["state"]) for state in wanted["states"]]
                        self.assertEqual([(state.key, state.text) for state in step.states], stored)
                    else:
                        self.assertEqual(step.keys, wanted["keys"])

        self.each(run)
        self.assertGreater(asked, 1000)

    def test_programs_with_values(self) -> None:
        def run(case: Case) -> None:
            wanted = case.values("evaluate.answer")
            document = case.values("compile")["program"]
            if not case.ok("compile"):
                with self.assertRaises(ProgramError) as caught:
                    Program(document)
                self.assertEqual(str(caught.exception), wanted["text"])
                found = [(fault.code, fault.message) for fault in caught.exception.diagnostics]
                self.assertEqual(found, [(fault["code"], fault["message"]) for fault in wanted["diagnostics"]])
                return
            program = pickle.loads(pickle.dumps(Program(document)))
            self.assertEqual(program.data, case.values("compile.answer")["data"])
            request = case.values("evaluate_with")
            if not case.ok("evaluate"):
                with self.assertRaises(ReferralError) as caught:
                    program.evaluate(**request)
                self.assertEqual(caught.exception.code, wanted["error"]["code"])
                return
            evaluation = program.evaluate(**request)
            self.assertEqual(evaluation.json, case.text("evaluate.answer"))
            self.assertEqual(evaluation.fingerprint, wanted["fingerprint"])
            self.assertEqual(evaluation.summary, wanted["summary"])
            for table in (part for part, value in wanted.items() if isinstance(value, list) and part not in NO_TABLES):
                rows = list(getattr(evaluation, table))
                self.typed(table, rows)
                self.assertEqual(plain(rows), plain(wanted[table]))
            request = case.values("describe_with")
            if case.ok("describe"):
                described = case.values("describe.answer")
                self.assertEqual(program.terms(**request), described["terms"])
                self.assertEqual(program.changes(**request), described["changes"])
                self.assertEqual(plain(program.bounds()), described["bounds"])
            else:
                with self.assertRaises(RequestError):
                    program.terms(**request)
            request = case.values("explain_with")
            if case.ok("explain"):
                self.assertEqual(program.explain(**request), case.values("explain.answer")["text"])
            else:
                with self.assertRaises(ReferralError) as caught:
                    program.explain(**request)
                self.assertEqual(caught.exception.code, "not-found")

        self.each(run)

    def typed(self, name: str, value) -> None:
        """Amounts, days and instants have types, also in columns that were added since."""
        if isinstance(value, list):
            for item in value:
                self.typed(name, item)
        elif isinstance(value, dict):
            # The facts of an event are as JSON has them.
            for key, cell in value.items():
                if key != "facts":
                    self.typed(key, cell)
        elif name in TYPED and value is not None:
            self.assertIsInstance(value, (Decimal, Fraction), name)
        elif isinstance(value, str):
            # What a fact was found to be is told in words, and a text for people may be nothing but a day.
            self.assertFalse(TIME.fullmatch(value) and name not in ("actual", "expected", "body"), name)
        elif isinstance(value, datetime):
            self.assertIsNotNone(value.utcoffset(), name)


def plain(value):
    """Values of a table as texts again, to compare them with JSON."""
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(cell) for key, cell in value.items()}
    if isinstance(value, datetime):
        fraction = f".{value.microsecond:06}" if value.microsecond % 1000 else f".{value.microsecond // 1000:03}"
        return f"{value:%Y-%m-%dT%H:%M:%S}{fraction if value.microsecond else ''}Z"
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, (Decimal, Fraction)) else value


if __name__ == "__main__":
    unittest.main()
