"""docs/functions.md: what an expression means. A tree becomes a value."""
from fractions import Fraction

import functions
from syntax import Parser
from values import FAULT, MISSING, NO_ROW, Duration, Instant, absent, checked, is_number

TREES = {}


def tree_of(expression):
    """The tree of an expression; a document may write a plain number or truth value instead of a text."""
    if not isinstance(expression, str):
        return ("literal", expression if isinstance(expression, (bool, int)) else Fraction(str(expression)))
    if expression not in TREES:
        TREES[expression] = Parser(expression).whole()
    return TREES[expression]


def evaluate(expression, scope):
    """The value of an expression. The scope answers `name(word)`, `granted(id)` and knows `time` (zone and calendar)."""
    return value_of(tree_of(expression), scope, {})


def value_of(tree, scope, bound):
    kind = tree[0]
    if kind == "literal":
        return tree[1]
    if kind == "name":
        return bound[tree[1]] if tree[1] in bound else scope.name(tree[1])
    if kind == "member":
        return member(value_of(tree[1], scope, bound), tree[2])
    if kind == "index":
        return index(value_of(tree[1], scope, bound), value_of(tree[2], scope, bound))
    if kind == "unary":
        return unary(tree[1], value_of(tree[2], scope, bound))
    if kind == "binary":
        return binary(tree[1], value_of(tree[2], scope, bound), value_of(tree[3], scope, bound))
    if kind == "choice":
        condition, yes, no = (value_of(part, scope, bound) for part in tree[1:])
        return condition if absent(condition) else yes if condition else no
    if kind == "list":
        items = [value_of(item, scope, bound) for item in tree[1]]
        return next((item for item in items if absent(item)), tuple(items))
    if kind == "map":
        pairs = [(value_of(key, scope, bound), value_of(item, scope, bound)) for key, item in tree[1]]
        return next((part for pair in pairs for part in pair if absent(part)), dict(pairs))
    if kind == "loop":
        return loop(tree, scope, bound)
    return call(tree[1], tree[2], scope, bound)


def call(name, arguments, scope, bound):
    if name == "has":
        return not absent(value_of(arguments[0], scope, bound))
    if name == "granted":
        return scope.granted(arguments[0][1])
    if name == "by_bands":
        value = value_of(arguments[1], scope, bound)
        return value if absent(value) else scope.name(arguments[0][1]).by_bands(value)
    values = [value_of(argument, scope, bound) for argument in arguments]
    return next((value for value in values if absent(value)), None) or functions.call(name, values, scope.time)


def loop(tree, scope, bound):
    _, name, target, word, body = tree
    items = value_of(target, scope, bound)
    if absent(items):
        return items
    items = list(items)
    results = [value_of(body, scope, {**bound, word: item}) for item in items]
    if name in ("all", "exists"):
        answer = name == "all"
        for result in results:
            answer = both(answer, result, name == "exists")
        return answer
    missing = next((result for result in results if absent(result)), None)
    if missing:
        return missing
    if name == "exists_one":
        return results.count(True) == 1
    if name == "map":
        return tuple(results)
    return tuple(item for item, kept in zip(items, results) if kept)


def both(left, right, decisive):
    """`&&` (false decides) and `||` (true decides): what decides does so even where the other side is missing."""
    if left is decisive or right is decisive:
        return decisive
    return left if absent(left) else right


def member(value, name):
    if absent(value):
        return value
    if hasattr(value, "fact"):
        return value.fact(name)
    return value.get(name, FAULT)


def index(value, key):
    for part in (value, key):
        if absent(part):
            return part
    if hasattr(value, "row"):
        return value.row(key)
    if isinstance(value, dict):
        return value.get(key, FAULT)
    return value[key] if 0 <= key < len(value) else FAULT


def unary(sign, value):
    if absent(value):
        return value
    if sign == "!":
        return not value
    return Duration(-value.micros) if isinstance(value, Duration) else checked(-value)


def binary(sign, left, right):
    if sign in ("&&", "||"):
        return both(left, right, sign == "||")
    for side in (left, right):
        if absent(side):
            return side
    if sign == "in":
        return right.__contains__(left)
    if sign in ("==", "!="):
        return (left == right) == (sign == "==")
    if sign in ("<", "<=", ">", ">="):
        return {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[sign]
    return arithmetic(sign, left, right)


def arithmetic(sign, left, right):
    if is_number(left) and is_number(right):
        if sign == "/":
            return FAULT if right == 0 else checked(Fraction(left) / Fraction(right))
        return checked({"+": left + right, "-": left - right, "*": left * right}[sign])
    if isinstance(left, Instant) and isinstance(right, Duration):
        return left.plus(right.micros if sign == "+" else -right.micros)
    if isinstance(left, Duration) and isinstance(right, Instant):
        return right.plus(left.micros)
    if isinstance(left, Instant):
        return Duration(left.micros - right.micros)
    if isinstance(left, Duration):
        return Duration(left.micros + right.micros if sign == "+" else left.micros - right.micros)
    if sign == "+":
        return left + right
    return functions.days_apart(left, right)


class Table:
    """A table of a document: a row per key, or per band of numbers."""

    def __init__(self, rows, otherwise, bands=()):
        self.rows, self.otherwise, self.bands = rows, otherwise, bands

    def row(self, key):
        for bounds, row in self.bands:
            if all({"from": key >= bound, "above": key > bound, "up_to": key <= bound, "below": key < bound}[name]
                   for name, bound in bounds.items()):
                return row
        return self.rows.get(str(key), self.otherwise if self.otherwise is not None else NO_ROW)

    def by_bands(self, number):
        """The part of the number, counted from zero, in each band, times the band's value; below zero lies in none."""
        total = Fraction(0)
        for bounds, value in self.bands:
            low = max([bound for name, bound in bounds.items() if name in ("from", "above")] + [0])
            high = min([bound for name, bound in bounds.items() if name in ("up_to", "below")] + [number])
            total += max(Fraction(high) - low, 0) * value
        return checked(total)


class Facts:
    """`referrer`, `referee`, `referral`, `event`, `lists`, `data`: names with values."""

    def __init__(self, values):
        self.values = values

    def fact(self, name):
        return self.values.get(name, MISSING)
