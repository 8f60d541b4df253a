"""Random assessments and notices, and the facts of the company that they ask for."""
from decimal import Decimal

from generate_words import moved

COMPANY = {"happy": "int", "retention": "decimal", "open": "bool", "since": "date"}
EVERYWHERE = ["company.happy >= 50", "company.retention > 100", "company.open", "has(company.since)", "company.since < day(answer.at)",
              "answer.at >= timestamp('2026-03-20T00:00:00Z')", "company.happy * 2 < company.retention"]
COUNTED = ["qualified_count >= 1", "submitted_count > 1", "closed_count == 0 || opportunity_count > 0"]
OF_ACCOUNTS = ["{}.score >= 50", "{}.status == 'paying'", "has({}.group)", "{}.since >= data.from", "{}.id != 'eve'"]
OF_REFERRALS = ["referee.seats > 2", "referral.stage in ['submitted', 'nurture']", "has(referral.qualified_at)", "referrer.score >= 50",
                "referral.submitted_at < days_after(-10, answer.at)", "referrer.recruiter != 'eve'", "has(referral.stage)", "is_email(referee.email)",
                "referral.source in lists.asked", "rate[referee.industry] > 1"]
AT_EVENT = ["event.value > 50", "event.kind != 'closed'", "has(event.id)", "referrer.score >= 50", "qualified_count >= 1", "submitted_count == 1",
            "has(referral.qualified_at)", "referee.seats > 2", "event.at < answer.at", "has(referral.renewal_at)", "rate[referee.industry] > 1"]
VERDICTS = ["assessment.score > 1", "assessment.failed_count == 0", "assessment.met_count >= 2", "assessment.missing_count > 0", "item.i_0", "!item.i_0"]
AGAIN = ["days_after(30, answer.at)", "company.since", "months_after(1, company.since)", "answer.at"]
POINTS = [1, 2, -1, Decimal("0.5"), Decimal("-2.25")]


def add_assessments(draw, documents):
    """The same facts of the company in all versions; assessments of each its own."""
    for document in documents:
        document["facts"] = {**document["facts"], "company": COMPANY}
        found = []
        for place in range(draw.number(1, 3)):
            found.append(assessment(draw, document, f"a-{place}", found))
        document["assessment"] = found


def add_notices(draw, documents):
    """Notices on events, in periods, on days; each version has its own."""
    for document in documents:
        if draw.chance(80):
            document["notice"] = [notice(draw, document, f"n-{place}") for place in range(draw.number(1, 3))]


def notice(draw, document, name):
    found = {"id": name, "to": draw.one(["referrer", "sales"]), "text": {"en": {"body": "x"}}}
    way = draw.word("notice", ["on", "every", "on_day"])
    if way == "on":
        found["on"] = draw.some(["submitted", "qualified", "closed", "disqualified", "expired", "refused", "renewal"], 1, 3)
        found["to"] = draw.one(["referrer", "referee", "sales"])
        asked = EVERYWHERE + AT_EVENT
        if "refused" in found["on"]:
            draw.form("notice: of a refused referral")
    else:
        of = draw.one(["company", "account", "referrer", "referral"])
        found["of"] = of
        found["to"] = "sales" if of == "company" else found["to"]
        asked = EVERYWHERE + ([text.format(of) for text in OF_ACCOUNTS] if of in ("account", "referrer") else OF_REFERRALS if of == "referral" else [])
        asked += [f"verdict.{other['id'].replace('-', '_')} != 'last'" for other in document.get("assessment", []) if other["of"] in (of, "company")]
        dates = AGAIN + [f"{of}.since"] * 4 * (of in ("account", "referrer")) + ["day(referral.submitted_at)", "referral.qualified_at"] * (of == "referral")
        found[way] = draw.word("every", ["day", "calendar week", "week from wed", "calendar month", "calendar quarter", "calendar half", "calendar year", "year from 02-29"]) if way == "every" else draw.one(dates)
    if draw.chance(50):
        found["when"] = draw.some(asked, 1, 2)
    if draw.chance(70):
        found["within"] = draw.one(["24 hours", "2 days", "5 business days", "1 month", "90 minutes"])
    return found


def told(draw, books, ours):
    """Some notices that the host has told, in time or late, some later than they happened; and one that there is not."""
    rows = []
    for found in draw.some(ours["notices"], 1, 5):
        row = {"notice": found["id"], "at": draw.one([found["at"], found["by"] or found["at"], moved(found["by"] or found["at"], 1), books.moment()])}
        if draw.chance(20):
            row["recorded_at"] = books.moment()
        rows.append(row)
    if draw.chance(20):
        rows.append({"notice": "acme/none/R-1/submitted", "at": "2026-03-10"})
        draw.form("notified: of no notice")
    return rows


def assessment(draw, document, name, above):
    of = draw.word("assessment of", ["company", "account", "referrer", "referral"])
    asked = list(EVERYWHERE)
    if of in ("account", "referrer"):
        asked += [text.format(of) for text in OF_ACCOUNTS]
    if of == "referral":
        asked += OF_REFERRALS
    if of != "company":
        asked += COUNTED
        asked += [f"{ladder.get('name', 'tier')} == '{ladder['levels'][0]['name']}'" for ladder in several(document.get("tiers"))]
        asked += [f"{measure} > 1" for measure, written in document.get("measures", {}).items() if written["is"] in ("count", "distinct")]
    for other in above:
        if other["of"] in (of, "company"):
            asked.append(f"verdict.{other['id'].replace('-', '_')} != 'last'")
            draw.form("assessment: a verdict above")
    found = {"id": name, "of": of}
    if draw.chance(30):
        found["when"] = draw.one(asked)
        draw.form("assessment: when")
    found["item"] = [item(draw, f"i-{place}", asked) for place in range(draw.number(1, 4))]
    found["verdict"] = [verdict(draw, f"v-{place}") for place in range(draw.number(0, 2))] + [{"name": "last"}]
    if draw.chance(40):
        found["verdict"][-1]["again_on"] = draw.one(AGAIN)
        draw.form("assessment: again_on")
    return found


def item(draw, code, asked):
    found = {"code": code, "require": draw.some(asked, 1, 2) if draw.chance(40) else draw.one(asked), "message": "m"}
    for key in draw.some(["points", "points_if_not"], 0, 2):
        found[key] = draw.one(POINTS)
        draw.form(f"assessment: {key}")
    if draw.chance(30):
        found["next"] = "mend it"
    return found


def verdict(draw, name):
    return {"name": name, "when": draw.one(VERDICTS), **({"next": "go"} if draw.chance(50) else {})}


def company(draw, moments):
    """The company's table: one row, or a history, perhaps one that contradicts itself."""
    def row():
        facts = {"happy": draw.one([10, 49, 50, 80]), "retention": draw.one([100, Decimal("104.5"), 90]), "open": draw.chance(50),
                 "since": draw.one(["2026-02-01", "2026-03-29"])}
        return {name: value for name, value in facts.items() if draw.chance(85)}

    rows = [row()]
    if draw.chance(60):
        draw.form("company: a history")
        rows += [{**row(), "at": moved(draw.one(moments), draw.one([0, 1, 5]))} for _ in range(draw.number(1, 3))]
        if draw.chance(20):
            draw.form("company: contradicting rows")
            rows.append({**rows[-1], "happy": 11})
    return rows


def several(value):
    return value if isinstance(value, list) else [] if value is None else [value]
