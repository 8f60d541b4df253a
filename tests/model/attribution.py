"""DESIGN A6: attribution. In the order of submission, the first claim on a referee has the credit."""
import dates
from expressions import evaluate
from scope import Scope
from values import absent


class Claim:
    def __init__(self, referral, until):
        self.referral, self.until, self.released_at = referral, until, None

    def in_force(self, moment):
        """A claim that an event released still holds for submissions of the same instant."""
        if self.released_at is not None and moment > self.released_at:
            return False
        return self.until is None or moment <= self.until


class Claims:
    def __init__(self, book):
        self.book, self.claims = book, {}

    def claim(self, verdict):
        """Refuses a duplicate; else the referral claims all its keys."""
        row, version = verdict.row, verdict.version
        if version.attribution is None:
            return
        scope = Scope(self.book, version, row)
        keys = [(text, evaluate(text, scope)) for text in version.attribution["same_referee_when"]]
        keys = [(text, value) for text, value in keys if not absent(value) and value != ""]
        if any(key in self.claims and self.claims[key].in_force(row.at) for key in keys):
            verdict.refuse("duplicate")
            return
        for key in keys:
            self.claims[key] = Claim(row.id, claim_end(version, row))

    def release(self, standing, happening):
        """The claims of a referral end at its first event of a kind in `released_by`, under the version of its submission."""
        attribution = standing.verdict.version.attribution or {}
        if happening.kind in attribution.get("released_by", []):
            for claim in self.claims.values():
                if claim.referral == standing.row.id and claim.released_at is None:
                    claim.released_at = happening.at


def claim_end(version, row):
    length = version.attribution.get("claim_lasts")
    return None if length is None else dates.within(row.at, length, version.time.zone, version.time.calendar)
