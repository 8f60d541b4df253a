"""DESIGN A16: whom to tell by when, and what was told, as of the moment; texts are not compared."""
from datetime import date

import dates
from assessments import Subject, Subjects, all_hold, assessments, plain
from expressions import Facts, evaluate
from order import CLOCK, HOST
from program import COUNTS, several
from scope import Scope
from values import MISSING, absent, id_key, id_part, write_instant


class Notices:
    def __init__(self, ideal):
        self.ideal, self.book, self.program, self.moment = ideal, ideal.book, ideal.program, ideal.moment
        self.subjects, self.told = Subjects(ideal), {}
        for row in self.book.notified:
            if row.known <= self.moment:
                self.told[row.notice] = min(row.at, self.told.get(row.notice, row.at))

    def rows(self):
        today = self.program.day_of(self.moment)
        for version in self.program.versions:
            for notice in version.notices:
                if "on" in notice:
                    yield from self.on_events(version, notice)
                elif self.program.in_force(today) is version:
                    yield from self.by_subject(version, notice, today)

    def version_at(self, instant):
        return self.program.in_force(self.program.day_of(instant)) or self.program.versions[-1]

    def on_events(self, version, notice):
        kinds = several(notice["on"])
        for row, happening, scope in self.ideal.taken:
            if happening.kind in kinds and self.version_at(happening.at) is version and self.holds(version, notice, scope):
                kind, name = happening.part
                known = happening.name if happening.origin != CLOCK else None
                yield self.row(version, notice, row.id, kind + name, happening.at, {"kind": happening.kind, "id": known or ""}, self.of_referral(notice, row))
        for row in self.refused() if "refused" in kinds and "refused" not in self.program.kinds else []:
            if self.version_at(row.at) is version:
                event = Facts({"kind": "submitted", "at": row.at, "id": MISSING})
                scope = Scope(self.book, version, row, {"event": event, **self.counts_before(row)})
                if self.holds(version, notice, scope):
                    yield self.row(version, notice, row.id, "refused", row.at, {"kind": "refused", "id": ""}, self.of_referral(notice, row))

    def counts_before(self, row):
        """What its referrer had when it was submitted: after the last event that was taken in before."""
        counts = {name: self.ideal.record.opening(name, row.referrer, "lifetime", None) for name in COUNTS}
        for other, happening, scope in self.ideal.taken:
            ranks = (happening.at, happening.origin, self.program.kinds.index(happening.ranks_as), absent(happening.sequence), id_key(happening.referral))
            if other.referrer == row.referrer and ranks < (row.at, HOST, 0, True, id_key(row.id)):
                counts = {name: scope.name(name) for name in COUNTS}
        return counts

    def refused(self):
        rows = [row for row in self.ideal.known.referrals.values() if row.id not in self.ideal.standings]
        return sorted(rows, key=lambda row: (row.at, id_key(row.id)))

    def holds(self, version, notice, scope):
        """Whether the conditions hold: by the event, and what the company has now."""
        names = {**scope.names, "company": Facts(self.book.company_facts(self.moment)), "answer": Facts({"at": self.moment}),
                 "lists": version.lists, "data": version.data, **version.tables}
        return all_hold(notice.get("when"), Subject(version, "", names)) is True

    def by_subject(self, version, notice, today):
        verdicts = {}
        for said in assessments(self.ideal):
            if said["of"] in (notice["of"], "company"):
                verdicts.setdefault(plain(said["assessment"]), {})[said["subject"] if said["of"] == notice["of"] else ""] = said["verdict"]
        for subject in self.subjects.of(notice["of"]):
            subject.names["verdict"] = Facts({name: found.get(subject.id, found.get("", MISSING)) for name, found in verdicts.items()})
            if all_hold(notice.get("when"), subject) is not True:
                continue
            first = dates.period(notice["every"], today)[0] if "every" in notice else self.day(version, notice, subject, today)
            if first is not None:
                yield self.row(version, notice, subject.id, str(first), dates.first_instant(max(first, version.first_day), self.program.zone), None,
                               self.of_subject(notice, subject))

    def day(self, version, notice, subject, today):
        found = evaluate(notice["on_day"], subject)
        if absent(found):
            return None
        found = found if isinstance(found, date) else self.program.day_of(found)
        return found if version.first_day <= found <= today else None

    def of_referral(self, notice, row):
        return {"referrer": row.referrer, "referee": row.referee}.get(notice["to"])

    def of_subject(self, notice, subject):
        if notice["of"] == "referral":
            return self.of_referral(notice, self.ideal.known.referrals[subject.id])
        return subject.id if notice["to"] == "referrer" and notice["of"] in ("account", "referrer") else None

    def row(self, version, notice, subject, part, at, event, recipient):
        name = "/".join([self.program.id, notice["id"], id_part(subject), id_part(part)])
        by = dates.within(at, notice["within"], self.program.zone, version.time.calendar) if "within" in notice else None
        told = self.told.get(name)
        met = lambda moment: by is None or moment <= by
        state = ("met" if met(told) else "met late") if told is not None else "due" if met(self.moment) else "overdue"
        return {"id": name, "notice": notice["id"], "to": notice["to"], "recipient": recipient, "of": notice.get("of", "referral"), "subject": subject,
                "event": event, "at": write_instant(at), "by": None if by is None else write_instant(by), "state": state,
                "told_at": None if told is None else write_instant(told)}
