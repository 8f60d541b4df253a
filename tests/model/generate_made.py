"""Random events that conditions make: by their own referral alone, or by what many have in common."""
from generate_words import AT_EVENT, AT_SUBMISSION, JUDGED, TOTAL_PER
from program import several

MADE_PER = TOTAL_PER + ["referral", ["referral", "event.units"]]
OWN = {"is": "count", "on": ["first-invoice", "renewal"], "per": "referral"}


def choose(draw):
    """Which there are; known before measures, which may be over them, and after them drawn in full."""
    return draw.some(["active", "milestone", "a stage"], 1, 3) if draw.chance(45) else []


def kinds(made):
    return [kind for kind in made if kind != "a stage"]


def add(draw, document, made, measures, ladders):
    """Adds them to the events of a document, with a measure of single referrals that their conditions ask."""
    if not made:
        return
    document.setdefault("measures", {})["own"] = {**OWN, "on": draw.some(OWN["on"] + ["closed"], 1, 3)}
    host = ["submitted", "first-invoice", "first-invoice", "renewal", "renewal", "qualified", "closed"]
    own = JUDGED + AT_SUBMISSION + [f"own {how}" for how in (">= 1", ">= 2", "== 2", "> 0 && event.flag")] * 12
    many = AT_EVENT + [f"{name} > {draw.one([1, 2, 100])}" for name in measures] * 8 + [f"{ladder} == 'mid'" for ladder in ladders] * 8
    many += [f"has({ladder})" for ladder in ladders] * 4
    for name in made:
        event = {"kind": name, "on": draw.some(host, 1, 2)}
        draw.form(f"made: {name}")
        event["when"] = condition(draw, own)
        if name == "a stage":
            event["kind"] = draw.one(["qualified", "qualified", "closed", "lost", "disqualified", "nurture"])
            event["on"] = [kind for kind in event["on"] if kind != event["kind"]] or ["renewal"]
        if name == "milestone":
            event["on"] = draw.some(host + kinds([other for other in made if other == "active"]) * 4, 1, 2)
            event["when"] = condition(draw, many)
            event["once_per"] = draw.word("made once_per", MADE_PER)
        elif draw.chance(30):
            event["once_per"] = ["referral", "event.units"]
        if draw.chance(15):
            del event["when"]
            draw.form("made: the first of a kind")
        if name == "active" and draw.chance(30):
            event["implies"] = ["qualified"]
        if draw.chance(20):
            event["label"] = "a happy friend"
        put(document["event"], event)
    if "active" in made and draw.chance(30) and not any(event["kind"] == "last-call" for event in document["event"]):
        document["event"].append({"kind": "last-call", "after": "3 days", "from": "active"})
        draw.form("made: a clock counts from it")


def condition(draw, texts):
    return draw.some(texts, 2, 2) if draw.chance(15) else draw.one(texts)


def put(events, event):
    """A kind is declared once; what a stage implies stays. What it would be made at in a circle is left out."""
    same = next((other for other in events if other["kind"] == event["kind"]), None)
    if same is None:
        events.append(event)
    elif "after" not in same:
        same.update(event)
        same.pop("needs", None)


def reached(request, entry):
    """Whether an entry was earned on an event that conditions made, and nobody reported."""
    made = {event["kind"] for version in request["program"] for event in several(version.get("event")) if "on" in event}
    kind, name = entry["event"]["kind"], entry["event"]["id"]
    own = {str(event.get("id")): event.get("kind") for event in request["book"].get("events", [])}
    return kind in made and own.get(name, name.rsplit("/", 1)[-1] if "/" in name else kind) != kind
