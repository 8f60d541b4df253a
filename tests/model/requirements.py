"""DESIGN A5: requirements that are judged at events, or as long as something is not paid."""
from expressions import evaluate
from measures import Moment
from program import several
from scope import Scope
from timeline import FOLLOWS, Happening, implied

INSTEAD = {"disqualify": "disqualified", "nurture": "nurture", "ignore event": "ignore event"}


def judge_event(book, standing, happening):
    """Judges an event that could be taken in. Gives the stage that comes instead of it, `ignore event`, or None."""
    version, outcome = standing.verdict.version, None
    kinds = coming(standing, happening)
    for _, requirement in version.requirements:
        judged = [kind for kind in kinds if kind in several(requirement.get("judged_at", "submitted"))]
        failed = [kind for kind in judged if not all_hold(book, version, standing, happening, kind, requirement["require"])]
        code, does = requirement["code"], requirement.get("on_failure", "disqualify")
        if failed:
            standing.failures.append((code, does, failed[0], happening.at))
            if does == "hold":
                standing.held.add(code)
                standing.released.discard(code)
            outcome = outcome or INSTEAD.get(does)
        elif judged:
            standing.held.discard(code)
        for kind in kinds:
            if kind in several(requirement.get("reviewed_by")):
                found = review(book, version, standing, happening, kind, requirement)
                outcome = outcome or found
    return outcome


def review(book, version, standing, happening, kind, requirement):
    """An event decides about what a requirement holds: the referral is void, or it is let go, or neither."""
    def says(key):
        return key in requirement and all_hold(book, version, standing, happening, kind, requirement[key])

    code = requirement["code"]
    if says("voided_when"):
        standing.failures.append((code, "void", kind, happening.at))
        standing.void = True
        return "disqualified"
    if says("released_when"):
        standing.held.discard(code)
        standing.released.add(code)
    return None


def coming(standing, happening):
    """The kinds that an event brings along, its own last; none where it cannot be taken in."""
    stage, kinds = standing.stage, []
    for event in implied(standing, happening):
        if event.kind in FOLLOWS[stage]:
            stage = event.kind
            kinds.append(stage)
    kind = happening.kind
    if happening.at < standing.row.at or kind == standing.stage or kind in FOLLOWS and kind not in FOLLOWS[stage]:
        return []
    return kinds + [kind]


def all_hold(book, version, standing, happening, kind, conditions):
    """By what is known of the referral before anything of the event is taken in."""
    event = Happening(happening.referral, kind, happening.at, happening.origin, happening.name, happening.anchor,
                      happening.sequence, happening.facts)
    scope = Moment(book, version, standing, event, None, None).plain_scope(version)
    return all([evaluate(condition, scope) is True for condition in several(conditions)])


def instead(happening, stage):
    """The stage comes in the place of the event: same instant, id and facts."""
    event = Happening(happening.referral, stage, happening.at, happening.origin, happening.name, happening.anchor,
                      happening.sequence, happening.facts)
    event.ranks_as, event.made = happening.ranks_as, happening.made
    return event


def holds(book, standing, row, moment, holder):
    """Whether a requirement holds what a referral brings, as of the moment of the answer; reviews are those of the holder of its claim."""
    released = (holder or standing).released if standing is not None else ()
    if standing is not None:
        at_submission = {code for code, does, _, _ in standing.verdict.failures if does == "hold"}
        if standing.held or at_submission - released:
            return True
    version = book.program.in_force(book.program.day_of(row.at))
    scope = version and Scope(book, version, row, moment=moment)
    payable = [requirement for requirement in (version.later if version else [])
               if requirement["judged_at"] == "payable" and requirement["code"] not in released]
    return any(evaluate(condition, scope) is not True for requirement in payable for condition in several(requirement["require"]))
