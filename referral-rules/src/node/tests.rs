//! The readers against `serde_json`, and places against texts whose places are known.
#![expect(clippy::arithmetic_side_effects, reason = "a test that overflows fails")]
use super::{Node, NodeValue, read_json, read_toml};
use proptest::prelude::*;

fn faults_of_json(text: &str) -> Vec<String> {
    read_json(text).1.into_iter().map(|fault| format!("{} {}", fault.span.start, fault.message)).collect()
}

#[test]
fn json_tells_several_faults_at_once() {
    assert_eq!(
        faults_of_json("{\"a\": 01, \"b\": NaN \"b\": [1, 2,], \"c\": \"\\x \\ud83d\"}"),
        [
            "6 `01` is not a JSON number",
            "15 `NaN` is not a JSON value",
            "19 expected `,`, found `\"`",
            "19 the key `b` stands twice",
            "29 a comma stands before the closing bracket",
            "39 the escape after `\\` is not one of JSON",
            "42 half of a surrogate pair stands alone",
        ]
    );
    assert_eq!(faults_of_json("[1] x"), ["4 something follows the value: `x`"]);
    assert_eq!(faults_of_json("\u{feff}1"), ["0 the text starts with a byte order mark"]);
    assert_eq!(faults_of_json(""), ["0 expected a value, found the end of the text"]);
}

#[test]
fn nesting_ends_at_the_limit() {
    let nested = |open: &str, close: &str, depth: usize| format!("{}{}", open.repeat(depth), close.repeat(depth));
    assert_eq!(faults_of_json(&nested("[", "]", 64)), [""; 0]);
    assert_eq!(faults_of_json(&nested("[", "]", 65)), ["64 lists and tables are nested more than 64 deep"]);
    assert_eq!(read_toml(&format!("a = {}", nested("[", "]", 63))).1, []);
    assert_eq!(read_toml(&format!("a = {}", nested("[", "]", 64))).1.len(), 1);
    assert_eq!(read_toml(&format!("a = {}", nested("[", "]", 50_000))).1.len(), 1);
}

#[test]
fn toml_keeps_the_order_of_the_text_and_the_digits() {
    let (node, faults) = read_toml("z = 1_0.50\na = 2026-01-31\nm = 07:30:00\n[b]\n[[a2]]\n");
    assert_eq!(faults, []);
    let NodeValue::Table(entries) = &node.value else { panic!() };
    assert_eq!(entries.iter().map(|(key, _)| key.value.as_ref()).collect::<Vec<_>>(), ["z", "a", "m", "b", "a2"]);
    assert_eq!(node.get("z").map(|node| &node.value), Some(&NodeValue::Number("10.50".into())));
    assert_eq!(node.get("a").map(|node| &node.value), Some(&NodeValue::Date("2026-01-31")));
    assert_eq!(node.get("m").map(|node| &node.value), Some(&NodeValue::DateTime("07:30:00")));
}

/// Each decoded character of the text must lie where the part that wrote it began.
fn check_places(node: &Node<'_>, parts: &[(char, usize)]) -> Result<(), TestCaseError> {
    let mut decoded = 0;
    let text: String = parts.iter().map(|(letter, _)| *letter).collect();
    prop_assert_eq!(node.as_text(), Some(text.as_str()));
    let map = node.text_map();
    for (letter, source) in parts {
        prop_assert_eq!(map.offset(decoded), *source);
        decoded += letter.len_utf8();
    }
    Ok(())
}

proptest! {
    #[test]
    fn json_is_what_serde_json_takes(text in "[\\[\\]{}:, \"\\\\a-f0-9.eE+\\-u\n]{0,24}|(\\{\"a\":)?[\\[\\]0-9.eE,\\- ]{0,12}\\}?") {
        let (node, faults) = read_json(&text);
        let faults: Vec<_> = faults.iter().filter(|fault| fault.code.slug() != "duplicate-key").collect();
        match serde_json::from_str::<serde_json::Value>(&text) {
            Ok(_) => prop_assert!(node.is_some() && faults.is_empty(), "{:?}", faults),
            Err(error) if error.to_string().contains("out of range") => {}
            Err(_) => prop_assert!(!faults.is_empty()),
        }
    }

    #[test]
    fn places_in_json_texts(letters in prop::collection::vec((any::<char>(), any::<bool>()), 0..20)) {
        let (mut text, mut parts) = ("[\"".to_owned(), Vec::new());
        for (letter, escaped) in letters {
            parts.push((letter, text.len()));
            if escaped || letter.is_control() || matches!(letter, '"' | '\\') {
                let mut units = [0; 2];
                for unit in letter.encode_utf16(&mut units) {
                    text.push_str(&format!("\\u{unit:04x}"));
                }
            } else {
                text.push(letter);
            }
        }
        text.push_str("\"]");
        let (node, faults) = read_json(&text);
        prop_assert_eq!(faults, []);
        let Some(NodeValue::List(items)) = node.map(|node| node.value) else { panic!() };
        check_places(&items[0], &parts)?;
    }

    #[test]
    fn places_in_toml_texts(letters in prop::collection::vec((any::<char>(), 0..4), 0..20), several_lines: bool) {
        let quotes = if several_lines { "\"\"\"" } else { "\"" };
        let (mut text, mut parts) = (format!("a = {quotes}"), Vec::new());
        if several_lines {
            text.push('\n');
        }
        for (letter, form) in letters {
            if several_lines && form == 3 {
                text.push_str("\\ \n  \t\r\n");
            }
            parts.push((letter, text.len()));
            if form == 1 || letter.is_control() || letter.is_whitespace() || matches!(letter, '"' | '\\') {
                text.push_str(&format!("\\U{:08x}", u32::from(letter)));
            } else {
                text.push(letter);
            }
        }
        text.push_str(quotes);
        let (node, faults) = read_toml(&text);
        prop_assert_eq!(faults, []);
        check_places(node.get("a").unwrap(), &parts)?;
    }
}
