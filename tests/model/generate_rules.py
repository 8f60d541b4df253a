"""Random rules of a program: requirements, rewards, campaigns, limits, groups, with every word of every key."""
from decimal import Decimal

from generate_words import AMOUNTS, AT_EVENT, AT_SUBMISSION, JUDGED, LENGTHS, MEASURED, PERIODS, ROUNDINGS, TOTAL_PER
from program import MONEY, THINGS

MOMENTS = ["submitted", "qualified", "closed", "event"]
HOST_KINDS = ["qualified", "opportunity", "closed", "disqualified", "lost", "nurture", "first-invoice", "renewal"]


class Rules:
    """Draws rules over what the document declares: its kinds, ladders, measures and bands."""

    def __init__(self, draw, currency):
        self.draw, self.currency = draw, currency
        self.kinds, self.ladders, self.measures, self.kept, self.size = list(HOST_KINDS), [], {}, [], "referee.seats"

    def condition(self, texts):
        """One condition or a list of them."""
        if self.draw.chance(25):
            self.draw.form("a list of conditions")
            return self.draw.some(texts, 2, 3)
        return self.draw.one(texts)

    def later_requirement(self, code):
        """One that is judged at events, or as long as something is not paid."""
        draw, found = self.draw, {"code": code, "message": f"{code} must hold"}
        when = draw.word("judged_at", ["a kind", "a kind", "a list of kinds", "payable", "submitted"])
        if when in ("payable", "submitted"):
            found["require"] = self.condition(AT_SUBMISSION)
            found["judged_at"] = when
            if when == "submitted":
                found["on_failure"] = draw.word("on_failure", ["flag", "refuse", "hold", "hold", "hold"])
            if when == "payable" and draw.chance(50) or found.get("on_failure") == "hold":
                self.review(found)
            return found
        found["require"] = self.condition(JUDGED + AT_SUBMISSION)
        kinds = HOST_KINDS + ["qualified"]
        found["judged_at"] = draw.one(kinds) if when == "a kind" else list(dict.fromkeys([draw.one(kinds), draw.one(kinds), "qualified"]))
        if draw.chance(80):
            found["on_failure"] = draw.word("on_failure", ["disqualify", "nurture", "ignore event", "ignore event", "hold", "hold", "hold", "flag"])
        if found.get("on_failure") == "hold" and draw.chance(60):
            self.review(found)
        return found

    def review(self, found):
        """What decides about what is held."""
        draw, kinds = self.draw, ["first-invoice", "renewal", "renewal", "qualified", "closed"]
        draw.form("reviewed_by")
        found["reviewed_by"] = draw.one(kinds) if draw.chance(70) else draw.some(kinds, 2, 2)
        keys = draw.one([["released_when"], ["voided_when"], ["voided_when"], ["released_when", "voided_when"], ["released_when", "voided_when"]])
        for key in keys:
            found[key] = self.condition(JUDGED)

    def requirement(self, code):
        if self.draw.chance(40):
            return self.later_requirement(code)
        found = {"code": code, "require": self.condition(AT_SUBMISSION), "message": f"{code} must hold"}
        if self.draw.chance(60 if self.paces else 20):
            self.draw.form("asks before")
            asked = ["open_count < 1", "open_count <= 2"] + ["pace < 2", "!(pace >= 3)", "pace <= 5 || referrer.score > 50"] * (4 if self.paces else 0)
            found["require"] = self.draw.one(asked + [["pace < 3", "!referral.closes_circle"]] * (2 if self.paces else 0))
        elif self.draw.chance(25):
            self.draw.form("closes_circle")
            found["require"] = self.draw.one(["!referral.closes_circle", ["!referral.closes_circle", "referrer.score != 0"]])
        elif self.draw.chance(40):
            found["refuses"] = self.draw.word("refuses", ["both", "referrer", "referee"])
        return found

    def amount(self, reward):
        draw = self.draw
        texts = AMOUNTS + [self.size] * 3 + [f"{name} * 10" for name in self.measures] * 3
        if self.ladders:
            texts += [f"credit[{self.ladders[0]}]", f"pay[{self.ladders[0]}].once", f"pay[{self.ladders[0]}].twice"] * 4
        return draw.one([10, 100, 200, Decimal("33.335"), Decimal("0.005")]) if draw.chance(50) else draw.one(texts)

    def reward(self, name):
        draw = self.draw
        found = {"id": name, "to": draw.word("to", ["referrer"] * 4 + ["referee"] * 2 + ["recruiter"]), "on": self.kinds_of_reward(),
                 "kind": draw.word("kind", ["account-credit", "cash", "gift-card", "store-credit", "discount", "trial-extension", "points",
                                            "free-onboarding", "perk", "exclusive-offer", "units"] + ["cash"] * 8)}
        if draw.chance(12):
            found["to"] = {"account": draw.one(["referral.source", "referrer.group", "referee.email"])}
            draw.form("to: an account")
        if found["kind"] not in THINGS or draw.chance(50):
            found["amount"] = self.amount(found)
        if found["kind"] == "units":
            found["unit"] = "kilowatt-hours"
        elif found["kind"] == "discount" and draw.chance(50):
            found["unit"] = "percent"
            draw.form("unit: percent")
        elif found["kind"] in MONEY and draw.chance(10):
            found["unit"] = draw.one(["USD", "JPY", "KWD"])
            draw.form("unit: another currency")
        if found["kind"] in MONEY and found.get("unit") != "percent" and "amount" in found and draw.chance(15):
            found["amount_in"] = draw.one(["EUR", "USD", "event.flag ? 'JPY' : 'EUR'"])
            draw.form("amount_in")
        if "amount" in found and "amount_in" not in found and draw.chance(30):
            self.by_total(found)
        if "total" not in found and draw.chance(35):
            found["once_per"] = draw.word("once_per", ["referral"] * 3 + TOTAL_PER)
            if draw.chance(40):
                found["on"] = list(dict.fromkeys(["qualified", "first-invoice", "renewal", self.kind()]))
        if "total" not in found and draw.chance(15):
            found["below_zero"] = draw.word("below_zero", ["take back", "give nothing"])
        if draw.chance(20):
            found["as_long_as"] = self.condition(AT_EVENT + AT_SUBMISSION)
            draw.form("as_long_as")
            if draw.chance(50):
                found["on"] = list(dict.fromkeys(["qualified", "first-invoice", "renewal", self.kind()]))
        if draw.chance(20):
            found["when"] = self.condition(AT_EVENT + AT_SUBMISSION + self.kept * 40)
        for key, values in (("at_least", [5, Decimal("12.345"), "event.units"]), ("at_most", [50, Decimal("99.995"), "referee.seats * 10"])):
            if draw.chance(20):
                found[key] = draw.one(values)
                draw.form(key)
        if draw.chance(40):
            found["rounding"] = draw.word("rounding", ROUNDINGS)
        for key, lengths in (("notify_within", LENGTHS), ("pay_within", LENGTHS + ["end of month"]), ("payable_after", LENGTHS)):
            if draw.chance(35):
                found[key] = draw.word(key, lengths)
        if draw.chance(20):
            found["expires_after"] = draw.one(["30 days", "3 months", "6 weeks"])
            draw.form("expires_after")
            if draw.chance(60):
                found["kept_alive_by"] = draw.one(["first-invoice", ["qualified", "first-invoice"], ["submitted"]])
                draw.form("kept_alive_by")
        if draw.chance(20):
            found["hold_until"] = draw.one(["closed", "qualified", "first-invoice"])
            draw.form("hold_until")
            if draw.chance(50):
                found["forfeited_after"] = draw.one(["10 days", "1 month", "48 hours", "5 business days"])
                draw.form("forfeited_after")
        if draw.chance(25):
            found["counted_from"] = draw.word("counted_from", ["release", "release", "event"])
        if draw.chance(20):
            found["hold_while"] = draw.one(AT_SUBMISSION + ["referral.wait"] * 10)
            draw.form("hold_while")
        return found

    def by_total(self, found):
        """A running total in place of the amount."""
        draw = self.draw
        del found["amount"]
        texts = ["qualified_count * 30", "event.value", "event.value", "event.units * 25", "event.units * 25", "referee.seats * 10", "by_bands('brackets', qualified_count * 40)", "closed_count * 10.005", "event.units * 25 - 10",
                 "100 - submitted_count * 30"] + [f"{name} * 0.1" for name in self.measures] * 2
        if self.ladders:
            texts += [f"credit[{self.ladders[0]}] * qualified_count"] * 3
        found["total"] = draw.one(texts)
        draw.form("total")
        if draw.chance(60):
            found["on"] = list(dict.fromkeys(["qualified", "first-invoice", "renewal", self.kind(), self.kind()]))
        if draw.chance(50):
            found["total_per"] = draw.word("total_per", TOTAL_PER)
        if draw.chance(35):
            found["total_in"] = draw.word("total_in", [period for period in PERIODS if not period[0].isdigit()])
        if draw.chance(80):
            found["below_zero"] = draw.word("below_zero", ["take back", "take back", "take back", "give nothing"])

    def refer_back(self, rewards, place):
        """Sometimes a reward depends on what one above it has granted."""
        above = rewards[self.draw.number(0, place - 1)]["id"]
        if self.draw.chance(25):
            self.draw.form("granted()")
            if self.draw.chance(50) and "total" not in rewards[place]:
                rewards[place]["amount"] = f"granted('{above}') / 2"
            else:
                rewards[place]["when"] = f"granted('{above}') {self.draw.one(['> 0', '< 150', '== 0'])}"

    def campaign(self, name, rewards):
        draw = self.draw
        first, last = draw.one([("2026-01-01", "2026-12-31"), ("2026-01-01", "2028-12-31"), ("2026-03-01", "2026-03-31"), ("2026-03-29", "2026-03-29"),
                                ("2026-04-01", "2026-10-25"), ("2028-01-01", "2028-12-31"), ("2026-01-01", "2028-12-31")])
        found = {"id": name, "first_day": first, "last_day": last}
        if draw.chance(60):
            found["counts_if_in_window"] = draw.word("counts_if_in_window", MOMENTS)
        if draw.chance(30):
            found["when"] = self.condition(AT_EVENT + AT_SUBMISSION)
        if draw.chance(50):
            found["rewards"] = [reward["id"] for reward in draw.some(rewards)]
            draw.form("campaign: rewards")
        if draw.chance(40):
            found["goal"] = {"at_least": draw.one([1, 3]), "on": self.kind()}
            if draw.chance(50):
                found["goal"].update({"at_least": draw.one([100, Decimal("0.5")]), "of": draw.one(MEASURED)})
            draw.form("campaign: goal")
        for key in draw.some(["reward_instead", "reward_times", "reward_plus"], 1, 2):
            found[key] = draw.one({"reward_instead": [120, "event.value / 7"], "reward_times": [2, Decimal("1.5"), 1, "1 / 3", "qualified_count"],
                                   "reward_plus": [50, Decimal("0.001"), "event.units"]}[key])
            draw.form(key)
        if draw.chance(40):
            found["rounding"] = draw.word("campaign.rounding", ROUNDINGS)
        return found

    def limit(self, name, document):
        draw, rewards = self.draw, document["reward"]
        unit = draw.one([self.currency, self.currency, "grants", draw.one([reward for reward in rewards])])
        covered = None
        if isinstance(unit, dict):
            unit = unit_of(unit, self.currency)
            covered = [reward["id"] for reward in rewards if unit_of(reward, self.currency) == unit]
        elif draw.chance(40):
            covered = [reward["id"] for reward in rewards if unit in ("grants", unit_of(reward, self.currency))]
        if not covered and not any(reward["to"] == "referrer" and unit in ("grants", unit_of(reward, self.currency))
                                       for reward in rewards):
            covered = [reward["id"] for reward in rewards]
            unit = "grants"
        found = {"id": name, "at_most": draw.one([1, 2] if unit == "grants" else [1, 10, 100, 150, 300])}
        if draw.chance(25):
            found["at_most"] = draw.one(["2 * submitted_count", "event.value / 2", "qualified_count * 100 / 3"])
            draw.form("limit: at_most asks")
        if covered:
            found["rewards"] = covered
            draw.form("limit: rewards")
        if unit != self.currency:
            found["unit"] = unit
            draw.form("limit: " + ("grants" if unit == "grants" else "another unit"))
        if draw.chance(60):
            parts = draw.some(["program", "referrer", "referrer", "referee", "referral", "reward", "campaign", "campaign", "referrer.group", "referrer.group",
                               "referee.industry", "referee.industry"], 1, 2)
            found["per"] = list(dict.fromkeys(parts))
            for part in found["per"]:
                draw.form(f"per: {part}")
        if draw.chance(80):
            found["in_each"] = draw.word("in_each", PERIODS + ["day", "calendar half", "30 days"])
        if document.get("campaign") and draw.chance(25):
            found["campaigns"] = [campaign["id"] for campaign in draw.some(document["campaign"])]
            draw.form("limit: campaigns")
        if draw.chance(20):
            found["when"] = draw.one(AT_EVENT + AT_SUBMISSION)
            draw.form("limit: when")
        if draw.chance(75):
            words = ["pay what fits", "pay nothing"]
            if found.get("in_each", "lifetime") not in ("lifetime", "30 days", "2 days"):
                words += ["pay later"] * 4
            found["over_limit"] = draw.word("over_limit", words)
        if found.get("unit") != "grants" and draw.chance(40):
            found["taken_back"] = draw.word("taken_back", ["gives room", "gives room", "uses room"])
        if found.get("over_limit") == "pay later" and found.get("unit") != "grants":
            # What waits for many days is computed anew on each of them.
            if isinstance(found["at_most"], str):
                found["at_most"] = 100
            found["at_most"] = max(found["at_most"], 150 if found["in_each"] == "day" else 10)
        return found

    def reversal(self, name, document):
        """What takes back, in one of all its ways."""
        draw = self.draw
        on = list(dict.fromkeys([draw.one(["renewal", "first-invoice", "disqualified", self.kind()]), self.kind()][:draw.number(1, 2)]))
        found = {"id": name, "on": on[0] if len(on) == 1 else on}
        if draw.chance(40):
            found["rewards"] = [reward["id"] for reward in draw.some(document["reward"])]
            draw.form("reversal: rewards")
        if draw.chance(60):
            found["of_event"] = draw.one(["event.undoes", "event.undoes", "event.undoes", "event.flag ? event.undoes : ''", "event.flag ? event.undoes : ''"])
            draw.form("reversal: of_event")
        how = draw.word("take_back", ["by default", "all", "in proportion", "in proportion", "a share"])
        if how == "in proportion":
            found["refunded"] = draw.one(["event.value", "event.units", "event.units", "event.value / 3", 25])
            if draw.chance(50):
                found["take_back"] = how
            if draw.chance(60):
                found["out_of"] = draw.one(["event.value", "event.units * 10", "referee.seats", 100])
                draw.form("reversal: out_of")
        elif how == "a share":
            found["take_back"] = draw.one(["50%", "1/3", "event.units / 4", "event.value / 100", Decimal("0.333")])
        elif how == "all":
            found["take_back"] = how
        if draw.chance(30):
            found["within"] = draw.one(LENGTHS)
            draw.form("reversal: within")
        if draw.chance(15):
            found["when"] = self.condition(AT_EVENT + AT_SUBMISSION)
            draw.form("reversal: when")
        if draw.chance(40):
            found["restored_by"] = draw.one([kind for kind in self.kinds + ["submitted"] if kind not in on])
            draw.form("reversal: restored_by")
        if draw.chance(60):
            found["when_paid"] = draw.word("when_paid", ["take back", "keep", "keep"])
        return found

    def groups(self, document):
        draw, found = self.draw, []
        alike = {}
        for reward in document["reward"]:
            if "granted(" not in str(reward) and "total" not in reward:
                alike.setdefault((str(reward["to"]), unit_of(reward, self.currency)), []).append(reward["id"])
        for names in alike.values():
            for _ in range(2):
                if len(names) > 1 and draw.chance(40):
                    found.append({"id": f"g{len(found)}", "rewards": draw.some(names, 2), "wins": draw.word("group of rewards", ["best", "first"])})
                    if draw.chance(50):
                        # Those that answer the same event meet.
                        members = [reward for reward in document["reward"] if reward["id"] in found[-1]["rewards"]]
                        for reward in members[1:]:
                            reward["on"] = members[0]["on"]
        campaigns = [campaign["id"] for campaign in document.get("campaign", [])]
        for _ in range(2):
            if len(campaigns) > 1 and draw.chance(40):
                found.append({"id": f"g{len(found)}", "campaigns": draw.some(campaigns, 2), "wins": draw.word("group of campaigns", ["best", "first"])})
        if len(found) > 1:
            draw.form("several groups")
        return found

    def kinds_of_reward(self):
        """One kind of event, or several."""
        if not self.draw.chance(20):
            return self.kind()
        self.draw.form("reward: on several kinds")
        return list(dict.fromkeys([self.kind(), self.kind(), self.draw.one(HOST_KINDS)]))

    def kind(self):
        """Mostly a kind that happens often."""
        return self.draw.one(["submitted", "submitted", "qualified", "qualified", "qualified", "closed", "first-invoice"] + self.kinds
                             + [kind for kind in self.kinds if kind not in HOST_KINDS] * 2)


def unit_of(reward, currency):
    if "unit" in reward:
        return reward["unit"]
    return (currency if reward["kind"] in MONEY else "item" if reward["kind"] in THINGS
            else {"trial-extension": "days", "points": "points"}[reward["kind"]])
