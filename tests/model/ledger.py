"""DESIGN A3: the ledger is a sum of differences. At each moment, what ideal(t) says beyond what was booked is booked."""
from dates import day_of, due_day, exact_end, first_instant, is_exact, within
from ideal import Ideal
from known import moments
from values import Instant, absent

NEVER = Instant(-10 ** 30)


class Entry:
    """What is booked: a part or a difference to it. What takes a part back was touched by nothing."""

    def __init__(self, part, amount, booked_at, correction, takes_back=False):
        self.part, self.amount, self.booked_at, self.correction = part, amount, booked_at, correction
        self.campaigns, self.limits = ([], []) if takes_back else (part.campaigns, part.limits)
        self.sequence = None

    @property
    def id(self):
        return f"{self.part.grant}/{self.sequence}"

    @property
    def order(self):
        part = self.part
        by = () if part.granted is None else (part.granted.place, part.reversal_index)
        return (self.booked_at, part.place, part.rule["index"], by, part.released or NEVER)

    @property
    def anchor(self):
        """A11: dates count from the event, for what was released later from the release, for corrections from the booking."""
        return self.booked_at if self.correction else self.part.released or self.part.happening.at

    def day(self, key):
        """The day of a promise, or None where there is none."""
        version = self.part.version
        length = self.part.rule.get(key)
        if length is None:
            return None
        day = due_day(self.anchor, length, version.time.zone, version.time.calendar)
        return None if absent(day) else day

    @property
    def payable_on(self):
        """What is taken back is held as long as what it is taken from, and no longer."""
        zone, granted = self.part.version.time.zone, self.part.granted
        if granted is not None:
            return max(day_of(self.anchor, zone), Entry(granted, 0, None, False).payable_on)
        return self.day("payable_after") or day_of(self.anchor, zone)

    @property
    def waits(self):
        """Its promises count from a release that an event brings."""
        return self.part.rule.get("counted_from") == "release" and "hold_until" in self.part.rule

    def released(self, event=None):
        """The latest of what the dates count from, the end of `payable_after`, and the event that releases it. What a reversal makes waits as
        long as what it is taken from."""
        rule, time, granted = self.part.rule, self.part.version.time, self.part.granted
        found = [self.anchor] + ([event] if event is not None else [])
        if "payable_after" in rule:
            start = self.anchor if granted is None else Entry(granted, 0, None, False).anchor
            found.append(exact_end(start, rule["payable_after"]) if is_exact(rule["payable_after"])
                         else first_instant(self.payable_on, time.zone))
        return max(found)

    def promises(self, since):
        """The last day to pay and the last moment to tell, counted from an instant."""
        rule, time = self.part.rule, self.part.version.time
        due = due_day(since, rule["pay_within"], time.zone, time.calendar) if "pay_within" in rule and self.amount >= 0 else None
        told = within(since, rule["notify_within"], time.zone, time.calendar) if "notify_within" in rule else None
        return None if due is None or absent(due) else due, None if told is None or absent(told) else told

    @property
    def due_on(self):
        return None if self.waits else self.promises(self.counted_from)[0]

    @property
    def notify_by(self):
        return None if self.waits else self.promises(self.counted_from)[1]

    @property
    def counted_from(self):
        return self.released() if self.part.rule.get("counted_from") == "release" else self.anchor


class Ledger:
    """The ledger as of a moment, and the last ideal."""

    def __init__(self, book, moment):
        self.entries, self.booked, self.sequences = [], {}, {}
        known = moments(book, moment)
        self.ideal = Ideal(book, moment)
        now = min(known, default=None)
        while now is not None and now <= moment:
            ideal = Ideal(book, now)
            self.book(ideal, now)
            later = [instant for instant in known + ideal.to_come if instant > now]
            now = min(later, default=None)

    def book(self, ideal, now):
        """Books the differences between what is right now and what was booked before."""
        news, replaced = [], set()
        for key, (part, total) in list(self.booked.items()):
            if key not in ideal.parts or changed(part, ideal.parts[key]):
                if total != 0:
                    news.append(Entry(part, -total, now, True, takes_back=True))
                self.booked[key] = (part, 0)
                if key in ideal.parts:
                    del self.booked[key]
                    replaced.add(key)
        for key, part in ideal.parts.items():
            if key not in self.booked:
                news.append(Entry(part, part.amount, now, key in replaced))
            elif self.booked[key][1] != part.amount:
                news.append(Entry(part, part.amount - self.booked[key][1], now, True))
            else:
                continue
            self.booked[key] = (part, part.amount)
        for entry in sorted(news, key=lambda entry: entry.order):
            grant = entry.part.grant
            self.sequences[grant] = entry.sequence = self.sequences.get(grant, 0) + 1
            self.entries.append(entry)


def changed(old, new):
    return (old.rule["unit"], old.rule["kind"]) != (new.rule["unit"], new.rule["kind"])
