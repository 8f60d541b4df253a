"""DESIGN A5, A7: circles, whether the account referred has itself, directly or over others, referred the referrer; recruiters."""


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


def recruiter(row, accepted):
    """The referrer of the first accepted referral before this one that was about its referrer; nobody recruits himself."""
    for referral in accepted:
        if referral.referee is not None and referral.referee == row.referrer and referral.referrer != referral.referee:
            return referral.referrer
    return None
