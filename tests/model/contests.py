"""DESIGN A15: contests. Who has most of a measure when its period ends, and what that brings."""
from copy import deepcopy
from fractions import Fraction
from math import floor

import dates
from expressions import Facts, evaluate
from functions import to_text
from measures import level
from order import END_OF_PERIOD, LAST
from program import number, read_date, several
from scope import Scope
from values import absent, id_key, round_to, write_amount


class Ending:
    """The end of a contest's period, as the event of a prize."""

    def __init__(self, referral, at, last):
        self.referral, self.kind, self.at, self.last = referral, "contest", at, last
        self.origin, self.name, self.anchor, self.facts = END_OF_PERIOD, None, None, {}
        self.is_submission = False

    @property
    def part(self):
        return ("contest@", str(self.last))


class Look:
    """A referral as it stands at an instant, with what was counted until then on a day."""

    def __init__(self, ideal, version, standing, at, day):
        self.ideal, self.standing, self.at, self.day = ideal, standing, at, day
        self.before = self.after = ideal.record
        self.levels = {}
        kept = deepcopy(ideal.kept, {id(ideal.book): ideal.book})
        kept.look_back(ideal.record, standing.row.referrer, day)
        for ladder in version.ladders:
            self.levels[ladder.get("name", "tier")] = kept.at_event(version, ladder, standing.row.referrer, level(version, ladder, self))

    def scope(self, version, record, levels=None):
        plain = {"event": Facts({"at": self.at}), "referral": self.standing.moments(self.ideal.program)}

        def scope(more):
            found = Scope(self.ideal.book, version, self.standing.row, {**plain, **more}, moment=self.at)
            return found.with_recruiter(self.standing)

        values = record.values(version, self.standing.row.referrer, self.day, scope({}))
        return scope({**values, **{name: found for name, found in (levels or {}).items() if found is not None}})


class Row:
    """One who has something."""

    def __init__(self, referrer, value, reached, standing):
        self.referrer, self.value, self.reached, self.standing = referrer, value, reached, standing
        self.place = self.prize = self.amount = None
        self.missing = 0


class Contests:
    def __init__(self, ideal):
        self.ideal, self.program = ideal, ideal.program
        self.noted, self.boards = set(), []
        ids = [rule["id"] for version in self.program.given for rule in version.rewards + version.prizes]
        self.ranks = {name: place for place, name in enumerate(dict.fromkeys(ids))}

    def ends_after(self, day):
        """The last days of contests' periods that hold a day."""
        for version in self.program.versions:
            for contest in version.contests:
                in_each = period_of(version, contest)
                if in_each == "lifetime":
                    last = read_date(contest["last_day"])
                    if day <= last:
                        yield last
                else:
                    yield dates.plus_days(dates.period(in_each, day)[1], -1)

    def note(self, day):
        """Something happens on a day: the ends of its periods that are new."""
        found = set(self.ends_after(day)) - self.noted
        self.noted |= found
        return [(dates.first_instant(dates.plus_days(last, 1), self.program.zone), last) for last in sorted(found)]

    def end(self, last, at):
        """Prizes of the contests that end with a day: referral, version, rule, scope, levels, base, in their order."""
        version = self.program.in_force(last)
        found = []
        for index, contest in enumerate(version.contests if version else ()):
            first = first_of(version, contest, last)
            if first is None:
                continue
            rows = self.places(version, contest, first, last, at, last)
            self.boards.append((last, version.index, index, version, contest, first, True, rows))
            found += [(self.ranks[row.prize["id"]], id_key(row.standing.row.id), version, row) for row in rows if row.prize]
        return sorted(found, key=lambda prize: prize[:2])

    def running(self):
        """The places of what has not ended, as if it did."""
        at = self.ideal.moment
        day = self.program.day_of(at)
        version = self.program.in_force(day)
        for index, contest in enumerate(version.contests if version else ()):
            in_each = period_of(version, contest)
            last = read_date(contest["last_day"]) if in_each == "lifetime" else dates.plus_days(dates.period(in_each, day)[1], -1)
            first = first_of(version, contest, last)
            if first is None or last < day:
                continue
            yield (last, version.index, index, version, contest, first, False, self.places(version, contest, first, last, at, day))

    def places(self, version, contest, first, last, at, day):
        rows = []
        for row in self.having(version, contest, first, last):
            row.look = Look(self.ideal, version, row.standing, at, day)
            scope = row.look.scope(version, self.ideal.record, row.look.levels)
            if all([evaluate(condition, scope) is True for condition in several(contest.get("when"))]):
                rows.append(row)
        in_order = contest["ties"] == "first to reach"
        rows.sort(key=lambda row: (-row.value, row.reached if in_order else (), id_key(row.referrer)))
        least = contest.get("at_least")
        inside = [row for row in rows if least is None or row.value >= number(least)]
        for place, row in enumerate(inside, 1):
            same = place > 1 and inside[place - 2].value == row.value and not in_order
            row.place = inside[place - 2].place if same else place
        for row in rows:
            if row.place is None:
                row.missing = number(least) - row.value
            else:
                better = [other.value for other in inside if other.place < row.place]
                row.missing = better[-1] - row.value if better else 0
        self.award(version, contest, inside)
        return rows

    def having(self, version, contest, first, last):
        """Everyone with a counted event in the period and a value above zero."""
        name, measure, record = contest["by"], version.measures[contest["by"]], self.ideal.record
        of = {}
        for index, one in enumerate(record.contributions):
            inside = first is None or first <= one.day <= last
            alive = measure.get("disqualified") == "kept" or index >= record.disqualified.get(one.referral, 0)
            if one.measure == name and inside and alive and not (measure["is"] == "sum" and one.value == 0):
                of.setdefault(one.whose, []).append(one)
        for whose, events in of.items():
            if measure["is"] == "distinct":
                firsts = {}
                for one in events:
                    if one.value not in firsts or self.reached(one) < self.reached(firsts[one.value]):
                        firsts[one.value] = one
                events = list(firsts.values())
            latest = max(events, key=self.reached)
            value = record.value(name, measure, whose, last)
            if not absent(value) and value > 0:
                standing = self.ideal.standings[latest.referral]
                yield Row(standing.row.referrer, Fraction(value), self.reached(latest), standing)

    def reached(self, one):
        """The place of an event, but for its id."""
        place = self.ideal.place_of(one.standing, one.happening)
        return place[:5] + place[6:8]

    def award(self, version, contest, rows):
        of_place = {place: prize for prize in version.prizes if prize["contest"] == contest["id"]
                    for place in range(prize["places"][0], prize["places"][1] + 1)}
        for place in sorted({row.place for row in rows}):
            tied = [row for row in rows if row.place == place]
            if contest["ties"] != "split" or len(tied) == 1:
                for row in tied:
                    if place in of_place:
                        row.prize, row.base = of_place[place], number(of_place[place]["amount"])
                        row.amount = settled(row.prize, row.base)
                continue
            prizes = [of_place[taken] for taken in range(place, place + len(tied)) if taken in of_place]
            if not prizes:
                continue
            total = sum(settled(prize, number(prize["amount"])) for prize in prizes)
            for k, row in enumerate(tied):
                part = lambda k: settled(prizes[0], Fraction(total * k, len(tied)))
                row.prize = prizes[0]
                row.base = row.amount = part(k + 1) - part(k)

    def place_of(self, prize, at, referral):
        return (at, END_OF_PERIOD, len(self.program.kinds) + self.ranks[prize["id"]], LAST, id_key(referral), (0,), (0,), 0, 0)

    def leaderboard(self):
        boards = sorted(self.boards + list(self.running()), key=lambda board: board[:3])
        return [write(version, contest, first, last, ended, row)
                for last, _, _, version, contest, first, ended, rows in boards for row in rows]


def settled(prize, amount):
    return round_to(amount, prize["unit"], prize["rounding"])


def period_of(version, contest):
    return version.measures[contest["by"]].get("in_each", "lifetime")


def first_of(version, contest, last):
    """The first day of the contest's period that ends with a day, if one does; None over the lifetime."""
    in_each = period_of(version, contest)
    if in_each == "lifetime":
        return LIFETIME if read_date(contest["last_day"]) == last else None
    first, after = dates.period(in_each, last)
    begins, ends = read_date(contest.get("first_day")), read_date(contest.get("last_day"))
    if dates.plus_days(after, -1) != last or (begins and first < begins) or (ends and last > ends):
        return None
    return first


class Lifetime:
    """Before every day."""

    def __le__(self, day):
        return True


LIFETIME = Lifetime()


def write(version, contest, first, last, ended, row):
    prize, each = row.prize, contest.get("ticket_for_each")
    tickets = None if each is None else floor(row.value / number(each)) if row.place else 0
    return {
        "contest": contest["id"], "first_day": None if first is LIFETIME else str(first), "last_day": str(last), "ended": ended,
        "place": row.place, "referrer": row.referrer, "value": to_text(row.value), "missing": to_text(number(row.missing)),
        "tickets": tickets, "prize": prize and prize["id"], "amount": prize and write_amount(row.amount, prize["unit"]),
        "unit": prize and prize["unit"], "referral": row.standing.row.id,
    }
