"""Compares the model with the library over random pairs of programs and books, or over the cases of the corpus.

    python3 tests/model/compare.py --pairs 300 --seed 1
    python3 tests/model/compare.py --pairs 300 --seed fresh
    python3 tests/model/compare.py --corpus
"""
import argparse
import json
import random
import sys
from collections import Counter

import corpus
import coverage
from answer import answer
from generate import pair
from library import Library
from shrink import shrink
from skeleton import skeleton


def difference(ours, theirs):
    """The parts of two answers that differ."""
    return {key: (ours[key], theirs[key]) for key in ours if ours[key] != theirs[key]}


def show(found, most=12):
    """What differs, line by line: first the model's, then the library's."""
    lines = list(told(found))
    print("\n".join(lines[:most] + [f"  and {len(lines) - most} more"] * (len(lines) > most)))


def told(found):
    for part, (ours, theirs) in found.items():
        for index in range(max(len(ours), len(theirs))):
            left, right = (rows[index] if index < len(rows) else None for rows in (ours, theirs))
            if left == right:
                continue
            if isinstance(left, dict) and isinstance(right, dict):
                for key in left:
                    if left[key] != right[key]:
                        yield f"  {part}[{index}].{key}: model {left[key]!r}, library {right[key]!r}"
            else:
                yield f"  {part}[{index}]: model {brief(left)}"
                yield f"  {part}[{index}]: library {brief(right)}"


def brief(row):
    if not isinstance(row, dict):
        return row
    return {key: row[key] for key in ("id", "entry", "referral", "amount", "correction", "booked_at", "verdict", "state") if key in row}


class Comparison:
    def __init__(self, library, largest):
        self.library, self.largest, self.differing, self.refused, self.reached = library, largest, 0, 0, Counter()

    def differs(self, request):
        """The parts that differ, or nothing; a request that one of the two refuses does not count."""
        try:
            theirs = self.library.answer(request)
            return {} if "refused" in theirs else difference(answer(request), theirs)
        except (KeyError, ValueError, IndexError, AttributeError, TypeError):
            return {}

    def compare(self, name, request):
        theirs = self.library.answer(request)
        if "refused" in theirs:
            self.refused += 1
            print(f"{name}: the library refuses the program: {json.dumps(theirs['refused'])[:400]}")
            return
        self.reached.update(set(coverage.effects(request, self.library.last)))
        found = difference(answer(request), theirs)
        if not found:
            return
        self.differing += 1
        if self.differing > self.largest:
            return
        parts = set(found)
        small = shrink(request, lambda candidate: set(self.differs(candidate)) & parts)
        print(f"{name}: the model and the library differ in {', '.join(sorted(parts))}; shrunk:")
        show(self.differs(small))
        print(skeleton(small, answer(small)))


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--pairs", type=int, default=300)
    options.add_argument("--seed", default="1", help="a number, or `fresh` for another one each time")
    options.add_argument("--show", type=int, default=3, help="how many differences are shrunk and shown")
    options.add_argument("--corpus", action="store_true", help="the cases of the corpus instead of random pairs")
    options.add_argument("--coverage", action="store_true", help="fail if some form is never reached, and print how often each is")
    given = options.parse_args()
    comparison = Comparison(Library(), given.show)
    if given.corpus:
        pairs = list(corpus.requests())
    else:
        seed = random.SystemRandom().randrange(10 ** 9) if given.seed == "fresh" else int(given.seed)
        pairs = ((seed + number, None) for number in range(given.pairs))
        print(f"{given.pairs} pairs from seed {seed}")
    count = 0
    for name, request in pairs:
        count += 1
        if request is None:
            request, draw = pair(name)
            comparison.reached.update(draw.reached)
        comparison.compare(name, request)
    print(f"{count} pairs compared: {comparison.differing} differ, {comparison.refused} are refused")
    missing = coverage.report(comparison.reached) if given.coverage else []
    sys.exit(1 if comparison.differing or comparison.refused or missing or not count else 0)


if __name__ == "__main__":
    main()
