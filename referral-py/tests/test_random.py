"""Random rows and values: rows and frames give the same bytes, nothing that is given ends in anything but an answer or a `RequestError`, and
threads do not disturb one another."""

import threading
import unittest
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

import polars
import pyarrow
from hypothesis import given, settings
from hypothesis import strategies as some

from referral_rules import Evaluation, Program, RequestError
from test_frames import ACCOUNTS, DOCUMENT, arrow, many

PROGRAM = Program(DOCUMENT)

DAYS = some.dates(date(2026, 1, 1), date(2026, 12, 31))
MOMENTS = some.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=some.just(timezone.utc))
REFERRAL = some.fixed_dictionaries({
    "id": some.sampled_from([f"R-{at}" for at in range(6)]),
    "referrer": some.sampled_from(["ada", "bo", "cy"]),
    "submitted_at": MOMENTS,
    "channel": some.none() | some.text(max_size=8),
    "seats": some.none() | some.integers(-(2**40), 2**40),
    "qualified_at": some.none() | DAYS,
    "closed_at": some.none() | DAYS,
    "closed.value": some.none() | some.decimals(-(10**9), 10**9, places=2),
})

VALUES = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | some.text() | some.decimals() | some.dates() | some.datetimes() | some.binary(),
    lambda inner: some.lists(inner, max_size=4) | some.dictionaries(some.text() | some.integers(), inner, max_size=4),
    max_leaves=12,
)


#: Rows of what a table may hold, and now and then of what it may not.
CELLS = (
    some.none() | some.booleans() | some.integers(-(2**70), 2**70) | some.text(max_size=6) | some.decimals(allow_nan=True) | some.dates()
    | some.datetimes(timezones=some.none() | some.just(timezone.utc)) | some.floats() | some.lists(some.text(max_size=3), max_size=2)
    | some.dictionaries(some.sampled_from(["value", "a.b", "c"]), some.integers(0, 9), max_size=2)
)
NAMES = ["id", "referrer", "submitted_at", "closed_at", "closed", "closed.value", "channel", "seats", "kind", "at", "referral", "odd"]
PLAIN = some.fixed_dictionaries({"id": some.sampled_from(["R-1", "R-2", 3])}, optional={
    "referrer": some.sampled_from(["ada", "bo"]), "submitted_at": DAYS, "kind": some.just("closed"), "at": MOMENTS, "referral": some.just("R-1"),
    "closed": some.fixed_dictionaries({"value": some.decimals(-(10**9), 10**9, places=2)}), "what": some.just("paid"), "entry": some.just("x"),
}) | some.dictionaries(some.sampled_from(NAMES), CELLS, max_size=6)


class Random(unittest.TestCase):
    @settings(max_examples=60, deadline=None)
    @given(some.lists(REFERRAL, min_size=1, max_size=8))
    def test_rows_and_frames_are_the_same(self, rows) -> None:
        wanted = PROGRAM.evaluate({"accounts": ACCOUNTS, "referrals": rows}, "2026-12-31")
        for frame in (arrow(rows), polars.DataFrame(arrow(rows))):
            self.assertEqual(PROGRAM.evaluate({"accounts": ACCOUNTS, "referrals": frame}, "2026-12-31").json, wanted.json)
        self.assertEqual(sum((entry["amount"] for entry in wanted.entries), Decimal()), sum(wanted.entries.to_arrow()["amount"].to_pylist(), Decimal()))

    @settings(max_examples=150, deadline=None)
    @given(some.sampled_from(["referrals", "accounts", "events", "confirmations"]), some.lists(PLAIN, max_size=4), some.just("2026-12-31") | some.dates() | MOMENTS)
    def test_plain_rows_need_no_request(self, table, rows, as_of) -> None:
        """Whether rows go straight into columns or through a request makes no difference to an answer, nor to what is wrong."""
        book = {"referrals": [], table: rows}

        def asked(**options):
            try:
                return PROGRAM.evaluate(book, as_of, **options).json
            except RequestError as error:
                return str(error)

        straight = PROGRAM._compiled.evaluated_rows(book, as_of, 1, None)
        wanted = asked(progress=lambda *_: None)
        self.assertEqual(asked(), wanted)
        if straight is not None:
            self.assertEqual(straight.json(straight.parts()), wanted)

    def test_what_goes_straight_into_columns(self) -> None:
        day, aware, naive = date(2026, 3, 2), datetime(2026, 3, 2, 9, tzinfo=timezone(timedelta(hours=-5))), datetime(2026, 3, 2)
        row = {"id": 7, "referrer": "ada", "submitted_at": aware, "closed_at": day, "closed": {"value": Decimal("7.50")}, "seats": None, "x": True, "y": ["a", 1]}

        def straight(change, as_of="2026-12-31", threads=1, answer=("entries",)):
            return PROGRAM._compiled.evaluated_rows({"referrals": [{**row, **change}]}, as_of, threads, answer)

        found = straight({})
        assert found is not None
        wanted = PROGRAM.evaluate({"referrals": [row]}, "2026-12-31", answer=["entries"], progress=lambda *_: None)
        self.assertEqual(found.json(["entries"]), wanted.json)
        odd = [1.5, naive, Decimal("NaN"), Decimal("1E+3"), 2**70, {"a.b": 1}, [[1]], b"x", "\ud800"]
        self.assertEqual([straight({"odd": value}) for value in odd], [None] * len(odd))
        self.assertIsNone(straight({7: 1}))
        self.assertIsNone(straight({"closed.value": 1}), "the name would stand twice")
        self.assertIsNone(straight({f"c{at}": 1 for at in range(70)}))
        for options in ({"as_of": "soon"}, {"as_of": naive}, {"as_of": None}, {"threads": 0}, {"threads": True}, {"answer": ["entris"]}, {"answer": "entries"}):
            self.assertIsNone(straight({}, **options), options)
        for book in ({"refferals": []}, {"referrals": None}, {"referrals": [1]}, {"referrals": ({},)}):
            self.assertIsNone(PROGRAM._compiled.evaluated_rows(book, "2026-12-31", 1, None), book)

    @settings(max_examples=150, deadline=None)
    @given(some.sampled_from(["referrals", "accounts", "events", "booked", "rates", "nothing"]), VALUES)
    def test_whatever_is_given_is_answered_or_refused(self, table, value) -> None:
        try:
            self.assertIsInstance(PROGRAM.evaluate({table: value}, "2026-12-31"), Evaluation)
        except RequestError as error:
            self.assertTrue(error.diagnostics)

    @settings(max_examples=60, deadline=None)
    @given(some.dictionaries(some.text(min_size=1, max_size=6), some.lists(VALUES, min_size=2, max_size=2), min_size=1, max_size=3))
    def test_whatever_columns_are_given(self, columns) -> None:
        try:
            frame = pyarrow.table({name: pyarrow.array(values) for name, values in columns.items()})
        except (pyarrow.ArrowException, ValueError, TypeError, OverflowError):
            return
        try:
            PROGRAM.evaluate({"referrals": frame}, "2026-12-31")
        except RequestError as error:
            self.assertTrue(error.diagnostics)


class Threads(unittest.TestCase):
    def test_threads_share_a_program_frames_and_an_evaluation(self) -> None:
        table = many(3_000)
        shared = PROGRAM.evaluate({"referrals": table}, "2026-12-31")
        wanted = shared.json
        wrong: list = []

        def work() -> None:
            try:
                for _ in range(2):
                    assert PROGRAM.evaluate({"referrals": table}, "2026-12-31").json == wanted
                    assert pyarrow.table(shared.entries).num_rows == len(shared.entries)
                    assert "R" in shared.explain(referral="17").upper()
            except BaseException as fault:
                wrong.append(fault)

        threads = [threading.Thread(target=work) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(wrong, [])


if __name__ == "__main__":
    unittest.main()
