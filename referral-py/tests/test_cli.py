"""The command `referral`: what it prints and what it ends with."""

import contextlib
import io
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest
from decimal import Decimal
from pathlib import Path
from unittest import mock

import pyarrow.parquet

from referral_rules import InternalError, _native, schema
from referral_rules._evaluation import ANSWER_TABLES
from referral_rules._cli import FINE, INTERNAL, INTERRUPTED, USAGE, WRONG, main
from referral_rules._testing import TABLES

ROOT = Path(__file__).resolve().parents[2]
FIRST = ROOT / "referral-rules/examples/first"
PROGRAM, BOOK = str(FIRST / "program.toml"), ["--book", str(FIRST), "--as-of", "2026-04-30"]


def referral(*arguments: str):
    """What the command ends with, prints and complains of."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            status = main(arguments)
        except SystemExit as end:
            status = end.code
    return status, out.getvalue(), err.getvalue()


class Calls(unittest.TestCase):
    """Calls of the command, with a folder to write to."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def fine(self, *arguments: str) -> str:
        status, out, err = referral(*arguments)
        self.assertEqual((status, err), (FINE, ""))
        return out

    def wrong(self, *arguments: str) -> str:
        status, out, err = referral(*arguments)
        self.assertEqual((status, out), (WRONG, ""))
        return err

    def written(self, name: str, text: str) -> str:
        (self.folder / name).write_text(text, encoding="utf-8")
        return str(self.folder / name)


class Commands(Calls):
    def test_check(self) -> None:
        self.assertEqual(self.fine("check", PROGRAM), "bring-a-friend: 2026-01: sound, no warnings\n")
        self.assertEqual(json.loads(self.fine("check", "customer-referrals", "--json"))["warnings"], [])
        text = Path(PROGRAM).read_text(encoding="utf-8")
        faulty = self.written("faulty.toml", text.replace("currency ", "curency ").replace('to         = "referrer"', 'to = "everyone"'))
        told = self.wrong("check", faulty)
        self.assertIn('5 | curency  = "EUR"\n', told)
        self.assertIn("help: did you mean `currency`?", told)
        self.assertIn("everyone", told)
        status, out, err = referral("check", faulty, "--json")
        answer = json.loads(out)
        self.assertEqual((status, err, answer["ok"], answer["diagnostics"][0]["place"]["source"]), (WRONG, "", False, "faulty.toml"))
        odd = self.written("odd.toml", text.replace('pay_within = "5 business days"', ""))
        status, out, err = referral("check", odd)
        self.assertEqual((status, out), (FINE, "bring-a-friend: 2026-01: sound, 1 warning\n"))
        self.assertIn("warning[no-due-date]", err)
        self.assertEqual(referral("check", odd, "--strict")[0], WRONG)

    def test_evaluate(self) -> None:
        self.assertIn("earned 200.00 EUR: 124.95 EUR paid, 75.05 EUR payable", self.fine("evaluate", PROGRAM, *BOOK))
        answer = json.loads(self.fine("evaluate", PROGRAM, *BOOK, "--json"))
        self.assertEqual([entry["amount"] for entry in answer["entries"]], ["124.95", "75.05"])
        lines = self.fine("evaluate", PROGRAM, *BOOK, "--table", "balances").splitlines()
        self.assertEqual(lines[1].split(",")[:4], ["referrer", "ada", "EUR", "200.00"])
        rows = json.loads(self.fine("evaluate", PROGRAM, *BOOK, "--table", "findings", "--format", "json"))
        self.assertEqual(rows, [])
        # The book that comes with the standard program has all its tables: what is spent elsewhere, too.
        rows = json.loads(self.fine("evaluate", "customer-referrals", "--table", "metrics", "--format", "json"))
        self.assertTrue([row for row in rows if row["metric"] == "acquisition-cost-elsewhere" and row["value"] is not None])

    def test_evaluate_writes_tables(self) -> None:
        for kind in ("csv", "json", "parquet", "arrow"):
            self.fine("evaluate", PROGRAM, *BOOK, "--write", str(self.folder / kind), "--format", kind)
            self.assertEqual(len(list((self.folder / kind).glob(f"*.{kind}"))), len(ANSWER_TABLES))
        table = pyarrow.parquet.read_table(self.folder / "parquet/entries.parquet")
        self.assertEqual(table["amount"].to_pylist(), [Decimal("124.95"), Decimal("75.05")])
        # What was written can be given again.
        out = self.fine("evaluate", PROGRAM, *BOOK, "--booked", str(self.folder / "parquet/ledger.parquet"), "--table", "entries")
        self.assertEqual(len(out.splitlines()), 1)

    def test_tables_one_by_one(self) -> None:
        files = [f"--{name}={FIRST / name}.csv" for name in ("accounts", "referrals", "confirmations")]
        self.assertEqual(self.fine("evaluate", PROGRAM, *files, "--as-of", "2026-04-30"), self.fine("evaluate", PROGRAM, *BOOK))

    def test_every_table_of_a_book_can_be_named(self) -> None:
        native = (ROOT / "referral-arrow/src/book.rs").read_text(encoding="utf-8")
        named = re.findall(r'^    \("(\w+)", &\[', native, re.M)
        self.assertEqual({*named, "booked"}, set(TABLES))

    def test_explain(self) -> None:
        self.assertIn("limit yearly cuts: 90 EUR -> 75.05 EUR", self.fine("explain", PROGRAM, *BOOK, "--referral", "R-4"))
        self.assertIn("R-2", json.loads(self.fine("explain", PROGRAM, *BOOK, "--referrer", "bob", "--json"))["text"])
        self.assertIn("Sehr geehrte", self.fine("explain", PROGRAM, *BOOK, "--referral", "R-4", "--letter", "de"))
        self.assertEqual(self.wrong("explain", PROGRAM, *BOOK, "--referral", "R-9"), "error: there is no referral `R-9`\n")

    def test_terms_changes_and_schema(self) -> None:
        self.assertTrue(self.fine("terms", "customer-referrals").startswith("# Customer referral program: terms"))
        self.assertIn("Wer empfehlen darf", self.fine("terms", "customer-referrals", "--language", "de"))
        self.assertIn("fr", self.wrong("terms", "customer-referrals", "--language", "fr"))
        text = Path(PROGRAM).read_text(encoding="utf-8")
        later = text.replace('"2026-01"', '"2026-07"').replace("2026-01-01", "2026-07-01").replace("10% *", "12% *")
        earlier = text.replace("first_day = 2026-01-01", "first_day = 2026-01-01, last_day = 2026-06-30")
        versions = self.written("1.toml", earlier), self.written("2.toml", later)
        self.assertIn("12%", self.fine("changes", *versions))
        self.assertEqual(json.loads(self.fine("changes", *versions, "--json"))["changes"][0]["to"], "2026-07")
        self.assertIn("nothing changed", self.fine("changes", PROGRAM))
        self.assertEqual(json.loads(self.fine("schema")), schema())

    def test_init_gives_what_works(self) -> None:
        start = self.folder / "start"
        self.assertIn(f"referral test {start}", self.fine("init", str(start)))
        program = str(start / "program.toml")
        self.fine("check", program, "--strict")
        self.assertEqual(self.fine("test", str(start)), "1 test: 1 passed, 0 failed\n")
        self.assertIn("earned 200.00 EUR", self.fine("evaluate", program, "--book", str(start), "--as-of", "2026-04-30"))
        self.assertIn("is left as it is", self.wrong("init", str(start)))
        for name in ("program.toml", "accounts.csv", "referrals.csv"):
            self.assertEqual((start / name).read_text(encoding="utf-8"), (FIRST / name).read_text(encoding="utf-8"))
        for standard in ("customer-referrals", "partner-referrals"):
            folder = self.folder / standard
            told = self.fine("init", str(folder), "--standard", standard)
            command = next(line for line in told.splitlines() if "evaluate" in line).split()[1:]
            wanted = self.fine("evaluate", standard).replace(f"{standard}.toml", "program.toml")
            self.assertEqual(self.fine(*command).split(), wanted.split())

    def test_what_is_called_wrongly(self) -> None:
        for arguments in ([], ["pay"], ["check"], ["explain", PROGRAM, *BOOK], ["evaluate", PROGRAM, "--threads", "many"]):
            self.assertEqual(referral(*arguments)[0], USAGE)
        self.assertIn("none.toml", self.wrong("check", "none.toml"))
        status, _, err = referral("evaluate", PROGRAM)
        self.assertEqual(status, USAGE)
        self.assertIn("give the tables", err)
        self.assertIn("named after a table", self.wrong("evaluate", PROGRAM, "--book", str(self.folder)))
        self.assertIn("there is no such folder", self.wrong("evaluate", PROGRAM, "--book", str(self.folder / "none")))
        self.assertIn("no.csv", self.wrong("evaluate", PROGRAM, "--referrals", str(self.folder / "no.csv")))
        self.written("referrals.csv", "id,referer,submitted_at\n")
        self.assertIn("did you mean it by `referer`?", self.wrong("evaluate", PROGRAM, "--book", str(self.folder)))
        self.written("referrals.json", "[]")
        self.assertIn("there twice", self.wrong("evaluate", PROGRAM, "--book", str(self.folder)))
        self.assertIn("soon", self.wrong("evaluate", PROGRAM, "--book", str(FIRST), "--as-of", "soon"))

    def test_what_it_ends_with_else(self) -> None:
        with mock.patch("referral_rules._cli._program", side_effect=InternalError("oh")):
            status, _, err = referral("check", PROGRAM)
        self.assertEqual(status, INTERNAL)
        self.assertIn("please report it", err)
        with mock.patch("referral_rules._cli._program", side_effect=KeyboardInterrupt):
            self.assertEqual(referral("check", PROGRAM)[0], INTERRUPTED)
        with mock.patch("referral_rules._cli._program", side_effect=ZeroDivisionError("oh")):
            status, _, err = referral("check", PROGRAM)
        self.assertEqual(status, INTERNAL)
        self.assertIn("ZeroDivisionError", err)
        # A folder cannot be made where a file is.
        there = self.written("there", "")
        self.assertIn("there", self.wrong("evaluate", PROGRAM, *BOOK, "--write", str(there)))

    def test_it_is_installed(self) -> None:
        for command in ([sys.executable, "-m", "referral_rules"], [str(Path(sys.executable).with_name("referral"))]):
            done = subprocess.run([*command, "check", PROGRAM], capture_output=True, text=True, check=True, env={**os.environ, "NO_COLOR": "1"})
            self.assertIn("sound", done.stdout)


class Tests(unittest.TestCase):
    """Test files of programs."""

    def test_every_program_of_the_examples_passes(self) -> None:
        status, out, err = referral("test", str(ROOT / "examples/programs"))
        self.assertEqual((status, err), (FINE, ""), out)
        self.assertGreater(int(out.split()[0]), 20)

    def test_the_corpus_passes(self) -> None:
        cases = sorted(path for path in (ROOT / "tests/cases").rglob("*.toml") if "base" not in path.parts)
        status, out, err = referral("test", "--json", *map(str, cases))
        failed = [test for test in json.loads(out)["tests"] if not test["passed"]]
        self.assertEqual([], failed[:3], f"{len(failed)} of {len(cases)}")

    def test_what_is_expected_wrongly_is_told(self) -> None:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            referral("init", name)
            text = (folder / "program.test.toml").read_text(encoding="utf-8")
            wrong = text.replace('"75.05"', '"75.06"').replace('["duplicate"]', '["duplicate", "late"]').replace("amount", "amoumt", 1)
            (folder / "program.test.toml").write_text(wrong, encoding="utf-8")
            (folder / "odd.test.toml").write_text("why = 7\nprogam = ''\n", encoding="utf-8")
            status, out, _ = referral("test", name)
        self.assertEqual(status, WRONG)
        self.assertIn("entries[1].amount: expected `75.06`, found `75.05`", out)
        self.assertIn("entries[0].amoumt: there is no such key", out)
        self.assertIn("decision on R-3.reasons: 2 expected, found [duplicate]", out)
        self.assertIn("the test cannot be read: `progam` is not a key of a test", out)
        self.assertTrue(out.endswith("2 tests: 0 passed, 2 failed\n"))


if __name__ == "__main__":
    unittest.main()
