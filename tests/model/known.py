"""DESIGN A2: what is known at a moment. Rows of one id are copies; copies that contradict each other withdraw the row."""


class Known:
    """The referrals and events that count as of a moment, and those that are withdrawn."""

    def __init__(self, book, moment):
        self.moment = moment
        self.referrals, self.withdrawn_referrals = settle(book.referrals, moment)
        self.events, self.withdrawn_events = settle(book.events, moment)
        self.events = {name: event for name, event in self.events.items() if event.referral in self.referrals}


def settle(rows, moment):
    """The first copy of each id that is known, and the ids that a later copy contradicts."""
    kept, withdrawn = {}, {}
    for row in sorted((row for row in rows if row.known <= moment), key=lambda row: row.known):
        if row.id not in kept:
            kept[row.id] = row
        elif kept[row.id].content != row.content:
            withdrawn[row.id] = kept[row.id]
    return {name: row for name, row in kept.items() if name not in withdrawn}, withdrawn


def prepare(book):
    """An event is known no sooner than its referral; one of a referral that is not there is left out."""
    first = {}
    for row in book.referrals:
        first[row.id] = min(row.known, first.get(row.id, row.known))
    for event in book.events:
        if event.referral in first:
            event.known = max(event.known, first[event.referral])
    book.stray = [event for event in book.events if event.referral not in first]
    book.events = [event for event in book.events if event.referral in first]


def strays(book, moment):
    """Events that are known while their referral is not, or not yet."""
    rows = [event for event in book.stray + book.events if event.table == "events"]
    return {event.id for event in rows if event.known_alone <= moment and (event in book.stray or event.known > moment)}


def contradicted_strays(book, moment):
    """Copies that contradict each other are told even where their referral is not known."""
    rows = [event for event in book.stray + book.events if event.table == "events" and event.known_alone <= moment]
    return {row.id for row in rows for other in rows if row.id == other.id and row.content != other.content}


def moments(book, last):
    """Every moment up to the last at which anything becomes known, in order."""
    return sorted({row.known for row in book.referrals + book.events if row.known <= last})
