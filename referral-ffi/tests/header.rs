//! The committed header is the one that the source gives, and takes nothing back that an earlier one promised.
#![allow(clippy::unwrap_used, reason = "a test: a panic is a failure")]
use std::path::{Path, PathBuf};

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn read(name: &str) -> String {
    std::fs::read_to_string(file(name)).unwrap_or_default()
}

fn regenerates() -> bool {
    std::env::var_os("REGENERATE").is_some()
}

/// The header as the source gives it.
fn header() -> String {
    let config = cbindgen::Config::from_file(file("cbindgen.toml")).unwrap();
    let mut made = Vec::new();
    let builder = cbindgen::Builder::new().with_src(file("src/lib.rs")).with_config(config);
    builder.generate().unwrap().write(&mut made);
    String::from_utf8(made).unwrap()
}

#[test]
fn the_header_is_made_from_the_source() {
    let made = header();
    if regenerates() {
        std::fs::write(file("include/referral_rules.h"), &made).unwrap();
    }
    assert!(read("include/referral_rules.h") == made, "write it anew: REGENERATE=1 cargo test -p referral-ffi");
}

/// The functions and the numbers of a header, a line for each.
fn promises(header: &str) -> Vec<String> {
    let code = header.lines().map(str::trim).filter(|line| !line.starts_with("//") && !line.starts_with('*'));
    let one = |line: &str| {
        if let Some(define) = line.strip_prefix("#define REFERRAL_ABI_VERSION ") {
            return Some(format!("number REFERRAL_ABI_VERSION = {define}"));
        }
        if let Some(number) = line.strip_suffix(',').filter(|line| line.starts_with("REFERRAL_")) {
            return Some(format!("number {number}"));
        }
        let (before, _) = line.split_once('(')?;
        let name = before.rsplit([' ', '*']).next().filter(|name| name.starts_with("referral_"))?;
        (before != name).then(|| format!("function {name}"))
    };
    code.filter_map(one).collect()
}

#[test]
fn nothing_that_was_promised_is_taken_back() {
    let offered = promises(&header());
    assert!(offered.len() > 15, "{offered:?}");
    let mut promised: Vec<String> = read("symbols.txt").lines().map(str::to_owned).collect();
    if regenerates() {
        promised.extend(offered.iter().filter(|one| !promised.contains(one)).cloned().collect::<Vec<_>>());
        std::fs::write(file("symbols.txt"), promised.join("\n") + "\n").unwrap();
    }
    let gone: Vec<_> = promised.iter().filter(|one| !offered.contains(one)).collect();
    assert!(
        gone.is_empty(),
        "programs that are linked already need {gone:?}: keep them, or raise REFERRAL_ABI_VERSION"
    );
    let new: Vec<_> = offered.iter().filter(|one| !promised.contains(one)).collect();
    assert!(new.is_empty(), "add {new:?} to symbols.txt: REGENERATE=1 cargo test -p referral-ffi");
}

#[test]
fn the_layer_for_cpp_has_every_function() {
    let layer = read("include/referral_rules.hpp");
    let offered: Vec<String> = promises(&header())
        .into_iter()
        .filter_map(|line| line.strip_prefix("function ").map(str::to_owned))
        .filter(|name| !name.ends_with("_json"))
        .collect();
    assert!(offered.len() > 10, "{offered:?}");
    let has = |name: &String| layer.contains(&format!("{name}(")) || layer.contains(&format!("({name},"));
    let lacks: Vec<_> = offered.iter().filter(|name| !has(name)).collect();
    assert!(lacks.is_empty(), "referral_rules.hpp has no method for {lacks:?}");
}

/// The arguments of a call, or the parameters of a function: what stands up to the bracket that closes, taken apart at its commas.
fn arguments(text: &str) -> Vec<String> {
    let (mut depth, mut within, mut escaped) = (0_u32, false, false);
    let mut list = vec![String::new()];
    for letter in text.chars() {
        match letter {
            _ if escaped => escaped = false,
            '\\' if within => escaped = true,
            '"' => within = !within,
            ')' | ']' | '}' if !within && depth == 0 => break,
            '(' | '[' | '{' if !within => depth = depth.saturating_add(1),
            ')' | ']' | '}' if !within => depth = depth.saturating_sub(1),
            ',' if !within && depth == 0 => {
                list.push(String::new());
                continue;
            }
            _ => {}
        }
        list.last_mut().unwrap().push(letter);
    }
    list.iter().map(|one| one.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

/// The functions of a header with their parameters, and the calls in a program with their arguments, `TEXT(...)` taken for two.
fn calls(code: &str) -> Vec<(String, Vec<String>)> {
    let begins = code
        .match_indices("referral_")
        .filter(|(at, _)| !code[..*at].ends_with(|before: char| before.is_alphanumeric() || before == '_'));
    let one = |(at, _): (usize, &str)| {
        let (name, rest) = code[at..].split_once('(')?;
        let plain = name.chars().all(|letter| letter.is_alphanumeric() || letter == '_');
        plain.then(|| {
            let two = |one: String| if one.starts_with("TEXT(") { vec![one, String::new()] } else { vec![one] };
            (name.to_owned(), arguments(rest).into_iter().flat_map(two).collect())
        })
    };
    begins.filter_map(one).collect()
}

#[test]
fn each_pointer_of_each_function_is_null_in_a_test() {
    let code = header();
    let code: Vec<&str> = code.lines().filter(|line| !line.trim_start().starts_with(['/', '*'])).collect();
    let tests = calls(&(read("tests/misuse.c") + &read("tests/tables.c")));
    let pointers = calls(&code.join("\n")).into_iter().flat_map(|(name, parameters)| {
        let places = parameters.into_iter().enumerate().filter(|(_, one)| one.contains('*'));
        places.map(|(place, one)| (name.clone(), place, one)).collect::<Vec<_>>()
    });
    let pointers: Vec<_> = pointers.collect();
    assert!(pointers.len() > 40, "{pointers:?}");
    let lacks: Vec<_> = pointers
        .iter()
        .filter(|(name, place, _)| {
            !tests.iter().any(|(called, given)| called == name && given.get(*place).is_some_and(|one| one == "NULL"))
        })
        .collect();
    assert!(lacks.is_empty(), "tests/misuse.c and tests/tables.c never give NULL for {lacks:#?}");
}
