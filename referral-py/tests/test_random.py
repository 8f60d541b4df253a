"""Random rows and values: rows and frames give the same bytes, nothing that is given ends in anything but an answer or a `RequestError`, and
threads do not disturb one another."""

import threading
import unittest
from datetime import date, datetime, timezone
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


class Random(unittest.TestCase):
    @settings(max_examples=60, deadline=None)
    @given(some.lists(REFERRAL, min_size=1, max_size=8))
    def test_rows_and_frames_are_the_same(self, rows) -> None:
        wanted = PROGRAM.evaluate({"accounts": ACCOUNTS, "referrals": rows}, "2026-12-31")
        for frame in (arrow(rows), polars.DataFrame(arrow(rows))):
            self.assertEqual(PROGRAM.evaluate({"accounts": ACCOUNTS, "referrals": frame}, "2026-12-31").json, wanted.json)
        self.assertEqual(sum((entry["amount"] for entry in wanted.entries), Decimal()), sum(wanted.entries.to_arrow()["amount"].to_pylist(), Decimal()))

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
