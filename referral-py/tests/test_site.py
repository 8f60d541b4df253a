"""The site of the documentation is built without a warning, and its pages run."""

import contextlib
import io
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

DOCS = Path(__file__).resolve().parents[2] / "docs"


class Site(unittest.TestCase):
    def test_it_is_built_without_a_warning(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-b", "html", str(DOCS), folder]
            done = subprocess.run(command, capture_output=True, text=True)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            pages = {path.relative_to(folder).as_posix() for path in Path(folder).rglob("*.html")}
            for page in ("index", "program", "document", "codes", "reference", "billing", "service", "notebooks/monthly-close"):
                self.assertIn(f"{page}.html", pages)
            reference = (Path(folder) / "reference.html").read_text(encoding="utf-8")
            for name in ("Program.evaluate", "Evaluation.explain", "Table.to_polars", "plot.funnel"):
                self.assertIn(f'id="referral_rules.{name}"', reference)
            self.assertIn("plot", (Path(folder) / "notebooks/monthly-close.html").read_text(encoding="utf-8"))

    def test_the_pages_for_engineers_run(self) -> None:
        blocks = re.findall(r"^```python\n(.*?)^```$", (DOCS / "billing.md").read_text(encoding="utf-8"), re.M | re.S)
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            exec(compile("\n".join(blocks), "billing.md", "exec"), {})
        self.assertEqual(printed.getvalue(), "refused\n")


if __name__ == "__main__":
    unittest.main()
