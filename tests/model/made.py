"""DESIGN A7: events that conditions make, right after an event that is taken in; and which of them depend on other referrals."""
import re

from expressions import evaluate
from limits import key_part, key_text
from program import COUNTS, number, several
from timeline import CHAIN, FOLLOWS, Happening, moment_name
from values import MISSING, absent


class Made:
    def __init__(self, book):
        self.book, self.keys, self.numbers = book, set(), {}
        self.foreign = foreign(book.program)

    def note(self, version, standing, happening, scope):
        """An event has come: for its key, and as one of what one thing that happened has brought."""
        standing.brought.setdefault(root(happening), set()).add(happening.kind)
        for event in makers(version):
            if event["kind"] == happening.kind:
                self.keys.add(key(event, scope))

    def come(self, version, standing, happening, scope):
        """The events that this one makes, one after the other: each is taken in before the next is asked for."""
        for event in makers(version):
            if happening.kind in several(event["on"]) and self.comes(event, standing, happening, scope):
                yield event["kind"] not in self.foreign, made(happening, event["kind"], self.number(happening))

    def number(self, happening):
        """The how-manieth event it is that conditions make of one thing that happened."""
        self.numbers[root(happening)] = number = self.numbers.get(root(happening), 0) + 1
        return number

    def before(self, key):
        """Whether an opening balance says that it has come."""
        return any((balance.name, balance.key) == (key[0], "/".join(key_text(key[1]))) and number(balance.value) != 0
                   for balance in self.book.balances)

    def comes(self, event, standing, happening, scope):
        kind = event["kind"]
        if kind in FOLLOWS and kind not in FOLLOWS[on_the_way(standing, kind)]:
            return False
        if kind in standing.brought.get(root(happening), ()):
            return False
        own = several(event.get("once_per", "referral")) == ["referral"] and kind in standing.had
        if own or key(event, scope) in self.keys or self.before(key(event, scope)):
            return False
        return all([evaluate(condition, scope) is True for condition in several(event.get("when"))])


def makers(version):
    return [event for event in version.events if "on" in event]


def key(event, scope):
    parts = [key_part(part, None, scope) for part in several(event.get("once_per", "referral")) if part != "program"]
    return event["kind"], tuple(MISSING if absent(part) else part for part in parts)


def root(happening):
    """What happened, of whatever it was made or brought along."""
    return happening.referral, happening.at, happening.origin, happening.ranks_as, happening.name, happening.anchor


def made(happening, kind, number):
    """The same instant, id and facts, as an event of another kind."""
    event = Happening(happening.referral, kind, happening.at, happening.origin, happening.name, happening.anchor,
                      happening.sequence, happening.facts)
    event.ranks_as, event.made = happening.ranks_as, number
    return event


def on_the_way(standing, kind):
    """The stage that is reached by what an event of the kind implies."""
    reached = standing.stage
    names = [name for event in standing.verdict.version.events if event["kind"] == kind for name in event.get("implies", [])]
    for step in CHAIN:
        if step in names and step in FOLLOWS[reached]:
            reached = step
    return reached


def foreign(program):
    """The kinds that may come, or be called off, by what happens to other referrals, by any version."""
    found = set()
    while True:
        more = {event["kind"] for version in program.versions for event in version.events if is_foreign(version, event, found)}
        if more <= found:
            return found
        found |= more


def is_foreign(version, event, found):
    if "on" not in event:
        return "after" in event and bool(found & {event.get("from", "submitted"), *event.get("unless", ())})
    per = several(event.get("once_per", "referral"))
    if "referral" not in per or found & set(several(event["on"])):
        return True
    words = ("referrer", "referral", "referee", "program")
    return any(asks_others(version, text, found) for text in several(event.get("when")) + [part for part in per if part not in words])


def asks_others(version, text, found):
    asked = set(re.findall(r"[a-z_][a-z0-9_]*(?:\.[a-z_][a-z0-9_]*)*", re.sub(r"'[^']*'|\"[^\"]*\"", "", str(text))))
    if asked & {*COUNTS, "referrer.recruiter", *(ladder.get("name", "tier") for ladder in version.ladders)}:
        return True
    if asked & {f"referral.{moment_name(kind)}" for kind in found}:
        return True
    return any(not is_own(version, version.measures[name], found) for name in asked & set(version.measures))


def is_own(version, measure, found):
    """Whether a measure is over the events of one referral."""
    per = several(measure.get("per", "referrer"))
    texts = several(measure.get("when")) + several(measure.get("of"))
    texts += [part for part in per if part not in ("referrer", "referral", "referee", "program")]
    return ("referral" in per and not found & set(several(measure["on"]))
            and not any(asks_others(version, text, found) for text in texts))
