//! As many versions as fit, each with as many keys of the referee as fit.
#![allow(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "a test: a panic is a failure"
)]
use referral_rules::base::limits::{REFEREE_KEYS_MAX, VERSIONS_MAX};
use referral_rules::base::{Day, Instant};
use referral_rules::book::{Book, Cell, Given};
use referral_rules::evaluation::Verdict;
use referral_rules::program::{Notation, Program, SourceText};
use referral_rules::{Options, evaluate};

#[test]
fn every_version_may_have_keys_of_its_own() {
    let first = Day::from_ymd(2026, 1, 1).unwrap();
    let texts: Vec<String> = (0..VERSIONS_MAX)
        .map(|version| {
            let day = first.checked_add_days(i64::try_from(version).unwrap()).unwrap();
            let keys: Vec<String> =
                (0..REFEREE_KEYS_MAX).map(|key| format!("\"referee.domain + '{version} {key}'\"")).collect();
            format!(
                "schema = 1\nid = \"acme\"\nversion = \"{version}\"\nin_force = {{ first_day = {day} }}\ncurrency = \"USD\"\n\
                 time_zone = \"UTC\"\n[facts.referee]\ndomain = \"text\"\n[attribution]\nsame_referee_when = [{}]\n",
                keys.join(", ")
            )
        })
        .collect();
    let sources: Vec<SourceText<'_>> =
        texts.iter().map(|text| SourceText { name: "program.toml", text, notation: Notation::Toml }).collect();
    let (program, _) = Program::from_sources(&sources).unwrap();
    let last = first.checked_add_days(i64::try_from(VERSIONS_MAX).unwrap() - 1).unwrap();
    let mut given = Given::default();
    for id in ["R-1", "R-2"] {
        let cells =
            [("id", id), ("referrer", "ada"), ("submitted_at", &last.to_string()), ("referee.domain", "eve.example")]
                .map(|(name, cell)| (name.to_owned(), Cell::Text(cell.to_owned())));
        given.referrals.push_row(cells);
    }
    let book = Book::new(&program, &given);
    let as_of = Instant::parse("2027-01-01T00:00:00Z").unwrap();
    let evaluation = evaluate(&program, &book, as_of, Options::default()).unwrap();
    assert_eq!(evaluation.decision("R-1").unwrap().verdict, Verdict::Accepted);
    let duplicate = evaluation.decision("R-2").unwrap();
    assert_eq!(duplicate.reasons[0].code, "duplicate");
    assert_eq!(duplicate.reasons[0].operands[0].subject, format!("referee.domain + '{} 0'", VERSIONS_MAX - 1));
}
