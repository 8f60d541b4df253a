//! The standard program: it compiles without a warning, so does each of its alternatives, and its example book shows every
//! outcome.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking, in its helpers too")]
use referral_rules::base::{Instant, Number};
use referral_rules::book::{Book, Cell, Given, GivenTable};
use referral_rules::diag::render;
use referral_rules::evaluation::{Decision, Entry, Verdict};
use referral_rules::program::{Data, Program, standard};
use std::collections::BTreeSet;

fn compiled(document: &str) -> Program {
    let (program, warnings) = Program::from_toml(document).unwrap_or_else(|faults| panic!("{faults}"));
    assert!(warnings.is_empty(), "{}", render(&warnings, "standard", document));
    program
}

fn example(program: &Program) -> Book {
    let example = standard::EXAMPLE_BOOK;
    let given = Given::from_csv(example.tables()).unwrap();
    Book::new(program, &given)
}

fn row(table: &mut GivenTable, cells: &[(&str, &str)]) {
    table.push_row(cells.iter().map(|(name, text)| ((*name).to_owned(), Cell::Raw((*text).to_owned()))));
}

/// One customer who refers a company in every month of 2026, each of which qualifies and closes: every alternative applies to
/// some of them.
fn probe(program: &Program) -> Book {
    let mut given = Given::default();
    let mut accounts = GivenTable::default();
    row(
        &mut accounts,
        &[
            ("id", "ada"),
            ("email", "ada@gmail.com"),
            ("status", "paying"),
            ("customer_since", "2024-01-01"),
            ("good_standing", "true"),
            ("in_collections", "false"),
            ("at_risk", "false"),
            ("active", "true"),
            ("relationship", "healthy"),
            ("open_dispute", "false"),
        ],
    );
    given.accounts = Some(accounts);
    for month in 1..=12 {
        let day = |day: u32| format!("2026-{month:02}-{day:02}");
        row(
            &mut given.referrals,
            &[
                ("id", &format!("R-{month}")),
                ("referrer", "ada"),
                ("submitted_at", &day(2)),
                ("channel", "form"),
                ("introduced_on", &day(1)),
                ("product", "insights"),
                ("referee.name", "Ben"),
                ("referee.company", "Benworks"),
                ("referee.email", &format!("ben{month}@gmail.com")),
                ("referee.industry", "finance"),
                ("referee.country", "CA"),
                ("referee.employees", "50"),
                ("referee.in_crm", "false"),
                ("referee.in_pipeline", "false"),
                ("qualified_at", &day(10)),
                ("closed_at", &day(20)),
                ("closed.first_year_value", "10000"),
            ],
        );
    }
    Book::new(program, &given)
}

struct Outcome {
    decisions: Vec<Decision>,
    entries: Vec<Entry>,
}

fn probed(program: &Program) -> Outcome {
    let book = probe(program);
    assert!(book.findings.is_empty(), "{:?}", book.findings);
    let as_of = Instant::parse("2027-06-30T00:00:00Z").unwrap();
    let evaluation = referral_rules::evaluate(program, &book, as_of, Default::default()).unwrap();
    Outcome { decisions: evaluation.decisions().collect(), entries: evaluation.entries().collect() }
}

#[test]
fn it_gives_what_the_playbook_says() {
    let outcome = probed(&compiled(standard::CUSTOMER_REFERRALS));
    assert!(outcome.decisions.iter().all(|decision| decision.verdict == Verdict::Accepted));
    let amounts = |rule: &str| -> Vec<String> {
        outcome.entries.iter().filter(|entry| entry.rule == rule).map(|entry| entry.amount.to_string()).collect()
    };
    let tiers = |bronze: &str, silver: &str, gold: &str| -> Vec<String> {
        [vec![bronze; 2], vec![silver; 3], vec![gold; 7]].concat().into_iter().map(str::to_owned).collect()
    };
    assert_eq!(amounts("qualified-credit"), tiers("200.00", "250.00", "300.00"));
    assert_eq!(amounts("closed-credit"), tiers("1000.00", "1500.00", "2000.00"));
    assert_eq!(amounts("gold-perks"), ["1"]);
    assert_eq!(amounts("first-year-discount"), vec!["2000.00"; 12]);
    let first = outcome.entries.iter().find(|entry| entry.rule == "qualified-credit").unwrap();
    // Saturday, 10 January; Monday the 19th is a holiday, but five business days end before.
    assert_eq!(first.due_on.unwrap().to_string(), "2026-01-16");
    assert_eq!(first.notify_by.unwrap().to_string(), "2026-01-11T05:00:00Z");
    let closed = outcome.entries.iter().find(|entry| entry.rule == "closed-credit").unwrap();
    assert_eq!(closed.due_on.unwrap().to_string(), "2026-02-19");
}

/// The playbook's numbers that no rule pays by, section by section.
#[test]
fn it_carries_the_other_numbers_of_the_playbook() {
    let program = compiled(standard::CUSTOMER_REFERRALS);
    let data = &program.versions[0].data;
    for (path, wanted) in [
        ("launch_readiness.happy_customers_at_least", "50"),
        ("launch_readiness.net_revenue_retention_above", "1"),
        ("launch_readiness.net_promoter_score_above", "30"),
        ("what_to_expect.share_of_new_revenue_at_least", "0.1"),
        ("what_to_expect.share_of_new_revenue_at_most", "0.3"),
        ("what_to_expect.referrals_a_year_if_ad_hoc_at_least", "5"),
        ("what_to_expect.referrals_a_year_if_ad_hoc_at_most", "10"),
        ("what_to_expect.referrals_a_year_if_systematic_at_least", "50"),
        ("what_to_expect.referrals_a_year_if_systematic_at_most", "200"),
        ("submission.required_fields_at_most", "4"),
        ("service_levels.first_contact_within_business_days", "2"),
        ("qualifying.timing.locked_in_with_a_competitor_months", "18"),
        ("metrics.regularly_is_referrals_a_year_at_least", "2"),
        ("good_looks_like.share_of_customers_who_refer_at_least", "0.1"),
        ("good_looks_like.share_of_customers_who_refer_at_most", "0.2"),
        ("good_looks_like.share_of_customers_who_refer_regularly_at_least", "0.02"),
        ("good_looks_like.share_of_customers_who_refer_regularly_at_most", "0.05"),
        ("good_looks_like.share_of_referrals_that_qualify_at_least", "0.3"),
        ("good_looks_like.share_of_referrals_that_qualify_at_most", "0.5"),
        ("good_looks_like.share_of_qualified_that_close_at_least", "0.2"),
        ("good_looks_like.share_of_qualified_that_close_at_most", "0.4"),
        ("good_looks_like.return_on_investment_at_least", "3"),
        ("good_looks_like.acquisition_cost_below_other_channels_at_least", "0.5"),
        ("good_looks_like.acquisition_cost_below_other_channels_at_most", "0.7"),
        ("good_looks_like.converts_times_better_than_other_leads_at_least", "3"),
        ("good_looks_like.converts_times_better_than_other_leads_at_most", "5"),
    ] {
        let found = data.get(path).and_then(Data::as_number).map(|number| number.to_string());
        assert_eq!(found.as_deref(), Some(wanted), "{path}");
    }
    let prizes = data.get("contest.prizes").map(Data::items).unwrap_or_default().iter();
    let credits: Vec<_> = prizes.map(|prize| prize.get("credit").and_then(Data::as_number)).collect();
    assert_eq!(credits, [Some(Number::from(5_000_i64)), Some(Number::from(2_000_i64)), None]);
    let sizes = [
        ("sales_checklist.questions", 6),
        ("messages", 5),
        ("monthly_digest.says", 4),
        ("taking_part.moments_to_ask", 6),
        ("reminders", 3),
        ("qualifying.fit.all_of", 5),
        ("qualifying.real.strong_signals", 4),
        ("qualifying.real.red_flags", 4),
        ("qualifying.timing.good", 4),
        ("qualifying.timing.bad", 4),
        ("qualifying.introduction.strong", 5),
        ("qualifying.introduction.weak", 5),
    ];
    for (path, size) in sizes {
        assert_eq!(data.get(path).map(|list| list.items().len()), Some(size), "{path}");
    }
    // What is measured, and against what: the ends come from the data.
    let metrics = &program.versions[0].metrics;
    let metric = |id: &str| metrics.iter().find(|metric| metric.id == id).unwrap_or_else(|| panic!("{id}"));
    for id in ["submitted", "qualified", "referrals-per-active-customer", "opportunity-rate", "overall-rate"] {
        assert!(metric(id).remedies.is_empty(), "{id}");
    }
    let bounds = |id: &str| {
        let metric = metric(id);
        let shown = |bound: Option<Number>| bound.map(|bound| bound.to_string()).unwrap_or_default();
        (shown(metric.at_least), shown(metric.at_most), metric.remedies.len())
    };
    for (id, least, most, remedies) in [
        ("referrals-a-year", "50", "", 5),
        ("qualification-rate", "0.3", "0.5", 3),
        ("close-rate", "0.2", "0.4", 4),
        ("share-who-refer", "0.1", "0.2", 5),
        ("share-who-refer-regularly", "0.02", "0.05", 5),
        ("share-of-new-revenue", "0.1", "0.3", 0),
        ("return-on-investment", "3", "", 0),
        ("acquisition-cost-against-other-channels", "0.3", "0.5", 0),
        ("conversion-against-other-leads", "3", "5", 0),
    ] {
        assert_eq!(bounds(id), (least.to_owned(), most.to_owned(), remedies), "{id}");
    }
    // The form requires what the rule requires, and no more than the playbook allows.
    let fields: Vec<&str> =
        data.get("submission.required_fields").unwrap().items().iter().filter_map(Data::as_text).collect();
    let conditions: Vec<String> = fields.iter().map(|field| format!("\"has(referee.{field})\"")).collect();
    let rule = format!("code    = \"required-fields\"\nrequire = [{}]\n", conditions.join(", "));
    assert!(standard::CUSTOMER_REFERRALS.contains(&rule), "{rule}");
    assert!(fields.len() <= 4);
}

#[test]
fn every_alternative_compiles_and_gives_something() {
    let standard = compiled(standard::CUSTOMER_REFERRALS);
    let alternatives = standard::alternatives(standard::CUSTOMER_REFERRALS);
    let names: Vec<&str> = alternatives.iter().map(|alternative| alternative.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "flat-credit",
            "cash",
            "gift-card",
            "renewal-discount",
            "at-close-only",
            "at-qualification-only",
            "yearly-limit",
            "smaller-discount",
            "extended-trial",
            "free-onboarding",
            "exclusive-offer",
            "double-rewards-month",
            "finance-month",
            "year-end-push",
            "product-launch",
            "canada",
        ]
    );
    for alternative in alternatives {
        let name = alternative.name.as_str();
        let program = compiled(&standard::choose(standard::CUSTOMER_REFERRALS, &[name]).unwrap());
        let Outcome { decisions, entries } = probed(&program);
        for gone in &alternative.instead_of {
            assert!(standard.reward_ids.contains(gone) && !program.reward_ids.contains(gone), "{name}: {gone}");
        }
        let mut fresh = 0;
        for reward in program.reward_ids.iter().filter(|id| !standard.reward_ids.contains(id)) {
            let gives = |entry: &&Entry| entry.rule == *reward && !entry.amount.is_zero();
            assert!(entries.iter().any(|entry| gives(&entry)), "{name}: {reward} gives nothing");
            fresh += 1;
        }
        for campaign in &program.campaign_ids {
            assert!(
                entries.iter().any(|entry| entry.campaigns.contains(campaign)),
                "{name}: {campaign} touches nothing"
            );
            fresh += 1;
        }
        for limit in program.limit_ids.iter().filter(|id| !standard.limit_ids.contains(id)) {
            assert!(decisions.iter().any(|decision| decision.limits.contains(limit)), "{name}: {limit} cuts nothing");
            fresh += 1;
        }
        assert!(fresh > 0, "{name} adds nothing");
    }
    let commented = standard::CUSTOMER_REFERRALS.lines().filter(|line| line.starts_with("# | [[")).count();
    let program = standard::alternatives(standard::CUSTOMER_REFERRALS).iter().fold(0, |sum, alternative| {
        let chosen = standard::choose(standard::CUSTOMER_REFERRALS, &[&alternative.name]).unwrap();
        sum + commented - chosen.lines().filter(|line| line.starts_with("# | [[")).count()
    });
    assert_eq!(program, commented, "some commented block belongs to no alternative");
}

#[test]
fn an_unknown_alternative_is_told_what_there_is() {
    let fault = standard::choose(standard::CUSTOMER_REFERRALS, &["csah"]).unwrap_err();
    assert_eq!(fault.to_string(), "there is no alternative `csah`: did you mean `cash`?");
}

#[test]
fn the_example_book_shows_every_outcome() {
    let program = compiled(standard::CUSTOMER_REFERRALS);
    let book = example(&program);
    let as_of = program.zone.last_instant(referral_rules::base::Day::parse(standard::EXAMPLE_BOOK.as_of).unwrap());
    let evaluation = referral_rules::evaluate(&program, &book, as_of, Default::default()).unwrap();
    let decisions: Vec<Decision> = evaluation.decisions().collect();
    let has = |what: &str, found: BTreeSet<String>, wanted: &[&str]| {
        for word in wanted {
            assert!(found.contains(*word), "no {what} `{word}` among {found:?}");
        }
    };
    let stages = decisions.iter().map(|decision| decision.stage.clone()).collect();
    let every = ["submitted", "qualified", "opportunity", "closed", "disqualified", "lost", "nurture", "expired"];
    has("stage", stages, &every);

    let reasons: BTreeSet<String> =
        decisions.iter().flat_map(|decision| &decision.reasons).map(|reason| reason.code.clone()).collect();
    let codes: Vec<&str> = program.versions[0].requirements.iter().map(|one| one.code.as_str()).collect();
    has("reason", reasons.clone(), &codes);
    let built_in = ["duplicate", "unknown-referrer", "missing-referrer", "not-in-force", "conflicting-copies"];
    has("reason", reasons, &built_in);
    assert!(decisions.iter().any(|decision| decision.reasons.len() == 7 && decision.reasons[0].line > 0));
    let missing =
        |decision: &Decision| decision.reasons.iter().flat_map(|one| &one.operands).any(|one| one.actual == "missing");
    assert!(decisions.iter().any(|decision| decision.version == "2026-01" && missing(decision)));

    let entries: Vec<Entry> = evaluation.ledger().collect();
    has(
        "tier",
        entries.iter().flat_map(|entry| &entry.tiers).map(|tier| tier.level.clone()).collect(),
        &["bronze", "silver", "gold"],
    );
    has(
        "rule",
        entries.iter().map(|entry| entry.rule.clone()).collect(),
        &["qualified-credit", "closed-credit", "gold-perks", "first-year-discount"],
    );
    assert!(
        entries.iter().any(|entry| entry.correction && entry.amount.is_sign_positive()),
        "a tier that late news shifted"
    );
    assert!(entries.iter().any(|entry| entry.correction && entry.amount.is_sign_negative()), "a reversal");
    assert!(entries.iter().any(|entry| !entry.correction && entry.booked_at > entry.earned_at), "a late first entry");

    let positions = evaluation.positions();
    has("state", positions.iter().map(|one| one.state.clone()).collect(), &["payable", "paid", "reversed"]);
    has(
        "promise to pay",
        positions.iter().map(|one| one.pay.clone()).collect(),
        &["due", "met", "met late", "overdue"],
    );
    has(
        "promise to tell",
        positions.iter().map(|one| one.notify.clone()).collect(),
        &["due", "met", "met late", "overdue"],
    );
    has(
        "not granted",
        decisions.iter().flat_map(|one| &one.not_granted).map(|one| one.code.clone()).collect(),
        &["condition-not-met", "missing-fact"],
    );
    let found = evaluation.findings().iter().map(|finding| finding.code.slug().to_owned()).collect();
    let findings = [
        "bad-cell",
        "missing-moment",
        "unknown-referral",
        "unknown-event-kind",
        "conflicting-copies",
        "before-submission",
        "repeated-stage",
        "impossible-stage",
    ];
    has("finding", found, &findings);
    // The same identical row and the same identical event count once; a claim that ran out lets the next one in.
    assert_eq!(decisions.iter().filter(|decision| decision.referral == "R-702").count(), 1);
    for (referral, why) in [
        (
            "R-108",
            "now nurture (as of the end of 2026-11-16, America/New_York). Why: re_engage_on 2027-01-15, reason 'budget frozen until January'.",
        ),
        ("R-204", "Why: reason 'bound to another supplier for 18 months'."),
    ] {
        let text = referral_rules::report::explain::referral(&evaluation, referral).unwrap();
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains(why), "{referral}: {text}");
    }
    assert_eq!(entries.iter().filter(|entry| entry.referral == "R-206").count(), 1);
    assert_eq!(evaluation.decision("R-207").unwrap().verdict, Verdict::Accepted);
}

#[test]
fn the_example_book_names_nobody_real() {
    let example = standard::EXAMPLE_BOOK;
    for text in [example.accounts, example.referrals] {
        for address in text.split([',', '\n']).filter(|cell| cell.contains('@')) {
            assert!(address.ends_with(".example"), "{address}");
        }
    }
}

#[test]
fn the_ledger_of_the_example_only_grows() {
    let program = compiled(standard::CUSTOMER_REFERRALS);
    let book = example(&program);
    let mut before: Vec<String> = Vec::new();
    for month in 1..=11 {
        let day = referral_rules::base::Day::from_ymd(2026, month, 21).unwrap();
        let as_of = program.zone.last_instant(day);
        let evaluation = referral_rules::evaluate(&program, &book, as_of, Default::default()).unwrap();
        let now: Vec<String> = evaluation.ledger().map(|entry| format!("{} {}", entry.id, entry.amount)).collect();
        assert_eq!(before, now.get(..before.len()).unwrap_or_default(), "as of {day}");
        before = now;
    }
}
