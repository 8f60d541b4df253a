"""Random metrics, what referrers see of them, and what the host gives for them."""
from decimal import Decimal

OF_REFERRALS = ["referral.accepted", "referral.stage == 'closed'", "has(referral.qualified_at)", "referral.source == 'web'", "referee.seats > 3",
                "referrer.status == 'paying'", "referral.stage in ['lost', 'expired'] || referral.wait", "referral.closed_at > referral.qualified_at",
                "days_between(referral.submitted_at, referral.stage_at) <= 20", "day(referral.stage_at) >= data.from", "!has(referral.stage)"]
OF_EVENTS = ["event.kind == 'closed'", "event.value >= 100", "event.flag", "event.kind != 'qualified' && event.units > 1",
             "event.at > referral.submitted_at", "has(event.id)"]
OF_ENTRIES = ["entry.amount > 0", "entry.party == 'referrer'", "entry.state in ['held', 'payable']", "entry.state != 'paid'",
              "entry.earned_at < entry.booked_at", "entry.kind == 'cash'", "day(entry.booked_at) >= data.from"]
OF_ACCOUNTS = ["referrer.status == 'paying'", "referrer.score >= 50", "submitted_count >= 1", "qualified_count > 1", "has(referrer.group)"]
WHEN = {"referrals": OF_REFERRALS, "events": OF_EVENTS + OF_REFERRALS, "entries": OF_ENTRIES + OF_REFERRALS, "accounts": OF_ACCOUNTS}
SUMS = {"referrals": ["referee.seats", "referee.seats / 3", "10 / referee.seats"], "events": ["event.value", "event.units", "event.value / 3"],
        "entries": ["entry.amount", "entry.amount / 7"], "accounts": ["referrer.score", "submitted_count", "closed_count"]}
AT = {"referrals": ["submitted", "qualified", "opportunity", "closed"], "entries": ["earned", "booked"]}
BY = {"referrals": ["referee.industry", "referral.source", "referral.stage", "referee.seats", "referral.wait", "referral.id", "day(referral.submitted_at)"],
      "events": ["event.kind", "event.flag", "event.value", "referee.industry", "event.deadline"],
      "entries": ["entry.reward", "entry.state", "entry.amount", "referee.industry", "entry.party"],
      "accounts": ["referrer.status", "referrer.group", "referrer.score", "submitted_count", "referrer.since"]}
SHARED = ["referrer.status", "referrer.group", "referrer.score"]
GIVEN = ["operations", "elsewhere"]
MEANS = ["referrals", "referrals", "events", "entries", "accounts"]


def add_metrics(draw, request):
    """Metrics for each version, and figures of the host."""
    for document in request["program"]:
        add_to(draw, document)
    if draw.chance(60):
        request["book"]["figures"] = [figure(draw) for _ in range(draw.number(1, 4))]
        draw.form("figures")


def figure(draw):
    row = {"name": draw.one(GIVEN + ["nothing"] if draw.chance(10) else GIVEN), "value": draw.one([100, "7.5", Decimal("0.25"), "33"])}
    if draw.chance(80):
        row["at"] = draw.one(["2026-03-31", "2026-04-01", "2026-03-01T00:30:00Z", "2026-05-01"])
    if draw.chance(20):
        row["recorded_at"] = draw.one(["2026-04-01", "2026-06-01"])
    if draw.chance(5):
        row["value"] = "much"
    return row


def add_to(draw, document):
    found, plain, own = [], [], []
    for place in range(draw.number(1, 4)):
        metric = {"id": f"m{place}"}
        over = draw.one(MEANS)
        metric["numerator"], named = parts(draw, over, document, plain)
        below = over
        if draw.chance(75):
            below = over if draw.chance(60) else draw.one(MEANS)
            metric["denominator"], more = parts(draw, below, document, plain)
            named |= more
        rows = {over, below} | {other for name in named if name != "given" for other in name}
        if draw.chance(70):
            by = breakdowns(draw, rows, "given" in named, document)
            if by:
                metric["by"] = by if draw.chance(50) else by[0]
        if draw.chance(60):
            good(draw, metric)
        found.append(metric)
        if not any("metric" in figure for figure in listed(metric["numerator"]) + listed(metric.get("denominator", []))):
            plain.append((metric["id"], frozenset(rows), "given" in named))
        if "given" not in named:
            own.append((metric["id"], "accounts" not in rows))
    document["metric"] = found
    dashboard = {}
    if own and draw.chance(80):
        dashboard["figures"] = [name for name, _ in draw.some(own, 1, 2)]
        dashboard["rank_by"] = draw.one(own)[0]
        draw.form("dashboard")
    of_months = [name for name, dated in own if dated]
    if of_months and draw.chance(80):
        dashboard["digest"] = draw.some(of_months, 1, 2)
        draw.form("digest")
    if dashboard:
        document["dashboard"] = dashboard


def listed(figures):
    return figures if isinstance(figures, list) else [figures]


def parts(draw, over, document, plain):
    """One figure over some rows, or several added up; and what the others are over."""
    found, named = [rows(draw, over, document)], set()
    if draw.chance(15):
        found.append({"given": draw.one(GIVEN)})
        named.add("given")
        draw.form("metric: given")
    if plain and draw.chance(15):
        name, others, given = draw.one(plain)
        found = [{"metric": name}] + (found if draw.chance(30) else [])
        named |= {others} | ({"given"} if given else set())
        draw.form("metric: of another")
    return (found[0] if len(found) == 1 else found), named


def rows(draw, over, document):
    draw.form(f"metric over: {over}")
    asked = WHEN[over] + ([f"{name} >= 1" for name, measure in document.get("measures", {}).items() if measure["is"] in ("count", "sum", "distinct")]
                          if over == "accounts" else [])
    found = {"sum": draw.one(SUMS[over]), "over": over} if draw.chance(40) else {"count": over}
    if draw.chance(60):
        when = draw.some(asked, 1, 2)
        found["when"] = when if len(when) > 1 else when[0]
    if over in AT and draw.chance(50):
        found["at"] = draw.word("metric at", AT[over])
    if over == "entries" and draw.chance(30):
        found["unit"] = draw.one(["USD", "EUR", "points", "item"])
    return found


def breakdowns(draw, rows, given, document):
    """What every row of the metric can be told apart by."""
    found = [] if "accounts" in rows else ["month"]
    if not given:
        found += [] if "accounts" in rows else ["cohort", "campaign"]
        found += BY[next(iter(rows))] if len(rows) == 1 else SHARED
        if "accounts" not in rows:
            ladders = document.get("tiers", [])
            found += [ladder.get("name", "tier") for ladder in (ladders if isinstance(ladders, list) else [ladders])]
    chosen = draw.some(found, 1, 3) if found else []
    for word in chosen:
        draw.form(f"metric by: {word if word in ('month', 'cohort', 'campaign') else 'an expression'}")
    return chosen


def good(draw, metric):
    low, high = draw.one([0, Decimal("0.3"), "1 / 3", "data.rates.share"]), draw.one([1, "150%", 5, "1 / 3 + 1"])
    metric["good"] = draw.one([{"at_least": low}, {"at_most": high}, {"at_least": low, "at_most": high}])
    if draw.chance(50):
        metric["better"] = draw.word("better", ["more", "less"])
    if draw.chance(50):
        metric["remedies"] = ["ask more often"]
