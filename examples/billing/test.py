"""Kills the billing system at random points and starts it again: nothing is lost, nothing is paid twice.

usage: test.py BILLING [KILLS [SEED]]

Feeds random news, some of it late, to three databases: one process that is left alone; one that is killed (SIGKILL) and started again; and two
that share the database, of which now one and now the other is killed. In each the terms are upgraded in mid-stream, and the ledger
must be that of all rows evaluated at once, the same in all three. A round has about 20 kills; KILLS, 20 by default, says how many there are at
least, in rounds with other news each.
"""

import json
import random
import signal
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

HERE = Path(__file__).resolve().parent
START = datetime(2026, 1, 5, 9, tzinfo=timezone.utc)
END = "2027-03-01T00:00:00Z"


def news(random: random.Random, count: int) -> list[dict]:
    """Lines of news in the order in which they become known, some of them late."""
    lines, open_referrals = [], {}
    now = START
    accounts = [{"id": f"C-{number}", "paying": random.random() < 0.9} for number in range(8)]
    lines.append({"as_of": stamp(now), "accounts": accounts})
    for number in range(count):
        now += timedelta(hours=random.randint(1, 60))
        late = timedelta(hours=random.choice([0] * 6 + [30, 300]))
        at = stamp(max(START, now - late))
        line = {"as_of": stamp(now)}
        if not open_referrals or random.random() < 0.35:
            referral = f"R-{number}"
            row = {"id": referral, "referrer": f"C-{random.randrange(9)}", "submitted_at": stamp(now),
                   "referee.phone": f"+49 30 {random.randrange(40):06}"}
            line["referrals"] = [row]
            open_referrals[referral] = now
        else:
            referral = random.choice(sorted(open_referrals))
            kind = random.choice(["qualified", "bill", "bill", "bill", "disqualified"] if random.random() < 0.2 else ["qualified", "bill"])
            event = {"id": f"E-{number}", "referral": referral, "kind": kind, "at": at, "recorded_at": stamp(now)}
            if kind == "bill":
                event["amount"] = f"{random.randint(500, 90000) / 100:.2f}"
            line["events"] = [event]
        lines.append(line)
    return lines


def stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


class Billing:
    def __init__(self, program: str, folder: Path, name: str) -> None:
        self.program = program
        self.database = str(folder / f"{name}.db")

    def start(self, *arguments: str) -> subprocess.Popen:
        return subprocess.Popen([self.program, self.database, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def run(self, *arguments: str) -> str:
        process = self.start(*arguments)
        out, told = process.communicate()
        if process.returncode != 0:
            sys.exit(f"{' '.join(arguments)}: {out}{told}")
        return out

    def whole(self, do) -> str:
        """The terms, the first half of the news, new terms, the second half, the clock to the end; then the ledger."""
        self.run("init", str(HERE / "terms-2026.toml"), str(HERE / "opening.json"))
        do("feed", "first.jsonl")
        self.run("upgrade", str(HERE / "terms-2026-summer.toml"))
        do("feed", "second.jsonl")
        do("clock", END)
        differences = self.run("check", END).strip()
        ledger = self.run("ledger")
        self.run("paid", ledger.split()[1], END)
        balances = json.loads(self.run("balances", END))["balances"]
        paid = [balance["paid"] for balance in balances if balance["paid"] != "0.00"]
        assert paid == [ledger.split()[2]], f"paid is {paid}"
        print(f"  {Path(self.database).stem}: {differences}")
        return ledger


class Killer:
    """Does what processes are asked for, although they are killed time and again."""

    def __init__(self, billing: Billing, folder: Path, chance: random.Random, processes: int, kills: int, took: dict[str, float]) -> None:
        self.billing, self.folder, self.chance = billing, folder, chance
        self.processes, self.kills, self.took = processes, kills, took
        self.hits = 0

    def do(self, what: str, about: str) -> None:
        arguments = (what, str(self.folder / about)) if what == "feed" else (what, about)
        at_work = [self.billing.start(*arguments) for _ in range(self.processes)]
        # Spread over the time that it takes undisturbed, and not so soon that none gets beyond its start.
        pause = max(0.05, 1.5 * self.took[about] / self.kills)
        for _ in range(self.kills):
            time.sleep(self.chance.uniform(0.005, pause))
            place = self.chance.randrange(self.processes)
            victim = at_work[place]
            victim.send_signal(signal.SIGKILL)
            _, told = victim.communicate()
            if victim.returncode != -signal.SIGKILL:
                assert victim.returncode == 0, told
                break  # all was done before
            self.hits += 1
            at_work[place] = self.billing.start(*arguments)
        for process in at_work:
            _, told = process.communicate()
            assert process.returncode == 0, told


def round_of(program: str, seed: int) -> int:
    """One round of random news: how many kills hit a process at work."""
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder_name:
        folder = Path(folder_name)
        lines = news(chance, 240)
        for name, part in (("first", lines[:120]), ("second", lines[120:])):
            (folder / f"{name}.jsonl").write_text("".join(json.dumps(line) + "\n" for line in part), encoding="utf-8")
        alone, took = Billing(program, folder, "alone"), {}

        def undisturbed(what: str, about: str) -> None:
            began = time.monotonic()
            alone.run(what, str(folder / about) if what == "feed" else about)
            took[about] = time.monotonic() - began

        wanted = alone.whole(undisturbed)
        hits = 0
        for name, processes, kills in (("killed", 1, 4), ("shared", 2, 5)):
            killer = Killer(Billing(program, folder, name), folder, chance, processes, kills, took)
            assert killer.billing.whole(killer.do) == wanted, f"seed {seed}: the ledger of `{name}` is another"
            hits += killer.hits
    entries = wanted.count("\n")
    late = sum(1 for line in lines for event in line.get("events", ()) if event["at"] != event["recorded_at"])
    assert entries > 30 and late > 10, f"seed {seed}: only {entries} entries and {late} late events"
    print(f"seed {seed}: {entries} entries, {late} late events, {hits} kills", flush=True)
    return hits


def main() -> None:
    program, kills = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 20
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    total = rounds = 0
    while total < kills:
        hits = round_of(program, seed + rounds)
        assert hits > 0, "no kill hit a process at work"
        total += hits
        rounds += 1
    print(f"{total} kills in {rounds} rounds: nothing lost, nothing paid twice")


if __name__ == "__main__":
    main()
