"""DESIGN A5: submission. Every referral is judged by the version in force on the day of its submission."""
from expressions import evaluate
from program import several
from scope import Scope


class Verdict:
    """How a referral was judged: the reasons with the sides that they refuse, and the version that judged."""

    def __init__(self, row, version):
        self.row, self.version, self.reasons, self.refused = row, version, [], set()
        self.failures = []
        self.shared, self.claim = None, None

    def refuse(self, code, sides=("referrer", "referee")):
        self.reasons.append(code)
        self.refused.update(sides)

    @property
    def out(self):
        return self.refused == {"referrer", "referee"}

    @property
    def version_name(self):
        return self.version.name if self.version else ""


def judge(book, row, circle=False, before=None):
    """`before` holds what was before it: measures over submissions, and how many referrals of the referrer are open."""
    version = book.program.in_force(book.program.day_of(row.at))
    verdict = Verdict(row, version)
    if version is None:
        verdict.refuse("not-in-force")
        return verdict
    if row.referrer is None:
        verdict.refuse("missing-referrer")
    elif book.has_accounts and row.referrer not in book.accounts:
        verdict.refuse("unknown-referrer")
    scope = Scope(book, version, row, {"referral": {"closes_circle": circle}, **(before or {})})
    for _, requirement in version.requirements:
        if requirement.get("judged_at", "submitted") != "submitted":
            continue
        if not all([evaluate(condition, scope) is True for condition in several(requirement["require"])]):
            if requirement.get("on_failure") in ("flag", "hold"):
                verdict.failures.append((requirement["code"], requirement["on_failure"], "submitted", row.at))
                continue
            side = requirement.get("refuses", "both")
            verdict.refuse(requirement["code"], ("referrer", "referee") if side == "both" else (side,))
    return verdict
