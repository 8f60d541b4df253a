//! Names and small things in words: parties, events, facts, lengths, periods, amounts, lists.
use super::language::{Language, code, plain};
use super::sentences::Say;
use crate::base::{Length, LengthUnit, Number, Period, Rounding, Unit, Weekday};
use crate::program::document::{FactOwner, PayWithin, Per, RewardKind, STAGES};
use crate::program::{CONTEST_KIND, Constant, Moment, Party, Program, Version};

/// Puts a version into words.
#[derive(Clone, Copy)]
pub(super) struct Words<'p> {
    pub(super) language: Language,
    pub(super) program: &'p Program,
    pub(super) version: &'p Version,
}

impl Words<'_> {
    pub(super) fn say(&self, say: Say, places: &[(&str, &str)]) -> String {
        self.language.say(say, places)
    }

    /// A sentence or word without places.
    pub(super) fn word(&self, say: Say) -> String {
        self.language.sentence(say).to_owned()
    }

    /// `a`, `a and b`, `a, b and c`.
    pub(super) fn listed(&self, items: &[String], last: Say) -> String {
        match items {
            [] => String::new(),
            [one] => one.clone(),
            [before @ .., other] => self.say(last, &[("one", &before.join(", ")), ("other", other)]),
        }
    }

    /// A name of a fact, list, table or measure as people read it.
    pub(super) fn name(&self, name: &str) -> String {
        name.replace('_', " ")
    }

    /// A kind of event: by its label if it has one.
    pub(super) fn event(&self, kind: &str) -> String {
        let declared = self.version.document.events.iter().find(|event| event.kind.value == kind);
        let label = declared.and_then(|event| event.label.as_ref());
        label.map_or_else(|| self.kind_of_event(kind), |label| format!("\"{}\"", plain(&label.value)))
    }

    /// A kind of event: a stage in the language, a declared kind as the document has it.
    pub(super) fn kind_of_event(&self, kind: &str) -> String {
        match STAGES.iter().position(|stage| *stage == kind) {
            Some(0) => self.word(Say::StageSubmitted),
            Some(1) => self.word(Say::StageQualified),
            Some(2) => self.word(Say::StageOpportunity),
            Some(3) => self.word(Say::StageClosed),
            Some(4) => self.word(Say::StageDisqualified),
            Some(5) => self.word(Say::StageLost),
            Some(6) => self.word(Say::StageNurture),
            Some(7) => self.word(Say::StageExpired),
            None if kind == CONTEST_KIND && self.program.holds_contests() => self.word(Say::EventContest),
            _ => code(kind),
        }
    }

    pub(super) fn events<'a>(&self, kinds: impl IntoIterator<Item = &'a str>) -> String {
        let kinds: Vec<String> = kinds.into_iter().map(|kind| self.event(kind)).collect();
        self.listed(&kinds, Say::Or)
    }

    pub(super) fn owner(&self, owner: FactOwner) -> String {
        self.word(match owner {
            FactOwner::Account => Say::OwnerAccount,
            FactOwner::Referrer => Say::OwnerReferrer,
            FactOwner::Referee => Say::OwnerReferee,
            FactOwner::Referral => Say::OwnerReferral,
            FactOwner::Event => Say::OwnerEvent,
            FactOwner::Company => Say::OwnerCompany,
        })
    }

    pub(super) fn party(&self, party: Party) -> String {
        self.word(match party {
            Party::Referrer => Say::PartyReferrer,
            Party::Referee => Say::PartyReferee,
            Party::Recruiter => Say::PartyRecruiter,
            Party::Account => Say::PartyAccount,
        })
    }

    pub(super) fn moment(&self, moment: Moment) -> String {
        self.word(match moment {
            Moment::Submitted => Say::MomentSubmitted,
            Moment::Qualified => Say::MomentQualified,
            Moment::Closed => Say::MomentClosed,
            Moment::Event => Say::MomentEvent,
        })
    }

    /// A moment as what happens then.
    pub(super) fn happening(&self, moment: Moment) -> String {
        match moment {
            Moment::Submitted => self.word(Say::StageSubmitted),
            Moment::Qualified => self.word(Say::StageQualified),
            Moment::Closed => self.word(Say::StageClosed),
            Moment::Event => self.word(Say::MomentEvent),
        }
    }

    pub(super) fn kind(&self, kind: RewardKind) -> String {
        self.word(match kind {
            RewardKind::AccountCredit => Say::KindAccountCredit,
            RewardKind::Cash => Say::KindCash,
            RewardKind::GiftCard => Say::KindGiftCard,
            RewardKind::StoreCredit => Say::KindStoreCredit,
            RewardKind::Discount => Say::KindDiscount,
            RewardKind::TrialExtension => Say::KindTrialExtension,
            RewardKind::Points => Say::KindPoints,
            RewardKind::FreeOnboarding => Say::KindFreeOnboarding,
            RewardKind::Perk => Say::KindPerk,
            RewardKind::ExclusiveOffer => Say::KindExclusiveOffer,
            RewardKind::Units => Say::KindUnits,
        })
    }

    /// A unit by its code, or the words that the language has for it.
    pub(super) fn unit(&self, unit: &str) -> String {
        match unit {
            "percent" => self.word(Say::UnitPercent),
            "days" => self.word(Say::UnitDays),
            "points" => self.word(Say::UnitPoints),
            "item" => self.word(Say::UnitItem),
            other => plain(other),
        }
    }

    /// A number of a unit: money that has a fraction with all of its digits.
    pub(super) fn amount(&self, number: Number, unit: &str) -> String {
        let digits = Unit::parse(unit).map_or(0, |unit| unit.digits());
        let text = match number.to_decimal() {
            Some(mut decimal) if !decimal.fract().is_zero() && decimal.scale() < digits => {
                decimal.rescale(digits);
                self.language.decimal(decimal)
            }
            _ => self.language.number(number),
        };
        format!("{text} {}", self.unit(unit))
    }

    pub(super) fn length(&self, length: Length) -> String {
        let one = length.count == 1;
        let say = match length.unit {
            LengthUnit::Minutes if one => Say::LengthMinute,
            LengthUnit::Minutes => Say::LengthMinutes,
            LengthUnit::Hours if one => Say::LengthHour,
            LengthUnit::Hours => Say::LengthHours,
            LengthUnit::Days if one => Say::LengthDay,
            LengthUnit::Days => Say::LengthDays,
            LengthUnit::BusinessDays if one => Say::LengthBusinessDay,
            LengthUnit::BusinessDays => Say::LengthBusinessDays,
            LengthUnit::Weeks if one => Say::LengthWeek,
            LengthUnit::Weeks => Say::LengthWeeks,
            LengthUnit::Months if one => Say::LengthMonth,
            LengthUnit::Months => Say::LengthMonths,
            LengthUnit::Years if one => Say::LengthYear,
            LengthUnit::Years => Say::LengthYears,
        };
        self.say(say, &[("count", &self.language.number(i64::from(length.count).into()))])
    }

    pub(super) fn pay_within(&self, within: Option<PayWithin>) -> String {
        match within {
            Some(PayWithin::Length(length)) => self.say(Say::PayWithin, &[("length", &self.length(length))]),
            Some(PayWithin::EndOfMonth) => self.word(Say::PayEndOfMonth),
            None => self.word(Say::PayNone),
        }
    }

    pub(super) fn period(&self, period: Period) -> String {
        match period {
            Period::Lifetime => self.word(Say::PeriodLifetime),
            Period::Day => self.word(Say::PeriodDay),
            Period::CALENDAR_WEEK => self.word(Say::PeriodWeek),
            Period::Week { from } => self.say(Say::PeriodWeekFrom, &[("day", &self.weekday(from))]),
            Period::Month => self.word(Say::PeriodMonth),
            Period::Quarter => self.word(Say::PeriodQuarter),
            Period::Half => self.word(Say::PeriodHalf),
            Period::Year { month: 1, day: 1 } => self.word(Say::PeriodYear),
            Period::Year { month, day } => self.say(Say::PeriodYearFrom, &[("start", &format!("{month:02}-{day:02}"))]),
            Period::Rolling { days } => {
                self.say(Say::PeriodRolling, &[("count", &self.language.number(i64::from(days).into()))])
            }
        }
    }

    pub(super) fn rounding(&self, rounding: Rounding) -> String {
        self.word(match rounding {
            Rounding::HalfAwayFromZero => Say::RoundHalfAwayFromZero,
            Rounding::HalfEven => Say::RoundHalfEven,
            Rounding::HalfUp => Say::RoundHalfUp,
            Rounding::HalfDown => Say::RoundHalfDown,
            Rounding::Up => Say::RoundUp,
            Rounding::Down => Say::RoundDown,
            Rounding::Ceiling => Say::RoundCeiling,
            Rounding::Floor => Say::RoundFloor,
        })
    }

    pub(super) fn weekday(&self, day: Weekday) -> String {
        self.word(match day {
            Weekday::Monday => Say::Monday,
            Weekday::Tuesday => Say::Tuesday,
            Weekday::Wednesday => Say::Wednesday,
            Weekday::Thursday => Say::Thursday,
            Weekday::Friday => Say::Friday,
            Weekday::Saturday => Say::Saturday,
            Weekday::Sunday => Say::Sunday,
        })
    }

    pub(super) fn constant(&self, constant: &Constant) -> String {
        match constant {
            Constant::Text(text) => code(text),
            Constant::Number(number) => self.language.number(*number),
            Constant::Bool(true) => self.word(Say::Yes),
            Constant::Bool(false) => self.word(Say::No),
            Constant::Date(day) => day.to_string(),
        }
    }

    pub(super) fn per<'a>(&self, per: impl IntoIterator<Item = &'a Per>) -> String {
        let parts: Vec<String> = per
            .into_iter()
            .map(|per| match per {
                Per::Program => self.word(Say::PerProgram),
                Per::Referrer => self.word(Say::PerReferrer),
                Per::Referee => self.word(Say::PerReferee),
                Per::Referral => self.word(Say::PerReferral),
                Per::Reward => self.word(Say::PerReward),
                Per::Campaign => self.word(Say::PerCampaign),
                Per::Expression(value) => self.say(Say::PerExpression, &[("value", &self.expression(value))]),
            })
            .collect();
        self.listed(&parts, Say::And)
    }
}
