"""Random valid programs: every form of docs/document.md, and every word of every key."""
from decimal import Decimal

import generate_made
from generate_contests import add_contests, contest
from generate_payouts import add_payouts
from generate_running import add_assessments, add_notices
from generate_rules import HOST_KINDS, MOMENTS, Rules
from generate_words import (AT_EVENT, AT_SUBMISSION, DAY_LENGTHS, DEFINITIONS, FACTS, KEPT, KEYS, LENGTHS, MEASURED, MEASURED_PER, ORDERED, PACE_PER, PERIODS, ROUNDINGS, TOLD_APART,
                            WHEN_MEASURED, ZONES)


class Programs(Rules):
    """Draws the versions of one program; later versions change rules, not facts."""

    def __init__(self, draw):
        super().__init__(draw, draw.word("currency", ["USD", "EUR", "JPY", "KWD"]))
        self.zone = draw.word("time_zone", ZONES)

    def versions(self):
        draw = self.draw
        first = self.version(0)
        found = [first]
        if draw.chance(25):
            draw.form("versions: two")
            found.append(self.follow(first, 1, draw.one(["2026-03-08", "2026-03-29", "2026-04-01"])))
            if draw.chance(30):
                draw.form("versions: three")
                found.append(self.follow(first, 2, draw.one(["2026-04-05", "2026-07-01"])))
        if draw.chance(20):
            draw.form("in_force: last_day")
            in_force = found[-1]["in_force"]
            in_force["last_day"] = draw.one([day for day in ["2026-03-28", "2026-04-04", "2026-04-30", "2026-10-25", "2026-12-31"]
                                             if day > in_force["first_day"]])
            if draw.chance(85):
                in_force["under_way"] = draw.word("under_way", ["go on", "stop", "stop", "stop", "10 days", "2 weeks", "1 month"])
        if draw.chance(60):
            for document in found:
                add_payouts(draw, document, self.currency, document.get("measures", {}))
        if draw.chance(30):
            add_assessments(draw, found)
            add_notices(draw, found)
        return found

    def follow(self, first, index, day):
        """The terms that follow: the same sections, some of them changed or drawn anew."""
        draw, fresh = self.draw, self.version(index)
        found = {**first, "version": fresh["version"], "in_force": {"first_day": day}}
        asks = "pace" in str([fresh.get(heading) for heading in ("eligibility", "validity", "fraud")]) and "pace" not in first.get("measures", {})
        for name in ("rounding", "as_of", "calendar", "attribution", "eligibility", "validity", "fraud"):
            if draw.chance(40) and not (asks and name in ("eligibility", "validity", "fraud")):
                found.pop(name, None)
                if name in fresh:
                    found[name] = fresh[name]
        bands = first["tables"]["sizes"]["bands"]
        self.size = self.size_of(bands)
        self.ladders = [ladder["name"] for ladder in first.get("tiers", [])]
        self.take_measures(first.get("measures", {}))
        self.kinds = HOST_KINDS + [event["kind"] for event in first["event"] if ("after" in event or "on" in event) and event["kind"] not in HOST_KINDS]
        if draw.chance(50):
            found["reward"] = [self.changed(reward) for reward in first["reward"]]
        if "campaign" in first and draw.chance(30):
            found["campaign"] = [self.campaign(campaign["id"], first["reward"]) for campaign in first["campaign"]]
        if "limit" in first and draw.chance(40):
            draw.form("versions: another bound of a limit")
            found["limit"] = [{**limit, "at_most": draw.one([100, 150])} for limit in first["limit"]]
        if "reversal" in first and draw.chance(30):
            draw.form("versions: other reversals")
            found["reversal"] = [self.reversal(reversal["id"], first) for reversal in first["reversal"]]
        if "contest" in first and draw.chance(30):
            draw.form("versions: other contests")
            found["contest"] = [contest(draw, one["id"], first["measures"]["race"], []) for one in first["contest"]]
            for heading in ("limit", "reversal"):
                found[heading] = [rule for rule in found.get(heading, ()) if not rule["id"].endswith("-prizes")]
        if "tiers" in first and draw.chance(30):
            draw.form("versions: another ladder")
            found["tiers"] = self.tiers(first["tiers"])
        if "measures" in first and draw.chance(30):
            found["measures"] = {name: {**measure, "on": measure["on"] if name in ("pace", "own", "race") else self.declared_kinds(measure)}
                                 for name, measure in first["measures"].items()}
        return found

    def declared_kinds(self, measure):
        """A measure means the same in all versions, but for what it is over."""
        self.draw.form("versions: a measure over other events")
        return self.draw.some(measure["on"] + ["qualified"])

    def changed(self, reward):
        """A reward under later terms: the same id, another amount or other conditions."""
        draw = self.draw
        if draw.chance(60):
            key = "total" if "total" in reward else "amount"
            reward = {**reward, key: self.amount(reward)}
            draw.form("versions: another amount")
        if draw.chance(15):
            reward = {**reward, "on": self.kinds_of_reward()}
        if draw.chance(20):
            reward = {**reward, "pay_within": draw.one(LENGTHS)}
        return reward

    def version(self, index):
        draw = self.draw
        document = {"schema": 1, "id": "acme", "version": f"v{index + 1}", "in_force": {"first_day": "2026-01-01"},
                    "currency": self.currency, "time_zone": self.zone, "facts": FACTS,
                    "definitions": DEFINITIONS,
                    "lists": {"sources": ["web", "mail", "10%"], "scores": [1, 50, Decimal("70.5")], "asked": {"from": "host"},
                              "throwaway": {"from": "disposable mail domains"}},
                    "data": {"from": "2026-03-01", "rates": {"share": Decimal("0.1"), "seats": [1, 3]},
                             "bound": {"value": Decimal("99.99")}, "good": [1, 2]},
                    "tables": {"rate": {"by": "referee.industry", "finance": Decimal("2.5"), "retail": 1},
                               "steps": {"by": "event.units", "1": 10, "2": Decimal("20.25"), "3": 40},
                               "brackets": {"by": "event.value", "bands": [{"up_to": 50, "value": 1}, {"above": 50, "up_to": 100, "value": Decimal("0.5")}]}}}
        document["tables"]["sizes"] = self.bands()
        if draw.chance(50):
            document["tables"]["steps"]["otherwise"] = 5
            draw.form("tables: otherwise")
        if draw.chance(60):
            document["rounding"] = draw.word("rounding", ROUNDINGS)
        if draw.chance(50):
            document["as_of"] = {name: draw.word(f"as_of.{name}", MOMENTS) for name in draw.some(["version", "tier", "campaign"])}
        if draw.chance(40):
            document["calendar"] = draw.one([{"weekend": ["fri", "sat"]}, {"weekend": [], "holidays": ["2026-04-01"]},
                                             {"holidays": ["2026-03-30", "2026-04-03", "2026-04-06"]}])
            draw.form("calendar")
        self.kinds = list(HOST_KINDS)
        document["event"] = self.events()
        made = generate_made.choose(draw)
        self.kinds += generate_made.kinds(made)
        self.take_measures({})
        if draw.chance(60):
            document["measures"] = self.declared_measures()
            self.take_measures(document["measures"])
        self.paces = {}
        if draw.chance(40):
            self.paces = self.over_submissions()
            document.setdefault("measures", {}).update(self.paces)
        for heading in draw.some(["eligibility", "validity", "fraud"], 0, 3) if draw.chance(35) else []:
            document[heading] = [self.requirement(f"{heading[:3]}-{number}") for number in range(draw.number(1, 2))]
            draw.form(heading)
        if draw.chance(50):
            document["attribution"] = {"same_referee_when": draw.some(KEYS, 1, 3)}
            draw.form("attribution")
            if draw.chance(40):
                document["attribution"]["released_by"] = draw.some(["disqualified", "lost", "expired", "nurture", "first-invoice"])
                draw.form("attribution: released_by")
            if draw.chance(50):
                document["attribution"]["claim_lasts"] = draw.one(["1 day", "10 days", "2 weeks", "1 month", "1 year"])
                draw.form("attribution: claim_lasts")
            self.prolonged_and_taken_over(document["attribution"])
        self.ladders = []
        if draw.chance(60):
            document["tiers"] = self.tiers()
            document["tables"].update(self.tier_tables(document["tiers"]))
        generate_made.add(draw, document, made, self.measures, self.ladders)
        document["reward"] = [self.reward(f"r{number}") for number in range(draw.number(2, 4))]
        for place in range(1, len(document["reward"])):
            self.refer_back(document["reward"], place)
        if draw.chance(60):
            document["campaign"] = [self.campaign(f"c{number}", document["reward"]) for number in range(draw.number(1, 3))]
        if draw.chance(80):
            document["limit"] = [self.limit(f"l{number}", document) for number in range(draw.number(1, 3))]
        if draw.chance(75):
            document["reversal"] = [self.reversal(f"v{number}", document) for number in range(draw.number(1, 3))]
        if any(limit.get("over_limit") == "pay later" for limit in document.get("limit", ())) and draw.chance(80):
            # What is put off is still to come when a share of it is taken back.
            document.setdefault("reversal", []).append({"id": "v9", "on": ["renewal", draw.one(["first-invoice", "opportunity", "closed"])], "take_back": "1/3"})
        if draw.chance(40):
            add_contests(draw, document, self.ladders)
        groups = self.groups(document)
        if groups:
            document["group"] = groups
        return document

    def prolonged_and_taken_over(self, attribution):
        """What prolongs claims, and which of several has the credit."""
        draw = self.draw
        kinds = ["qualified", "opportunity", "closed", "nurture", "first-invoice"]
        if "claim_lasts" in attribution and draw.chance(50):
            attribution["prolonged_by"] = draw.some(kinds)
            attribution["prolonged_for"] = draw.one(["1 day", "10 days", "2 weeks", "1 month"])
            draw.form("attribution: prolonged_by")
        attribution["credit_goes_to"] = order = draw.word("credit_goes_to", ["first claim"] * 3 + ["last claim", "best claim"])
        if order == "first claim" and draw.chance(75):
            form = draw.word("shared", ["shares", "shared_equally_by"])
            attribution[form] = draw.number(2, 4) if form == "shared_equally_by" else draw.one(
                [["60%", "40%"], ["100%", "20%"], ["50%", "30%", "20%"], ["33.3%", "0%", "66.6%"], ["70 %", "20%"]])
        if order == "best claim":
            attribution["rank"] = draw.one(["referee.seats", "0 - referee.seats", "referral.source == 'web' ? 1 : 2", "referrer.score / 7"])
        if order != "first claim" and draw.chance(50):
            attribution["locks_on"] = draw.some(kinds)
            draw.form("attribution: locks_on")

    def bands(self):
        """Bounds that belong to the band below, to the one above, or to none."""
        draw = self.draw
        bands = [{"up_to": 3, "value": 30}, {"from": 5, "below": 10, "value": Decimal("55.5")}, {"from": 10, "value": 99}]
        if draw.chance(50):
            bands = [{"below": 0, "value": 1}, {"from": 0, "up_to": 5, "value": 20}, {"above": 5, "below": 12, "value": Decimal("0.125")}]
        if draw.chance(30):
            bands = [{**band, "once": band["value"], "twice": 7} for band in bands]
            for band in bands:
                del band["value"]
        table = {"by": "referee.seats", "bands": bands}
        if draw.chance(30):
            table["otherwise"] = bands[0]["value"] if "value" in bands[0] else {"once": 3, "twice": 4}
        draw.form("tables: bands")
        self.size = self.size_of(bands)
        return table

    def size_of(self, bands):
        """The band of a number; of the tables with one value also all bands up to it."""
        if "value" not in bands[0]:
            return "sizes[referee.seats].once"
        if self.draw.chance(50):
            self.draw.form("by_bands()")
            return self.draw.one(["by_bands('sizes', referee.seats)", "by_bands('sizes', event.value / 10 - 2)"])
        return "sizes[referee.seats]"

    def implies(self, events):
        """Some kinds bring stages along."""
        draw = self.draw
        for event in events:
            if draw.chance(25) and event["kind"] != "expired":
                event["implies"] = draw.some(["qualified", "opportunity", "closed"], 1, 2)
                draw.form("event: implies")
        if draw.chance(25):
            events.append({"kind": "closed", "implies": draw.some(["qualified", "opportunity"])})
            draw.form("event: a stage implies")

    def events(self):
        draw = self.draw
        found = [{"kind": "first-invoice"}, {"kind": "renewal"}]
        if draw.chance(40):
            found.append({"kind": "expired", "after": draw.word("event.after", DAY_LENGTHS), "unless": draw.some(["qualified", "lost"])})
            self.kinds.append("expired")
            draw.form("event: the clock makes a stage")
        if draw.chance(40):
            event = {"kind": "reminder", "after": draw.word("event.after", LENGTHS)}
            if draw.chance(70):
                event["from"] = draw.word("event.from", ["submitted", "qualified", "nurture", "first-invoice", "closed"])
            if draw.chance(50):
                event["unless"] = draw.some(["closed", "first-invoice", "renewal"])
                draw.form("event: unless")
            found.append(event)
            self.kinds.append("reminder")
            if draw.chance(40):
                found.append({"kind": "last-call", "after": draw.one(LENGTHS), "from": "reminder"})
                self.kinds.append("last-call")
                draw.form("event: a clock after a clock")
        self.implies(found)
        for event in found:
            if "after" not in event and draw.chance(20):
                event["needs"] = draw.some(["value", "flag", "deadline"])
                draw.form("event: needs")
        draw.random.shuffle(found)
        return found

    def take_measures(self, declared):
        """Those that are numbers stand in amounts; of the other, only conditions ask."""
        self.measures = {name: measure for name, measure in declared.items() if name not in ("held", "pace", "own")}
        self.kept = [KEPT[declared["held"]["of"]]] if "held" in declared else []

    def declared_measures(self):
        """Few names, so that rules, ladders and opening balances find them."""
        draw, found = self.draw, {}
        for name in draw.some(["volume", "ordinal", "held"], 1, 3):
            how = draw.word("measures.is", ["first", "latest"] if name == "held" and draw.chance(70) else
                            ["least", "greatest"] if name == "held" else
                            ["count", "sum", "least", "greatest", "distinct", "first", "latest"])
            measure = {"is": how, "on": draw.some(["submitted", "qualified", "closed", "first-invoice"] + self.kinds, 1, 3)}
            if how != "count":
                measure["of"] = draw.one(TOLD_APART if how == "distinct" else MEASURED if name != "held" else
                                         ORDERED if how in ("least", "greatest") else list(KEPT))
            if draw.chance(35):
                measure["when"] = self.condition(WHEN_MEASURED)
            if draw.chance(40):
                measure["per"] = draw.word("measures.per", MEASURED_PER)
            if draw.chance(60):
                measure["in_each"] = draw.word("measures.in_each", PERIODS)
                if measure["in_each"] != "lifetime" and not measure["in_each"][0].isdigit() and draw.chance(40):
                    measure["which"] = draw.word("measures.which", ["this", "previous"])
            if draw.chance(50):
                measure["disqualified"] = draw.word("disqualified", ["taken out", "kept"])
            found[name] = measure
        return found

    def over_submissions(self):
        """Measures that requirements at submission ask, over submissions alone in all versions."""
        draw = self.draw
        how = draw.word("pace", ["count", "count", "sum", "distinct", "latest"])
        measure = {"is": how, "on": ["submitted"], "per": draw.word("pace per", PACE_PER)}
        if how != "count":
            measure["of"] = "referee.seats" if how != "distinct" else draw.one(["referee.email", "referral.source"])
        if draw.chance(30):
            measure["when"] = draw.one(["referee.seats > 3", "event.kind == 'submitted'", "referrer.status == 'paying'"])
        if draw.chance(80):
            measure["in_each"] = draw.word("pace in_each", PERIODS)
            if measure["in_each"] != "lifetime" and not measure["in_each"][0].isdigit() and draw.chance(20):
                measure["which"] = "previous"
        if draw.chance(50):
            measure["disqualified"] = draw.one(["taken out", "kept"])
        return {"pace": measure}

    def level_conditions(self, ladder):
        """Levels by conditions, alone or beside the bound."""
        draw = self.draw
        texts = AT_SUBMISSION + AT_EVENT + [f"{name} > {draw.one([1, 2, 100])}" for name in self.measures] * 5
        for level in ladder["levels"]:
            if draw.chance(40):
                level["when"] = self.condition(texts)
                draw.form("tiers: a level with a condition")
                if draw.chance(30):
                    del level["at_least"]
                    draw.form("tiers: a level by its condition alone")
        if not any("at_least" in level for level in ladder["levels"]):
            del ladder["by"]

    def tiers(self, like=None):
        draw = self.draw
        names = [ladder["name"] for ladder in like] if like else draw.some(["tier", "closer"], 1, 2)
        if len(names) > 1:
            draw.form("tiers: several ladders")
        self.ladders = names
        found = []
        for place, name in enumerate(names):
            bounds = sorted(draw.some(range(0, 6), 3, 3))
            measures = [measure for measure in self.measures if self.measures[measure].get("per", "referrer") in ("referrer", "program")
                        and (self.measures[measure]["is"] != "distinct" or draw.chance(50))]
            by = draw.one(measures) if measures and draw.chance(60) else draw.word(
                "tiers.by", ["submitted_count", "qualified_count", "opportunity_count", "closed_count"])
            if by in measures:
                draw.form("tiers: by a measure")
            ladder = {"name": name, "by": (like[place].get("by") or by) if like else by,
                      "levels": [{"name": level, "at_least": bound} for level, bound in zip(["low", "mid", "top"], bounds)]}
            if draw.chance(50):
                ladder["this_event"] = draw.word("this_event", ["counts", "does not count"])
            if draw.chance(50):
                ladder["taken_at"] = draw.word("taken_at", MOMENTS)
            if draw.chance(30):
                self.level_conditions(ladder)
            if draw.chance(40):
                self.moves(ladder)
            found.append(ladder)
        return found

    def moves(self, ladder):
        """When levels go up and down; those with conditions only at once or never, as those by what all referrers share."""
        draw = self.draw
        bare = not any("when" in level for level in ladder["levels"])
        own = self.measures.get(ladder.get("by"), {}).get("per", "referrer") == "referrer"
        periods = [period for period in PERIODS if period != "lifetime" and "days" not in period] if bare and own else []
        if periods and draw.chance(60):
            ladder["goes_up"] = draw.word("goes_up", periods)
        if draw.chance(70):
            ladder["goes_down"] = draw.word("goes_down", ["never"] + periods)

    def tier_tables(self, ladders):
        name = ladders[0]["name"]
        self.draw.form("tables: by a tier")
        return {"credit": {"by": name, "low": 100, "mid": Decimal("150.5"), "top": 200},
                "pay": {"by": name, "low": {"once": 10, "twice": 20}, "otherwise": {"once": Decimal("5.555"), "twice": 7}}}
