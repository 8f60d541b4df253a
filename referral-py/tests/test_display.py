"""How programs and answers show themselves, and how long runs tell how far they are."""

import io
import re
import sys
import unittest
from contextlib import redirect_stderr
from html.parser import HTMLParser
from types import SimpleNamespace
from unittest import mock

from rich.console import Console

from referral_rules import Program, example
from referral_rules._display import ROWS_MAX
from referral_rules._progress import bar
from test_frames import many

EVIL = "<script>alert('&\"</script>"

DOCUMENT = f"""
schema = 1
id = "acme"
version = "1"
in_force = {{ first_day = 2026-01-01 }}
currency = "USD"
time_zone = "UTC"
[facts.referral]
note = "text"
[[validity]]
code = "note"
require = "referral.note == 'good'"
message = "{EVIL.replace('"', "'")}"
[[reward]]
id = "thanks"
label = "{EVIL.replace('"', "'")}"
to = "referrer"
on = "submitted"
kind = "cash"
amount = 5
"""

BOOK = {"referrals": [
    {"id": EVIL, "referrer": EVIL, "submitted_at": "2026-03-02", "note": EVIL},
    {"id": "R-2", "referrer": EVIL, "submitted_at": "2026-03-02", "note": "good"},
]}


class Page(HTMLParser):
    """Text and tags of a piece of HTML, which must be whole."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list = []
        self.open: list = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


class Displays(unittest.TestCase):
    def setUp(self) -> None:
        self.program = Program(DOCUMENT)
        self.evaluation = self.program.evaluate(BOOK, "2026-04-30")

    def shown(self):
        evaluation = self.evaluation
        yield self.program
        yield evaluation
        yield from evaluation.tables.values()
        yield from evaluation.decisions
        yield evaluation.explain(referral=EVIL)

    def test_html_is_escaped_whole_and_needs_nothing_else(self) -> None:
        for thing in self.shown():
            with self.subTest(thing=repr(thing)[:40]):
                page = Page(thing._repr_html_())
                self.assertEqual(page.open, [])
                self.assertFalse({"script", "link", "img", "iframe"} & {tag for tag, _ in page.tags})
                self.assertFalse(any("src" in attributes or "href" in attributes for _, attributes in page.tags))
                self.assertNotIn("<script", thing._repr_html_())
        self.assertIn(EVIL, Page(self.evaluation.decisions[0]._repr_html_()).text)
        self.assertIn("referral.note was", Page(self.evaluation.decisions[0]._repr_html_()).text)

    def test_rich_shows_the_same(self) -> None:
        for thing in self.shown():
            with self.subTest(thing=repr(thing)[:40]):
                console = Console(file=io.StringIO(), width=200)
                console.print(thing)
                shown = console.file.getvalue()
                self.assertGreater(len(shown), 1)
                if hasattr(thing, "referral"):
                    self.assertIn(str(thing.referral)[:20], shown)

    def test_long_tables_are_cut(self) -> None:
        rows = [{"id": f"R-{at}", "referrer": "ada", "submitted_at": "2026-03-02", "note": "good"} for at in range(ROWS_MAX + 5)]
        entries = self.program.evaluate({"referrals": rows}, "2026-04-30").entries
        page = Page(entries._repr_html_())
        self.assertIn(f"{ROWS_MAX + 5} rows, {ROWS_MAX} shown", page.text)
        self.assertEqual(sum(tag == "tr" for tag, _ in page.tags), ROWS_MAX + 1)

    def test_tables_are_read_from_left_to_right(self) -> None:
        html = self.evaluation.entries._repr_html_()
        page = Page(html)
        heads = re.findall("<th( class=n)?>([^<]*)", html)
        self.assertEqual(heads[0], ("", "referral"), "the long ids of entries stand last")
        self.assertIn((" class=n", "amount"), heads, "a number's head stands above it, on the right")
        self.assertIn("submitted", page.text)
        self.assertIn(("div", {"class": "w"}), page.tags)  # what is wide is scrolled, not squeezed

    def test_an_evaluation_says_what_is_empty(self) -> None:
        text = Page(self.evaluation._repr_html_()).text
        self.assertIn("decisions 2 · entries 1", text)
        self.assertIn("no rows: payouts", text)

    def test_a_decision_is_whole(self) -> None:
        text = Page(self.evaluation.decisions[1]._repr_html_()).text
        self.assertIn("referrer 5.00 USD", text)
        self.assertIn("2026-03-02 00:00Z", text)
        long = Page(self.program.explain(BOOK, "2026-04-30", referral=EVIL)._repr_html_()).tags
        self.assertIn("pre", [tag for tag, _ in long])

    def test_large_evaluations_are_shown_at_once(self) -> None:
        evaluation = Program(DOCUMENT).evaluate({"referrals": many(30_000).select(["id", "referrer", "submitted_at"])}, "2026-04-30")
        self.assertIn("…", Page(evaluation._repr_html_()).text)
        self.assertIn(f"30000 rows, {ROWS_MAX} shown", Page(evaluation.decisions._repr_html_()).text)
        self.assertIsNone(evaluation.decisions._rows)
        self.assertEqual(evaluation.decisions.head(2), evaluation.decisions[:2])
        self.assertEqual(len(evaluation.balances.head()), min(20, len(evaluation.balances)))

    def test_the_example_shows_itself(self) -> None:
        chosen = example()
        evaluation = Program(chosen.document).evaluate(chosen.book, chosen.as_of)
        self.assertIn("customer-referrals", Page(evaluation._repr_html_()).text)
        for decision in evaluation.decisions:
            Page(decision._repr_html_())


class Waiting(unittest.TestCase):
    def test_steps_are_told_in_order(self) -> None:
        program = Program("""
            schema = 1
            id = "acme"
            version = "1"
            in_force = { first_day = 2026-01-01 }
            currency = "USD"
            time_zone = "UTC"
            [facts.event]
            value = "decimal"
        """)
        for table in ([], many(60_000)):
            told = []
            program.evaluate({"referrals": table}, "2026-04-30", answer=[], progress=lambda *step: told.append(step))
            self.assertEqual(told[-1], ("done", 4, 4))
            self.assertEqual([done for _, done, _ in told], sorted(done for _, done, _ in told))

        def stop(*_):
            raise LookupError("enough")

        with self.assertRaises(LookupError):
            program.evaluate({"referrals": many(60_000)}, "2026-04-30", answer=[], progress=stop)

    def test_a_bar_in_a_notebook(self) -> None:
        shown: list = []
        handle = SimpleNamespace(update=shown.append)
        display = SimpleNamespace(HTML=lambda html: html, display=lambda html, display_id: handle)
        shell = SimpleNamespace(has_trait=lambda name: name == "kernel")
        modules = {"IPython": SimpleNamespace(get_ipython=lambda: shell), "IPython.display": display}
        with mock.patch.dict("sys.modules", modules), bar() as show:
            show("timeline", 3, 4)
            show("done", 4, 4)
        self.assertEqual(shown, ['<progress value="3" max="4"></progress> timeline', ""])

    def test_a_bar_is_for_terminals(self) -> None:
        class Terminal(io.StringIO):
            def isatty(self) -> bool:
                return True

        with redirect_stderr(io.StringIO()), bar() as nobody:
            self.assertIsNone(nobody)
        with redirect_stderr(Terminal()), bar() as show:
            show("timeline", 3, 4)
            self.assertIn("3/4 timeline", sys.stderr.getvalue())


if __name__ == "__main__":
    unittest.main()
