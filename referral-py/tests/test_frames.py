"""Frames in, frames out: the corpus through each library, the shapes of columns that they have, and what is refused."""

import json
import os
import signal
import threading
import time
import unittest
from collections.abc import Mapping
from datetime import date, datetime, timezone
from decimal import Decimal
from pathlib import Path

import duckdb
import pandas
import polars
import pyarrow

from referral_rules import Program, RequestError, Table
from referral_rules._evaluation import ANSWER_TABLES

ROOT = Path(__file__).resolve().parents[2]
CASES = Path(os.environ.get("REFERRAL_CASES", ROOT / "target/doors"))

DOCUMENT = """
schema = 1
id = "acme"
version = "1"
in_force = { first_day = 2026-01-01 }
currency = "USD"
time_zone = "America/New_York"
[facts.account]
status = ["paying", "trial"]
[facts.referral]
channel = "text"
seats = "int"
[facts.event]
value = "decimal"
[[eligibility]]
code = "paying"
require = "referrer.status == 'paying'"
message = "only paying customers may refer"
[[reward]]
id = "thanks"
to = "referrer"
on = "closed"
kind = "cash"
amount = "10% * event.value"
"""

ACCOUNTS = [{"id": "ada", "status": "paying"}, {"id": "bo", "status": "trial"}]

REFERRALS = [
    {"id": "R-1", "referrer": "ada", "submitted_at": datetime(2026, 3, 2, 9, tzinfo=timezone.utc), "channel": "web", "seats": 3,
     "qualified_at": date(2026, 3, 3), "closed_at": date(2026, 3, 20), "closed.value": Decimal("1249.50")},
    {"id": "R-2", "referrer": "bo", "submitted_at": datetime(2026, 3, 3, 9, tzinfo=timezone.utc), "channel": None, "seats": None,
     "qualified_at": None, "closed_at": None, "closed.value": None},
    {"id": "R-3", "referrer": "ada", "submitted_at": datetime(2026, 3, 4, 9, tzinfo=timezone.utc), "channel": "mail", "seats": 5,
     "qualified_at": date(2026, 3, 5), "closed_at": date(2026, 3, 21), "closed.value": Decimal("10")},
]

ROWS = {"accounts": ACCOUNTS, "referrals": REFERRALS}


def columns(rows: list) -> dict:
    names = dict.fromkeys(name for row in rows for name in row)
    return {name: [row.get(name) for row in rows] for name in names}


def arrow(rows: list) -> pyarrow.Table:
    return pyarrow.table(columns(rows))


class Unlike(Exception):
    """A table that no columns can hold."""


def exact(digits: str) -> Decimal:
    """A number that a column of decimals can hold as it is written."""
    if "e" in digits.lower():
        raise Unlike
    return Decimal(digits)


def alike(values: list) -> list:
    """A column's values as values of one type."""
    there = [value for value in values if value is not None]
    kinds = {type(value) for value in there}
    if kinds == {int, Decimal}:
        return [None if value is None else Decimal(value) for value in values]
    if kinds == {dict}:
        fields = dict.fromkeys(name for value in there for name in value)
        parts = {name: alike([(value or {}).get(name) for value in values]) for name in fields}
        return [None if value is None else {name: parts[name][at] for name in fields} for at, value in enumerate(values)]
    if kinds == {list}:
        flat = iter(alike([item for value in there for item in value]))
        return [None if value is None else [next(flat) for _ in value] for value in values]
    if len(kinds) > 1:
        raise Unlike
    return values


def framed(table) -> pyarrow.Table:
    """A table of a case as a frame."""
    given = table if isinstance(table, Mapping) else columns(table)
    try:
        return pyarrow.table({name: pyarrow.array(alike(values)) for name, values in given.items()})
    except (pyarrow.ArrowException, OverflowError, TypeError, AttributeError):
        raise Unlike from None


LIBRARIES = {
    "pyarrow": lambda table: table,
    "pieces": lambda table: pyarrow.concat_tables([table.slice(0, 1), table.slice(1)]) if table.num_rows > 1 else table,
    "polars": polars.DataFrame,
    "pieces of polars": lambda table: polars.concat([polars.DataFrame(table.slice(0, 1)), polars.DataFrame(table.slice(1))], rechunk=False),
    "pandas": lambda table: table.to_pandas(types_mapper=pandas.ArrowDtype),
    "pandas objects": lambda table: table.to_pandas(integer_object_nulls=True).astype(object),
}


class Corpus(unittest.TestCase):
    def test_cases_give_the_bytes_that_rows_give(self) -> None:
        """Every case that columns can hold, through PyArrow and one of the other libraries in turn."""
        others = [library for library in LIBRARIES if library != "pyarrow"]
        counts = dict.fromkeys(LIBRARIES, 0)
        for at, name in enumerate((CASES / "cases.txt").read_text(encoding="utf-8").split()):
            folder = CASES / name
            if not (folder / "compile.answer.json").read_text(encoding="utf-8").startswith('{"ok":true'):
                continue
            answer = (folder / "evaluate.answer.json").read_text(encoding="utf-8")
            try:
                request = json.loads((folder / "evaluate_with.json").read_text(encoding="utf-8"), parse_float=exact)
                frames = {table: framed(rows) for table, rows in request["book"].items() if rows}
                if any(table.num_columns == 0 for table in frames.values()):
                    raise Unlike
            except Unlike:
                continue
            program = Program(json.loads((folder / "compile.json").read_text(encoding="utf-8"), parse_float=Decimal)["program"])
            for library in ("pyarrow", others[at % len(others)]):
                given = {table: LIBRARIES[library](frame) for table, frame in frames.items()}
                request["book"] |= given
                with self.subTest(case=name, library=library):
                    try:
                        evaluation = program.evaluate(**request)
                    except RequestError as error:
                        # Columns that a case leaves out on purpose, or calls wrongly.
                        codes = {fault.code for fault in error.diagnostics}
                        self.assertLessEqual(codes, {"missing-key", "unknown-column"}, str(error))
                        continue
                    self.assertEqual(evaluation.json, answer)
                    counts[library] += 1
        self.assertGreater(counts["pyarrow"], 300)
        self.assertTrue(all(count > 50 for count in counts.values()), counts)


class In(unittest.TestCase):
    """The shapes in which columns come."""

    def setUp(self) -> None:
        self.program = Program(DOCUMENT)
        self.wanted = self.program.evaluate(ROWS, "2026-04-30").json

    def same(self, **tables) -> None:
        self.assertEqual(self.program.evaluate({**ROWS, **tables}, "2026-04-30").json, self.wanted)

    def test_libraries(self) -> None:
        frames = {"accounts": arrow(ACCOUNTS), "referrals": arrow(REFERRALS)}
        for library, make in LIBRARIES.items():
            with self.subTest(library=library):
                self.same(**{name: make(frame) for name, frame in frames.items()})
        referrals = frames["referrals"]
        self.same(referrals=duckdb.sql("select * from referrals"))
        self.same(referrals=referrals.to_batches()[0])
        self.same(referrals=pyarrow.RecordBatchReader.from_batches(referrals.schema, referrals.to_batches()))
        self.same(referrals=pandas.DataFrame(columns(REFERRALS)).astype({"seats": "Int64"}))
        self.same(referrals=pandas.DataFrame(columns(REFERRALS)).astype({"seats": "Int64"}).set_index("id").reset_index())
        halves = pandas.DataFrame(columns(REFERRALS)).astype({"seats": "Int64", "channel": "category"})
        self.same(referrals=halves[halves["referrer"] != "cy"])

    def test_texts(self) -> None:
        dictionary = pyarrow.dictionary(pyarrow.int8(), pyarrow.string())
        for kind in (pyarrow.string(), pyarrow.large_string(), pyarrow.string_view(), dictionary, pyarrow.dictionary(pyarrow.int32(), pyarrow.large_string())):
            with self.subTest(kind=str(kind)):
                table = arrow(REFERRALS)
                for name in ("id", "referrer", "channel"):
                    at = table.column_names.index(name)
                    column = table[name].combine_chunks()
                    column = column.dictionary_encode().cast(kind) if pyarrow.types.is_dictionary(kind) else column.cast(kind)
                    table = table.set_column(at, name, column)
                self.same(referrals=table)

    def test_numbers_days_and_moments(self) -> None:
        casts = {
            "closed.value": [pyarrow.decimal64(12, 2), pyarrow.decimal128(38, 10), pyarrow.decimal256(60, 4), pyarrow.string()],
            "seats": [pyarrow.int8(), pyarrow.uint64(), pyarrow.decimal128(20, 0)],
            "submitted_at": [pyarrow.timestamp(unit, "Europe/Berlin") for unit in ("s", "ms", "us", "ns")] + [pyarrow.string()],
            "closed_at": [pyarrow.date32(), pyarrow.date64(), pyarrow.string()],
        }
        for name, kinds in casts.items():
            for kind in kinds:
                with self.subTest(column=name, kind=str(kind)):
                    table = arrow(REFERRALS)
                    column = table[name]
                    if name == "submitted_at" and pyarrow.types.is_string(kind):
                        column = pyarrow.array([row[name].isoformat() for row in REFERRALS])
                    self.same(referrals=table.set_column(table.column_names.index(name), name, column.cast(kind)))

    def test_structs_and_dotted_names(self) -> None:
        rows = [{**{name: cell for name, cell in row.items() if "." not in name}, "closed": {"value": row["closed.value"]}} for row in REFERRALS]
        self.same(referrals=pyarrow.Table.from_pylist(rows))
        self.same(referrals=polars.DataFrame(rows))

    def test_frames_stand_beside_rows_and_one_event_at_a_time(self) -> None:
        rows, frames = {"referrals": REFERRALS}, {"referrals": arrow(REFERRALS)}
        self.assertEqual(self.program.keys_of(frames), self.program.keys_of(rows))
        whole = {**ROWS, "referrals": arrow(REFERRALS)}
        self.assertEqual(self.program.rebuild(whole, "2026-04-30"), self.program.rebuild(ROWS, "2026-04-30"))
        self.assertEqual(self.program.step(frames, "2026-04-30"), self.program.step(rows, "2026-04-30"))
        self.assertIn("only paying", self.program.explain(whole, "2026-04-30", referral="R-2"))

    def test_what_was_booked_is_a_table_of_an_answer(self) -> None:
        ledger = self.program.evaluate(ROWS, "2026-04-30", answer=["ledger"]).ledger
        later = self.program.evaluate({**ROWS, "booked": ledger}, "2026-05-30")
        self.assertEqual(len(ledger), 2)
        self.assertEqual(later.entries, [])


class Refused(unittest.TestCase):
    def setUp(self) -> None:
        self.program = Program(DOCUMENT)

    def told(self, book) -> RequestError:
        with self.assertRaises(RequestError) as caught:
            self.program.evaluate(book, "2026-04-30")
        return caught.exception

    def test_floats_and_naive_times_have_a_cure(self) -> None:
        frame = pandas.DataFrame(columns(REFERRALS))
        frame["closed.value"] = frame["closed.value"].astype(float)
        frame["submitted_at"] = frame["submitted_at"].dt.tz_localize(None)
        error = self.told({"referrals": frame})
        found = {fault.place.path: fault for fault in error.diagnostics}
        value = found["book.referrals.closed.value"]
        self.assertEqual((value.code, value.severity), ("wrong-type", "error"))
        self.assertIn("holds floating-point numbers (Float64), which are not exact", value.message)
        self.assertIn("Decimal(str(x))", value.help)
        self.assertIn("tz_localize", found["book.referrals.submitted_at"].help)
        self.assertIn("Int64", found["book.referrals.seats"].help)
        self.assertEqual(len(found), 3)
        frame["closed.value"] = frame["closed.value"].map(lambda x: Decimal(str(x)), na_action="ignore")
        frame["submitted_at"] = frame["submitted_at"].dt.tz_localize("UTC")
        frame["seats"] = frame["seats"].astype("Int64")
        evaluation = self.program.evaluate({"accounts": ACCOUNTS, "referrals": frame}, "2026-04-30")
        self.assertEqual([entry["amount"] for entry in evaluation.entries], [Decimal("124.95"), Decimal("1.00")])

    def test_all_columns_that_are_wrong_at_once(self) -> None:
        table = arrow(REFERRALS).rename_columns(["ident", "referer", "submited_at", "chanel", "seats", "qualified_at", "closed_at", "closed.valeu"])
        error = self.told({"referrals": table, "accounts": pyarrow.table({"status": pyarrow.array([1.5])}), "events": [{"id": 0.5}]})
        told = [(fault.code, fault.place.path, fault.help) for fault in error.diagnostics]
        self.assertEqual(told[0][:2], ("wrong-type", "book.events[0].id"))
        self.assertEqual(told[1][:2], ("wrong-type", "book.accounts.status"))
        self.assertEqual(sorted(told[2:]), [
            ("missing-key", "book.accounts.id", "give the column"),
            ("missing-key", "book.referrals.id", "give the column"),
            ("missing-key", "book.referrals.referrer", "did you mean it by `referer`?"),
            ("missing-key", "book.referrals.submitted_at", "did you mean it by `submited_at`?"),
            ("unknown-column", "book.referrals.chanel", "did you mean `channel`?"),
            ("unknown-column", "book.referrals.closed.valeu", "did you mean `closed.value`?"),
        ])

    def test_columns_that_nothing_needs_are_findings(self) -> None:
        table = arrow(REFERRALS)
        table = table.append_column("sales_region", pyarrow.array(["n", "s", "w"])).append_column("seats2", pyarrow.array([1, 2, 3]))
        table = table.append_column("latitude", pyarrow.array([52.5, None, 48.1]))
        evaluation = self.program.evaluate({"accounts": ACCOUNTS, "referrals": table}, "2026-04-30")
        self.assertEqual([finding["column"] for finding in evaluation.findings], ["latitude", "sales_region", "seats2"])
        self.assertEqual(len(evaluation.entries), 2)

    def test_what_is_no_table(self) -> None:
        self.assertIn("did you mean `referrals`?", str(self.told({"referals": arrow(REFERRALS)})))
        self.assertIn("book.referrals: the frame cannot be read", str(self.told({"referrals": pyarrow.array([1, 2])})))
        mixed = pandas.DataFrame({"id": ["R-1", Decimal(1)]})
        self.assertIn("the column values of one type", str(self.told({"referrals": mixed})))
        self.assertIn("Conversion failed for column id", str(self.told({"referrals": mixed})))
        self.assertIn("a single column, not a table", str(self.told({"referrals": polars.Series("id", ["R-1"])})))
        self.assertIn("`ndarray` cannot be given", str(self.told({"referrals": mixed.to_numpy()})))
        self.assertIn('give `{"referrals": …}`', str(self.told(arrow(REFERRALS))))
        self.assertIn("`Path(…)` for a file", str(self.told({"referrals": "referrals.csv"})))
        self.assertIn("LazyFrame", str(self.told({"referrals": polars.DataFrame(columns(REFERRALS)).lazy()})))

        def failing():
            yield arrow(REFERRALS).to_batches()[0]
            raise RuntimeError("the disk is gone")

        reader = pyarrow.RecordBatchReader.from_batches(arrow(REFERRALS).schema, failing())
        self.assertIn("the disk is gone", str(self.told({"referrals": reader})))


class Out(unittest.TestCase):
    def setUp(self) -> None:
        self.evaluation = Program(DOCUMENT).evaluate(ROWS, "2026-04-30", answer=list(ANSWER_TABLES))

    def test_every_table_twice_in_every_library(self) -> None:
        for name in ANSWER_TABLES:
            table = frame = getattr(self.evaluation, name)
            self.assertIsInstance(table, Table)
            for _ in range(2):
                with self.subTest(table=name):
                    sizes = {len(table), table.to_arrow().num_rows, len(table.to_pandas()), table.to_polars().height, len(list(table))}
                    sizes.add(duckdb.sql("select count(*) from frame").fetchall()[0][0])
                    sizes.add(len(pandas.DataFrame.from_arrow(table)))
                    self.assertEqual(sizes, {len(table)})

    def test_columns_have_the_values_of_the_rows(self) -> None:
        for name in ANSWER_TABLES:
            table = getattr(self.evaluation, name)
            rows = table.to_arrow().to_pylist()
            with self.subTest(table=name):
                self.assertEqual([flat(row, table.columns) for row in table], [texts(row) for row in rows])

    def test_types(self) -> None:
        entries = self.evaluation.entries.to_arrow()
        kinds = {field.name: str(field.type) for field in entries.schema}
        self.assertEqual(kinds["amount"], "decimal128(38, 2)")
        self.assertEqual((kinds["payable_on"], kinds["earned_at"]), ("date32[day]", "timestamp[us, tz=UTC]"))
        self.assertEqual(self.evaluation.entries.to_pandas()["amount"].sum(), Decimal("125.95"))
        self.assertEqual(self.evaluation.entries.to_polars()["amount"].sum(), Decimal("125.95"))

    def test_what_is_read_has_no_copy(self) -> None:
        table = self.evaluation.entries
        addresses = [pyarrow.table(table)["id"].chunk(0).buffers()[2].address for _ in range(2)]
        self.assertEqual(addresses[0], addresses[1])

    def test_what_was_pickled_is_a_frame_too(self) -> None:
        import pickle

        again = pickle.loads(pickle.dumps(self.evaluation))
        self.assertEqual(again, self.evaluation)
        self.assertEqual(hash(again), hash(self.evaluation))
        for name in ANSWER_TABLES:
            with self.subTest(table=name):
                self.assertEqual(getattr(again, name), getattr(self.evaluation, name))
                self.assertEqual(getattr(again, name).to_arrow().to_pylist(), getattr(self.evaluation, name).to_arrow().to_pylist())


def flat(row: dict, names: list) -> dict:
    """A row in the columns of a frame, values as texts."""
    out = {}
    for name in names:
        value = row
        for part in name.split("."):
            value = (value or {}).get(part)
        if name == "stage_event.facts":
            value = [{"name": fact, "value": cell} for fact, cell in (value or {}).items()]
        if isinstance(value, list) and value and isinstance(value[0], dict):
            inner = dict.fromkeys(path for item in value for path in paths(item))
            value = [flat(item, list(inner)) for item in value]
        out[name] = texts(value)
    return out


def paths(row: dict, prefix: str = ""):
    for name, value in row.items():
        if isinstance(value, dict):
            yield from paths(value, f"{prefix}{name}.")
        else:
            yield prefix + name


def texts(value):
    if isinstance(value, dict):
        return {name: texts(item) for name, item in value.items()}
    if isinstance(value, list):
        return [texts(item) for item in value]
    return value if value is None or isinstance(value, bool) else str(value)


def many(rows: int) -> pyarrow.Table:
    numbers = pyarrow.array(range(rows), pyarrow.int64())
    days = pyarrow.array([date(2026, 3, 2)] * rows)
    values = pyarrow.array([Decimal("10.00")] * rows)
    return pyarrow.table({"id": numbers, "referrer": numbers, "submitted_at": days, "qualified_at": days, "closed_at": days, "closed.value": values})


class Long(unittest.TestCase):
    """Long runs leave the interpreter to others, and end when they are told to.

    A machine that is busy with other things may keep a thread waiting as well: once in some tries is enough, and what never
    lets go fails them all."""

    TRIES = 8

    def test_other_threads_go_on(self) -> None:
        program, table = Program(DOCUMENT), many(400_000)
        seen = []
        for _ in range(self.TRIES):
            thread = threading.Thread(target=lambda: program.evaluate({"referrals": table}, "2026-04-30", answer=[]))
            longest, started = 0.0, time.monotonic()
            last = started
            thread.start()
            while thread.is_alive():
                thread.join(0.001)
                now = time.monotonic()
                longest, last = max(longest, now - last), now
            if longest < (last - started) / 2:
                return
            seen.append((longest, last - started))
        self.fail(f"the interpreter was held: the longest wait, and the whole: {seen}")

    def test_control_c(self) -> None:
        # Where a shell has put the tests into the background, Ctrl-C is ignored from the start.
        self.addCleanup(signal.signal, signal.SIGINT, signal.signal(signal.SIGINT, signal.default_int_handler))
        program, table = Program(DOCUMENT), many(400_000)
        started = time.monotonic()
        program.evaluate({"referrals": table}, "2026-04-30", answer=[])
        whole = time.monotonic() - started
        seen = []
        for _ in range(self.TRIES):
            timer = threading.Timer(whole / 4, os.kill, (os.getpid(), signal.SIGINT))
            started = time.monotonic()
            with self.assertRaises(KeyboardInterrupt):
                timer.start()
                program.evaluate({"referrals": table}, "2026-04-30", answer=[])
                time.sleep(whole)
                timer.join()
            seen.append(time.monotonic() - started)
            timer.join()
            if seen[-1] < whole * 0.9:
                return
        self.fail(f"it went on to the end, which takes {whole}: {seen}")


if __name__ == "__main__":
    unittest.main()
