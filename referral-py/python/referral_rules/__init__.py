"""Who is owed what, by when, and why: an exact, explained engine for customer referral programs.

A `Program` is compiled once from its terms; `Program.evaluate` joins it with the facts as of a moment and gives an
`Evaluation`; `Program.explain` tells the story of one referral, entry or referrer. `Program.step` takes in one event at a time.

>>> from datetime import date
>>> from decimal import Decimal
>>> program = Program('''
... schema = 1
... id = "bring-a-friend"
... version = "2026-01"
... in_force = { first_day = 2026-01-01 }
... currency = "EUR"
... time_zone = "Europe/Berlin"
... [facts.event]
... order_value = "decimal"
... [[reward]]
... id = "thanks"
... to = "referrer"
... on = "closed"
... kind = "cash"
... amount = "10% * event.order_value"
... ''')
>>> book = {
...     "referrals": [{"id": "R-1", "referrer": "ada", "submitted_at": date(2026, 3, 2),
...                    "qualified_at": date(2026, 3, 5), "closed_at": date(2026, 3, 20),
...                    "closed.order_value": Decimal("1249.50")}],
... }
>>> evaluation = program.evaluate(book, as_of=date(2026, 4, 30))
>>> [(entry["beneficiary"]["id"], entry["amount"], entry["unit"]) for entry in evaluation.entries]
[('ada', Decimal('124.95'), 'EUR')]

A table of the book can as well be a frame of pandas, Polars, PyArrow or DuckDB, and a table of the answer is one: `evaluation.entries.to_pandas()`,
`polars.DataFrame(evaluation.entries)`.

Amounts are `Decimal`, days are `date`, instants are `datetime` in UTC. Floats are refused, and so are datetimes without a zone.
What is wrong raises a `ReferralError`, with all that is wrong in its `diagnostics`.

`evaluate_json`, `compile_json`, `explain_json` and `describe_json` take a request in JSON and give the answer in JSON, the same as in every
other language; what is wrong stands in the answer.
"""

from ._errors import Diagnostic, InternalError, Place, ProgramError, ReferralError, RequestError
from ._evaluation import Evaluation
from ._files import Csv
from ._native import compile_json, describe_json, evaluate_json, explain_json
from ._program import Book, Document, Example, Moment, Program, example, schema
from ._steps import NeedsHistory, NeedsStates, Outcome, State, Step
from ._table import Decision, Explanation, Row, Table

__all__ = [
    "Book",
    "Csv",
    "Decision",
    "Diagnostic",
    "Document",
    "Evaluation",
    "Example",
    "Explanation",
    "InternalError",
    "Moment",
    "NeedsHistory",
    "NeedsStates",
    "Outcome",
    "Place",
    "Program",
    "ProgramError",
    "ReferralError",
    "RequestError",
    "Row",
    "State",
    "Step",
    "Table",
    "compile_json",
    "evaluate_json",
    "example",
    "describe_json",
    "explain_json",
    "schema",
]
