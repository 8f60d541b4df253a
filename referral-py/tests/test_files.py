"""Files as tables, and tables as files."""

import json
import tempfile
import unittest
from decimal import Decimal
from pathlib import Path
from unittest import mock

import pandas
import polars
import pyarrow
import pyarrow.feather
import pyarrow.parquet

from referral_rules import Program, RequestError
from referral_rules._files import read_table, write_table
from test_frames import ACCOUNTS, DOCUMENT, REFERRALS, arrow


class Files(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.program = Program(DOCUMENT)
        self.wanted = self.program.evaluate({"accounts": ACCOUNTS, "referrals": REFERRALS}, "2026-04-30")

    def written(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def test_every_format_in(self) -> None:
        text = "id,status\nada,paying\nbo,trial\n"
        rows = json.dumps(REFERRALS, default=str).replace(" 09:00:00+00:00", "T09:00:00Z")
        for name, write in {
            "referrals.csv": lambda path: path.write_text(pandas.DataFrame(json.loads(rows)).astype({"seats": "Int64"}).to_csv(index=False)),
            "referrals.json": lambda path: path.write_text(rows),
            "referrals.parquet": lambda path: pyarrow.parquet.write_table(arrow(REFERRALS), path),
            "referrals.arrow": lambda path: pyarrow.feather.write_feather(arrow(REFERRALS), path),
        }.items():
            with self.subTest(file=name):
                write(self.folder / name)
                book = {"accounts": self.written("accounts.csv", "\ufeff" + text), "referrals": self.folder / name}
                self.assertEqual(self.program.evaluate(book, "2026-04-30").json, self.wanted.json)

    def test_every_format_out(self) -> None:
        entries = self.wanted.entries
        for ending in ("csv", "json", "parquet", "arrow"):
            write_table(entries, self.folder / f"entries.{ending}")
        self.assertEqual(len((self.folder / "entries.csv").read_text().splitlines()), 3)
        rows = json.loads((self.folder / "entries.json").read_text(), parse_float=Decimal)
        self.assertEqual(rows, json.loads(self.wanted.json)["entries"])
        self.assertEqual(pyarrow.parquet.read_table(self.folder / "entries.parquet").num_rows, 2)
        self.assertEqual(polars.read_ipc(self.folder / "entries.arrow").height, 2)
        table = pandas.read_csv(self.folder / "entries.csv", dtype=str)
        self.assertEqual(list(table.columns), entries.columns)
        self.assertEqual(list(table["beneficiary.id"]), ["ada", "ada"])
        self.assertEqual(list(table["amount"]), ["124.95", "1.00"])

    def test_polars_stands_in(self) -> None:
        with mock.patch.dict("sys.modules", {"pyarrow": None}):
            for ending in ("parquet", "arrow"):
                path = self.folder / f"entries.{ending}"
                write_table(self.wanted.entries, path)
                self.assertEqual(len(read_table(path)), 2)
        with mock.patch.dict("sys.modules", {"pyarrow": None, "polars": None}), self.assertRaises(ImportError) as caught:
            read_table(self.folder / "entries.parquet")
        self.assertIn("pip install 'referral-rules[files]'", str(caught.exception))

    def test_what_cannot_be_read(self) -> None:
        files = {
            "accounts": self.folder / "none.csv",
            "referrals": self.written("referrals.xlsx", ""),
            "events": self.written("events.json", "{"),
            "rates": self.written("rates.csv", "from,from\n1,2\n"),
            "lists": self.written("lists.json", "7"),
        }
        with self.assertRaises(RequestError) as caught:
            self.program.evaluate(files, "2026-04-30")
        told = {fault.place.path: fault.message for fault in caught.exception.diagnostics}
        self.assertEqual(set(told), {f"book.{name}" for name in files})
        self.assertIn("has none of the endings .csv", told["book.referrals"])
        self.assertIn("stands twice", told["book.rates"])

    def test_columns_of_csv_that_are_misspelt(self) -> None:
        path = self.written("referrals.csv", "id,referer,submitted_at\nR-1,ada,2026-03-02\n")
        with self.assertRaises(RequestError) as caught:
            self.program.evaluate({"referrals": path}, "2026-04-30")
        self.assertEqual([fault.help for fault in caught.exception.diagnostics], ["did you mean it by `referer`?"])


if __name__ == "__main__":
    unittest.main()
