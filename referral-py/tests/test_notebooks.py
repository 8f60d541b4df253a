"""The notebooks run from the top to the bottom, what they show can be shown, and they are kept without outputs."""

import ast
import contextlib
import importlib.util
import io
import json
import unittest
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

NOTEBOOKS = Path(__file__).resolve().parents[2] / "docs/notebooks"


def run(cells: list) -> int:
    """Runs cells as a notebook does: the last expression of each is shown. Gives how many were shown."""
    names: dict = {"__name__": "__main__"}
    shown = 0
    for number, source in enumerate(cells):
        tree = ast.parse(source, f"cell {number}")
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, f"cell {number}", "exec"), names)
        if last is not None:
            value = eval(compile(ast.Expression(last.value), f"cell {number}", "eval"), names)
            display = getattr(value, "_repr_html_", None)
            text = display() if display is not None else repr(value)
            assert isinstance(text, str) and text
            shown += value is not None
    return shown


class Notebooks(unittest.TestCase):
    def test_all(self) -> None:
        paths = sorted(NOTEBOOKS.glob("*.ipynb"))
        self.assertGreaterEqual(len(paths), 3)
        for path in paths:
            with self.subTest(notebook=path.name):
                book = json.loads(path.read_text(encoding="utf-8"))
                self.assertEqual(book["nbformat"], 4)
                cells = [cell for cell in book["cells"] if cell["cell_type"] == "code"]
                self.assertTrue(all(cell["outputs"] == [] and cell["execution_count"] is None for cell in cells))
                with contextlib.redirect_stdout(io.StringIO()):
                    self.assertGreater(run(["".join(cell["source"]) for cell in cells]), 2)

    @unittest.skipUnless(importlib.util.find_spec("nbclient") and importlib.util.find_spec("ipykernel"), "needs nbclient and ipykernel")
    def test_in_a_kernel(self) -> None:
        import nbformat
        from nbclient import NotebookClient

        for path in sorted(NOTEBOOKS.glob("*.ipynb")):
            with self.subTest(notebook=path.name):
                book = nbformat.read(path, 4)
                NotebookClient(book, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(path.parent)}}).execute()
                shown = [output.get("data", {}) for cell in book.cells for output in cell.get("outputs", [])]
                displays = [data["text/html"] for data in shown if "text/html" in data]
                self.assertTrue(any('class="referral"' in display for display in displays))
                charts = [data for data in shown if "image/png" in data]
                self.assertEqual(len(charts), sum(cell.source.count("plot.") for cell in book.cells if cell.cell_type == "code"))


if __name__ == "__main__":
    unittest.main()
