//! The papers for people say what the code does: the reference of the document, the README and the example beside them.
#![allow(clippy::unwrap_used, clippy::panic, clippy::arithmetic_side_effects, reason = "a test: a panic is a failure")]
#[path = "reference/schema.rs"]
mod schema;

use referral_rules::base::limits::LIMITS;
use referral_rules::base::{Calendar, Day};
use referral_rules::book::{Book, Given, GivenTable};
use referral_rules::diag::render;
use referral_rules::evaluation::Evaluation;
use referral_rules::program::document::{keys, words};
use referral_rules::program::lint::LINTS;
use referral_rules::program::{Notation, Program, SourceText, standard};
use referral_rules::report::{explain, summary};
use referral_rules::{Options, evaluate, wire};
use referral_tests::papers::{Block, Paper, fits};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// What a fragment is appended to.
const HEADER: &str = "schema = 1\nid = \"acme\"\nversion = \"1\"\nin_force = { first_day = 2026-01-01 }\n\
                      currency = \"USD\"\ntime_zone = \"UTC\"\n";

fn reference() -> Paper {
    Paper::read("docs/document.md")
}

/// The section of the reference that a path of keys is in.
fn section_of(path: &str) -> &str {
    match path {
        "" => "The header",
        "in_force"
        | "tiers.levels"
        | "tables.<name>.bands"
        | "campaign.goal"
        | "contest.prizes"
        | "assessment.item"
        | "assessment.verdict"
        | "content.best"
        | "metric.numerator"
        | "metric.good" => path,
        "metric.numerator.count" | "metric.numerator.over" | "metric.numerator.at" => "metric.numerator",
        "notice.text.<name>" => "notice.text",
        "in_force.under_way" => "in_force",
        "reward.to.account" => "reward.to",
        "event.kind" => "[[event]]",
        "event.after" => "Lengths of time",
        "rounding" => "Rounding",
        "limit.in_each" => "Periods",
        "reward.kind" | "contest.prizes.kind" => "Kinds of reward",
        "contest.prizes.pay_within" | "contest.prizes.counted_from" => "contest.prizes",
        "tables.<name>" => "[tables.<name>]",
        "lists.<name>" | "lists.from" => "lists.<name>",
        _ => match path.split('.').next().unwrap_or(path) {
            "as_of" => "[as_of]",
            "calendar" => "[calendar]",
            "facts" => "[facts]",
            "event" => "[[event]]",
            "eligibility" => "[[eligibility]]",
            "attribution" => "[attribution]",
            "measures" => "[measures.<name>]",
            "tiers" => "[tiers]",
            "reward" => "[[reward]]",
            "campaign" => "[[campaign]]",
            "group" => "[[group]]",
            "limit" => "[[limit]]",
            "payout" => "[[payout]]",
            "reversal" => "[[reversal]]",
            "assessment" => "[[assessment]]",
            "contest" => "[[contest]]",
            "notice" => "[[notice]]",
            "content" => "[[content]]",
            "metric" => "[[metric]]",
            "dashboard" => "[dashboard]",
            other => panic!("where is `{other}` described?"),
        },
    }
}

#[test]
fn every_key_has_its_row_and_every_row_its_key() {
    let reference = reference();
    for keys in keys() {
        let rows = reference.table(section_of(keys.path), "key").into_iter().map(|row| row[0].clone());
        let written: Vec<String> = rows.filter(|key| key.starts_with('`')).collect();
        let wanted: Vec<String> = keys.keys.iter().map(|key| format!("`{key}`")).collect();
        assert_eq!(written, wanted, "keys of {}", keys.title);
    }
}

#[test]
fn every_word_is_in_its_section() {
    let reference = reference();
    for (path, words) in words() {
        let section = reference.section(section_of(path));
        for word in words {
            assert!(
                section.contains(&format!("`{word}`")) || section.contains(&format!("\"{word}\"")),
                "{path}: {word}"
            );
        }
    }
}

#[test]
fn every_warning_is_there() {
    let reference = reference();
    let written = reference.table("Warnings", "warning");
    let wanted: Vec<Vec<String>> =
        LINTS.iter().map(|lint| vec![format!("`{}`", lint.code.slug()), lint.when.to_owned()]).collect();
    if written != wanted {
        let rows: Vec<String> = wanted.iter().map(|row| format!("| {} |", row.join(" | "))).collect();
        panic!("the table of warnings must be:\n{}", rows.join("\n"));
    }
}

#[test]
fn every_limit_of_size_is_there() {
    let reference = reference();
    let written = reference.table("Limits of size", "limit");
    let wanted: Vec<Vec<String>> = LIMITS
        .iter()
        .map(|limit| vec![format!("`{}`", limit.name), grouped(limit.value), limit.meaning.to_owned()])
        .collect();
    if written != wanted {
        let rows: Vec<String> = wanted.iter().map(|row| format!("| {} |", row.join(" | "))).collect();
        panic!("the table of limits must be:\n{}", rows.join("\n"));
    }
}

fn grouped(value: u64) -> String {
    let digits = value.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[test]
fn every_piece_of_a_document_compiles() {
    let mut found = 0;
    for paper in [reference(), Paper::read("README.md"), Paper::read("docs/functions.md")] {
        for block in paper.blocks() {
            let text = match block.info.as_str() {
                "toml" => block.text.clone(),
                "toml,fragment" => format!("{HEADER}{}", block.text),
                _ => continue,
            };
            found += 1;
            match Program::from_toml(&text) {
                Ok((_, mut warnings)) => {
                    // A fragment shows one form; what a whole program does beside it is not there.
                    warnings.retain(|warning| {
                        let code = warning.code.slug();
                        block.info == "toml" || !(code == "no-due-date" || code.starts_with("unused-"))
                    });
                    assert!(warnings.is_empty(), "{}:{}\n{}", paper.name, block.line, render(&warnings, "", &text));
                }
                Err(faults) => panic!("{}:{} does not compile:\n{faults}", paper.name, block.line),
            }
        }
    }
    assert!(found >= 14, "only {found} pieces found");
}

/// A program with a fact of every owner, a further kind, a table and a ladder; `body` comes last.
fn program_with(body: &str) -> Result<Program, String> {
    let text = format!(
        "{HEADER}[facts.account]\nfact = \"int\"\n[facts.referral]\nfact = \"int\"\n[facts.event]\nfact = \"int\"\n[facts.company]\nfact = \"int\"\n\
         [lists]\nname = [1]\n[data]\nkey = true\n[tiers]\nby = \"qualified_count\"\nlevels = [{{ name = \"low\", at_least = 1 }}]\n\
         [tables.table]\nby = \"referrer.id\"\nkey = 1\n[[event]]\nkind = \"visit\"\n\
         [measures.measure]\nis = \"count\"\non = \"visit\"\n{body}"
    );
    Program::from_toml(&text).map(|(program, _)| program).map_err(|faults| faults.to_string())
}

#[test]
fn names_are_known_where_the_page_says() {
    let reference = reference();
    let rows = reference.table("Names", "name");
    assert!(rows.len() > 15);
    for row in rows {
        let name = row[0].trim_matches('`').replace("<tier ladder>", "tier").replace("[key]", "['key']");
        let name = name.replace("<kind>", "visit").replace(['<', '>'], "");
        // Anything but a list or a text out of a closed set is a key of its own.
        let source = if name.starts_with("lists.") { format!("size({name})") } else { name.clone() };
        let event = format!(
            "[[reward]]\nid = \"r\"\nto = \"referrer\"\non = \"visit\"\nkind = \"perk\"\nwhen = \"{source} == {source}\"\n"
        );
        let submission = format!("[attribution]\nsame_referee_when = [\"{source}\"]\n");
        let hold = format!(
            "{}hold_while = \"{source} == {source}\"\n",
            event.replace(&format!("when = \"{source} == {source}\"\n"), "")
        );
        let asked = format!("[[fraud]]\ncode = \"c\"\nmessage = \"m\"\nrequire = \"{source} == {source}\"\n");
        for (place, body, wanted) in
            [("at an event", &event, row[2] != "requirements only"), ("in a requirement", &asked, row[2] != "no")]
        {
            let known = program_with(body);
            assert_eq!(known.is_ok(), wanted, "{name} {place}: {:?}", known.err());
        }
        for (place, body) in [("at submission", submission), ("in hold_while", hold)] {
            let known = program_with(&body);
            assert_eq!(known.is_ok(), row[2] == "yes", "{name} {place}: {:?}", known.err());
        }
        if !row[1].starts_with(['a', 'o', 'l']) && row[2] != "requirements only" {
            let is = format!("[[limit]]\nid = \"l\"\nat_most = 1\nwhen = \"{name} == 'no {}'\"\n", row[1]);
            let told = program_with(&is).err().unwrap_or_default();
            assert!(row[1] == "text" || told.contains(&format!("does not take {} and text", row[1])), "{name}: {told}");
        }
    }
}

#[test]
fn every_column_is_read_and_no_other() {
    let reference = reference();
    let program = program_with("").unwrap();
    for table in Given::NAMES {
        let mut columns: Vec<String> = Vec::new();
        for row in reference.table(table, "column") {
            // Of two spellings the first is taken: both at once would be one column too many.
            let name = row[0].split(" or ").next().unwrap_or_default().trim_matches('`').to_owned();
            let name = name.replace("<kind>", "visit");
            columns.push(match name.split_once('<') {
                Some((before, _)) => format!("{before}fact"),
                None => name,
            });
        }
        assert!(columns.len() >= 2, "{table}");
        let findings = |columns: &[String]| -> Vec<String> {
            let table = |name: &str| {
                (name == table).then(|| GivenTable::from_csv(&format!("{}\n", columns.join(","))).unwrap())
            };
            let given = Given {
                accounts: table("accounts"),
                referrals: table("referrals").unwrap_or_default(),
                events: table("events").unwrap_or_default(),
                confirmations: table("confirmations").unwrap_or_default(),
                booked: table("booked").unwrap_or_default(),
                opening_balances: table("opening_balances").unwrap_or_default(),
                rates: table("rates").unwrap_or_default(),
                lists: table("lists").unwrap_or_default(),
                company: table("company").unwrap_or_default(),
                notified: table("notified").unwrap_or_default(),
                figures: table("figures").unwrap_or_default(),
            };
            Book::new(&program, &given).findings.into_iter().map(|finding| finding.message).collect()
        };
        assert_eq!(findings(&columns), [""; 0], "{table}");
        columns.push("odd".to_owned());
        let wanted =
            if table == "booked" { Vec::new() } else { vec!["the column `odd` is not used by the program".to_owned()] };
        assert_eq!(findings(&columns), wanted, "{table}");
    }
}

/// The answer of the first program as JSON.
fn first_answer() -> Value {
    let csv = |name: &str| {
        let text = Paper::read(&format!("{FIRST}/{name}.csv")).text;
        let mut lines = text.lines();
        let header: Vec<&str> = lines.next().unwrap().split(',').collect();
        let rows = lines.map(|line| {
            let cells = header.iter().zip(line.split(',')).filter(|(_, cell)| !cell.is_empty());
            Value::Object(cells.map(|(name, cell)| ((*name).to_owned(), json!(cell))).collect())
        });
        Value::Array(rows.collect())
    };
    let request = json!({
        "program": Paper::read(&format!("{FIRST}/program.toml")).text,
        "book": {"accounts": csv("accounts"), "referrals": csv("referrals"), "confirmations": csv("confirmations"),
                 "events": [{"id": "E-1", "referral": "R-0", "kind": "closed", "at": "2026-01-01"}]},
        "as_of": FIRST_AS_OF,
        "answer": ["decisions", "entries", "ledger", "positions", "balances", "findings"],
    });
    serde_json::from_str(&wire::evaluate_json(&request.to_string())).unwrap()
}

/// An answer with a ladder, a payout, a campaign with a goal, and a reward that is still to come.
fn outlook_answer() -> Value {
    let program = format!(
        "{HEADER}[tiers]\nby = \"qualified_count\"\nlevels = [{{ name = \"low\", at_least = 1 }}]\n[[reward]]\nid = \"r\"\n\
         to = \"referrer\"\non = \"qualified\"\nkind = \"perk\"\n[[campaign]]\nid = \"c\"\nfirst_day = 2026-01-01\n\
         last_day = 2026-01-31\nreward_times = 2\ngoal = {{ at_least = 1, on = \"qualified\" }}\n[[reward]]\nid = \"s\"\n\
         to = \"referrer\"\non = \"submitted\"\nkind = \"cash\"\namount = 1\n[[payout]]\nid = \"p\"\n[lists]\nfree = {{ from = \"public mail providers\" }}\n\
         [[assessment]]\nid = \"a\"\nof = \"company\"\nitem = [{{ code = \"i\", require = \"1 > 2\", message = \"m\" }}]\nverdict = [{{ name = \"v\" }}]\n\
         [measures.brought]\nis = \"count\"\non = \"submitted\"\nin_each = \"calendar month\"\n[[contest]]\nid = \"month\"\nby = \"brought\"\n\
         ties = \"share\"\nprizes = [{{ id = \"first\", place = 1, kind = \"perk\" }}]\n\
         [[notice]]\nid = \"n\"\nto = \"referrer\"\non = \"submitted\"\ntext.en.body = \"x\"\n\
         [[content]]\nid = \"t\"\nof = \"company\"\ntext.en.body = \"x\"\n\
         [[metric]]\nid = \"m\"\nnumerator = {{ count = \"referrals\" }}\ngood = {{ at_least = 2 }}\n[dashboard]\nfigures = [\"m\"]\n"
    );
    let request = json!({
        "program": program,
        "book": {"referrals": [{"id": "R-1", "referrer": "ada", "submitted_at": "2026-01-02"}]},
        "as_of": "2026-01-03",
        "answer": ["payouts", "standings", "leaderboard", "outlook", "campaigns", "lists", "assessments", "notices", "contents", "metrics", "diagnosis", "dashboard", "digest"],
    });
    serde_json::from_str(&wire::evaluate_json(&request.to_string())).unwrap()
}

#[test]
fn the_columns_of_the_answer_are_on_the_page() {
    let (first, outlook) = (first_answer(), outlook_answer());
    let reference = reference();
    let rows = reference.table("The answer", "table");
    let no_tables = ["warnings", "fingerprint", "ledger", "summary"];
    let parts: Vec<&str> = wire::PARTS.iter().copied().filter(|part| !no_tables.contains(part)).collect();
    assert_eq!(rows.len(), parts.len());
    for (part, row) in parts.into_iter().zip(rows) {
        assert!(row[0].starts_with(&format!("`{part}`")), "{part}");
        let answer = if outlook.get(part).is_some() { &outlook } else { &first };
        let first = answer[part][0].as_object().unwrap_or_else(|| panic!("no {part} in {answer}"));
        let written: BTreeSet<&str> = row[1].split('`').skip(1).step_by(2).collect();
        for column in first.keys() {
            assert!(written.contains(column.as_str()), "{part}: {column}");
        }
    }
}

/// Where the program lies that the README explains.
const FIRST: &str = "referral-rules/examples/first";
const FIRST_AS_OF: &str = "2026-04-30";

fn first_program() -> Program {
    let text = Paper::read(&format!("{FIRST}/program.toml")).text;
    Program::from_toml(&text).map(|(program, _)| program).unwrap_or_else(|faults| panic!("{faults}"))
}

fn with_first<T>(work: impl FnOnce(&Evaluation<'_>) -> T) -> T {
    let program = first_program();
    let table = |name: &str| GivenTable::from_csv(&Paper::read(&format!("{FIRST}/{name}.csv")).text).unwrap();
    let given = Given {
        accounts: Some(table("accounts")),
        referrals: table("referrals"),
        confirmations: table("confirmations"),
        ..Given::default()
    };
    let book = Book::new(&program, &given);
    let as_of = program.zone.last_instant(Day::parse(FIRST_AS_OF).unwrap());
    work(&evaluate(&program, &book, as_of, Options::default()).unwrap())
}

/// What the command prints on the standard program and its example book.
fn example_summary() -> String {
    let source =
        SourceText { name: "customer-referrals.toml", text: standard::CUSTOMER_REFERRALS, notation: Notation::Toml };
    let (program, _) = Program::from_sources(&[source]).unwrap();
    let example = standard::EXAMPLE_BOOK;
    let given = Given::from_csv(example.tables()).unwrap();
    let book = Book::new(&program, &given);
    let as_of = program.zone.last_instant(Day::parse(example.as_of).unwrap());
    summary(&evaluate(&program, &book, as_of, Options::default()).unwrap())
}

#[test]
fn the_readme_shows_the_files_and_what_comes_of_them() {
    let readme = Paper::read("README.md");
    let files: Vec<String> = ["program.toml", "accounts.csv", "referrals.csv", "confirmations.csv"]
        .iter()
        .map(|name| Paper::read(&format!("{FIRST}/{name}")).text)
        .collect();
    let shown = |text: &str| readme.blocks().iter().any(|block| block.text == text);
    assert!(files.iter().all(|text| shown(text)), "the README does not show the files of {FIRST}");
    let explained = with_first(|evaluation| explain::referral(evaluation, "R-4").unwrap());
    let refused = with_first(|evaluation| explain::referral(evaluation, "R-3").unwrap());
    let printed = [example_summary(), with_first(summary), explained, refused];
    let mut found = 0;
    for block in readme.blocks().iter().filter(|block| block.info == "text") {
        let wrong = readme.blocks().iter().any(|wrong| wrong.info == "toml,wrong" && wrong.next == block.line);
        if !wrong {
            found += 1;
            let text = &block.text;
            assert!(printed.iter().any(|whole| fits(whole, text)), "README.md:{} is not printed:\n{text}", block.line);
        }
    }
    assert!(found >= 2, "{found}");
}

#[test]
fn a_wrong_document_is_told_as_the_readme_shows() {
    let readme = Paper::read("README.md");
    let blocks = readme.blocks();
    let wrong: Vec<&Block> = blocks.iter().filter(|block| block.info == "toml,wrong").collect();
    assert!(!wrong.is_empty());
    for block in wrong {
        let told = Program::from_toml(&block.text).err().map(|faults| format!("{faults}\n")).unwrap_or_default();
        let shown = blocks.iter().find(|other| other.line == block.next).map(|other| other.text.as_str());
        assert_eq!(shown, Some(told.as_str()), "README.md:{}", block.line);
    }
}

#[test]
fn requests_in_json_get_the_answers_shown() {
    let readme = Paper::read("README.md");
    let blocks = readme.blocks();
    let requests: Vec<&Block> = blocks.iter().filter(|block| block.info == "json,request").collect();
    assert!(!requests.is_empty());
    for request in requests {
        let answer: Value = serde_json::from_str(&wire::evaluate_json(&request.text)).unwrap();
        let shown = blocks.iter().find(|other| other.line == request.next).unwrap();
        let shown: Value = serde_json::from_str(&shown.text).unwrap();
        for (key, value) in shown.as_object().unwrap() {
            assert_eq!(answer.get(key), Some(value), "README.md:{}: {answer}", request.line);
        }
    }
}

#[test]
fn the_piece_of_c_is_that_of_the_example() {
    let example = Paper::read("referral-ffi/examples/evaluate.c").text;
    let readme = Paper::read("README.md");
    let blocks = readme.blocks();
    let pieces: Vec<&Block> = blocks.iter().filter(|block| block.info == "c").collect();
    assert!(!pieces.is_empty());
    for piece in pieces {
        assert!(fits(&example, &piece.text), "README.md:{} is not in referral-ffi/examples/evaluate.c", piece.line);
    }
}

#[test]
fn every_file_that_a_paper_names_is_there() {
    for name in ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "DESIGN.md", "docs/document.md", "docs/functions.md"] {
        let paper = Paper::read(name);
        // DESIGN.md speaks of folders by their names alone; what is built may lie anywhere.
        let built = |path: &String| path.starts_with("target/");
        for path in paper.paths().into_iter().filter(|path| name != "DESIGN.md" && !built(path)) {
            assert!(Paper::exists(&path), "{name} names {path}, which is not there");
        }
        for (target, text) in paper.links() {
            let beside = name.rsplit_once('/').map_or("", |(folder, _)| folder);
            assert!(Paper::has_target(beside, name, &target), "{name}: the link [{text}]({target}) leads nowhere");
        }
        for word in ["session", "helper", "/work", "/tmp"] {
            assert!(!paper.text.contains(word), "{name} speaks of `{word}`");
        }
    }
}

#[test]
fn examples_of_lengths_mean_what_the_page_says() {
    let friday = Day::parse("2026-04-24").unwrap();
    let calendar = Calendar::new(
        &[referral_rules::base::Weekday::Saturday, referral_rules::base::Weekday::Sunday],
        vec![Day::parse("2026-05-01").unwrap()],
    )
    .unwrap();
    let within = referral_rules::base::Length::parse("5 business days").unwrap();
    assert_eq!(within.last_day_from(friday, &calendar).unwrap().to_string(), "2026-05-04");
}

#[test]
fn every_promise_names_tests_that_there_are() {
    let readme = Paper::read("README.md");
    let rows = readme.table("What it guarantees", "it is");
    assert_eq!(rows.len(), 8);
    for row in rows {
        let held: Vec<&str> = row[2].split('`').skip(1).step_by(2).collect();
        assert!(held.len() >= 2, "{row:?}");
        let mut file = String::new();
        for word in held {
            if word.contains('/') {
                file = Paper::read(word).text;
            } else {
                assert!(file.contains(&format!("fn {word}(")), "there is no test `{word}` where the README says");
            }
        }
    }
}
