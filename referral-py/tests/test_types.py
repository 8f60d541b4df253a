"""The types that are promised: mypy in its strict form is content with the package and with a program that uses it, and the stub of the
native part is that of the module."""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import referral_rules

PACKAGE = Path(referral_rules.__file__).parent

USE = '''
from datetime import date
from decimal import Decimal
from pathlib import Path
import referral_rules
from referral_rules import Csv, Evaluation, NeedsHistory, NeedsStates, Outcome, Program, ProgramError, Row, Table

def told(step: str, done: int, of: int) -> None: ...

program: Program = Program.from_file("program.toml", Path("2027.toml"))
evaluation: Evaluation = program.evaluate({"referrals": [{"id": "R-1"}], "events": Csv("id"), "rates": Path("r.csv")}, date(2026, 4, 1), progress=told)
table: Table = evaluation.entries
first: Row = table[0]
rows: list[Row] = table[1:]
text: str = evaluation.explain(referral="R-1")
step = program.step({"referrals": []}, "2026-04-01", {"referrer/ada": None})
if isinstance(step, Outcome):
    keys: list[str] = [state.key for state in step.states]
elif isinstance(step, (NeedsStates, NeedsHistory)):
    keys = step.keys
try:
    Program("")
except ProgramError as error:
    lines: list[int] = [fault.place.line for fault in error.diagnostics]
names: set[str] = {*referral_rules.schema()}
sizes: dict[Program, int] = {program: hash(evaluation)}
program.evaluate([], 7)
evaluation.entreis
'''


def has_pyright() -> bool:
    """Whether pyright starts: it is a program of Node.js, which its package fetches from the registry of npm when it is first called."""
    if not (importlib.util.find_spec("pyright") and shutil.which("node")):
        return False
    return subprocess.run([sys.executable, "-m", "pyright", "--version"], capture_output=True).returncode == 0


class Types(unittest.TestCase):
    def run_(self, *arguments: str, cwd: Path) -> str:
        done = subprocess.run([sys.executable, "-m", *arguments], capture_output=True, text=True, cwd=cwd)
        return done.stdout + done.stderr

    def test_the_package_is_strict(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            said = self.run_("mypy", "--strict", "--python-version", "3.10", "--cache-dir", folder, "-p", "referral_rules", cwd=Path(folder))
        self.assertIn("Success", said)

    def test_a_program_that_uses_it(self) -> None:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / "use.py").write_text(USE, encoding="utf-8")
            said = self.run_("mypy", "--strict", "--cache-dir", name, "use.py", cwd=folder)
        wrong = [line for line in said.splitlines() if "error" in line and "note" not in line]
        lines = USE.splitlines()
        self.assertEqual([line.split(":")[1] for line in wrong[:-1]], [str(lines.index(at) + 1) for at in
                         ("program.evaluate([], 7)", "program.evaluate([], 7)", "evaluation.entreis")], said)

    def test_pyright_is_content_too(self) -> None:
        if not has_pyright():
            self.assertNotIn("CI_FULL", os.environ, "pyright does not start")
            self.skipTest("needs pyright, node and the registry of npm")
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / "use.py").write_text(USE, encoding="utf-8")
            shutil.copytree(PACKAGE, folder / "referral_rules")
            python = ["--pythonpath", sys.executable, "--pythonversion", "3.10"]
            package = json.loads(self.run_("pyright", *python, "--outputjson", "referral_rules", cwd=folder))
            use = json.loads(self.run_("pyright", *python, "--outputjson", "use.py", cwd=folder))
        self.assertGreater(package["summary"]["filesAnalyzed"], 10)
        self.assertEqual([], [(Path(found["file"]).name, found["message"]) for found in package["generalDiagnostics"]])
        lines = USE.splitlines()
        wrong = [lines[found["range"]["start"]["line"]] for found in use["generalDiagnostics"]]
        self.assertEqual(wrong, ["program.evaluate([], 7)", "program.evaluate([], 7)", "evaluation.entreis"])

    def test_the_stub_is_that_of_the_module(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            said = self.run_("mypy.stubtest", "referral_rules._native", cwd=Path(folder))
        self.assertIn("Success", said)


if __name__ == "__main__":
    unittest.main()
