"""DESIGN A14: what assessments say of the company, accounts, referrers and referrals, as of the moment."""
from datetime import date
from fractions import Fraction

from expressions import Facts, evaluate
from functions import decimal_text
from kept import keeps
from measures import level
from program import COUNTS, number, several
from scope import side_facts
from standings import Today
from submission import Verdict
from timeline import Standing
from values import MISSING, absent, id_key


class Subject:
    """One that is asked about: its id, and the names that its expressions know."""

    def __init__(self, version, name, names):
        self.version, self.time, self.granted, self.id, self.names = version, version.time, None, name, names

    def name(self, word):
        return self.names.get(word, MISSING)


class Subjects:
    """All subjects of a kind, in order."""

    def __init__(self, ideal):
        self.ideal, self.book, self.program, self.moment = ideal, ideal.book, ideal.program, ideal.moment
        self.today = self.program.day_of(self.moment)
        self.version = self.program.in_force(self.today) or self.program.versions[-1]
        self.latest = {}
        for standing in ideal.standings.values():
            order = (standing.row.at, id_key(standing.row.id))
            if standing.row.referrer not in self.latest or order > self.latest[standing.row.referrer][0]:
                self.latest[standing.row.referrer] = (order, standing)

    def of(self, kind):
        if kind == "company":
            return [self.subject(self.program.id, {})]
        if kind == "referral":
            rows = sorted(self.ideal.known.referrals.values(), key=lambda row: (row.at, id_key(row.id)))
            return [self.referral(row) for row in rows]
        names = set(self.latest)
        if kind == "account":
            names = set(self.book.accounts) | {row.referrer for row in self.ideal.known.referrals.values() if row.referrer is not None}
        return [self.account(kind, name) for name in sorted(names, key=id_key)]

    def subject(self, name, more):
        known = {"company": Facts(self.book.company_facts(self.moment)), "answer": Facts({"at": self.moment}), "lists": self.version.lists,
                 "data": self.version.data, **self.version.tables}
        return Subject(self.version, name, {**known, **more})

    def account(self, kind, name):
        headings = ("account", "referrer") if kind == "referrer" else ("account",)
        facts = {fact: value for fact, value in self.book.account_facts(name, self.moment).items() if fact in self.program.facts(*headings)}
        more = {kind: Facts({**facts, "id": name}), **{count: 0 for count in COUNTS}}
        if name in self.latest:
            more.update(self.brought(self.latest[name][1]))
        return self.subject(name, more)

    def referral(self, row):
        standing = self.ideal.standings.get(row.id)
        moments = standing.moments(self.program) if standing else {}
        stage = standing.stage if standing else MISSING
        pretended = standing or Standing(Verdict(row, self.version))
        recruiter = standing.recruiter if standing else None
        referrer = side_facts(self.book, row, "referrer", self.moment)
        referrer.values["recruiter"] = MISSING if recruiter is None else recruiter
        more = {
            "referrer": referrer, "referee": side_facts(self.book, row, "referee", self.moment),
            "referral": Facts({**row.referral_facts, **moments, "id": row.id, "submitted_at": row.at, "stage": stage}),
        }
        return self.subject(row.id, {**more, **self.brought(pretended)})

    def brought(self, standing):
        """Counts, measures and levels of a referrer, read at one of its referrals as of now."""
        today, record, kept = Today(self.ideal, standing), self.ideal.record, self.ideal.kept
        scope = today.scope(self.version, record)
        found = {name: scope.name(name) for name in COUNTS + list(self.version.measures)}
        referrer = standing.row.referrer
        for ladder in self.version.ladders:
            reached = level(self.version, ladder, today)
            name = ladder.get("name", "tier")
            if keeps(ladder) and (referrer, self.version.name, name) in kept.levels:
                kept.look_back(record, referrer, self.today)
                reached = kept.at_event(self.version, ladder, referrer, reached)
            found[name] = MISSING if reached is None else reached
        return found


def assessments(ideal):
    subjects, verdicts = Subjects(ideal), {}
    version = subjects.version
    for assessment in version.assessments:
        kind, said = assessment["of"], {}
        for subject in subjects.of(kind):
            known = {name: found.get(subject.id, MISSING) if of == kind else next(iter(found.values()), MISSING)
                     for name, (of, found) in verdicts.items() if of in (kind, "company")}
            subject.names["verdict"] = Facts(known)
            if not all_hold(assessment.get("when"), subject) is True:
                continue
            row = assessed(assessment, subject)
            said[subject.id] = row["verdict"]
            yield row
        verdicts[plain(assessment["id"])] = (kind, said)


def assessed(assessment, subject):
    items = [item_row(item, subject) for item in assessment["item"]]
    score = sum(item["points"] for item in items)
    states = [item["state"] for item in items]
    truths = {"met": True, "failed": False, "missing": MISSING}
    subject.names["item"] = Facts({plain(item["item"]): truths[item["state"]] for item in items})
    subject.names["assessment"] = Facts({"score": score, **{f"{state}_count": states.count(state) for state in truths}})
    verdict = next(verdict for verdict in assessment["verdict"] if all_hold(verdict.get("when"), subject) is True)
    again = evaluate(verdict["again_on"], subject) if "again_on" in verdict else MISSING
    day = None if absent(again) else again if isinstance(again, date) else subject.version.day_of(again)
    return {
        "assessment": assessment["id"], "of": assessment["of"], "subject": subject.id, "verdict": verdict["name"],
        "next": verdict.get("next"), "again_on": None if day is None else str(day), "score": decimal_text(Fraction(score)),
        "fix_first": next((item["item"] for item in items if item["state"] != "met"), None),
        "items": [{**item, "points": decimal_text(Fraction(item["points"]))} for item in items],
    }


def item_row(item, subject):
    held = all_hold(item["require"], subject)
    state = "met" if held is True else "failed" if held is False else "missing"
    points = {"met": number(item.get("points", 0)), "failed": number(item.get("points_if_not", 0)), "missing": Fraction(0)}[state]
    return {"item": item["code"], "state": state, "points": points, "next": item.get("next") if state != "met" else None}


def all_hold(conditions, subject):
    """True if all are, false if one is, missing otherwise."""
    found = [evaluate(condition, subject) for condition in several(conditions)]
    return False if any(value is False for value in found) else all(value is True for value in found) or MISSING


def plain(name):
    return name.replace("-", "_").replace(".", "_")
