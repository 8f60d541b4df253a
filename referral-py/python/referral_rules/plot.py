"""Charts of an evaluation, with matplotlib: `pip install 'referral-rules[plot]'`.

Each function draws on axes, the ones that are given or new ones, and gives them back. Colours of text and lines are those of matplotlib's current
style, so that a chart is right in light and dark.

>>> from referral_rules import Program, example
>>> from referral_rules.plot import funnel
>>> chosen = example()
>>> axes = funnel(Program(chosen.document).evaluate(chosen.book, chosen.as_of))
>>> axes.get_title()
'Referrals at each stage or beyond it'
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from ._evaluation import Evaluation
from ._table import Row

if TYPE_CHECKING:
    from matplotlib.axes import Axes  # type: ignore[import-not-found, import-untyped, unused-ignore]

__all__ = ["cost", "funnel", "rewards", "tiers"]

#: Colours that can be told apart in light and dark, also by those who see no red or green.
COLOURS = ("#4477aa", "#ee7733", "#009988", "#cc3377", "#bbaa33", "#66aadd", "#888888")

STAGES = ("submitted", "qualified", "opportunity", "closed")


def funnel(evaluation: Evaluation, axes: Axes | None = None) -> Axes:
    """How many referrals were accepted, and how many of them stand at each stage or beyond it now. Those that left the way, such as
    disqualified ones, count as submitted."""
    axes = _axes(axes)
    accepted = [row for row in evaluation.decisions if row["verdict"] == "accepted"]
    rank = [STAGES.index(row["stage"]) if row["stage"] in STAGES else 0 for row in accepted]
    counts = [len(evaluation.decisions), *(sum(at >= reached for at in rank) for reached in range(len(STAGES)))]
    names = ["received", "accepted", *STAGES[1:]]
    bars = axes.barh(names, counts, color=COLOURS[0])
    axes.bar_label(bars, padding=3)
    axes.invert_yaxis()
    axes.set_xlabel("referrals")
    axes.set_title("Referrals at each stage or beyond it")
    return _plain(axes)


def rewards(evaluation: Evaluation, unit: str | None = None, by: str = "kind", axes: Axes | None = None) -> Axes:
    """What was earned in each month (of the program's zone), net of what was taken back, in one unit (the one with most entries where none is named); stacked by `kind`,
    `rule`, `version` or `tier`."""
    axes = _axes(axes)
    rows, unit = _of_unit(evaluation, unit)
    sums: dict[str, dict[date, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for row in rows:
        name = ", ".join(tier["level"] for tier in row["tiers"]) or "no tier" if by == "tier" else str(row[by])
        sums[name][row["earned_at"].astimezone(evaluation.time_zone).date().replace(day=1)] += row["amount"]
    months = _months(month for of in sums.values() for month in of)
    labels = [f"{month:%Y-%m}" for month in months]
    above, below = [0.0] * len(months), [0.0] * len(months)
    for at, name in enumerate(sorted(sums)):
        heights = [float(sums[name][month]) for month in months]
        bottoms = [(above if height >= 0 else below)[place] for place, height in enumerate(heights)]
        axes.bar(labels, heights, bottom=bottoms, label=name, color=COLOURS[at % len(COLOURS)])
        for place, height in enumerate(heights):
            (above if height >= 0 else below)[place] += height
    axes.set_ylabel(unit)
    axes.set_title(f"Rewards by month and {by}")
    _tilted(axes)
    if sums:
        axes.legend(frameon=False)
    return _plain(axes)


def tiers(evaluation: Evaluation, ladder: str | None = None, most: int = 15, axes: Axes | None = None) -> Axes:
    """How far referrers are on a ladder (the first where none is named): what they have, and what is missing for the next level."""
    axes = _axes(axes)
    standings = [row for row in evaluation.standings if row["value"] is not None]
    ladder = ladder or next((row["ladder"] for row in standings), "")
    rows = sorted((row for row in standings if row["ladder"] == ladder), key=lambda row: (-row["value"], row["referrer"]))[:most]
    names = [f"{row['referrer']} ({row['level'] or 'none'})" for row in rows]
    values, missing = [float(row["value"]) for row in rows], [float(row["missing"] or 0) for row in rows]
    axes.barh(names, values, color=COLOURS[0], label="reached")
    bars = axes.barh(names, missing, left=values, color=COLOURS[0], alpha=0.4, label="missing for the next level")
    axes.bar_label(bars, [row["next_level"] or "top" for row in rows], padding=3)
    longest = max((value + more for value, more in zip(values, missing)), default=0.0)
    axes.set_xlim(0, 1.12 * longest or 1)  # with room for what stands beside the longest bar
    axes.invert_yaxis()
    axes.set_xlabel(next((row["measure"] for row in rows if row["measure"]), ""))
    axes.set_title(f"Levels on the ladder {ladder}" if ladder else "There is no ladder by a measure")
    if rows:
        axes.legend(frameon=False)
    return _plain(axes)


def cost(evaluation: Evaluation, unit: str | None = None, budgets: Mapping[str, Any] | None = None, axes: Axes | None = None) -> Axes:
    """What the program has cost so far, day by day (of the program's zone) as it was booked, in one unit; `budgets` are lines to compare it with, by name: a budget, or the bound
    of a limit."""
    axes = _axes(axes)
    rows, unit = _of_unit(evaluation, unit)
    sums: dict[date, Decimal] = defaultdict(Decimal)
    for row in rows:
        sums[row["booked_at"].astimezone(evaluation.time_zone).date()] += row["amount"]
    days = sorted(sums)
    total, line = Decimal(), []
    for day in days:
        total += sums[day]
        line.append(float(total))
    if days:
        until: Any = [*days, evaluation.as_of.astimezone(evaluation.time_zone).date()]
        axes.step(until, [*line, line[-1]], where="post", color=COLOURS[0], label="booked")
    for at, (name, bound) in enumerate((budgets or {}).items()):
        axes.axhline(float(bound), color=COLOURS[1 + at % (len(COLOURS) - 1)], linestyle="--", label=name)
    axes.set_ylabel(unit)
    axes.set_ylim(bottom=min(0.0, *line, 0.0))
    axes.set_title("Cost so far")
    _tilted(axes)
    if days or budgets:
        axes.legend(frameon=False)
    return _plain(axes)


def _axes(axes: Axes | None) -> Axes:
    if axes is not None:
        return axes
    try:
        from matplotlib import pyplot  # type: ignore[import-not-found, import-untyped, unused-ignore]
    except ImportError as fault:
        raise ImportError("charts need matplotlib: pip install 'referral-rules[plot]'") from fault
    return pyplot.subplots(figsize=(7, 3.6), layout="constrained")[1]


def _tilted(axes: Axes) -> None:
    """Amounts with thousands apart, and months that end below their ticks."""
    axes.yaxis.set_major_formatter("{x:,.10g}")
    for label in axes.get_xticklabels():
        label.set(rotation=45, ha="right", rotation_mode="anchor")


def _plain(axes: Axes) -> Axes:
    axes.spines[["top", "right"]].set_visible(False)
    return axes


def _of_unit(evaluation: Evaluation, unit: str | None) -> tuple[list[Row], str]:
    rows = list(evaluation.tables.get("ledger", evaluation.entries))
    units = [str(row["unit"]) for row in rows]
    chosen = unit or max(sorted(set(units)), key=units.count, default="")
    return [row for row in rows if row["unit"] == chosen], chosen


def _months(months: Iterable[date]) -> list[date]:
    """All months from the first to the last."""
    given = sorted(set(months))
    out: list[date] = []
    while given and (not out or out[-1] < given[-1]):
        out.append((out[-1] + timedelta(days=31)).replace(day=1) if out else given[0])
    return out
