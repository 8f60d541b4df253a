"""DESIGN A7: measures and tiers. What is counted of a referrer's referrals or of all, and the level that this reaches."""
import dates
from expressions import Facts, evaluate
from limits import key_part, key_text
from order import HOST
from program import COUNTS, number, several
from scope import Scope
from values import MISSING, absent, checked

REACHED = {"submitted": "submitted_count", "qualified": "qualified_count", "opportunity": "opportunity_count",
           "closed": "closed_count"}


class Contribution:
    """What one event adds to a declared measure."""

    def __init__(self, measure, whose, standing, happening, day, value):
        self.measure, self.whose, self.day, self.value = measure, whose, day, value
        self.standing, self.happening, self.referral = standing, happening, standing.row.id


class Record:
    """Everything that was counted up to an event."""

    def __init__(self, book):
        self.book, self.counted, self.contributions, self.disqualified = book, {}, [], {}

    def copy(self):
        other = Record(self.book)
        other.counted = {key: set(referrals) for key, referrals in self.counted.items()}
        other.contributions, other.disqualified = list(self.contributions), dict(self.disqualified)
        return other

    def count(self, version, standing, happening):
        """Each referral counts once; a disqualification takes it out of all counts but the first."""
        referrer, referral = standing.row.referrer, standing.row.id
        if happening.kind in REACHED:
            self.counted.setdefault((referrer, REACHED[happening.kind]), set()).add(referral)
        if happening.kind == "disqualified":
            for name in COUNTS[1:]:
                self.counted.get((referrer, name), set()).discard(referral)
            self.disqualified[referral] = len(self.contributions)
        for name, measure in version.measures.items():
            if happening.kind in several(measure["on"]):
                self.contribute(version, name, measure, standing, happening)

    def contribute(self, version, name, measure, standing, happening):
        scope = Moment(self.book, version, standing, happening, None, None).plain_scope(version)
        if not all([evaluate(condition, scope) is True for condition in several(measure.get("when"))]):
            return
        value = evaluate(measure["of"], scope) if "of" in measure else 1
        if not absent(value):
            whose = key_of(measure, scope)
            day = self.book.program.day_of(happening.at)
            self.contributions.append(Contribution(name, whose, standing, happening, day, value))

    def values(self, version, referrer, day, scope):
        """All counts and measures of a referrer, as an event of that day sees them; keys are read in the event's scope."""
        found = {name: self.opening(name, referrer, "lifetime", day) + len(self.counted.get((referrer, name), ()))
                 for name in COUNTS}
        for name, measure in version.measures.items():
            found[name] = self.value(name, measure, key_of(measure, scope), day)
        return {name: int(value) if name in COUNTS else value for name, value in found.items()}

    def value(self, name, measure, whose, day):
        in_each = measure.get("in_each", "lifetime")
        if measure.get("which") == "previous":
            day = dates.plus_days(dates.period(in_each, day)[0], -1)
        first, after = dates.period(in_each, day)
        given = [one.value for place, one in enumerate(self.contributions)
                 if (one.measure, one.whose) == (name, whose) and (first is None or first <= one.day < after)
                 and (measure.get("disqualified") == "kept" or place >= self.disqualified.get(one.referral, 0))]
        if measure["is"] in ("least", "greatest"):
            return MISSING if not given else min(given) if measure["is"] == "least" else max(given)
        if measure["is"] in ("first", "latest"):
            return MISSING if not given else given[0] if measure["is"] == "first" else given[-1]
        if measure["is"] == "distinct":
            return len(set(given))
        total = sum(given) + self.opening(name, "/".join(key_text(whose)), in_each, day)
        return int(total) if measure["is"] == "count" else checked(number(total))

    def opening(self, name, key, in_each, day):
        """The opening balances; those of a period count while it lasts."""
        first, after = dates.period(in_each, day)
        return sum(balance.value for balance in self.book.balances if (balance.name, balance.key) == (name, key)
                   and (first is None or first <= self.book.program.day_of(balance.at) < after))


def key_of(measure, scope):
    """What the events that are put together have in common; what is missing is a value of its own."""
    parts = several(measure.get("per", "referrer"))
    found = [key_part(part, None, scope) for part in parts if part != "program"]
    return tuple(MISSING if absent(part) else part for part in found)


class Moment:
    """An event of a referral with what had been counted before it, and what with it."""

    def __init__(self, book, version, standing, happening, before, after):
        self.book, self.standing, self.happening, self.before, self.after = book, standing, happening, before, after
        self.version, self.day = version, book.program.day_of(happening.at)
        self.moments = standing.moments(book.program)

    def plain_scope(self, version, more=None, granted=None):
        """Facts, the event and the stages; what `more` adds."""
        happening = self.happening
        event = Facts({**happening.facts, "kind": happening.kind, "at": happening.at,
                       "id": happening.name if happening.origin == HOST and happening.name is not None else MISSING})
        scope = Scope(self.book, version, self.standing.row, {"event": event, "referral": self.moments, **(more or {})}, granted,
                      happening.at)
        return scope.with_recruiter(self.standing)

    def scope(self, version, record, levels=None, granted=None):
        levels = {name: MISSING if level is None else level for name, level in (levels or {}).items()}
        values = record.values(version, self.standing.row.referrer, self.day, self.plain_scope(version))
        return self.plain_scope(version, {**values, **levels}, granted)


def level(version, ladder, moment):
    """The last level that holds, or None."""
    record = moment.before if ladder.get("this_event", "counts") == "does not count" else moment.after
    scope = moment.scope(version, record)
    found = None
    for entry in ladder["levels"]:
        value = scope.name(ladder["by"]) if "at_least" in entry else 0
        enough = not absent(value) and value >= number(entry.get("at_least", 0))
        if enough and all([evaluate(condition, scope) is True for condition in several(entry.get("when"))]):
            found = entry["name"]
    return found


def tiers(version, standing, happening, levels):
    """The level of each ladder at an event: with `taken_at` a stage that came before, the one that it had at that stage."""
    found = {}
    for ladder in version.ladders:
        name, stage = ladder.get("name", "tier"), ladder.get("taken_at", version.tier_as_of)
        if stage in standing.tiers_at and stage != happening.kind:
            found[name] = standing.tiers_at[stage].get(name)
        else:
            found[name] = levels[name]
    return found
