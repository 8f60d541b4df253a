"""DESIGN A7: the timeline. Events of accepted referrals in their order, stages, and events that the clock makes."""
from order import CLOCK, HOST
from values import MISSING

import dates

FOLLOWS = {
    "submitted": {"qualified", "disqualified", "lost", "nurture", "expired"},
    "qualified": {"opportunity", "closed", "disqualified", "lost", "nurture", "expired"},
    "opportunity": {"closed", "disqualified", "lost", "nurture", "expired"},
    "closed": {"disqualified"},
    "nurture": {"qualified", "disqualified", "lost", "expired"},
    "disqualified": set(), "lost": set(), "expired": set(),
}


OPEN = {"submitted", "qualified", "opportunity", "nurture"}
CHAIN = ["qualified", "opportunity", "closed"]


def moment_name(kind):
    """What stands behind `referral.` for the instant of a stage, or of the first event of a declared kind."""
    return kind.replace("-", "_").replace(".", "_") + "_at"


class Happening:
    """An event of a referral: `anchor` is the event id that ranks it, None for the submission."""

    def __init__(self, referral, kind, at, origin=HOST, name=None, anchor=None, sequence=MISSING, facts=None, unless=()):
        self.referral, self.kind, self.at, self.origin, self.name = referral, kind, at, origin, name
        self.anchor, self.sequence, self.facts, self.unless = anchor, sequence, facts or {}, unless
        self.ranks_as, self.step, self.made = kind, len(CHAIN), 0

    @property
    def is_submission(self):
        return self.kind == "submitted" and self.name is None

    @property
    def at_submission(self):
        """The submission, or what conditions make of it."""
        return self.origin == HOST and self.name is None

    @property
    def part(self):
        """Its part in the id of a grant: what stands there is escaped by the ledger."""
        if self.origin == CLOCK:
            return (self.kind + "@", self.anchor or "submitted")
        return (self.kind + ":", self.name) if self.name is not None else (self.kind, "")


class Standing:
    """Where a referral stands, and what it has had."""

    def __init__(self, verdict):
        self.row, self.verdict, self.version = verdict.row, verdict, verdict.version
        self.stage, self.stage_event, self.had, self.taken_over_at = None, None, set(), None
        self.happened, self.brought = [], {}
        self.recruiter, self.shared = None, None
        self.came, self.first, self.tiers_at, self.granted = {}, {}, {}, {}
        self.not_granted, self.failures, self.held, self.released, self.void = [], [], set(), set(), False

    @property
    def place(self):
        """The place among those who share, that of the holder being 0."""
        return 0 if self.shared is None else self.shared.sharers.index(self.verdict) + 1

    def shares(self):
        """The shares before its own and up to it, as they are now."""
        claim = self.shared or self.verdict.claim
        return (0, 1) if claim is None else claim.bounds(self.place)

    def refusal(self, happening):
        """Why the event is not taken in: a finding's code, or None."""
        if happening.at < self.row.at:
            return "before-submission"
        if happening.kind not in FOLLOWS or happening.kind == "submitted":
            return None
        if happening.kind == self.stage:
            return "repeated-stage"
        return None if happening.kind in FOLLOWS[self.stage] else "impossible-stage"

    def shown_tiers(self):
        """The levels at its last event, of the ladders that the version of its submission has."""
        names = [ladder.get("name", "tier") for ladder in self.verdict.version.ladders]
        return {name: self.tiers.get(name) for name in names}

    def take(self, happening):
        self.had.add(happening.kind)
        self.happened.append((happening.at, happening.kind))
        self.first.setdefault(happening.kind, happening.at)
        if happening.kind in FOLLOWS:
            self.stage, self.stage_event = happening.kind, happening
            self.came[happening.kind] = happening.at

    def moments(self, program):
        """When the stages of the chain came, and the first event of each other kind."""
        found = {kind: self.first.get(kind, MISSING) for kind in program.kinds if kind not in CHAIN + ["submitted"]}
        found.update({stage: self.came.get(stage, MISSING) for stage in CHAIN})
        return {moment_name(kind): at for kind, at in found.items()}

    def governing(self, program, happening):
        """The version of the submission, or with `as_of.version` the one in force on the day of that moment."""
        wanted = self.verdict.version.version_as_of
        moment = happening.at if wanted == "event" else self.came.get(wanted)
        if moment is None:
            return self.verdict.version
        return program.in_force(program.day_of(moment)) or self.verdict.version


def implied(standing, happening):
    """The stages that the event brings along, in the chain's order: same instant, id and facts, immediately before it."""
    version = standing.verdict.version
    names = [name for event in version.events if event["kind"] == happening.kind for name in event.get("implies", [])]
    for step, kind in enumerate(CHAIN):
        if kind in names:
            event = Happening(happening.referral, kind, happening.at, happening.origin, happening.name, happening.anchor,
                              happening.sequence, happening.facts)
            event.ranks_as, event.step, event.made = happening.ranks_as, step, happening.made
            yield event


def clocks(version, happening):
    """The events that the clock makes of this one, each at the end of its length."""
    for event in version.clocks_from(happening.kind):
        end = dates.within(happening.at, event["after"], version.time.zone, version.time.calendar)
        if hasattr(end, "micros"):
            yield Happening(happening.referral, event["kind"], end, CLOCK, name=happening.anchor,
                            anchor=happening.anchor, unless=event.get("unless", ()))
