"""docs/document.md, `[definitions]`: where an expression names one, its text is put in, in brackets."""
import re

# The keys under which expressions stand.
KEYS = {"when", "as_long_as", "amount", "total", "at_least", "at_most", "amount_in", "require", "of", "per", "total_per", "once_per", "rank", "same_referee_when",
        "hold_while", "of_event", "refunded", "out_of", "take_back", "released_when", "voided_when", "reward_instead", "reward_times", "reward_plus", "by", "again_on", "on_day", "sum"}
WORDS = re.compile(r"'(?:[^'\\]|\\.)*'|(?<![\w.])[a-z_][a-z0-9_]*\b(?!\s*\()")


def written_out(document):
    """The document with its definitions put in; it has none then."""
    definitions = {name: re.sub("//.*", "", str(text)) for name, text in document.get("definitions", {}).items()}
    if not definitions:
        return document

    def put_in(text):
        return WORDS.sub(lambda found: f"({put_in(definitions[found[0]])})" if found[0] in definitions else found[0], text)

    def walk(node, key=None):
        if isinstance(node, dict):
            return {name: walk(value, name) for name, value in node.items()}
        if isinstance(node, list):
            return [walk(item, key) for item in node]
        return put_in(node) if isinstance(node, str) and key in KEYS else node

    return {name: value if name in ("facts", "lists", "data") else walk(value) for name, value in document.items() if name != "definitions"}
