"""Makes a pair that differs smaller: rows, sections and keys are left out as long as the difference stays."""
import copy


def shrink(request, differs, patience=400):
    """The smallest request found for which `differs` still holds."""
    small = copy.deepcopy(request)
    found = True
    while found and patience > 0:
        found = False
        for candidate in smaller(small):
            patience -= 1
            if patience <= 0:
                break
            if differs(candidate):
                small, found = candidate, True
                break
    return small


def smaller(request):
    """Every request that has one thing less, the biggest things first."""
    paths = sorted(droppable(request, ()), key=lambda path: (-size(at(request, path)), len(path)))
    for path in paths:
        candidate = copy.deepcopy(request)
        holder = at(candidate, path[:-1])
        del holder[path[-1]]
        yield candidate
    for path in sorted(simpler(request, ())):
        candidate = copy.deepcopy(request)
        holder = at(candidate, path[:-1])
        holder[path[-1]] = holder[path[-1]][0]
        yield candidate


NEEDED = {"program", "book", "as_of", "schema", "id", "version", "in_force", "first_day", "currency", "time_zone", "referrals",
          "submitted_at", "kind", "at", "referral", "to", "on", "amount", "code", "require", "message", "by", "levels", "facts",
          "name", "at_least", "at_most", "last_day", "entry", "what", "value", "same_referee_when"}


def droppable(value, path):
    if isinstance(value, dict):
        for key, item in value.items():
            if key not in NEEDED or (path and path[-1] == "in_force" and key == "last_day"):
                yield path + (key,)
            if key != "facts":
                yield from droppable(item, path + (key,))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            if len(value) > 1 or path[-1] not in ("program", "levels", "same_referee_when", "require", "per"):
                yield path + (index,)
            yield from droppable(item, path + (index,))


def simpler(value, path):
    """Lists of one, where the one alone will do."""
    if isinstance(value, dict):
        for key, item in value.items():
            if key in ("when", "require") and isinstance(item, list) and len(item) == 1:
                yield path + (key,)
            yield from simpler(item, path + (key,))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from simpler(item, path + (index,))


def at(value, path):
    for key in path:
        value = value[key]
    return value


def size(value):
    return len(str(value))
