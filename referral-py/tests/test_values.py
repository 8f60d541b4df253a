"""What may be given, what is refused and how it is told."""

import enum
import json
import pickle
import threading
import unittest
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple

import numpy
import pandas

import referral_rules
from referral_rules import Evaluation, Program, ProgramError, ReferralError, RequestError
from referral_rules._native import to_json

DOCUMENT = """
schema = 1
id = "acme"
version = "1"
in_force = { first_day = 2026-01-01 }
currency = "USD"
time_zone = "America/New_York"
[facts.event]
value = "decimal"
[[reward]]
id = "thanks"
to = "referrer"
on = "closed"
kind = "cash"
amount = "event.value / 3"
"""

STAGES = {"id": "R-1", "referrer": "ada", "submitted_at": "2026-03-02", "qualified_at": "2026-03-03"}


def book(value, closed_at="2026-03-20"):
    return {"referrals": [{**STAGES, "closed_at": closed_at, "closed.value": value}]}


class Given(unittest.TestCase):
    """What a program may be given."""

    def setUp(self) -> None:
        self.program = Program(DOCUMENT)

    def amount(self, value) -> Decimal:
        [entry] = self.program.evaluate(book(value), date(2026, 4, 30)).entries
        return entry["amount"]

    def test_numbers(self) -> None:
        class Price(enum.IntEnum):
            HIGH = 90

        self.assertEqual(self.amount(90), Decimal("30.00"))
        self.assertEqual(self.amount(Price.HIGH), Decimal("30.00"))
        self.assertEqual(self.amount("90.3"), Decimal("30.10"))
        self.assertEqual(self.amount(Decimal("90.30")), Decimal("30.10"))
        self.assertEqual(self.amount(Decimal("9E+1")), Decimal("30.00"))
        self.assertEqual(self.amount(Decimal("0.00")), Decimal("0.00"))

    def test_what_has_no_end_is_a_fraction(self) -> None:
        [entry] = self.program.evaluate(book(100), "2026-04-30").entries
        self.assertEqual(entry["base"] * 3, 100)
        self.assertEqual(entry["amount"], Decimal("33.33"))

    def test_missing(self) -> None:
        self.assertEqual(self.program.evaluate(book(None), "2026-04-30").entries, [])

    def test_moments(self) -> None:
        zone = timezone(timedelta(hours=2))
        evening = datetime(2026, 3, 20, 23, 30, 0, 5, tzinfo=zone)
        evaluation = self.program.evaluate(book(30, evening), datetime(2026, 4, 30, tzinfo=zone))
        self.assertEqual(evaluation.entries[0]["earned_at"], evening)
        self.assertEqual(evaluation.entries[0]["payable_on"], date(2026, 3, 20))
        self.assertEqual(evaluation.as_of, datetime(2026, 4, 29, 22, tzinfo=timezone.utc))
        end = self.program.evaluate(book(30, date(2026, 3, 20)), date(2026, 4, 30)).as_of
        self.assertEqual(end, datetime(2026, 5, 1, 3, 59, 59, 999999, tzinfo=timezone.utc))

    def test_shapes_of_a_table(self) -> None:
        rows = self.program.evaluate(book(30), "2026-04-30").json
        columns = {key: [value] for key, value in book(30)["referrals"][0].items()}
        for shape in (columns, MappingProxyType(columns), (book(30)["referrals"][0],)):
            self.assertEqual(self.program.evaluate({"referrals": shape}, "2026-04-30").json, rows)

    def test_small_objects(self) -> None:
        @dataclass
        class Closed:
            value: Decimal

        @dataclass
        class Referral:
            id: str
            referrer: str
            submitted_at: date
            qualified_at: date
            closed_at: date
            closed: Closed

        class Row(NamedTuple):
            id: str
            referrer: str
            submitted_at: date
            qualified_at: date
            closed_at: date
            closed: Closed

        values = ("R-1", "ada", date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 20), Closed(Decimal(30)))
        wanted = self.program.evaluate(book(30), "2026-04-30").json
        for row in (Referral(*values), Row(*values)):
            self.assertEqual(self.program.evaluate({"referrals": [row]}, "2026-04-30").json, wanted)
        with self.assertRaises(RequestError):
            self.program.evaluate({"referrals": [Referral]}, "2026-04-30")

    def test_values_of_numpy_and_pandas(self) -> None:
        self.assertEqual(self.amount(numpy.int32(90)), Decimal("30.00"))
        for nothing in (pandas.NaT, pandas.NA):
            self.assertEqual(self.program.evaluate(book(30, nothing), "2026-04-30").entries, [])
        with self.assertRaises(RequestError):
            self.amount(numpy.float64(0.5))
        with self.assertRaises(RequestError):
            self.program.evaluate(book(30, pandas.Timestamp("2026-03-20")), "2026-04-30")

    def test_documents(self) -> None:
        document = json.loads(json.dumps({"schema": 1, "id": "acme", "version": "1", "currency": "USD", "time_zone": "UTC"}))
        document["in_force"] = {"first_day": date(2026, 1, 1)}
        document["reward"] = [{"id": "x", "to": "referrer", "on": "submitted", "kind": "cash", "amount": Decimal("0.10")}]
        first = Program(document)
        second = Program([document, {**document, "version": "2", "in_force": {"first_day": date(2027, 1, 1)}}])
        self.assertEqual((first.id, first.versions, second.versions), ("acme", ["1"], ["1", "2"]))
        balances = first.evaluate({"referrals": [STAGES]}, "2026-04-30").balances
        self.assertEqual(balances[0]["earned"], Decimal("0.10"))

    def test_threads_of_the_engine_leave_no_trace(self) -> None:
        one = self.program.evaluate(book(30), "2026-04-30")
        self.assertEqual(self.program.evaluate(book(30), "2026-04-30", threads=3).json, one.json)

    def test_what_was_not_asked_for_is_not_there(self) -> None:
        evaluation = self.program.evaluate(book(30), "2026-04-30", answer=["entries"])
        self.assertEqual(len(evaluation.entries), 1)
        self.assertFalse(hasattr(evaluation, "ledger") or hasattr(evaluation, "summary"))

    def test_pickles(self) -> None:
        evaluation = self.program.evaluate(book(30), "2026-04-30")
        again = pickle.loads(pickle.dumps((self.program, evaluation)))
        self.assertEqual(again[0].evaluate(book(30), "2026-04-30").json, evaluation.json)
        self.assertEqual(again[1].entries, evaluation.entries)


class Refused(unittest.TestCase):
    """What is refused, where it stands."""

    def setUp(self) -> None:
        self.program = Program(DOCUMENT)

    def told(self, value, as_of="2026-04-30", **options) -> RequestError:
        with self.assertRaises(RequestError) as caught:
            self.program.evaluate(value, as_of, **options)
        error = caught.exception
        self.assertIsInstance(error, ReferralError)
        self.assertEqual(error.code, error.diagnostics[0].code)
        copy = pickle.loads(pickle.dumps(error))
        self.assertEqual((str(copy), copy.diagnostics), (str(error), error.diagnostics))
        return error

    def test_a_float_is_told_with_table_row_and_column(self) -> None:
        rows = [STAGES, {**STAGES, "id": "R-2", "closed": {"value": 0.1}}]
        error = self.told({"referrals": rows})
        self.assertEqual((error.code, error.diagnostics[0].place.path), ("wrong-type", "book.referrals[1].closed.value"))
        self.assertIn("book.referrals[1].closed.value: a float, 0.1, is not exact", str(error))

    def test_everything_is_told_at_once(self) -> None:
        wrong = {
            "a": 0.5,
            "b": datetime(2026, 3, 1, 12),
            "c": object(),
            "d": Decimal("NaN"),
            "e": Decimal("1E+1000000"),
            "f": 10**60,
            "g": "\ud800",
            "h": time(12),
            "i": b"bytes",
            "j": {1},
            "k": datetime.min.replace(tzinfo=timezone(timedelta(hours=1))),
            7: "a key",
        }
        error = self.told({"referrals": [wrong]})
        wanted = ["wrong-type", "bad-date", "wrong-type", "bad-value", "bad-value", "bad-value", "bad-value"]
        self.assertEqual([fault.code for fault in error.diagnostics], wanted + ["wrong-type"] * 3 + ["bad-date", "wrong-type"])
        paths = [fault.place.path for fault in error.diagnostics]
        self.assertEqual(paths, [f"book.referrals[0].{key}" for key in "abcdefghijk"] + ["book.referrals[0]"])
        self.assertIn("book.referrals[0].b: the time 2026-03-01T12:00:00 has no zone", str(error))
        self.assertTrue(all(fault.help for fault in error.diagnostics))

    def test_a_value_within_itself_is_too_deep(self) -> None:
        endless: list = []
        endless.append(endless)
        self.assertEqual(self.told({"referrals": endless}).code, "too-large")

    def test_many_faults_are_told_in_part(self) -> None:
        self.assertEqual(len(self.told({"referrals": [{"id": 0.5}] * 5000}).diagnostics), 100)

    def test_requests_of_another_shape(self) -> None:
        self.assertEqual(self.told([]).diagnostics[0].place.path, "book")
        self.assertIn("did you mean `referrals`?", str(self.told({"referals": []})))
        self.assertEqual(self.told({}, "soon").code, "bad-date")
        self.assertEqual(self.told({}, datetime(2026, 4, 30)).code, "bad-date")
        self.assertEqual(self.told({}, 7).code, "wrong-type")
        self.assertEqual(self.told({}, None).code, "missing-key")
        self.assertEqual(self.told({}, threads=0).code, "bad-value")
        self.assertEqual(self.told({}, answer=["entrys"]).diagnostics[0].place.path, "answer[0]")
        with self.assertRaises(RequestError):
            self.program.explain({}, "2026-04-30")
        with self.assertRaises(RequestError):
            self.program.explain({}, "2026-04-30", referral="R-1", entry="x")

    def test_documents(self) -> None:
        for document in ("", "schema = 1", {}, [], {"standard": "none"}, 7, "{", "a\0"):
            with self.subTest(document=document), self.assertRaises(ProgramError) as caught:
                Program(document)
            self.assertTrue(caught.exception.diagnostics)
            self.assertEqual(caught.exception.code, caught.exception.diagnostics[0].code)
        with self.assertRaises(ProgramError) as caught:
            Program({"schema": 1, "reward": [{"amount": 0.5}]})
        self.assertEqual(caught.exception.diagnostics[0].place.path, "program.reward[0].amount")

    def test_texts(self) -> None:
        for ask in (referral_rules.evaluate_json, referral_rules.compile_json, referral_rules.explain_json):
            self.assertFalse(json.loads(ask("{"))["ok"])
            for wrong in (b"{}", None, 7):
                with self.assertRaises(TypeError):
                    ask(wrong)
            with self.assertRaises(UnicodeEncodeError):
                ask("\ud800")
        with self.assertRaises(ReferralError):
            Evaluation(referral_rules.evaluate_json("{}"))

    def test_what_python_raises_on_the_way_comes_out(self) -> None:
        class Odd(Decimal):
            def is_finite(self):
                raise ZeroDivisionError

        with self.assertRaises(ZeroDivisionError):
            to_json([Odd(1)], "")


class Threads(unittest.TestCase):
    def setUp(self) -> None:
        self.program = Program({"standard": "customer-referrals"})

    def fingerprint(self, rows: int) -> str:
        table = [{"id": f"R-{at}", "referrer": f"a{at % 7}", "submitted_at": "2026-03-02"} for at in range(rows)]
        return self.program.evaluate({"referrals": table}, "2026-04-01", answer=["fingerprint"]).fingerprint

    def test_others_go_on_while_it_computes(self) -> None:
        thread = threading.Thread(target=self.fingerprint, args=(10_000,))
        thread.start()
        ticks = 0
        while thread.is_alive():
            thread.join(0.001)
            ticks += 1
        self.assertGreater(ticks, 10, "the interpreter was held")

    def test_threads_share_a_program(self) -> None:
        found = []
        threads = [threading.Thread(target=lambda: found.append(self.fingerprint(200))) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(found, [self.fingerprint(200)] * 8)


if __name__ == "__main__":
    unittest.main()
