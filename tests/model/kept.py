"""DESIGN A7: levels that go up or down only when a period begins, or never down."""
import dates
from program import COUNTS, number
from values import absent

NOT_IN_PERIODS = ("at once", "never")


def keeps(ladder):
    return any(ladder.get(way, "at once") != "at once" for way in ("goes_up", "goes_down"))


class Kept:
    """The level of each referrer on each ladder of each version."""

    def __init__(self, book):
        self.book, self.looked, self.levels = book, {}, {}

    def look_back(self, record, referrer, today):
        """Looks at the beginnings of all periods since the referrer's event before, by what had been counted until then."""
        last = self.looked.get(referrer)
        for version in self.book.program.versions:
            for ladder in filter(keeps, version.ladders):
                periods = {way: ladder.get(way, "at once") for way in ("goes_up", "goes_down")}
                periods = {way: period for way, period in periods.items() if period not in NOT_IN_PERIODS}
                key = (referrer, version.name, ladder.get("name", "tier"))
                if last is None:
                    first = max((dates.period(period, today)[0] for period in periods.values()), default=None)
                    self.levels[key] = -1 if first is None else self.reached(record, version, ladder, referrer, first)
                    continue
                begins = sorted({(day, way) for way, period in periods.items() for day in beginnings(period, last, today)})
                for day, way in begins:
                    level = self.reached(record, version, ladder, referrer, day)
                    choose = max if way == "goes_up" else min
                    self.levels[key] = choose(self.levels[key], level)
        self.looked[referrer] = today

    def reached(self, record, version, ladder, referrer, first):
        """The level by what was counted before that day."""
        day, by = dates.plus_days(first, -1), ladder.get("by")
        if by in COUNTS:
            value = record.opening(by, referrer, "lifetime", day) + len(record.counted.get((referrer, by), ()))
        else:
            value = record.value(by, version.measures[by], (referrer,), day)
        reached = [place for place, level in enumerate(ladder["levels"]) if not absent(value) and value >= number(level["at_least"])]
        return max(reached, default=-1)

    def at_event(self, version, ladder, referrer, level):
        """The level at an event at which the measure and the conditions reach `level`."""
        if not keeps(ladder):
            return level
        names = [entry["name"] for entry in ladder["levels"]]
        key = (referrer, version.name, ladder.get("name", "tier"))
        now, kept = names.index(level) if level else -1, self.levels[key]
        if now > kept and ladder.get("goes_up", "at once") == "at once" or now < kept and ladder.get("goes_down", "at once") == "at once":
            kept = now
        self.levels[key] = kept
        return names[kept] if kept >= 0 else None


def beginnings(period, last, today):
    """The first days of the periods that began after a day, up to today."""
    first = dates.period(period, last)[1]
    while first <= today:
        yield first
        first = dates.period(period, first)[1]
