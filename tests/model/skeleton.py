"""The skeleton of a corpus case from a pair, in TOML: the `why` is for people to write."""
from decimal import Decimal


def skeleton(request, ours):
    lines = ['why = """', "TODO", '"""', "covers = []", 'kind = "boundary"']
    programs = [program(document) for document in request["program"]]
    lines.append("program = [" + ", ".join(f'"""\n{text}"""' for text in programs) + "]" if len(programs) > 1
                 else f'program = """\n{programs[0]}"""')
    lines.append(f"as_of = {value(request['as_of'])}")
    for table, rows in request["book"].items():
        lines.append(f"{table} = [")
        lines += [f"    {value(row)}," for row in rows]
        lines.append("]")
    lines += ["", "[expect]", "entries = ["]
    lines += [f"    {value({key: row[key] for key in ('id', 'amount', 'booked_at', 'correction')})}," for row in ours["entries"]]
    return "\n".join(lines + ["]"])


def program(document):
    """Plain keys first, then tables; only the facts that are named somewhere."""
    text = str({key: item for key, item in document.items() if key != "facts"})
    facts = {heading: {name: kind for name, kind in names.items() if name in text} for heading, names in document.get("facts", {}).items()}
    document = {**document, "facts": {heading: names for heading, names in facts.items() if names}}
    lines = [f"{key} = {value(item)}" for key, item in document.items() if not is_section(item)]
    for key, item in document.items():
        if isinstance(item, dict) and is_section(item):
            for name, inner in item.items():
                if isinstance(inner, dict):
                    lines += ["", f"[{key}.{name}]"] + [f"{quoted(word)} = {value(part)}" for word, part in inner.items()]
                else:
                    lines += [f"{key}.{name} = {value(inner)}"]
        elif isinstance(item, list) and is_section(item):
            for row in item:
                lines += ["", f"[[{key}]]"] + [f"{quoted(word)} = {value(part)}" for word, part in row.items()]
    return "\n".join(lines) + "\n"


def is_section(item):
    return (isinstance(item, dict) and any(isinstance(part, dict) for part in item.values())
            or isinstance(item, list) and item and isinstance(item[0], dict))


def quoted(word):
    return word if word.replace("_", "").replace("-", "").isalnum() else f'"{word}"'


def value(item):
    if isinstance(item, bool):
        return "true" if item else "false"
    if isinstance(item, (int, Decimal)):
        return str(item)
    if isinstance(item, list):
        return "[" + ", ".join(map(value, item)) + "]"
    if isinstance(item, dict):
        return "{ " + ", ".join(f"{quoted(key)} = {value(part)}" for key, part in item.items() if part is not None) + " }"
    if len(item) >= 10 and item[:4].isdigit() and item[4] == "-" and item[7:8] == "-":
        return item
    return '"' + item.replace("\\", "\\\\").replace('"', '\\"') + '"'
