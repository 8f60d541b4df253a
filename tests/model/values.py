"""DESIGN A1: values. Numbers, instants, ids, units, and what is not there.

An int is Python's `int`, a decimal is a `Fraction`, a day is a `datetime.date`, an instant is microseconds in `Instant`.
"""
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from fractions import Fraction

BITS = 2 ** 127
WHOLE = 2 ** 63


@dataclass(frozen=True)
class Absent:
    """What is not there, and why: the code that an answer gives."""
    code: str


MISSING = Absent("missing-fact")
NO_ROW = Absent("no-table-row")
FAULT = Absent("amount-fault")
NO_RATE = Absent("no-rate")


def absent(value):
    return isinstance(value, Absent)


@dataclass(frozen=True, order=True)
class Instant:
    micros: int

    def plus(self, micros):
        return in_range(Instant(self.micros + micros))


@dataclass(frozen=True, order=True)
class Duration:
    micros: int


EPOCH = datetime(1970, 1, 1)
MICRO = timedelta(microseconds=1)
FIRST = (datetime(1, 1, 1) - EPOCH) // MICRO
LAST = (datetime(9999, 12, 31, 23, 59, 59, 999999) - EPOCH) // MICRO


def in_range(instant):
    return instant if FIRST <= instant.micros <= LAST else FAULT


def from_utc(moment):
    """The instant of a naive date and time in UTC."""
    return Instant((moment - EPOCH) // MICRO)


def to_utc(instant):
    return EPOCH + timedelta(microseconds=instant.micros)


INSTANT = re.compile(r"(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?([Zz]|[+-]\d\d:\d\d)$")


def read_instant(text):
    """RFC 3339 with an offset, or None."""
    match = INSTANT.match(text)
    if not match:
        return None
    year, month, day, hour, minute, second, fraction, offset = match.groups()
    try:
        moment = datetime(int(year), int(month), int(day), int(hour), int(minute), int(second),
                          int((fraction or "0").ljust(6, "0")))
    except ValueError:
        return None
    micros = (moment - EPOCH) // MICRO
    if offset not in "Zz":
        hours, minutes = int(offset[1:3]), int(offset[4:6])
        if hours > 23 or minutes > 59:
            return None
        micros -= (1 if offset[0] == "+" else -1) * (hours * 60 + minutes) * 60_000_000
    instant = in_range(Instant(micros))
    return None if absent(instant) else instant


def read_day(text):
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def write_instant(instant):
    moment = to_utc(instant)
    text = moment.replace(tzinfo=timezone.utc).strftime("%Y-%m-%dT%H:%M:%S").rjust(19, "0")
    fraction = f".{moment.microsecond:06}".rstrip("0") if moment.microsecond else ""
    return text + fraction + "Z"


NUMBER = re.compile(r"-?\d+(\.\d+)?$")


def read_number(text):
    if not NUMBER.match(text) or sum(letter.isdigit() for letter in text) > 28:
        return None
    return Fraction(text)


def checked(number):
    """A number whose reduced parts do not fit is a fault, never a number."""
    if isinstance(number, Fraction):
        return number if -BITS <= number.numerator < BITS and number.denominator < BITS else FAULT
    return number if -WHOLE <= number < WHOLE else FAULT


def is_number(value):
    return isinstance(value, (int, Fraction)) and not isinstance(value, bool)


def id_key(text):
    """The order of ids: canonical integers of at most 18 digits by value, before all others by their bytes."""
    if re.fullmatch(r"0|-?[1-9]\d{0,17}", text):
        return (0, int(text), b"")
    return (1, 0, text.encode("utf-8"))


def id_part(text):
    return text.replace("%", "%25").replace("/", "%2F")


# ISO 4217, as far as the generator and the corpus use it.
NO_DIGITS = {"JPY", "KRW", "ISK", "CLP", "VND", "XAF"}
THREE_DIGITS = {"KWD", "BHD", "TND", "JOD", "OMR"}


def digits_of(unit):
    if unit == "percent":
        return 2
    if re.fullmatch("[A-Z]{3}", unit):
        return 0 if unit in NO_DIGITS else 3 if unit in THREE_DIGITS else 2
    return 0


def write_amount(amount, unit):
    """An amount that has been rounded, with all the digits of its unit."""
    digits = digits_of(unit)
    scaled = amount * 10 ** digits
    if Fraction(scaled).denominator != 1:
        raise ValueError(f"{amount} has more digits than {unit}")
    sign, whole = ("-" if scaled < 0 else ""), str(abs(int(scaled))).rjust(digits + 1, "0")
    return sign + (whole if digits == 0 else f"{whole[:-digits]}.{whole[-digits:]}")


def round_to(amount, unit, name):
    """A9: the rounding names, to the digits of the unit."""
    scale = 10 ** digits_of(unit)
    scaled = Fraction(amount) * scale
    below = scaled.numerator // scaled.denominator
    rest = scaled - below
    above = below if rest == 0 else below + 1
    half = Fraction(1, 2)
    nearest = below if rest < half else above
    away, towards = (above, below) if scaled >= 0 else (below, above)
    whole = {
        "half away from zero": away if rest == half else nearest,
        "half even": (below if below % 2 == 0 else above) if rest == half else nearest,
        "half up": above if rest == half else nearest,
        "half down": below if rest == half else nearest,
        "up": away, "down": towards, "ceiling": above, "floor": below,
    }[name]
    return Fraction(whole, scale)
