"""Runs alternatives in turns, so that each meets the same moods of the machine, and tells how they compare.

    python3 compare.py [SIZE:ROUNDS:ALTERNATIVE,ALTERNATIVE,...]...

`rules` and `rules-2t` are the engine, the others are alternatives of the peers' program (`limit-1t`, `hand`, ...) or of their
scripts in Python (`duckdb`, `polars`, `pandas`). MODE=parquet counts reading the files, too. Every process must give the same
checks as the first of its size; one that does not is named, and the exit status is 1. LOG=file keeps what each process said.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from statistics import median

PEERS = Path(os.environ["PEERS"])
"""The folder of the peers' workload, with its program and scripts."""
BUILT = Path(os.environ["PEERBENCH"])
"""Where their program, its data and Python's environment are."""
OURS = os.environ["REFERRAL_PEER"]
MODE = os.environ.get("MODE", "mem")
PLANS = ["10000:5:limit-1t,rules", "1000000:3:limit-1t,rules"]
SCRIPTS = {
    "duckdb": ("alt_duckdb", 2),
    "duckdb-1t": ("alt_duckdb", 1),
    "polars": ("alt_polars", 2),
    "polars-1t": ("alt_polars", 1),
    "pandas": ("alt_pandas", 1),
}
BASE = "limit-1t"


def repetitions(size: int) -> int:
    """Enough of them that the first, which warms up, can be left out."""
    return 15 if size <= 10_000 else 5 if size <= 100_000 else 3


def command(alternative: str) -> tuple[list[str], dict[str, str]]:
    if alternative in SCRIPTS:
        script, threads = SCRIPTS[alternative]
        return [f"{BUILT}/venv/bin/python", f"{PEERS}/python/{script}.py"], {"THREADS": str(threads)}
    return [OURS if alternative.startswith("rules") else f"{BUILT}/peers", alternative], {}


def run(alternative: str, size: int) -> dict:
    start, more = command(alternative)
    settings = {"PROGRAM_JSON": f"{PEERS}/program.json", "PYTHONDONTWRITEBYTECODE": "1", "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [*start, f"{BUILT}/data/{size}", MODE, str(repetitions(size))],
        env={**os.environ, **settings, **more},
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def cost(said: dict, of: str = "cpu") -> float:
    """Seconds of one evaluation; the first repetition warms up."""
    return median(said[of][1:] or said[of])


def table(size: int, rounds: list[dict[str, dict]]) -> None:
    print(f"\n{size:,} referrals, {MODE}, {len(rounds)} rounds\n")
    print("| alternative | CPU ns per referral | the least | without reading the answer | ÷ " + BASE + " | peak MB over the input |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    for alternative in rounds[0]:
        said = [one[alternative] for one in rounds]
        each = lambda seconds: f"{seconds * 1e9 / size:,.0f}"
        engine = each(median(cost(one, "engine_cpu") for one in said)) if "engine_cpu" in said[0] else ""
        based = [cost(one[alternative]) / cost(one[BASE]) for one in rounds if BASE in one]
        ratio = f"{median(based):.2f}" if based else ""
        over = [one["peak_mb"] - one["loaded_mb"] for one in said if "peak_mb" in one and "loaded_mb" in one]
        memory = f"{median(over):,.0f}" if over else ""
        costs = [cost(one) for one in said]
        least = min(min(one["cpu"]) for one in said)
        print(f"| {alternative} | {each(median(costs))} | {each(least)} | {engine} | {ratio} | {memory} |", flush=True)


def main() -> int:
    differs = 0
    for plan in sys.argv[1:] or PLANS:
        size_text, rounds_text, names = plan.split(":")
        size, rounds, checks = int(size_text), [], None
        for number in range(int(rounds_text)):
            rounds.append({})
            for alternative in names.split(","):
                said = run(alternative, size)
                checks = checks or said["checks"]
                if said["checks"] != checks:
                    wrong = sorted(key for key in checks if said["checks"].get(key) != checks[key])
                    print(f"{alternative} differs from {names.split(',')[0]}: {', '.join(wrong)}", flush=True)
                    differs += 1
                rounds[-1][alternative] = said
                if "LOG" in os.environ:
                    with open(os.environ["LOG"], "a") as log:
                        log.write(json.dumps({"size": size, "round": number, **said}) + "\n")
        table(size, rounds)
    print("\nall agree" if not differs else f"\n{differs} processes differ")
    return 1 if differs else 0


if __name__ == "__main__":
    sys.exit(main())
