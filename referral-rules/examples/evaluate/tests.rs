//! What the command prints, and how it fails.
use super::{Answer, Arguments, answer, read};
use referral_rules::Options;
use referral_rules::program::{Program, standard};
use referral_rules::report::explain;
use std::path::PathBuf;

fn called(arguments: &[&str]) -> Answer {
    answer(arguments.iter().map(|argument| (*argument).to_owned()))
}

fn printed(arguments: &[&str]) -> String {
    let answer = called(arguments);
    assert_eq!((answer.code, answer.err.as_str()), (0, ""));
    for line in answer.out.lines() {
        assert!(line.chars().count() <= 120, "too long: {line}");
    }
    let (text, fingerprint) = answer.out.rsplit_once("Fingerprint ").unwrap_or((&answer.out, ""));
    assert!(fingerprint.is_empty() || fingerprint.trim_end().len() == 64, "{fingerprint}");
    text.to_owned()
}

/// A file that is gone when the test is over.
struct File(PathBuf);

impl File {
    fn new(name: &str, text: &str) -> Self {
        let path = std::env::temp_dir().join(format!("evaluate-{}-{name}", std::process::id()));
        std::fs::write(&path, text).unwrap();
        Self(path)
    }

    fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

#[test]
fn the_example_is_printed_for_people() {
    insta::assert_snapshot!("example", printed(&[]));
}

#[test]
fn the_partner_program_is_printed_with_its_own_book() {
    insta::assert_snapshot!("partners", printed(&["--program", "partner-referrals"]));
    let flat = printed(&["--program=partner-referrals", "--alternative", "flat-share", "--explain", "P-104"]);
    assert!(flat.contains("18,000 USD = data.share.at_least * event.first_year_revenue"), "{flat}");
}

#[test]
fn a_referral_that_late_news_corrected_is_explained() {
    insta::assert_snapshot!("late_news", printed(&["--explain", "R-203"]));
}

#[test]
fn a_refused_referral_is_explained() {
    insta::assert_snapshot!("refused", printed(&["--explain", "R-402", "--explain", "R-503"]));
}

#[test]
fn an_entry_and_a_referrer_are_explained() {
    let entry = "customer-referrals/qualified-credit/R-205/qualified:E-205-1/referrer:heron/2";
    insta::assert_snapshot!("entry_and_referrer", printed(&["--explain", entry, "--explain", "maple"]));
}

#[test]
fn steps_of_campaigns_and_limits_are_explained() {
    let chosen = standard::choose(standard::CUSTOMER_REFERRALS, &["yearly-limit", "product-launch", "canada"]).unwrap();
    let document = chosen
        .replace("\"calendar year\"", "\"calendar quarter\"")
        .replace("20_000", "1_500")
        .replace("over_limit = \"pay what fits\"", "over_limit = \"pay later\"");
    let (program, _) = Program::from_toml(&document).unwrap();
    let arguments = Arguments::default();
    let as_of = read::as_of(&arguments, &program).ok().unwrap();
    let book = read::book(&arguments, &program).ok().unwrap();
    let evaluation = referral_rules::evaluate(&program, &book, as_of, Options::default()).unwrap();
    let explained = ["R-103", "R-106"].map(|id| explain::referral(&evaluation, id).unwrap());
    insta::assert_snapshot!("steps", explained.join("\n"));
}

#[test]
fn json_holds_the_whole_answer() {
    let answer: serde_json::Value = serde_json::from_str(&called(&["--json"]).out).unwrap();
    for key in ["decisions", "entries", "positions", "balances", "findings"] {
        assert!(answer[key].as_array().is_some_and(|rows| !rows.is_empty()), "{key}");
    }
    assert!(called(&[]).out.contains(answer["fingerprint"].as_str().unwrap()));
}

#[test]
fn own_files_are_read() {
    let referrals =
        File::new("referrals.csv", "id,referrer,submitted_at,qualified_at\nR-1,ada,2026-03-02,2026-03-05\n");
    let events = File::new("events.json", r#"[{"id": "E-1", "referral": "R-1", "kind": "lost", "at": "2026-03-06"}]"#);
    let program = File::new(
        "own.json",
        r#"{"schema":1,"id":"acme","version":"1","in_force":{"first_day":"2026-01-01"},"currency":"USD","time_zone":"UTC",
           "reward":[{"id":"thanks","to":"referrer","on":"qualified","kind":"cash","amount":200,"pay_within":"30 days"}]}"#,
    );
    let own = ["--program", program.path(), "--referrals", referrals.path()];
    let out = printed(&[&own[..], &["--events", events.path(), "--as-of", "2026-03-31", "--explain", "R-1"]].concat());
    assert!(out.contains("Accepted, now lost"), "{out}");
    let out = printed(&[&own[..], &["--as-of", "2026-03-31"]].concat());
    assert!(out.contains("2026-03-05  R-1       thanks  200.00 USD"), "{out}");
    let earlier = printed(&[&own[..], &["--as-of=2026-03-04T23:59:59Z"]].concat());
    assert!(earlier.contains("0 entries in the ledger"), "{earlier}");
}

#[test]
fn warnings_go_beside_the_answer() {
    let program = File::new(
        "doubtful.toml",
        "schema = 1\nid = \"acme\"\nversion = \"1\"\nin_force = { first_day = 2026-01-01 }\ncurrency = \"USD\"\n\
         time_zone = \"UTC\"\n[[reward]]\nid = \"thanks\"\nto = \"referrer\"\non = \"qualified\"\n\
         when = \"qualified_count >= 0\"\nkind = \"cash\"\namount = 200\n",
    );
    let answer = called(&["--program", program.path(), "--as-of", "2026-03-31"]);
    assert_eq!(answer.code, 0, "{}", answer.err);
    assert!(answer.out.contains("Fingerprint "), "{}", answer.out);
    for told in [
        "warning[no-due-date]: the reward `thanks` does not say by when it is paid",
        "8 | id = \"thanks\"\n  |      ^^^^^^^^",
        "= help: write `pay_within`, such as `pay_within = \"30 days\"`",
        "warning[always-true]: `qualified_count >= 0` is always true",
    ] {
        assert!(answer.err.contains(told), "{told}\n{}", answer.err);
    }
}

#[test]
fn a_wrong_program_is_marked_at_its_place() {
    let program = File::new("wrong.toml", "schema = 1\nid = \"acme\"\ncurency = \"USD\"\n");
    let answer = called(&["--program", program.path()]);
    assert_eq!((answer.code, answer.out.as_str()), (1, ""));
    assert!(answer.err.contains("3 | curency = \"USD\"\n  | ^^^^^^^"), "{}", answer.err);
    assert!(answer.err.contains("did you mean `currency`?"), "{}", answer.err);
}

#[test]
fn wrong_files_and_wrong_calls_have_exit_codes() {
    let text = File::new("notes.txt", "");
    let twice = File::new("twice.csv", "id,id\n");
    let open = File::new("open.json", "[{\"id\": 1}");
    for (code, arguments, message) in [
        (1, vec!["--program", "nowhere.toml"], "nowhere.toml"),
        (1, vec!["--referrals", twice.path(), "--as-of", "2026-03-31"], "the column `id` stands twice"),
        (1, vec!["--referrals", open.path(), "--as-of", "2026-03-31"], "1 | [{\"id\": 1}"),
        (1, vec!["--explain", "R-000"], "`R-000` is no referral, entry or referrer"),
        (2, vec!["--speed"], "`--speed` is no option"),
        (2, vec!["--as-of"], "`--as-of` needs a value"),
        (2, vec!["--as-of", "tomorrow"], "`tomorrow` is no moment"),
        (2, vec!["--as-of", "2026-01-01", "--as-of", "2026-01-02"], "given twice"),
        (2, vec!["--referrals", twice.path()], "say as of when"),
        (2, vec!["--events", text.path(), "--as-of", "2026-03-31"], "is neither .csv nor .json"),
        (2, vec!["--program", text.path()], "is neither .toml nor .json"),
        (2, vec!["--alternative", "csah"], "did you mean `cash`?"),
        (2, vec!["--json", "--explain", "R-101"], "leave `--json` out"),
    ] {
        let answer = called(&arguments);
        assert_eq!((answer.code, answer.out.as_str()), (code, ""), "{arguments:?}");
        assert!(answer.err.contains(message), "{arguments:?}: {}", answer.err);
    }
    assert!(printed(&["--help"]).starts_with("usage: evaluate"));
}
