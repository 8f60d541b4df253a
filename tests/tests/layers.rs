//! The shape of the source: which layer may look at which, how long a file may get, what must not lie around, and that no
//! answer depends on the order of a hash map.
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The layers of the crate, from the ground up. A layer may use those before it, never one after it.
const LAYERS: [&str; 15] = [
    "base",
    "diag",
    "node",
    "expr",
    "program",
    "book",
    "stage",
    "evaluation",
    "running",
    "report",
    "engine",
    "terms",
    "live",
    "wire",
    "arrow",
];

/// Lines that a source file may have.
const LINES_MAX: usize = 450;

/// Files that are longer, up to how many lines, and why.
const LONGER: [(&str, usize, &str); 3] = [
    ("terms/en.rs", 600, "one sentence after the other, a table in English"),
    ("terms/de.rs", 600, "the same in German"),
    ("book/build.rs", 830, "one table after the other, each short; to be split by table"),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn collect(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            if name != "target" && name != ".git" && name != "node_modules" && name != "__pycache__" {
                collect(&path, out);
            }
        } else {
            out.push(path);
        }
    }
}

/// The files of the crate with their paths from `src`.
fn sources() -> BTreeMap<String, String> {
    let src = root().join("referral-rules/src");
    let mut files = Vec::new();
    collect(&src, &mut files);
    let sources = files.into_iter().filter(|path| path.extension().is_some_and(|extension| extension == "rs"));
    sources
        .map(|path| {
            let name = path.strip_prefix(&src).unwrap().to_string_lossy().replace('\\', "/");
            (name, fs::read_to_string(&path).unwrap())
        })
        .collect()
}

/// Code without comments and documentation.
fn code(text: &str) -> String {
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// The code up to the tests at the end of a file.
fn without_tests(text: &str) -> String {
    let code = code(text);
    code.split("\n#[cfg(test)]").next().unwrap_or_default().to_owned()
}

/// The layers that a text names as `crate::layer`, alone or in braces.
fn named(text: &str) -> BTreeSet<String> {
    let word = |text: &str| text.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect();
    let mut out = BTreeSet::new();
    for rest in text.split("crate::").skip(1) {
        match rest.strip_prefix('{') {
            None => {
                out.insert(word(rest));
            }
            Some(group) => {
                let mut depth = 0;
                let mut start = true;
                for (at, letter) in group.char_indices() {
                    match letter {
                        '{' => depth += 1,
                        '}' if depth == 0 => break,
                        '}' => depth -= 1,
                        ',' if depth == 0 => start = true,
                        letter if start && !letter.is_whitespace() => {
                            out.insert(word(&group[at..]));
                            start = false;
                        }
                        _ => {}
                    }
                }
            }
        }
    }
    out
}

#[test]
fn imports_run_one_way() {
    let mut wrong = Vec::new();
    let mut seen = BTreeSet::new();
    for (name, text) in sources() {
        let layer = name.split('/').next().unwrap_or_default().trim_end_matches(".rs").to_owned();
        if layer == "lib" {
            continue;
        }
        let Some(own) = LAYERS.iter().position(|known| *known == layer) else {
            wrong.push(format!("{name}: `{layer}` is in no order; add it to LAYERS"));
            continue;
        };
        seen.insert(layer.clone());
        for other in named(&without_tests(&text)) {
            // A name that is no layer is one that `lib.rs` brings up from the layers below.
            if LAYERS.iter().position(|known| *known == other).is_some_and(|other| other > own) {
                wrong.push(format!("{name}: `{layer}` uses `crate::{other}`, which stands above it"));
            }
        }
    }
    assert!(seen.len() >= 10, "only {seen:?} were found");
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn the_check_of_imports_sees_groups_and_paths() {
    let found = named("use crate::{base::Day, expr::{Type, Value}, wire};\nlet x = crate::engine::evaluate();");
    assert_eq!(found.into_iter().collect::<Vec<_>>(), ["base", "engine", "expr", "wire"]);
}

#[test]
fn files_are_short_or_say_why_not() {
    let sources = sources();
    let mut wrong = Vec::new();
    for (name, text) in &sources {
        let lines = text.lines().count();
        let most = LONGER.iter().find(|(long, ..)| long == name).map_or(LINES_MAX, |(_, lines, _)| *lines);
        if lines > most {
            wrong.push(format!("{name} has {lines} lines, {most} are allowed"));
        }
    }
    for (name, _, reason) in LONGER {
        let lines = sources.get(name).map_or(0, |text| text.lines().count());
        if lines <= LINES_MAX || reason.is_empty() {
            wrong.push(format!("{name} has {lines} lines: it needs no exception any more"));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn nothing_lies_around() {
    let mut files = Vec::new();
    collect(&root(), &mut files);
    let stray = [".orig", ".rej", ".tmp", ".bak", ".swp", ".proptest-regressions", "~", ".DS_Store", ".snap.new"];
    // Spelt apart, so that this file does not find itself.
    let homes = ["/ro ot/", "/ho me/", "/tm p/", "/wo rk/", "/Us ers/", "C:\\Us ers"].map(|home| home.replace(' ', ""));
    let mut wrong = Vec::new();
    for path in &files {
        let name = path.to_string_lossy();
        if stray.iter().any(|end| name.ends_with(end)) {
            wrong.push(format!("{name} is a left-over"));
        }
        let Ok(text) = fs::read_to_string(path) else { continue };
        for (number, line) in text.lines().enumerate() {
            if homes.iter().any(|home| line.contains(home.as_str())) {
                wrong.push(format!("{name}:{}: the path of a machine: {}", number + 1, line.trim()));
            }
            if line.starts_with("<<<<<<< ") || line.starts_with(">>>>>>> ") {
                wrong.push(format!("{name}:{}: a conflict of a merge", number + 1));
            }
        }
    }
    assert!(files.len() > 100, "only {} files were found", files.len());
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// Where a hash map is gone through, and why the order does not show: file, what is gone through, why.
const UNORDERED: &[(&str, &str, &str)] = &[
    ("book/json.rs", "number", "goes from one map into another"),
    (
        "evaluation/booked.rs",
        "booked",
        "what is told of each is sorted with all findings; the others are maps in order",
    ),
    ("expr/table.rs", "rows", "the rows as written, not the map of the same name"),
    ("live/given.rs", "given", "lists by referral, each sorted right after"),
    ("live/given.rs", "out", "each list is sorted"),
    ("stage/attribution.rs", "changes", "lists by referral; they go from one map into another"),
    ("stage/earlier.rs", "measures", "the numbers that are asked, in their order, not the map of the same name"),
    ("stage/late_claims.rs", "groups", "sorted right after"),
    ("stage/standing_column.rs", "more", "each goes to the place of its own row"),
    ("stage/timeline/ledger.rs", "parts", "a list of parts; what is gone of the map is sorted by place"),
    ("stage/timeline/run.rs", "counts", "goes from one map into another"),
    ("stage/timeline/run.rs", "given", "goes from one set into another"),
    ("stage/timeline/run.rs", "kept", "goes from one map into another"),
    ("stage/timeline/run.rs", "measures", "goes from one map into another"),
];

/// Names in a text that are declared to be hash maps or sets: fields, parameters, variables.
fn hashed(text: &str) -> BTreeSet<String> {
    let mut kinds: Vec<String> = vec!["FxHashMap".to_owned(), "FxHashSet".to_owned(), "HashMap".to_owned()];
    // An alias is a hash map too.
    for line in text.lines() {
        let line = line.trim_start().trim_start_matches("pub ");
        if let Some((name, kind)) = line.strip_prefix("type ").and_then(|rest| rest.split_once(" = ")) {
            if kind.starts_with("FxHash") {
                kinds.push(name.to_owned());
            }
        }
    }
    let mut out = BTreeSet::new();
    for line in text.lines() {
        for kind in &kinds {
            for mark in [
                format!(": {kind}<"),
                format!(": {kind} "),
                format!(": &{kind}<"),
                format!(": &mut {kind}"),
                format!(" = {kind}::"),
            ] {
                for (at, _) in line.match_indices(&mark) {
                    let before = &line[..at];
                    // Of `let name: Type = …` the type stands between; of parameters in one line the last one is meant.
                    let named = if mark.starts_with(" = ") { before.split(": ").next() } else { None };
                    let before = named.unwrap_or(before);
                    let name: String =
                        before.chars().rev().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect();
                    out.insert(name.chars().rev().collect());
                }
            }
        }
    }
    out.remove("");
    out
}

/// Places where one of the names is gone through in the order of the map.
fn gone_through(text: &str, names: &BTreeSet<String>) -> Vec<(String, String)> {
    const WAYS: [&str; 9] = [
        ".iter()",
        ".iter_mut()",
        ".values()",
        ".values_mut()",
        ".keys()",
        ".into_iter()",
        ".into_values()",
        ".into_keys()",
        ".drain()",
    ];
    let mut out = Vec::new();
    // A chain that was broken over lines reads like one.
    let joined = text.replace('\n', " ");
    let joined = joined.split_whitespace().collect::<Vec<_>>().join(" ").replace(" .", ".");
    for name in names {
        let ways = WAYS.iter().map(|way| format!("{name}{way}"));
        for way in ways.chain([format!("{name} {{")]) {
            for (at, _) in joined.match_indices(&way) {
                let before = &joined[..at];
                if before.ends_with(|letter: char| letter.is_alphanumeric() || letter == '_') {
                    continue;
                }
                let path = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '.' | '&');
                let is_loop = before.trim_end_matches(path).trim_end_matches("&mut ").ends_with(" in ");
                if !way.ends_with('{') || is_loop {
                    out.push((name.clone(), way.clone()));
                }
            }
        }
    }
    out
}

#[test]
fn no_answer_depends_on_the_order_of_a_hash_map() {
    let mut wrong = Vec::new();
    let mut used = BTreeSet::new();
    for (name, text) in sources() {
        let code = without_tests(&text);
        for (map, way) in gone_through(&code, &hashed(&code)) {
            match UNORDERED.iter().position(|(file, known, _)| *file == name && *known == map) {
                Some(at) => {
                    used.insert(at);
                }
                None => wrong.push(format!("{name}: `{way}` goes through a hash map")),
            }
        }
    }
    let unused = (0..UNORDERED.len()).filter(|at| !used.contains(at));
    wrong.extend(unused.map(|at| format!("{:?} is not there any more", UNORDERED[at])));
    assert!(wrong.is_empty(), "sort, or use a BTreeMap, or list why it cannot show:\n{}", wrong.join("\n"));
}
