"""docs/document.md, "The book": tables of cells become rows with moments and facts, and findings for what cannot be read."""
import re
from decimal import Decimal
from fractions import Fraction
from unicodedata import category

import dates
from program import COUNTS, several
from values import MISSING, Instant, absent, is_number, read_day, read_instant, read_number


ON_ACCOUNTS = ("account", "referrer", "referee")


class Row:
    """A referral or an event as given: when it was, when it became known, and what it says."""

    def __init__(self, **values):
        self.__dict__.update(values)


class Book:
    def __init__(self, program, given):
        self.program, self.findings = program, []
        self.has_accounts = given.get("accounts") is not None
        self.has_histories = any("at" in row for row in given.get("accounts") or []) and "at" not in program.facts(*ON_ACCOUNTS)
        self.accounts = self.read_accounts(given.get("accounts") or [])
        self.referrals, self.events = [], []
        self.kinds_on_rows = {kind for row in given.get("referrals") or [] for kind in program.kinds if row.get(kind + "_at") is not None}
        for row in given.get("referrals") or []:
            self.read_referral(flat(row))
        for row in given.get("events") or []:
            self.read_event(flat(row))
        self.confirmations = self.read_rows(given.get("confirmations"), self.read_confirmation)
        self.booked = self.read_booked(given.get("booked"))
        self.balances = self.read_rows(given.get("opening_balances"), self.read_balance)
        self.read_lists(given.get("lists"))
        self.notified = self.read_rows(given.get("notified"), self.read_notified)
        self.company = self.read_company(given.get("company") or [])
        self.figures = self.read_figures(given.get("figures"))
        rates = self.read_rates(given.get("rates"))
        for version in program.versions:
            version.time.rates = rates

    def read_rows(self, rows, read):
        found = [read(flat(row)) for row in rows or []]
        return [row for row in found if row is not None]

    def find(self, code, table, name):
        """A finding about a row: its code, its table, its id."""
        self.findings.append((code, table, name))

    def known_from(self, start, known):
        """The findings since `start` are about a row that is known from then on; nothing is said of it before."""
        self.findings[start:] = [finding[:3] + (known,) for finding in self.findings[start:]]

    def findings_at(self, moment):
        return [finding[:3] for finding in self.findings if len(finding) == 3 or finding[3] <= moment]

    def row_id(self, row, table):
        name = text_id(row.get("id"))
        if name is not None and (len(name.encode()) > 256 or any(category(letter) == "Cc" for letter in name)):
            self.find("bad-cell", table, "")
            name = None
        if name is None:
            self.find("missing-id", table, "")
        return name

    def instant(self, value):
        """An instant, a date as its first instant, or None."""
        if not isinstance(value, str):
            return None
        day = read_day(value)
        return dates.first_instant(day, self.program.zone) if day else read_instant(value)

    def moment(self, row, column, table, name):
        """The instant of a column, or None where it is missing or cannot be read."""
        value = row.get(column)
        if value is None:
            return None
        found = self.instant(value)
        if found is None:
            self.find("bad-cell", table, name)
        return found

    def cell(self, value, kind, table, name):
        if value is None:
            return MISSING
        found = self.read_cell(value, kind)
        if found is None:
            self.find("unlisted-text" if isinstance(kind, list) and isinstance(value, str) else "bad-cell", table, name)
            return MISSING
        return found

    def read_cell(self, value, kind):
        if isinstance(kind, list):
            return value if value in kind else None
        if kind.startswith("list of "):
            items = [self.read_cell(item, kind[len("list of "):]) for item in value] if isinstance(value, list) else [None]
            return None if None in items else tuple(items)
        if kind == "bool":
            return value if isinstance(value, bool) else None
        if kind == "text":
            return value if isinstance(value, str) else None
        if kind == "date":
            return read_day(value) if isinstance(value, str) else None
        if kind == "instant":
            return self.instant(value)
        found = read_number(value) if isinstance(value, str) else Fraction(value) if is_cell_number(value) else None
        if kind == "int" and found is not None:
            return int(found) if found.denominator == 1 else None
        return found

    def facts(self, row, headings, prefixes, table, name):
        return {fact: self.cell(next((row[prefix + fact] for prefix in prefixes if row.get(prefix + fact) is not None), None),
                                kind, table, name)
                for fact, kind in self.program.facts(*headings).items()}

    def read_accounts(self, rows):
        """By account, from which moment on which facts hold: without the column `at` from the beginning."""
        accounts, contradicted, table = {}, set(), "accounts"
        for row in map(flat, rows):
            name, start = self.row_id(row, table), len(self.findings)
            at = self.moment(row, "at", table, name or "") if self.has_histories else None
            facts = self.facts(row, ON_ACCOUNTS, ("",), table, name or "")
            if at is not None:
                self.known_from(start, at)
            if name is None:
                continue
            changes = accounts.setdefault(name, {})
            unreadable = self.has_histories and row.get("at") is not None and at is None
            if not unreadable and changes.setdefault(at, facts) != facts:
                contradicted.add((name, at))
        for name, at in contradicted:
            self.findings.append(("conflicting-copies", table, name) + (() if at is None else (at,)))
            accounts[name][at] = {}
        return accounts

    def read_notified(self, row):
        notice = row.get("notice")
        at, recorded = (self.moment(row, column, "notified", "") for column in ("at", "recorded_at"))
        if notice is None:
            self.find("missing-id", "notified", "")
        if at is None:
            self.find("missing-moment", "notified", "")
        if notice is None or at is None:
            return None
        return Row(notice=notice, at=at, known=max(at, recorded or at))

    def read_company(self, rows):
        """From which moment on which facts of the company hold."""
        changes, contradicted = {}, set()
        for row in map(flat, rows):
            start = len(self.findings)
            at = self.moment(row, "at", "company", "")
            facts = self.facts(row, ("company",), ("",), "company", "")
            if at is not None:
                self.known_from(start, at)
            if (row.get("at") is None or at is not None) and changes.setdefault(at, facts) != facts:
                contradicted.add(at)
        for at in contradicted:
            self.findings.append(("conflicting-copies", "company", "") + (() if at is None else (at,)))
            changes[at] = {}
        return changes

    def company_facts(self, moment):
        """The facts of the company in force at a moment."""
        last = max((at for at in self.company if at is not None and at <= moment), default=None)
        return self.company.get(last, {})

    def account_facts(self, name, moment):
        """The facts of an account in force at a moment."""
        changes = self.accounts.get(name, {})
        last = max((at for at in changes if at is not None and at <= moment), default=None)
        return changes.get(last, {})

    def read_referral(self, row):
        table = "referrals"
        name = self.row_id(row, table)
        if name is None:
            return
        start = len(self.findings)
        at = self.moment(row, "submitted_at", table, name)
        recorded = self.moment(row, "recorded_at", table, name)
        if at is None:
            self.find("missing-moment", table, name)
            return
        for kind in self.program.kinds[1:]:
            self.read_event_of_row(row, name, kind)
        says = Row(
            id=name, at=at, referrer=text_id(row.get("referrer")), referee=text_id(row.get("referee")),
            referral_facts=self.facts(row, ("referral",), ("", "referral."), table, name),
            referrer_facts=self.facts(row, ("account", "referrer"), ("referrer.",), table, name),
            referee_facts=self.facts(row, ("account", "referee"), ("referee.",), table, name))
        content = dict(says.__dict__)
        says.known, says.content = max(at, recorded or at), content
        self.known_from(start, says.known)
        self.referrals.append(says)

    def read_event_of_row(self, row, referral, kind):
        """`closed_at`, `closed_recorded_at`, `closed.<fact>` on a referral's row."""
        if row.get(kind + "_at") is None:
            if kind in self.kinds_on_rows:
                self.facts(row, ("event",), (kind + ".",), "referrals", referral)
            return
        given = {"id": f"{referral}/{kind}", "referral": referral, "kind": kind, "at": row[kind + "_at"],
                 "recorded_at": row.get(kind + "_recorded_at")}
        given.update({fact: row.get(f"{kind}.{fact}") for fact in self.program.facts("event")})
        self.read_event(given, "referrals", referral)

    def read_event(self, row, table="events", found_at=None):
        """A finding about its cells names the row: its own, or that of its referral."""
        name = self.row_id(row, table)
        if name is None:
            return
        where, start = found_at or name, len(self.findings)
        at = self.moment(row, "at", table, where)
        recorded = self.moment(row, "recorded_at", table, where)
        kind, referral = row.get("kind"), text_id(row.get("referral"))
        if at is None:
            self.find("missing-moment", table, where)
            return
        if kind not in self.program.kinds[1:]:
            self.find("unknown-event-kind", table, name)
            return
        says = Row(id=name, at=at, kind=kind, referral=referral,
                   sequence=self.cell(row.get("sequence"), "int", table, where),
                   facts=self.facts(row, ("event",), ("", "event."), table, where))
        content = dict(says.__dict__)
        says.known = says.known_alone = max(at, recorded or at)
        says.content, says.table = content, table
        self.known_from(start, says.known)
        self.events.append(says)

    def read_confirmation(self, row):
        entry, what, table = row.get("entry"), row.get("what"), "confirmations"
        if entry is None:
            self.find("missing-id", table, "")
            return None
        at = self.moment(row, "at", table, "")
        recorded = self.moment(row, "recorded_at", table, "")
        if what not in ("paid", "notified", "used"):
            self.find("bad-cell", table, "")
            return None
        if at is None:
            self.find("missing-moment", table, "")
            return None
        fee, amount = (self.cell(row.get(column), "decimal", table, "") for column in ("fee", "amount"))
        for stated in (fee, amount):
            if not absent(stated) and stated < 0:
                self.find("bad-cell", table, "")
        return Row(entry=entry, what=what, at=at, known=max(at, recorded or at), payout=text_id(row.get("payout")),
                   fee=None if absent(fee) or fee < 0 else fee, amount=None if absent(amount) or amount < 0 else amount)

    def read_booked(self, rows):
        """Entry ids with their amounts; None for amounts that differ or cannot be read."""
        if rows is None:
            return {}
        booked = {}
        for row in rows:
            amount = self.read_cell(row["amount"], "decimal") if row.get("amount") is not None else None
            if amount is None:
                self.find("bad-cell", "booked", row["id"])
            elif booked.get(row["id"], amount) not in (amount, None):
                self.find("conflicting-copies", "booked", row["id"])
                amount = None
            booked[row["id"]] = amount
        return booked

    def read_lists(self, rows):
        """The values of the lists that the host gives; a row without a value says that there is one."""
        asked = {name for version in self.program.versions for name, source in version.lists_from.items() if source == "host"}
        given = {}
        for row in map(flat, rows or []):
            name, value = (self.cell(row.get(key), "text", "lists", "") for key in ("list", "value"))
            if absent(name):
                self.find("bad-cell", "lists", "")
            elif name not in asked:
                self.find("unknown-list", "lists", "")
            else:
                given.setdefault(name, set()).update([] if absent(value) else [value])
        for version in self.program.versions:
            for name, source in version.lists_from.items():
                if source == "host":
                    version.lists.values[name] = frozenset(given[name]) if name in given else MISSING

    def read_figures(self, rows):
        """What the host gives for metrics. Two rows of one name and moment that say different things are told from when both are known."""
        def names(node):
            if isinstance(node, dict):
                return ({node["given"]} if isinstance(node.get("given"), str) else set()).union(*map(names, node.values()))
            return set().union(*map(names, node)) if isinstance(node, list) else set()

        asked = names([version.document.get("metric", []) for version in self.program.versions])
        found = []
        for row in map(flat, rows or []):
            name, value = self.cell(row.get("name"), "text", "figures", ""), self.cell(row.get("value"), "decimal", "figures", "")
            at, recorded = (self.moment(row, column, "figures", "") for column in ("at", "recorded_at"))
            if absent(name) or absent(value):
                self.find("bad-cell", "figures", "")
            elif name not in asked:
                self.find("unknown-figure", "figures", "")
            else:
                known = max((moment for moment in (at, recorded) if moment is not None), default=Instant(-10 ** 30))
                found.append(Row(name=name, value=value, at=at, known=known))
        for name, at in {(row.name, row.at) for row in found}:
            same = sorted((row for row in found if (row.name, row.at) == (name, at)), key=lambda row: row.known)
            other = next((row for row in same if row.value != same[0].value), None)
            if other is not None:
                start = len(self.findings)
                self.find("conflicting-copies", "figures", "")
                self.known_from(start, other.known)
        return found

    def read_rates(self, rows):
        """Rates by pair and first day; None where two rows contradict each other."""
        rates = {}
        for row in map(flat, rows or []):
            pair, rate = (row.get("from"), row.get("to")), self.cell(row.get("rate"), "decimal", "rates", "")
            first = read_day(str(row.get("first_day") or ""))
            if not all(re.fullmatch("[A-Z]{3}", str(code)) for code in pair) or first is None or absent(rate) or rate <= 0:
                self.find("bad-cell", "rates", "")
            elif rates.setdefault((pair, first), rate) != rate:
                rates[pair, first] = None
                self.find("conflicting-rates", "rates", "")
        return rates

    def read_balance(self, row):
        name, value = row.get("name"), self.cell(row.get("value"), "decimal", "opening_balances", "")
        at = self.moment(row, "at", "opening_balances", name)
        if name is None or absent(value):
            self.find("bad-cell", "opening_balances", "")
            return None
        limits = [limit for version in self.program.versions for limit in version.limits if limit["id"] == name]
        measures = [version.measures[name] for version in self.program.versions if name in version.measures]
        made = [event for version in self.program.versions for event in version.events if event["kind"] == name and "on" in event]
        if name not in COUNTS and not measures and made:
            return self.read_total(name, {"to": "referrer", "total_per": made[0].get("once_per", "referral")}, row, value, at)
        totals = [rule for version in self.program.versions for rule in version.rewards if rule["id"] == name and "total" in rule]
        rewards = [rule for version in self.program.versions for rule in version.rewards + version.prizes if rule["id"] == name]
        if name not in COUNTS and not limits and not measures and totals:
            return self.read_total(name, totals[0], row, value, at)
        once = [rule for rule in rewards if "once_per" in rule]
        if name not in COUNTS and not limits and not measures and once:
            return self.read_total(name, {**once[0], "total_per": once[0]["once_per"]}, row, value, at)
        if name not in COUNTS and not limits and not measures and rewards:
            self.find("unknown-balance", "opening_balances", name)
            return None
        if name not in COUNTS and not limits and not any(measure["is"] in ("count", "sum") for measure in measures):
            self.find("unknown-balance", "opening_balances", name if measures else "")
            return None
        counts = name in COUNTS or any(measure["is"] == "count" for measure in measures)
        if counts and value.denominator != 1:
            self.find("unknown-balance", "opening_balances", name)
            return None
        in_each = (limits + measures)[0].get("in_each", "lifetime") if limits or measures else "lifetime"
        if in_each != "lifetime" and (at is None or dates.is_rolling(in_each)):
            self.find("unknown-balance", "opening_balances", name)
            return None
        if limits and not self.is_key(str(row.get("key") or ""), [part for part in limits[0].get("per", ["referrer"]) if part != "program"]):
            self.find("unknown-balance", "opening_balances", name)
            return None
        parts = [part for measure in measures[:1] for part in several(measure.get("per", "referrer")) if part != "program"]
        if measures and not self.is_key(str(row.get("key") or ""), parts):
            self.find("unknown-balance", "opening_balances", name)
            return None
        return Row(name=name, key=str(row.get("key") or ""), value=value, at=at)

    def read_total(self, name, rule, row, value, at):
        """What a reward by a running total had settled, or for what one that is given once was given."""
        parts = several(rule.get("total_per", "referral" if rule["to"] == "referee" else "referrer"))
        key = str(row.get("key") or "")
        timeless = rule.get("total_in", "lifetime") != "lifetime" and at is None
        if timeless or not self.is_key(key, [part for part in parts if part != "program"]):
            self.find("unknown-balance", "opening_balances", name)
            return None
        return Row(name=name, key=key, value=value, at=at)

    def is_key(self, key, parts):
        """Whether a balance's key has as many parts as the limit, and names referrals, campaigns and rewards that there are."""
        given = [key] if len(parts) == 1 else key.split("/") if key else []
        there = {word: {rule["id"] for version in self.program.versions for rule in rules(version)}
                 for word, rules in (("campaign", lambda version: version.campaigns), ("reward", lambda version: version.rewards + version.prizes))}
        there["referral"] = {says.id for says in self.referrals}
        return len(given) == len(parts) and all(part not in there or name in there[part] for part, name in zip(parts, given))


def is_cell_number(value):
    return isinstance(value, Decimal) or is_number(value)


def flat(row):
    """`{"referee": {"email": …}}` is the column `referee.email`; what is null is not there."""
    found = {}
    for name, value in row.items():
        if isinstance(value, dict):
            found.update({f"{name}.{inner}": cell for inner, cell in value.items()})
        elif value is not None:
            found[name] = value
    return found


def text_id(value):
    if value is None or value == "" or isinstance(value, (bool, Fraction)):
        return None
    return str(value)
