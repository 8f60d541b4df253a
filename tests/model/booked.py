"""DESIGN A12: a ledger booked so far. What is booked is not given again; where it differs, one correction makes the sum right."""
from ledger import Entry


class Booked:
    """The ledger as booked and recomputed, and the entries that are new."""

    def __init__(self, book, ledger, moment):
        self.findings, self.ledger, self.new = [], [], []
        given = {}
        for name, amount in book.booked.items():
            given.setdefault(name.rsplit("/", 1)[0], {})[int(name.rsplit("/", 1)[1])] = amount
        grants = {}
        for entry in ledger.entries:
            grants.setdefault(entry.part.grant, []).append(entry)
        corrections = []
        for grant, entries in grants.items():
            corrections += self.compare(grant, entries, given.get(grant, {}), moment)
        known = {row.id for row in book.referrals if row.known <= moment}
        for grant, amounts in given.items():
            if grant not in grants and referral_of(grant) in known and adds_up_to_something(amounts):
                self.findings.append(("booked-unknown", "booked", grant))
        self.ledger = [entry for entry in ledger.entries if not entry.replaced] + corrections
        self.ledger.sort(key=lambda entry: (entry.order, entry.sequence))
        self.new = [entry for entry in self.ledger if not entry.was_booked]

    def compare(self, grant, entries, booked, moment):
        """Marks the entries of one grant as booked or not; gives the correction, if one is needed."""
        for entry in entries:
            entry.replaced, entry.was_booked = False, entry.sequence in booked
        if None in booked.values():
            for entry in entries:
                entry.was_booked = True
            return []
        own = {entry.sequence: entry.amount for entry in entries}
        if all(own.get(sequence) == amount for sequence, amount in booked.items()):
            return []
        self.findings.append(("booked-differs", "booked", grant))
        for entry in entries:
            entry.replaced = not entry.was_booked
            if booked.get(entry.sequence, entry.amount) != entry.amount:
                entry.amount, entry.campaigns, entry.limits = booked[entry.sequence], [], []
        more = [self.like(entries[-1], sequence, booked[sequence]) for sequence in booked if sequence not in own]
        rest = sum(own.values()) - sum(booked.values())
        if rest != 0:
            correction = self.like(entries[-1], max(list(booked) + list(own)) + 1, rest)
            correction.booked_at, correction.correction, correction.was_booked = moment, True, False
            more.append(correction)
        return more

    def like(self, last, sequence, amount):
        """An entry that was not recomputed has the particulars of the last one of its grant; what touched it cannot be told."""
        entry = Entry(last.part, amount, last.booked_at, last.correction, takes_back=True)
        entry.sequence, entry.replaced, entry.was_booked = sequence, False, True
        return entry


def adds_up_to_something(amounts):
    return None in amounts.values() or sum(amounts.values()) != 0


def referral_of(grant):
    return grant.split("/")[2].replace("%2F", "/").replace("%25", "%")
