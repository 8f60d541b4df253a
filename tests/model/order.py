"""DESIGN A4: the order of events."""
from values import absent, id_key

END_OF_PERIOD, HOST, CLOCK = 0, 1, 2
LAST = (1, 0)


def place(program, happening, share=(0,)):
    """The place of an event in the order: instant, origin, rank of the kind, sequence, referral, event, those who share it; what it implies is before it."""
    sequence = LAST if absent(happening.sequence) else (0, happening.sequence)
    anchor = (0,) if happening.anchor is None else (1,) + id_key(happening.anchor)
    return (happening.at, happening.origin, program.kinds.index(happening.ranks_as), sequence, id_key(happening.referral), anchor,
            share, happening.made, happening.step)
