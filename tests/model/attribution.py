"""DESIGN A6: attribution. Among referrals of the same referee the first claim has the credit, or a later one takes it over."""
import dates
from expressions import evaluate
from scope import Scope
from values import absent


class Claim:
    """The claim of one accepted referral, under all its keys."""

    def __init__(self, verdict, keys, rank):
        self.verdict, self.keys, self.rank = verdict, keys, rank
        self.terms = verdict.version.attribution
        self.until = self.end(self.terms.get("claim_lasts"), verdict.row.at)
        self.released_at, self.locked_at, self.taken_over = None, None, False

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
        claim = Claim(verdict, keys, None if rank is None else evaluate(rank, scope))
        met = [other for other in self.claims if other.in_force(row.at) and any(key in other.keys for key in keys)]
        if not all(other.gives_way_to(row, claim.rank) for other in met):
            verdict.refuse("duplicate")
            return []
        for other in met:
            other.taken_over = True
        self.claims.append(claim)
        return [other.verdict.row.id for other in met]

    def take_in(self, standing, happening):
        for claim in self.claims:
            if claim.verdict is standing.verdict:
                claim.take_in(happening)
