//! One JSON request per line in, one JSON answer per line out: the library as the model in `tests/model/` asks it.
use std::io::{self, BufRead, Write};

fn main() -> io::Result<()> {
    let mut out = io::stdout().lock();
    for request in io::stdin().lock().lines() {
        let answer = referral_rules::wire::evaluate_json(&request?);
        writeln!(out, "{}", answer.replace('\n', " "))?;
        out.flush()?;
    }
    Ok(())
}
