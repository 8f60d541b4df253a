"""Random contests, the measures that they go by, and what touches their prizes."""
from decimal import Decimal

from generate_words import LENGTHS, PERIODS, ROUNDINGS

ENDING = [period for period in PERIODS if period != "lifetime" and "days" not in period]
WHEN = ["referrer.status == 'paying'", "referrer.score > 10", "qualified_count >= 1", "submitted_count < 3", "has(referral.closed_at)", "race >= 1",
        "referee.seats > 3", "!has(event.kind)", "event.at > referral.submitted_at"]


def race(draw):
    """A measure that contests can go by."""
    how = draw.word("race", ["count"] * 4 + ["sum", "distinct"])
    measure = {"is": how, "on": draw.some(["submitted", "qualified", "closed", "first-invoice", "renewal"], 2, 4)}
    if how == "sum":
        measure["of"] = draw.one(["event.value", "referee.seats - 3", "event.units"])
    if how == "distinct":
        measure["of"] = draw.one(["referee.industry", "referral.source", "referee.seats"])
    if draw.chance(80):
        measure["in_each"] = draw.word("contest in_each", ENDING + ["day", "calendar month"] * 4)
    if draw.chance(25):
        measure["when"] = draw.one(["referee.seats > 1", "event.kind != 'qualified'"])
    if draw.chance(40):
        measure["disqualified"] = draw.one(["taken out", "kept"])
    return measure


def add_contests(draw, document, ladders):
    """One contest or two by the same measure, and sometimes a limit or a reversal that names their prizes."""
    document.setdefault("measures", {})["race"] = measure = race(draw)
    document["contest"] = [contest(draw, name, measure, ladders) for name in draw.some(["first-race", "other-race"], 1, 2)]
    cash = [prize["id"] for found in document["contest"] for prize in found["prizes"] if prize["kind"] == "cash"]
    if cash and draw.chance(40):
        draw.form("contest: a limit")
        limit = {"id": "l-prizes", "rewards": cash, "at_most": draw.one([60, 100, 150]), "in_each": draw.one(ENDING),
                 "per": draw.one([["program"], ["referrer"], ["reward"]]), "over_limit": draw.one(["pay what fits", "pay nothing", "pay later", "pay later"])}
        document.setdefault("limit", []).append(limit)
    if draw.chance(30):
        draw.form("contest: a reversal")
        every = [prize["id"] for found in document["contest"] for prize in found["prizes"]]
        document.setdefault("reversal", []).append({"id": "v-prizes", "on": draw.one(["renewal", "disqualified"]), "rewards": every, "take_back": draw.one(["1/2", "all"])})


def contest(draw, name, measure, ladders):
    found = {"id": name, "by": "race", "ties": draw.word("ties", ["share", "split", "split", "first to reach"])}
    in_each = measure.get("in_each", "lifetime")
    if in_each == "lifetime":
        found["last_day"] = draw.one(["2026-03-15", "2026-03-31", "2026-04-30"])
        draw.form("contest: over the lifetime")
    elif draw.chance(15):
        found["first_day"], found["last_day"] = draw.one([("2026-02-01", "2027-12-31"), ("2025-12-01", "2028-12-31")])
        draw.form("contest: first and last day")
    if draw.chance(25):
        found["at_least"] = draw.one([1, 2, Decimal("1.5"), 30])
        draw.form("contest: at_least")
    if draw.chance(25):
        texts = WHEN + [f"has({ladder})" for ladder in ladders] * 2
        found["when"] = draw.some(texts, 2, 2) if draw.chance(20) else draw.one(texts)
        draw.form("contest: when")
    if draw.chance(40):
        found["ticket_for_each"] = draw.one([1, 2, Decimal("0.3")])
        draw.form("contest: ticket_for_each")
    found["prizes"] = prizes(draw, name, found["ties"] == "split")
    return found


def prizes(draw, name, alike):
    places, found = draw.some(range(1, 6), 1, 3), []
    for number, place in enumerate(sorted(places)):
        prize = {"id": f"{name}-{number}", "kind": "cash"}
        last = min([other for other in places if other > place] + [9]) - 1
        if last > place and draw.chance(40):
            prize["places"] = [place, draw.number(place + 1, last)]
            draw.form("contest: places")
        else:
            prize["place"] = place
        if not alike and draw.chance(25):
            prize["kind"] = draw.one(["perk", "points"])
        if prize["kind"] != "perk":
            prize["amount"] = draw.one([50, 100, Decimal("33.335"), Decimal("0.01"), 7, 0])
        if draw.chance(30):
            prize["rounding"] = draw.one(ROUNDINGS)
        for key in ("pay_within", "notify_within", "payable_after"):
            if draw.chance(20):
                prize[key] = draw.one(LENGTHS)
        if draw.chance(15):
            prize["hold_until"] = draw.one(["first-invoice", "renewal"])
            draw.form("contest: hold_until")
        if draw.chance(15):
            prize["expires_after"] = "2 weeks"
        found.append(prize)
    return found
