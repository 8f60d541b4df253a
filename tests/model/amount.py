"""DESIGN A9: the amount that a rule grants at an event, before limits."""
import dates
from expressions import evaluate
from groups import beaten_campaigns, beaten_rewards
from program import read_date, several
from values import FAULT, WHOLE, absent, checked, digits_of, is_number, round_to


class Denied(Exception):
    """The rule gives nothing: the code says why."""

    def __init__(self, code):
        super().__init__(code)
        self.code = code


class Computed:
    """`key` and `total` are those of a running total: from then on it is the one before."""

    def __init__(self, base, amount, campaigns, key=None, total=None):
        self.base, self.amount, self.campaigns, self.key, self.total = base, amount, campaigns, key, total


def days_of(program, standing, happening):
    """The days that the window of a campaign may look at; those that have not come are None."""
    return {name: None if moment is None else program.day_of(moment)
            for name, moment in {"submitted": standing.row.at, "qualified": standing.came.get("qualified"),
                                 "closed": standing.came.get("closed"), "event": happening.at}.items()}


def for_goals(program, version, standing, happening, scope):
    """What an event adds to the goals of the campaigns that it falls under."""
    for campaign in version.campaigns:
        goal = campaign.get("goal")
        if goal and goal["on"] == happening.kind and in_window(version, campaign, scope, days_of(program, standing, happening)):
            value = evaluate(goal["of"], scope) if "of" in goal else 1
            if not absent(value):
                yield campaign["id"], value


def candidates(program, version, standing, happening, scope, totals, given):
    """Each rule on the event, in the document's order, with what computes its amount or says why there is none."""
    rules = [rule for rule in version.rewards if happening.kind in several(rule["on"])]
    days = days_of(program, standing, happening)

    def computed(rule):
        if has_ended(version, happening):
            raise Denied("program-ended")
        refused = standing.verdict.refused | ({"recruiter", "account"} if "referrer" in standing.verdict.refused else set())
        if rule["to"] == "recruiter" and "recruiter" not in refused and standing.recruiter is None:
            raise Denied("no-recruiter")
        if rule["to"] == "account" and "account" not in refused and named_account(rule, scope) is None:
            raise Denied("no-account")
        if rule["to"] == "referee" and "referee" not in refused and standing.shared is not None:
            raise Denied("holder-rewards")
        side = "referrer" if rule["to"] == "account" else rule["to"]
        if side not in refused and given.has_ended(rule, standing):
            raise Denied("no-longer")
        return compute(version, rule, scope, refused, days, totals, standing.shares() if rule["to"] != "referee" else (0, 1))

    amounts = {}
    for rule in rules:
        if any(rule["id"] in group.get("rewards", []) for group in version.groups):
            try:
                if given.key(rule, scope) not in given:
                    amounts[rule["id"]] = computed(rule).amount
            except Denied:
                pass
    beaten = beaten_rewards(version, amounts)

    def settled(rule):
        found = computed(rule)
        found.once = given.key(rule, scope)
        if found.once in given:
            raise Denied("given-before")
        if rule["id"] in beaten:
            raise Denied("another-won")
        return found

    return [(rule, lambda rule=rule: settled(rule)) for rule in rules]


def named_account(rule, scope):
    """The account that a fact names; None where it is missing, empty, or too long to be an id."""
    value = evaluate(rule["account"], scope)
    return value if not absent(value) and 1 <= len(value.encode()) <= 256 else None


def has_ended(version, happening):
    """Whether the event is after the program's end and what `under_way` adds to it."""
    if version.last_day is None or version.under_way == "go on":
        return False
    end = dates.last_instant(version.last_day, version.time.zone)
    if version.under_way != "stop":
        end = dates.within(end, version.under_way, version.time.zone, version.time.calendar)
    return happening.at > end


def operand(expression, scope):
    value = evaluate(expression, scope)
    if absent(value):
        raise Denied(value.code)
    return value


def compute(version, rule, scope, refused, moments, totals, shares):
    if rule["to"] in refused:
        raise Denied("side-refused")
    lasts = [evaluate(condition, scope) for condition in several(rule.get("as_long_as"))]
    if any(value is False for value in lasts):
        raise Denied("no-longer")
    for value in lasts:
        if absent(value):
            raise Denied(value.code)
    for condition in several(rule.get("when")):
        if not operand(condition, scope):
            raise Denied("condition-not-met")
    base = operand(rule.get("total", rule["amount"]), scope)
    amount, key, total = converted(rule, base, scope, version, moments["event"]), None, None
    takes_back = rule.get("below_zero") == "take back"
    if "total" in rule:
        key = totals.key(rule, scope, moments["event"])
        total = settled(rule, max(bounded(rule, amount, scope), 0))
        amount = difference(rule, key, total, totals, takes_back)
    touching = []
    if amount >= 0 or not takes_back:
        applying = [campaign for campaign in version.campaigns if applies(version, campaign, rule, scope, moments)]
        beaten = beaten_campaigns(version, applying, lambda campaign: changed(campaign, rule, amount, scope))
        touching = [campaign for campaign in applying if campaign["id"] not in beaten]
    for campaign in touching:
        amount = changed(campaign, rule, amount, scope)
    if "total" not in rule:
        amount = bounded(rule, amount, scope)
    if amount < 0 and not takes_back:
        raise Denied("negative-amount")
    before, up_to = (settled(rule, fits(amount * share)) for share in shares)
    return Computed(base, up_to - before, [campaign["id"] for campaign in touching], key, total)


def bounded(rule, amount, scope):
    if "at_least" in rule:
        amount = max(amount, operand(rule["at_least"], scope))
    if "at_most" in rule:
        amount = min(amount, operand(rule["at_most"], scope))
    return amount


def settled(rule, amount):
    """Rounded to the unit's digits."""
    amount = round_to(amount, rule["unit"], rule["rounding"])
    if abs(amount * 10 ** digits_of(rule["unit"])) >= WHOLE:
        raise Denied(FAULT.code)
    return amount


def difference(rule, key, total, totals, takes_back):
    """To the total before; where it falls, what was given falls in proportion."""
    if total >= totals.settled[key]:
        return total - totals.settled[key]
    if not takes_back:
        raise Denied("negative-amount")
    return totals.left_of(key, total, rule) - totals.given[key]


def converted(rule, amount, scope, version, day):
    """The amount in the reward's unit, by the rate of the event's day."""
    if "amount_in" not in rule:
        return amount
    source = rule["amount_in"]
    source = source if len(source) == 3 and source.isupper() else operand(source, scope)
    rate = version.time.rate(source, rule["unit"], day)
    if rate is None:
        raise Denied("no-rate")
    return fits(amount * rate)


def fits(value):
    value = checked(value) if is_number(value) else FAULT
    if absent(value):
        raise Denied(value.code)
    return value


def applies(version, campaign, rule, scope, moments):
    names = campaign.get("rewards")
    named = rule["id"] in names if names is not None else rule["to"] == "referrer"
    return named and in_window(version, campaign, scope, moments)


def in_window(version, campaign, scope, moments):
    """Whether the day that counts lies in the window, and the conditions hold."""
    moment = moments[campaign.get("counts_if_in_window", version.campaign_as_of)]
    if moment is None:
        return False
    first, last = read_date(campaign["first_day"]), read_date(campaign["last_day"])
    if not first <= moment <= last:
        return False
    return all([evaluate(condition, scope) is True for condition in several(campaign.get("when"))])


def changed(campaign, rule, amount, scope):
    if "reward_instead" in campaign:
        amount = operand(campaign["reward_instead"], scope)
    if "reward_times" in campaign:
        amount = fits(amount * operand(campaign["reward_times"], scope))
    if "reward_plus" in campaign:
        amount = fits(amount + operand(campaign["reward_plus"], scope))
    if "rounding" in campaign:
        amount = fits(round_to(amount, rule["unit"], campaign["rounding"]))
    return amount
