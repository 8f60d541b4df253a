//! A file becomes a case.
use super::{Expectations, Tables};
use referral_rules::book::Given;
use referral_rules::node::{Node, NodeValue, read_toml};
use referral_rules::program::standard::{CUSTOMER_REFERRALS, PARTNER_REFERRALS};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// What a case shows.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum CaseKind {
    /// How it works.
    Plain,
    /// Just inside and just outside.
    Boundary,
    /// What is said about a document or a table that is wrong.
    BadInput,
}

/// One version of a program, and the name that answers know it by.
#[derive(Clone, Debug)]
pub struct Document {
    /// Such as `program.toml`.
    pub name: String,
    /// The text, the base included.
    pub text: String,
    /// How many lines of it are the base's: places are counted from the line after them.
    pub lines_before: usize,
}

/// A case.
#[derive(Clone, Debug)]
pub struct Case {
    /// The file without its folder and ending, as `section/what-it-shows`, or `programs/the-program`.
    pub name: String,
    /// Why the expected answer is right, with the amounts worked out by hand.
    pub why: String,
    /// The rows of the features that it shows.
    pub covers: Vec<String>,
    /// What it shows of them.
    pub kind: CaseKind,
    /// The program, all its versions.
    pub documents: Vec<Document>,
    /// The moment of the answer: a date or a time.
    pub as_of: String,
    /// The tables.
    pub tables: Tables,
    /// The language of what the program says, where the case expects something of it.
    pub language: Option<String>,
    /// What must be answered.
    pub expected: Expectations,
}

const KEYS: &[&str] =
    &["why", "covers", "kind", "base", "program", "program_file", "as_of", "language", "csv", "expect"];

/// The whole corpus: the cases of `tests/cases`, and the tests of the programs in `examples/programs`, named `programs/…`.
///
/// # Errors
/// Every file that cannot be read as a case.
pub fn read_corpus() -> Result<Vec<Case>, Vec<String>> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (cases, programs) = (read_cases(&here.join("cases")), read_program_tests(&here.join("../examples/programs")));
    match (cases, programs) {
        (Ok(cases), Ok(programs)) => Ok(cases.into_iter().chain(programs).collect()),
        (cases, programs) => Err([cases.err(), programs.err()].into_iter().flatten().flatten().collect()),
    }
}

/// The cases of a folder and the folders in it, sorted; those in `base` are no cases.
///
/// # Errors
/// Every file that cannot be read as a case.
pub fn read_cases(folder: &Path) -> Result<Vec<Case>, Vec<String>> {
    let files = files(folder, ".toml").map_err(|fault| vec![fault])?;
    read_all(folder, &files)
}

/// The tests that lie beside the programs of a folder: `<program>.test.toml`, or `<program>.2.test.toml` and so on. Their names
/// begin with the folder's.
///
/// # Errors
/// Every file that cannot be read as a case.
pub fn read_program_tests(folder: &Path) -> Result<Vec<Case>, Vec<String>> {
    let files = files(folder, ".test.toml").map_err(|fault| vec![fault])?;
    let mut cases = read_all(folder.parent().unwrap_or(folder), &files)?;
    for case in &mut cases {
        case.name.truncate(case.name.trim_end_matches(".test").len());
    }
    Ok(cases)
}

/// The files with an ending in a folder and the folders in it but `base`, sorted.
fn files(folder: &Path, ending: &str) -> Result<Vec<PathBuf>, String> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        let listing = std::fs::read_dir(&next).map_err(|fault| format!("{}: {fault}", next.display()))?;
        for path in listing.flatten().map(|item| item.path()) {
            if path.is_dir() && !path.ends_with("base") {
                folders.push(path);
            } else if path.to_string_lossy().ends_with(ending) {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}

fn read_all(folder: &Path, files: &[PathBuf]) -> Result<Vec<Case>, Vec<String>> {
    let mut cases = Vec::new();
    let mut faults = Vec::new();
    for path in files {
        match read_case(folder, path) {
            Ok(case) => cases.push(case),
            Err(fault) => faults.push(format!("{}: {fault}", path.display())),
        }
    }
    if faults.is_empty() { Ok(cases) } else { Err(faults) }
}

/// The case of a file; `folder` is the corpus, where `base` lies.
///
/// # Errors
/// What is wrong with the file.
pub fn read_case(folder: &Path, path: &Path) -> Result<Case, String> {
    let text = std::fs::read_to_string(path).map_err(|fault| fault.to_string())?;
    let (root, faults) = read_toml(&text);
    if let Some(fault) = faults.into_iter().next() {
        let fault = fault.located("", &text);
        return Err(format!("line {}: {}", fault.place.line, fault.message));
    }
    let NodeValue::Table(entries) = &root.value else { return Err("a case is a table".to_owned()) };
    for (key, _) in entries {
        if !KEYS.contains(&&*key.value) && !Given::NAMES.contains(&&*key.value) {
            return Err(format!("`{}` is not a key of a case", key.value));
        }
    }
    let text_of = |key: &str| root.get(key).and_then(Node::as_text).map(str::to_owned);
    let why = text_of("why").filter(|why| why.trim().len() > 20).ok_or("`why` must say why, in a sentence")?;
    let kind = match text_of("kind").as_deref() {
        Some("plain") => CaseKind::Plain,
        Some("boundary") => CaseKind::Boundary,
        Some("bad input") => CaseKind::BadInput,
        _ => return Err("`kind` must be `plain`, `boundary` or `bad input`".to_owned()),
    };
    let covers = texts(&root, "covers")?;
    if covers.is_empty() || covers.len() > 3 || covers.iter().collect::<BTreeSet<_>>().len() != covers.len() {
        return Err("`covers` must name one to three rows of the features".to_owned());
    }
    let documents = documents(folder, path, &root)?;
    let expected = Expectations::read(root.get("expect"))?;
    let as_of = match root.get("as_of").map(|node| &node.value) {
        Some(NodeValue::Date(text) | NodeValue::DateTime(text)) => (*text).to_owned(),
        Some(NodeValue::Text(text)) => text.text.to_string(),
        None if expected.diagnostics.is_some() => "2026-12-31".to_owned(),
        _ => return Err("`as_of` must be a date or a time".to_owned()),
    };
    let name = path.strip_prefix(folder).unwrap_or(path).with_extension("").to_string_lossy().replace('\\', "/");
    let language = text_of("language");
    Ok(Case { name, why, covers, kind, documents, as_of, language, tables: Tables::read(&root)?, expected })
}

fn texts(root: &Node<'_>, key: &str) -> Result<Vec<String>, String> {
    let wrong = || format!("`{key}` must be a list of texts");
    match root.get(key).map(|node| &node.value) {
        Some(NodeValue::List(items)) => {
            items.iter().map(|item| item.as_text().map(str::to_owned).ok_or_else(wrong)).collect()
        }
        _ => Err(wrong()),
    }
}

/// The documents as they are compiled: the base, then what the case adds.
fn documents(folder: &Path, path: &Path, root: &Node<'_>) -> Result<Vec<Document>, String> {
    let base = match root.get("base").map(Node::as_text) {
        None => String::new(),
        Some(Some(name)) => load(&folder.join("base").join(format!("{name}.toml")))?,
        Some(None) => return Err("`base` must be the name of a file in `base/`".to_owned()),
    };
    let lines_before = base.lines().count();
    let with_base = |name: &str, text: &str| Document {
        name: name.to_owned(),
        text: if lines_before == 0 { text.to_owned() } else { format!("{}\n{text}", base.trim_end_matches('\n')) },
        lines_before,
    };
    match (root.get("program").map(|node| &node.value), root.get("program_file")) {
        (Some(NodeValue::Text(text)), None) if text.text == "standard" && lines_before == 0 => {
            Ok(vec![with_base("program.toml", CUSTOMER_REFERRALS)])
        }
        (Some(NodeValue::Text(text)), None) if text.text == "partner" && lines_before == 0 => {
            Ok(vec![with_base("program.toml", PARTNER_REFERRALS)])
        }
        (Some(NodeValue::Text(text)), None) => {
            let name = if text.text.trim_start().starts_with('{') { "program.json" } else { "program.toml" };
            Ok(vec![with_base(name, &text.text)])
        }
        (None, Some(file)) => {
            let file = file.as_text().ok_or("`program_file` must be a path")?;
            let beside: PathBuf = path.parent().unwrap_or(folder).join(file);
            Ok(vec![with_base("program.toml", &load(&beside)?)])
        }
        (Some(NodeValue::List(_)), None) if lines_before > 0 => {
            Err("several versions must be written in full, without `base`".to_owned())
        }
        (Some(NodeValue::List(_)), None) => {
            let versions = texts(root, "program")?;
            let all = versions.iter().enumerate();
            Ok(all.map(|(at, text)| with_base(&format!("program[{at}].toml"), text)).collect())
        }
        (None, None) if lines_before > 0 => Ok(vec![with_base("program.toml", "")]),
        _ => Err("a case needs either `program` or `program_file`".to_owned()),
    }
}

fn load(path: &Path) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|fault| format!("{}: {fault}", path.display()))
}
