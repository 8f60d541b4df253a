"""The JSON Schema of documents takes every document of the corpus that compiles, and refuses those that show what it refuses."""

import json
import os
import unittest
from datetime import date, datetime
from pathlib import Path

import jsonschema

import referral_rules

try:
    import tomllib
except ImportError:  # before Python 3.11
    tomllib = None

ROOT = Path(__file__).resolve().parents[2]
CASES = Path(os.environ.get("REFERRAL_CASES", ROOT / "target/doors"))


def plain(value):
    """A document in TOML as an editor shows it to a schema: dates are texts."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value.isoformat() if isinstance(value, (date, datetime)) else value


def documents(name: str):
    """The documents of a case that are well-formed."""
    program = json.loads((CASES / name / "compile.json").read_text(encoding="utf-8"))["program"]
    for document in program if isinstance(program, list) else [program]:
        try:
            yield plain(json.loads(document) if document.lstrip().startswith("{") else tomllib.loads(document))
        except ValueError:
            continue


def places(fault) -> set[str]:
    """Where a fault is. One about keys is told at the table that has them, or lacks them."""
    path = ".".join(str(part) for part in fault.absolute_path)
    keys = {"required": lambda: set(fault.validator_value) - set(fault.instance),
            "additionalProperties": lambda: set(fault.instance) - set(fault.schema["properties"])}
    if fault.validator in keys:
        return {f"{path}.{key}".strip(".") for key in keys[fault.validator]()}
    return {path}.union(*(places(part) for part in fault.context or ()))


@unittest.skipIf(tomllib is None, "there is no reader of TOML before Python 3.11")
class Schema(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        schema = referral_rules.schema()
        jsonschema.Draft202012Validator.check_schema(schema)
        cls.validator = jsonschema.Draft202012Validator(schema)

    def test_every_document_that_compiles_is_taken(self) -> None:
        count = 0
        for name in (CASES / "cases.txt").read_text(encoding="utf-8").split():
            answer = (CASES / name / "compile.answer.json").read_text(encoding="utf-8")
            if not answer.startswith('{"ok":true'):
                continue
            with self.subTest(case=name):
                for document in documents(name):
                    faults = [f"{list(fault.path)}: {fault.message[:200]}" for fault in self.validator.iter_errors(document)]
                    self.assertEqual(faults, [])
                    count += 1
        self.assertGreater(count, 250)

    def test_what_is_wrong_is_refused(self) -> None:
        count = 0
        for path in (ROOT / "tests/cases").rglob("*.toml"):
            case = tomllib.loads(path.read_text(encoding="utf-8"))
            if "P7" not in case.get("covers", []) or case["kind"] != "bad input":
                continue
            [document] = documents(f"{path.parent.name}--{path.stem}")
            found = set().union(*(places(fault) for fault in self.validator.iter_errors(document)))
            for expected in case["expect"]["diagnostics"]:
                place = expected["path"].replace("[", ".").replace("]", "")
                self.assertIn(place, found)
            count += 1
        self.assertGreater(count, 0)


if __name__ == "__main__":
    unittest.main()
