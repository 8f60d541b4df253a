//! Contests from outside of the corpus: as many as fit, and what explanations say of a place.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test: a panic is a failure")]
use referral_rules::base::Instant;
use referral_rules::base::limits::{CONTESTS_MAX, PRIZES_MAX, REWARDS_MAX};
use referral_rules::book::{Book, Given, GivenTable};
use referral_rules::program::{Faults, Program};
use referral_rules::report::explain;
use referral_rules::{Options, evaluate};
use std::fmt::Write;

const HEADER: &str = "schema = 1\nid = \"acme\"\nversion = \"1\"\nin_force = { first_day = 2026-01-01 }\ncurrency = \"USD\"\n\
                      time_zone = \"UTC\"\n[measures.in_month]\nis = \"count\"\non = \"submitted\"\nin_each = \"calendar month\"\n";

fn program(contests: usize, prizes: usize) -> Result<Program, Faults> {
    let mut text = HEADER.to_owned();
    for contest in 0..contests {
        let _ = write!(text, "[[contest]]\nid = \"c{contest}\"\nby = \"in_month\"\nties = \"share\"\n");
        for place in 1..=prizes {
            let _ = write!(
                text,
                "[[contest.prizes]]\nid = \"c{contest}-{place}\"\nplace = {place}\nkind = \"cash\"\namount = 10\npay_within = \"5 days\"\n"
            );
        }
    }
    Program::from_toml(&text).map(|(program, _)| program)
}

fn too_large(contests: usize, prizes: usize) -> Vec<String> {
    let faults = program(contests, prizes).expect_err("too many");
    let large = faults.diagnostics.iter().filter(|fault| fault.code.slug() == "too-large");
    large.map(|fault| fault.place.path.clone()).collect()
}

#[test]
fn as_many_contests_and_prizes_as_fit() {
    assert!(program(CONTESTS_MAX, REWARDS_MAX / CONTESTS_MAX).is_ok());
    assert!(program(1, PRIZES_MAX).is_ok());
    assert_eq!(too_large(CONTESTS_MAX + 1, 1), ["contest"]);
    assert_eq!(too_large(1, PRIZES_MAX + 1), ["contest[0].prizes"]);
    assert_eq!(too_large(CONTESTS_MAX, REWARDS_MAX / CONTESTS_MAX + 1), ["contest"], "prizes are rules like rewards");
}

#[test]
fn explanations_say_which_place_it_was() {
    let program = program(1, 2).unwrap_or_else(|faults| panic!("{faults}"));
    let referrals =
        "id,referrer,submitted_at\nR-1,ada,2026-01-05\nR-2,ada,2026-01-06\nR-3,bob,2026-01-07\nR-4,bob,2026-02-02\n";
    let given = Given { referrals: GivenTable::from_csv(referrals).unwrap(), ..Given::default() };
    let book = Book::new(&program, &given);
    let as_of = Instant::parse("2026-02-10T00:00:00Z").unwrap();
    let evaluation = evaluate(&program, &book, as_of, Options::default()).unwrap();
    let entry = explain::entry(&evaluation, "acme/c0-1/R-2/contest@2026-01-31/referrer:ada/1").unwrap();
    assert!(entry.contains("place 1 of c0 with 2, from 2026-01-01 to 2026-01-31"), "{entry}");
    let referrer = explain::referrer(&evaluation, "bob").unwrap().split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(referrer.contains("contest c0: place 1 with 1, until 2026-02-28"), "{referrer}");
    assert!(explain::referral(&evaluation, "R-2").unwrap().contains("c0-1"));
}
