"""DESIGN A7: standings of referrers on their ladders, and how far the goals of campaigns are reached, as of the moment."""
import dates
from expressions import Facts
from functions import to_text
from kept import NOT_IN_PERIODS
from measures import level
from program import number, several
from scope import Scope
from values import absent, id_key


class Today:
    """A referrer's counts, measures and facts at the moment of the answer, as at an event without id and facts."""

    def __init__(self, ideal, standing):
        self.ideal, self.standing = ideal, standing
        self.before = self.after = ideal.record
        self.day = ideal.program.day_of(ideal.moment)

    def scope(self, version, record):
        event = Facts({"kind": "submitted", "at": self.ideal.moment})
        plain = {"event": event, "referral": self.standing.moments(self.ideal.program)}

        def scope(more):
            found = Scope(self.ideal.book, version, self.standing.row, {**plain, **more}, moment=self.ideal.moment)
            return found.with_recruiter(self.standing)

        return scope(record.values(version, self.standing.row.referrer, self.day, scope({})))


def standings(ideal):
    """The rows, worked out once: to look at a level is to keep it."""
    if ideal.standing_rows is None:
        ideal.standing_rows = list(rows_of(ideal))
    return ideal.standing_rows


def rows_of(ideal):
    program = ideal.program
    today = program.day_of(ideal.moment)
    version = program.in_force(today) or program.versions[-1]
    latest = {}
    for standing in ideal.standings.values():
        order = (standing.row.at, id_key(standing.row.id))
        if standing.row.referrer not in latest or order > latest[standing.row.referrer][0]:
            latest[standing.row.referrer] = (order, standing)
    for referrer in sorted(latest, key=id_key):
        ideal.kept.look_back(ideal.record, referrer, today)
        for ladder in version.ladders:
            yield standing_row(Today(ideal, latest[referrer][1]), version, ladder, referrer)


def standing_row(today, version, ladder, referrer):
    scope, by = today.scope(version, today.after), ladder.get("by")
    value = scope.name(by) if by else None
    now = today.ideal.kept.at_event(version, ladder, referrer, level(version, ladder, today))
    names = [entry["name"] for entry in ladder["levels"]]
    place = names.index(now) + 1 if now else 0
    following = ladder["levels"][place] if place < len(names) else {}
    bound = following.get("at_least")
    lacks = None if bound is None else max(0, number(bound) - (0 if absent(value) else value))
    in_each = version.measures[by].get("in_each", "lifetime") if by in version.measures else "lifetime"
    first, after = dates.period(in_each, today.day)
    reviews = [dates.period(ladder.get(way), today.day)[1] for way in ("goes_up", "goes_down")
               if ladder.get(way, "at once") not in NOT_IN_PERIODS]
    return {
        "referrer": referrer, "ladder": ladder.get("name", "tier"), "level": now, "measure": by, "value": text(value),
        "next_level": following.get("name"), "at_least": text(bound), "missing": text(lacks),
        "conditions": [str(condition) for condition in several(following.get("when"))],
        "next_review": str(min(reviews)) if reviews else None,
        "by": None if first is None or not following or dates.is_rolling(in_each) else str(dates.plus_days(after, -1)),
    }


def campaigns(ideal, entries):
    """The grants that a campaign touched are those that an entry names it on."""
    for version in ideal.program.versions:
        for campaign in version.campaigns:
            yield {
                "campaign": campaign["id"], "version": version.name,
                "goal": goal(ideal, version, campaign),
                "grants": len({entry.part.grant for entry in entries
                               if entry.part.version is version and campaign["id"] in entry.campaigns}),
            }


def goal(ideal, version, campaign):
    found = campaign.get("goal")
    if found is None:
        return None
    reached = sum(value for where, name, referral, value in ideal.goal_events
                  if where is version and name == campaign["id"] and ideal.standings[referral].stage != "disqualified")
    return {"on": found["on"], "at_least": text(found["at_least"]), "reached": text(reached),
            "missing": text(max(0, number(found["at_least"]) - reached))}


def text(value):
    return None if value is None or absent(value) else to_text(value if isinstance(value, int) else number(value))


