//! The reader of `[data]`: free tables of constants, lists of them, lists of tables.
use super::declarations::{constant, one_type};
use super::field::{Field, Reader};
use super::value::{filled_list, key_name};
use crate::base::limits::{DATA_DEPTH_MAX, DATA_VALUES_MAX};
use crate::diag::Code;
use crate::node::NodeValue;
use crate::program::data::Data;

/// Reads the section.
pub(super) fn data(field: &Field<'_>, reader: &mut Reader) -> Option<Data> {
    let mut values = 0_usize;
    if field.entries().is_none() {
        reader.wrong_type(field, "a table");
        return None;
    }
    let data = value(field, 0, &mut values, reader)?;
    if values > DATA_VALUES_MAX {
        super::value::too_long(field, values, DATA_VALUES_MAX, reader);
        return None;
    }
    Some(data)
}

fn value(field: &Field<'_>, depth: usize, values: &mut usize, reader: &mut Reader) -> Option<Data> {
    *values = values.saturating_add(1);
    if depth > DATA_DEPTH_MAX {
        let message = format!("`{}` lies {depth} levels deep, {DATA_DEPTH_MAX} fit", field.name());
        reader.push(field.fault(Code::TooLarge, message).help("put it into a table further up"));
        return None;
    }
    match &field.node.value {
        NodeValue::Table(_) => {
            let mut entries = Vec::new();
            for (key, entry) in field.entries()? {
                let name = key_name(key, &field.path, reader).value;
                entries.extend(value(&entry, depth.saturating_add(1), values, reader).map(|value| (name, value)));
            }
            Some(Data::Table(entries))
        }
        NodeValue::List(items) if items.iter().any(|item| matches!(item.value, NodeValue::Table(_))) => {
            let depth = depth.saturating_add(1);
            let mut item = |item: &Field<'_>, reader: &mut Reader| match item.node.value {
                NodeValue::Table(_) => value(item, depth, values, reader),
                _ => {
                    reader.wrong_type(item, "a table like the other items");
                    None
                }
            };
            // The list's reader wants a function, which cannot count; so its bounds are asked for first.
            filled_list(|_, _| Some(()))(field, reader)?;
            Some(Data::List(field.items()?.filter_map(|field| item(&field, reader)).collect()))
        }
        NodeValue::List(items) => {
            *values = values.saturating_add(items.len());
            let mut constants = filled_list(constant)(field, reader)?;
            one_type(&mut constants.iter_mut().collect::<Vec<_>>(), &field.path, reader.notation, reader);
            Some(Data::List(constants.into_iter().map(|constant| Data::Value(constant.value)).collect()))
        }
        NodeValue::Unreadable => None,
        _ => {
            let mut constant = constant(field, reader)?;
            one_type(&mut [&mut constant], &field.path, reader.notation, reader);
            Some(Data::Value(constant.value))
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::base::{Day, Number};
    use crate::program::Document;
    use crate::program::data::Data;

    const HEAD: &str = "schema = 1\nid = \"p\"\nversion = \"1\"\nin_force = { first_day = 2026-01-01 }\n\
                        currency = \"USD\"\ntime_zone = \"UTC\"\n";

    fn told(tail: &str) -> Vec<String> {
        let (_, faults) = Document::from_toml(&format!("{HEAD}{tail}"));
        faults
            .into_iter()
            .map(|fault| format!("{} {}: {}", fault.code.slug(), fault.place.path, fault.message))
            .collect()
    }

    #[test]
    fn every_value_is_kept_exactly_and_in_order() {
        let tail = "[data]\nz = true\na = 2026-02-28\n[data.goals]\nshare = 0.20\nbelow = -3\nplaces = [\"1st\", \"2nd\"]\n\
                    [[data.prizes]]\ncredit = 5_000\n[[data.prizes]]\nwords = [\"a\"]\n";
        let (document, faults) = Document::from_toml(&format!("{HEAD}{tail}"));
        assert_eq!(faults, []);
        let data = document.map(|document| document.data).unwrap_or_default();
        assert_eq!(data.get("z").and_then(Data::as_bool), Some(true));
        assert_eq!(data.get("a").and_then(Data::as_day), Day::from_ymd(2026, 2, 28));
        assert_eq!(data.get("goals.share").and_then(Data::as_number), Number::fraction(1, 5));
        assert_eq!(data.get("goals.below").and_then(Data::as_number), Some(Number::from(-3_i64)));
        let places: Vec<&str> =
            data.get("goals.places").map(Data::items).unwrap_or_default().iter().filter_map(Data::as_text).collect();
        assert_eq!(places, ["1st", "2nd"]);
        assert_eq!(data.get("prizes").map(|prizes| prizes.items().len()), Some(2));
        assert_eq!((data.get("goals.nothing"), data.get("z.more"), data.get("")), (None, None, None));
        let json = serde_json::to_string(&data).unwrap_or_default();
        let wanted = r#"{"z":true,"a":"2026-02-28","goals":{"share":"0.2","below":"-3","places":["1st","2nd"]},"prizes":[{"credit":"5000"},{"words":["a"]}]}"#;
        assert_eq!(json, wanted);
    }

    #[test]
    fn json_has_dates_as_texts() {
        let text = r#"{"schema": 1, "id": "p", "version": "1", "in_force": {"first_day": "2026-01-01"}, "currency": "USD",
            "time_zone": "UTC", "data": {"from": "2026-01-01", "days": ["2026-01-01", "2026-01-02"], "words": ["2026-01-01", "x"]}}"#;
        let (document, faults) = Document::from_json(text);
        assert_eq!(faults, []);
        let data = document.map(|document| document.data).unwrap_or_default();
        assert_eq!(data.get("from").and_then(Data::as_day), Day::from_ymd(2026, 1, 1));
        assert_eq!(
            data.get("days").and_then(|days| days.items().get(1)).and_then(Data::as_day),
            Day::from_ymd(2026, 1, 2)
        );
        assert_eq!(
            data.get("words").and_then(|words| words.items().first()).and_then(Data::as_text),
            Some("2026-01-01")
        );
    }

    #[test]
    fn every_fault_is_told_at_its_place() {
        let found = told(
            "[data]\nfloat = 1e5\nmixed = [1, \"a\"]\nnone = []\nat = 2026-01-01T00:00:00Z\nlists = [[1]]\nhalf = [{ a = 1 }, 2]\n\
             \"Odd Key\" = 1\nin = 1\n",
        );
        let wanted = [
            "bad-number data.float: `1e5` is not an exact decimal",
            "wrong-type data.mixed: `data.mixed` starts with a number, found a text",
            "bad-value data.none: `none` is empty",
            "wrong-type data.at: `at` must be a text, a number, a date, or true or false, found a time",
            "wrong-type data.lists[0]: `lists[0]` must be a text, a number, a date, or true or false, found a list",
            "wrong-type data.half[1]: `half[1]` must be a table like the other items, found a number",
            "bad-id data.\"Odd Key\": `Odd Key` is not a name that expressions can use",
            "bad-id data.in: `in` is not a name that expressions can use",
        ];
        assert_eq!(found, wanted);
        assert_eq!(told("data = 3\n"), ["wrong-type data: `data` must be a table, found a number"]);
    }

    #[test]
    fn size_and_depth_are_bounded() {
        let deep = |levels: usize| format!("[data.{}]\nx = 1\n", vec!["a"; levels].join("."));
        assert_eq!(told(&deep(7)), [""; 0]);
        assert_eq!(told(&deep(8)), ["too-large data.a.a.a.a.a.a.a.a.x: `x` lies 9 levels deep, 8 fit"]);
        // The section itself counts, too.
        let many = |count: usize| (0..count).fold("[data]\n".to_owned(), |text, at| text + &format!("k{at} = {at}\n"));
        assert_eq!(told(&many(9_999)), [""; 0]);
        assert_eq!(told(&many(10_000)), ["too-large data: `data` has 10001 items, 10000 fit"]);
        let long = format!("[data]\nlist = [{}]\n", "1, ".repeat(1_001));
        assert_eq!(told(&long), ["too-large data.list: `list` has 1001 items, 1000 fit"]);
    }
}
