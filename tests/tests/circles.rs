//! Circles: how long one may be to be found.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, reason = "a test: a panic is a failure")]
use referral_rules::base::Instant;
use referral_rules::base::limits::CIRCLE_ACCOUNTS_MAX;
use referral_rules::book::{Book, Cell, Given};
use referral_rules::evaluation::Verdict;
use referral_rules::program::Program;
use referral_rules::{Options, evaluate};

const PROGRAM: &str = r#"
schema = 1
id = "acme"
version = "1"
in_force = { first_day = 2026-01-01 }
currency = "USD"
time_zone = "UTC"

[[fraud]]
code = "circle"
require = "!referral.closes_circle"
message = "it closes a circle"
"#;

/// The verdict on the last referral of a chain of accounts, each referred by the one before it: the last refers the first.
fn last_verdict(accounts: usize) -> Verdict {
    let mut given = Given::default();
    for account in 0..accounts {
        let next = if account + 1 == accounts { 0 } else { account + 1 };
        let cells = [
            ("id", format!("{account}")),
            ("referrer", format!("a{account}")),
            ("referee", format!("a{next}")),
            ("submitted_at", "2026-03-02".to_owned()),
        ];
        given.referrals.push_row(cells.map(|(name, cell)| (name.to_owned(), Cell::Text(cell))));
    }
    let (program, _) = Program::from_toml(PROGRAM).unwrap();
    let book = Book::new(&program, &given);
    let as_of = Instant::parse("2026-04-01T00:00:00Z").unwrap();
    let evaluation = evaluate(&program, &book, as_of, Options::default()).unwrap();
    let refused = evaluation.decisions().filter(|decision| decision.verdict == Verdict::Refused).count();
    assert!(refused <= 1, "only the last may close the circle");
    evaluation.decision(&format!("{}", accounts - 1)).unwrap().verdict
}

#[test]
fn a_circle_is_found_over_as_many_accounts_as_are_walked() {
    assert_eq!(last_verdict(2), Verdict::Refused);
    // From the last account back to the second, whom the first referred.
    assert_eq!(last_verdict(CIRCLE_ACCOUNTS_MAX + 1), Verdict::Refused);
    assert_eq!(last_verdict(CIRCLE_ACCOUNTS_MAX + 2), Verdict::Accepted);
}
