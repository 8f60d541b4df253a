//! A letter that settles a dispute: what was claimed, what the terms say, what happened, how the amount came, what follows. It reads an
//! evaluation and quotes the terms; it computes nothing.
use super::Page;
use super::example::{moment, step_said};
use super::language::{Language, code, plain};
use super::sentences::Say;
use super::words::Words;
use crate::evaluation::{Decision, Entry, Evaluation, Happening, NotGranted, Operand, Taken, Verdict};
use crate::program::{Program, Version};
use crate::report::stands::Line;

/// A letter about a referral, in Markdown. `None` if the referral is not known at the moment.
///
/// # Example
/// ```
/// use referral_rules::base::Day;
/// use referral_rules::book::{Book, Given, GivenTable};
/// use referral_rules::program::{Program, standard};
/// use referral_rules::terms::{Language, letter};
/// let (program, _) = Program::from_toml(standard::CUSTOMER_REFERRALS)?;
/// let referrals = GivenTable::from_csv("id,referrer,submitted_at,referee.employees\nR-1,ada,2026-03-02,32\n")?;
/// let book = Book::new(&program, &Given { referrals, ..Given::default() });
/// let as_of = program.zone.last_instant(Day::parse("2026-03-31")?);
/// let evaluation = referral_rules::evaluate(&program, &book, as_of, Default::default())?;
/// let text = letter::referral(&evaluation, "R-1", Language::English).unwrap();
/// assert!(text.contains("“employees” of the referee was 32"), "{text}");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn referral(evaluation: &Evaluation<'_>, id: &str, language: Language) -> Option<String> {
    written(evaluation, id, None, language)
}

/// A letter about an entry: what was granted for its event, of the referral that it belongs to. `None` if there is no such entry.
pub fn entry(evaluation: &Evaluation<'_>, id: &str, language: Language) -> Option<String> {
    let found = evaluation.ledger_rows().iter().find(|row| evaluation.entry_id(row) == id)?;
    let referral = evaluation.entry(found).referral;
    written(evaluation, &referral, Some(&evaluation.grant_id(found)), language)
}

fn written(evaluation: &Evaluation<'_>, id: &str, grant: Option<&str>, language: Language) -> Option<String> {
    let decision = evaluation.decision(id)?;
    let row = evaluation.known_row(id)?;
    let program = evaluation.program;
    let named = program.versions.iter().find(|version| version.name == decision.version);
    let version = named.or_else(|| program.versions.last())?;
    let letter = Letter { words: Words { language, program, version }, evaluation };
    let mut lines = evaluation.lines(|entry| entry.referral == row);
    if let Some(grant) = grant {
        lines.retain(|line| line.entry.grant == grant);
    }
    let mut page = Page::default();
    letter.opening(&decision, grant.is_some(), &mut page);
    letter.happened(&evaluation.history(id).unwrap_or_default(), &mut page);
    letter.said(&decision, &mut page);
    letter.amounts(&lines, &mut page);
    if grant.is_none() {
        letter.not_granted(&decision.not_granted, &mut page);
    }
    letter.follows(&decision, &lines, &mut page);
    Some(page.text)
}

struct Letter<'e, 'p> {
    words: Words<'p>,
    evaluation: &'e Evaluation<'p>,
}

impl Letter<'_, '_> {
    fn say(&self, say: Say, places: &[(&str, &str)]) -> String {
        self.words.say(say, places)
    }

    fn opening(&self, decision: &Decision, about_entry: bool, page: &mut Page) {
        let submitted = moment(&self.words, decision.submitted_at);
        let as_of = moment(&self.words, self.evaluation.as_of);
        let (id, referrer) = (code(&decision.referral), code(&decision.referrer));
        let places = [("id", &*id), ("referrer", &*referrer), ("submitted", &*submitted), ("as_of", &*as_of)];
        page.line(format!("# {}", self.say(Say::LetterTitle, &places)));
        page.paragraph(&[self.words.word(Say::LetterGreeting)]);
        page.paragraph(&[
            self.say(if about_entry { Say::LetterAboutEntry } else { Say::LetterAbout }, &places),
            match decision.version.as_str() {
                "" => String::new(),
                version => self.say(Say::LetterVersion, &[("version", version)]),
            },
        ]);
    }

    fn happened(&self, history: &[Happening], page: &mut Page) {
        page.heading(2, &self.words.word(Say::LetterHappened));
        for happening in history {
            let (at, event) = (moment(&self.words, happening.at), self.words.event(&happening.event.kind));
            let mut said = vec![self.say(Say::LetterEvent, &[("at", &at), ("event", &event)])];
            if happening.by_conditions {
                said.push(self.words.word(Say::LetterByConditions));
            }
            if happening.by_clock {
                said.push(self.words.word(Say::LetterByClock));
            } else if happening.known_at != happening.at {
                let known = moment(&self.words, happening.known_at);
                said.push(self.say(Say::LetterRecorded, &[("at", &known)]));
            }
            let facts: Vec<String> = happening
                .facts
                .iter()
                .map(|(name, value)| {
                    let a = self.words.value_of(name);
                    self.say(Say::Equal, &[("a", &a), ("b", &code(value))])
                })
                .collect();
            if !facts.is_empty() {
                said.push(self.say(Say::ExampleFacts, &[("facts", &self.words.listed(&facts, Say::And))]));
            }
            said.push(match &happening.taken {
                Taken::In => String::new(),
                Taken::ReferralRefused if happening.event.kind == "submitted" => String::new(),
                Taken::NotTakenIn(slug) => self.say(Say::LetterNotTaken, &[("code", slug)]),
                Taken::Withdrawn => self.words.word(Say::LetterWithdrawn),
                Taken::ReferralRefused => self.words.word(Say::LetterOfRefused),
                Taken::AfterTakeOver => self.words.word(Say::LetterAfterTakeOver),
            });
            page.item(0, said.join(" ").trim());
        }
    }

    /// What of the terms was not met, quoted, with what was found.
    fn said(&self, decision: &Decision, page: &mut Page) {
        let failed = decision.reasons.iter().map(|reason| (&reason.code, &reason.message, &reason.operands, None));
        let later = decision.failures.iter().map(|failure| {
            (&failure.code, &failure.message, &failure.operands, Some((&failure.event.kind, failure.at)))
        });
        let all: Vec<_> = failed.chain(later).collect();
        if all.is_empty() {
            return;
        }
        page.heading(2, &self.words.word(Say::LetterTerms));
        for (slug, message, operands, at) in all {
            page.blank();
            if let Some((kind, at)) = at {
                let (event, at) = (self.words.event(kind), moment(&self.words, at));
                page.line(self.say(Say::LetterAtEvent, &[("event", &event), ("at", &at)]));
                page.blank();
            }
            match self.requirement(slug) {
                Some(quoted) => quoted.lines().for_each(|line| page.line(format!("> {line}"))),
                None => page.line(format!("> {}", self.built_in(slug, message))),
            }
            page.blank();
            operands.iter().for_each(|operand| page.item(0, &self.operand(operand)));
        }
    }

    /// The sentence of the terms about a requirement.
    fn requirement(&self, slug: &str) -> Option<String> {
        let requirements = &self.words.version.document.requirements;
        let found = requirements.iter().find(|requirement| requirement.code.value == slug)?;
        let mut page = Page::default();
        self.words.requirement(found, &mut page);
        Some(page.text)
    }

    /// A reason that every program knows.
    fn built_in(&self, slug: &str, message: &str) -> String {
        let say = match slug {
            "not-in-force" => Say::ReasonNotInForce,
            "missing-referrer" => Say::ReasonMissingReferrer,
            "unknown-referrer" => Say::ReasonUnknownReferrer,
            "conflicting-copies" => Say::ReasonCopies,
            "duplicate" => Say::ReasonDuplicate,
            "taken-over" => Say::ReasonTakenOver,
            "shared-claim" => Say::ReasonShared,
            "condition-not-met" => Say::ReasonCondition,
            "missing-fact" => Say::ReasonMissing,
            "no-table-row" => Say::ReasonNoRow,
            "side-refused" => Say::ReasonSide,
            "program-ended" => Say::ReasonEnded,
            "another-won" => Say::ReasonAnotherWon,
            "given-before" => Say::ReasonGiven,
            "no-recruiter" => Say::ReasonNoRecruiter,
            "negative-amount" => Say::ReasonNegative,
            "no-longer" => Say::ReasonNoLonger,
            "holder-rewards" => Say::ReasonHolder,
            "no-account" => Say::ReasonNoAccount,
            "no-rate" => Say::ReasonNoRate,
            "nothing-to-take-back" => Say::ReasonNothingToTake,
            "several-events" => Say::ReasonSeveralEvents,
            "too-late" => Say::ReasonTooLate,
            _ => return format!("{} (`{slug}`)", plain(message)),
        };
        format!("{} (`{slug}`)", self.words.word(say))
    }

    /// What a fact was found to be. What has no words of its own is shown as it is asked for.
    fn operand(&self, operand: &Operand) -> String {
        let subject = operand.subject.split_whitespace().collect::<Vec<_>>().join(" ");
        if ["by", "with"].contains(&operand.operator.as_str()) {
            let places = [("winner", &*code(&operand.expected)), ("key", &*self.words.value_of(&subject))];
            return self.say(Say::LetterSameKey, &places);
        }
        let a = self.words.value_of(&subject);
        match operand.actual.as_str() {
            "missing" => self.say(Say::LetterWasMissing, &[("a", &a)]),
            actual => self.say(Say::LetterWas, &[("a", &a), ("b", actual.trim_matches('\''))]),
        }
    }

    /// How each amount came, with the sentences of the terms about its rule.
    fn amounts(&self, lines: &[Line<'_>], page: &mut Page) {
        if lines.is_empty() {
            return;
        }
        page.heading(2, &self.words.word(Say::LetterAmounts));
        for line in lines {
            page.blank();
            page.line(self.amount(&line.entry));
            page.blank();
            for quoted in self.rule(self.evaluation.program, &line.entry) {
                page.line(format!("> {quoted}"));
            }
            page.blank();
            page.line(self.stands(line));
        }
    }

    fn amount(&self, entry: &Entry) -> String {
        let event = self.words.event(&entry.event.kind);
        let amount = format!("{} {}", self.words.language.decimal(entry.amount), self.words.unit(&entry.unit));
        let (day, id) = (moment(&self.words, entry.earned_at), code(&entry.id));
        let beneficiary = code(&entry.beneficiary.id);
        let places = [("day", day.as_str()), ("event", &event), ("amount", &amount), ("to", &beneficiary), ("id", &id)];
        let mut said = vec![self.say(if entry.correction { Say::LetterCorrection } else { Say::LetterEntry }, &places)];
        let steps: Vec<String> = entry.steps.iter().map(|step| step_said(&self.words, step, &entry.unit)).collect();
        if let Some(placing) = self.evaluation.placing_of(entry) {
            let place = placing.place.map(|place| place.to_string()).unwrap_or_default();
            let value = self.words.language.number(placing.value);
            let places = [("place", place.as_str()), ("contest", &placing.contest), ("value", &value)];
            said.push(self.say(Say::LetterPlace, &places));
        }
        if !steps.is_empty() {
            let base = self.words.language.number(entry.base);
            said.push(self.say(Say::ExampleSteps, &[("base", &base), ("steps", &steps.join("; "))]));
        }
        said.join(" ")
    }

    /// What the terms of its version say about the rule of an entry.
    fn rule(&self, program: &Program, entry: &Entry) -> Vec<String> {
        let Some(version) = program.versions.iter().find(|version: &&Version| version.name == entry.version) else {
            return Vec::new();
        };
        let words = Words { version, ..self.words };
        let mut page = Page::default();
        let mut prizes = version.document.contests.iter().flat_map(|contest| &contest.prizes);
        match version.document.rewards.iter().find(|reward| reward.id.value == entry.rule) {
            Some(reward) => words.reward(reward, &mut page),
            None => match prizes.find(|prize| prize.reward.id.value == entry.rule) {
                Some(prize) => words.prize(prize, &mut page),
                None => return Vec::new(),
            },
        }
        page.text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')).map(str::to_owned).collect()
    }

    fn stands(&self, line: &Line<'_>) -> String {
        let (entry, position) = (&line.entry, &line.position);
        let mut said = vec![match position.state.as_str() {
            "paid" => {
                let at = position.paid_at.map(|at| moment(&self.words, at)).unwrap_or_default();
                self.say(Say::LetterPaid, &[("at", &at)])
            }
            "held" => self.words.word(Say::LetterHeld),
            "reversed" => self.words.word(Say::LetterReversed),
            "void" => self.words.word(Say::LetterVoid),
            "expired" => self.words.word(Say::LetterExpired),
            "forfeited" => self.words.word(Say::LetterForfeited),
            "kept" => self.words.word(Say::LetterKept),
            _ => self.words.word(Say::LetterPayable),
        }];
        said.push(self.say(Say::ExamplePayable, &[("day", &entry.payable_on.to_string())]));
        said.extend(position.due_on.map(|day| self.say(Say::ExampleDue, &[("day", &day.to_string())])));
        if ["overdue", "met late"].contains(&position.pay.as_str()) {
            said.push(self.words.word(Say::LetterLate));
        }
        said.join(" ")
    }

    fn not_granted(&self, not_granted: &[NotGranted], page: &mut Page) {
        if not_granted.is_empty() {
            return;
        }
        page.heading(2, &self.words.word(Say::LetterNotGranted));
        for not in not_granted {
            let (rule, event) = (code(&not.rule), self.words.event(&not.event.kind));
            let why = self.built_in(&not.code, &not.message);
            page.item(0, &self.say(Say::LetterNot, &[("rule", &rule), ("event", &event), ("why", &why)]));
        }
    }

    fn follows(&self, decision: &Decision, lines: &[Line<'_>], page: &mut Page) {
        page.heading(2, &self.words.word(Say::LetterFollows));
        let mut sums: Vec<(String, rust_decimal::Decimal)> = Vec::new();
        for line in lines {
            match sums.iter_mut().find(|(unit, _)| *unit == line.entry.unit) {
                Some((_, sum)) => *sum = sum.saturating_add(line.entry.amount),
                None => sums.push((line.entry.unit.clone(), line.entry.amount)),
            }
        }
        let sums: Vec<String> = sums
            .iter()
            .map(|(unit, sum)| format!("{} {}", self.words.language.decimal(*sum), self.words.unit(unit)))
            .collect();
        let verdict = match decision.verdict {
            Verdict::Refused => self.words.word(Say::LetterRefused),
            Verdict::Accepted if sums.is_empty() => self.words.word(Say::LetterNothing),
            Verdict::Accepted => self.say(Say::LetterSum, &[("sums", &self.words.listed(&sums, Say::And))]),
        };
        let as_of = moment(&self.words, self.evaluation.as_of);
        page.paragraph(&[verdict]);
        page.paragraph(&[self.say(Say::LetterClosing, &[("as_of", &as_of)])]);
    }
}
