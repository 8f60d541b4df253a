"""DESIGN A9: rules that are given once. For what each has been given."""
from limits import key_part, key_text
from program import number, several
from values import MISSING, absent


class Given:
    def __init__(self, book):
        self.book, self.keys, self.ended = book, set(), set()

    def key(self, rule, scope):
        """The rule and the parts of its key; None for a rule that is given each time."""
        if "once_per" not in rule:
            return None
        parts = [key_part(part, rule, scope) for part in several(rule["once_per"]) if part != "program"]
        return rule["id"], tuple(MISSING if absent(part) else part for part in parts)

    def __contains__(self, key):
        return key in self.keys or key is not None and any(
            (balance.name, balance.key) == (key[0], "/".join(key_text(key[1]))) and number(balance.value) != 0
            for balance in self.book.balances)

    def give(self, key):
        if key is not None:
            self.keys.add(key)

    def has_ended(self, rule, standing):
        """What the rule is given as long as was false at an earlier event of the referral."""
        return (rule["id"], standing.row.id) in self.ended

    def end(self, rule, standing):
        self.ended.add((rule["id"], standing.row.id))

    def tells(self, rule, scope):
        """Whether what the rule is given once for is known without an event, and it has been given for it."""
        words = ("program", "referrer", "referral", "referee")
        return all(part in words for part in several(rule.get("once_per", "event"))) and self.key(rule, scope) in self
