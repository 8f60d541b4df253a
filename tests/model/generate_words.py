"""What the generator draws from: facts, expressions over them, moments that lie on boundaries."""
from datetime import datetime, timedelta

FACTS = {
    "account": {"status": ["paying", "trial"], "score": "int", "since": "date", "group": "text"},
    "referee": {"email": "text", "seats": "int", "industry": ["finance", "retail", "none"]},
    "referral": {"source": "text", "wait": "bool", "tags": "list of text"},
    "event": {"value": "decimal", "units": "int", "flag": "bool", "deadline": "instant", "undoes": "text"},
}

# Conditions that requirements, attribution and holds may ask.
AT_SUBMISSION = [
    "referrer.status == 'paying'", "referrer.score >= 50", "referrer.score - 1 < referee.seats * 2",
    "days_between(referrer.since, referral.submitted_at) >= 30", "months_between(referrer.since, referral.submitted_at) >= 1",
    "!has(referee.id) || referee.id != referrer.id", "has(referee.email) && is_email(referee.email)",
    "referee.industry in ['finance', 'retail']", "referee.seats > 0 || referrer.status == 'trial'",
    "!(referral.wait)", "'vip' in referral.tags", "referral.tags.exists(t, t.startsWith('v'))", "referral.tags.all(t, t != 'bad')",
    "referee.email.contains('@') ? referrer.score > 0 : referral.source == 'web'", "business_days(referrer.since, referral.submitted_at) > 5",
    "getHours(referral.submitted_at) < 12", "day(referral.submitted_at) >= data.from", "referral.source in lists.sources",
    "mod(referrer.score, 3) != 1", "size(referral.source) > 2", "referee.seats / 3 > 1 || referee.seats in data.rates.seats",
    "referrer.score in lists.scores", "referral.source in lists.asked", "!has(lists.asked) || !(referral.source in lists.asked)",
    "(referral.source in lists.asked ? 30 : 0) + (referral.wait ? 0.5 : 0) < 30", "!(domain(referee.email) in lists.throwaway)",
    "domain(referee.email) != 'spam.example'", "getDayOfWeek(referral.submitted_at, 'Asia/Tokyo') != 0",
    "10 / referee.seats > 1", "rate[referee.industry] > 1", "upperAscii(referral.source) == 'WEB'",
]

KEYS = ["normalize_email(referee.email)", "referee.email", "domain(referee.email)", "referee.id", "referral.source",
        "string(referee.seats)"]

# Conditions that only an event can answer.
AT_EVENT = [
    "event.value >= 100", "event.flag", "event.units > 1 && event.value > 0", "qualified_count >= 2", "submitted_count <= 3",
    "closed_count == 0", "opportunity_count < 2", "event.kind == 'qualified' || event.flag", "event.at >= timestamp('2026-03-10T00:00:00Z')",
    "event.value >= data.bound.value", "event.units in data.good", "has(referral.qualified_at)", "days_between(referral.submitted_at, event.at) <= 20", "event.at <= event.deadline",
    "referral.closed_at > referral.qualified_at", "days_after(3, event.at) > months_after(1, referral.submitted_at)",
    "day(event.at) != date('2026-03-31')", "getDate(day(event.at)) > 5", "has(event.id)",
    "event.at - referral.submitted_at > duration('36h')", "has(referral.first_invoice_at)", "referral.renewal_at < event.at",
    "has(referral.renewal_at) && has(referral.first_invoice_at)", "referral.qualified_at == event.at",
    "has(referrer.recruiter)", "referrer.recruiter != 'eve'"]

# Named expressions, and what uses them.
DEFINITIONS = {"worth": "event.value / 2 - 1", "keen": "worth > 20 || event.flag", "twice": "worth * 2 + worth", "share": "data.rates.share"}
AT_EVENT += ["within(event.at, '10 days', referral.submitted_at)", "in_first(event.at, '1 month', referral.qualified_at)",
             "within(event.at, '36 hours', referral.submitted_at)", "in_first(event.at, '5 business days', referrer.since)", "!in_first(event.deadline, '90 minutes', event.at)", "keen", "keen && !(twice < 100)", "worth >= 50"]

# Conditions that requirements may ask at an event: nothing that depends on other referrals.
JUDGED = [text for text in AT_EVENT if "_count" not in text and "recruiter" not in text]

# What measures sum, compare or tell apart; the conditions under which they do.
MEASURED = ["event.value", "event.value / 3", "event.units", "referee.seats"]
TOLD_APART = ["referral.id", "referee.email", "event.units", "event.flag", "referee.industry", "referral.source", "event.value"]
# What measures keep that is no number, and what can be asked of it.
KEPT = {"event.at": "event.at - held < duration('240h')", "referrer.since": "held < date('2026-01-01')", "event.deadline": "held >= event.at",
        "referral.source": "held == 'web'", "event.flag": "held", "referee.industry": "held != 'finance'"}
ORDERED = ["event.at", "referrer.since", "event.deadline"]
MEASURED_PER = ["referrer", "program", "referral", "referee", "referee.industry", "referrer.group", ["referrer", "event.units"],
                ["referral", "event.flag"], ["program", "referrer"]]
TOTAL_PER = ["referrer", "program", "referral", "referee", "referee.industry", ["referrer", "event.units"], ["program", "referrer"]]
PACE_PER = ["referrer", "program", "referee.industry", "referrer.group", ["referrer", "referee.industry"], "referee"]
WHEN_MEASURED = ["event.value >= 100", "!has(referral.renewal_at)", "event.flag", "referee.seats > 3", "has(referral.qualified_at)", "event.kind != 'renewal'",
                 "referrer.status == 'paying'"]

# Amounts; each has a reason to need rounding, or not.
AMOUNTS = ["round_to(event.value, 0.05)", "floor_to(event.value, 25) + ceil_to(event.units, 2)", "3 * worth", "share * twice",
    "converted(event.value, 'EUR', 'USD', event.at)", "converted(event.value, 'USD', 'JPY', referral.submitted_at)",
    "data.rates.share * event.value", "event.value / 3", "event.value", "100 / 8", "0.125 * event.units", "referee.seats * 2.5", "event.units * 25",
    "max(event.value, 20) / 7", "min(referee.seats, 10) * 1.005", "referrer.score", "0.005", "2.5%", "qualified_count * 10",
    "event.flag ? 50 : 25.5", "round(event.value, 1) * 0.5", "floor(event.value) + 0.5", "abs(event.value)", "event.value - 100",
    "div(referrer.score, 7) + mod(referrer.score, 7) / 8", "rate[referee.industry]", "steps[event.units]", "steps[referee.seats]",
    "decimal('1.25') * closed_count", "days_between(referral.submitted_at, event.at)", "1 / (referee.seats - 5)", "ceil(event.value / 9)",
]

ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Santiago", "Africa/Cairo", "Asia/Kolkata",
         "Pacific/Auckland", "America/St_Johns", "Asia/Tokyo"]

ROUNDINGS = ["half away from zero", "half even", "half up", "half down", "up", "down", "ceiling", "floor"]
PERIODS = ["lifetime", "day", "calendar week", "week from sun", "calendar month", "calendar quarter", "calendar half", "calendar year", "year from 04-01",
           "year from 02-29", "30 days", "2 days"]
LENGTHS = ["1 minute", "90 minutes", "24 hours", "36 hours", "1 day", "10 days", "1 business day", "5 business days", "2 weeks",
           "1 month", "3 months", "1 year"]
DAY_LENGTHS = [length for length in LENGTHS if "minute" not in length and "hour" not in length]
REFERRERS = ["ada", "bob", "10", "9", "50%", "a/b"]

# Days at which something ends, begins or is skipped: ends of months, a leap day, changes of clocks in several zones.
DAYS = ["2025-12-31", "2026-01-01", "2026-01-31", "2026-02-28", "2026-03-01", "2026-03-07", "2026-03-08", "2026-03-28", "2026-03-29",
        "2026-03-31", "2026-04-01", "2026-04-04", "2026-04-05", "2026-04-24", "2026-04-30", "2026-06-30", "2026-07-01",
        "2026-09-05", "2026-09-06", "2026-10-04", "2026-10-25", "2026-10-29", "2026-11-01"]
LEAP_DAYS = ["2028-01-31", "2028-02-28", "2028-02-29", "2028-03-01", "2028-03-31", "2028-12-31"]
TIMES = ["00:00:00", "00:00:00", "00:30:00", "01:30:00", "02:30:00", "03:00:00", "04:59:59.999999", "05:00:00", "12:00:00",
         "22:00:00", "22:59:59.999999", "23:00:00", "23:59:59.999999"]


def moments(draw):
    """Some instants and days to share out, so that much happens at the same instant or a step apart."""
    draw_from = LEAP_DAYS if draw.chance(10) else DAYS
    first = draw.number(0, max(0, len(draw_from) - 6))
    days = draw_from[first:first + draw.number(3, 8)]
    found = []
    for _ in range(draw.number(4, 12)):
        day = draw.one(days)
        if draw.chance(25):
            found.append(day)
        else:
            found.append(f"{day}T{draw.one(TIMES)}{draw.one(['Z', 'Z', 'Z', '+02:00', '-05:00', '+05:30'])}")
    return found


def moved(moment, days):
    """The same moment so many days later, in its own spelling."""
    day = datetime.fromisoformat(moment[:10]) + timedelta(days=days)
    return day.strftime("%Y-%m-%d") + moment[10:]
