"""DESIGN A11: positions and balances as of the moment."""
from datetime import date

from dates import within
from expressions import evaluate
from requirements import holds
from scope import Scope
from values import absent, round_to


class Positions:
    def __init__(self, book, ideal, entries, moment):
        self.book, self.ideal, self.moment = book, ideal, moment
        self.today = book.program.day_of(moment)
        self.done = {}
        for row in sorted((row for row in book.confirmations if row.known <= moment), key=lambda row: row.at):
            self.done.setdefault((row.entry, row.what), row.at)
        self.entries = entries
        self.kept = self.left_to_the_beneficiary()
        self.states = [self.state(entry) for entry in entries]

    def state(self, entry):
        paid = self.handed_over(entry)
        if paid is None and self.reversed(entry):
            return "reversed"
        if paid is None and entry.id in self.kept:
            return "kept"
        standing = self.ideal.standings.get(entry.part.referral)
        if paid is None and any(who is not None and who.void for who in (standing, self.holder(standing))):
            return "void"
        if self.expired(entry):
            return "expired"
        if paid is not None:
            return "paid"
        if self.forfeited(entry):
            return "forfeited"
        if self.on_hold(entry) or self.today < entry.payable_on:
            return "held"
        return "payable"

    def holder(self, standing):
        """The referral whose claim it shares, if it shares one."""
        shares = standing is not None and standing.shared is not None
        return self.ideal.standings[standing.shared.verdict.row.id] if shares else None

    def reversed(self, entry):
        """It belongs to a grant with corrections whose entries add up to nothing and none of which is paid."""
        grant = [other for other in self.entries if other.part.grant == entry.part.grant]
        return (any(other.correction or other.part.reversal for other in grant) and sum(other.amount for other in grant) == 0
                and not any(self.handed_over(other) is not None for other in grant))

    def left_to_the_beneficiary(self):
        """What a reversal that keeps what is paid takes of a grant of which an entry was paid by then; and what gives that back."""
        kept, left = set(), {}
        for entry in self.entries:
            part = entry.part
            terms = next((one for one in part.version.reversals if one["id"] == part.reversal), {})
            if terms.get("when_paid") != "keep":
                continue
            key, at = (part.grant, part.reversal), part.happening.at
            if entry.amount > 0:
                keeps = left.get(key, 0) < 0 and left[key] + entry.amount <= 0
            else:
                keeps = any(other.part.grant == part.grant and not other.part.reversal and other.amount > 0
                            and self.handed_over(other) is not None and self.handed_over(other) <= at for other in self.entries)
            if keeps:
                left[key] = left.get(key, 0) + entry.amount
                kept.add(entry.id)
        return kept

    def handed_over(self, entry):
        """When the host paid it; what was used was handed over, too."""
        return min((self.done[entry.id, what] for what in ("paid", "used") if (entry.id, what) in self.done), default=None)

    def lasting(self, entry):
        """The entry whose last day counts: its own, or that of the first of its grant for what is taken back; None without one."""
        if entry.amount < 0:
            entry = next(other for other in self.entries if other.part.grant == entry.part.grant)
        return None if entry.amount < 0 or "expires_after" not in entry.part.rule else entry

    def expires_on(self, entry):
        """The last day on which it can be used: counted anew from each event that keeps it alive and comes in time."""
        entry = self.lasting(entry)
        if entry is None:
            return None
        part, day_of, calendar = entry.part, self.book.program.day_of, entry.part.version.time.calendar

        def last_day(at):
            end = within(at, part.rule["expires_after"], part.version.time.zone, calendar)
            return date.max if absent(end) else day_of(end)

        end, kinds = last_day(entry.anchor), part.rule.get("kept_alive_by", ())
        kinds = [kinds] if isinstance(kinds, str) else kinds
        alive = [at for standing in self.ideal.standings.values() for at, kind in standing.happened
                 if kind in kinds and at >= entry.anchor and (standing.row.id == part.referral or standing.row.referrer == part.beneficiary[1])]
        for at in sorted(alive):
            if day_of(at) > end:
                break
            end = max(end, last_day(at))
        return end

    def expired(self, entry):
        lasting = self.lasting(entry)
        used_up = lasting is not None and (lasting.id, "used") in self.done and self.used(lasting) >= lasting.amount
        return lasting is not None and not used_up and self.today > self.expires_on(entry)

    def used(self, entry):
        """How much was used: what the confirmations say in all, all of it if one says so of the whole, and no more than that."""
        rows = [row for row in self.book.confirmations if row.known <= self.moment and (row.entry, row.what) == (entry.id, "used")]
        if any(row.amount is None for row in rows):
            return entry.amount
        used = round_to(sum(row.amount for row in rows), entry.part.rule["unit"], "half away from zero")
        return max(0, min(used, entry.amount))

    def remaining(self, entry, state):
        return 0 if state in ("reversed", "expired", "void", "forfeited", "kept") else entry.amount - self.used(entry)

    def released_by(self, entry):
        """When the event came that releases the entry, or None."""
        standing = self.ideal.standings.get(entry.part.referral)
        return None if standing is None else standing.first.get(entry.part.rule["hold_until"])

    def forfeited(self, entry):
        """It was not released in time; what is taken back goes with the first entry of its grant."""
        if entry.amount < 0:
            entry = next(other for other in self.entries if other.part.grant == entry.part.grant)
        rule, time = entry.part.rule, entry.part.version.time
        if entry.amount < 0 or "forfeited_after" not in rule:
            return False
        last, event = within(entry.anchor, rule["forfeited_after"], time.zone, time.calendar), self.released_by(entry)
        return not absent(last) and self.moment > last and (event is None or event > last)

    def promises(self, entry):
        """The last day to pay and the last moment to tell; counted from a release by an event, there are none before it."""
        if not entry.waits:
            return entry.due_on, entry.notify_by
        event = self.released_by(entry)
        return (None, None) if event is None else entry.promises(entry.released(event))

    def on_hold(self, entry):
        """Whether an event or a condition holds the entry."""
        rule, part = entry.part.rule, entry.part
        standing = self.ideal.standings.get(part.referral)
        row = standing.row if standing else next(row for row in self.book.referrals if row.id == part.referral)
        holder = self.holder(standing)
        if holds(self.book, standing, row, self.moment, holder) or holder is not None and holder.held:
            return True
        if "hold_until" in rule and (standing is None or rule["hold_until"] not in standing.had):
            return True
        if "hold_while" in rule:
            return evaluate(rule["hold_while"], Scope(self.book, part.version, row, moment=self.moment)) is not False
        return False

    def promise_to_pay(self, entry, state):
        due_on, _ = self.promises(entry)
        if entry.amount <= 0 or state in ("reversed", "void", "forfeited", "kept") or "pay_within" not in entry.part.rule or (due_on is None and not entry.waits):
            return "none"
        paid = self.handed_over(entry)
        if paid is not None:
            return "met" if due_on is None or self.book.program.day_of(paid) <= due_on else "met late"
        if state == "expired":
            return "none"
        if due_on is None or self.on_hold(entry):
            return "on hold"
        return "overdue" if self.today > due_on else "due"

    def promise_to_notify(self, entry, state):
        _, notify_by = self.promises(entry)
        if entry.amount <= 0 or state in ("reversed", "forfeited", "kept") or notify_by is None:
            return "none"
        told = self.done.get((entry.id, "notified"))
        if told is not None:
            return "met" if told <= notify_by else "met late"
        if state in ("expired", "void"):
            return "none"
        return "overdue" if self.moment > notify_by else "due"

    def balances(self):
        """Earned = held + payable + paid + reversed + expired + void + forfeited + kept, per beneficiary and unit."""
        sums = {}
        for entry, state in zip(self.entries, self.states):
            key = (entry.part.beneficiary, entry.part.rule["unit"])
            totals = sums.setdefault(key, dict.fromkeys(("earned", "held", "payable", "paid", "reversed", "expired", "void", "forfeited", "kept"), 0))
            totals["earned"] += entry.amount
            used = self.used(entry) if state == "expired" else 0
            totals[state] += entry.amount - used
            totals["paid"] += used
        return sums

    def unknown_entries(self):
        """Confirmations that name an entry which is not in the ledger, of a referral that is."""
        known = {row.id for row in self.book.referrals if row.known <= self.moment}
        names = {entry.id for entry in self.entries} | set(self.book.booked)
        for name in {row.entry for row in self.book.confirmations if row.known <= self.moment}:
            parts = name.split("/")
            if name not in names and len(parts) > 2 and parts[2].replace("%2F", "/").replace("%25", "%") in known:
                yield ("unknown-entry", "confirmations", name)
