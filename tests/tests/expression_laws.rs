//! Laws that hold for every expression: no text harms the compiler, a chunk of rows gives what its rows give one by one,
//! and a literal means the same as a fact of its value.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, reason = "a test stops where its values cannot be made")]
use proptest::prelude::*;
use referral_rules::base::Number;
use referral_rules::diag::Code;
use referral_rules::expr::{Expected, Foresight, Possible, Range, Slot, Status, Type, Value, Values};
use referral_tests::expressions::{Row, World};

const WORDS: &[&str] = &[
    "a",
    "b",
    "t",
    "list",
    "a.b",
    "true",
    "false",
    "in",
    "has",
    "size",
    "all",
    "map",
    "min",
    "int",
    "1",
    "2.5",
    "20%",
    "0x1f",
    "9223372036854775808",
    "'x'",
    "\"y\"",
    "r'z'",
    "'''q'''",
    "'\\u00e9'",
    "'open",
    "`n`",
    "null",
    "and",
    "&&",
    "||",
    "!",
    "==",
    "!=",
    "<",
    "<=",
    "in",
    "+",
    "-",
    "*",
    "/",
    "%",
    "?",
    ":",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ",",
    ".",
    "//",
    "\n",
    "\\",
    "=",
    "\u{2019}",
    "é",
    "all(x, x > 1)",
    ".map(x, x)",
    "days_after(1, ",
    "duration('1h')",
    "date('2026-01-31')",
    "timestamp(0)",
    ".getHours('UTC')",
];

fn world() -> World {
    World::default()
        .with("a", Type::Int)
        .with("b", Type::Bool)
        .with("d", Type::Decimal)
        .with("t", Type::Text)
        .with("list", Type::List(Box::new(Type::Int)))
}

/// Rows of which each fact is missing so many times out of ten.
fn rows(missing: u32) -> impl Strategy<Value = Row> {
    let sometimes = move |value: BoxedStrategy<Value>| match missing {
        0 => value,
        _ => prop_oneof![missing => Just(Value::Missing), 10 - missing => value].boxed(),
    };
    let int = prop_oneof![-3..4_i64, Just(i64::MAX), Just(i64::MIN)];
    let decimal = (-40..40_i128).prop_map(|units| Value::Decimal(Number::from_scaled(units, 1).unwrap()));
    let list = prop::collection::vec(-2..3_i64, 0..4);
    (
        sometimes(int.prop_map(Value::Int).boxed()),
        sometimes(any::<bool>().prop_map(Value::Bool).boxed()),
        sometimes(decimal.boxed()),
        sometimes("[ab.@]{0,3}".prop_map(Value::Text).boxed()),
        sometimes(list.prop_map(|values| Value::List(values.into_iter().map(Value::Int).collect())).boxed()),
    )
        .prop_map(|(a, b, d, t, list)| vec![a, b, d, t, list])
}

/// Numbers, texts and conditions that pass the checker, by depth.
fn numbers(depth: u32) -> BoxedStrategy<String> {
    let leaf = prop_oneof![Just("a"), Just("d"), Just("2"), Just("0.5"), Just("20%"), Just("list[1]"), Just("size(t)")];
    let leaf = leaf.prop_map(str::to_owned);
    if depth == 0 {
        return leaf.boxed();
    }
    let (number, other, text) = (numbers(depth - 1), numbers(depth - 1), texts(depth - 1));
    let operator = prop_oneof![Just("+"), Just("-"), Just("*"), Just("/")];
    let call = prop_oneof![Just("abs"), Just("floor"), Just("ceil"), Just("round"), Just("int"), Just("-")];
    let two = prop_oneof![Just("min"), Just("max"), Just("div"), Just("mod")];
    prop_oneof![
        leaf,
        (number.clone(), operator, other.clone()).prop_map(|(a, op, b)| format!("({a} {op} {b})")),
        (call, number.clone()).prop_map(|(call, a)| format!("{call}({a})")),
        (two, number.clone(), other.clone()).prop_map(|(call, a, b)| format!("{call}({a}, {b})")),
        (conditions(depth - 1), number, other).prop_map(|(c, a, b)| format!("({c} ? {a} : {b})")),
        text.prop_map(|text| format!("{text}.indexOf('a')")),
    ]
    .boxed()
}

fn texts(depth: u32) -> BoxedStrategy<String> {
    let leaf = prop_oneof![Just("t"), Just("'a'"), Just("''"), Just("r'b@a.b'")].prop_map(str::to_owned);
    if depth == 0 {
        return leaf.boxed();
    }
    let (text, other) = (texts(depth - 1), texts(depth - 1));
    let call = prop_oneof![Just("trim"), Just("domain"), Just("normalize_email"), Just("upperAscii"), Just("string")];
    prop_oneof![
        leaf,
        (text.clone(), other.clone()).prop_map(|(a, b)| format!("({a} + {b})")),
        (call, text.clone()).prop_map(|(call, a)| format!("{call}({a})")),
        (text.clone(), other.clone()).prop_map(|(a, b)| format!("{a}.replace('a', {b})")),
        (text.clone(), numbers(depth - 1)).prop_map(|(a, n)| format!("{a}.substring(int({n}))")),
        text.prop_map(|a| format!("{a}.split('.').join('-')")),
    ]
    .boxed()
}

fn conditions(depth: u32) -> BoxedStrategy<String> {
    let leaf = prop_oneof![Just("b"), Just("true"), Just("has(a)"), Just("a in list"), Just("t in ['a', 'b']")];
    let leaf = leaf.prop_map(str::to_owned);
    if depth == 0 {
        return leaf.boxed();
    }
    let (condition, other) = (conditions(depth - 1), conditions(depth - 1));
    let (number, another, text) = (numbers(depth - 1), numbers(depth - 1), texts(depth - 1));
    let test = prop_oneof![Just("=="), Just("!="), Just("<"), Just("<="), Just(">"), Just(">=")];
    let quantifier = prop_oneof![Just("all"), Just("exists"), Just("exists_one")];
    prop_oneof![
        leaf,
        (condition.clone(), other.clone()).prop_map(|(a, b)| format!("({a} && {b})")),
        (condition.clone(), other.clone()).prop_map(|(a, b)| format!("({a} || {b})")),
        condition.clone().prop_map(|a| format!("!{a}")),
        (number.clone(), test.clone(), another).prop_map(|(a, test, b)| format!("({a} {test} {b})")),
        (text.clone(), test, texts(depth - 1)).prop_map(|(a, test, b)| format!("({a} {test} {b})")),
        text.prop_map(|a| format!("is_email({a})")),
        (quantifier, number, other).prop_map(|(q, n, c)| format!("list.{q}(x, x < {n} || {c})")),
        condition.prop_map(|c| format!("(list.map(x, x * a).filter(y, {c}) == list)")),
    ]
    .boxed()
}

/// Conditions of the sort that warnings see through: inputs beside constants, joined in every way.
fn plain_conditions(depth: u32) -> BoxedStrategy<String> {
    let test = prop_oneof![Just("=="), Just("!="), Just("<"), Just("<="), Just(">"), Just(">=")];
    let number =
        (prop_oneof![Just("a"), Just("d"), Just("(a * 2)"), Just("(d + 1)"), Just("min(a, 1)")], test, -2..3_i64);
    let text = (prop_oneof![Just("=="), Just("!=")], prop_oneof![Just("'a'"), Just("'b'")]);
    let other = prop_oneof![
        Just("b"),
        Just("true"),
        Just("has(a)"),
        Just("has(t)"),
        Just("t in ['a', 'b']"),
        Just("t in ['b', '']"),
        Just("a == a"),
        Just("a < d"),
    ];
    let leaf = prop_oneof![
        number.prop_map(|(input, test, number)| format!("({input} {test} {number})")),
        text.prop_map(|(test, text)| format!("(t {test} {text})")),
        other.prop_map(|text| format!("({text})")),
    ];
    if depth == 0 {
        return leaf.boxed();
    }
    let (one, two, three) = (plain_conditions(depth - 1), plain_conditions(depth - 1), plain_conditions(depth - 1));
    prop_oneof![
        leaf,
        (one.clone(), two.clone()).prop_map(|(a, b)| format!("({a} && {b})")),
        (one.clone(), two.clone()).prop_map(|(a, b)| format!("({a} || {b})")),
        one.clone().prop_map(|a| format!("!{a}")),
        (three, one, two).prop_map(|(c, a, b)| format!("({c} ? {a} : {b})")),
    ]
    .boxed()
}

/// What is known of the names before there are rows.
fn known(slot: Slot) -> Possible {
    let any = Possible::ANY;
    match slot.0 {
        0 => Possible::always(Range::default().whole()).or_missing(),
        1 => Possible { values: Values::Bools { yes: true, no: true }, ..any },
        2 => Possible::always(Range::default()).or_missing(),
        _ => any,
    }
}

/// True if the result is among what was foreseen.
fn is_foreseen(result: &Result<Value, Status>, possible: &Possible) -> bool {
    let inside = |number: Number| {
        let range = possible.range();
        range.least().is_none_or(|least| least <= number) && range.greatest().is_none_or(|most| number <= most)
    };
    match result {
        Err(_) => possible.absent,
        Ok(Value::Bool(true)) => possible.can_hold(),
        Ok(Value::Bool(false)) => possible.can_fail(),
        Ok(Value::Int(number)) => possible.present && inside(Number::from(*number)),
        Ok(Value::Decimal(number)) => possible.present && inside(*number),
        Ok(_) => possible.present,
    }
}

/// The value as a literal of its type.
fn literal(value: &Value) -> String {
    match value {
        Value::Int(value) => format!("({value})"),
        Value::Decimal(value) if value.to_i64().is_some() => format!("({value}.0)"),
        Value::Decimal(value) => format!("({value})"),
        Value::Text(text) => format!("'{text}'"),
        other => format!("{other}"),
    }
}

/// The expression with literals for the facts; names of loops, functions and texts stay.
fn written_out(source: &str, row: &Row) -> String {
    let names = ["a", "b", "d", "t", "list"];
    let mut out = String::new();
    let mut quote = false;
    let mut word = String::new();
    for char in source.chars().chain([' ']) {
        if !quote && (char.is_ascii_alphanumeric() || char == '_') {
            word.push(char);
            continue;
        }
        let known = names.iter().position(|name| *name == word).filter(|_| char != '\'' && !quote);
        match known {
            Some(at) => out.push_str(&row.get(at).map(literal).unwrap_or_default()),
            None => out.push_str(&word),
        }
        word.clear();
        quote ^= char == '\'';
        out.push(char);
    }
    out
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_harms_the_compiler(words in prop::collection::vec(prop::sample::select(WORDS), 0..40), blank in any::<bool>()) {
        let source = words.join(if blank { " " } else { "" });
        for expected in [Expected::Bool, Expected::Number, Expected::Any] {
            if let Err(diagnostics) = world().compile(&source, expected) {
                prop_assert!(!diagnostics.is_empty());
                for found in diagnostics {
                    prop_assert!(found.span.start <= found.span.end && found.span.end <= source.len());
                    prop_assert!(source.is_char_boundary(found.span.start) && source.is_char_boundary(found.span.end));
                }
            }
        }
    }

    #[test]
    fn no_characters_harm_the_compiler(source in "\\PC{0,60}|[\\x00-\\x7f]{0,60}") {
        let _ = world().compile(&source, Expected::Any);
    }

    #[test]
    fn a_chunk_gives_what_its_rows_give(source in conditions(4), rows in prop::collection::vec(rows(2), 1..20)) {
        let mut world = world();
        if let Ok(compiled) = world.compile(&source, Expected::Bool) {
            let chunk = world.evaluate(&compiled, &rows);
            let one_by_one: Vec<_> = rows.iter().flat_map(|row| world.evaluate(&compiled, std::slice::from_ref(row))).collect();
            prop_assert_eq!(chunk.len(), rows.len());
            prop_assert_eq!(chunk, one_by_one, "{}", source);
            for row in rows {
                let held = world.evaluate(&compiled, std::slice::from_ref(&row)) == [Ok(Value::Bool(true))];
                prop_assert_eq!(world.explain(&compiled, row).is_empty(), held, "{}", source);
            }
        }
    }

    #[test]
    fn a_literal_means_what_a_fact_of_its_value_means(source in numbers(4), row in rows(0)) {
        let source = source.replace("has(a)", "b");
        let mut world = world();
        if let Ok(compiled) = world.compile(&source, Expected::Number) {
            let known = world.evaluate(&compiled, std::slice::from_ref(&row)).pop().unwrap();
            let constant = written_out(&source, &row);
            match world.compile(&constant, Expected::Number) {
                Ok(folded) => prop_assert_eq!(folded.is_constant().ok_or(()), known.map_err(|_| ()), "{} {}", source, constant),
                // A constant part that always fails is refused, be its result needed or not.
                Err(diagnostics) => {
                    let fault = diagnostics.iter().all(|found| found.code == Code::ConstantFault);
                    prop_assert!(fault, "{} {} {:?} {:?}", source, constant, known, diagnostics);
                }
            }
        }
    }

    #[test]
    fn every_result_is_among_what_was_foreseen(
        source in prop_oneof![plain_conditions(3), conditions(3)],
        number in numbers(3),
        other in plain_conditions(2),
        rows in prop::collection::vec(rows(2), 1..20),
    ) {
        let mut world = world();
        let compiled = [(&source, Expected::Bool), (&number, Expected::Number), (&other, Expected::Bool)]
            .map(|(source, expected)| world.compile(source, expected).ok());
        let texts = world.texts.clone();
        let foresight = Foresight { tables: &[], texts: &texts, known: &known };
        for (compiled, source) in compiled.iter().zip([&source, &number, &other]) {
            let Some(compiled) = compiled else { continue };
            let possible = foresight.of(compiled);
            for result in world.evaluate(compiled, &rows) {
                prop_assert!(is_foreseen(&result, &possible), "{}: {:?} is not in {:?}", source, result, possible);
            }
        }
        if let [Some(one), _, Some(two)] = &compiled {
            if !foresight.can_hold_together(&[one, two]) {
                let held = world.evaluate(one, &rows).into_iter().zip(world.evaluate(two, &rows));
                let both = held.filter(|(one, two)| *one == Ok(Value::Bool(true)) && one == two).count();
                prop_assert_eq!(both, 0, "{} and {} hold together", source, other);
            }
        }
    }

    #[test]
    fn what_is_decided_is_foreseen_often_enough(source in plain_conditions(1)) {
        // A condition and its opposite: never both, always one of the two.
        let mut world = world();
        let both = [format!("{source} && !{source}"), format!("{source} || !{source}")];
        let Ok(never) = world.compile(&both[0], Expected::Bool) else { return Ok(()) };
        let Ok(always) = world.compile(&both[1], Expected::Bool) else { return Ok(()) };
        let texts = world.texts.clone();
        let foresight = Foresight { tables: &[], texts: &texts, known: &known };
        // Ranges have no holes, and only inputs themselves are narrowed down.
        let opaque = ["* 2", "+ 1", "min(", "a < d", "(a == ", "(a != ", "(d == ", "(d != "];
        let seen_through = !opaque.iter().any(|part| source.contains(part));
        if seen_through {
            prop_assert!(!foresight.of(&never).can_hold(), "{}", both[0]);
            prop_assert!(!foresight.of(&always).can_fail(), "{}", both[1]);
        }
    }
}
