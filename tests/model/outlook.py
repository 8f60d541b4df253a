"""DESIGN A11: what accepted referrals can still bring, what must come before, and until when."""
import re

import dates
from amount import has_ended
from expressions import evaluate
from program import several
from scope import Scope
from timeline import CHAIN, FOLLOWS, Happening, moment_name
from values import id_key, write_instant

ENDS = {"disqualified", "lost", "expired"}


def outlook(ideal):
    standings = sorted(ideal.standings.values(), key=lambda standing: (standing.row.at, id_key(standing.row.id)))
    for standing in standings:
        if standing.taken_over_at is not None:
            continue
        version = governing_now(ideal, standing)
        holder = standing if standing.shared is None else ideal.standings[standing.shared.verdict.row.id]
        if has_ended(version, Happening(standing.row.id, "now", ideal.moment)):
            continue
        for rule in version.rewards:
            for kind in several(rule["on"]):
                if rule["to"] == "referee" and holder is not standing:
                    continue
                row = still_to_come(ideal, standing, (holder, governing_now(ideal, holder)), version, rule, kind)
                if row:
                    yield row


def governing_now(ideal, standing):
    """As at an event now: the moment that decides, if it has not come, is now."""
    wanted = standing.verdict.version.version_as_of
    if wanted == "submitted":
        return standing.verdict.version
    moment = ideal.moment if wanted == "event" else standing.came.get(wanted, ideal.moment)
    return ideal.program.in_force(ideal.program.day_of(moment)) or standing.verdict.version


def still_to_come(ideal, standing, way, version, rule, kind):
    holder, decides = way
    after = way_to(decides, holder.stage, kind)
    side = "referrer" if rule["to"] in ("recruiter", "account") else rule["to"]
    if side in standing.verdict.refused or after is None or (rule["to"] == "recruiter" and standing.recruiter is None):
        return None
    if ideal.given.has_ended(rule, standing) or ideal.given.tells(rule, Scope(ideal.book, version, standing.row)):
        return None
    made = next((event for event in decides.events if event["kind"] == kind and "on" in event), {})
    if several(made.get("once_per", "referral")) == ["referral"] and made and kind in holder.had:
        return None
    open_conditions = []
    for condition in several(made.get("when")) + several(rule.get("as_long_as")) + several(rule.get("when")):
        if not is_settled(ideal.book, version, str(condition)):
            open_conditions.append(str(condition))
        elif evaluate(condition, Scope(ideal.book, version, standing.row)) is not True:
            return None
    by = ends_by(ideal, holder, decides, kind)
    return {"referral": standing.row.id, "rule": rule["id"], "to": rule["to"], "event": kind, "after": after,
            "by": None if by is None else write_instant(by), "conditions": open_conditions}


def way_to(version, stage, kind):
    """The stages before an event of the kind: none, what it implies included, or one; None where it cannot come any more."""
    if stage in ENDS or kind == "submitted":
        return None
    reached = stage
    for step in CHAIN:
        if step in implied_by(version, kind) and step in FOLLOWS[reached]:
            reached = step
    if kind not in FOLLOWS or kind in FOLLOWS[reached]:
        return []
    steps = [step for step in ("qualified", "opportunity") if step in FOLLOWS[stage] and kind in FOLLOWS[step]]
    return steps[:1] or None


def implied_by(version, kind):
    return [name for event in version.events if event["kind"] == kind for name in event.get("implies", [])]


def ends_by(ideal, standing, version, kind):
    """The earliest instant to come at which a clock event ends the way."""
    found = []
    for anchor, at in standing.came.items():
        if anchor not in ("submitted", "qualified", "opportunity", "closed"):
            continue
        for event in version.clocks_from(anchor):
            called_off = any(other in standing.had for other in event.get("unless", ()))
            if called_off or event["kind"] not in FOLLOWS[standing.stage] or way_to(version, event["kind"], kind) is not None:
                continue
            end = dates.within(at, event["after"], version.time.zone, version.time.calendar)
            if hasattr(end, "micros") and end > ideal.moment:
                found.append(end)
    return min(found, default=None)


def is_settled(book, version, condition):
    """Whether it asks nothing but what is known at submission; facts of accounts with histories may change."""
    later = {"submitted_count", "qualified_count", "opportunity_count", "closed_count", "granted"}
    later |= {"referrer.recruiter", *version.measures}
    later |= {f"referral.{moment_name(kind)}" for kind in book.program.kinds if kind != "submitted"}
    later |= {ladder.get("name", "tier") for ladder in version.ladders}
    words = re.findall(r"[a-z_][a-z0-9_]*(?:\.[a-z_][a-z0-9_]*)*", re.sub(r"'[^']*'", "", condition))
    if book.has_histories:
        later |= {f"{side}.{fact}" for side in ("referrer", "referee") for fact in book.program.facts("account", side)}
    return not any(word in later or word.startswith("event.") for word in words)
