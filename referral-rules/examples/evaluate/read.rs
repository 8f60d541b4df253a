//! Files become a program, a book and a moment.
use crate::Fault;
use crate::arguments::Arguments;
use referral_rules::base::{Day, Instant};
use referral_rules::book::{Book, Given, GivenTable};
use referral_rules::diag::render;
use referral_rules::program::standard::{self, ExampleBook};
use referral_rules::program::{Notation, Program, SourceText};
use std::path::Path;

/// The program, and its warnings as text.
pub fn program(arguments: &Arguments) -> Result<(Program, String), Fault> {
    let texts: Vec<(String, String)> = if let Some(standard) = arguments.standard() {
        let names: Vec<&str> = arguments.alternatives.iter().map(String::as_str).collect();
        let text =
            standard::choose(standard.document, &names).map_err(|fault| Fault::Usage(format!("error: {fault}")))?;
        vec![(format!("{}.toml", standard.name), text)]
    } else {
        let files = arguments.programs.iter().map(|file| Ok((file.clone(), text_of(file)?)));
        files.collect::<Result<_, Fault>>()?
    };
    let mut sources = Vec::new();
    for (name, text) in &texts {
        let notation = match extension(name).as_str() {
            "toml" => Notation::Toml,
            "json" => Notation::Json,
            _ => {
                return Err(Fault::Usage(format!("error: `{name}` is neither .toml nor .json nor a standard program")));
            }
        };
        sources.push(SourceText { name, text, notation });
    }
    let (program, warnings) = Program::from_sources(&sources).map_err(|faults| Fault::Input(faults.to_string()))?;
    let mut rendered = String::new();
    for (name, text) in &texts {
        let own: Vec<_> = warnings.iter().filter(|warning| warning.place.source == *name).cloned().collect();
        rendered.push_str(&render(&own, name, text));
    }
    Ok((program, rendered))
}

/// The moment of the answer: a day means its end.
pub fn as_of(arguments: &Arguments, program: &Program) -> Result<Instant, Fault> {
    let text = arguments.as_of.as_deref().unwrap_or(example(arguments).as_of);
    match (Day::parse(text), Instant::parse(text)) {
        (Ok(day), _) => Ok(program.zone.last_instant(day)),
        (_, Ok(instant)) => Ok(instant),
        _ => {
            let text = referral_rules::diag::shown(text);
            let help = "write a day such as 2026-11-16, or an instant such as 2026-11-16T12:00:00Z";
            Err(Fault::Usage(format!("error: `{text}` is no moment: {help}")))
        }
    }
}

/// The example book that is meant: that of the standard program, else of the one for customers.
fn example(arguments: &Arguments) -> ExampleBook {
    arguments.standard().map_or(standard::EXAMPLE_BOOK, |standard| standard.example)
}

/// The book: the tables given, or the example.
pub fn book(arguments: &Arguments, program: &Program) -> Result<Book, Fault> {
    if arguments.is_example_book() {
        let given =
            Given::from_csv(example(arguments).tables()).map_err(|fault| Fault::Input(format!("error: {fault}")))?;
        return Ok(Book::new(program, &given));
    }
    let [
        accounts,
        referrals,
        events,
        confirmations,
        booked,
        opening_balances,
        rates,
        lists,
        company,
        notified,
        figures,
    ] = &arguments.tables;
    let or_none = |file: &Option<String>| table(file).map(Option::unwrap_or_default);
    let given = Given {
        accounts: table(accounts)?,
        referrals: or_none(referrals)?,
        events: or_none(events)?,
        confirmations: or_none(confirmations)?,
        booked: or_none(booked)?,
        opening_balances: or_none(opening_balances)?,
        rates: or_none(rates)?,
        lists: or_none(lists)?,
        company: or_none(company)?,
        notified: or_none(notified)?,
        figures: or_none(figures)?,
    };
    Ok(Book::new(program, &given))
}

fn table(file: &Option<String>) -> Result<Option<GivenTable>, Fault> {
    let Some(file) = file else { return Ok(None) };
    match extension(file).as_str() {
        "csv" => csv(file, &text_of(file)?).map(Some),
        "json" => json(file, &text_of(file)?).map(Some),
        _ => Err(Fault::Usage(format!("error: `{file}` is neither .csv nor .json"))),
    }
}

fn csv(name: &str, text: &str) -> Result<GivenTable, Fault> {
    GivenTable::from_csv(text).map_err(|fault| Fault::Input(format!("error: {name}: {fault}")))
}

fn json(name: &str, text: &str) -> Result<GivenTable, Fault> {
    GivenTable::from_json(text).map_err(|faults| Fault::Input(render(&faults, name, text)))
}

fn text_of(file: &str) -> Result<String, Fault> {
    std::fs::read_to_string(file).map_err(|fault| Fault::Input(format!("error: {file}: {fault}")))
}

fn extension(file: &str) -> String {
    Path::new(file).extension().map(|extension| extension.to_string_lossy().to_lowercase()).unwrap_or_default()
}
