"""The command `referral`: programs, tables and tests on a command line."""

from __future__ import annotations

import argparse
import json
import sys
import traceback
from collections.abc import Callable, Sequence
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any, NoReturn

from . import _display, _reports
from ._errors import InternalError, ReferralError
from ._evaluation import ANSWER_TABLES, Evaluation
from ._files import FORMATS, write_table
from ._program import Program, example, schema
from ._table import Table
from ._testing import TABLES, run_test, test_files

STANDARDS = ("customer-referrals", "partner-referrals")

#: What a command ends with.
FINE, WRONG, USAGE, INTERNAL, INTERRUPTED = 0, 1, 2, 70, 130

EPILOG = """
A program is a file in TOML or JSON, several files for its versions, or customer-referrals or partner-referrals, which come with the
library. Tables are files in CSV, JSON, Parquet or Arrow: a folder of them, named after the tables, or one by one.

The command ends with 0 if all is well; 1 if a document, a table or a test is wrong, or there is no such thing; 2 if it is called wrongly;
70 for a fault of referral itself; 130 after Ctrl-C.
"""


class Stop(Exception):
    """Something is wrong that is no `ReferralError`: told in a line."""

    def __init__(self, message: str, status: int = WRONG) -> None:
        super().__init__(message)
        self.status = status


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command, and gives what it ends with."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except (Stop, _reports.NotThere) as stop:
        return _stop(options, str(stop), getattr(stop, "status", WRONG))
    except BrokenPipeError:
        sys.stderr.close()  # whoever read the output has gone
        return FINE
    except OSError as fault:
        return _stop(options, f"{fault.filename or ''}: {fault.strerror}" if fault.strerror else str(fault), WRONG)
    except ReferralError as fault:
        status = INTERNAL if isinstance(fault, InternalError) else WRONG
        return _fail(options, _as_json(fault), _display.marked(fault), status)
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return INTERRUPTED
    except Exception:
        report = "this is a fault of referral itself, please report it with what was called:\n" + traceback.format_exc()
        return _fail(options, {"ok": False, "error": {"code": "internal", "message": report}}, report, INTERNAL)


def _stop(options: Any, message: str, status: int) -> int:
    code = "usage" if status == USAGE else "not-usable"
    return _fail(options, {"ok": False, "error": {"code": code, "message": message}}, f"error: {message}", status)


def _fail(options: Any, answer: dict[str, Any], text: str, status: int) -> int:
    if getattr(options, "json", False):
        _print_json(answer)
    else:
        print(text, file=sys.stderr)
    return status


def _as_json(fault: ReferralError) -> dict[str, Any]:
    if not fault.diagnostics:
        return {"ok": False, "error": {"code": fault.code, "message": str(fault)}}
    return {"ok": False, "diagnostics": [_diagnostic(item) for item in fault.diagnostics], "text": str(fault)}


def _diagnostic(item: Any) -> dict[str, Any]:
    place = {"source": item.place.source, "line": item.place.line, "column": item.place.column, "path": item.place.path}
    return {"code": item.code, "severity": item.severity, "place": place, "message": item.message, "help": item.help}


def _print_json(value: Any) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2))


def _program(options: Any, given: list[str] | None = None) -> Program:
    names: list[str] = options.program if given is None else given
    if len(names) == 1 and names[0] in STANDARDS and not Path(names[0]).exists():
        return Program({"standard": names[0]})
    try:
        return Program.from_file(*names)
    except OSError as fault:
        raise Stop(f"{fault.filename or ''}: {fault.strerror}") from None
    except UnicodeDecodeError as fault:
        raise Stop(f"the program is no text: {fault}") from None


def _is_example(options: Any) -> bool:
    """Whether a standard program is tried on its own book."""
    own = options.book is not None or any(getattr(options, name) for name in TABLES)
    return not own and len(options.program) == 1 and options.program[0] in STANDARDS


def _book(options: Any) -> dict[str, Any]:
    book: dict[str, Any] = {}
    if options.book is None and not any(getattr(options, name) for name in TABLES):
        if _is_example(options):
            book = dict(example(options.program[0]).book)
        else:
            raise Stop("give the tables: --book FOLDER, or --referrals FILE and so on", USAGE)
    elif options.book is not None:
        folder = Path(options.book)
        if not folder.is_dir():
            raise Stop(f"{folder}: there is no such folder")
        for path in sorted(folder.iterdir()):
            if path.stem in TABLES and path.suffix.lower() in FORMATS:
                if path.stem in book:
                    raise Stop(f"the table `{path.stem}` is there twice: {book[path.stem].name} and {path.name}")
                book[path.stem] = path
        if not book:
            raise Stop(f"{folder}: no file in it is named after a table, such as referrals.csv")
    for name in TABLES:
        if getattr(options, name):
            book[name] = Path(getattr(options, name))
    return book


def _as_of(options: Any) -> Any:
    if options.as_of is not None:
        return options.as_of
    if _is_example(options):
        return example(options.program[0]).as_of
    return date.today()


def _check(options: Any) -> int:
    program = _program(options)
    warnings = program.warnings
    if options.json:
        _print_json({"ok": True, "program": program.id, "versions": program.versions, "warnings": list(map(_diagnostic, warnings))})
    else:
        for warning in warnings:
            print(_display.warning(warning), file=sys.stderr)
        count = f"{len(warnings)} {'warning' if len(warnings) == 1 else 'warnings'}" if warnings else "no warnings"
        print(f"{program.id}: {', '.join(program.versions)}: sound, {count}")
    return WRONG if options.strict and warnings else FINE


def _evaluate(options: Any) -> int:
    named: list[str] = options.table or []
    wanted = list(dict.fromkeys(named))
    program = _program(options)
    book, as_of = _book(options), _as_of(options)
    parts = [*ANSWER_TABLES, "warnings", "fingerprint", "summary"]
    evaluation = program.evaluate(book, as_of, threads=options.threads, answer=parts, progress=True)
    if options.write:
        folder = Path(options.write)
        folder.mkdir(parents=True, exist_ok=True)
        for name in wanted or ANSWER_TABLES:
            try:
                write_table(getattr(evaluation, name), folder / f"{name}.{options.format or 'csv'}")
            except ImportError as fault:
                raise Stop(str(fault)) from None
    if options.json:
        print(_json_of(evaluation, wanted))
    elif wanted and not options.write:
        for name in wanted:
            _print_table(getattr(evaluation, name), options.format)
    else:
        print(evaluation.summary.rstrip("\n"))
    return FINE


def _json_of(evaluation: Evaluation, wanted: list[str]) -> str:
    if not wanted:
        return evaluation.json
    return json.dumps({name: json.loads(getattr(evaluation, name).to_json()) for name in wanted}, ensure_ascii=False)


def _print_table(table: Table, kind: str | None) -> None:
    if kind == "json":
        print(table.to_json())
    elif kind in (None, "csv") and (kind == "csv" or not sys.stdout.isatty()):
        print(table.to_csv(), end="")
    elif kind is None:
        _display.show(table)
    else:
        raise Stop(f"a terminal cannot show {kind}: add --write FOLDER", USAGE)


def _explain(options: Any) -> int:
    evaluation = _program(options).evaluate(_book(options), _as_of(options), threads=options.threads, answer=[])
    about = {"referral": options.referral, "entry": options.entry, "referrer": options.referrer}
    text = evaluation.explain(**about, letter=options.letter)
    if options.json:
        _print_json({"ok": True, "text": text})
    else:
        print(text.rstrip("\n"))
    return FINE


def _metrics(options: Any) -> int:
    evaluation = _program(options).evaluate(_book(options), _as_of(options), threads=options.threads, answer=["metrics", "diagnosis"])
    found = _reports.metrics(evaluation, options.metric or [], groups=options.groups)
    _tell(options, {"ok": True, **found}, lambda: _reports.metrics_text(found))
    return FINE


def _statement(options: Any) -> int:
    parts = ["ledger", "positions", "balances", "payouts"]
    evaluation = _program(options).evaluate(_book(options), _as_of(options), threads=options.threads, answer=parts)
    found = _reports.statements(evaluation, options.beneficiary or [])
    texts = (_reports.statement_text(statement, evaluation) for statement in found)
    _tell(options, {"ok": True, "statements": found}, lambda: "\n\n".join(texts) or "nobody has earned anything")
    return FINE


def _compare(options: Any) -> int:
    programs = _program(options), _program(options, options.other)
    book, as_of = _book(options), _as_of(options)
    before, after = (one.evaluate(book, as_of, threads=options.threads, answer=["decisions", "ledger"]) for one in programs)
    found = _reports.compared(before, after)
    _tell(options, {"ok": True, **found}, lambda: _reports.compared_text(found))
    return FINE


def _tell(options: Any, answer: dict[str, Any], text: Callable[[], str]) -> None:
    if options.json:
        _print_json(answer)
    else:
        print(text())


def _terms(options: Any) -> int:
    text = _program(options).terms(options.language, version=options.version)
    if options.json:
        _print_json({"ok": True, "terms": text})
    else:
        print(text.rstrip("\n"))
    return FINE


def _changes(options: Any) -> int:
    changes = _program(options).changes(options.language)
    if options.json:
        _print_json({"ok": True, "changes": changes})
    else:
        print("\n".join(change["text"].rstrip("\n") for change in changes) or "there is one version: nothing changed")
    return FINE


def _test(options: Any) -> int:
    paths = [Path(path) for path in options.files]
    missing = [str(path) for path in paths if not path.exists()]
    if missing:
        raise Stop(f"there is no {', '.join(missing)}")
    results = [run_test(path) for path in test_files(paths)]
    if not results:
        raise Stop("there are no tests: their files end in .test.toml")
    failed = [result for result in results if not result.passed]
    if options.json:
        _print_json({
            "ok": not failed,
            "tests": [{"file": str(result.path), "passed": result.passed, "differences": result.differences} for result in results],
        })
        return WRONG if failed else FINE
    for result in failed:
        print(f"{result.path}: failed")
        for line in "\n".join(result.differences).splitlines():
            print(f"    {line}")
    print(f"{len(results)} {'test' if len(results) == 1 else 'tests'}: {len(results) - len(failed)} passed, {len(failed)} failed")
    return WRONG if failed else FINE


def _schema(_: Any) -> int:
    _print_json(schema())
    return FINE


def _init(options: Any) -> int:
    folder = Path(options.folder)
    if options.standard:
        chosen = example(options.standard)
        written = {"program.toml": chosen.document, **{f"{name}.csv": str(text) for name, text in chosen.book.items()}}
        test, as_of = [], f" --as-of {chosen.as_of}"
    else:
        starter = files("referral_rules") / "starter"
        names = ("program.toml", "accounts.csv", "referrals.csv", "program.test.toml")
        written = {name: (starter / name).read_text(encoding="utf-8") for name in names}
        test, as_of = [f"  referral test {folder}"], " --as-of 2026-04-30"
    there = [name for name in written if (folder / name).exists()]
    if there:
        raise Stop(f"{folder} has {', '.join(there)} already, which is left as it is")
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in written.items():
        (folder / name).write_text(text, encoding="utf-8")
    program = folder / "program.toml"
    print(f"{folder}: wrote {', '.join(written)}. Next:")
    print("\n".join([f"  referral check {program}", f"  referral evaluate {program} --book {folder}{as_of}", *test]))
    return FINE


def _parser() -> argparse.ArgumentParser:
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(prog="referral", description="Who is owed what, by when, and why.", epilog=EPILOG, formatter_class=raw)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: Any, help: str, *, program: bool = True, as_json: bool = True) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=help, description=f"{help[0].upper()}{help[1:]}.", formatter_class=raw)
        added.set_defaults(run=run)
        if program:
            added.add_argument("program", nargs="+", metavar="PROGRAM", help="the program: a file for each version, or a standard program's name")
        if as_json:
            added.add_argument("--json", action="store_true", help="answer in JSON, faults too")
        return added

    def tables(added: argparse.ArgumentParser) -> None:
        added.add_argument("--book", metavar="FOLDER", help="a folder with a file for each table, such as referrals.csv")
        for name in TABLES:
            added.add_argument(f"--{name.replace('_', '-')}", dest=name, metavar="FILE", help=f"the table `{name}`")
        added.add_argument("--as-of", metavar="MOMENT", help="a date, at its end, or a time with its zone; today by default")
        added.add_argument("--threads", type=int, default=1, metavar="N", help="how many threads to use; 1 by default")

    check = command("check", _check, "check a program")
    check.add_argument("--strict", action="store_true", help="warnings are wrong, too")
    evaluate = command("evaluate", _evaluate, "say who is owed what, by when, and why")
    tables(evaluate)
    evaluate.add_argument("--table", action="append", choices=ANSWER_TABLES, metavar="NAME", help=f"show only this table: {', '.join(ANSWER_TABLES)}")
    evaluate.add_argument("--write", metavar="FOLDER", help="write the tables as files into a folder")
    evaluate.add_argument("--format", choices=sorted(set(FORMATS.values())), help="of what is written or shown; csv by default")
    explain = command("explain", _explain, "tell the story of one referral, entry or referrer")
    tables(explain)
    about = explain.add_mutually_exclusive_group(required=True)
    for name in ("referral", "entry", "referrer"):
        about.add_argument(f"--{name}", metavar="ID", help=f"the {name}")
    explain.add_argument("--letter", choices=("en", "de"), help="a letter that settles a dispute about the referral or entry")
    metrics = command("metrics", _metrics, "say what the program is measured by, and what falls short")
    tables(metrics)
    metrics.add_argument("--metric", action="append", metavar="ID", help="only this one; again and again")
    metrics.add_argument("--groups", action="store_true", help="the groups of each metric, too, such as its months")
    statement = command("statement", _statement, "say what each beneficiary has earned, and where it stands")
    tables(statement)
    statement.add_argument("--beneficiary", action="append", metavar="ID", help="only this one, such as ada or referrer:ada; again and again")
    compare = command("compare", _compare, "say what another program would have brought over the same tables")
    compare.add_argument("--with", dest="other", nargs="+", required=True, metavar="PROGRAM", help="the other program, as the first one is given")
    tables(compare)
    terms = command("terms", _terms, "say the terms in plain words")
    terms.add_argument("--language", default="en", metavar="CODE", help="en or de")
    terms.add_argument("--version", metavar="NAME", help="which version; the latest by default")
    changes = command("changes", _changes, "say what changed from each version to the next")
    changes.add_argument("--language", default="en", metavar="CODE", help="en or de")
    test = command("test", _test, "run test files, and those in folders", program=False)
    test.add_argument("files", nargs="+", metavar="FILE", help="a file, or a folder with files that end in .test.toml")
    command("schema", _schema, "print the JSON Schema of a program's document", program=False, as_json=False)
    init = command("init", _init, "write a program to begin with, with tables and a test", program=False, as_json=False)
    init.add_argument("folder", metavar="FOLDER", help="where to; it is made")
    init.add_argument("--standard", choices=STANDARDS, help="a standard program and its example instead")
    return parser


def run() -> NoReturn:
    """What the installed command calls."""
    sys.exit(main())
