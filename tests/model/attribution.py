"""DESIGN A6: attribution. Among referrals of the same referee the first claim has the credit, or a later one takes it over."""
from fractions import Fraction

import dates
from expressions import evaluate
from scope import Scope
from values import MISSING, absent


class Claim:
    """The claim of one accepted referral, under all its keys."""

    def __init__(self, verdict, keys, rank):
        self.verdict, self.keys, self.rank = verdict, keys, rank
        self.terms = verdict.version.attribution
        self.until = self.end(self.terms.get("claim_lasts"), verdict.row.at)
        self.released_at, self.locked_at, self.taken_over = None, None, False
        self.sharers = []

    def end(self, length, moment):
        time = self.verdict.version.time
        return None if length is None else dates.within(moment, length, time.zone, time.calendar)

    def in_force(self, moment):
        """A claim that an event released still holds for submissions of the same instant."""
        if self.taken_over or (self.released_at is not None and moment > self.released_at):
            return False
        return self.until is None or moment <= self.until

    def gives_way_to(self, row, rank):
        """Whether a later referral takes it over: by the terms of the one that has it."""
        order = self.terms.get("credit_goes_to", "first claim")
        if order == "first claim" or (self.locked_at is not None and self.locked_at < row.at):
            return False
        if order == "last claim":
            return True
        return not absent(rank) and (absent(self.rank) or rank < self.rank)

    def shares_with(self, verdict):
        """Whether another referrer has the next share: then it is taken."""
        most = self.terms.get("shared_equally_by", len(self.terms.get("shares", [None])))
        those = [self.verdict] + self.sharers
        if len(those) >= most or "referrer" in verdict.refused or any(other.row.referrer == verdict.row.referrer for other in those):
            return False
        self.sharers.append(verdict)
        return True

    def bounds(self, place):
        """The shares before one's own and up to it; what nobody has of stated shares falls to the holder, up to the whole."""
        of = len(self.sharers) + 1
        if "shares" not in self.terms:
            return (Fraction(place, of), Fraction(place + 1, of)) if "shared_equally_by" in self.terms else (0, 1)
        stated = [Fraction(share.rstrip("%").strip()) / 100 for share in self.terms["shares"]]
        shares = [min(Fraction(1), stated[0] + sum(stated[of:]))] + stated[1:of]
        return sum(shares[:place]), sum(shares[:place + 1])

    def take_in(self, happening):
        """The events of a referral, under the version of its submission, prolong, release and lock its claim."""
        if happening.kind in self.terms.get("prolonged_by", []) and self.in_force(happening.at):
            self.until = max(self.until, self.end(self.terms["prolonged_for"], happening.at))
        if happening.kind in self.terms.get("released_by", []) and self.released_at is None:
            self.released_at = happening.at
        if happening.kind in self.terms.get("locks_on", []) and self.locked_at is None:
            self.locked_at = happening.at


class Claims:
    def __init__(self, book):
        self.book, self.claims = book, []

    def claim(self, verdict):
        """Refuses a duplicate; else the referral claims all its keys. Gives the referrals that it takes over."""
        row, version = verdict.row, verdict.version
        if version.attribution is None:
            return []
        scope = Scope(self.book, version, row)
        keys = [(text, evaluate(text, scope)) for text in version.attribution["same_referee_when"]]
        keys = [(text, value) for text, value in keys if not absent(value) and value != ""]
        rank = version.attribution.get("rank")
        claim = Claim(verdict, keys, MISSING if rank is None else evaluate(rank, scope))
        met = [other for other in self.claims if other.in_force(row.at) and any(key in other.keys for key in keys)]
        winners = [other for key in keys for other in met if key in other.keys and not other.gives_way_to(row, claim.rank)]
        if winners:
            if winners[0].shares_with(verdict):
                verdict.shared = winners[0]
            else:
                verdict.refuse("duplicate")
            return []
        for other in met:
            other.taken_over = True
        self.claims.append(claim)
        verdict.claim = claim
        return [other.verdict.row.id for other in met]

    def take_in(self, standing, happening):
        for claim in self.claims:
            if claim.verdict is standing.verdict:
                claim.take_in(happening)
