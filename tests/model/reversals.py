"""DESIGN A10, reversals: what was granted is taken back at an event, as a part of the grant that it is taken from."""
from copy import copy
from fractions import Fraction

import dates
from amount import Denied, operand
from expressions import evaluate
from limits import covers, keys_of
from program import several
from values import MISSING, absent, is_number, round_to


class Kept:
    """A grant that may be taken back: what it gave, and which share of that each reversal takes."""

    def __init__(self, part, put_off, whole):
        self.part, self.given, self.put_off, self.spared, self.taken = part, max(part.amount, 0), put_off, 0, 0
        self.whole, self.refunded, self.shares, self.room = whole, {}, {}, []

    @property
    def gave(self):
        return self.given > 0 or self.put_off > 0 or self.spared > 0

    @property
    def share(self):
        return min(sum(self.shares.values()), 1)

    def settled(self, amount):
        return round_to(amount * self.share, self.part.rule["unit"], self.part.rule["rounding"])


class Reversals:
    def __init__(self, ideal):
        self.ideal, self.program, self.grants = ideal, ideal.program, {}

    def covering(self, version, rule):
        return [reversal for reversal in version.reversals if rule["id"] in reversal.get("rewards", [] if "contest" in rule else [rule["id"]])]

    def remember(self, part, scope, put_off):
        """Keeps what a part of a grant gave, and of how much it may be refunded as of then."""
        covering = self.covering(part.version, part.rule)
        if not covering:
            return
        room = [(limit, key) for limit in part.version.limits
                if limit.get("taken_back") == "gives room" and covers(part.version, limit, part.rule, scope, part.campaigns)
                for key in keys_of(limit, part.rule, scope, part.campaigns)]
        if part.released is None:
            whole = {reversal["id"]: evaluate(str(reversal.get("out_of", reversal["refunded"])), scope)
                     for reversal in covering if proportional(reversal)}
            kept = Kept(part, put_off, {name: value for name, value in whole.items() if is_number(value) and value > 0})
            if not kept.gave:
                return
            self.grants.setdefault(part.referral, []).append(kept)
        else:
            kept = self.find(part)
            if kept is None:
                return
            kept.given, kept.put_off = kept.given + max(part.amount, 0), kept.put_off + put_off
        kept.room += [account for account in room if account not in kept.room]

    def find(self, part):
        return next((kept for kept in self.grants.get(part.referral, []) if kept.part.grant == part.grant), None)

    def spare(self, part, amount):
        """What is put off is released less the share of it that is taken back."""
        kept = self.find(part)
        if kept is None:
            return amount
        kept.put_off -= amount
        due = kept.settled(kept.given + kept.spared + amount)
        spared = min(max(due - kept.taken - kept.spared, 0), amount)
        kept.spared += spared
        if part.total is not None:
            self.ideal.totals.give(part.total, -spared)
        return amount - spared

    def at(self, standing, happening, scope):
        """What reversals take or give back at an event; each grant goes by the version that governed it."""
        grants = self.grants.get(standing.row.id, [])
        concerned = {kept.part.version.index: kept.part.version for kept in grants}
        concerned[standing.version.index] = standing.version
        for _, version in sorted(concerned.items()):
            under = with_terms_of(scope, version)
            for reversal in version.reversals:
                restores = reversal.get("restored_by") == happening.kind
                if not restores and happening.kind not in several(reversal["on"]):
                    continue
                try:
                    own = [kept for kept in grants if kept.part.version is version]
                    self.reverse(standing, happening, under, reversal, restores, own)
                except Denied as denied:
                    standing.not_granted.append((happening.part, reversal["id"], denied.code))

    def reverse(self, standing, happening, scope, reversal, restores, grants):
        name = reversal["id"]
        if not restores:
            for condition in several(reversal.get("when")):
                if not operand(condition, scope):
                    raise Denied("condition-not-met")
        meant = self.meant(scope, reversal, restores, grants)
        if not restores:
            if not meant:
                raise Denied("nothing-to-take-back")
            meant = [kept for kept in meant if in_time(reversal, kept, happening)]
            if not meant:
                raise Denied("too-late")
        now = 0 if restores else how_much(reversal, scope)
        changed = []
        for kept in meant:
            before = kept.share
            if restores:
                kept.shares[name], kept.refunded[name] = 0, 0
            elif not proportional(reversal):
                kept.shares[name] = max(kept.shares.get(name, 0), min(now, 1))
            elif name in kept.whole:
                kept.refunded[name] = kept.refunded.get(name, 0) + now
                kept.shares[name] = min(Fraction(kept.refunded[name]) / kept.whole[name], 1)
            if kept.share != before:
                changed.append(self.settle(happening, reversal, kept))
        if not changed:
            raise Denied("nothing-to-take-back")

    def meant(self, scope, reversal, restores, grants):
        """The grants of the event that is named; those of the only one that could be meant, where one is needed; else all."""
        name = reversal["id"]
        covered = [kept for kept in grants if kept.gave and reversal in self.covering(kept.part.version, kept.part.rule)
                   and (not restores or kept.shares.get(name, 0) > 0)]
        named = MISSING
        if "of_event" in reversal:
            named = evaluate(reversal["of_event"], scope)
            if absent(named) and named is not MISSING:
                raise Denied(named.code)
        if not absent(named) and named != "":
            return [kept for kept in covered if kept.part.happening.anchor == named]
        if "of_event" not in reversal and not proportional(reversal):
            return covered
        could_be = [kept for kept in covered if not proportional(reversal) or name in kept.whole] or covered
        if len({kept.part.happening.anchor for kept in could_be}) > 1:
            raise Denied("several-events")
        return could_be

    def settle(self, happening, reversal, kept):
        """Between what is to be taken in all and what is taken already lies the new part."""
        part = kept.part
        whole = kept.given + kept.spared
        amount = kept.taken + kept.spared - kept.settled(whole)
        if amount > 0:
            spared = min(kept.spared, amount)
            kept.spared, kept.given = kept.spared - spared, kept.given + spared
            kept.taken -= amount - spared
        else:
            kept.taken -= amount
        standing = self.ideal.standings[part.referral]
        standing.granted[part.rule["id"]] = standing.granted.get(part.rule["id"], 0) + amount
        if part.total is not None:
            self.ideal.totals.give(part.total, amount)
        day = self.program.day_of(happening.at)
        for limit, key in kept.room:
            self.ideal.limits.drawn.append((limit["id"], key, day, amount))
        return self.ideal.book_reversal(part, happening, reversal, -whole, amount)


def proportional(reversal):
    return reversal.get("take_back", "in proportion" if "refunded" in reversal else "all") == "in proportion"


def how_much(reversal, scope):
    """How much was refunded now, or the share that is to be taken."""
    take_back = reversal.get("take_back", "all")
    if not proportional(reversal) and take_back == "all":
        return 1
    now = operand(str(reversal["refunded"] if proportional(reversal) else take_back), scope)
    if now < 0:
        raise Denied("negative-amount")
    return now


def in_time(reversal, kept, happening):
    if "within" not in reversal:
        return True
    version = kept.part.version
    end = dates.within(kept.part.happening.at, reversal["within"], version.time.zone, version.time.calendar)
    return absent(end) or happening.at <= end


def with_terms_of(scope, version):
    """The same moment with the lists, data and tables of another version."""
    if scope.version is version:
        return scope
    other = copy(scope)
    other.version, other.time = version, version.time
    other.names = {**scope.names, "lists": version.lists, "data": version.data, **version.tables}
    return other
