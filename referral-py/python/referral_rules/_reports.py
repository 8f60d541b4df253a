"""What the command tells of an answer: metrics, statements, how two programs compare. All of it is read off tables of answers."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import tzinfo
from decimal import Decimal
from difflib import get_close_matches
from typing import Any

from ._evaluation import Evaluation, _instant

#: A row as it is in JSON: numbers are texts.
Plain = dict[str, Any]

NUMBERS = {"value", "change", "amount", "earned", "held", "payable", "paid", "other", "gross", "fee", "net", "carried", "before", "after", "difference"}


class NotThere(Exception):
    """There is nothing of that name."""


def plain(evaluation: Evaluation, table: str) -> list[Plain]:
    """The rows of a table as they are in JSON."""
    rows: list[Plain] = json.loads(getattr(evaluation, table).to_json())
    return rows


def metrics(evaluation: Evaluation, named: Collection[str], *, groups: bool) -> dict[str, list[Plain]]:
    """The rows of `metrics` and `diagnosis`: of those that are named, or all; with or without groups."""
    rows, weak = plain(evaluation, "metrics"), plain(evaluation, "diagnosis")
    known = dict.fromkeys(str(row["metric"]) for row in rows)
    if not known:
        raise NotThere("the program has no metrics: write `[[metric]]`")
    _there("metric", named, known)
    wanted: Callable[[Plain], bool] = lambda row: not named or row["metric"] in named
    return {
        "metrics": [row for row in rows if wanted(row) and (groups or row["by"] is None)],
        "diagnosis": [row for row in weak if wanted(row)],
    }


def metrics_text(found: Mapping[str, list[Plain]]) -> str:
    """The same for people."""
    rows = [
        {
            "metric": row["label"] or row["metric"],
            "of": f"{row['by']} {row['group'] if row['group'] is not None else '(none)'}" if row["by"] else "",
            "value": row["value"] if row["value"] is not None else "-",
            "change": row["change"] or "",
            "good": _good(row),
            "settled": "" if row["open"] else "yes",
            "made of": _made_of(row),
        }
        for row in found["metrics"]
    ]
    weak = []
    for row in found["diagnosis"]:
        weak.append(f"{row['label'] or row['metric']}: {_good({**row, 'comparison': 'worse'})}")
        weak += [f"  - {remedy}" for remedy in row["remedies"]]
    return "\n".join([*lines(rows), *(["", "What falls short, the weakest first", *weak] if weak else [])])


def _made_of(row: Plain) -> str:
    over = f" / {row['denominator']} {row['denominator_is']}" if row["denominator"] is not None else ""
    return f"{row['numerator']} {row['numerator_is']}{over}"


def _good(row: Plain) -> str:
    bounds = [f"{words} {row[key]}" for key, words in (("at_least", "at least"), ("at_most", "at most")) if row[key] is not None]
    if not bounds:
        return ""
    by = f" by {row['short_by']}" if row["short_by"] is not None and row["comparison"] == "worse" else ""
    return f"{row['comparison'] or 'unknown'}{by} ({', '.join(bounds)})"


def statements(evaluation: Evaluation, named: Collection[str]) -> list[dict[str, Any]]:
    """For each beneficiary (those that are named, by `party:id` or id, or all): its lines of the ledger, with where each stands, its
    balances and its payouts."""
    stands = {row["entry"]: row for row in plain(evaluation, "positions")}
    out: dict[str, dict[str, Any]] = {}

    def of(whose: Plain) -> dict[str, Any]:
        name = f"{whose['party']}:{whose['id']}"
        return out.setdefault(name, {"beneficiary": whose, "balances": [], "entries": [], "payouts": []})

    for row in plain(evaluation, "balances"):
        of(row["beneficiary"])["balances"].append(row)
    for row in plain(evaluation, "ledger"):
        of(row["beneficiary"])["entries"].append({**row, "position": stands.get(row["id"])})
    ids = dict.fromkeys(str(statement["beneficiary"]["id"]) for statement in out.values())
    _there("beneficiary", named, {**dict.fromkeys(out), **ids})
    for row in plain(evaluation, "payouts"):
        # An account is paid what it has as a referrer, a recruiter or by name; a referee what it has as one.
        for statement in out.values():
            whose = statement["beneficiary"]
            if whose["id"] == row["payee"]["id"] and (whose["party"] == "referee") == (row["payee"]["party"] == "referee"):
                statement["payouts"].append(row)
    return [one for name, one in out.items() if not named or name in named or one["beneficiary"]["id"] in named]


def statement_text(statement: Mapping[str, Any], evaluation: Evaluation) -> str:
    """A statement for people: its days are those of the program's zone."""
    whose, zone = statement["beneficiary"], evaluation.time_zone
    as_of = evaluation.as_of.astimezone(zone)
    title = f"Statement of {whose['party']} {whose['id']}: {evaluation.program}, as of {as_of:%Y-%m-%d %H:%M}, {zone}"
    entries = [
        {
            "earned": _day(row["earned_at"], zone),
            "referral": row["referral"],
            "for": f"{row.get('label') or row['rule']}{' (correction)' if row['correction'] else ''}",
            "amount": row["amount"],
            "unit": row["unit"],
            "stands": (row["position"] or {}).get("state") or "",
            "payable from": row["payable_on"] or "",
            "due": row["due_on"] or "",
            "paid on": _day((row["position"] or {}).get("paid_at"), zone),
        }
        for row in statement["entries"]
    ]
    shown = ("unit", "earned", "held", "payable", "paid", "reversed", "expired", "void", "forfeited", "kept")
    balances = [{name: row[name] for name in shown} for row in statement["balances"]]
    payouts = [{name: row[name] for name in ("day", "state", "unit", "gross", "fee", "net", "carried")} for row in statement["payouts"]]
    parts = [title, "=" * len(title), *lines(entries, {"amount"}), "", *lines(balances, {*shown[1:]})]
    return "\n".join([*parts, *(["", "Payouts", *lines(payouts)] if payouts else [])])


def _day(instant: str | None, zone: tzinfo) -> str:
    if not instant:
        return ""
    return f"{_instant(instant).astimezone(zone):%Y-%m-%d}"


def compared(before: Evaluation, after: Evaluation) -> dict[str, list[Plain]]:
    """Where two answers over the same facts differ: in all, by unit; and by referral: verdicts, and what each party has."""
    sums = _sums(before), _sums(after)
    verdicts = _verdicts(before), _verdicts(after)
    units: dict[str, list[Decimal]] = {}
    referrals = []
    for key in dict.fromkeys([*sums[0], *sums[1]]):
        referral, party, unit = key
        amounts = [of.get(key, Decimal()) for of in sums]
        total = units.setdefault(unit, [Decimal(), Decimal()])
        total[:] = [total[0] + amounts[0], total[1] + amounts[1]]
        if amounts[0] != amounts[1]:
            referrals.append({"referral": referral, "party": party, "unit": unit, **_difference(*amounts)})
    changed = [
        {"referral": referral, "before": verdicts[0][referral], "after": verdicts[1][referral]}
        for referral in verdicts[0]
        if verdicts[0][referral] != verdicts[1][referral]
    ]
    return {"units": [{"unit": unit, **_difference(*total)} for unit, total in sorted(units.items())], "verdicts": changed, "referrals": referrals}


def compared_text(found: Mapping[str, list[Plain]]) -> str:
    """The same for people."""
    verdicts = [{"referral": row["referral"], "before": _verdict(row["before"]), "after": _verdict(row["after"])} for row in found["verdicts"]]
    if not verdicts and not found["referrals"]:
        return "\n".join([*lines(found["units"]), "no referral brings anything else"])
    parts = [*lines(found["units"])]
    if verdicts:
        parts += ["", "Verdicts", *lines(verdicts, ())]
    if found["referrals"]:
        parts += ["", "What referrals bring", *lines(found["referrals"])]
    return "\n".join(parts)


def _sums(evaluation: Evaluation) -> dict[tuple[str, str, str], Decimal]:
    out: dict[tuple[str, str, str], Decimal] = {}
    for row in plain(evaluation, "ledger"):
        key = str(row["referral"]), str(row["beneficiary"]["party"]), str(row["unit"])
        out[key] = out.get(key, Decimal()) + Decimal(row["amount"])
    return out


def _verdicts(evaluation: Evaluation) -> dict[str, Plain]:
    rows = plain(evaluation, "decisions")
    return {str(row["referral"]): {"verdict": row["verdict"], "reasons": [reason["code"] for reason in row["reasons"]]} for row in rows}


def _verdict(found: Plain) -> str:
    """The verdict with its first reason, which is *the* reason."""
    first, *more = found["reasons"] or [""]
    why = f" ({first}{f' and {len(more)} more' if more else ''})" if first else ""
    return f"{found['verdict']}{why}"


def _difference(before: Decimal, after: Decimal) -> dict[str, str]:
    difference = after - before
    return {"before": str(before), "after": str(after), "difference": f"{difference:+}" if difference else str(difference)}


def _there(what: str, named: Iterable[str], known: Collection[str]) -> None:
    for name in named:
        if name not in known:
            near = get_close_matches(name, known, 1)
            raise NotThere(f"there is no {what} `{name}`" + (f": did you mean `{near[0]}`?" if near else ""))


def lines(rows: list[Plain], right: Collection[str] = frozenset(NUMBERS)) -> list[str]:
    """Rows in columns, with a head; columns in which nothing stands are left out. Those of `right` stand on the right."""
    names = [name for name in (rows[0] if rows else ()) if any(str(row[name]) for row in rows)]
    cells = [names, *([" ".join(str(row[name]).split()) for name in names] for row in rows)]
    widths = [max(len(line[at]) for line in cells) for at in range(len(names))]

    def placed(text: str, at: int) -> str:
        return text.rjust(widths[at]) if names[at] in right else text.ljust(widths[at])

    return ["  ".join(placed(text, at) for at, text in enumerate(line)).rstrip() for line in cells] if names else []
