"""DESIGN A9: groups. Of the rewards of one event, or the campaigns of one grant, only the winner of a group counts."""


def beaten_rewards(version, amounts):
    """The rewards that lose; `amounts` holds those of the event that give something, rounded."""
    beaten = set()
    for group in version.groups:
        members = [name for name in group.get("rewards", []) if name in amounts and name not in beaten]
        settle(group, members, amounts.get, beaten)
    return beaten


def beaten_campaigns(version, applying, alone):
    """The campaigns that lose; `alone` tells what a campaign by itself makes of the base."""
    there, beaten = {campaign["id"]: campaign for campaign in applying}, set()
    for group in version.groups:
        members = [name for name in group.get("campaigns", []) if name in there and name not in beaten]
        settle(group, members, lambda name: alone(there[name]), beaten)
    return beaten


def settle(group, members, amount, beaten):
    """Of equal amounts the first of the list wins."""
    if len(members) < 2:
        return
    if group["wins"] == "best":
        amounts = [amount(name) for name in members]
        winner = members[amounts.index(max(amounts))]
    else:
        winner = members[0]
    beaten.update(name for name in members if name != winner)
