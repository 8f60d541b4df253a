//! Terms in words say what the document says: of every document of the corpus, and of random ones.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test: a panic is a failure")]
use referral_rules::program::Program;
use referral_tests::corpus::read_corpus;
use referral_tests::{generate::check, laws};

#[test]
fn the_terms_of_the_corpus_have_the_numbers_of_the_documents() {
    let mut failures = Vec::new();
    let mut compiled = 0;
    for case in read_corpus().unwrap() {
        let Ok((program, _)) = Program::from_sources(&case.sources()) else { continue };
        compiled += 1;
        if let Err(fault) = laws::terms_have_the_numbers(&program) {
            failures.push(format!("{}: {fault}", case.name));
        }
    }
    assert!(compiled > 250, "only {compiled} documents");
    assert!(failures.is_empty(), "{} documents:\n{}", failures.len(), failures.join("\n\n"));
}

#[test]
fn random_terms_have_the_numbers_of_the_documents() {
    if let Err(message) = check(150, laws::random_terms_have_the_numbers) {
        panic!("{message}");
    }
}
