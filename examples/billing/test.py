"""Kills the billing system at random points and starts it again: nothing is lost, nothing is paid twice.

usage: test.py BILLING [KILLS]

Feeds random news to three databases: one process that is left alone; processes that are killed (SIGKILL) KILLS times, 20 by
default; and two processes at once. In each the terms are upgraded in mid-stream, and the ledger must be that of all rows evaluated at once, the same
in all three.
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

    def whole(self, feed) -> str:
        """The terms, the first half of the news, new terms, the second half, the clock to the end; then the ledger."""
        self.run("init", str(HERE / "terms-2026.toml"), str(HERE / "opening.json"))
        feed("first.jsonl")
        self.run("upgrade", str(HERE / "terms-2026-summer.toml"))
        feed("second.jsonl")
        self.run("clock", END)
        print(f"  {Path(self.database).stem}: {self.run('check', END).strip()}")
        ledger = self.run("ledger")
        self.run("paid", ledger.split()[1], END)
        balances = json.loads(self.run("balances", END))["balances"]
        paid = [balance["paid"] for balance in balances if balance["paid"] != "0.00"]
        assert paid == [ledger.split()[2]], f"paid is {paid}"
        return ledger


def main() -> None:
    program, kills = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 20
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    with tempfile.TemporaryDirectory() as folder_name:
        folder = Path(folder_name)
        lines = news(random.Random(seed), 240)
        for name, part in (("first", lines[:120]), ("second", lines[120:])):
            (folder / f"{name}.jsonl").write_text("".join(json.dumps(line) + "\n" for line in part), encoding="utf-8")
        alone = Billing(program, folder, "alone")
        began = time.monotonic()
        wanted = alone.whole(lambda name: alone.run("feed", str(folder / name)))
        took = time.monotonic() - began

        killed = Billing(program, folder, "killed")
        chance = random.Random(seed)
        hits = 0

        def feed_and_kill(name: str) -> None:
            nonlocal hits
            goal = hits + kills // 2
            while hits < goal:
                process = killed.start("feed", str(folder / name))
                time.sleep(chance.uniform(0.005, max(0.05, took / kills)))
                process.send_signal(signal.SIGKILL)
                process.communicate()
                hits += process.returncode == -signal.SIGKILL
                if process.returncode != -signal.SIGKILL:
                    break  # it was done before, or cannot go on: the next one tells
            killed.run("feed", str(folder / name))

        assert killed.whole(feed_and_kill) == wanted, "the ledger of the process that was killed is another"

        both = Billing(program, folder, "both")

        def feed_twice(name: str) -> None:
            processes = [both.start("feed", str(folder / name)) for _ in range(2)]
            for process in processes:
                _, told = process.communicate()
                assert process.returncode == 0, told

        assert both.whole(feed_twice) == wanted, "the ledger of two processes is another"
        entries = wanted.count("\n")
        assert entries > 60, f"only {entries} entries"
        assert hits >= kills // 2, f"only {hits} kills hit a process at work"
        late = sum(1 for line in lines for event in line.get("events", ()) if event["at"] != event["recorded_at"])
        print(f"{entries} entries, {late} late events, {hits} kills: nothing lost, nothing paid twice")


if __name__ == "__main__":
    main()
