//! What stands before the rewards: who may refer, what counts, what happens, whose a referral is, levels and measures.
use super::Page;
use super::language::{code, plain};
use super::sentences::Say;
use super::words::Words;
use crate::program::document::{
    Attribution, Clock, Document, EventDeclaration, Heading, Level, Made, MeasureDeclaration, Refuses, Requirement,
    Review, STAGES, ThisEvent, TierLadder,
};
use crate::program::{Aggregate, CreditGoesTo, Disqualified, JudgedAt, Moves, OnFailure, Which};

impl Words<'_> {
    pub(super) fn introduction(&self, page: &mut Page) {
        let document = &self.version.document;
        let day = document.in_force.first_day.value.to_string();
        let (id, version) = (&document.id.value, &document.version.value);
        let next = self.program.versions.iter().find(|other| other.first_day > self.version.first_day);
        let currency = plain(&document.currency.value);
        page.paragraph(&[
            self.say(Say::Intro, &[("id", id), ("version", version), ("first_day", &day)]),
            match &document.in_force.last_day {
                Some(last) => self.say(Say::IntroLast, &[("last_day", &last.value.to_string())]),
                None => self.word(Say::IntroNoEnd),
            },
            next.map_or_else(String::new, |next| {
                let places = [("first_day", &*next.first_day.to_string()), ("version", &*next.name)];
                self.say(Say::IntroVersions, &places)
            }),
        ]);
        page.paragraph(&[
            self.word(Say::IntroParties),
            self.say(Say::IntroZone, &[("zone", &plain(&document.time_zone.value)), ("currency", &currency)]),
        ]);
    }

    pub(super) fn requirements(&self, page: &mut Page) {
        let headings = [
            (Heading::Eligibility, Say::HeadEligibility),
            (Heading::Validity, Say::HeadValidity),
            (Heading::Fraud, Say::HeadFraud),
        ];
        let all = &self.version.document.requirements;
        if all.is_empty() {
            page.heading(2, &self.word(Say::HeadEligibility));
            page.line(self.word(Say::NoRequirements));
        }
        for (heading, title) in headings {
            let own: Vec<&Requirement> = all.iter().filter(|requirement| requirement.heading == heading).collect();
            if own.is_empty() {
                continue;
            }
            page.heading(2, &self.word(title));
            page.line(self.word(Say::JudgedSubmitted));
            page.blank();
            own.iter().for_each(|requirement| self.requirement(requirement, page));
        }
    }

    /// A requirement: its message, what must hold, when it is judged, what its failure does.
    pub(super) fn requirement(&self, requirement: &Requirement, page: &mut Page) {
        let Requirement { span: _, heading: _, code: slug, require, message, refuses, judged_at, on_failure, review } =
            requirement;
        let (message, slug) = (plain(&message.value), &slug.value);
        let mut after = [self.judged_at(judged_at), self.failure(on_failure.value, refuses.value)].join(" ");
        if let Some(review) = review {
            after.push(' ');
            after.push_str(&self.review(review).join(" "));
        }
        let after = after.trim();
        match require.as_slice() {
            [one] => {
                let condition = self.condition(one);
                let places = [("message", message.as_str()), ("code", slug), ("condition", &condition)];
                page.item(0, &format!("{} {after}", self.say(Say::Requirement, &places)));
            }
            several => {
                page.item(0, &self.say(Say::RequirementAll, &[("message", &message), ("code", slug)]));
                several.iter().for_each(|one| page.item(1, &format!("{}.", self.condition(one))));
                if !after.trim().is_empty() {
                    page.line("");
                    page.line(format!("  {}", after.trim()));
                }
            }
        }
    }

    /// Who decides about what a requirement holds, and when how.
    fn review(&self, review: &Review) -> Vec<String> {
        let Review { by, released_when, voided_when } = review;
        let events = self.events(by.iter().map(|kind| kind.value.as_str()));
        let mut said = vec![self.say(Say::ReviewedBy, &[("events", &events)])];
        for (when, say) in [(released_when, Say::ReviewApproves), (voided_when, Say::ReviewRejects)] {
            let conditions: Vec<String> = when.iter().map(|when| self.condition(when)).collect();
            if !conditions.is_empty() {
                said.push(self.say(say, &[("condition", &self.listed(&conditions, Say::And))]));
            }
        }
        said
    }

    fn judged_at(&self, judged_at: &JudgedAt) -> String {
        match judged_at {
            JudgedAt::Submitted => String::new(),
            JudgedAt::Payout => self.word(Say::JudgedPayout),
            JudgedAt::Payable => self.word(Say::JudgedPayable),
            JudgedAt::Kinds(kinds) => {
                let events = self.events(kinds.iter().map(|kind| kind.value.as_str()));
                self.say(Say::JudgedAt, &[("events", &events)])
            }
        }
    }

    fn failure(&self, on_failure: OnFailure, refuses: Refuses) -> String {
        self.word(match (on_failure, refuses) {
            (OnFailure::Refuse, Refuses::Both) => return String::new(),
            (OnFailure::Refuse, Refuses::Referrer) => Say::FailRefuseReferrer,
            (OnFailure::Refuse, Refuses::Referee) => Say::FailRefuseReferee,
            (OnFailure::Disqualify, _) => Say::FailDisqualify,
            (OnFailure::Nurture, _) => Say::FailNurture,
            (OnFailure::IgnoreEvent, _) => Say::FailIgnore,
            (OnFailure::Hold, _) => Say::FailHold,
            (OnFailure::Flag, _) => Say::FailFlag,
        })
    }

    pub(super) fn happenings(&self, page: &mut Page) {
        page.heading(2, &self.word(Say::HeadEvents));
        page.line(self.word(Say::Always3));
        page.blank();
        for EventDeclaration { kind, label, clock, made, implies, needs } in &self.version.document.events {
            let shown = self.event(&kind.value);
            let mut said = Vec::new();
            if label.is_some() {
                said.push(self.say(Say::EventLabel, &[("label", &shown), ("kind", &self.kind_of_event(&kind.value))]));
            }
            if let Some(Made { on, when, once_per }) = made {
                let events = self.events(on.iter().map(|kind| kind.value.as_str()));
                let per = self.per(once_per.iter().map(|per| &per.value));
                let places = [("kind", &*shown), ("events", &events), ("condition", &self.all_of(when)), ("per", &per)];
                said.push(self.say(if when.is_empty() { Say::EventMadeFirst } else { Say::EventMade }, &places));
            } else if clock.is_none() && !STAGES.contains(&kind.value.as_str()) {
                said.push(self.say(Say::EventDeclared, &[("kind", &kind.value)]));
            }
            if let Some(Clock { after, from, unless }) = clock {
                let (length, from) = (self.length(after.value), self.event(&from.value));
                said.push(self.say(Say::EventClock, &[("kind", &shown), ("length", &length), ("from", &from)]));
                if !unless.is_empty() {
                    let events = self.events(unless.iter().map(|kind| kind.value.as_str()));
                    said.push(self.say(Say::EventUnless, &[("events", &events)]));
                }
            }
            if !implies.is_empty() {
                let events = self.events(implies.iter().map(|kind| kind.value.as_str()));
                said.push(self.say(Say::EventImplies, &[("kind", &shown), ("events", &events)]));
            }
            if !needs.is_empty() {
                let facts: Vec<String> = needs
                    .iter()
                    .map(|fact| self.say(Say::MeasureNamed, &[("name", &self.name(&fact.value))]))
                    .collect();
                let facts = self.listed(&facts, Say::And);
                said.push(self.say(Say::EventNeeds, &[("kind", &shown), ("facts", &facts)]));
            }
            if !said.is_empty() {
                page.item(0, &said.join(" "));
            }
        }
    }

    pub(super) fn claims(&self, page: &mut Page) {
        page.heading(2, &self.word(Say::HeadClaims));
        let Some(attribution) = &self.version.document.attribution else {
            page.line(self.word(Say::NoClaims));
            return;
        };
        let Attribution {
            same_referee_when,
            credit_goes_to,
            rank,
            locks_on,
            claim_lasts,
            prolonged_by,
            prolonged_for,
            released_by,
            shares,
            shared_equally_by,
        } = attribution;
        page.line(self.word(Say::ClaimKeys));
        page.blank();
        same_referee_when.iter().for_each(|key| page.item(0, &format!("{}.", self.expression(key))));
        let rank = rank.as_ref().map(|rank| self.expression(rank)).unwrap_or_default();
        let of = |kinds: &[crate::diag::Spanned<String>], say: Say| {
            let events = self.events(kinds.iter().map(|kind| kind.value.as_str()));
            if kinds.is_empty() { String::new() } else { self.say(say, &[("events", &events)]) }
        };
        let mut said = vec![match credit_goes_to.value {
            CreditGoesTo::FirstClaim => self.word(Say::ClaimFirst),
            CreditGoesTo::LastClaim => self.word(Say::ClaimLast),
            CreditGoesTo::BestClaim => self.say(Say::ClaimBest, &[("rank", &rank)]),
        }];
        if !shares.is_empty() {
            let shares: Vec<String> = shares.iter().map(|share| self.share(share.value)).collect();
            said.push(self.say(Say::ClaimShares, &[("shares", &self.listed(&shares, Say::And))]));
        }
        if let Some(count) = shared_equally_by {
            said.push(self.say(Say::ClaimShared, &[("count", &self.language.number(count.value.into()))]));
        }
        said.push(of(locks_on, Say::ClaimLocks));
        said.push(match claim_lasts {
            Some(length) => self.say(Say::ClaimLasts, &[("length", &self.length(length.value))]),
            None => self.word(Say::ClaimForEver),
        });
        if let Some(length) = prolonged_for {
            let events = self.events(prolonged_by.iter().map(|kind| kind.value.as_str()));
            let places = [("length", &*self.length(length.value)), ("events", &*events)];
            said.push(self.say(Say::ClaimProlonged, &places));
        }
        said.push(of(released_by, Say::ClaimReleased));
        page.paragraph(&said);
    }

    pub(super) fn levels(&self, page: &mut Page) {
        if self.version.document.tiers.is_empty() {
            return;
        }
        page.heading(2, &self.word(Say::HeadLevels));
        for ladder in &self.version.document.tiers {
            let TierLadder { span: _, name, by, levels, this_event, taken_at, goes_up, goes_down } = ladder;
            let name = self.name(&name.value);
            page.blank();
            page.line(if by.value.is_empty() {
                self.say(Say::LadderConditions, &[("name", &name)])
            } else {
                let measure = self.value_of(&by.value);
                self.say(Say::LadderBy, &[("name", &name), ("measure", &measure)])
            });
            page.blank();
            for Level { name, at_least, when } in levels {
                let number = at_least.as_ref().map(|number| self.language.number(number.value));
                let conditions: Vec<String> = when.iter().map(|when| self.condition(when)).collect();
                let condition = self.listed(&conditions, Say::And);
                let places = [
                    ("level", name.value.as_str()),
                    ("number", number.as_deref().unwrap_or("")),
                    ("condition", &condition),
                ];
                page.item(
                    0,
                    &self.say(
                        match (&number, when.is_empty()) {
                            (Some(_), true) => Say::LevelAtLeast,
                            (Some(_), false) => Say::LevelBoth,
                            (None, _) => Say::LevelWhen,
                        },
                        &places,
                    ),
                );
            }
            let moment = self.moment(taken_at.value);
            page.paragraph(&[
                self.word(match this_event.value {
                    ThisEvent::Counts => Say::LadderCounts,
                    ThisEvent::DoesNotCount => Say::LadderCountsNot,
                }),
                self.say(Say::TakenAt, &[("moment", &moment)]),
                self.moves(goes_up.value, Say::GoesUpAtOnce, Say::GoesUpNever, Say::GoesUpIn),
                self.moves(goes_down.value, Say::GoesDownAtOnce, Say::GoesDownNever, Say::GoesDownIn),
            ]);
        }
    }

    /// A part of the whole in percent.
    fn share(&self, share: crate::base::Number) -> String {
        let hundred = share.checked_mul(100_i64.into()).unwrap_or(share);
        self.say(Say::PercentAlone, &[("number", &self.language.number(hundred))])
    }

    fn moves(&self, moves: Moves, at_once: Say, never: Say, within: Say) -> String {
        match moves {
            Moves::AtOnce => self.word(at_once),
            Moves::Never => self.word(never),
            Moves::InEach(period) => self.say(within, &[("period", &self.period(period))]),
        }
    }

    pub(super) fn measures(&self, page: &mut Page) {
        let Document { measures, .. } = &*self.version.document;
        if measures.is_empty() {
            return;
        }
        page.heading(2, &self.word(Say::HeadMeasures));
        for measure in measures {
            let MeasureDeclaration { span: _, name, is, of, on, when, per, in_each, which, disqualified } = measure;
            let events = self.events(on.iter().map(|kind| kind.value.as_str()));
            let of = of.as_ref().map(|of| self.operand(of)).unwrap_or_default();
            let places = [("name", &*self.name(&name.value)), ("of", &*of), ("events", &*events)];
            let say = match is.value {
                Aggregate::Count => Say::MeasureCount,
                Aggregate::Sum => Say::MeasureSum,
                Aggregate::Least => Say::MeasureLeast,
                Aggregate::Greatest => Say::MeasureGreatest,
                Aggregate::Distinct => Say::MeasureDistinct,
                Aggregate::First => Say::MeasureFirst,
                Aggregate::Latest => Say::MeasureLatest,
            };
            let mut said = vec![self.say(say, &places)];
            if !when.is_empty() {
                let conditions: Vec<String> = when.iter().map(|when| self.condition(when)).collect();
                said.push(self.say(Say::MeasureWhen, &[("condition", &self.listed(&conditions, Say::And))]));
            }
            let per = self.per(per.iter().map(|per| &per.value));
            said.push(self.say(Say::MeasurePer, &[("per", &per)]));
            let period = self.period(in_each.value);
            said.push(match which.value {
                Which::This => self.say(Say::MeasureIn, &[("period", &period)]),
                Which::Previous => self.say(Say::MeasurePrevious, &[("period", &period)]),
            });
            said.push(self.word(match disqualified.value {
                Disqualified::TakenOut => Say::MeasureTakenOut,
                Disqualified::Kept => Say::MeasureKept,
            }));
            page.item(0, &said.join(" "));
        }
    }

    /// Ids as code, one after the other.
    pub(super) fn codes<'a>(&self, ids: impl IntoIterator<Item = &'a str>) -> String {
        let ids: Vec<String> = ids.into_iter().map(code).collect();
        self.listed(&ids, Say::And)
    }
}
