"""Charts: what is drawn are the numbers of the tables, in light and dark, also where there is nothing to draw."""

import pickle
import unittest
from decimal import Decimal
from pathlib import Path
from unittest import mock

import matplotlib

matplotlib.use("Agg")

from matplotlib import pyplot

from referral_rules import Program, example, plot


class Plots(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        chosen = example()
        cls.program = Program(chosen.document)
        cls.evaluation = cls.program.evaluate(chosen.book, chosen.as_of)
        cls.empty = cls.program.evaluate({"referrals": []}, chosen.as_of)

    def tearDown(self) -> None:
        pyplot.close("all")

    def test_the_funnel_narrows(self) -> None:
        widths = [bar.get_width() for bar in plot.funnel(self.evaluation).patches]
        self.assertEqual(widths[0], len(self.evaluation.decisions))
        self.assertEqual(widths[1:], sorted(widths[1:], reverse=True))

    def test_rewards_add_up(self) -> None:
        units = {entry["unit"] for entry in self.evaluation.entries}
        for unit in units:
            total = sum(entry["amount"] for entry in self.evaluation.entries if entry["unit"] == unit)
            for by in ("kind", "rule", "tier", "version"):
                drawn = sum(Decimal(str(float(bar.get_height()))) for bar in plot.rewards(self.evaluation, unit, by).patches)
                self.assertAlmostEqual(drawn, total, 6)
            [line] = plot.cost(self.evaluation, unit).lines
            self.assertAlmostEqual(Decimal(str(float(line.get_ydata()[-1]))), total, 6)

    def test_months_are_those_of_the_program(self) -> None:
        text = (Path(__file__).resolve().parents[2] / "referral-rules/examples/first/program.toml").read_text(encoding="utf-8")
        text = text[: text.index("[[eligibility]]")] + text[text.index("[attribution]") :]
        row = {"id": "R-1", "referrer": "ada", "submitted_at": "2026-03-02", "qualified_at": "2026-03-09", "closed_at": "2026-04-01", "closed.order_value": 900}
        evaluation = Program(text).evaluate({"referrals": [row]}, "2026-04-30")
        # The first instant of April in Berlin is one of March in UTC.
        self.assertEqual(evaluation.entries[0]["earned_at"].month, 3)
        for one in (evaluation, pickle.loads(pickle.dumps(evaluation))):
            self.assertEqual([label.get_text() for label in plot.rewards(one).get_xticklabels()], ["2026-04"])
            self.assertEqual(str(plot.cost(one).lines[0].get_xdata()[0]), "2026-04-01")
            self.assertEqual(str(one.time_zone), "Europe/Berlin")

    def test_tiers_are_those_of_the_standings(self) -> None:
        axes = plot.tiers(self.evaluation, most=3)
        self.assertEqual(len(axes.patches), 6)
        best = max(row["value"] for row in self.evaluation.standings if row["value"] is not None)
        self.assertEqual(axes.patches[0].get_width(), best)

    def test_budgets_are_lines(self) -> None:
        axes = plot.cost(self.evaluation, budgets={"budget": Decimal("10000"), "limit": 12_000})
        self.assertEqual([line.get_label() for line in axes.lines], ["booked", "budget", "limit"])

    def test_nothing_to_draw(self) -> None:
        for draw in (plot.funnel, plot.rewards, plot.tiers, plot.cost):
            self.assertTrue(draw(self.empty).get_title())

    def test_on_axes_of_the_caller_in_light_and_dark(self) -> None:
        for style in ("default", "dark_background"):
            with pyplot.style.context(style):
                figure, axes = pyplot.subplots(2, 2)
                drawn = [draw(self.evaluation, axes=at) for draw, at in zip((plot.funnel, plot.rewards, plot.tiers, plot.cost), axes.flat)]
                self.assertEqual(drawn, list(axes.flat))
                figure.canvas.draw()

    def test_without_matplotlib(self) -> None:
        with mock.patch.dict("sys.modules", {"matplotlib": None}), self.assertRaises(ImportError) as caught:
            plot.funnel(self.evaluation)
        self.assertIn("referral-rules[plot]", str(caught.exception))


if __name__ == "__main__":
    unittest.main()
