"""docs/functions.md: the language of expressions. A text becomes a tree of tuples, and a tree a value."""
import re
from fractions import Fraction

import functions
from values import FAULT, MISSING, NO_ROW, Duration, Instant, absent, checked, is_number

TOKEN = re.compile(r"""
    (?P<space>\s+|//[^\n]*)
  | (?P<share>(?:\d+(?:\.\d+)?|\.\d+)%(?!\s*[\w('"\[]))
  | (?P<hex>0x[0-9a-fA-F]+)
  | (?P<decimal>\d*\.\d+)
  | (?P<int>\d+)
  | (?P<text>[rR]?(?:'''(?:[^\\]|\\.)*?'''|\"\"\"(?:[^\\]|\\.)*?\"\"\"|'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"))
  | (?P<name>[A-Za-z_]\w*)
  | (?P<sign>&&|\|\||==|!=|<=|>=|[-+*/!<>?:.,()\[\]{}])
""", re.VERBOSE | re.DOTALL)

ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "'": "'", '"': '"', "\\": "\\", "`": "`", "?": "?", "a": "\a", "b": "\b",
           "f": "\f", "v": "\v"}
LEVELS = [["||"], ["&&"], ["==", "!=", "<", "<=", ">", ">=", "in"], ["+", "-"], ["*", "/"]]
LOOPS = {"all", "exists", "exists_one", "map", "filter"}


def unescape(text):
    raw = text[0] in "rR"
    text = text[1:] if raw else text
    quotes = 3 if text[:3] in ("'''", '"""') else 1
    text = text[quotes:-quotes]
    if raw:
        return text
    return re.sub(r"\\(u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|x[0-9a-fA-F]{2}|.)",
                  lambda match: chr(int(match[1][1:], 16)) if match[1][0] in "uUx" and len(match[1]) > 1
                  else ESCAPES[match[1]], text)


def tokens(text):
    place, found = 0, []
    while place < len(text):
        match = TOKEN.match(text, place)
        if not match:
            raise ValueError(f"cannot read {text[place:]!r}")
        place = match.end()
        kind, word = match.lastgroup, match[0]
        if kind == "space":
            continue
        if kind == "share":
            found.append(("literal", Fraction(word[:-1]) / 100))
        elif kind == "hex":
            found.append(("literal", int(word, 16)))
        elif kind == "decimal":
            found.append(("literal", Fraction(word)))
        elif kind == "int":
            found.append(("literal", int(word)))
        elif kind == "text":
            found.append(("literal", unescape(word)))
        else:
            found.append((kind, word))
    return found + [("end", "")]


class Parser:
    def __init__(self, text):
        self.tokens, self.place = tokens(text), 0

    def peek(self, *words):
        kind, word = self.tokens[self.place]
        return kind in ("sign", "name") and word in words

    def take(self, *words):
        if self.peek(*words):
            self.place += 1
            return self.tokens[self.place - 1][1]
        return None

    def need(self, word):
        if not self.take(word):
            raise ValueError(f"{word} expected, {self.tokens[self.place][1]!r} found")

    def whole(self):
        tree = self.choice()
        if self.tokens[self.place][0] != "end":
            raise ValueError(f"{self.tokens[self.place][1]!r} was not expected")
        return tree

    def choice(self):
        tree = self.level(0)
        if self.take("?"):
            yes = self.choice()
            self.need(":")
            return ("choice", tree, yes, self.choice())
        return tree

    def level(self, depth):
        if depth == len(LEVELS):
            return self.unary()
        tree = self.level(depth + 1)
        while True:
            sign = self.take(*LEVELS[depth])
            if not sign:
                return tree
            tree = ("binary", sign, tree, self.level(depth + 1))

    def unary(self):
        sign = self.take("!", "-")
        return ("unary", sign, self.unary()) if sign else self.member()

    def member(self):
        tree = self.primary()
        while True:
            if self.take("."):
                name = self.name()
                if self.take("("):
                    tree = self.call(name, self.several(")"), tree)
                else:
                    tree = ("member", tree, name)
            elif self.take("["):
                tree = ("index", tree, self.choice())
                self.need("]")
            else:
                return tree

    def name(self):
        kind, word = self.tokens[self.place]
        if kind != "name":
            raise ValueError(f"a name expected, {word!r} found")
        self.place += 1
        return word

    def several(self, end):
        items = []
        while not self.take(end):
            items.append(self.choice())
            if not self.take(","):
                self.need(end)
                break
        return items

    def call(self, name, arguments, target=None):
        if target is not None and name in LOOPS and len(arguments) in (2, 3):
            return ("loop", name, target, arguments[0][1], arguments[1])
        return ("call", name, ([] if target is None else [target]) + arguments)

    def primary(self):
        kind, word = self.tokens[self.place]
        self.place += 1
        if kind == "literal":
            return ("literal", word)
        if kind == "name":
            if word in ("true", "false"):
                return ("literal", word == "true")
            return self.call(word, self.several(")")) if self.take("(") else ("name", word)
        if word == "(":
            tree = self.choice()
            self.need(")")
            return tree
        if word == "[":
            return ("list", self.several("]"))
        if word == "{":
            pairs = []
            while not self.take("}"):
                key = self.choice()
                self.need(":")
                pairs.append((key, self.choice()))
                if not self.take(","):
                    self.need("}")
                    break
            return ("map", pairs)
        raise ValueError(f"{word!r} was not expected")


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


class Facts:
    """`referrer`, `referee`, `referral`, `event`, `lists`, `data`: names with values."""

    def __init__(self, values):
        self.values = values

    def fact(self, name):
        return self.values.get(name, MISSING)
