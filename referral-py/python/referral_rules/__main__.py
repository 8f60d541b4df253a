"""`python -m referral_rules` is the command `referral`."""

from ._cli import run

run()
