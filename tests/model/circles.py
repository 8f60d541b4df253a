"""DESIGN A5: circles. Whether the account referred has itself, directly or over others, referred the referrer."""


def closes_circle(row, accepted):
    """`accepted` are the accepted referrals before this one in the order of submission."""
    if row.referee is None:
        return False
    reached, waiting = set(), [row.referee]
    while waiting:
        account = waiting.pop()
        for referral in accepted:
            if referral.referrer == account and referral.referee is not None and referral.referee not in reached:
                reached.add(referral.referee)
                waiting.append(referral.referee)
    return row.referrer in reached
