//! The one table of codes. The enum, the docs page and the names in every language come from it.
//!
//! The number is identity: it is never reused. The slug is what people and tests read. Documents add reason codes of their
//! own (a requirement's `code`); the built-in reasons are here.

/// What a code speaks about.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// A fault or a doubt in the document: it stops the program from compiling, or warns.
    Document,
    /// A fault in the facts: the rest is still evaluated.
    Finding,
    /// A built-in reason in the verdict on a referral, or for a reward that does not apply.
    Reason,
}

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// Identity, never reused.
    pub number: u16,
    /// What people and tests read.
    pub slug: &'static str,
    /// What the code speaks about.
    pub kind: Kind,
    /// One sentence: what is the matter.
    pub title: &'static str,
    /// One sentence: why it is refused, or what follows from it.
    pub why: &'static str,
}

macro_rules! codes {
    ($($number:literal $name:ident $slug:literal $kind:ident $title:literal $why:literal;)*) => {
        /// A code of the table [`CODES`].
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        #[non_exhaustive]
        pub enum Code { $(#[doc = $title] $name,)* }

        /// Every code, in the order of precedence.
        pub const CODES: &[(Code, Row)] = &[$((
            Code::$name,
            Row { number: $number, slug: $slug, kind: Kind::$kind, title: $title, why: $why },
        ),)*];

        impl Code {
            /// The code's row in the table.
            pub const fn row(self) -> Row {
                match self {
                    $(Code::$name => Row { number: $number, slug: $slug, kind: Kind::$kind, title: $title, why: $why },)*
                }
            }
        }
    };
}

codes! {
    // 100–199: reading the text of a document
    100 Syntax "syntax" Document "the text is not well-formed" "nothing can be read past the place";
    101 UnknownKey "unknown-key" Document "the key is not one of this section" "a misspelt key would otherwise be ignored silently";
    102 WrongType "wrong-type" Document "the value has another type than the key needs" "nothing is converted by guessing";
    103 MissingKey "missing-key" Document "a key that must be there is missing" "there is no safe default for it";
    104 DuplicateKey "duplicate-key" Document "the key stands twice" "only one of the two could count";
    105 DuplicateId "duplicate-id" Document "two sections have the same id" "entries are booked under the id";
    106 BadValue "bad-value" Document "the value is not one of those allowed" "only the listed values have a meaning";
    107 BadNumber "bad-number" Document "the number is not an exact decimal" "exponents, `inf`, `nan` and more than 28 digits are refused";
    108 BadDate "bad-date" Document "the date or time is not on the calendar" "a wrong date would move money";
    109 BadId "bad-id" Document "the id is not a plain word" "ids become part of entry ids and expressions";
    110 TooLarge "too-large" Document "a stated limit of size is passed" "limits keep every run bounded";
    111 UnknownCurrency "unknown-currency" Document "the currency is not in ISO 4217" "its minor unit is not known";
    112 UnknownZone "unknown-zone" Document "the time zone is not in the zone data" "days cannot be counted in it";
    113 EmptyWindow "empty-window" Document "the window ends before it starts" "nothing would ever fall into it";
    114 UnknownReference "unknown-reference" Document "the name belongs to nothing in the document" "a rule that points at nothing would do nothing, silently";
    115 UnitMismatch "unit-mismatch" Document "the limit and the rewards are in different units" "units and currencies are never added";
    116 Circle "circle" Document "the events wait for each other" "none of them could ever happen";

    // 150–199: warnings about a document that is sound, see `program/lint/`
    150 UnreachableTier "unreachable-tier" Document "no referrer ever has the level" "what it promises is never given";
    151 TierGap "tier-gap" Document "a rule needs a tier where there may be none" "it gives nothing to referrers below the first level";
    152 TableGap "table-gap" Document "a table has no row for a value that it is asked for" "the rule that asks gives nothing for that value";
    153 RowNeverAsked "row-never-asked" Document "no expression ever asks for the row" "its value is never given";
    154 LimitBelowReward "limit-below-reward" Document "the limit is below the least amount of a reward that it covers" "every such grant is cut";
    155 BoundAlwaysApplies "bound-always-applies" Document "the bound is beyond every amount that comes to it" "the amount itself is never given";
    156 BoundsCrossed "bounds-crossed" Document "the least amount is above the greatest one" "the greatest one always wins";
    157 CampaignNeverOn "campaign-never-on" Document "no referral of these terms can fall into the campaign's window" "it changes nothing";
    158 CampaignWithoutReward "campaign-without-reward" Document "the campaign touches no reward" "it changes nothing";
    159 LimitWithoutReward "limit-without-reward" Document "the limit covers no grant" "it bounds nothing";
    160 EventNeverComes "event-never-comes" Document "the clock can never make the event" "what waits for it never happens";
    161 HoldWithoutEnd "hold-without-end" Document "what the entry waits for can never come" "it is held for ever";
    162 HoldWithoutEffect "hold-without-effect" Document "what the entry waits for has always come before" "it holds nothing";
    163 AlwaysTrue "always-true" Document "the condition, or a part of it, is never false" "it decides nothing";
    164 NeverTrue "never-true" Document "the condition, or a part of it, is never true" "what depends on it never happens";
    165 NeverGranted "never-granted" Document "the amount can never be granted" "the rule gives nothing, whatever happens";
    166 NoDueDate "no-due-date" Document "the reward does not say by when it is paid" "nobody can tell whether it is late";
    167 PayableAfterDue "payable-after-due" Document "the reward is due before it is payable" "no payment can be in time";
    168 UnusedFact "unused-fact" Document "no expression reads the fact" "a rule about it may have been forgotten";
    169 UnusedList "unused-list" Document "no expression looks into the list" "a rule about it may have been forgotten";
    170 UnusedTable "unused-table" Document "no expression looks into the table" "its values are never given";
    171 UnusedLadder "unused-ladder" Document "no expression reads the tier" "the levels are told and change nothing";
    172 UnusedKind "unused-kind" Document "nothing depends on the kind of event" "a rule about it may have been forgotten";
    173 PercentAboveHundred "percent-above-hundred" Document "more than 100 % of a reported value is granted" "a percent sign may be wrong, or a digit too many";
    174 DigitsBeyondUnit "digits-beyond-unit" Document "the amount has more digits than its unit" "it is always rounded to another one";
    175 BandGap "band-gap" Document "numbers between two bands of a table lie in neither" "a rule that looks one of them up gives nothing";
    176 NeverWins "never-wins" Document "a member of a group always loses to another one" "it changes nothing, or is never granted";
    177 UnderWayWithoutEffect "under-way-without-effect" Document "nothing can be granted to referrals under way" "when they end makes no difference";
    178 UnusedMeasure "unused-measure" Document "nothing asks for the measure" "what it counts changes nothing";
    179 GoalOutOfReach "goal-out-of-reach" Document "no event can count for the goal" "it stays at nothing";
    180 UnusedDefinition "unused-definition" Document "no expression uses the definition" "it changes nothing";
    181 ReversalWithoutEffect "reversal-without-effect" Document "nothing can have been granted, or taken back, when the event of the reversal comes" "it changes nothing";
    182 ManyRequiredFields "many-required-fields" Document "an assessment asks for more than four fields of a referral" "each further field costs referrals";
    183 ContestNeverEnds "contest-never-ends" Document "no period of the contest ends while the terms are in force" "its prizes are never given";
    184 ReachedAgain "reached-again" Document "a number that a condition waits for can be reached a second time" "the reward is given again";
    185 TotalOfOtherPeriods "total-of-other-periods" Document "a running total begins anew in other periods than what it is made of" "what was granted in one period is granted again, or kept back, in the next";
    190 PayoutWithoutReward "payout-without-reward" Document "the payout pays no reward" "nothing is ever in it";
    191 MinimumOutOfReach "minimum-out-of-reach" Document "the least that is paid out is never reached" "what is earned is carried over for ever";
    192 PayoutAfterDue "payout-after-due" Document "the reward is due before a payout can take it in" "no payment can be in time";

    // 200–249: expressions
    200 ExpressionSyntax "expression-syntax" Document "the expression is not well-formed" "it cannot be read past the place";
    201 UnknownName "unknown-name" Document "the name is not declared" "a misspelt fact would otherwise always be missing";
    202 TypeMismatch "type-mismatch" Document "the operand has the wrong type" "types are checked before anything runs";
    203 UnknownFunction "unknown-function" Document "there is no such function" "only the listed functions exist";
    204 WrongArguments "wrong-arguments" Document "the function takes other arguments" "a missing argument has no safe default";
    205 UnknownText "unknown-text" Document "the text is not one of the values declared for the fact" "the comparison would never hold";
    206 ConstantFault "constant-fault" Document "the expression always fails" "overflow, division by zero or a bad date stand in it";
    207 BadTemplate "bad-template" Document "the text cannot be filled in" "it is checked before anything runs";

    // 300–349: versions of one program
    300 VersionsDiffer "versions-differ" Document "two versions of one program contradict each other" "history is carried from version to version";

    // 400–449: facts
    400 UnknownColumn "unknown-column" Finding "the column is not used by the program" "a misspelt column would otherwise be missing silently";
    401 BadCell "bad-cell" Finding "the cell cannot be read as what the column holds" "nothing is converted by guessing; the cell counts as missing";
    402 UnlistedText "unlisted-text" Finding "the text is not one of those that the fact may have" "the cell counts as missing";
    403 MissingId "missing-id" Finding "the row has no id" "it cannot be told apart from others and is left out";
    404 MissingMoment "missing-moment" Finding "the row does not say when" "it cannot be put in order and is left out";
    405 UnknownReferral "unknown-referral" Finding "the event is about a referral that is not there" "it is left out";
    406 UnknownEventKind "unknown-event-kind" Finding "the event is of a kind that the program does not have" "it is left out";
    407 ConflictingCopies "conflicting-copies" Finding "a row came again with other content" "none of the copies counts until the host resolves it";
    408 UnknownBalance "unknown-balance" Finding "the opening balance belongs to nothing" "it is left out";
    409 BeforeSubmission "before-submission" Finding "the event happened before its referral was submitted" "it is not taken in";
    410 RepeatedStage "repeated-stage" Finding "the referral is at that stage already" "it is not taken in twice";
    411 ImpossibleStage "impossible-stage" Finding "the stage cannot follow the one that the referral is at" "it is not taken in";
    412 BookedDiffers "booked-differs" Finding "a booked grant differs from the recomputed one" "a correcting entry makes up the difference";
    413 BookedUnknown "booked-unknown" Finding "a booked grant is unknown to the recomputed past" "it is left as it is";
    414 UnknownEntry "unknown-entry" Finding "a confirmation names an entry that is not in the ledger" "it changes nothing; the entry that was meant stays unpaid or untold";
    415 IncompleteEvent "incomplete-event" Finding "the event lacks a fact that events of its kind need" "it is taken in all the same";
    416 ConflictingRates "conflicting-rates" Finding "two rates of exchange for the same currencies and day" "neither counts: what needs the rate gives nothing";
    417 SharedClaimEvent "shared-claim-event" Finding "the event belongs to a referral that shares the claim of another" "only what happens to the referral that has the claim is taken in";
    418 UnknownList "unknown-list" Finding "the program asks the host for no such list" "the row is left out";
    419 UnknownFigure "unknown-figure" Finding "no metric asks for the figure" "the row is left out";

    // 500–549: built-in reasons of verdicts
    500 NotInForce "not-in-force" Reason "no version of the program was in force on the day of submission" "there are no terms to judge it by";
    501 MissingReferrer "missing-referrer" Reason "the referral names no referrer" "nobody could be owed anything";
    502 UnknownReferrer "unknown-referrer" Reason "the referrer is not in the accounts" "eligibility cannot be judged";
    503 Duplicate "duplicate" Reason "another referral has the first claim on the referee" "the first claim has the credit";
    504 TakenOver "taken-over" Reason "another referral took the claim over" "only what happened before counts for this one";
    505 SharedClaim "shared-claim" Reason "the referral shares the claim of another" "what happens to that one counts for this one too, from its own submission on";

    // 550–599: why a rule gives nothing for an event of its kind
    550 ConditionNotMet "condition-not-met" Reason "a condition of the rule does not hold" "the rule does not apply";
    551 MissingFact "missing-fact" Reason "a fact that the rule needs is missing" "nothing is guessed; the rule does not apply";
    552 NoTableRow "no-table-row" Reason "the table has no row for the key" "the rule does not apply";
    553 AmountFault "amount-fault" Reason "the amount cannot be computed" "overflow, division by zero and dates out of range are never numbers";
    554 NegativeAmount "negative-amount" Reason "the amount is below zero" "a reward takes nothing away";
    555 SideRefused "side-refused" Reason "a requirement refuses the beneficiary's side" "that side gets nothing";
    556 ProgramEnded "program-ended" Reason "the program has ended, also for referrals under way" "nothing is granted for what happens afterwards";
    557 AnotherWon "another-won" Reason "another reward of the group is the one that counts" "of a group only the winner is granted";
    558 NoRate "no-rate" Reason "there is no rate of exchange for that day" "nothing is converted by guessing";
    561 NoRecruiter "no-recruiter" Reason "nobody has recruited the referrer" "a share of nobody is given to nobody";
    562 HolderRewards "holder-rewards" Reason "the referral that has the claim rewards the referee" "the referee is rewarded once, however many share";
    563 NoAccount "no-account" Reason "the fact that names the account names none" "it is missing, empty, or too long to be an id";
    565 GivenBefore "given-before" Reason "the rule is given once, and has been" "`once_per` says for what it is given only once";
    566 NoLonger "no-longer" Reason "what the rule is given as long as has failed" "it has ended for the referral, even if it holds again";
    570 NothingToTakeBack "nothing-to-take-back" Reason "nothing that the reversal means was granted, or all of it is taken back" "nothing is taken twice";
    571 SeveralEvents "several-events" Reason "the event does not say which of several it undoes" "nothing is guessed; nothing is taken back";
    572 TooLate "too-late" Reason "the event comes too long after what it would undo" "what was granted stands";

    // 600–649: why something is not paid out
    600 NothingToPay "nothing-to-pay" Reason "what is open adds up to nothing, or is below zero" "it is carried, and set off against what comes";
    601 BelowMinimum "below-minimum" Reason "what is open is less than the least that is paid out" "it is carried over to the next payout";
    602 AfterCutOff "after-cut-off" Reason "it became payable too late for the next payout" "it is in a later one";
    603 PayoutFault "payout-fault" Reason "the minimum or the fee cannot be computed" "nothing is guessed; it is carried over";
}

impl Code {
    /// True for the codes of warnings that a sound document gets: 150–199.
    pub const fn is_lint(self) -> bool {
        matches!(self.row().number, 150..=199)
    }

    /// The word that people and tests read, such as `unknown-key`.
    pub const fn slug(self) -> &'static str {
        self.row().slug
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn numbers_and_slugs_are_unique_and_rise() {
        let numbers: Vec<u16> = CODES.iter().map(|(_, row)| row.number).collect();
        assert!(numbers.is_sorted_by(|a, b| a < b));
        assert_eq!(CODES.iter().map(|(_, row)| row.slug).collect::<BTreeSet<_>>().len(), CODES.len());
    }
}
