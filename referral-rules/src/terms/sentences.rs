//! Every sentence that terms and letters are made of, by name. Each language has a text for each of them.

macro_rules! sentences {
    ($($name:ident),* $(,)?) => {
        /// A sentence, or a part of one, whatever the language.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub(super) enum Say {
            $($name),*
        }

        #[cfg(test)]
        impl Say {
            /// All of them.
            pub(super) const ALL: &[Self] = &[$(Self::$name),*];
        }
    };
}

sentences! {
    Title, Intro, IntroLast, IntroNoEnd, IntroVersions, IntroZone, IntroParties, HeadEligibility, HeadValidity,
    HeadFraud, HeadEvents, HeadClaims, HeadLevels, HeadMeasures, HeadRewards, HeadTables, HeadCampaigns,
    HeadGroups, HeadLimits, HeadEnd, HeadAmounts, HeadDays, HeadLists, HeadFacts, HeadData, HeadAlways,
    NoRequirements, Requirement, RequirementAll, JudgedSubmitted, JudgedPayable, JudgedAt, FailRefuseReferrer,
    FailRefuseReferee, FailDisqualify, FailNurture, FailIgnore, FailHold, FailFlag, EventDeclared, EventClock, EventLabel, EventMade, EventMadeFirst,
    EventUnless, EventImplies, EventNeeds, NoClaims, ClaimKeys, ClaimFirst, ClaimLast, ClaimBest, ClaimLocks,
    ClaimForEver, ClaimLasts, ClaimProlonged, ClaimReleased, LadderBy, LadderConditions, LevelAtLeast, LevelWhen,
    LevelBoth, LadderCounts, LadderCountsNot, TakenAt, MomentSubmitted, MomentQualified, MomentClosed, MomentEvent,
    GoesUpAtOnce, GoesUpNever, GoesUpIn, GoesDownAtOnce, GoesDownNever, GoesDownIn, MeasureCount, MeasureSum,
    MeasureLeast, MeasureGreatest, MeasureDistinct, MeasureFirst, MeasureLatest, MeasureWhen, MeasurePer,
    MeasureIn, MeasurePrevious, MeasureTakenOut, MeasureKept, NoRewards, RewardReferrer, RewardReferee,
    RewardRecruiter, RewardTotalReferrer, RewardTotalReferee, RewardTotalRecruiter, TotalPer, RewardOn, RewardWhen,
    RewardWhenAll, AmountIn, AtLeast, AtMost, BelowZeroNothing, BelowZeroBack, Rounded, RoundedTo, NotifyWithin,
    NotifyNone, PayWithin, PayEndOfMonth, PayNone, PayableAfter, PayableAtOnce, HoldUntil, HoldWhile, ExpiresNever,
    ExpiresAfter, KeptAlive, Example, ExampleDates, ExampleAmount, ExampleFacts, ExampleCount, ExampleSteps,
    ExamplePayable, ExampleDue, ExampleNotify, TableBy, TableOtherwise, TableNoRow, TableKey, TableValue, BandAll,
    BandFrom, BandAbove, BandUpTo, BandBelow, CampaignWindow, CampaignAllRewards, CampaignRewards, CampaignWhen,
    CampaignInstead, CampaignTimes, CampaignPlus, CampaignRounding, CampaignGoalCount, CampaignGoalSum,
    CampaignsStack, GroupRewardsBest, GroupRewardsFirst, GroupCampaignsBest, GroupCampaignsFirst, NoLimits,
    LimitAmount, LimitGrants, LimitAllRewards, LimitAllGrants, LimitRewards, LimitCampaigns, LimitWhen, OverPart,
    OverNothing, OverLater, TakenBackUses, TakenBackGives, EndNone, EndRefused, EndGoOn, EndStop, EndFor,
    RoundingDefault, OrderOfSteps, AsOfVersion, AsOfTier, AsOfCampaign, Weekend, NoWeekend, Holidays, NoHolidays,
    List, Fact, TypeBool, TypeInt, TypeDecimal, TypeText, TypeDate, TypeInstant, TypeOneOf, TypeList, Always1,
    Always2, Always3, Always4, Always5, GrammarVersion, AcceptedWarning, KindAccountCredit, KindCash, KindGiftCard,
    KindStoreCredit, KindDiscount, KindTrialExtension, KindPoints, KindFreeOnboarding, KindPerk,
    KindExclusiveOffer, KindUnits, UnitPercent, UnitDays, UnitPoints, UnitItem, StageSubmitted, StageQualified,
    StageOpportunity, StageClosed, StageDisqualified, StageLost, StageNurture, StageExpired, OwnerAccount,
    OwnerReferrer, OwnerReferee, OwnerReferral, OwnerEvent, PartyReferrer, PartyReferee, PartyRecruiter,
    PerProgram, PerReferrer, PerReferee, PerReferral, PerReward, PerCampaign, PerExpression, PeriodLifetime,
    PeriodDay, PeriodWeek, PeriodWeekFrom, PeriodMonth, PeriodQuarter, PeriodHalf, PeriodYear, PeriodYearFrom, PeriodRolling, LengthMinute,
    LengthMinutes, LengthHour, LengthHours, LengthDay, LengthDays, LengthBusinessDay, LengthBusinessDays,
    LengthWeek, LengthWeeks, LengthMonth, LengthMonths, LengthYear, LengthYears, RoundHalfAwayFromZero,
    RoundHalfEven, RoundHalfUp, RoundHalfDown, RoundUp, RoundDown, RoundCeiling, RoundFloor, Monday, Tuesday,
    Wednesday, Thursday, Friday, Saturday, Sunday, Yes, No, And, Or, IfThen, IfOnly, IfElseOnly, Not, IsTrue,
    IsFalse, AlwaysTrue, NeverTrue, EmptyText, Equal, NotEqual, Less, MostIs, Greater, LeastIs, Before, NotAfter,
    After, NotBefore, In, NotIn, Known, Unknown, Happened, NotHappened, IsEmail, IsNotEmail, ClosesCircle,
    ClosesNoCircle, FactOf, IdReferrer, IdReferee, IdRecruiter, IdReferral, IdEvent, EventKindName, MomentOf,
    MomentOfEvent, CountSubmitted, CountQualified, CountOpportunity, CountClosed, CountOpen, MeasureNamed,
    LevelNamed, ListNamed, DataNamed, LookUp, LookUpColumn, Bands, Granted, Percent, PercentAlone, Plus, Minus,
    Times, Divided, Negative, DaysBetween, MonthsBetween, BusinessDays, DaysAfter, MonthsAfter, DayOf, DomainOf,
    PlainOf, LeastOf, GreatestOf, RoundedOf, RoundedDownOf, RoundedUpOf, WithoutSign, Whole, Remainder, Converted,
    SizeOf, StepConverted, StepTotalBefore, StepInProportion, StepCampaign, StepAtLeast, StepAtMost, StepRounding,
    StepLimit, StepDeferred, StepReleased, ChangesTitle, ChangesIntro, ChangeNew, ChangeGone, ChangeBefore,
    ChangeNow, ChangeMoved, ChangesNone, ClaimShares, ClaimShared, StepShare, BoundReferral, BoundReferrer,
    BoundReferralNone, BoundReferrerNone, BoundEvents, BoundGrants, BoundLimit, BoundAmountNone, BoundRepeats,
    BoundReferrals, HeadNames, Definition, OncePer, LetterTitle, LetterGreeting, LetterAbout, LetterAboutEntry,
    LetterVersion, LetterHappened, LetterEvent, LetterByClock, LetterByConditions, LetterRecorded, LetterNotTaken, LetterWithdrawn,
    LetterOfRefused, LetterAfterTakeOver, LetterTerms, LetterAtEvent, LetterSameKey, LetterWas, LetterWasMissing,
    LetterAmounts, LetterEntry, LetterCorrection, LetterPaid, LetterHeld, LetterReversed, LetterExpired,
    LetterPayable, LetterLate, LetterNotGranted, LetterNot, LetterFollows, LetterRefused, LetterNothing, LetterSum,
    LetterClosing, ReasonNotInForce, ReasonMissingReferrer, ReasonUnknownReferrer, ReasonCopies, ReasonDuplicate,
    ReasonTakenOver, ReasonShared, ReasonCondition, ReasonMissing, ReasonNoRow, ReasonSide, ReasonEnded,
    ReasonAnotherWon, ReasonNoLonger, ReasonHolder, ReasonNoAccount, ReasonNoRate, ReasonNothingToTake, ReasonSeveralEvents, ReasonTooLate, LetterForfeited, LetterKept, ReasonGiven, ReasonNoRecruiter, ReasonNegative, RewardAccount, RewardTotalAccount,
    PartyAccount, ListFromHost, ListFrom, ReviewedBy, ReviewApproves, ReviewRejects, LetterVoid, JudgedPayout,
    AsLongAs, ForfeitedAfter, CountedFromRelease, OwnerPayee, HeadPayouts, Payout, PayoutCash, PayoutRewards,
    PayoutNextDay, PayoutDayBefore, PayoutAsItIs, PayoutCutOff, PayoutAtLeast, PayoutNoLeast, PayoutFee,
    PayoutNoFee, DayEvery, DayWeekly, DayMonthly, DayLast, DayAfter, HeadReversals, ReversalOn, ReversalWhen,
    ReversalAll, ReversalRewards, ReversalOf, ReversalOfAll, ReversalWithin, ReversalNoEnd, TakeAll, TakeShare,
    TakeProportion, PaidTaken, PaidKept, RestoredBy, StepTakenBack, StepTakenBefore, HeadContests, ContestBy,
    ContestPeriod, ContestFirst, ContestLast, ContestEnds, ContestAtLeast, ContestAny, ContestWhen, ContestWhenAll,
    TiesShare, TiesSplit, TiesFirst, ContestTickets, PrizeOfPlace, PrizeOfPlaces, EventContest, LetterPlace, OwnerCompany, HeadNotices, NoticeOn, NoticeWhen, NoticeWithin, RefusalEvent,
}
