"""Random books that go with a program: ties, late and contradicting rows, impossible stages, what is missing."""
from decimal import Decimal

from generate_running import company
from generate_words import REFERRERS, moments, moved

STAGE_PATHS = [
    ["qualified"], ["qualified"], ["qualified"], ["qualified", "closed"], ["qualified", "closed"], ["qualified", "opportunity", "closed"], ["nurture", "qualified", "closed"],
    ["qualified", "nurture", "qualified"], ["qualified", "closed", "disqualified"], ["lost", "qualified"], ["closed"],
    ["qualified", "qualified"], ["opportunity", "qualified", "disqualified", "closed"], [], ["qualified", "nurture", "qualified", "closed"],
    ["expired", "qualified"],
]
EMAILS = ["jo@initech.example", "J.o+x@initech.example", "kim@spam.example", "", "not an address", "lee@globex.example"]


def told(book):
    """All texts of a book, and what its program calls rewards and campaigns."""
    cells = {str(cell) for table in ("accounts", "referrals") for row in book.get(table, []) for cell in row.values()}
    return cells | {"", "r0", "c0"}


class Books:
    def __init__(self, draw, versions):
        self.draw, self.versions = draw, versions
        self.moments = moments(draw)
        self.referrers = draw.some(REFERRERS, 1, 3)
        self.events = 0
        self.declared = list(dict.fromkeys(event["kind"] for version in versions for event in version.get("event", [])
                                           if event["kind"] != "expired"))

    def moment(self, after=None):
        """A moment of the pool, or one some days after another, in its spelling."""
        if after is not None and self.draw.chance(40):
            return moved(after, self.draw.one([0, 1, 1, 2, 5, 10, 14, 30]))
        later = [moment for moment in self.moments if after is None or moment[:10] >= after[:10]]
        if self.draw.chance(92) and later:
            return self.draw.one(later)
        return self.draw.one(self.moments)

    def book(self):
        draw, book = self.draw, {}
        if draw.chance(60):
            book["accounts"] = self.accounts()
        names = draw.some(["R-1", "R-2", "R-3", "2", "10", "9", "R/4", "5%", "007"], 2, 9)
        book["referrals"] = [self.referral(name) for name in names]
        rows = [event for row in book["referrals"] for event in self.path(row)]
        self.spread(book, rows)
        self.copies(book)
        if draw.chance(35):
            book["opening_balances"] = self.balances(told(book))
        if draw.chance(60):
            book["rates"] = self.rates()
        if draw.chance(70):
            book["lists"] = self.lists()
        if "company" in self.versions[0]["facts"] and draw.chance(85):
            book["company"] = company(draw, self.moments)
        for name in ("referrals", "events", "accounts"):
            draw.random.shuffle(book.get(name, []))
        return book

    def rates(self):
        """Some rates of exchange; from yen there is none, and before a day perhaps none either."""
        draw, rows = self.draw, []
        for source, target in draw.some([("EUR", "USD"), ("USD", "EUR"), ("EUR", "JPY"), ("USD", "JPY"), ("EUR", "KWD"), ("USD", "KWD")], 2, 6):
            for day in draw.some(["2020-01-01", "2026-03-01", "2026-03-29", "2026-04-01"], 1, 3):
                rows.append({"from": source, "to": target, "first_day": day, "rate": draw.one([Decimal("1.08"), Decimal("0.307"), 151, Decimal("0.0066")])})
        if draw.chance(10):
            rows.append({**rows[0], "rate": draw.one([2, Decimal("1.08")])})
            draw.form("rates: contradicting rows")
        draw.random.shuffle(rows)
        return rows

    def lists(self):
        """Values of the list that programs ask for, of one that they do not, and rows that say too little."""
        draw = self.draw
        rows = [{"list": "asked", "value": value} for value in draw.some(["web", "mail", "10%", "fair"], 1, 3)]
        if draw.chance(15):
            rows = [{"list": "asked"}]
            draw.form("lists: an empty one")
        if draw.chance(10):
            rows.append(draw.one([{"list": "other", "value": "web"}, {"value": "web"}, {"list": "asked", "value": 7}]))
            draw.form("lists: a row of none")
        return rows

    def as_of(self):
        if self.draw.chance(60):
            self.draw.form("as_of: the end")
            return "2029-06-30" if any(moment.startswith("2028") for moment in self.moments) else "2027-02-28"
        return self.moment(self.moments[0])

    def fact(self, row, column, values, missing=7):
        """Sets a fact, or leaves it out: absent, null, or a cell that cannot be read."""
        draw = self.draw
        if draw.chance(missing):
            how = draw.word("a missing fact", ["absent", "null", "bad cell"])
            if how == "null":
                row[column] = None
            elif how == "bad cell" and column.split(".")[-1] in ("score", "seats", "value", "units", "since", "status"):
                row[column] = "?"
        else:
            row[column] = draw.one(values)

    def account_facts(self, row, prefix=""):
        self.fact(row, prefix + "status", ["paying", "paying", "trial"])
        self.fact(row, prefix + "score", [0, 49, 50, 51, 90])
        self.fact(row, prefix + "since", ["2024-02-29", "2025-11-30", "2026-01-31", "2026-02-28", "2026-03-15"])
        self.fact(row, prefix + "group", ["north", "south"], 40)

    def accounts(self):
        draw, rows = self.draw, []
        for name in self.referrers + ["eve"]:
            if draw.chance(95):
                row = {"id": name}
                self.account_facts(row)
                rows.append(row)
        if rows and draw.chance(25):
            rows += self.changes(rows)
        if rows and draw.chance(10):
            rows.append({**rows[0], "score": 77})
            draw.form("accounts: contradicting rows")
        elif rows and draw.chance(10):
            rows.append(dict(rows[0]))
        return rows

    def changes(self, rows):
        """Further rows of the accounts, each from a moment on."""
        draw, found = self.draw, []
        draw.form("accounts: histories")
        for row in list(rows):
            if draw.chance(20):
                row["at"] = self.moment()
            for _ in range(draw.number(0, 3)):
                change = {"id": row["id"], "at": self.moment()}
                self.account_facts(change)
                found.append(change)
            if draw.chance(4):
                found.append({**row, "at": "?", "score": 3})
        return found

    def referral(self, name):
        draw = self.draw
        row = {"id": int(name) if name in ("2", "10") and draw.chance(50) else name, "submitted_at": self.moment()}
        if draw.chance(96):
            row["referrer"] = draw.one(self.referrers)
        if draw.chance(50):
            row["referee"] = draw.one(["eve", "fay", "g/h", row.get("referrer", "eve")] + self.referrers * 2)
        if draw.chance(20):
            row["recorded_at"] = self.moment(row["submitted_at"])
            draw.form("a referral recorded late")
        if draw.chance(40):
            self.account_facts(row, "referrer.")
        self.fact(row, "referee.email", EMAILS)
        self.fact(row, "referee.seats", [0, 1, 3, 5, 10, 12])
        self.fact(row, "referee.industry", ["finance", "retail", "none"])
        self.fact(row, "source", ["web", "mail", "10%", ""])
        self.fact(row, "referral.wait", [True, False, False], 25)
        self.fact(row, "referral.tags", [["vip"], [], ["bad", "v2"]])
        return row

    def path(self, referral):
        """The events of one referral: mostly a way that can be gone, at moments that mostly rise."""
        draw, found, last = self.draw, [], referral["submitted_at"]
        kinds = draw.one(STAGE_PATHS)
        kinds = kinds + draw.some(self.declared, 0, 2)
        if draw.chance(15):
            draw.random.shuffle(kinds)
        for kind in kinds:
            at = self.moment(last)
            if at[:10] == last[:10]:
                at = last if draw.chance(50) else moved(last, 1)
            if draw.chance(4):
                at = moved(referral["submitted_at"], -1)
            last = max(last, at) if draw.chance(90) else last
            self.events += 1
            event = {"id": draw.one([f"E-{self.events}", self.events, f"E/{self.events}%"]), "referral": referral["id"], "kind": kind, "at": at}
            if draw.chance(25):
                event["recorded_at"] = self.moment(at)
            if draw.chance(15):
                event["sequence"] = draw.number(-1, 3)
                draw.form("a sequence number")
            self.fact(event, "value", [Decimal("99.99"), 100, Decimal("100.01"), Decimal("0.05"), Decimal("-3.5"), 1000, Decimal("12.345"), "250.50"])
            self.fact(event, "units", [0, 1, 2, 3, 7])
            self.fact(event, "flag", [True, False])
            self.fact(event, "deadline", [self.moment()], 40)
            found.append(event)
        return found

    def spread(self, book, events):
        """Events stand on rows of their own, or on the row of their referral."""
        rows = {str(row["id"]): row for row in book["referrals"]}
        book["events"] = []
        for event in events:
            row, kind = rows[str(event["referral"])], event["kind"]
            if self.draw.chance(45) and kind + "_at" not in row:
                self.draw.form("an event on its referral's row")
                row[kind + "_at"] = event["at"]
                if "recorded_at" in event:
                    row[kind + "_recorded_at"] = event["recorded_at"]
                row.update({f"{kind}.{fact}": event[fact] for fact in ("value", "units", "flag", "deadline") if fact in event})
            else:
                book["events"].append(event)
        self.link(book)

    def link(self, book):
        """Some events say which other event of their referral they undo, or one that is not there."""
        ids = {}
        for row in book["referrals"]:
            ids[str(row["id"])] = [f"{row['id']}/{kind[:-3]}" for kind in row if kind.endswith("_at") and kind.count("_") == 1
                                   and kind != "submitted_at" and kind != "recorded_at"]
        for event in book["events"]:
            ids[str(event["referral"])].append(str(event["id"]))
        places = [(event, "undoes", str(event["referral"])) for event in book["events"]]
        places += [(row, f"{name.split('/')[-1]}.undoes", str(row["id"])) for row in book["referrals"] for name in ids[str(row["id"])]
                   if f"{name.split('/')[-1]}_at" in row]
        for row, column, referral in places:
            if ids[referral] and self.draw.chance(65):
                row[column] = self.draw.one(ids[referral] + ["nothing"])

    def copies(self, book):
        draw = self.draw
        for row in list(book["events"]):
            if draw.chance(8):
                copy = dict(row)
                if draw.chance(60):
                    copy["recorded_at"] = self.moment(row["at"])
                if draw.chance(50):
                    draw.form("copies of an event that differ")
                    copy[draw.one(["units", "at", "kind"])] = None
                    copy = {"at": moved(row["at"], 1), "kind": draw.one(["qualified", "closed"]), "units": 9,
                            **{key: value for key, value in copy.items() if value is not None}}
                else:
                    draw.form("copies of an event that agree")
                book["events"].append(copy)
        for row in list(book["referrals"]):
            if draw.chance(6):
                copy = dict(row)
                if draw.chance(50):
                    draw.form("copies of a referral that differ")
                    copy["referrer"] = draw.one(self.referrers + ["zoe"])
                else:
                    copy = {key: value for key, value in copy.items() if not key.endswith("_at") or key == "submitted_at" or draw.chance(50)}
                if draw.chance(60):
                    copy["recorded_at"] = self.moment(row["submitted_at"])
                book["referrals"].append(copy)
        if draw.chance(6):
            book["events"].append({"id": "E-lost", "referral": "R-none", "kind": "qualified", "at": self.moment()})

    def measured_key(self, per):
        """The key of a measure as a balance writes it."""
        plain = [name for name in self.referrers if "/" not in name] or ["ada"]
        known = {"referrer": self.draw.one(self.referrers if per == "referrer" else plain), "referral": "R-1", "referee": "eve",
                 "referee.industry": "finance", "referrer.group": "north", "referral.source": "web", "referee.email": "x@y.example", "event.units": "1", "event.flag": "true"}
        return "/".join(known[part] for part in (per if isinstance(per, list) else [per]) if part != "program")

    def balances(self, told):
        """Opening balances under keys that the book speaks of; others are a finding, which is for the corpus."""
        draw, rows = self.draw, []
        for _ in range(draw.number(1, 3)):
            measures = {name: measure for version in self.versions for name, measure in version.get("measures", {}).items()}
            if measures and draw.chance(40):
                name = draw.one(measures)
                key = self.measured_key(measures[name].get("per", "referrer"))
                if key is None or not set(key.split("/")) <= told | {""}:
                    continue
                rows.append({"name": name, "key": key, "value": draw.one([1, 2, 50]), "at": self.moment()})
                draw.form("opening balance of a declared measure")
                continue
            totals = [rule for version in self.versions for rule in version["reward"] if "total" in rule]
            if totals and draw.chance(30):
                rule = draw.one(totals)
                by_default = rule["to"]["account"] if isinstance(rule["to"], dict) else "referral" if rule["to"] == "referee" else "referrer"
                key = self.measured_key(rule.get("total_per", by_default))
                if set(key.split("/")) <= told | {""}:
                    rows.append({"name": rule["id"], "key": key, "value": draw.one([1, 20, 55]), "at": self.moment()})
                    draw.form("opening balance of a running total")
                continue
            once = [rule for version in self.versions for rule in version["reward"] if "once_per" in rule]
            if once and draw.chance(30):
                rule = draw.one(once)
                key = self.measured_key(rule["once_per"])
                if set(key.split("/")) <= told | {""}:
                    rows.append({"name": rule["id"], "key": key, "value": draw.one([0, 1, 1, 1, 5]), "at": self.moment()})
                    draw.form("opening balance of what is given once")
                continue
            made = [event for version in self.versions for event in version.get("event", []) if "on" in event]
            if made and draw.chance(40):
                event = draw.one(made)
                key = self.measured_key(event.get("once_per", "referral"))
                if set(key.split("/")) <= told | {""}:
                    rows.append({"name": event["kind"], "key": key, "value": draw.one([0, 1, 1, 1]), "at": self.moment()})
                    draw.form("opening balance of an event that conditions make")
                continue
            limits = [limit for version in self.versions for limit in version.get("limit", [])]
            if limits and draw.chance(60):
                limit = draw.one(limits)
                plain = [name for name in self.referrers if "/" not in name] or ["ada"]
                key = "/".join({"program": "", "referrer": draw.one(plain), "referral": "R-1", "reward": "r0", "campaign": "c0",
                                "referee": "eve", "referrer.group": "north", "referee.industry": "finance"}[part]
                               for part in limit.get("per", ["referrer"]) if part != "program")
                if not set(key.split("/")) <= told:
                    continue
                rows.append({"name": limit["id"], "key": key, "at": self.moment(),
                             "value": 1 if limit.get("unit") == "grants" else draw.one([1, 50, 99])})
                draw.form("opening balance of a limit")
            else:
                rows.append({"name": draw.one(["qualified_count", "closed_count", "submitted_count"]), "key": draw.one(self.referrers),
                             "value": draw.number(1, 3)})
                draw.form("opening balance of a measure")
        return rows
