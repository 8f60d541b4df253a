"""The cases of the corpus, asked of the model: what it must say stands in the case."""
import csv
import io
import re
import tomllib
from decimal import Decimal
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CASES = ROOT / "tests/cases"
PROGRAMS = ROOT / "examples/programs"


def load(text):
    return tomllib.loads(text, parse_float=Decimal)


def requests():
    """Every case with an answer, as a request."""
    for path in sorted(CASES.glob("*/*.toml")) + sorted(PROGRAMS.glob("*.test.toml")):
        if path.parent.name == "base":
            continue
        case = load(path.read_text())
        if "program_file" in case:
            case["program"] = (path.parent / case["program_file"]).read_text()
        if "diagnostics" in case.get("expect", {}) or case.get("program", "standard") in ("standard", "partner") or "as_of" not in case:
            continue
        base = (CASES / "base" / (case["base"] + ".toml")).read_text() if "base" in case else ""
        sources = case["program"] if isinstance(case["program"], list) else [case["program"]]
        programs = [read_program(base + "\n" + source) for source in sources]
        book = {name: texts(case[name]) for name in ("accounts", "referrals", "events", "confirmations", "booked", "opening_balances", "rates", "lists", "company", "notified", "figures")
                if name in case}
        book.update({name: list(rows(text)) for name, text in case.get("csv", {}).items()})
        yield str(path.relative_to(ROOT)), {"program": programs, "book": book, "as_of": moment(case["as_of"])}


def rows(text):
    """The rows of a table in CSV: blank is missing, what reads like a number, true or false is one."""
    for row in csv.DictReader(io.StringIO(text.strip())):
        yield {name: cell(value) for name, value in row.items() if value}


def cell(value):
    if value in ("true", "false"):
        return value == "true"
    if re.fullmatch(r"-?(0|[1-9][0-9]*)", value):
        return int(value)
    return Decimal(value) if re.fullmatch(r"-?(0|[1-9][0-9]*)\.[0-9]+", value) else value


def read_program(text):
    import json
    if text.strip().startswith("{"):
        return json.loads(text, parse_float=Decimal)
    return ordered(texts(load(text)), text)


def ordered(document, text):
    """The sections in the order of the text (tomllib keeps it)."""
    return document


def texts(value):
    """Dates and instants of TOML as the texts that JSON has for them."""
    if isinstance(value, dict):
        return {key: texts(item) for key, item in value.items()}
    if isinstance(value, list):
        return [texts(item) for item in value]
    return value if isinstance(value, (str, bool, int, Decimal)) else moment(value)


def moment(value):
    return re.sub(r"\+00:00$", "Z", value.isoformat()) if hasattr(value, "isoformat") else value
