"""DESIGN A10: limits. What is left under each key, what does not fit, and what is put off."""
from fractions import Fraction
from math import floor

import dates
from expressions import evaluate
from functions import to_text
from program import number, several
from values import WHOLE, absent, digits_of, is_number


class Limits:
    """What has been drawn under each limit's keys, day by day."""

    def __init__(self, book):
        self.book, self.drawn = book, []

    def covering(self, version, rule, scope, campaigns):
        """The limits that cover a grant, in the document's order."""
        return [limit for limit in version.limits if covers(version, limit, rule, scope, campaigns)]

    def left(self, version, limit, keys, day, scope):
        """What the tightest of the keys still has in the period that holds the day."""
        in_each = limit.get("in_each", "lifetime")
        first, after = dates.period(in_each, day)
        most, bounds = at_most(limit, scope), []
        for key in keys:
            used = sum(amount for name, other, when, amount in self.drawn
                       if (name, other) == (limit["id"], key) and (first is None or first <= when < after))
            bounds.append(most - used - self.opening(limit, key, first, after))
        return max(min(bounds), 0)

    def opening(self, limit, key, first, after):
        """Opening balances name the key by the parts of its `per`, joined."""
        total = 0
        for balance in self.book.balances:
            if balance.name != limit["id"] or balance.key != "/".join(key_text(key)):
                continue
            if first is None or (balance.at is not None and first <= self.book.program.day_of(balance.at) < after):
                total += balance.value
        return total

    def draw(self, limit, keys, day, amount):
        gives_room = amount < 0 and limit.get("taken_back") == "gives room"
        if amount > 0 or gives_room:
            for key in keys:
                self.drawn.append((limit["id"], key, day, 1 if limit.get("unit") == "grants" else amount))

    def go_through(self, version, rule, scope, campaigns, amount, day, counted=False):
        """A grant counts once: what is released of one that was counted passes the limits of grants. The final amount, the limits that cut it, and what was put off: limit, amount, first day of its next period."""
        put_off, cut = [], []
        covering = [(limit, keys_of(limit, rule, scope, campaigns))
                    for limit in self.covering(version, rule, scope, campaigns)]
        covering = [(limit, keys) for limit, keys in covering if keys and not (counted and limit.get("unit") == "grants")]
        for limit, keys in covering:
            if amount < 0:
                continue
            left = self.left(version, limit, keys, day, scope)
            if limit.get("unit") == "grants":
                fits = amount if left >= 1 else 0
            else:
                fits = min(amount, left)
            if fits == amount:
                continue
            over = limit.get("over_limit", "pay what fits")
            if over == "pay nothing":
                fits = 0
            elif over == "pay later":
                # What a limit of nothing puts off is never released.
                put_off.append((limit, amount - fits, dates.period(limit["in_each"], day)[1] if at_most(limit, scope) else None))
            cut.append(limit["id"])
            amount = fits
        for limit, keys in covering:
            self.draw(limit, keys, day, amount)
        return amount, cut, put_off


def at_most(limit, scope):
    """The bound, in an expression's case as of the event, down to the unit's digits; nothing where it cannot be told."""
    written = limit["at_most"]
    if not isinstance(written, str):
        return number(written)
    value = evaluate(written, scope)
    if not is_number(value):
        return 0
    unit = limit.get("unit", scope.version.currency)
    scale = 1 if unit == "grants" else 10 ** digits_of(unit)
    minor = floor(max(value, 0) * scale)
    return Fraction(minor, scale) if minor < WHOLE else 0


def covers(version, limit, rule, scope, campaigns):
    unit = limit.get("unit", version.currency)
    if "rewards" in limit:
        named = rule["id"] in limit["rewards"]
    elif "contest" in rule:
        named = False
    else:
        named = rule["to"] == "referrer" and unit in ("grants", rule["unit"])
    touched = "campaigns" not in limit or any(name in limit["campaigns"] for name in campaigns)
    return named and touched and all([evaluate(condition, scope) is True for condition in several(limit.get("when"))])


def keys_of(limit, rule, scope, campaigns):
    """One key per grant; with `campaign`, one for each campaign that touched it."""
    keys = [()]
    for part in limit.get("per", ["referrer"]):
        if part == "campaign":
            keys = [key + (name,) for key in keys for name in campaigns]
        else:
            keys = [key + (key_part(part, rule, scope),) for key in keys]
    return keys


def key_part(part, rule, scope):
    if part == "program":
        return None
    if part == "reward":
        return rule["id"]
    if part == "referee":
        return evaluate("has(referee.id) ? referee.id : referral.id", scope)
    value = evaluate(part + ".id" if part in ("referrer", "referee", "referral") else part, scope)
    return value if absent(value) else to_text(value)


def key_text(key):
    """The parts of a key as an opening balance writes them: `program` has none."""
    return ["" if absent(part) else part for part in key if part is not None]
