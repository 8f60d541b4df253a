"""How often each form was reached, in programs and in effect; a form that never was is a hole in the generator."""
from generate_words import MEASURED_PER, PACE_PER, PERIODS, ROUNDINGS, TOTAL_PER
from generate_made import MADE_PER, reached as is_made
from program import several

MOMENTS = ["submitted", "qualified", "closed", "event"]
KINDS = ["account-credit", "cash", "gift-card", "store-credit", "discount", "trial-extension", "points", "free-onboarding", "perk",
         "exclusive-offer", "units"]
PER = ["program", "referrer", "referee", "referral", "reward", "campaign", "referrer.group", "referee.industry"]
REVIEWED = [period for period in PERIODS if period != "lifetime" and "days" not in period]
OVER = ["pay what fits", "pay nothing", "pay later"]


def each(name, words):
    return [f"{name}: {word}" for word in words]


IN_PROGRAMS = (
    each("currency", ["USD", "EUR", "JPY", "KWD"]) + each("rounding", ROUNDINGS) + each("campaign.rounding", ROUNDINGS)
    + each("as_of.version", MOMENTS) + each("as_of.tier", MOMENTS) + each("as_of.campaign", MOMENTS)
    + each("counts_if_in_window", MOMENTS) + each("taken_at", MOMENTS) + each("this_event", ["counts", "does not count"])
    + each("pace", ["count", "sum", "distinct", "latest"]) + each("pace per", PACE_PER) + each("pace in_each", PERIODS)
    + each("goes_up", REVIEWED) + each("goes_down", ["never"] + REVIEWED)
    + each("tiers.by", ["submitted_count", "qualified_count", "opportunity_count", "closed_count"])
    + each("refuses", ["both", "referrer", "referee"]) + each("judged_at", ["submitted", "a kind", "a list of kinds", "payable", "each payout"])
    + each("on_failure", ["refuse", "disqualify", "nurture", "ignore event", "hold", "flag"]) + each("kind", KINDS) + each("to", ["referrer", "referee", "recruiter", "an account"])
    + each("in_each", PERIODS) + each("over_limit", OVER) + each("per", PER)
    + each("under_way", ["go on", "stop", "10 days", "2 weeks", "1 month"])
    + each("credit_goes_to", ["first claim", "last claim", "best claim"])
    + each("group of rewards", ["best", "first"]) + each("group of campaigns", ["best", "first"])
    + each("total_per", TOTAL_PER) + each("total_in", [period for period in PERIODS if not period[0].isdigit()])
    + each("once_per", TOTAL_PER) + each("shared", ["shares", "shared_equally_by"]) + each("below_zero", ["give nothing", "take back"]) + each("taken_back", ["gives room", "uses room"])
    + each("measures.is", ["count", "sum", "least", "greatest", "distinct", "first", "latest"])
    + each("measures.per", MEASURED_PER) + each("measures.which", ["this", "previous"])
    + each("payout", ["rewards", "unit", "on_day", "cut_off", "at_least", "fee"]) + each("day_off", ["next business day", "business day before", "as it is"])
    + each("counted_from", ["event", "release"]) + each("at payouts", ["hold", "flag"]) + each("measures.in_each", PERIODS) + each("disqualified", ["taken out", "kept"])
    + each("made", ["active", "milestone", "a stage", "the first of a kind", "a clock counts from it"]) + each("made once_per", MADE_PER) + ["tiers: by a measure", "tiers: a level with a condition", "tiers: a level by its condition alone",
       "versions: a measure over other events", "opening balance of a declared measure"]
    + each("assessment of", ["company", "account", "referrer", "referral"]) + each("assessment", ["a verdict above", "when", "again_on", "points", "points_if_not"])
    + each("race", ["count", "sum", "distinct"]) + each("contest in_each", REVIEWED) + each("ties", ["share", "split", "first to reach"])
    + each("contest", ["over the lifetime", "first and last day", "at_least", "when", "ticket_for_each", "places", "a limit", "a reversal", "hold_until"])
    + ["versions: other contests"]
    + each("notice", ["on", "every", "on_day", "of a refused referral"]) + ["notified: of no notice"]
    + each("take_back", ["by default", "all", "in proportion", "a share"]) + each("when_paid", ["take back", "keep"])
    + ["reversal: rewards", "reversal: of_event", "reversal: out_of", "reversal: within", "reversal: when", "reversal: restored_by", "versions: other reversals"]
    + each("metric over", ["referrals", "accounts", "events", "entries"]) + each("metric by", ["month", "cohort", "campaign", "an expression"])
    + each("metric at", ["submitted", "qualified", "opportunity", "closed", "earned", "booked"]) + each("better", ["more", "less"])
    + ["metric: given", "metric: of another", "figures", "dashboard", "digest"]
    + ["reviewed_by", "event: needs", "attribution: released_by", "attribution: prolonged_by", "attribution: locks_on", "closes_circle", "asks before", "campaign: goal", "several groups", "tables: bands", "reward: on several kinds", "total", "as_long_as", "event: implies", "event: a stage implies", "calendar", "eligibility", "validity", "fraud", "attribution", "attribution: claim_lasts", "tiers: several ladders",
       "tables: otherwise", "tables: by a tier", "event: the clock makes a stage", "event: unless", "event: a clock after a clock",
       "a list of conditions", "amount_in", "granted()", "by_bands()", "at_least", "at_most", "hold_until", "forfeited_after", "hold_while", "expires_after", "kept_alive_by", "reward_instead", "reward_times",
       "reward_plus", "campaign: rewards", "limit: rewards", "limit: campaigns", "limit: when", "limit: grants", "limit: at_most asks",
       "limit: another unit", "unit: percent", "unit: another currency", "versions: two", "versions: three",
       "versions: another bound of a limit", "versions: another ladder", "in_force: last_day"])

IN_BOOKS = [
    "a missing fact: absent", "a missing fact: null", "a missing fact: bad cell", "accounts: contradicting rows", "accounts: histories",
    "a referral recorded late", "a sequence number", "an event on its referral's row", "copies of an event that differ",
    "copies of an event that agree", "copies of a referral that differ", "opening balance of a limit",
    "opening balance of a measure", "opening balance of a running total", "opening balance of what is given once", "opening balance of an event that conditions make", "what: paid", "what: notified", "what: used", "a confirmation of no entry", "confirmations: payout", "confirmations: fee", "confirmations: amount", "booked: a start of the ledger",
    "booked: another amount", "booked: a gap", "rates: contradicting rows", "lists: an empty one", "lists: a row of none", "booked: twice with other amounts", "booked: an entry too many",
    "company: a history", "company: contradicting rows", "booked: an unknown grant", "booked: an amount that cannot be read"]

IN_EFFECT = (
    each("step", ["converted", "share", "campaign-instead", "campaign-times", "campaign-plus", "campaign-rounding", "at-least", "at-most", "rounding", "limit",
                  "deferred", "released", "total-before", "in-proportion", "taken-back", "taken-before"])
    + each("rounded", ROUNDINGS) + each("cut", OVER) + each("cut in", PERIODS) + each("cut per", PER)
    + each("reason", ["eligibility", "validity", "fraud", "attribution", "program"])
    + each("nothing", ["condition-not-met", "missing-fact", "no-table-row", "amount-fault", "negative-amount", "side-refused",
                     "program-ended", "another-won", "no-rate", "no-recruiter", "holder-rewards", "given-before", "no-longer", "no-account", "nothing-to-take-back", "several-events", "too-late"])
    + each("finding", ["bad-cell", "shared-claim-event", "incomplete-event", "unlisted-text", "unknown-referral", "conflicting-copies", "before-submission", "repeated-stage",
                       "impossible-stage", "booked-differs", "booked-unknown", "unknown-entry", "missing-referrer",
                       "unknown-referrer"])
    + each("failed", ["disqualify", "nurture", "ignore event", "hold", "flag", "void"])
    + each("state", ["held", "payable", "paid", "reversed", "expired", "void", "forfeited", "kept"]) + each("pay", ["due", "met", "met late", "overdue", "on hold"])
    + each("compared", ["worse", "good", "better"]) + each("payout state", ["paid", "due", "overdue", "carried"])
    + each("not paid out", ["nothing-to-pay", "below-minimum", "after-cut-off", "payout-fault", "gate-0"]) + ["a payout is flagged"]
    + each("item", ["met", "failed", "missing"]) + each("verdict", ["v-0", "v-1", "last"])
    + ["a prize", "a prize taken back", "a part of prizes", "places of a period that runs", "no place yet"]
    + each("notice", ["due", "overdue", "met", "met late"])
    + each("notify", ["due", "met", "met late", "overdue"])
    + each("stage", ["submitted", "qualified", "opportunity", "closed", "disqualified", "lost", "nurture", "expired"])
    + ["a correction upwards", "a correction downwards", "an entry of zero", "an event of the clock earns", "qualified again after nurture",
       "one side refused", "a claim taken over", "a recruiter earns", "a named account earns", "under a later version", "a grant that two limits cut", "a grant that two campaigns touched",
       "a limit of grants cuts", "a limit of a campaign cuts", "an implied stage earns", "an event that conditions made earns", "an entry below zero", "a reversal gives back", "a released part less its share"])

NEEDED = IN_PROGRAMS + IN_BOOKS + IN_EFFECT


def effects(request, raw):
    """What happened in an answer, as forms."""
    limits = {limit["id"]: limit for version in request["program"] for limit in several(version.get("limit"))}
    for entry in raw["ledger"]:
        yield from effects_of_entry(entry, limits)
        if is_made(request, entry):
            yield "an event that conditions made earns"
    for decision in raw["decisions"]:
        yield f"stage: {decision['stage']}"
        yield from (f"reason: {reason['heading']}" for reason in decision["reasons"])
        yield from ("a claim taken over" for reason in decision["reasons"] if reason["code"] == "taken-over")
        yield from (f"nothing: {denied['code']}" for denied in decision["not_granted"])
        yield from (f"failed: {failure['on_failure']}" for failure in decision["failures"])
        if decision["verdict"] == "accepted" and decision["reasons"]:
            yield "one side refused"
    for row in raw["leaderboard"]:
        if not row["ended"]:
            yield "places of a period that runs"
        if row["place"] is None:
            yield "no place yet"
    for position in raw["positions"]:
        yield from (f"{key}: {position[key]}" for key in ("state", "pay", "notify"))
    for payout in raw["payouts"]:
        yield f"payout state: {payout['state']}"
        yield from (f"not paid out: {reason['code']}" for reason in payout["reasons"])
        yield from ("a payout is flagged" for _ in payout["flags"])
    yield from (f"notice: {notice['state']}" for notice in raw["notices"])
    for assessed in raw["assessments"]:
        yield f"verdict: {assessed['verdict']}"
        yield from (f"item: {item['state']}" for item in assessed["items"])
    yield from (f"compared: {row['comparison']}" for row in raw["metrics"] if row["comparison"])
    yield from (f"finding: {finding['code']}" for finding in raw["findings"])
    for entry in raw["ledger"]:
        if entry["event"]["kind"] == "qualified" and not entry["event"]["id"].endswith("qualified"):
            yield from ("an implied stage earns" for other in raw["ledger"] if other["event"]["id"] == entry["event"]["id"]
                        and other["event"]["kind"] != "qualified")
    qualified = [(entry["referral"], entry["event"]["id"]) for entry in raw["ledger"] if entry["event"]["kind"] == "qualified"]
    if len({name for name, _ in qualified}) < len(set(qualified)):
        yield "qualified again after nurture"


def effects_of_entry(entry, limits):
    steps = entry["steps"]
    for step in steps:
        yield f"step: {step['step']}"
        if step["step"] == "rounding":
            yield f"rounded: {step['by']}"
        if step["step"] in ("limit", "deferred"):
            limit = limits[step["by"]]
            yield f"cut: {limit.get('over_limit', 'pay what fits')}"
            yield f"cut in: {limit.get('in_each', 'lifetime')}"
            yield from (f"cut per: {part}" for part in limit.get("per", ["referrer"]))
            if limit.get("unit") == "grants":
                yield "a limit of grants cuts"
            if "campaigns" in limit:
                yield "a limit of a campaign cuts"
    if len({step["by"] for step in steps if step["step"] in ("limit", "deferred")}) > 1:
        yield "a grant that two limits cut"
    if len(entry["campaigns"]) > 1:
        yield "a grant that two campaigns touched"
    if entry["beneficiary"]["party"] == "recruiter":
        yield "a recruiter earns"
    if entry["beneficiary"]["party"] == "account":
        yield "a named account earns"
    if entry["correction"]:
        yield "a correction downwards" if entry["amount"].startswith("-") else "a correction upwards"
    elif entry["amount"].startswith("-"):
        yield "an entry below zero"
    if entry.get("reversal") and not entry["correction"] and entry["amount"].strip("0.") and not entry["amount"].startswith("-"):
        yield "a reversal gives back"
    if {step["step"] for step in steps} >= {"released", "taken-back"}:
        yield "a released part less its share"
    if not entry["amount"].strip("0."):
        yield "an entry of zero"
    if entry["event"]["kind"] == "contest":
        yield "a prize taken back" if entry["correction"] and entry["amount"].startswith("-") else "a prize"
        if entry["base"] not in ("50", "100", "33.335", "0.01", "7", "0", "1"):
            yield "a part of prizes"
    elif "@" in entry["id"].split("/")[3]:
        yield "an event of the clock earns"
    if entry["version"] != "v1":
        yield "under a later version"


def report(reached):
    """Prints the counts, a heading's words on a line; gives the forms that were never reached."""
    lines = {}
    for form in NEEDED:
        heading, _, word = form.partition(": ")
        lines.setdefault(heading, []).append(f"{word or 'yes'} {reached[form]}")
    for heading, words in lines.items():
        print(f"{heading}: {', '.join(words)}")
    missing = [form for form in NEEDED if not reached[form]]
    for form in missing:
        print(f"never reached: {form}")
    return missing
