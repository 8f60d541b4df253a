//! The most that a referral or a referrer can cost, in words.
use super::language::{Language, code};
use super::sentences::Say;
use crate::program::{About, Bound, BoundPart, Program, Why};

impl Program {
    /// The most that one referral, and that all referrals of one referrer, can cost, in Markdown: how it comes, or why there is no bound.
    pub fn bounds_in_words(&self, language: Language) -> String {
        self.say_bounds(&self.bounds(), language)
    }

    /// Bounds of this program in Markdown.
    pub(crate) fn say_bounds(&self, bounds: &[Bound], language: Language) -> String {
        bounds.iter().map(|bound| self.bound_in_words(bound, language)).collect()
    }

    fn bound_in_words(&self, bound: &Bound, language: Language) -> String {
        let Bound { about, unit, most, parts } = bound;
        let amount = |most: rust_decimal::Decimal| format!("{} {unit}", language.decimal(most));
        let head = match (about, most) {
            (About::Referral, Some(most)) => language.say(Say::BoundReferral, &[("amount", &amount(*most))]),
            (About::Referrer, Some(most)) => language.say(Say::BoundReferrer, &[("amount", &amount(*most))]),
            (About::Referral, None) => language.say(Say::BoundReferralNone, &[("unit", unit)]),
            (About::Referrer, None) => language.say(Say::BoundReferrerNone, &[("unit", unit)]),
        };
        let mut out = format!("- {head}\n");
        for part in parts {
            let BoundPart { version, rewards, why, times, each, limit, event, most } = part;
            let rewards: Vec<String> = rewards.iter().map(|reward| code(reward)).collect();
            let rewards = rewards.join(", ");
            let each = each.map(amount).unwrap_or_default();
            let most = most.map(amount).unwrap_or_default();
            let times = times.map(|times| language.number(times.into())).unwrap_or_default();
            let (limit, event) = (code(limit), code(event));
            let places = [
                ("version", version.as_str()),
                ("rewards", &rewards),
                ("times", &times),
                ("each", &each),
                ("limit", &limit),
                ("event", &event),
                ("amount", &most),
            ];
            let say = match why {
                Why::Events => Say::BoundEvents,
                Why::Grants => Say::BoundGrants,
                Why::Limit => Say::BoundLimit,
                Why::Amount => Say::BoundAmountNone,
                Why::Repeats => Say::BoundRepeats,
                Why::Referrals => Say::BoundReferrals,
            };
            let said = language.say(say, &places);
            let of = match self.versions.len() {
                1 => String::new(),
                _ => format!("`{version}`: "),
            };
            out.push_str(&format!("  - {of}{said}\n"));
        }
        out
    }
}
