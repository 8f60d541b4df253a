"""The commands that tell of an answer: `metrics`, `statement`, `compare`; and what the cases say that a command line must give."""

import json
import unittest
from pathlib import Path

from referral_rules._cli import USAGE, WRONG
from referral_rules._testing import _toml
from test_cli import BOOK, FIRST, PROGRAM, ROOT, Calls, referral

METRIC = """
[[metric]]
id = "closing"
label = "Share that closes"
numerator = { count = "referrals", when = "referral.stage == 'closed'" }
denominator = { count = "referrals" }
by = "month"
good = { at_least = "75%" }
remedies = ["ask sales"]
"""


class Reports(Calls):
    def setUp(self) -> None:
        super().setUp()
        self.text = Path(PROGRAM).read_text(encoding="utf-8")

    def program(self, text: str, name: str = "program.toml") -> str:
        return self.written(name, text)

    def test_metrics(self) -> None:
        # Of four referrals two have closed: one of three of March, and that of April.
        program = self.program(self.text + METRIC)
        told = self.fine("metrics", program, *BOOK)
        self.assertRegex(told, r"Share that closes +0\.5 +worse by 0\.25 \(at least 0\.75\)")
        self.assertIn("2 referrals with `referral.stage == 'closed'` / 4 referrals", told)
        self.assertTrue(told.endswith("  - ask sales\n"), told)
        self.assertNotIn("2026-03", told)
        self.assertRegex(self.fine("metrics", program, *BOOK, "--groups"), r"month 2026-03 +0\.3333 ")
        answer = json.loads(self.fine("metrics", program, *BOOK, "--metric", "closing", "--json"))
        self.assertEqual([row["value"] for row in answer["metrics"]], ["0.5"])
        self.assertEqual(answer["diagnosis"][0]["remedies"], ["ask sales"])
        self.assertIn("did you mean `closing`?", self.wrong("metrics", program, *BOOK, "--metric", "closings"))
        self.assertIn("the program has no metrics", self.wrong("metrics", PROGRAM, *BOOK))
        self.assertIn("Share of referrals that close", self.fine("metrics", "customer-referrals"))

    def test_statement(self) -> None:
        told = self.fine("statement", PROGRAM, *BOOK)
        self.assertIn("Statement of referrer ada: bring-a-friend, as of 2026-04-30 23:59, Europe/Berlin", told)
        self.assertRegex(told, r"2026-03-20  R-1 +thanks +124\.95  EUR +paid ")
        self.assertRegex(told, r"R-4 +thanks +75\.05  EUR +payable ")
        self.assertRegex(told, r"EUR +200\.00 +0\.00 +75\.05 +124\.95 ")
        for whose in ("ada", "referrer:ada"):
            self.assertEqual(self.fine("statement", PROGRAM, *BOOK, "--beneficiary", whose), told)
        [statement] = json.loads(self.fine("statement", PROGRAM, *BOOK, "--json"))["statements"]
        self.assertEqual([row["position"]["state"] for row in statement["entries"]], ["paid", "payable"])
        self.assertIn("did you mean `ada`?", self.wrong("statement", PROGRAM, *BOOK, "--beneficiary", "adaa"))
        nobody = ["--referrals", str(self.folder / "none.csv"), "--as-of", "2026-04-30"]
        (self.folder / "none.csv").write_text("id,referrer,submitted_at\n", encoding="utf-8")
        self.assertEqual(self.fine("statement", PROGRAM, *nobody), "nobody has earned anything\n")

    def test_statement_has_payouts(self) -> None:
        monthly = '[[payout]]\nid = "monthly"\non_day = "last day"\n'
        [statement] = json.loads(self.fine("statement", self.program(self.text + monthly), *BOOK, "--json"))["statements"]
        self.assertEqual(statement["balances"][0]["earned"], "200.00")
        # What was paid on the way, and the rest on the last day of April.
        payouts = [(row["day"], row["state"], row["net"]) for row in statement["payouts"]]
        self.assertIn(("2026-04-30", "75.05"), [(day, net) for day, _, net in payouts])
        self.assertIn(("paid", "124.95"), [(state, net) for _, state, net in payouts])
        self.assertIn("\nPayouts\n", self.fine("statement", self.program(self.text + monthly), *BOOK))

    def test_compare(self) -> None:
        # 12 % of 1,249.50 are 149.94, which leaves 50.06 of the yearly 200 for R-4: nothing more in all.
        other = self.program(self.text.replace("10% *", "12% *"))
        told = self.fine("compare", PROGRAM, "--with", other, *BOOK)
        self.assertRegex(told, r"EUR +200\.00  200\.00 +0\.00\n")
        self.assertRegex(told, r"R-1 +referrer  EUR +124\.95  149\.94 +\+24\.99\n")
        self.assertRegex(told, r"R-4 +referrer  EUR +75\.05 +50\.06 +-24\.99\n")
        self.assertNotIn("Verdicts", told)
        self.assertIn("no referral brings anything else", self.fine("compare", PROGRAM, "--with", PROGRAM, *BOOK))
        strict = self.program(self.text.replace(">= 90", ">= 90000"))
        answer = json.loads(self.fine("compare", PROGRAM, "--with", strict, *BOOK, "--json"))
        self.assertEqual(answer["units"], [{"unit": "EUR", "before": "200.00", "after": "0", "difference": "-200.00"}])
        refused = {"verdict": "refused", "reasons": ["account-age"]}
        self.assertEqual(answer["verdicts"][0], {"referral": "R-1", "before": {"verdict": "accepted", "reasons": []}, "after": refused})
        self.assertRegex(self.fine("compare", PROGRAM, "--with", strict, *BOOK), r"R-3 +refused \(duplicate\) +refused \(account-age\)\n")
        self.assertEqual(referral("compare", PROGRAM, *BOOK)[0], USAGE)
        self.assertIn("none.toml", self.wrong("compare", PROGRAM, "--with", "none.toml", *BOOK))

    def test_the_cases_hold_on_the_command_line(self) -> None:
        cases = [_toml(path.read_text(encoding="utf-8")) for path in sorted((ROOT / "tests/cases").rglob("*.toml"))]
        cases = [case for case in cases if "Z4" in case.get("covers", ())]
        self.assertEqual({case["kind"] for case in cases}, {"plain", "boundary", "bad input"})
        for case in cases:
            with self.subTest(why=case["why"].strip()):
                base = (ROOT / f"tests/cases/base/{case['base']}.toml").read_text(encoding="utf-8")
                program, expect = self.program(base + case.get("program", "")), case["expect"]
                for path in self.folder.glob("*.csv"):
                    path.unlink()
                for name, text in case.get("csv", {}).items():
                    (self.folder / f"{name}.csv").write_text(text.lstrip(), encoding="utf-8")
                book = ["--book", str(self.folder), "--as-of", str(case.get("as_of", "2026-04-30"))]
                if "diagnostics" in expect:
                    for command in (["check"], ["evaluate", *book], ["metrics", *book], ["statement", *book], ["compare", *book, "--with", program]):
                        status, out, _ = referral(command[0], program, *command[1:], "--json")
                        found = [(item["code"], item["place"]["path"]) for item in json.loads(out)["diagnostics"]]
                        self.assertEqual((status, found), (WRONG, [(item["code"], item["path"]) for item in expect["diagnostics"]]))
                    continue
                statements = json.loads(self.fine("statement", program, *book, "--json"))["statements"]
                for row, statement in zip(expect["balances"], statements, strict=True):
                    balance = statement["balances"][0]
                    self.assertEqual(row["beneficiary"], "{party}:{id}".format(**balance["beneficiary"]))
                    self.assertEqual({key: balance[key] for key in row if key != "beneficiary"}, {key: row[key] for key in row if key != "beneficiary"})
                entries = [entry for statement in statements for entry in statement["entries"]]
                self.assertEqual([entry["amount"] for entry in entries], [entry["amount"] for entry in expect["entries"]])
                if "metrics" in expect:
                    found = json.loads(self.fine("metrics", program, *book, "--json"))
                    self.assertEqual([row["value"] for row in found["metrics"]], [row["value"] for row in expect["metrics"]])


if __name__ == "__main__":
    unittest.main()
