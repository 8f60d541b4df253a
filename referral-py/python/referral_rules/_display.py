"""How programs and answers show themselves: HTML for notebooks, tables for terminals."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ._errors import Diagnostic, ReferralError
    from ._evaluation import Evaluation
    from ._program import Program
    from ._table import Table

#: The most rows of a table that are shown.
ROWS_MAX = 20

#: Up to how many referrals everything is counted when an evaluation is shown.
SMALL = 20_000

#: The most letters of a cell that are shown.
CELL_MAX = 60

#: Colours are those of the page, so that it is right in light and dark. What is too wide is scrolled where it stands.
STYLE = (
    "<style>.referral{font-variant-numeric:tabular-nums}.referral .w{overflow-x:auto}.referral table{border-collapse:collapse;margin:.3em 0}"
    ".referral th,.referral td{border:0;border-bottom:1px solid rgba(128,128,128,.35);padding:.15em .7em;text-align:left;"
    "color:inherit;background:none;vertical-align:top;white-space:nowrap}.referral .n{text-align:right}"
    ".referral td.t{white-space:normal;max-width:60em}.referral .q{opacity:.7}"
    ".referral pre{white-space:pre;overflow-x:auto;margin:.3em 0;color:inherit;background:none}"
    ".referral pre.t{white-space:pre-wrap;max-width:100ch}</style>"
)


def cell(value: Any) -> str:
    """A value in one line."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}" + ("Z" if not value.utcoffset() else "")
    if isinstance(value, Mapping):
        if value.keys() >= {"party", "id"}:
            return f"{value['party']}:{value['id']}"
        if value.keys() >= {"party", "amount", "unit"}:
            return f"{value['party']} {value['amount']} {value['unit']}"
        if value.keys() >= {"kind", "id"}:
            told = ", ".join(filter(None, [cell(value.get("at")), _pairs(value.get("facts") or {})]))
            return f"{value['kind']} {value['id'] or ''}".rstrip() + (f" ({told})" if told else "")
        if value.keys() >= {"rule", "message"}:
            return f"{value['rule']}: {value['message']}"
        for name in ("message", "code", "level"):
            if name in value:
                return str(value[name])
        return _pairs(value)
    if isinstance(value, (list, tuple)):
        return "; ".join(map(cell, value))
    return str(value)


def _pairs(value: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {cell(part)}" for name, part in value.items() if part not in (None, "", [], {}))


def short(text: str) -> str:
    """The text, or its beginning."""
    line = " ".join(text.split())
    return line if len(line) <= CELL_MAX else line[: CELL_MAX - 1] + "…"


def is_number(value: Any) -> bool:
    """Whether a value is aligned to the right."""
    return isinstance(value, (int, Decimal, Fraction)) and not isinstance(value, bool)


def html(*parts: str) -> str:
    """Parts of HTML as one, which needs nothing else."""
    return f'<div class="referral">{STYLE}{"".join(parts)}</div>'


def html_table(rows: Sequence[Mapping[str, Any]], of: int | None = None) -> str:
    """Rows as HTML: columns that are empty in all of them are left out."""
    count = len(rows) if of is None else of
    names = _filled(rows)
    if not names:
        return '<p class="q">no rows</p>'
    right = {name for name in names if any(is_number(row.get(name)) for row in rows[:ROWS_MAX])}
    head = "".join(f"<th{' class=n' if name in right else ''}>{escape(name)}</th>" for name in names)
    body = "".join("<tr>" + "".join(_html_cell(row.get(name)) for name in names) + "</tr>" for row in rows[:ROWS_MAX])
    more = f'<p class="q">{count} rows, {ROWS_MAX} shown</p>' if count > ROWS_MAX else ""
    return f"<div class=w><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>{more}"


def html_pairs(pairs: Iterable[tuple[str, str]]) -> str:
    """Names and values below one another, each value as a whole."""
    rows = "".join(f"<tr><td class=q>{escape(name)}</td><td class=t>{escape(value)}</td></tr>" for name, value in pairs)
    return f"<table><tbody>{rows}</tbody></table>"


def _html_cell(value: Any) -> str:
    text = cell(value)
    hint = f' title="{escape(text)}"' if short(text) != text else ""
    return f"<td{' class=n' if is_number(value) else ''}{hint}>{escape(short(text))}</td>"


def _filled(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """The columns that have something in them. Ids of entries are long, and nobody reads them first: they come last."""
    names = dict.fromkeys(name for row in rows[:ROWS_MAX] for name in row)
    filled = [name for name in names if any(cell(row.get(name)) for row in rows[:ROWS_MAX])]
    last = [name for name in filled if name in ("id", "grant", "entry")] if "amount" in filled else []
    return [name for name in filled if name not in last] + last


def table_html(table: Table) -> str:
    """A table of an answer."""
    return html(f"<b>{escape(table.name)}</b>", html_table(table.head(ROWS_MAX), len(table)))


def text_html(text: str) -> str:
    """A text as it is, such as an explanation."""
    return html(f"<pre>{escape(text)}</pre>")


def decision_html(decision: Mapping[str, Any]) -> str:
    """A decision: the verdict, the reasons, and what else there is."""
    verdict = "" if decision["verdict"] == "accepted" else " ✗"
    title = f"<b>{escape(str(decision['referral']))}</b> {escape(str(decision['verdict']))}{verdict or ' ✓'}"
    reasons = [(reason["code"], f"{reason['message']} ({asked})" if (asked := operands(reason["operands"])) else reason["message"])
               for reason in decision["reasons"]]
    rest = [(name, cell(value)) for name, value in decision.items() if name not in ("referral", "verdict", "reasons")]
    told = [pair for pair in rest if pair[1]]
    return html(f"<p>{title}</p>", html_pairs(reasons) if reasons else "", html_pairs(told))


def operands(all: Iterable[Mapping[str, Any]]) -> str:
    """What decided, in a line."""
    told = (f"{one['subject']} was {one['actual']}, needs {one['operator']} {one['expected']}".rstrip() for one in all)
    return "; ".join(told)


def program_html(program: Program) -> str:
    """A program: its id and versions, what may not be as it was meant, its terms."""
    title = f"<b>{escape(program.id)}</b> <span class=q>{escape(', '.join(program.versions))}</span>"
    warnings = "".join(f"<li>{escape(warning.message)}</li>" for warning in program.warnings)
    terms = f"<details><summary>terms</summary><pre class=t>{escape(program.terms())}</pre></details>"
    return html(f"<p>{title}</p>", f"<ul>{warnings}</ul>" if warnings else "", terms)


def sizes(evaluation: Evaluation) -> dict[str, int | None]:
    """How many rows each table has. Of a large evaluation only of those that need not be made for it: whoever looks at it should not wait."""
    small = len(evaluation.tables.get("decisions", ())) <= SMALL
    cheap = ("decisions", "ledger", "findings")
    return {name: len(table) if small or name in cheap else None for name, table in evaluation.tables.items()}


def evaluation_html(evaluation: Evaluation) -> str:
    """An evaluation: its tables, and who is owed what, unless there are very many."""
    title = f"<b>{escape(evaluation.program)}</b> <span class=q>as of {cell(evaluation.as_of)}</span>"
    all = sizes(evaluation)
    filled = (f"{escape(name)} <b>{'…' if size is None else size}</b>" for name, size in all.items() if size != 0)
    empty = ", ".join(name for name, size in all.items() if size == 0)
    shown = f"<p>{' · '.join(filled)}</p>" + (f"<p class=q>no rows: {escape(empty)}</p>" if empty else "")
    owed = html_table(evaluation.balances.head(ROWS_MAX), all["balances"]) if all.get("balances") else ""
    return html(f"<p>{title}</p>", shown, owed)


def rich_table(title: str, rows: Sequence[Mapping[str, Any]], of: int | None = None) -> Any:
    """Rows as a table of rich, which is installed: it asks for it."""
    from rich.table import Table as RichTable
    from rich.text import Text

    count = len(rows) if of is None else of
    caption = f"{count} rows, {ROWS_MAX} shown" if count > ROWS_MAX else None
    out = RichTable(title=Text(title), caption=caption, title_justify="left")
    names = _filled(rows)
    if not names:
        out.add_column(Text("no rows"))
    for name in names:
        right = any(is_number(row.get(name)) for row in rows)
        out.add_column(Text(name), justify="right" if right else "left")
    for row in rows[:ROWS_MAX]:
        out.add_row(*(Text(short(cell(row.get(name)))) for name in names))
    return out


def show(table: Table) -> None:
    """Prints a table: with rich if it is installed."""
    if importlib.util.find_spec("rich"):
        from rich.console import Console

        Console().print(table)
    else:
        print(plain_table(table.head(ROWS_MAX), len(table)))


def plain_table(rows: Sequence[Mapping[str, Any]], of: int) -> str:
    """Rows as plain text in columns."""
    names = _filled(rows)
    lines = [names, *([short(cell(row.get(name))) for name in names] for row in rows[:ROWS_MAX])]
    widths = [max(len(line[at]) for line in lines) for at in range(len(names))]
    text = "\n".join("  ".join(part.ljust(width) for part, width in zip(line, widths)).rstrip() for line in lines)
    return text + (f"\n{of} rows, {ROWS_MAX} shown" if of > ROWS_MAX else "")


def marked(fault: ReferralError) -> str:
    """A fault for a terminal: a document's with its marked lines, any other with its message."""
    text = str(fault)
    return text if text.startswith(("error", "warning")) else f"error: {text}"


def warning(found: Diagnostic) -> str:
    """A warning for a terminal."""
    place = f"{found.place.source}:{found.place.line}:{found.place.column}"
    help = f"\n  = help: {found.help}" if found.help else ""
    return f"warning[{found.code}]: {found.message}\n  --> {place}{help}"
