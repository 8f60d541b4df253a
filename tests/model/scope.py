"""docs/document.md, "Names": what an expression can see at submission and at an event."""
from expressions import Facts
from values import MISSING, absent


def side_facts(book, row, side, moment):
    """A fact is read from the referral's row; if it is missing there, from the account as it is at the moment."""
    account = getattr(row, side)
    facts = dict(book.account_facts(account, moment)) if account is not None else {}
    allowed = book.program.facts("account", side)
    facts = {name: value for name, value in facts.items() if name in allowed}
    facts.update({name: value for name, value in getattr(row, side + "_facts").items() if not absent(value)})
    facts["id"] = MISSING if account is None else account
    return Facts(facts)


class Scope:
    """The names that hold at one moment of one referral."""

    def __init__(self, book, version, row, more=None, granted=None, moment=None):
        self.version, self.time, self.granted = version, version.time, granted
        more, moment = more or {}, moment or row.at
        self.names = {
            "referrer": side_facts(book, row, "referrer", moment),
            "referee": side_facts(book, row, "referee", moment),
            "referral": Facts({**row.referral_facts, "id": row.id, "submitted_at": row.at, **more.pop("referral", {})}),
            "lists": version.lists,
            "data": version.data,
            **version.tables,
            **more,
        }

    def with_recruiter(self, standing):
        """What only events know of the referrer."""
        recruiter = standing.recruiter
        self.names["referrer"].values["recruiter"] = MISSING if recruiter is None else recruiter
        return self

    def name(self, word):
        return self.names.get(word, MISSING)
