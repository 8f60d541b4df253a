"""docs/document.md, "The answer": what the model says, in the form of the JSON door, as far as the two are compared."""
from hashlib import sha256

from booked import Booked
from book import Book
from functions import decimal_text
from fractions import Fraction
from known import Known, contradicted_strays, prepare, settle, strays
from ledger import Ledger
from dates import last_instant
from notices import Notices
from order import HOST
from metrics import Metrics
import payouts
from assessments import assessments
from positions import Positions
from program import Program
from submission import judge
from outlook import outlook
from standings import campaigns, standings
from values import MISSING, absent, id_key, read_day, read_instant, write_amount, write_instant


def answer(request):
    """The answer to a request with `program`, `book` and `as_of`."""
    program = Program(request["program"])
    day = read_day(request["as_of"])
    moment = last_instant(day, program.zone) if day else read_instant(request["as_of"])
    book = Book(program, request.get("book") or {})
    prepare(book)
    ledger = Ledger(book, moment)
    booked = Booked(book, ledger, moment)
    positions = Positions(book, ledger.ideal, booked.ledger, moment)
    reports = Metrics(book, ledger.ideal, positions)
    findings = (book.findings_at(moment) + ledger.ideal.findings + booked.findings + list(positions.unknown_entries())
                + list(of_known(book, ledger.ideal)))
    return {
        "decisions": decisions(ledger.ideal, booked.ledger),
        "entries": [write_entry(entry) for entry in booked.new],
        "ledger": [write_entry(entry) for entry in booked.ledger],
        "positions": [write_position(positions, entry, state) for entry, state in zip(booked.ledger, positions.states)],
        "balances": write_balances(positions),
        "payouts": [payouts.write(row) for row in payouts.Payouts(book, ledger.ideal, positions).rows()],
        "standings": list(standings(ledger.ideal)),
        "leaderboard": ledger.ideal.contests.leaderboard(),
        "outlook": list(outlook(ledger.ideal)),
        "campaigns": list(campaigns(ledger.ideal, booked.ledger)),
        "lists": lists(book),
        "assessments": list(assessments(ledger.ideal)),
        "notices": list(Notices(ledger.ideal).rows()),
        "metrics": list(reports.metrics()),
        "diagnosis": reports.diagnosis(),
        "dashboard": list(reports.dashboard()),
        "digest": list(reports.digest()),
        "findings": sorted({(code, name or "") for code, _, name in findings}),
    }


def lists(book):
    """The lists that are not written in documents, each once, with a digest of their values."""
    found = {}
    for version in book.program.versions:
        for name, source in version.lists_from.items():
            values = version.lists.values[name]
            digest = None if absent(values) else sha256("".join(value + "\n" for value in sorted(values, key=str.encode)).encode()).hexdigest()
            found[name, source] = {"list": name, "from": source, "values": None if absent(values) else len(values), "hash": digest}
    return [found[key] for key in sorted(found)]


def of_known(book, ideal):
    """Findings about copies, and about referrers that are not there."""
    known = Known(book, ideal.moment)
    for table, names in (("referrals", known.withdrawn_referrals), ("events", known.withdrawn_events)):
        for name in names:
            yield ("conflicting-copies", table, name)
    for event in settle(book.events, ideal.moment)[0].values():
        if any(absent(event.facts.get(name, MISSING)) for name in book.program.needs(event.kind)):
            yield ("incomplete-event", event.table, event.id)
    for name in contradicted_strays(book, ideal.moment):
        yield ("conflicting-copies", "events", name)
    for name in strays(book, ideal.moment):
        yield ("unknown-referral", "events", name)
    for row in ideal.known.referrals.values():
        if row.referrer is None:
            yield ("missing-referrer", "referrals", row.id)
        elif book.has_accounts and row.referrer not in book.accounts:
            yield ("unknown-referrer", "referrals", row.id)


def decisions(ideal, entries):
    """One decision per referral, in the order of submission."""
    found = [(verdict.row, judged(verdict, ideal.standings.get(verdict.row.id))) for verdict in ideal.verdicts]
    found += [(row, contradicted(ideal.book, row)) for row in ideal.known.withdrawn_referrals.values()]
    return [{"referral": row.id, **decision, **touched_by(row, entries)}
            for row, decision in sorted(found, key=lambda pair: (pair[0].at, id_key(pair[0].id)))]


def judged(verdict, standing):
    return {
        "verdict": "refused" if verdict.out else "accepted",
        "reasons": verdict.reasons + (["taken-over"] if standing and standing.taken_over_at is not None else [])
        + (["shared-claim"] if standing and standing.shared is not None else []),
        "version": verdict.version_name,
        "stage": standing.stage if standing else "",
        "stage_event": write_event(standing.stage_event) if standing else None,
        "tiers": write_tiers(standing.shown_tiers()) if standing else [],
        "failures": [f"{code} {does} {kind} {write_instant(at)}" for code, does, kind, at
                     in verdict.failures + (standing.failures if standing else [])],
    }


def contradicted(book, row):
    """A referral whose copies contradict each other is refused until the host resolves it."""
    return {"verdict": "refused", "reasons": ["conflicting-copies"], "version": judge(book, row).version_name, "stage": "",
            "stage_event": None, "tiers": [], "failures": []}


def touched_by(row, entries):
    """The campaigns and limits that stand on the entries of its ledger."""
    own = [entry for entry in entries if entry.part.referral == row.id]
    return {key: sorted({name for entry in own for name in getattr(entry, key)}) for key in ("campaigns", "limits")}


def write_event(happening):
    return {"kind": happening.kind, "id": happening.name if happening.origin == HOST else None, "at": write_instant(happening.at),
            "facts": sorted(name for name, value in happening.facts.items() if not absent(value))}


def write_tiers(levels):
    return [f"{name}: {level}" for name, level in levels.items() if level is not None]


def write_entry(entry):
    part = entry.part
    unit = part.rule["unit"]
    return {
        "id": entry.id, "grant": part.grant, "referral": part.referral, "beneficiary": ":".join(part.beneficiary),
        "rule": part.rule["id"], "version": part.version.name, "event": part.happening.kind, "kind": part.rule["kind"],
        "unit": unit, "base": decimal_text(Fraction(part.base)), "amount": write_amount(entry.amount, unit),
        "reversal": part.reversal, "correction": entry.correction, "tiers": write_tiers(part.tiers), "campaigns": entry.campaigns,
        "earned_at": write_instant(part.happening.at), "booked_at": write_instant(entry.booked_at),
        "payable_on": text(entry.payable_on), "due_on": text(entry.due_on), "notify_by": moment_text(entry.notify_by),
    }


def write_position(positions, entry, state):
    paid = positions.handed_over(entry)
    return {
        "entry": entry.id, "state": state, "amount": write_amount(entry.amount, entry.part.rule["unit"]),
        "used": write_amount(positions.used(entry), entry.part.rule["unit"]),
        "remaining": write_amount(positions.remaining(entry, state), entry.part.rule["unit"]),
        "due_on": text(positions.promises(entry)[0]), "notify_by": moment_text(positions.promises(entry)[1]),
        "paid_at": moment_text(paid), "expires_on": text(positions.expires_on(entry)), "pay": positions.promise_to_pay(entry, state),
        "notify": positions.promise_to_notify(entry, state),
    }


def write_balances(positions):
    return sorted(
        [":".join(who), unit] + [write_amount(totals[name], unit) for name in ("earned", "held", "payable", "paid", "reversed", "expired", "void", "forfeited", "kept")]
        for (who, unit), totals in positions.balances().items())


def text(value):
    return None if value is None else str(value)


def moment_text(value):
    return None if value is None else write_instant(value)
