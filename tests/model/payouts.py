"""DESIGN A13: what payout rules have paid, pay next, and carry over, as of the moment."""
from datetime import timedelta
from fractions import Fraction

import dates
from expressions import Facts, evaluate
from program import COUNTS, number, several
from standings import Today
from values import MISSING, absent, id_key, id_part, round_to, write_amount

AFTER = " after "


class Payee:
    """The names that requirements, minimum and fee of a payout know."""

    def __init__(self, version, names):
        self.version, self.time, self.granted, self.names = version, version.time, None, names

    def name(self, word):
        return self.names.get(word, MISSING)


class Payouts:
    def __init__(self, book, ideal, positions):
        self.book, self.ideal, self.positions, self.moment = book, ideal, positions, positions.moment
        self.today, self.program = positions.today, book.program
        self.version = self.program.in_force(self.today) or self.program.versions[-1]
        self.calendar = self.version.time.calendar
        self.open, self.paid = {}, {}
        for entry, state in zip(positions.entries, positions.states):
            rule = next((rule for rule in self.version.payouts if covers(rule, entry.part.rule)), None)
            key = rule and (self.version.payouts.index(rule), self.payee(entry))
            if rule and positions.handed_over(entry) is not None and state in ("paid", "expired"):
                self.paid.setdefault(key, []).append((entry, self.confirmation(entry)))
            elif rule and state == "payable" and entry.amount != 0:
                self.open.setdefault(key, []).append((entry, self.in_time(rule, entry)))

    def payee(self, entry):
        """An account, whatever its part in the referral; a referee without one is its referral."""
        row = next(row for row in self.book.referrals if row.id == entry.part.referral)
        party, who = entry.part.beneficiary
        return ("referee" if party == "referee" and row.referee is None else "account", who)

    def confirmation(self, entry):
        rows = [row for row in self.book.confirmations
                if row.known <= self.moment and row.entry == entry.id and row.what in ("paid", "used")]
        return min(rows, key=lambda row: (row.at, row.what, row.known, row.payout or "", -1 if row.fee is None else row.fee))

    def in_time(self, rule, entry):
        """From which payout day on it can be in a payout: it is payable, booked, released, and the cut-off has passed."""
        days = [entry.payable_on, self.program.day_of(entry.booked_at)]
        if "hold_until" in entry.part.rule:
            days.append(self.program.day_of(self.ideal.standings[entry.part.referral].first[entry.part.rule["hold_until"]]))
        if "cut_off" not in rule:
            return max(days)
        return dates.or_last(dates.day_after(max(days), rule["cut_off"], self.calendar))

    def rows(self):
        for key in sorted(set(self.open) | set(self.paid), key=lambda key: (key[0], key[1])):
            yield from self.of_payee(self.version.payouts[key[0]], key)

    def of_payee(self, rule, key):
        paid = sorted(self.paid_out(rule, key), key=lambda row: (row["day"], row["payout"]))
        yield from paid
        last, following = paid[-1]["day"] if paid else None, next_day(rule, self.today, self.calendar)
        found = self.open.get(key, [])
        now = [(entry, since) for entry, since in found if since <= following]
        if now:
            yield self.next(rule, key, following, last, now)
        for day in sorted({next_day(rule, since, self.calendar) for _, since in found if since > following}):
            entries = [entry for entry, since in found if since > following and next_day(rule, since, self.calendar) == day]
            yield {**self.row(rule, key, day, entries), "reasons": ["after-cut-off"]}

    def row(self, rule, key, day, entries):
        gross = sum(entry.amount for entry in entries)
        party, who = key[1]
        return {"payout": f"{self.program.id}/{rule['id']}/{party}:{id_part(who)}/{day}", "day": day, "state": "carried",
                "entries": [entry.id for entry in entries], "gross": gross, "fee": 0, "net": 0, "reasons": [], "flags": [],
                "missed_on": None, "unit": rule["unit"]}

    def paid_out(self, rule, key):
        found = {}
        for entry, confirmed in self.paid.get(key, []):
            day = self.program.day_of(confirmed.at)
            name = confirmed.payout or self.row(rule, key, day, [])["payout"]
            found.setdefault(name, []).append((entry, confirmed, day))
        for name, parts in found.items():
            row = self.row(rule, key, min(day for _, _, day in parts), [entry for entry, _, _ in parts])
            fee = round_to(sum(confirmed.fee or 0 for _, confirmed, _ in parts), rule["unit"], self.version.rounding)
            yield {**row, "payout": name, "state": "paid", "fee": fee, "net": row["gross"] - fee}

    def next(self, rule, key, day, last, found):
        row = self.row(rule, key, day, [entry for entry, _ in found])
        self.judge(rule, key, row, last, self.moment)
        fee = evaluate(rule["fee"], self.scope(rule, key, row, last, self.moment)) if "fee" in rule and not row["reasons"] else 0
        if absent(fee):
            row["reasons"].append("payout-fault")
        if row["reasons"]:
            return row
        row["fee"] = min(max(round_to(number(fee), rule["unit"], self.version.rounding), 0), row["gross"])
        row["missed_on"] = self.missed(rule, key, last, found)
        return {**row, "net": row["gross"] - row["fee"], "state": "due" if row["missed_on"] is None else "overdue"}

    def judge(self, rule, key, row, last, facts_at):
        """The reasons for which nothing is paid, and what is only told."""
        scope = self.scope(rule, key, row, last, facts_at)
        least = evaluate(rule["at_least"], scope) if "at_least" in rule else 0
        if row["gross"] <= 0:
            row["reasons"].append("nothing-to-pay")
        elif absent(least):
            row["reasons"].append("payout-fault")
        elif row["gross"] < least:
            row["reasons"].append("below-minimum")
        for _, requirement in self.version.requirements:
            if requirement.get("judged_at") == "each payout":
                if not all([evaluate(condition, scope) is True for condition in several(requirement["require"])]):
                    row["flags" if requirement.get("on_failure") == "flag" else "reasons"].append(requirement["code"])

    def missed(self, rule, key, last, found):
        """The payout day before today, if what was open by then should have been paid on it."""
        day = last_day(rule, self.today, self.calendar)
        entries = [entry for entry, since in found if day is not None and since <= day]
        if not entries:
            return None
        row = self.row(rule, key, day, entries)
        self.judge(rule, key, row, last, dates.last_instant(day, self.program.zone))
        return None if row["reasons"] else day

    def scope(self, rule, key, row, last, facts_at):
        party, who = key[1]
        is_account = party == "account"
        facts = {name: value for name, value in (self.book.account_facts(who, facts_at) if is_account else {}).items()
                 if name in self.program.facts("account")}
        paid = [(confirmed, entry) for (index, payee), parts in self.paid.items() for entry, confirmed in parts
                if payee == key[1] and self.version.payouts[index]["unit"] == rule["unit"]]
        in_year = sum(entry.amount for confirmed, entry in paid if self.program.day_of(confirmed.at).year == row["day"].year)
        payout = {"rule": rule["id"], "amount": Fraction(row["gross"]), "day": row["day"], "paid_in_year": Fraction(in_year),
                  "last_paid_on": MISSING if last is None else last}
        names = {"payee": Facts({**facts, "id": who if is_account else MISSING}), "payout": Facts(payout), "lists": self.version.lists,
                 "data": self.version.data, **self.version.tables, **{name: 0 for name in COUNTS}}
        own = [standing for standing in self.ideal.standings.values() if is_account and standing.row.referrer == who]
        if own:
            latest = max(own, key=lambda standing: (standing.row.at, id_key(standing.row.id)))
            today = Today(self.ideal, latest)
            scope = today.scope(self.version, today.after)
            names.update({name: scope.name(name) for name in COUNTS + list(self.version.measures)})
        return Payee(self.version, names)


def covers(payout, reward):
    return reward["unit"] == payout["unit"] and (reward["id"] in payout["rewards"] if "rewards" in payout else reward["kind"] == "cash")


def next_day(rule, day, calendar):
    """The first payout day on the day or after it: days are tried one after another, two years at most."""
    start = day - timedelta(days=60) if day.year > 1 else day
    return next((moved for moved in moved_days(rule, days(start, 1), calendar) if moved >= day), dates.date.max)


def last_day(rule, today, calendar):
    """The last payout day before today, as far back."""
    return next((moved for moved in moved_days(rule, days(today + timedelta(days=60), -1), calendar) if moved < today), None)


def moved_days(rule, tried, calendar):
    """Where the payout days among the days are moved to."""
    for nominal in tried:
        if any(is_payout_day(written, nominal, calendar) for written in several(rule.get("on_day", "every day"))):
            yield move(rule.get("day_off", "next business day"), nominal, calendar)


def days(start, step):
    for count in range(860):
        yield start + timedelta(days=count * step)


def is_payout_day(written, day, calendar):
    last = dates.day_after(day, "end of month", calendar)
    if isinstance(written, int):
        return day == min(last, dates.plus_days(day.replace(day=1), written - 1))
    if written in dates.WEEKDAYS:
        return day.weekday() == dates.WEEKDAYS.index(written)
    if AFTER not in written:
        return written == "every day" or day == last
    length, period = written.split(AFTER)
    return any(dates.day_after(end, length, calendar) == day for end in ends_before(period, day))


def ends_before(period, day):
    """The last days of the periods of the two years up to the day."""
    first, _ = dates.period(period, day)
    while (day - first).days < 740:
        end = dates.plus_days(first, -1)
        yield end
        first, _ = dates.period(period, end)


def move(day_off, day, calendar):
    step = {"next business day": 1, "business day before": -1, "as it is": 0}[day_off]
    while step and not calendar.is_business(day):
        day += timedelta(days=step)
    return day


def write(row):
    amount = {key: write_amount(row[key], row["unit"]) for key in ("gross", "fee", "net")}
    return {**amount, "carried": write_amount(row["gross"] - row["fee"] - row["net"], row["unit"]),
            "day": str(row["day"]), "missed_on": None if row["missed_on"] is None else str(row["missed_on"]),
            **{key: row[key] for key in ("payout", "state", "entries", "reasons", "flags")}}
