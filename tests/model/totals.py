"""DESIGN A9: running totals. What each reward had settled under each key and period, and what was given of it."""
from fractions import Fraction

import dates
from limits import key_part, key_text
from program import number, several
from values import MISSING, absent, round_to


class Totals:
    def __init__(self, book):
        self.book, self.settled, self.given = book, {}, {}

    def key(self, rule, scope, day):
        """The rule, whose total it is, and the first day of the period."""
        default = "referral" if rule["to"] == "referee" else "referrer"
        parts = [key_part(part, rule, scope) for part in several(rule.get("total_per", default)) if part != "program"]
        parts = tuple(MISSING if absent(part) else part for part in parts)
        key = (rule["id"], parts, dates.period(rule.get("total_in", "lifetime"), day)[0])
        if key not in self.settled:
            self.settled[key] = self.given[key] = self.opening(key, rule, day)
        return key

    def opening(self, key, rule, day):
        first, after = dates.period(rule.get("total_in", "lifetime"), day)
        found = Fraction(0)
        for balance in self.book.balances:
            if (balance.name, balance.key) != (key[0], "/".join(key_text(key[1]))):
                continue
            if first is None or first <= self.book.program.day_of(balance.at) < after:
                found += round_to(number(balance.value), rule["unit"], "down")
        return found

    def left_of(self, key, total, rule):
        """What remains given when the total falls: in proportion, rounded."""
        return round_to(self.given[key] * total / self.settled[key], rule["unit"], rule["rounding"])

    def give(self, key, more):
        self.given[key] = max(self.given[key] + more, 0)
