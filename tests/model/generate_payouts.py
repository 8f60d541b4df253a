"""Random payout rules and what gates them."""
from decimal import Decimal

from generate_rules import unit_of

DAYS = [15, 31, 1, [1, 16], "last day", "fri", "mon", ["mon", 28], "every day", "15 days after calendar quarter", "5 business days after calendar month",
        "1 month after calendar half"] + ["1 day after year from 04-01"] * 4
ASKED = ["payee.score >= 50", "payee.status == 'paying'", "has(payee.group)", "payout.amount < 300", "payout.paid_in_year + payout.amount <= 250",
         "payout.paid_in_year < 100", "qualified_count >= 2", "submitted_count > 1", "payout.rule != 'p0'", "payout.day >= payee.since",
         "!has(payout.last_paid_on) || payout.last_paid_on < payee.since", "payout.day < date('2027-03-10')", "has(payee.id)"]


def add_payouts(draw, document, currency, measures):
    """One payout rule or two, over rewards of one unit each, and sometimes requirements at each payout."""
    found = []
    for place in range(draw.number(1, 2)):
        payout = {"id": f"p{place}"}
        reward = draw.one(document["reward"] + [reward for reward in document["reward"] if "below_zero" in reward] * 3)
        unit = unit_of(reward, currency)
        if draw.chance(50):
            payout["rewards"] = [other["id"] for other in document["reward"] if unit_of(other, currency) == unit]
            draw.form("payout: rewards")
            if unit != currency:
                payout["unit"] = unit
                draw.form("payout: unit")
        if draw.chance(85):
            payout["on_day"] = draw.one(DAYS)
            draw.form("payout: on_day")
        if draw.chance(60):
            payout["day_off"] = draw.word("day_off", ["next business day", "business day before", "as it is"])
        if draw.chance(60):
            payout["cut_off"] = draw.one(["5 days", "10 business days", "1 month", "12 months"])
            draw.form("payout: cut_off")
        if draw.chance(40):
            payout["at_least"] = draw.one([50, 120, 400, "payee.score * 2", "payout.paid_in_year > 0 ? 10 : 60"])
            draw.form("payout: at_least")
        if draw.chance(40):
            payout["fee"] = draw.one([1, Decimal("0.25"), "max(2, 2.5% * payout.amount)", "payee.score / 7", "payout.amount - 60"])
            draw.form("payout: fee")
        found.append(payout)
    document["payout"] = found
    for number in range(draw.number(0, 2)):
        asked = ASKED + [f"{name} >= 0" for name, measure in measures.items() if measure["is"] in ("count", "sum", "distinct")]
        requirement = {"code": f"gate-{number}", "require": draw.one(asked), "message": "not yet", "judged_at": "each payout"}
        if draw.chance(60):
            requirement["on_failure"] = draw.word("at payouts", ["hold", "flag"])
        document["eligibility"] = document.get("eligibility", []) + [requirement]
        draw.form("judged_at: each payout")
