//! What people are told of claims that were taken over.
#![allow(clippy::unwrap_used, reason = "a test: a panic is a failure")]
use referral_rules::base::Instant;
use referral_rules::book::{Book, Given, GivenTable};
use referral_rules::program::Program;
use referral_rules::report::explain;
use referral_rules::{Options, evaluate};

const PROGRAM: &str = r#"
schema = 1
id = "acme"
version = "1"
in_force = { first_day = 2026-01-01 }
currency = "USD"
time_zone = "UTC"
[facts.referee]
domain = "text"
[attribution]
same_referee_when = ["referee.domain"]
credit_goes_to = "last claim"
[[reward]]
id = "credit"
to = "referrer"
on = "qualified"
kind = "account-credit"
amount = 200
"#;

#[test]
fn an_explanation_says_what_counted_before_the_take_over_and_what_did_not_afterwards() {
    let (program, _) = Program::from_toml(PROGRAM).unwrap();
    let referrals = "id,referrer,submitted_at,qualified_at,closed_at,referee.domain\n\
                     R-1,ada,2026-03-02,2026-03-05,2026-04-01,initech.example\n\
                     R-2,bob,2026-03-10,,,initech.example\n";
    let given = Given { referrals: GivenTable::from_csv(referrals).unwrap(), ..Given::default() };
    let book = Book::new(&program, &given);
    let as_of = Instant::parse("2026-05-01T00:00:00Z").unwrap();
    let evaluation = evaluate(&program, &book, as_of, Options::default()).unwrap();
    let text = explain::referral(&evaluation, "R-1").unwrap();
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in [
        "Accepted, qualified when it was taken over",
        "Why it does not count any more",
        "the referral `R-2` took the claim over; only what happened before counts",
        "does not count: another referral had taken the claim over",
        "What it brought: 200.00 USD to the referrer",
        "Who has the claim on this referee - R-2 of bob, same referee.domain",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    assert!(explain::referral(&evaluation, "R-2").unwrap().contains("Who lost against it for the same referee"));
}

#[test]
fn an_explanation_says_whose_claim_is_shared_and_what_happened_to_that_one() {
    let program = PROGRAM.replace("credit_goes_to = \"last claim\"", "shared_equally_by = 2");
    let (program, _) = Program::from_toml(&program).unwrap();
    let referrals = "id,referrer,submitted_at,qualified_at,referee.domain\n\
                     R-1,ada,2026-03-02,2026-03-15,initech.example\n\
                     R-2,bob,2026-03-10,2026-03-16,initech.example\n";
    let given = Given { referrals: GivenTable::from_csv(referrals).unwrap(), ..Given::default() };
    let book = Book::new(&program, &given);
    let as_of = Instant::parse("2026-05-01T00:00:00Z").unwrap();
    let evaluation = evaluate(&program, &book, as_of, Options::default()).unwrap();
    let text = explain::referral(&evaluation, "R-2").unwrap();
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in [
        "Accepted, now qualified",
        "Whose claim it shares",
        "the referral `R-1` has the claim; what happens to it counts here too",
        "2026-03-15 00:00 qualified R-1/qualified",
        "shared-claim-event",
        "share 2 of 2: 200 USD -> 100 USD",
        "has the same referee.domain",
        "Who has the claim that it shares - R-1 of ada, same referee.domain",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    let text = explain::referral(&evaluation, "R-1").unwrap();
    assert!(text.contains("Who shares its claim") && text.contains("share 1 of 2"), "{text}");
    let text = explain::referrer(&evaluation, "bob").unwrap();
    assert!(text.contains("qualified, shared"), "{text}");
}
