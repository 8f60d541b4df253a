//! Evaluates a program over a book and prints, for people, who is owed what, by when, and why.
//!
//! ```text
//! cargo run --release -p referral-rules --example evaluate
//! cargo run --release -p referral-rules --example evaluate -- --help
//! ```
mod arguments;
mod read;
#[cfg(test)]
mod tests;

use arguments::{Arguments, Asked};
use referral_rules::Options;
use referral_rules::evaluation::Evaluation;
use referral_rules::report::{closing, dashboard, diagnosis, digest, explain, metrics, summary};
use std::io::Write;
use std::process::ExitCode;

/// What went wrong, with the text for people.
enum Fault {
    /// The program or a file is wrong: exit code 1.
    Input(String),
    /// The command was called wrongly: exit code 2.
    Usage(String),
}

fn main() -> ExitCode {
    let answer = answer(std::env::args().skip(1));
    if !answer.err.is_empty() {
        let _ = writeln!(std::io::stderr(), "{}", answer.err.trim_end());
    }
    let mut standard_output = std::io::stdout();
    let written = standard_output.write_all(answer.out.as_bytes()).and_then(|()| standard_output.flush());
    match written {
        Err(fault) if fault.kind() != std::io::ErrorKind::BrokenPipe => ExitCode::from(1),
        _ => ExitCode::from(answer.code),
    }
}

/// What the command answers.
struct Answer {
    code: u8,
    out: String,
    err: String,
}

fn answer(arguments: impl Iterator<Item = String>) -> Answer {
    match run(arguments) {
        Ok((out, err)) => Answer { code: 0, out, err },
        Err(Fault::Input(err)) => Answer { code: 1, out: String::new(), err },
        Err(Fault::Usage(text)) => {
            Answer { code: 2, out: String::new(), err: format!("{text}\n\n{}", arguments::USAGE) }
        }
    }
}

/// What goes to standard output, and the warnings.
fn run(given: impl Iterator<Item = String>) -> Result<(String, String), Fault> {
    let arguments = match Arguments::parse(given).map_err(Fault::Usage)? {
        Asked::Help => return Ok((format!("{}\n", arguments::USAGE), String::new())),
        Asked::Run(arguments) => arguments,
    };
    let (program, warnings) = read::program(&arguments)?;
    let as_of = read::as_of(&arguments, &program)?;
    let book = read::book(&arguments, &program)?;
    let threads = std::thread::available_parallelism().map_or(1, |count| count.get());
    let evaluation = referral_rules::evaluate(&program, &book, as_of, Options { threads })
        .map_err(|fault| Fault::Input(format!("error: {fault}")))?;
    let out = if arguments.json { json(&evaluation)? } else { text(&evaluation, &arguments)? };
    Ok((out, warnings))
}

/// The report; with `--explain`, only what was asked for.
fn text(evaluation: &Evaluation<'_>, arguments: &Arguments) -> Result<String, Fault> {
    let mut out = String::new();
    if arguments.explain.is_empty() {
        out.push_str(&summary(evaluation));
        if let Some(standard) = arguments.standard().filter(|_| arguments.is_example()) {
            out.push('\n');
            out.push_str(&explained(evaluation, standard.worth_explaining)?);
        }
        out.push('\n');
        out.push_str(&closing(evaluation));
    }
    for (position, id) in arguments.explain.iter().enumerate() {
        if position > 0 {
            out.push('\n');
        }
        out.push_str(&explained(evaluation, id)?);
    }
    out.push_str(&format!("\nFingerprint {}\n", evaluation.fingerprint()));
    Ok(out)
}

/// The explanation of a referral, an entry or a referrer.
fn explained(evaluation: &Evaluation<'_>, id: &str) -> Result<String, Fault> {
    explain::referral(evaluation, id)
        .or_else(|| explain::entry(evaluation, id))
        .or_else(|| explain::referrer(evaluation, id))
        .ok_or_else(|| {
            let id = referral_rules::diag::shown(id);
            Fault::Input(format!("error: `{id}` is no referral, entry or referrer that is known at that moment"))
        })
}

/// The whole answer as one JSON value.
fn json(evaluation: &Evaluation<'_>) -> Result<String, Fault> {
    let answer = serde_json::json!({
        "program": evaluation.program.id,
        "as_of": evaluation.as_of.to_string(),
        "decisions": evaluation.decisions().collect::<Vec<_>>(),
        "entries": evaluation.entries().collect::<Vec<_>>(),
        "positions": evaluation.positions(),
        "balances": evaluation.balances(),
        "payouts": evaluation.payouts(),
        "metrics": metrics(evaluation),
        "diagnosis": diagnosis(evaluation),
        "dashboard": dashboard(evaluation),
        "digest": digest(evaluation),
        "findings": evaluation.findings(),
        "fingerprint": evaluation.fingerprint(),
    });
    let text = serde_json::to_string_pretty(&answer).map_err(|fault| Fault::Input(format!("error: {fault}")))?;
    Ok(format!("{text}\n"))
}
