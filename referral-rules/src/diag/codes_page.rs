//! The page `docs/codes.md` is the table of codes. The test writes it when `REGENERATE` is set, else it compares.
use super::{CODES, Kind};
use std::fmt::Write as _;

fn page() -> String {
    let mut page = String::from(
        "# Codes\n\nEvery code of the engine, made from the table in `referral-rules/src/diag/code.rs`; \
         `REGENERATE=1 cargo test codes_page` writes this page anew.\nA number is never used for anything else.\n",
    );
    for (kind, heading, text) in [
        (Kind::Document, "Documents", "The program does not compile, or a warning says what is doubtful."),
        (Kind::Finding, "Findings", "The facts contradict each other; the rest is still evaluated."),
        (Kind::Reason, "Reasons", "Why a referral is refused, or why a reward does not apply."),
    ] {
        let rows: Vec<_> = CODES.iter().map(|(_, row)| row).filter(|row| row.kind == kind).collect();
        if rows.is_empty() {
            continue;
        }
        let _ = write!(page, "\n## {heading}\n\n{text}\n\n| number | code | what | why |\n| --- | --- | --- | --- |\n");
        for row in rows {
            let _ = writeln!(page, "| {} | `{}` | {} | {} |", row.number, row.slug, row.title, row.why);
        }
    }
    page
}

#[test]
fn codes_page() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/codes.md");
    if std::env::var_os("REGENERATE").is_some() {
        std::fs::create_dir_all(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs")).unwrap();
        std::fs::write(path, page()).unwrap();
    }
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(committed == page(), "docs/codes.md is not the table of codes; set REGENERATE=1 to write it anew");
}
