"""docs/functions.md: the functions of expressions. None of their arguments is missing."""
import re
from math import ceil, floor
from datetime import date, timedelta
from fractions import Fraction

import dates
from dates import UTC, day_of, from_local, local, plus_days, plus_months
from values import (FAULT, NO_RATE, Duration, Instant, absent, checked, read_day, read_instant, read_number, round_to,
                    write_instant)
from zoneinfo import ZoneInfo


def call(name, values, time):
    if name in ("day", "days_between", "months_between", "months_since", "business_days", "days_after", "months_after", "within", "in_first"):
        return TIME[name](time, *values)
    if name == "converted":
        amount, source, target, day = values
        rate = time.rate(source, target, as_day(time, day))
        return NO_RATE if rate is None else checked(amount * rate)
    if name.startswith("get"):
        return part(name, *values)
    return PLAIN[name](*values)


def truncated(number):
    number = Fraction(number)
    return abs(number.numerator) // number.denominator * (1 if number >= 0 else -1)


def multiple(number, step, whole):
    step = abs(Fraction(step))
    return FAULT if step == 0 else checked(whole(Fraction(number) / step) * step)


def divided(left, right):
    return FAULT if right == 0 else checked(truncated(Fraction(left) / right))


def remainder(left, right):
    return FAULT if right == 0 else checked(left - right * truncated(Fraction(left) / right))


def rounded(number, digits=0):
    scale = Fraction(10) ** digits
    return checked(round_to(Fraction(number) * scale, "item", "half away from zero") / scale)


def to_int(value):
    if isinstance(value, str):
        return int(value) if re.fullmatch(r"-?\d+", value) else FAULT
    if isinstance(value, Instant):
        return value.micros // 1_000_000
    return checked(truncated(value))


def to_decimal(value):
    number = read_number(value) if isinstance(value, str) else Fraction(value)
    return FAULT if number is None else number


def to_text(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Instant):
        return write_instant(value)
    if isinstance(value, Fraction):
        return decimal_text(value)
    return str(value)


def decimal_text(number):
    """The digits of a decimal; a fraction that has no end stays one."""
    for digits in range(0, 60):
        scaled = number * 10 ** digits
        if scaled.denominator == 1:
            text = str(abs(scaled.numerator)).rjust(digits + 1, "0")
            text = text if digits == 0 else f"{text[:-digits]}.{text[-digits:]}"
            return ("-" if number < 0 else "") + text
    return f"{number.numerator}/{number.denominator}"


def or_fault(value):
    return FAULT if value is None else value


UNITS = {"h": 3_600_000_000, "m": 60_000_000, "s": 1_000_000, "ms": 1_000, "us": 1}


def to_duration(value):
    if isinstance(value, Duration):
        return value
    if not re.fullmatch(r"-?(\d+(\.\d+)?(h|ms|us|m|s))+", value):
        return FAULT
    parts = re.findall(r"(\d+(?:\.\d+)?)(h|ms|us|m|s)", value)
    micros = sum(Fraction(count) * UNITS[unit] for count, unit in parts)
    return Duration(int(micros) * (-1 if value[0] == "-" else 1))


def domain(text):
    """The host of an address or URL; what is neither has none."""
    text = re.sub(r"^[a-z][a-z0-9+.-]*://", "", text.strip().lower())
    host = re.split(r"[/?#]", text)[0].rsplit("@", 1)[-1]
    host = re.sub(r":\d+$", "", host).rstrip(".")
    return host if host and not re.search(r"\s", host) else FAULT


def normalize_domain(text):
    host = domain(text)
    return host if absent(host) else re.sub(r"^www\.", "", host)


def normalize_email(text):
    name, at, host = text.strip().lower().rpartition("@")
    return name.split("+")[0].replace(".", "") + "@" + host if at else FAULT


def normalize_phone(text):
    digits = "".join(letter for letter in text if letter.isdigit())
    return ("+" if text.strip().startswith("+") else "") + digits if digits else FAULT


# docs/functions.md speaks of a company's legal form without a list; this is the library's.
LEGAL_FORMS = set("""ab ag as asa bv bvba co company corp corporation cv eg ev gmbh inc incorporated kg kgaa lda limited llc llp lp ltd ltda mbh nv
    ohg oy oyj plc pte pty pvt sa sarl sas se sl spa srl ug""".split())
LEGAL_PHRASES = [("s", "de", "rl", "de", "cv"), ("sa", "de", "cv"), ("s", "de", "rl"), ("sp", "z", "oo")]


def normalize_company(text):
    """Words in lower case; points and apostrophes part nothing. Legal forms at the end go, as long as a word is left."""
    words = "".join(letter if letter.isalnum() else " " for letter in re.sub("[.'\u2019]", "", text.lower())).split()
    while True:
        count = next((len(form) for form in LEGAL_PHRASES if tuple(words[-len(form):]) == form and len(words) > len(form)), 0)
        count = count or (len(words) > 1 and words[-1] in LEGAL_FORMS)
        if not count:
            break
        del words[-int(count):]
    return " ".join(words) if words else FAULT


def is_email(text):
    return bool(re.fullmatch(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+", text))


def split(text, separator, most=None):
    parts = text.split(separator)
    if most is None or most < 0 or len(parts) <= most:
        return tuple(parts)
    return tuple(parts[:most - 1] + [separator.join(parts[most - 1:])]) if most else ()


def substring(text, first, last=None):
    last = len(text) if last is None else last
    return text[first:last] if 0 <= first <= last <= len(text) else FAULT


PLAIN = {
    "size": len, "contains": lambda a, b: b in a, "startsWith": str.startswith, "endsWith": str.endswith,
    "lowerAscii": lambda a: re.sub("[A-Z]", lambda match: match[0].lower(), a),
    "upperAscii": lambda a: re.sub("[a-z]", lambda match: match[0].upper(), a),
    "trim": str.strip, "replace": lambda a, b, c, most=-1: a.replace(b, c, most), "split": split,
    "join": lambda items, separator="": separator.join(items), "substring": substring,
    "charAt": lambda a, n: a[n] if 0 <= n < len(a) else "" if n == len(a) else FAULT,
    "indexOf": lambda a, b, start=0: a.find(b, start),
    "lastIndexOf": lambda a, b, end=None: a.rfind(b) if end is None else a.rfind(b, 0, end + len(b)),
    "domain": domain, "normalize_email": normalize_email, "normalize_domain": normalize_domain,
    "normalize_phone": normalize_phone, "normalize_company": normalize_company, "is_email": is_email,
    "int": to_int, "decimal": to_decimal, "string": to_text, "duration": to_duration,
    "bool": lambda a: a if isinstance(a, bool) else {"true": True, "false": False}.get(a, FAULT),
    "timestamp": lambda a: a if isinstance(a, Instant) else Instant(a * 1_000_000) if isinstance(a, int)
    else or_fault(read_instant(a)),
    "date": lambda a: a if isinstance(a, date) else or_fault(read_day(a)),
    "abs": lambda a: checked(abs(a)), "round": rounded,
    "round_to": lambda a, b: multiple(a, b, lambda times: truncated(times + Fraction(1 if times >= 0 else -1, 2))),
    "floor_to": lambda a, b: multiple(a, b, floor), "ceil_to": lambda a, b: multiple(a, b, ceil),
    "floor": lambda a: checked(Fraction(a).numerator // Fraction(a).denominator),
    "ceil": lambda a: checked(-(-Fraction(a).numerator // Fraction(a).denominator)),
    "div": divided, "mod": remainder, "min": lambda *a: min(a), "max": lambda *a: max(a),
}


def as_day(time, value):
    return day_of(value, time.zone) if isinstance(value, Instant) else value


def days_apart(left, right):
    return (left - right).days if isinstance(right, date) else plus_days(left, -right)


def months_between(time, first, second):
    first, second = as_day(time, first), as_day(time, second)
    if second < first:
        return -months_between(time, second, first)
    months = (second.year - first.year) * 12 + second.month - first.month
    return months if plus_months(first, months) <= second else months - 1


def moved(time, value, day_after):
    """Days keep being days; an instant keeps its time of day in the program's zone."""
    if not isinstance(value, Instant):
        return day_after(value)
    moment = local(value, time.zone)
    day = day_after(moment.date())
    return day if absent(day) else from_local(moment.replace(year=day.year, month=day.month, day=day.day), time.zone)


def within(time, value, length, anchor):
    """From the anchor to the end of the last day; of minutes and hours to the last instant."""
    if isinstance(value, Instant) and isinstance(anchor, Instant):
        end = dates.within(anchor, length, time.zone, time.calendar)
        return anchor <= value and (absent(end) or value <= end)
    value, anchor = as_day(time, value), as_day(time, anchor)
    end = dates.day_after(anchor, length, time.calendar)
    return anchor <= value and (absent(end) or value <= end)


def in_first(time, value, length, anchor):
    """From the anchor on, before the day on which the length is over."""
    if dates.is_exact(length):
        return anchor <= value < dates.exact_end(anchor, length)
    over = dates.day_after(as_day(time, anchor), length, time.calendar)
    if isinstance(value, Instant) and isinstance(anchor, Instant):
        return anchor <= value and (absent(over) or day_of(value, time.zone) < over)
    return as_day(time, anchor) <= as_day(time, value) and (absent(over) or as_day(time, value) < over)


TIME = {
    "within": within, "in_first": in_first,
    "day": as_day,
    "days_between": lambda time, a, b: (as_day(time, b) - as_day(time, a)).days,
    "months_between": months_between, "months_since": months_between,
    "business_days": lambda time, a, b: time.calendar.business_between(as_day(time, a), as_day(time, b)),
    "days_after": lambda time, count, a: moved(time, a, lambda day: plus_days(day, count)),
    "months_after": lambda time, count, a: moved(time, a, lambda day: plus_months(day, count)),
}


def part(name, value, zone=None):
    if isinstance(value, Duration):
        return truncated(Fraction(value.micros, {"getHours": 3_600_000_000, "getMinutes": 60_000_000,
                                                 "getSeconds": 1_000_000, "getMilliseconds": 1_000}[name]))
    moment = local(value, ZoneInfo(zone) if zone else UTC) if isinstance(value, Instant) else value
    return {
        "getFullYear": lambda: moment.year, "getMonth": lambda: moment.month - 1, "getDate": lambda: moment.day,
        "getDayOfMonth": lambda: moment.day - 1, "getDayOfWeek": lambda: moment.isoweekday() % 7,
        "getDayOfYear": lambda: (date(moment.year, moment.month, moment.day) - date(moment.year, 1, 1)) // timedelta(days=1),
        "getHours": lambda: moment.hour, "getMinutes": lambda: moment.minute, "getSeconds": lambda: moment.second,
        "getMilliseconds": lambda: moment.microsecond // 1000,
    }[name]()
