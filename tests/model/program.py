"""docs/document.md: a program document, as its versions, with every default filled in. Documents are taken to be valid."""
from datetime import date
from fractions import Fraction
from pathlib import Path
from zoneinfo import ZoneInfo

import dates
from definitions import written_out
from expressions import Facts, Table
from values import MISSING, read_day

STAGES = ["submitted", "qualified", "opportunity", "closed", "disqualified", "lost", "nurture", "expired"]
HEADINGS = ["eligibility", "validity", "fraud"]
COUNTS = ["submitted_count", "qualified_count", "opportunity_count", "closed_count"]
BOUNDS = ["from", "above", "up_to", "below"]
MONEY = {"account-credit", "cash", "gift-card", "store-credit", "discount"}
THINGS = {"free-onboarding", "perk", "exclusive-offer"}


def number(value):
    return Fraction(str(value))


def several(value):
    """What may be written alone or in a list."""
    return value if isinstance(value, list) else [] if value is None else [value]


def read_date(value):
    return None if value is None else date.fromisoformat(str(value))


class Time:
    """The zone and the calendar by which days are counted."""

    def __init__(self, zone, calendar):
        self.zone, self.calendar = zone, calendar
        self.rates = {}

    def rate(self, source, target, day):
        """What one unit of a currency is worth in another on a day, or None."""
        if source == target:
            return 1
        days = [(first, rate) for (pair, first), rate in self.rates.items() if pair == (source, target) and first <= day]
        return max(days)[1] if days else None


class Version:
    def __init__(self, document):
        self.document = document = written_out(document)
        self.name = document["version"]
        self.currency = document["currency"]
        self.first_day = read_date(document["in_force"]["first_day"])
        self.last_day = read_date(document["in_force"].get("last_day"))
        self.time = Time(ZoneInfo(document["time_zone"]), dates.Calendar(document.get("calendar", {})))
        as_of = document.get("as_of", {})
        self.version_as_of = as_of.get("version", "submitted")
        self.tier_as_of = as_of.get("tier", "event")
        self.campaign_as_of = as_of.get("campaign", "submitted")
        self.rounding = document.get("rounding", "half away from zero")
        self.facts = document.get("facts", {})
        written = document.get("lists", {})
        self.lists_from = {name: items["from"] for name, items in written.items() if isinstance(items, dict)}
        self.lists = Facts({name: carried(items["from"]) if isinstance(items, dict) else tuple(constant(item) for item in items)
                            for name, items in written.items()})
        self.data = read_data(document.get("data", {}))
        self.tables = {name: read_table(table) for name, table in document.get("tables", {}).items()}
        self.requirements = [(heading, requirement) for heading in document if heading in HEADINGS
                             for requirement in several(document[heading])]
        self.later = [requirement for _, requirement in self.requirements if requirement.get("judged_at", "submitted") != "submitted"]
        self.attribution = document.get("attribution")
        self.measures = document.get("measures", {})
        self.groups = several(document.get("group"))
        self.under_way = document["in_force"].get("under_way", "go on")
        self.ladders = several(document.get("tiers"))
        self.events = several(document.get("event"))
        self.rewards = [self.with_unit(index, reward) for index, reward in enumerate(several(document.get("reward")))]
        self.campaigns = several(document.get("campaign"))
        self.limits = several(document.get("limit"))
        self.payouts = [{**payout, "unit": payout.get("unit", self.currency)} for payout in several(document.get("payout"))]
        self.reversals = several(document.get("reversal"))
        self.assessments = several(document.get("assessment"))
        self.contests = several(document.get("contest"))
        self.prizes = [self.with_unit(len(self.rewards) + place, {
            "to": "referrer", "on": [], "contest": contest["id"], **prize, "places": prize.get("places", [prize.get("place")] * 2)})
            for place, (contest, prize) in enumerate((contest, prize) for contest in self.contests for prize in contest["prizes"])]
        self.notices = several(document.get("notice"))
        self.index = 0

    def with_unit(self, index, reward):
        unit = reward.get("unit")
        if unit is None:
            unit = (self.currency if reward["kind"] in MONEY else "item" if reward["kind"] in THINGS
                    else {"trial-extension": "days", "points": "points"}.get(reward["kind"]))
        if isinstance(reward["to"], dict):
            account = reward["to"]["account"]
            reward = {"total_per": account, **reward, "to": "account", "account": account}
        return {**reward, "unit": unit, "index": index, "amount": reward.get("amount", 1),
                "rounding": reward.get("rounding", self.rounding)}

    def day_of(self, instant):
        return dates.day_of(instant, self.time.zone)

    def clocks_from(self, kind):
        return [event for event in self.events if "after" in event and event.get("from", "submitted") == kind]


def carried(source):
    """The values of a list that the library carries; those of the host's lists come with the book."""
    if source == "host":
        return MISSING
    path = Path(__file__).resolve().parents[2] / "referral-rules/src/program/lists" / (source.replace(" ", "-") + ".txt")
    return frozenset(path.read_text().split())


def read_data(value):
    """`[data]`: tables within one another down to constants and lists of them; lists of tables are for hosts."""
    if isinstance(value, dict):
        return Facts({name: read_data(item) for name, item in value.items()})
    if isinstance(value, list):
        days = [as_day(item) for item in value]
        return tuple(days) if all(days) else tuple(read_data(item) if isinstance(item, dict) else constant(item) for item in value)
    return as_day(value) or constant(value)


def as_day(value):
    """The date that a text of a JSON document spells, if it is one."""
    try:
        return date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else None
    except ValueError:
        return None


def constant(value):
    """A text, number, truth value or date of a list, a table or the data. In JSON a text that reads like a date is one."""
    if isinstance(value, (bool, date)):
        return value
    if isinstance(value, str):
        return read_day(value) or value
    return value if isinstance(value, int) else number(value)


def read_table(table):
    rows = {key: read_row(row) for key, row in table.items() if key not in ("by", "otherwise", "bands")}
    bands = [read_band(band) for band in table.get("bands", [])]
    return Table(rows, read_row(table["otherwise"]) if "otherwise" in table else None, bands)


def read_band(band):
    bounds = {name: number(band[name]) for name in BOUNDS if name in band}
    values = {name: constant(value) for name, value in band.items() if name not in BOUNDS}
    return bounds, values["value"] if list(values) == ["value"] else values


def read_row(row):
    return {name: constant(value) for name, value in row.items()} if isinstance(row, dict) else constant(row)


class Program:
    """All versions of one program, from the first day on."""

    def __init__(self, documents):
        self.given = given = [Version(document) for document in several(documents)]
        self.reversal_ids = list(dict.fromkeys(reversal["id"] for version in given for reversal in version.reversals))
        self.versions = sorted(given, key=lambda version: version.first_day)
        for index, version in enumerate(self.versions):
            version.index = index
        self.id = self.versions[0].document["id"]
        self.zone = self.versions[0].time.zone
        declared = [event["kind"] for version in self.versions for event in version.events]
        self.kinds = STAGES + list(dict.fromkeys(kind for kind in declared if kind not in STAGES))


    def needs(self, kind):
        """The facts that an event of a kind must carry, by any version."""
        return {name for version in self.versions for event in version.events if event["kind"] == kind
                for name in event.get("needs", [])}

    def in_force(self, day):
        """The last version whose first day is not after that day, unless its last day has passed."""
        begun = [version for version in self.versions if version.first_day <= day]
        if not begun or (begun[-1].last_day is not None and begun[-1].last_day < day):
            return None
        return begun[-1]

    def facts(self, *headings):
        """Fact names with types, over all versions."""
        return {name: kind for version in self.versions for heading in headings
                for name, kind in version.facts.get(heading, {}).items()}

    def day_of(self, instant):
        return dates.day_of(instant, self.zone)
