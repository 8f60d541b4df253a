"""A pair: a random program and a random book, from a seed. What the host has done so far is drawn from the model's own answer."""
from decimal import Decimal

from answer import answer
from draw import Draw
from generate_book import Books
from generate_metrics import add_metrics
from generate_program import Programs
from generate_running import told
from generate_words import moved


def pair(seed):
    """The request and the draw, which knows which forms were reached."""
    draw = Draw(seed)
    versions = Programs(draw).versions()
    books = Books(draw, versions)
    request = {"program": versions, "book": books.book(), "as_of": books.as_of()}
    ours = answer(request)
    if ours["ledger"] and draw.chance(50):
        request["book"]["confirmations"] = confirmations(draw, books, ours)
    if ours["notices"] and draw.chance(70):
        request["book"]["notified"] = told(draw, books, ours)
    if draw.chance(30):
        earlier = answer({**request, "as_of": books.as_of()}) if draw.chance(50) else ours
        if earlier["ledger"]:
            request["book"]["booked"] = booked(draw, earlier["ledger"])
    if draw.chance(50):
        add_metrics(draw, request)
    return request, draw


def confirmations(draw, books, ours):
    rows = []
    promised = [entry for entry in ours["ledger"] if entry["due_on"] or entry["notify_by"]]
    # What was paid before a reversal takes it back is kept where the reversal says so.
    taken = {entry["grant"] for entry in ours["ledger"] if entry.get("reversal")}
    before = [entry for entry in ours["ledger"] if entry["grant"] in taken and not entry.get("reversal")]
    for entry in draw.some(before, 0, 2):
        rows.append({"entry": entry["id"], "what": draw.word("what", ["paid", "used"]), "at": entry["payable_on"]})
    for entry in draw.some(ours["ledger"], 1, 4) + draw.some(promised, 0, 2):
        late = [moved(moment, draw.one([1, 3])) for moment in (entry["due_on"], entry["notify_by"]) if moment]
        at = draw.one(late if late and draw.chance(30) else [entry["due_on"] or entry["payable_on"], entry["notify_by"] or entry["payable_on"], books.moment(entry["payable_on"])])
        row = {"entry": entry["id"], "what": draw.word("what", ["paid", "paid", "notified", "used"]), "at": at}
        if draw.chance(20):
            row["recorded_at"] = books.moment()
        if draw.chance(30):
            row["payout"] = draw.one(["P-1", "P/2"])
            draw.form("confirmations: payout")
        if draw.chance(20):
            row["fee"] = draw.one([1, Decimal("0.255"), "2.50"])
            draw.form("confirmations: fee")
        if row["what"] == "used" and draw.chance(60):
            row["amount"] = draw.one([1, Decimal("10.005"), "40", 5000])
            draw.form("confirmations: amount")
            if draw.chance(40):
                rows.append({**row, "id": "U-1", "amount": 7})
        if all((row["entry"], row["what"]) != (other["entry"], other["what"]) for other in rows):
            rows.append(row)
    if draw.chance(10):
        rows.append({**rows[0], "entry": rows[0]["entry"] + "9"})
        draw.form("a confirmation of no entry")
    return rows


def booked(draw, ledger):
    """The start of a ledger, with or without slips."""
    rows = [{"id": entry["id"], "amount": entry["amount"]} for entry in ledger[:draw.number(1, len(ledger))]]
    draw.form("booked: a start of the ledger")
    if draw.chance(60):
        slip = draw.word("booked", ["another amount", "a gap", "twice with other amounts", "an entry too many", "an unknown grant",
                                    "an amount that cannot be read"])
        row = draw.one(rows)
        if slip == "another amount":
            row["amount"] = "7"
        elif slip == "a gap":
            rows.remove(row)
        elif slip == "twice with other amounts":
            rows.append({**row, "amount": "8"})
        elif slip == "an entry too many":
            rows.append({"id": row["id"].rsplit("/", 1)[0] + "/9", "amount": "5"})
        elif slip == "an unknown grant":
            rows.append({"id": row["id"].replace("acme/", "acme/gone", 1), "amount": "5"})
        else:
            row["amount"] = "?"
    draw.random.shuffle(rows)
    return rows
