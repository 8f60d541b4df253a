//! Writes the tables of the real pipeline into a folder, for the command `evaluate`: see `tests/crm/README.md`.
use referral_tests::crm::{self, Labels, View};
use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match written(&arguments) {
        Ok(told) => {
            println!("{told}");
            ExitCode::SUCCESS
        }
        Err(fault) => {
            eprintln!("error: {fault}");
            ExitCode::FAILURE
        }
    }
}

fn written(arguments: &[String]) -> Result<String, String> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (folder, view) = match words.as_slice() {
        [folder, "deal-flow"] => (Path::new(folder), View::DealFlow),
        [folder, "new-logo"] => (Path::new(folder), View::NewLogo),
        _ => return Err("usage: crm-tables FOLDER deal-flow|new-logo".to_owned()),
    };
    let source = crm::source()?.ok_or("the data is not there: set REFERRAL_SHARED to the shared folder")?;
    let mapped = crm::mapped(&source, Labels::Mended)?;
    let told = |fault: std::io::Error| format!("{}: {fault}", folder.display());
    std::fs::create_dir_all(folder).map_err(told)?;
    std::fs::write(folder.join("accounts.csv"), mapped.accounts_csv()?).map_err(told)?;
    std::fs::write(folder.join("referrals.csv"), mapped.referrals_csv(view)?).map_err(told)?;
    Ok(format!("{} referrals, fingerprint {}", mapped.referrals.len(), mapped.fingerprint()))
}
