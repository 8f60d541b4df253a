"""What a call from Python costs over the same call in Rust: both in turns, on the same book, which the Rust side writes.

    python benches/python/compare.py TARGET [REFERRALS] [ROUNDS]

TARGET is Cargo's folder, in which `cargo build --release -p referral-benches` has put `release/beside`; `referral_rules` must be a
release build, too. Needs pandas, Polars and PyArrow. The exit status is 1 where a mark is missed. CPU is that of the whole process,
read from its clock (Linux), so that threads of either side count.
"""

import gc
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from statistics import median

import pandas
import polars
import pyarrow
from pyarrow import csv

from referral_rules import Program

AS_OF = "2027-01-01T00:00:00Z"
#: How much more CPU than Rust a frame of Arrow may cost.
FRAME_MARK = 1.15
#: How many microseconds one call may cost over Rust.
CALL_MARK = 3.0
CALLS = 2_000

DAY, WORDS, MONEY = pyarrow.date32(), pyarrow.dictionary(pyarrow.int32(), pyarrow.string()), pyarrow.decimal128(18, 2)
TYPES = {
    **dict.fromkeys(("opened_on", "submitted_at", "introduced_on", "crm_first_seen", "qualified_at", "closed_at"), DAY),
    **dict.fromkeys(("status", "plan", "channel", "referee.industry", "referee.country"), WORDS),
    "closed.first_year_value": MONEY,
}


class Rust:
    """The process beside, and what it uses."""

    def __init__(self, program: Path, folder: Path, referrals: int) -> None:
        pipe = subprocess.PIPE
        self.process = subprocess.Popen([program, folder, str(referrals)], stdin=pipe, stdout=pipe, text=True)
        self.clock = ~self.process.pid << 3 | 2  # Linux: the clock of the CPU of a whole process
        assert self.heard() == "ready"

    def heard(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def ask(self, what: str) -> str:
        assert self.process.stdin is not None
        print(what, file=self.process.stdin, flush=True)
        return self.heard()

    def many(self) -> tuple[float, str]:
        before = time.clock_gettime(self.clock)
        counts = self.ask("many")
        return time.clock_gettime(self.clock) - before, counts


def table(path: Path) -> pyarrow.Table:
    options = csv.ConvertOptions(column_types=TYPES, strings_can_be_null=True, quoted_strings_can_be_null=False)
    return csv.read_csv(path, convert_options=options).combine_chunks()


def objects(table: pyarrow.Table) -> pandas.DataFrame:
    """A frame whose texts and amounts are objects of Python, as pandas had them for many years."""
    frame = table.to_pandas(categories=[], strings_to_categorical=False, date_as_object=True)
    for name in frame.columns:
        if isinstance(frame[name].dtype, pandas.CategoricalDtype) or frame[name].dtype == "str":
            frame[name] = frame[name].astype(object)
    return frame


def cpu(call: Callable[[], str]) -> tuple[float, str]:
    gc.collect()
    before = time.process_time()
    counts = call()
    return time.process_time() - before, counts


def least_of_calls(call: Callable[[], object]) -> float:
    """The least time of one call, in microseconds."""
    best = sys.maxsize
    for _ in range(CALLS):
        before = time.perf_counter_ns()
        call()
        best = min(best, time.perf_counter_ns() - before)
    return best / 1e3


def many(program: Program, rust: Rust, tables: dict[str, pyarrow.Table], referrals: int, rounds: int) -> bool:
    """Whole books: frames of several libraries in turns with Rust."""
    books = {
        "PyArrow": tables,
        "Polars": {name: polars.from_arrow(table) for name, table in tables.items()},
        "pandas, columns of Arrow": {name: table.to_pandas(types_mapper=pandas.ArrowDtype) for name, table in tables.items()},
        "pandas, objects": {name: objects(table) for name, table in tables.items()},
    }

    def evaluate(book: dict[str, object]) -> str:
        evaluation = program.evaluate(book, AS_OF, answer=["decisions", "ledger"])
        return f"{len(evaluation.decisions)} {len(evaluation.ledger)}"

    used: dict[str, list[float]] = {"Rust": [], **{name: [] for name in books}}
    for at in range(rounds + 1):
        runs = {"Rust": rust.many(), **{name: cpu(lambda: evaluate(book)) for name, book in books.items()}}
        assert len({counts for _, counts in runs.values()}) == 1, f"they do not say the same: {runs}"
        for name, (seconds, _) in runs.items():
            if at > 0:  # the first round warms up
                used[name].append(seconds * 1e9 / referrals)
    print(f"{referrals} referrals, {rounds} rounds: CPU ns a referral")
    print(f"{'':<28}{'least':>10}{'median':>10}{'÷ Rust':>10}")
    for name, all in used.items():
        ratio = median(one / base for one, base in zip(all, used["Rust"]))
        print(f"{name:<28}{min(all):>10.0f}{median(all):>10.0f}{ratio:>10.2f}")
    ratio = median(one / base for one, base in zip(used["PyArrow"], used["Rust"]))
    return ratio <= FRAME_MARK


def plain(row: dict[str, object]) -> dict[str, object]:
    """A row as a host has it: without what is missing."""
    return {name: value for name, value in row.items() if value is not None}


def one(program: Program, rust: Rust, tables: dict[str, pyarrow.Table], folder: Path, rounds: int) -> bool:
    """One referral in a call: a dict in Python; a struct, JSON, and columns in Rust."""
    book = {name: [plain(row) for row in table.slice(0, 1).to_pylist()] for name, table in tables.items()}
    request = {"book": book, "as_of": AS_OF, "answer": ["decisions", "ledger"]}
    text = json.dumps(request, default=lambda value: float(value) if isinstance(value, Decimal) else str(value))
    (folder / "one.json").write_text(text, encoding="utf-8")
    columns, rows, as_json, python = [], [], [], []
    for _ in range(rounds):
        columns.append(int(rust.ask("one as columns")) / 1e3)
        rows.append(int(rust.ask("one as rows")) / 1e3)
        as_json.append(int(rust.ask("one as JSON")) / 1e3)
        python.append(least_of_calls(lambda: program.evaluate(book, AS_OF, answer=("decisions", "ledger"))))
    over = min(python) - min(rows)
    print(f"one referral in a call, the least of {rounds} × {CALLS}, in µs: Rust from columns {min(columns):.1f}, from structs "
          f"{min(rows):.1f}, from JSON {min(as_json):.1f}; Python from dicts {min(python):.1f}, {over:.1f} over Rust from structs")
    return over <= CALL_MARK


def main() -> int:
    target = Path(sys.argv[1])
    referrals = int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 7
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rust = Rust(target / "release" / "beside", folder, referrals)
        tables = {name: table(folder / f"{name}.csv") for name in ("accounts", "referrals")}
        program = Program.from_file(folder / "program.toml")
        kept = [one(program, rust, tables, folder, rounds), many(program, rust, tables, referrals, rounds)]
        rust.process.terminate()
    return 0 if all(kept) else 1


if __name__ == "__main__":
    sys.exit(main())
