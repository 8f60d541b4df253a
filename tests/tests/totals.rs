//! What people are told of running totals.
#![allow(clippy::unwrap_used, reason = "a test: a panic is a failure")]
use referral_rules::base::Instant;
use referral_rules::book::{Book, Given, GivenTable};
use referral_rules::program::Program;
use referral_rules::report::{explain, summary};
use referral_rules::{Options, evaluate};

const PROGRAM: &str = r#"
schema = 1
id = "acme"
version = "1"
in_force = { first_day = 2026-01-01 }
currency = "USD"
time_zone = "UTC"
[facts.event]
value = "decimal"
[[event]]
kind = "order"
[[event]]
kind = "refund"
[measures.ordered]
is = "sum"
of = "event.kind == 'refund' ? 0 - event.value : event.value"
on = ["order", "refund"]
[[reward]]
id = "share"
to = "referrer"
on = ["order", "refund"]
kind = "cash"
total = "10% * ordered"
below_zero = "take back"
[[campaign]]
id = "march"
first_day = 2026-03-01
last_day = 2026-03-31
counts_if_in_window = "event"
reward_times = 1.5
"#;

#[test]
fn an_explanation_says_what_the_total_is_and_what_it_was_before() {
    let (program, _) = Program::from_toml(PROGRAM).unwrap();
    let referrals = "id,referrer,submitted_at\nR-1,ada,2026-03-01\n";
    let events = "id,referral,kind,at,value\n\
                  O-1,R-1,order,2026-03-02,1000.00\n\
                  O-2,R-1,order,2026-04-02,500.00\n\
                  B-1,R-1,refund,2026-04-03,750.00\n";
    let table = |text: &str| GivenTable::from_csv(text).unwrap();
    let given = Given { referrals: table(referrals), events: table(events), ..Given::default() };
    let book = Book::new(&program, &given);
    let as_of = Instant::parse("2026-05-01T00:00:00Z").unwrap();
    let evaluation = evaluate(&program, &book, as_of, Options::default()).unwrap();
    let explained = |id: &str| {
        let text = explain::entry(&evaluation, id).unwrap();
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    // 100.00 times 1.5, then 150.00 in all, then half of that: of the 200.00 that were given, half remains.
    let second = explained("acme/share/R-1/order:O-2/referrer:ada/1");
    for part in [
        "50.00 USD to the referrer ada",
        "base 150 USD = 10% * ordered",
        "total so far 150 USD, before 100 USD: 50 USD",
    ] {
        assert!(second.contains(part), "{part}\n{second}");
    }
    let refund = explained("acme/share/R-1/refund:B-1/referrer:ada/1");
    for part in [
        "-100.00 USD to the referrer ada",
        "total so far 75 USD, before 150 USD: -75 USD",
        "in proportion to what was given: -75 USD -> -100 USD",
    ] {
        assert!(refund.contains(part), "{part}\n{refund}");
    }
    assert!(summary(&evaluation).contains("total 75"));
}
