"""DESIGN A17: what a program is measured by, what falls short, and what referrers see, as of the moment."""
from fractions import Fraction

import dates
from expressions import Facts, evaluate
from program import COUNTS, number, several
from scope import Scope
from standings import Today, standings
from timeline import OPEN
from functions import to_text
from values import MISSING, absent, id_key, write_amount, write_instant

WORDS = ("month", "cohort", "campaign")
STAGE_OF = {"qualified": "qualified", "opportunity": "opportunity", "closed": "closed"}


class Names:
    """The names that an expression over a row knows."""

    def __init__(self, version, names):
        self.version, self.time, self.granted, self.names = version, version.time, None, names

    def name(self, word):
        return self.names.get(word, MISSING)


class Row:
    """A row that is counted or summed: what it knows, when it is, whose it is, what touched it."""

    def __init__(self, scope, at=None, referral=None, referrer=None, campaigns=(), under_way=False):
        self.scope, self.at, self.referral, self.referrer = scope, at, referral, referrer
        self.campaigns, self.under_way = campaigns, under_way


class Metrics:
    def __init__(self, book, ideal, positions):
        self.book, self.ideal, self.positions, self.program = book, ideal, positions, book.program
        self.moment = ideal.moment
        self.today = self.program.day_of(self.moment)
        self.version = self.program.in_force(self.today) or self.program.versions[-1]
        self.written = [several_parts(metric) for metric in several(self.version.document.get("metric"))]
        self.by_id = {metric["id"]: metric for metric in self.written}
        rows = sorted(ideal.known.referrals.values(), key=lambda row: (row.at, id_key(row.id)))
        self.referrals = {row.id: row for row in rows}
        self.touched = {}
        for entry in positions.entries:
            self.touched.setdefault(entry.part.referral, set()).update(entry.campaigns)
        self.cache = {}

    # Rows

    def standing(self, referral):
        return self.ideal.standings.get(referral)

    def under_way(self, referral):
        standing = self.standing(referral)
        return standing is not None and standing.taken_over_at is None and standing.stage in OPEN

    def scope(self, row, more=None):
        """What is known of a row's referral: at submission, and where it stands now."""
        standing = self.standing(row.id)
        came = {f"{stage}_at": standing.came.get(stage, MISSING) if standing else MISSING for stage in STAGE_OF}
        now = {"accepted": standing is not None, "stage": standing.stage if standing else MISSING,
               "stage_at": standing.stage_event.at if standing else MISSING}
        levels = standing.shown_tiers() if standing else {}
        levels = {name: MISSING if level is None else level for name, level in levels.items()}
        return Scope(self.book, self.version, row, {"referral": {**came, **now}, **levels, **(more or {})})

    def rows(self, over, figure):
        at = figure.get("at")
        key = (over, at, figure.get("unit"))
        if key not in self.cache:
            self.cache[key] = list(getattr(self, "of_" + over)(at, figure.get("unit", self.version.currency)))
        return self.cache[key]

    def of_referrals(self, at, _):
        for row in self.referrals.values():
            standing = self.standing(row.id)
            moment = row.at if at in (None, "submitted") else standing.came.get(at) if standing else None
            if moment is not None:
                yield Row(self.scope(row), moment, row, row.referrer, self.touched.get(row.id, ()), self.under_way(row.id))

    def of_events(self, _, __):
        for happening in self.ideal.taken_in:
            row = self.referrals[happening.referral]
            event = Facts({**happening.facts, "kind": happening.kind, "at": happening.at, "id": happening.name})
            yield Row(self.scope(row, {"event": event}), happening.at, row, row.referrer, self.touched.get(row.id, ()), self.under_way(row.id))

    def of_entries(self, at, unit):
        for entry, state in zip(self.positions.entries, self.positions.states):
            part = entry.part
            if part.rule["unit"] != unit:
                continue
            known = self.ideal.known
            row = known.referrals.get(part.referral) or known.withdrawn_referrals.get(part.referral)
            facts = {"reward": part.rule["id"], "kind": part.rule["kind"], "party": part.beneficiary[0], "amount": Fraction(entry.amount),
                     "earned_at": part.happening.at, "booked_at": entry.booked_at, "state": state}
            levels = {ladder.get("name", "tier"): MISSING for ladder in self.version.ladders}
            levels.update({name: MISSING if level is None else level for name, level in part.tiers.items()})
            moment = entry.booked_at if at == "booked" else part.happening.at
            yield Row(self.scope(row, {"entry": Facts(facts), **levels}), moment, row, row.referrer, entry.campaigns, self.under_way(row.id))

    def of_accounts(self, _, __):
        own = {}
        for standing in self.ideal.standings.values():
            own.setdefault(standing.row.referrer, []).append(standing)
        for who in list(self.book.accounts) + [who for who in own if who not in self.book.accounts]:
            facts = {name: value for name, value in self.book.account_facts(who, self.moment).items()
                     if name in self.program.facts("account", "referrer")}
            names = {"referrer": Facts({**facts, "id": who}), "lists": self.version.lists, "data": self.version.data,
                     **self.version.tables, **{name: 0 for name in COUNTS}}
            if who in own:
                today = Today(self.ideal, max(own[who], key=lambda standing: (standing.row.at, id_key(standing.row.id))))
                scope = today.scope(self.version, today.after)
                names.update({name: scope.name(name) for name in COUNTS + list(self.version.measures)})
            yield Row(Names(self.version, names), referrer=who)

    # Figures

    def figure(self, figure, grouping):
        """The groups of a figure with what they come to, which of them can still change, and what a group is that is not there."""
        if "given" in figure:
            return self.given(figure["given"], grouping), set(), 0
        if "metric" in figure:
            other = self.by_id[figure["metric"]]
            above, under_way = self.sums(other["numerator"], grouping)
            if "denominator" not in other:
                return above, under_way, 0
            below, more = self.sums(other["denominator"], grouping)
            return {group: quotient(above.get(group, 0), below.get(group, 0)) for group in set(above) | set(below)}, under_way | more, None
        found, under_way = {}, set()
        for row in self.rows(figure.get("count") or figure["over"], figure):
            if not all([evaluate(condition, row.scope) is True for condition in several(figure.get("when"))]):
                continue
            value = evaluate(figure["sum"], row.scope) if "sum" in figure else 1
            if absent(value):
                continue
            for group in grouping(self, row):
                found[group] = found.get(group, 0) + number(value)
                if row.under_way:
                    under_way.add(group)
        return found, under_way, 0

    def given(self, name, grouping):
        known = [row for row in self.book.figures if row.name == name and row.known <= self.moment]
        values = {}
        for row in known:
            values.setdefault(row.at, set()).add(row.value)
        found = {}
        for at, stated in values.items():
            if len(stated) == 1:
                for group in grouping(self, Row(None, at)):
                    found[group] = found.get(group, 0) + number(next(iter(stated)))
        return found

    def sums(self, figures, grouping):
        """Figures added up, group by group; None where one has no value."""
        found = [self.figure(figure, grouping) for figure in figures]
        groups = set().union(*(groups for groups, _, _ in found))
        summed = {group: total([groups.get(group, without) for groups, _, without in found]) for group in groups}
        missing = any(without is None for _, _, without in found)
        summed = Sums(summed, None if missing else 0)
        return summed, set().union(*(under_way for _, under_way, _ in found))

    # Answers

    def metrics(self):
        for metric in self.written:
            for by in [None] + several(metric.get("by")):
                yield from self.table(metric, by)

    def table(self, metric, by):
        grouping = whole if by is None else GROUPINGS.get(by) or of_expression(by)
        above, under_way = self.sums(metric["numerator"], grouping)
        below, more = self.sums(metric["denominator"], grouping) if "denominator" in metric else (None, set())
        groups = set(above) | set(below or ()) | ({WHOLE} if by is None else set())
        if by in ("month", "cohort"):
            groups |= self.months(groups)
        before = None
        for group in sorted(groups, key=group_order):
            up = above.of(group)
            down = None if below is None else below.of(group)
            exact = up if below is None else quotient(up, down)
            is_month = by in ("month", "cohort") and group[0] == "month"
            change = None if before is None or exact is None else quotient(exact - before, before)
            before = exact if is_month else None
            comparison, short_by = compared(metric, exact, self.bound)
            yield {
                "metric": metric["id"], "by": by, "group": group_text(group), "numerator": text(up), "denominator": text(down),
                "value": text(exact if below is None else settled(exact)), "change": text(settled(change)),
                "open": group in under_way | more or is_month and dates.last_instant(month_end(group[1]), self.program.zone) > self.moment,
                "comparison": comparison, "short_by": text(settled(short_by)),
            }

    def months(self, groups):
        found = [group[1] for group in groups if group[0] == "month"]
        if not found:
            return set()
        return {("month", month) for month in range(min(found), max(found + [month_of(self.today)]) + 1)}

    def bound(self, metric, key):
        bound = metric.get("good", {}).get(key)
        return None if bound is None else number(evaluate(bound, Names(self.version, {"lists": self.version.lists, "data": self.version.data})))

    def diagnosis(self):
        found = []
        for place, metric in enumerate(self.written):
            above, _ = self.sums(metric["numerator"], whole)
            below = self.sums(metric["denominator"], whole)[0] if "denominator" in metric else None
            exact = above.of(WHOLE) if below is None else quotient(above.of(WHOLE), below.of(WHOLE))
            comparison, short_by = compared(metric, exact, self.bound)
            if comparison == "worse":
                end = self.bound(metric, "at_most" if metric.get("better") == "less" else "at_least")
                shortfall = quotient(short_by, abs(end))
                row = {"metric": metric["id"], "value": text(exact if below is None else settled(exact)),
                       "short_by": text(settled(short_by)), "shortfall": text(settled(shortfall))}
                found.append(((shortfall is not None, -(shortfall or 0), place), row))
        return [row for _, row in sorted(found, key=lambda pair: pair[0])]

    def dashboard(self):
        written = self.version.document.get("dashboard", {})
        levels = {}
        for row in standings(self.ideal):
            levels.setdefault(row["referrer"], []).append([row["ladder"], row["level"], row["next_level"], row["missing"]])
        earned = self.earned(lambda at: True)
        own = self.own()
        ranking = {who: self.of_referrer(written["rank_by"], of_one(who)) for who in own} if "rank_by" in written else {}
        less = "rank_by" in written and self.by_id[written["rank_by"]].get("better") == "less"
        values = [value for value in ranking.values() if value is not None]
        for who, rows in own.items():
            value = ranking.get(who)
            yield {
                "referrer": who, "submitted": len(rows), "referrals": [self.status(row) for row in rows], "earned": earned.get(who, []),
                "figures": [self.shown(name, of_one(who)) for name in written.get("figures", [])],
                "rank": None if value is None else 1 + sum(other < value if less else other > value for other in values),
                "ranked": len(values), "levels": levels.get(who, []),
            }

    def status(self, row):
        standing = self.standing(row.id)
        return [row.id, standing.stage if standing else "refused", write_instant(standing.stage_event.at if standing else row.at)]

    def own(self):
        found = {}
        for row in self.referrals.values():
            if row.referrer is not None:
                found.setdefault(row.referrer, []).append(row)
        return {who: found[who] for who in sorted(found, key=id_key)}

    def of_referrer(self, name, grouping):
        metric = self.by_id[name]
        above = self.sums(metric["numerator"], grouping)[0].of(WHOLE)
        return above if "denominator" not in metric else quotient(above, self.sums(metric["denominator"], grouping)[0].of(WHOLE))

    def shown(self, name, grouping):
        value = self.of_referrer(name, grouping)
        return [name, text(settled(value) if "denominator" in self.by_id[name] else value)]

    def earned(self, belongs):
        """By referrer and unit: what was booked, what is to come, what was paid."""
        found = {}
        for entry, state in zip(self.positions.entries, self.positions.states):
            party, who = entry.part.beneficiary
            if party != "referrer":
                continue
            sums = found.setdefault(who, {}).setdefault(entry.part.rule["unit"], [0, 0, 0])
            paid_at = self.positions.handed_over(entry)
            paid = entry.amount if state == "paid" else self.positions.used(entry) if state == "expired" and paid_at is not None else 0
            sums[0] += entry.amount if belongs(entry.booked_at) else 0
            sums[1] += entry.amount if state in ("held", "payable") else 0
            sums[2] += paid if paid_at is not None and belongs(paid_at) else 0
        return {who: [[unit] + [write_amount(amount, unit) for amount in sums] for unit, sums in sorted(units.items())]
                for who, units in found.items()}

    def digest(self):
        month = month_of(self.today)

        def belongs(at):
            return month_of(self.program.day_of(at)) == month

        earned = self.earned(belongs)
        for who, rows in self.own().items():
            standing = [self.standing(row.id) for row in rows if self.standing(row.id)]
            reached = [sum(stage in one.came and belongs(one.came[stage]) for one in standing) for stage in STAGE_OF]
            ended = sum(one.stage in ("disqualified", "lost", "expired") and belongs(one.stage_event.at) for one in standing)
            under_way = [row for row in rows if self.under_way(row.id)]
            counts = [sum(belongs(row.at) for row in rows)] + reached + [ended, len(under_way)]
            money = earned.get(who, [])
            if any(counts) or any(Fraction(one[1]) or Fraction(one[3]) for one in money):
                yield {
                    "referrer": who, "month": month_text(month),
                    "month_over": dates.last_instant(month_end(month), self.program.zone) <= self.moment,
                    "counts": counts + [sum(self.standing(row.id).stage == "opportunity" for row in under_way), len(rows)], "earned": money,
                    "figures": [self.shown(name, of_one(who, belongs)) for name in self.version.document.get("dashboard", {}).get("digest", [])],
                }


class Sums(dict):
    """What groups come to, and what one is that is not there."""

    def __init__(self, values, without):
        super().__init__(values)
        self.without = without

    def get(self, group, default=None):
        return super().get(group, self.without)

    def of(self, group):
        return self.get(group)


def several_parts(metric):
    return {**metric, **{key: several(metric[key]) for key in ("numerator", "denominator") if key in metric}}


def total(values):
    return None if any(value is None for value in values) else sum(values)


def quotient(above, below):
    return None if above is None or not below else Fraction(above) / Fraction(below)


def settled(value):
    """To four digits, half even, as Python rounds fractions."""
    return None if value is None else Fraction(round(Fraction(value) * 10 ** 4), 10 ** 4)


def text(value):
    return None if value is None else to_text(Fraction(value))


def compared(metric, exact, bound):
    least, most = bound(metric, "at_least"), bound(metric, "at_most")
    if exact is None or least is None and most is None:
        return None, None
    below, above = least is not None and exact < least, most is not None and exact > most
    worse, better = (above, below) if metric.get("better") == "less" else (below, above)
    return ("worse", abs(exact - (least if below else most))) if worse else ("better" if better else "good", None)


# Groups: a sort and a value.

WHOLE, NONE = ("whole", 0), ("missing", 0)
ORDER = ["whole", "month", "number", "text", "missing"]


def group_order(group):
    return ORDER.index(group[0]), group[1].encode() if isinstance(group[1], str) else group[1]


def group_text(group):
    return {"whole": None, "missing": None, "month": None if group[0] != "month" else month_text(group[1])}.get(
        group[0], to_text(group[1]) if group[0] == "number" else group[1])


def month_of(day):
    return day.year * 12 + day.month - 1


def month_text(month):
    return f"{month // 12:04}-{month % 12 + 1:02}"


def month_end(month):
    following = dates.date(9999, 12, 31) if month >= 9999 * 12 + 11 else dates.plus_days(dates.date((month + 1) // 12, (month + 1) % 12 + 1, 1), -1)
    return following


def whole(metrics, row):
    return [WHOLE]


def by_month(metrics, row):
    return [] if row.scope is None and row.at is None else [("month", month_of(metrics.program.day_of(row.at)))]


def by_cohort(metrics, row):
    return [("month", month_of(metrics.program.day_of(row.referral.at)))]


def by_campaign(metrics, row):
    return [("text", name) for name in sorted(row.campaigns)] or [NONE]


def of_expression(source):
    def group(metrics, row):
        value = evaluate(source, row.scope)
        if absent(value):
            return [NONE]
        if isinstance(value, (int, Fraction)) and not isinstance(value, bool):
            return [("number", Fraction(value))]
        return [("text", to_text(value))]
    return group


def of_one(who, belongs=None):
    """The rows of one referrer, of a month those alone that belong to it."""
    def group(metrics, row):
        return [WHOLE] if row.referrer == who and (belongs is None or belongs(row.at)) else []
    return group


GROUPINGS = {"month": by_month, "cohort": by_cohort, "campaign": by_campaign}
