"""docs/functions.md: the syntax of expressions. A text becomes a tree of tuples."""
import re
from fractions import Fraction

TOKEN = re.compile(r"""
    (?P<space>\s+|//[^\n]*)
  | (?P<share>(?:\d[\d_]*(?:\.\d[\d_]*)?|\.\d[\d_]*)%(?!\s*[\w('"\[]))
  | (?P<hex>0x[0-9a-fA-F]+)
  | (?P<decimal>(?:\d[\d_]*)?\.\d[\d_]*)
  | (?P<int>\d[\d_]*)
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
        if kind in ("share", "decimal", "int"):
            word = word.replace("_", "")
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
