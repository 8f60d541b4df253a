"""The examples in the documentation run, and the stub says what there is."""

import ast
import contextlib
import doctest
import io
import os
import re
import unittest
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import referral_rules
from referral_rules import _errors, _evaluation, _native, _program, _progress, _steps, _table, plot

ROOT = Path(__file__).resolve().parents[2]


def load_tests(loader, tests, pattern):
    for module in (referral_rules, _errors, _evaluation, _program, _progress, _steps, _table, plot):
        tests.addTests(doctest.DocTestSuite(module))
    return tests


class Docs(unittest.TestCase):
    def test_the_readme_runs(self) -> None:
        pages = [(ROOT / page).read_text(encoding="utf-8") for page in ("README.md", "docs/terms.md", "docs/python.md")]
        blocks = [block for page in pages for block in re.findall(r"^```python\n(.*?)^```$", page, re.M | re.S)]
        self.assertGreaterEqual(len(blocks), 1)
        before = os.getcwd()
        os.chdir(ROOT)
        try:
            with contextlib.redirect_stdout(io.StringIO()) as printed:
                names = {}  # the blocks follow one another, as they are read
                for block in blocks:
                    exec(compile(block, "README.md", "exec"), names)
        finally:
            os.chdir(before)
        self.assertIn("124.95 EUR to the referrer", printed.getvalue())

    def test_the_stub_names_what_there_is(self) -> None:
        stub = ast.parse(Path(_native.__file__).with_name("_native.pyi").read_text(encoding="utf-8"))
        named = {item.name: item for item in stub.body if hasattr(item, "name")}
        self.assertEqual(set(named), {name for name in dir(_native) if not name.startswith("_")})
        self.assertEqual(set(named), set(_native.__all__))
        for name, kind in named.items():
            if isinstance(kind, ast.ClassDef):
                methods = {item.name for item in kind.body if hasattr(item, "name") and not item.name.startswith("_")}
                self.assertEqual(methods, {name for name in dir(getattr(_native, name)) if not name.startswith("_")})

    def test_it_says_that_it_is_typed(self) -> None:
        self.assertTrue(Path(referral_rules.__file__).with_name("py.typed").exists())


if __name__ == "__main__":
    unittest.main()
