//! The terms of programs that people know, as they read them.
use super::Language;
use crate::program::{Program, standard};

fn terms(text: &str, language: Language) -> String {
    Program::from_toml(text).unwrap().0.terms(language)
}

#[test]
fn the_standard_program_in_english() {
    insta::assert_snapshot!(terms(standard::CUSTOMER_REFERRALS, Language::English));
}

#[test]
fn the_standard_program_in_german() {
    insta::assert_snapshot!(terms(standard::CUSTOMER_REFERRALS, Language::German));
}

#[test]
fn the_partner_program_in_english() {
    insta::assert_snapshot!(terms(standard::PARTNER_REFERRALS, Language::English));
}

fn example(name: &str) -> String {
    let path = format!("{}/../examples/programs/{name}.toml", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).unwrap()
}

#[test]
fn two_programs_of_invented_companies() {
    insta::assert_snapshot!("energy_supplier", terms(&example("energy-supplier"), Language::English));
    insta::assert_snapshot!("savings_bank", terms(&example("savings-bank"), Language::German));
}
