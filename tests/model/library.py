"""The library, asked through its JSON door: one request per line in, one answer per line out."""
import json
import subprocess
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from functions import decimal_text

ROOT = Path(__file__).resolve().parents[2]


TABLES = ["decisions", "entries", "ledger", "positions", "balances", "payouts", "standings", "leaderboard", "outlook", "campaigns", "lists", "findings", "assessments", "notices", "metrics", "diagnosis", "dashboard", "digest"]


class Plain(json.JSONEncoder):
    """Dates as texts; numbers never become floats."""

    def default(self, value):
        return str(value)


def write(value):
    """JSON text in which a decimal keeps its digits: `Decimal` stands as a bare number."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(str(key))}: {write(item)}" for key, item in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(write, value)) + "]"
    if isinstance(value, (Decimal, Fraction)):
        return decimal_text(Fraction(value))
    return json.dumps(value, cls=Plain)


class Library:
    """A process that stays, so that no question waits for its start."""

    def __init__(self, command=None):
        if command is None:
            subprocess.run(["cargo", "build", "--quiet", "--locked", "-p", "referral-tests", "--bin", "evaluate_lines"],
                           cwd=ROOT, check=True)
            built = json.loads(subprocess.run(["cargo", "metadata", "--no-deps", "--format-version", "1"], cwd=ROOT,
                                              check=True, capture_output=True).stdout)["target_directory"]
            command = Path(built) / "debug" / "evaluate_lines"
        self.last = None
        self.process = subprocess.Popen([str(command)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def raw(self, request):
        self.process.stdin.write((write(request) + "\n").encode())
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"the library ended at {write(request)}")
        return json.loads(line)

    def answer(self, request):
        """The answer in the form of the model's, or its diagnostics under `refused`."""
        raw = self.raw({**request, "answer": TABLES})
        if not raw.get("ok"):
            return {"refused": raw}
        self.last = raw
        return {
            "decisions": [decision(row) for row in raw["decisions"]],
            "entries": [entry(row) for row in raw["entries"]],
            "ledger": [entry(row) for row in raw["ledger"]],
            "positions": [{key: row[key] for key in ("entry", "state", "amount", "used", "remaining", "due_on", "notify_by", "paid_at", "expires_on", "pay", "notify")}
                          for row in raw["positions"]],
            "balances": sorted([":".join(row["beneficiary"].values()), row["unit"]]
                               + [row[key] for key in ("earned", "held", "payable", "paid", "reversed", "expired", "void", "forfeited", "kept")]
                               for row in raw["balances"]),
            "payouts": [payout(row) for row in raw["payouts"]],
            "standings": raw["standings"],
            "leaderboard": raw["leaderboard"],
            "outlook": raw["outlook"],
            "campaigns": [campaign(row) for row in raw["campaigns"]],
            "lists": raw["lists"],
            "notices": [{key: value for key, value in row.items() if key not in ("texts", "missing_facts")} for row in raw["notices"]],
            "assessments": [assessment(row) for row in raw["assessments"]],
            "metrics": [{key: row[key] for key in METRIC} for row in raw["metrics"]],
            "diagnosis": [{key: row[key] for key in ("metric", "value", "short_by", "shortfall")} for row in raw["diagnosis"]],
            "dashboard": [dashboard(row) for row in raw["dashboard"]],
            "digest": [digest(row) for row in raw["digest"]],
            "findings": findings(raw["findings"]),
        }


METRIC = ("metric", "by", "group", "numerator", "denominator", "value", "change", "open", "comparison", "short_by")


def of_referrer(row):
    return {"earned": sorted([one["unit"], one["earned"], one["pending"], one["paid"]] for one in row["earned"]),
            "figures": [[one["metric"], one["value"]] for one in row["figures"]]}


def dashboard(row):
    return {"referrer": row["referrer"], "submitted": row["submitted"],
            "referrals": [[one["referral"], one["status"], one["since"]] for one in row["referrals"]], **of_referrer(row),
            "rank": row["rank"], "ranked": row["ranked"],
            "levels": [[one["ladder"], one["level"], one["next_level"], one["missing"]] for one in row["levels"]]}


def digest(row):
    counts = ("submitted", "qualified", "opportunities", "closed", "ended", "under_way", "active_opportunities", "total_submitted")
    return {"referrer": row["referrer"], "month": row["month"], "month_over": row["month_over"], "counts": [row[key] for key in counts],
            **of_referrer(row)}


UNCLEAR = ("missing-referrer", "unknown-referrer", "incomplete-event")


def findings(rows):
    """Not compared: columns that no fact has, and what one of the copies lacks that contradict each other."""
    contradicted = {(row["table"], row["id"]) for row in rows if row["code"] == "conflicting-copies"}
    return sorted({(row["code"], row["id"]) for row in rows if row["code"] != "unknown-column"
                   and not (row["code"] in UNCLEAR and (row["table"], row["id"]) in contradicted)})


def payout(row):
    found = {key: row[key] for key in ("payout", "day", "state", "entries", "gross", "fee", "net", "carried", "missed_on")}
    return {**found, "reasons": [reason["code"] for reason in row["reasons"]], "flags": [flag["code"] for flag in row["flags"]]}


def assessment(row):
    items = [{key: item[key] for key in ("item", "state", "points", "next")} for item in row["items"]]
    return {**row, "items": items}


def tiers(row):
    return [f"{tier['ladder']}: {tier['level']}" for tier in row["tiers"]]


def campaign(row):
    goal = row["goal"] and {key: row["goal"][key] for key in ("on", "at_least", "reached", "missing")}
    return {"campaign": row["campaign"], "version": row["version"], "goal": goal, "grants": row["grants"]}


def decision(row):
    return {
        "referral": row["referral"], "verdict": row["verdict"], "reasons": [reason["code"] for reason in row["reasons"]],
        "version": row["version"], "stage": row["stage"], "tiers": tiers(row),
        "stage_event": row["stage_event"] and {**row["stage_event"], "facts": sorted(row["stage_event"]["facts"])},
        "campaigns": sorted(row["campaigns"]), "limits": sorted(row["limits"]),
        "failures": [" ".join([failure["code"], failure["on_failure"], failure["event"]["kind"], failure["at"]])
                     for failure in row["failures"]],
    }


SAME = ("id", "grant", "referral", "rule", "version", "kind", "unit", "base", "amount", "correction", "campaigns",
        "earned_at", "booked_at", "payable_on", "due_on", "notify_by")


def entry(row):
    found = {key: row[key] for key in SAME}
    found["reversal"] = row.get("reversal", "")
    found.update(beneficiary=":".join(row["beneficiary"].values()), event=row["event"]["kind"], tiers=tiers(row))
    return found
