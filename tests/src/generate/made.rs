//! Events that conditions make: by their own referral alone, or by what many have in common.
use super::Shape;
use super::draw::Draw;
use super::plan::VersionPlan;
use std::fmt::Write;

/// The kind, the kinds at which the condition is read, the condition, and the rest. Under one kind the key is the same in all versions.
const MADE: [(&str, &str, &str, &str); 12] = [
    ("active", "\"payment\"", "\"paid >= 2\"", ""),
    ("active", "[\"payment\", \"install\"]", "[\"event.amount > 100\", \"paid < 3\"]", ""),
    ("active", "\"closed\"", "\"paid > 0 || referral.in_crm\"", "implies = [\"opportunity\"]\n"),
    ("active", "\"submitted\"", "\"referral.channel != 'form'\"", ""),
    ("milestone", "\"payment\"", "\"qualified_count >= 2\"", "once_per = \"referrer\"\n"),
    ("milestone", "[\"qualified\", \"active\"]", "\"friends >= 1\"", "once_per = \"referrer\"\n"),
    ("by-plan", "[\"payment\", \"closed\"]", "\"event.amount > 50\"", "once_per = [\"referral\", \"event.plan\"]\n"),
    ("status", "[\"qualified\", \"closed\"]", "\"tier == 'silver'\"", "once_per = [\"referrer\", \"tier\"]\n"),
    ("jackpot", "[\"submitted\", \"payment\"]", "\"submitted_count > 1\"", "once_per = \"referral.channel\"\n"),
    ("qualified", "\"payment\"", "\"event.seats > 1\"", ""),
    ("closed", "\"install\"", "\"paid >= 1\"", "implies = [\"qualified\"]\n"),
    ("disqualified", "\"install\"", "\"event.plan == 'basic' && paid > 1\"", ""),
];

/// What they ask of.
const MEASURES: &str = "[measures.paid]\nis = \"count\"\nper = \"referral\"\non = \"payment\"\n[measures.friends]\nis = \"count\"\non = \"active\"\n";

pub(super) fn made(version: &mut VersionPlan, draw: &mut Draw<'_>, shape: &Shape) {
    if draw.once_in(2) {
        return;
    }
    let mut found: Vec<(&str, &str, &str, &str)> = Vec::new();
    for _ in 0..draw.below(3).saturating_add(1) {
        let one = draw.one_of(&MADE);
        let (kind, _, condition, _) = one;
        let declared = version.text.contains(&format!("kind = \"{kind}\"\n"));
        let lacks = condition.contains("tier") && !version.ladders.contains(&"tier");
        if !lacks
            && !declared
            && (shape.program_wide || kind != "jackpot")
            && found.iter().all(|(other, ..)| *other != kind)
        {
            found.push(one);
        }
    }
    if found.is_empty() {
        return;
    }
    if found.iter().all(|(kind, ..)| *kind != "active") {
        found.push(MADE.first().copied().unwrap_or(("active", "\"payment\"", "\"paid >= 2\"", "")));
    }
    version.text.push_str(MEASURES);
    version.measures.push("friends");
    for (kind, on, when, rest) in found {
        let _ = write!(version.text, "[[event]]\nkind = \"{kind}\"\non = {on}\nwhen = {when}\n{rest}");
        if !version.kinds.contains(&kind) {
            version.kinds.push(kind);
        }
    }
}
