"""DESIGN A3: ideal(t), the grants that follow from what is known at t, with the clock at t."""
import heapq
from itertools import count

from amount import Denied, candidates, for_goals, named_account
from attribution import Claims
from circles import closes_circle, recruiter
from contests import Contests, Ending
from dates import first_instant
from kept import Kept
from known import Known
from limits import Limits
from made import Made
from measures import Moment, Record, key_of, level, tiers
from once import Given
from order import CLOCK, END_OF_PERIOD, HOST, place
from program import several
from reversals import Reversals
from submission import Verdict, judge
from totals import Totals
from requirements import instead, judge_event
from timeline import FOLLOWS, OPEN, Happening, Standing, clocks, implied
from values import id_key, id_part


class Part:
    """What a rule grants at once, or what a limit put off to a later instant (`released`)."""

    def __init__(self, **values):
        self.__dict__.update(values)


class Ideal:
    def __init__(self, book, moment):
        self.book, self.program, self.moment = book, book.program, moment
        self.known = Known(book, moment)
        self.parts, self.findings, self.to_come, self.early = {}, [], [], []
        self.record, self.limits, self.claims, self.totals = Record(book), Limits(book), Claims(book), Totals(book)
        self.given, self.made = Given(book), Made(book)
        self.kept, self.queue, self.turn, self.reversals = Kept(book), [], count(), Reversals(self)
        self.verdicts, self.standings, self.goal_events, self.taken, self.taken_in, self.contests = [], {}, [], [], [], Contests(self)
        self.standing_rows = None
        for row in self.known.referrals.values():
            self.expect(Happening(row.id, "submitted", row.at))
        for event in self.known.events.values():
            self.expect(Happening(event.referral, event.kind, event.at, name=event.id, anchor=event.id,
                                  sequence=event.sequence, facts=event.facts))
        while self.queue:
            _, _, act, item = heapq.heappop(self.queue)
            act(item)
        self.findings += [("before-submission" if self.standings[event.referral].shared is None else "shared-claim-event", "events", event.name)
                          for event in self.early if event.referral in self.standings]

    def expect(self, happening):
        """Puts an event in its place; what the clock has not yet reached is only remembered."""
        if happening.at > self.moment:
            self.to_come.append(happening.at)
        else:
            act = self.submit if happening.is_submission else self.happen
            heapq.heappush(self.queue, (place(self.program, happening), next(self.turn), act, happening))
            for end, last in self.contests.note(self.program.day_of(happening.at)):
                if end > self.moment:
                    self.to_come.append(end)
                else:
                    heapq.heappush(self.queue, ((end, END_OF_PERIOD, 1), next(self.turn), self.end_contests, (last, end)))

    def end_contests(self, what):
        """A15: what a period's places get."""
        last, end = what
        for _, _, version, row in self.contests.end(last, end):
            standing, rule = row.standing, row.prize
            happening = Ending(standing.row.id, end, last)
            scope = row.look.scope(version, self.record, row.look.levels)
            part = Part(
                version=version, total=None, rule=rule, referral=standing.row.id, happening=happening, base=row.base, campaigns=[],
                tiers=row.look.levels, released=None, grant=self.grant_id(standing, rule, happening, scope),
                beneficiary=beneficiary(standing, rule, scope), place=self.contests.place_of(rule, end, standing.row.id), limit=None,
                counted=False, reversal="", granted=None)
            self.settle(part, scope, row.amount, self.program.day_of(end))

    def submit(self, happening):
        """A5 and A6: the referral is judged, and claims its keys if it is not out."""
        row = self.known.referrals[happening.referral]
        accepted = [verdict.row for verdict in self.verdicts
                    if not verdict.out and self.standings[verdict.row.id].taken_over_at is None]
        verdict = judge(self.book, row, closes_circle(row, accepted), self.before(row, happening))
        self.verdicts.append(verdict)
        if not verdict.out:
            for name in self.claims.claim(verdict):
                self.standings[name].taken_over_at = row.at
        if not verdict.out:
            self.standings[row.id] = standing = Standing(verdict)
            standing.shared = verdict.shared
            standing.recruiter = recruiter(row, [other for other in accepted if self.standings[other.id].taken_over_at is None])
            self.enter(standing, happening)

    def before(self, row, happening):
        """A5: what requirements at submission may ask of the submissions before."""
        version = self.program.in_force(self.program.day_of(row.at))
        if version is None:
            return {}
        moment = Moment(self.book, version, Standing(Verdict(row, version)), happening, None, None)
        over = {name: measure for name, measure in version.measures.items() if set(several(measure["on"])) == {"submitted"}}
        scope = moment.plain_scope(version)
        found = {name: self.record.value(name, measure, key_of(measure, scope), moment.day) for name, measure in over.items()}
        found["open_count"] = sum(standing.row.referrer == row.referrer and standing.taken_over_at is None and standing.stage in OPEN
                                  for standing in self.standings.values())
        return found

    def happen(self, happening):
        """A7: an event is taken in with the stages that it implies, or there is a finding."""
        standing = self.standings.get(happening.referral)
        if standing is None:
            row = self.known.referrals[happening.referral]
            if happening.at < row.at:
                self.early.append(happening)
            return
        if standing.taken_over_at is not None:
            return
        if standing.shared is not None:
            self.findings.append(("shared-claim-event", "events", happening.name))
            return
        if happening.origin == CLOCK and standing.had & set(happening.unless):
            return
        taken, refusal = self.come(standing, happening)
        if happening.origin == HOST and happening in taken:
            self.taken_in.append(happening)
        self.pass_on(standing, taken)
        if refusal is not None and happening.origin != CLOCK:
            self.findings.append((refusal, "events", happening.name))

    def come(self, standing, happening):
        """A5 and A7: an event is judged, and taken in with the stages that it implies. Gives what those who share have of it, and why it
        is not taken in, if it cannot follow."""
        outcome = judge_event(self.book, standing, happening) if standing.shared is None else None
        if outcome is not None:
            follows = outcome in FOLLOWS[standing.stage]
            return (self.enter(standing, instead(happening, outcome)) if follows else []), None
        taken = []
        for event in implied(standing, happening):
            if standing.refusal(event) is None:
                taken += self.enter(standing, event)
        refusal = standing.refusal(happening)
        if refusal is None:
            taken += self.enter(standing, happening)
        return taken, refusal

    def enter(self, standing, happening, shared=False):
        """Takes an event in, and then what conditions make of it. Who shares has what depends on other referrals of its own, all else
        from the holder."""
        version, scope = self.take_in(standing, happening)
        self.made.note(version, standing, happening, scope)
        taken = [happening]
        for alone, event in self.made.come(version, standing, happening, scope):
            if not (alone and shared):
                found = self.come(standing, event)[0]
                taken += found if alone else []
        return taken

    def pass_on(self, standing, taken):
        """What is taken in for the holder of a claim is taken in for each who shares it."""
        claim = standing.verdict.claim
        for sharer in claim.sharers if claim is not None else []:
            for happening in taken:
                self.enter(self.standings[sharer.row.id], happening, shared=True)

    def take_in(self, standing, happening):
        before = self.record.copy()
        self.kept.look_back(before, standing.row.referrer, self.program.day_of(happening.at))
        standing.take(happening)
        standing.version = version = standing.governing(self.program, happening)
        self.record.count(version, standing, happening)
        self.claims.take_in(standing, happening)
        moment = Moment(self.book, version, standing, happening, before, self.record.copy())
        levels = {ladder.get("name", "tier"): self.kept.at_event(version, ladder, standing.row.referrer, level(version, ladder, moment))
                  for ladder in version.ladders}
        standing.tiers = tiers(version, standing, happening, levels)
        standing.tiers_at[happening.kind] = levels
        scope = moment.scope(version, moment.after, standing.tiers, lambda rule: standing.granted.get(rule, 0))
        self.taken.append((standing.row, happening, scope))
        for campaign, value in for_goals(self.program, version, standing, happening, scope):
            self.goal_events.append((version, campaign, standing.row.id, value))
        self.reversals.at(standing, happening, scope)
        for rule, computed in candidates(self.program, version, standing, happening, scope, self.totals, self.given):
            self.grant(standing, version, rule, happening, scope, computed)
        for clock in clocks(version, happening) if standing.shared is None else []:
            self.expect(clock)
        return version, scope

    def grant(self, standing, version, rule, happening, scope, computed):
        try:
            computed = computed()
        except Denied as denied:
            standing.not_granted.append((happening.part, rule["id"], denied.code))
            if denied.code == "no-longer":
                self.given.end(rule, standing)
            return
        self.given.give(computed.once)
        if computed.key is not None:
            self.totals.settled[computed.key] = computed.total
        part = Part(
            version=version, total=computed.key, rule=rule, referral=standing.row.id, happening=happening, base=computed.base,
            campaigns=computed.campaigns, tiers=dict(standing.tiers), released=None,
            grant=self.grant_id(standing, rule, happening, scope), beneficiary=beneficiary(standing, rule, scope),
            place=self.place_of(standing, happening), limit=None, counted=False, reversal="", granted=None)
        self.settle(part, scope, computed.amount, self.program.day_of(happening.at))

    def place_of(self, standing, happening):
        """The place of an event; of one that is taken in for those who share, also whose it is."""
        own = (0,) if happening.at_submission or standing.place == 0 else (standing.place, id_key(standing.row.id))
        return place(self.program, happening, own)

    def settle(self, part, scope, amount, day):
        """Takes a part through the limits; what they put off waits for its period."""
        standing = self.standings[part.referral]
        counted = part.counted
        part.amount, cut, put_off = self.limits.go_through(
            part.version, part.rule, scope, part.campaigns, amount, day, counted)
        part.limits = cut
        if part.total is not None:
            kept = part.amount + sum(rest for _, rest, _ in put_off)
            self.totals.give(part.total, kept if part.released is None else kept - amount)
        self.reversals.remember(part, scope, sum(rest for _, rest, _ in put_off))
        whole = part.released is not None and part.amount == 0 and sum(rest for _, rest, _ in put_off) == amount
        if not whole:
            self.parts[self.key(part)] = part
            standing.granted[part.rule["id"]] = standing.granted.get(part.rule["id"], 0) + part.amount
        for limit, rest, first_day in put_off:
            if first_day is None:
                continue
            instant = first_instant(first_day, self.program.zone)
            if instant > self.moment:
                self.to_come.append(instant)
            else:
                later = Part(**{**part.__dict__, "released": instant, "limit": limit["id"],
                                "counted": counted or part.amount > 0})
                heapq.heappush(self.queue, ((instant, END_OF_PERIOD), next(self.turn), self.release, (later, scope, rest, first_day)))

    def release(self, put_off):
        part, scope, amount, day = put_off
        self.settle(part, scope, self.reversals.spare(part, amount), day)

    def book_reversal(self, of, happening, reversal, base, amount):
        """What a reversal takes from a grant, or gives back to it, at an event."""
        part = Part(**{**of.__dict__, "happening": happening, "place": self.place_of(self.standings[of.referral], happening), "base": base, "amount": amount,
                       "campaigns": [], "limits": [], "released": None, "reversal": reversal["id"], "granted": of,
                       "reversal_index": self.program.reversal_ids.index(reversal["id"])})
        self.parts[of.grant, "taken back", reversal["id"], happening.part] = part
        return part

    def key(self, part):
        """A part's name: the grant, when it was released, and a number where one grant has several at one instant."""
        number = sum(key[:2] == (part.grant, part.released) for key in self.parts)
        return (part.grant, part.released, number)

    def grant_id(self, standing, rule, happening, scope):
        kind, name = happening.part
        party, who = beneficiary(standing, rule, scope)
        return "/".join([self.program.id, rule["id"], id_part(standing.row.id), kind + id_part(name),
                         f"{party}:{id_part(who)}"])


def beneficiary(standing, rule, scope):
    if rule["to"] == "account":
        return "account", named_account(rule, scope)
    if rule["to"] in ("referrer", "recruiter"):
        return rule["to"], standing.row.referrer if rule["to"] == "referrer" else standing.recruiter
    return "referee", standing.row.referee if standing.row.referee is not None else standing.row.id
