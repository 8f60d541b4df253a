"""DESIGN A1: days in the program's zone, business days, lengths and periods."""
import calendar
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from values import FAULT, Instant, absent, from_utc, to_utc

WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
UTC = ZoneInfo("UTC")


def local(instant, zone):
    """The naive local date and time of an instant."""
    try:
        return to_utc(instant).replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None)
    except OverflowError:
        return to_utc(instant)


def day_of(instant, zone):
    return local(instant, zone).date()


def from_local(moment, zone):
    """The instant of a local time: the earlier one if there are two, the first one after it if there is none."""
    found = []
    for fold in (0, 1):
        offset = moment.replace(tzinfo=zone, fold=fold).utcoffset()
        found.append(Instant(from_utc(moment).micros - offset // timedelta(microseconds=1)))
    exact = [instant for instant in found if local(instant, zone) == moment]
    if exact:
        return min(exact)
    before, after = min(found).micros, max(found).micros
    while after - before > 1:
        middle = (before + after) // 2
        if local(Instant(middle), zone) >= moment:
            after = middle
        else:
            before = middle
    return Instant(before) if local(Instant(before), zone) >= moment else Instant(after)


def first_instant(day, zone):
    return from_local(datetime(day.year, day.month, day.day), zone)


def last_instant(day, zone):
    following = plus_days(day, 1)
    if absent(following):
        return Instant(from_utc(datetime(9999, 12, 31, 23, 59, 59, 999999)).micros)
    return Instant(first_instant(following, zone).micros - 1)


def plus_days(day, count):
    try:
        return day + timedelta(days=count)
    except OverflowError:
        return FAULT


def plus_months(day, count):
    months = day.year * 12 + day.month - 1 + count
    year, month = divmod(months, 12)
    if not 1 <= year <= 9999:
        return FAULT
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


class Calendar:
    """Weekends and holidays of one version."""

    def __init__(self, document):
        self.weekend = {WEEKDAYS.index(name) for name in document.get("weekend", ["sat", "sun"])}
        self.holidays = {date.fromisoformat(str(day)) for day in document.get("holidays", [])}

    def is_business(self, day):
        return day.weekday() not in self.weekend and day not in self.holidays

    def plus_business(self, day, count):
        while count > 0:
            day = plus_days(day, 1)
            if absent(day):
                return day
            count -= self.is_business(day)
        return day

    def business_between(self, first, last):
        """The business days after the first, up to and including the second; backwards, below zero."""
        if last < first:
            return -self.business_between(last, first)
        return sum(self.is_business(first + timedelta(days=n)) for n in range(1, (last - first).days + 1))


def read_length(text):
    count, unit = text.split(" ", 1)
    return int(count), unit if unit.endswith("s") else unit + "s"


EXACT = {"minutes": 60_000_000, "hours": 3_600_000_000}


def is_exact(text):
    return text != "end of month" and read_length(text)[1] in EXACT


def exact_end(instant, text):
    count, unit = read_length(text)
    return instant.plus(count * EXACT[unit])


def day_after(day, text, business):
    """The day that lies the length after the day."""
    if text == "end of month":
        return date(day.year, day.month, calendar.monthrange(day.year, day.month)[1])
    count, unit = read_length(text)
    if unit == "business days":
        return business.plus_business(day, count)
    if unit in ("days", "weeks"):
        return plus_days(day, count * (7 if unit == "weeks" else 1))
    return plus_months(day, count * (12 if unit == "years" else 1))


def within(instant, text, zone, business):
    """The last instant within the length after the instant."""
    if is_exact(text):
        return exact_end(instant, text)
    return last_instant(or_last(day_after(day_of(instant, zone), text, business)), zone)


def due_day(instant, text, zone, business):
    """The day on which the length after the instant ends."""
    if is_exact(text):
        end = exact_end(instant, text)
        return date.max if absent(end) else day_of(end, zone)
    return or_last(day_after(day_of(instant, zone), text, business))


def or_last(day):
    """What would end after the last day of all ends with it."""
    return date.max if absent(day) else day


def period(in_each, day):
    """The first day of the period that holds the day and the first day of the next; None where there is no end."""
    if in_each == "lifetime":
        return None, None
    if in_each == "day":
        return day, plus_days(day, 1)
    if in_each == "calendar week" or in_each.startswith("week from "):
        begins = "mon" if in_each == "calendar week" else in_each[len("week from "):]
        first = plus_days(day, -((day.weekday() - WEEKDAYS.index(begins)) % 7))
        return first, plus_days(first, 7)
    if in_each.startswith("calendar "):
        months = {"month": 1, "quarter": 3, "half": 6, "year": 12}[in_each[len("calendar "):]]
        first = date(day.year, (day.month - 1) // months * months + 1, 1)
        return first, plus_months(first, months)
    if in_each.startswith("year from "):
        starts = [year_start(day.year + n, in_each[len("year from "):]) for n in (-1, 0, 1)]
        first = max(start for start in starts if start <= day)
        return first, starts[starts.index(first) + 1] if first != starts[2] else plus_months(first, 12)
    count = int(in_each.split(" ")[0])
    return plus_days(day, 1 - count), plus_days(day, 1)


def year_start(year, text):
    month, day = int(text[:2]), int(text[3:])
    try:
        return date(year, month, day)
    except ValueError:
        return date(year, 3, 1)


def is_rolling(in_each):
    return in_each.split(" ")[0].isdigit()
