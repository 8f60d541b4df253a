//! The one table of functions: their names, what they take and give, what they are for. The documentation comes from it.
//!
//! Every function may be called as `f(a, b)` and as `a.f(b)`.
use super::evaluate::Env;
use super::kernels::Arithmetic;
use super::normalize;
use super::program::Field;
use super::types::{Status, Type};
use super::value::Value;
use super::{functions_list as list, functions_number as number, functions_text as text, functions_time as time};
use crate::base::Number;

/// An argument of one row. Days, instants and durations are whole numbers.
#[derive(Clone, Copy, Debug)]
pub(super) enum Arg<'a> {
    Bool(bool),
    Int(i64),
    Decimal(Number),
    Text(&'a str),
    List(&'a [Value]),
}

/// The result for one row.
#[derive(Clone, Debug)]
pub(super) enum Out {
    Bool(bool),
    Int(i64),
    Decimal(Number),
    /// The text in the buffer.
    Buffer,
    List(Vec<Value>),
    Value(Value),
}

/// Computes one row; a text is written into the buffer, which comes empty.
pub(super) type Run = fn(&[Arg<'_>], &mut String, Option<&Env<'_>>) -> Result<Out, Status>;

/// What a parameter takes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Takes {
    Bool,
    Int,
    /// An int or a decimal, given as a decimal.
    Number,
    Text,
    Date,
    Instant,
    Duration,
    /// A date, or an instant, given as its civil day in the program's zone.
    Day,
    TextList,
    AnyList,
    AnyMap,
    /// The name or offset of a zone, written as a literal.
    Zone,
    /// A length of time, written as a literal; it arrives as its [code](Length::code).
    Length,
}

impl Takes {
    /// The word in signatures.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Bool => "bool",
            Self::Int => "int",
            Self::Number => "number",
            Self::Text => "text",
            Self::Date => "date",
            Self::Instant => "instant",
            Self::Duration => "duration",
            Self::Day => "date or instant",
            Self::TextList => "list of text",
            Self::AnyList => "list",
            Self::AnyMap => "map",
            Self::Zone => "zone name",
            Self::Length => "length",
        }
    }

    /// True if a value of the type may be given.
    pub(super) fn accepts(self, ty: &Type) -> bool {
        match (self, ty) {
            (_, Type::Nothing)
            | (Self::Bool, Type::Bool)
            | (Self::Int, Type::Int)
            | (Self::Number, Type::Int | Type::Decimal)
            | (Self::Text | Self::Zone | Self::Length, Type::Text | Type::OneOf(_))
            | (Self::Date, Type::Date)
            | (Self::Instant, Type::Instant)
            | (Self::Duration, Type::Duration)
            | (Self::Day, Type::Date | Type::Instant)
            | (Self::AnyList, Type::List(_))
            | (Self::AnyMap, Type::Map(..)) => true,
            (Self::TextList, Type::List(element)) => element.is_text() || **element == Type::Nothing,
            _ => false,
        }
    }

    /// The type that the value has when it arrives.
    pub(super) fn arrives(self, ty: &Type) -> Type {
        match self {
            Self::Bool => Type::Bool,
            Self::Int | Self::Length => Type::Int,
            Self::Number => Type::Decimal,
            Self::Text | Self::Zone => Type::Text,
            Self::Date | Self::Day => Type::Date,
            Self::Instant => Type::Instant,
            Self::Duration => Type::Duration,
            Self::TextList => Type::List(Box::new(Type::Text)),
            Self::AnyList if *ty == Type::Nothing => Type::List(Box::new(Type::Nothing)),
            Self::AnyMap if *ty == Type::Nothing => Type::Map(Box::new(Type::Nothing), Box::new(Type::Nothing)),
            Self::AnyList | Self::AnyMap => ty.clone(),
        }
    }
}

/// What a function gives.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Gives {
    Bool,
    Int,
    Decimal,
    Text,
    Date,
    Instant,
    Duration,
    TextList,
}

impl Gives {
    /// The type.
    pub(super) fn ty(self) -> Type {
        match self {
            Self::Bool => Type::Bool,
            Self::Int => Type::Int,
            Self::Decimal => Type::Decimal,
            Self::Text => Type::Text,
            Self::Date => Type::Date,
            Self::Instant => Type::Instant,
            Self::Duration => Type::Duration,
            Self::TextList => Type::List(Box::new(Type::Text)),
        }
    }
}

/// How it is computed.
#[derive(Clone, Copy, Debug)]
pub(super) enum Action {
    /// Row by row, from the arguments alone.
    Run(Run),
    /// Row by row, with zone and calendar.
    InProgram(Run),
    /// The first argument as it arrives.
    Same,
    /// Whole-number arithmetic over columns.
    Int(Arithmetic),
    /// Exact arithmetic over columns.
    Decimal(Arithmetic),
    /// The second less the first.
    Difference,
    /// A part of an instant, in UTC or in the zone given.
    Part(Field),
}

/// One way to call a function.
#[derive(Clone, Copy, Debug)]
pub(super) struct Overload {
    pub(super) takes: &'static [Takes],
    pub(super) gives: Gives,
    pub(super) action: Action,
}

/// A function.
#[derive(Clone, Copy, Debug)]
pub(super) struct Function {
    pub(super) name: &'static str,
    pub(super) summary: &'static str,
    pub(super) overloads: &'static [Overload],
}

/// What the documentation says of a function.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FunctionDoc {
    /// The name.
    pub name: &'static str,
    /// The ways to call it, such as `substring(text, int) -> text`.
    pub signatures: Vec<String>,
    /// One sentence: what it is for.
    pub summary: &'static str,
}

/// All functions in the order of the documentation, without the loops over lists and `has`.
pub fn functions() -> Vec<FunctionDoc> {
    let special = [
        ("min", "min(number, number, …) -> number", "the least of two or more"),
        ("max", "max(number, number, …) -> number", "the greatest of two or more"),
        (
            "by_bands",
            "by_bands('table', number) -> decimal",
            "the part of the number in each band of the table, times the band's value, all together",
        ),
        ("granted", "granted('reward-id') -> decimal", "what that reward has granted for this referral so far"),
    ];
    let table = FUNCTIONS.iter().map(|function| FunctionDoc {
        name: function.name,
        signatures: function.overloads.iter().map(|overload| signature(function.name, overload)).collect(),
        summary: function.summary,
    });
    table
        .chain(special.map(|(name, signature, summary)| FunctionDoc {
            name,
            signatures: vec![signature.to_owned()],
            summary,
        }))
        .collect()
}

/// A way to call a function as people read it.
pub(super) fn signature(name: &str, overload: &Overload) -> String {
    let takes: Vec<&str> = overload.takes.iter().map(|takes| takes.word()).collect();
    format!("{name}({}) -> {}", takes.join(", "), overload.gives.ty())
}

/// The function of that name.
pub(super) fn find(name: &str) -> Option<&'static Function> {
    FUNCTIONS.iter().find(|function| function.name == name)
}

/// All names that can be called, for suggestions.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    let special = ["has", "min", "max", "by_bands", "granted", "all", "exists", "exists_one", "map", "filter"];
    FUNCTIONS.iter().map(|function| function.name).chain(special)
}

macro_rules! functions {
    ($($name:literal $summary:literal { $(($($takes:ident),*) -> $gives:ident = $action:expr;)* })*) => {
        const FUNCTIONS: &[Function] = &[$(Function {
            name: $name,
            summary: $summary,
            overloads: &[$(Overload { takes: &[$(Takes::$takes),*], gives: Gives::$gives, action: $action },)*],
        },)*];
    };
}

use Action::{Decimal, Difference, InProgram, Int, Part, Run as Rows, Same};

functions! {
    "size" "how many characters a text has, elements a list, entries a map" {
        (Text) -> Int = Rows(text::size);
        (AnyList) -> Int = Rows(list::size);
        (AnyMap) -> Int = Rows(list::size_of_map);
    }
    "contains" "true if the second text stands in the first" { (Text, Text) -> Bool = Rows(text::contains); }
    "startsWith" "true if the first text starts with the second" { (Text, Text) -> Bool = Rows(text::starts_with); }
    "endsWith" "true if the first text ends with the second" { (Text, Text) -> Bool = Rows(text::ends_with); }
    "lowerAscii" "the text with A to Z as a to z" { (Text) -> Text = Rows(text::lower_ascii); }
    "upperAscii" "the text with a to z as A to Z" { (Text) -> Text = Rows(text::upper_ascii); }
    "trim" "the text without blanks at both ends" { (Text) -> Text = Rows(text::trim); }
    "replace" "the text with the third for the second, everywhere or so many times" {
        (Text, Text, Text) -> Text = Rows(text::replace);
        (Text, Text, Text, Int) -> Text = Rows(text::replace);
    }
    "split" "the parts of the text between the separators, at most so many" {
        (Text, Text) -> TextList = Rows(text::split);
        (Text, Text, Int) -> TextList = Rows(text::split);
    }
    "join" "the texts of the list, with the separator between them" {
        (TextList) -> Text = Rows(list::join);
        (TextList, Text) -> Text = Rows(list::join);
    }
    "substring" "the characters from a position on, up to, not including, another; the first is 0" {
        (Text, Int) -> Text = Rows(text::substring);
        (Text, Int, Int) -> Text = Rows(text::substring);
    }
    "charAt" "the character at a position; the first is 0" { (Text, Int) -> Text = Rows(text::char_at); }
    "indexOf" "the position of the second text in the first, from a position on; -1 if there is none" {
        (Text, Text) -> Int = Rows(text::index_of);
        (Text, Text, Int) -> Int = Rows(text::index_of);
    }
    "lastIndexOf" "the last position of the second text in the first, up to a position; -1 if there is none" {
        (Text, Text) -> Int = Rows(text::last_index_of);
        (Text, Text, Int) -> Int = Rows(text::last_index_of);
    }
    "domain" "the lower-cased domain of an e-mail address or URL" { (Text) -> Text = Rows(normalize::domain); }
    "normalize_email" "the address in lower case, without dots and +tag before the @" {
        (Text) -> Text = Rows(normalize::email);
    }
    "normalize_domain" "the domain in lower case, without scheme, www., path and last dot" {
        (Text) -> Text = Rows(normalize::bare_domain);
    }
    "normalize_phone" "the digits of the number, and a leading +" { (Text) -> Text = Rows(normalize::phone); }
    "normalize_company" "the name's words in lower case, without its legal form" {
        (Text) -> Text = Rows(normalize::company);
    }
    "is_email" "true for a well-formed e-mail address" { (Text) -> Bool = Rows(normalize::is_email); }
    "int" "the whole number: of a decimal without its fraction, of a text as read, of an instant its seconds since 1970" {
        (Int) -> Int = Same;
        (Number) -> Int = Rows(number::int_of_decimal);
        (Text) -> Int = Rows(number::int_of_text);
        (Instant) -> Int = Rows(time::seconds_of_instant);
    }
    "decimal" "the exact number" {
        (Number) -> Decimal = Same;
        (Text) -> Decimal = Rows(number::decimal_of_text);
    }
    "bool" "the truth value that a text spells" {
        (Bool) -> Bool = Same;
        (Text) -> Bool = Rows(text::bool_of_text);
    }
    "string" "the value as text" {
        (Text) -> Text = Same;
        (Bool) -> Text = Rows(text::string_of);
        (Int) -> Text = Rows(text::string_of);
        (Number) -> Text = Rows(text::string_of);
        (Date) -> Text = Rows(time::string_of_date);
        (Instant) -> Text = Rows(time::string_of_instant);
        (Duration) -> Text = Rows(time::string_of_duration);
    }
    "timestamp" "the instant that a text such as '2026-01-31T12:00:00Z' spells, or so many seconds since 1970" {
        (Instant) -> Instant = Same;
        (Text) -> Instant = Rows(time::instant_of_text);
        (Int) -> Instant = Rows(time::instant_of_seconds);
    }
    "date" "the day that a text such as '2026-01-31' spells" {
        (Date) -> Date = Same;
        (Text) -> Date = Rows(time::date_of_text);
    }
    "duration" "the length of time that a text such as '90m' or '1h30m' spells" {
        (Duration) -> Duration = Same;
        (Text) -> Duration = Rows(time::duration_of_text);
    }
    "getFullYear" "the year" {
        (Instant) -> Int = Part(Field::FullYear);
        (Instant, Zone) -> Int = Part(Field::FullYear);
        (Date) -> Int = Rows(time::full_year);
    }
    "getMonth" "the month, January is 0" {
        (Instant) -> Int = Part(Field::Month);
        (Instant, Zone) -> Int = Part(Field::Month);
        (Date) -> Int = Rows(time::month);
    }
    "getDate" "the day of the month, the first is 1" {
        (Instant) -> Int = Part(Field::Date);
        (Instant, Zone) -> Int = Part(Field::Date);
        (Date) -> Int = Rows(time::day_from_one);
    }
    "getDayOfMonth" "the day of the month, the first is 0" {
        (Instant) -> Int = Part(Field::DayOfMonth);
        (Instant, Zone) -> Int = Part(Field::DayOfMonth);
        (Date) -> Int = Rows(time::day_from_zero);
    }
    "getDayOfWeek" "the day of the week, Sunday is 0" {
        (Instant) -> Int = Part(Field::DayOfWeek);
        (Instant, Zone) -> Int = Part(Field::DayOfWeek);
        (Date) -> Int = Rows(time::day_of_week);
    }
    "getDayOfYear" "the day of the year, the first is 0" {
        (Instant) -> Int = Part(Field::DayOfYear);
        (Instant, Zone) -> Int = Part(Field::DayOfYear);
        (Date) -> Int = Rows(time::day_of_year);
    }
    "getHours" "the hour of the day; of a duration all its hours" {
        (Instant) -> Int = Part(Field::Hours);
        (Instant, Zone) -> Int = Part(Field::Hours);
        (Duration) -> Int = Rows(time::hours_of_duration);
    }
    "getMinutes" "the minute of the hour; of a duration all its minutes" {
        (Instant) -> Int = Part(Field::Minutes);
        (Instant, Zone) -> Int = Part(Field::Minutes);
        (Duration) -> Int = Rows(time::minutes_of_duration);
    }
    "getSeconds" "the second of the minute; of a duration all its seconds" {
        (Instant) -> Int = Part(Field::Seconds);
        (Instant, Zone) -> Int = Part(Field::Seconds);
        (Duration) -> Int = Rows(time::seconds_of_duration);
    }
    "getMilliseconds" "the millisecond of the second" {
        (Instant) -> Int = Part(Field::Milliseconds);
        (Instant, Zone) -> Int = Part(Field::Milliseconds);
        (Duration) -> Int = Rows(time::milliseconds_of_duration);
    }
    "day" "the civil day in the program's zone" { (Day) -> Date = Same; }
    "days_between" "the civil days from the first to the second" { (Day, Day) -> Int = Difference; }
    "months_between" "the whole months from the first to the second" { (Day, Day) -> Int = Rows(time::months_between); }
    "months_since" "the whole months from the first to the second" { (Day, Day) -> Int = Rows(time::months_between); }
    "business_days" "the business days after the first, up to and including the second" {
        (Day, Day) -> Int = InProgram(time::business_days);
    }
    "days_after" "so many civil days after the date or instant, at the same time of day" {
        (Int, Date) -> Date = Rows(time::days_after_date);
        (Int, Instant) -> Instant = InProgram(time::days_after_instant);
    }
    "months_after" "so many months after the date or instant, at the month's end if the day does not exist" {
        (Int, Date) -> Date = Rows(time::months_after_date);
        (Int, Instant) -> Instant = InProgram(time::months_after_instant);
    }
    "within" "whether the first lies within the length from the last on; the last day belongs to it" {
        (Instant, Length, Instant) -> Bool = InProgram(time::within_instants);
        (Day, Length, Day) -> Bool = InProgram(time::within_days);
    }
    "in_first" "whether the first lies in the first so many days, months or hours from the last on; the day on which they are over does not" {
        (Instant, Length, Instant) -> Bool = InProgram(time::in_first_instants);
        (Day, Length, Day) -> Bool = InProgram(time::in_first_days);
    }
    "abs" "the number without its sign" {
        (Int) -> Int = Rows(number::abs_int);
        (Number) -> Decimal = Rows(number::abs);
    }
    "round" "the number with so many digits after the point, none if not given; halves away from zero" {
        (Number) -> Decimal = Rows(number::round);
        (Number, Int) -> Decimal = Rows(number::round);
    }
    "round_to" "the nearest multiple of the second, halves away from zero: to five cents, to a hundred" {
        (Number, Number) -> Decimal = Rows(number::round_to);
    }
    "floor_to" "the greatest multiple of the second that is not above" { (Number, Number) -> Decimal = Rows(number::floor_to); }
    "ceil_to" "the least multiple of the second that is not below" { (Number, Number) -> Decimal = Rows(number::ceil_to); }
    "floor" "the greatest whole number that is not above" { (Int) -> Int = Same; (Number) -> Int = Rows(number::floor); }
    "ceil" "the least whole number that is not below" { (Int) -> Int = Same; (Number) -> Int = Rows(number::ceil); }
    "div" "the quotient without its fraction" {
        (Int, Int) -> Int = Int(Arithmetic::DivideWhole);
        (Number, Number) -> Int = Decimal(Arithmetic::DivideWhole);
    }
    "mod" "the remainder of `div`, with the sign of the first" {
        (Int, Int) -> Int = Int(Arithmetic::Remainder);
        (Number, Number) -> Decimal = Decimal(Arithmetic::Remainder);
    }
    "converted" "the amount of the first currency in the second, by the host's rate of that day" {
        (Number, Text, Text, Day) -> Decimal = InProgram(number::converted);
    }
}
