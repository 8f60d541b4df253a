//! Units of account: currencies with their minor units, and the things that are counted whole.
use super::limits::NAME_BYTES_MAX;
use super::number::Number;
use rust_decimal::Decimal;
use std::fmt;
use std::sync::Arc;

/// A currency, or a thing that is counted: `USD`, `days`, `points`, `percent`. Equal by name.
///
/// # Example
/// ```
/// use referral_rules::base::Unit;
/// assert_eq!(Unit::currency("JPY").unwrap().digits(), 0);
/// assert_eq!(Unit::named("days").unwrap().name(), "days");
/// assert_eq!(Unit::currency("ABC"), None);
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Unit {
    name: Arc<str>,
    digits: u32,
}

impl Unit {
    /// The currency of an ISO 4217 code.
    pub fn currency(code: &str) -> Option<Self> {
        currency_digits(code).map(|digits| Self { name: Arc::from(code), digits })
    }

    /// Hundredths of a whole.
    pub fn percent() -> Self {
        Self { name: Arc::from("percent"), digits: 2 }
    }

    /// A unit that is no currency: a word of lower-case letters, digits and `-`. `percent` has two digits, others none.
    pub fn named(word: &str) -> Option<Self> {
        let mut bytes = word.bytes();
        let is_word = word.len() <= NAME_BYTES_MAX
            && bytes.next().is_some_and(|first| first.is_ascii_lowercase())
            && bytes.all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        let digits = if word == "percent" { 2 } else { 0 };
        is_word.then(|| Self { name: Arc::from(word), digits })
    }

    /// A currency or a word, whichever the text is; no text is both.
    pub fn parse(text: &str) -> Option<Self> {
        Self::currency(text).or_else(|| Self::named(text))
    }

    /// The code or the word.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How many digits after the point an amount has: 2 for `USD`, 0 for `days`.
    pub fn digits(&self) -> u32 {
        self.digits
    }

    /// A sum of minor units in whole units. All that a book can hold adds up to far less than a `Decimal` can.
    pub fn total(&self, minor: i128) -> Decimal {
        Decimal::try_from_i128_with_scale(minor, self.digits).unwrap_or(Decimal::MAX)
    }

    /// True for money.
    pub fn is_currency(&self) -> bool {
        self.name.bytes().all(|byte| byte.is_ascii_uppercase())
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

/// So many minor units of a unit. Only [`Rounding::settle`](super::Rounding::settle) makes one from a number.
///
/// # Example
/// ```
/// use referral_rules::base::{Amount, Unit};
/// let amount = Amount { minor: 20_000, unit: Unit::currency("USD").unwrap() };
/// assert_eq!(amount.to_string(), "200.00 USD");
/// assert_eq!(amount.to_decimal().to_string(), "200.00");
/// ```
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Amount {
    /// Cents of a dollar, days of days.
    pub minor: i64,
    /// Of what.
    pub unit: Unit,
}

impl Amount {
    /// The amount in whole units, with as many digits after the point as the unit has.
    pub fn to_decimal(&self) -> Decimal {
        // A unit has at most four digits; `new` takes up to 28.
        Decimal::new(self.minor, self.unit.digits)
    }

    /// The amount in whole units, for exact arithmetic.
    pub fn to_number(&self) -> Number {
        Number::from_scaled(i128::from(self.minor), self.unit.digits).unwrap_or(Number::ZERO)
    }

    /// The sum; `None` for two different units, which are never added, and where it does not fit.
    pub fn checked_add(&self, other: &Self) -> Option<Self> {
        let minor = self.minor.checked_add(other.minor)?;
        (self.unit == other.unit).then(|| Self { minor, unit: self.unit.clone() })
    }

    /// The difference, as [`Amount::checked_add`].
    pub fn checked_sub(&self, other: &Self) -> Option<Self> {
        let minor = self.minor.checked_sub(other.minor)?;
        (self.unit == other.unit).then(|| Self { minor, unit: self.unit.clone() })
    }
}

/// Shows `200.00 USD`, `14 days`.
impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.to_decimal(), self.unit)
    }
}

/// How many digits after the point the ISO 4217 currency of a code has; `None` for no currency.
pub fn currency_digits(code: &str) -> Option<u32> {
    CURRENCIES.iter().find(|(_, codes)| codes.binary_search(&code).is_ok()).map(|(digits, _)| *digits)
}

/// The codes of all currencies, by their digits after the point and then by the alphabet.
pub fn currency_codes() -> impl Iterator<Item = &'static str> {
    CURRENCIES.iter().flat_map(|(_, codes)| codes.iter().copied())
}

/// ISO 4217 as of 2026: digits after the point, and the sorted codes that have them. Codes without a minor unit (gold, test
/// codes) are no money. Lately withdrawn ones (ANG, BGN, CUC, HRK, SLL, ZWL) stay, for a book may hold their time.
const CURRENCIES: [(u32, &[&str]); 4] = [(2, &TWO), (0, &ZERO), (3, &THREE), (4, &FOUR)];

#[rustfmt::skip]
const TWO: [&str; 145] = [
    "AED", "AFN", "ALL", "AMD", "ANG", "AOA", "ARS", "AUD", "AWG", "AZN", "BAM", "BBD", "BDT", "BGN", "BMD",
    "BND", "BOB", "BOV", "BRL", "BSD", "BTN", "BWP", "BYN", "BZD", "CAD", "CDF", "CHE", "CHF", "CHW", "CNY",
    "COP", "COU", "CRC", "CUC", "CUP", "CVE", "CZK", "DKK", "DOP", "DZD", "EGP", "ERN", "ETB", "EUR", "FJD",
    "FKP", "GBP", "GEL", "GHS", "GIP", "GMD", "GTQ", "GYD", "HKD", "HNL", "HRK", "HTG", "HUF", "IDR", "ILS",
    "INR", "IRR", "JMD", "KES", "KGS", "KHR", "KPW", "KYD", "KZT", "LAK", "LBP", "LKR", "LRD", "LSL", "MAD",
    "MDL", "MGA", "MKD", "MMK", "MNT", "MOP", "MRU", "MUR", "MVR", "MWK", "MXN", "MXV", "MYR", "MZN", "NAD",
    "NGN", "NIO", "NOK", "NPR", "NZD", "PAB", "PEN", "PGK", "PHP", "PKR", "PLN", "QAR", "RON", "RSD", "RUB",
    "SAR", "SBD", "SCR", "SDG", "SEK", "SGD", "SHP", "SLE", "SLL", "SOS", "SRD", "SSP", "STN", "SVC", "SYP",
    "SZL", "THB", "TJS", "TMT", "TOP", "TRY", "TTD", "TWD", "TZS", "UAH", "USD", "USN", "UYU", "UZS", "VED",
    "VES", "WST", "XAD", "XCD", "XCG", "YER", "ZAR", "ZMW", "ZWG", "ZWL",
];

#[rustfmt::skip]
const ZERO: [&str; 17] = [
    "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF",
    "XOF", "XPF",
];

#[rustfmt::skip]
const THREE: [&str; 7] = [
    "BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND",
];

#[rustfmt::skip]
const FOUR: [&str; 2] = [
    "CLF", "UYW",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(name: &str) -> Unit {
        Unit::parse(name).unwrap()
    }

    #[test]
    fn currencies_are_sorted_distinct_and_of_three_letters() {
        for (_, codes) in CURRENCIES {
            assert!(codes.is_sorted_by(|left, right| left < right));
        }
        let mut codes: Vec<&str> = currency_codes().collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), 171);
        assert!(codes.iter().all(|code| code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase())));
    }

    #[test]
    fn digits_are_those_of_the_standard() {
        for (code, digits) in
            [("USD", 2), ("EUR", 2), ("JPY", 0), ("KRW", 0), ("KWD", 3), ("TND", 3), ("CLF", 4), ("UYW", 4)]
        {
            assert_eq!(currency_digits(code), Some(digits), "{code}");
            assert!(unit(code).is_currency());
        }
        for code in ["", "usd", "XXX", "XAU", "US", "USDT"] {
            assert_eq!(Unit::currency(code), None, "{code}");
        }
        assert_eq!((unit("days").digits(), unit("percent").digits()), (0, 2));
        assert!(!unit("days").is_currency());
        for word in ["", "Days", "1st", "-a", "gift card", "a_b", "é"] {
            assert_eq!(Unit::named(word), None, "{word}");
        }
        assert_eq!(Unit::named(&"a".repeat(65)), None);
    }

    #[test]
    fn amounts_are_shown_with_the_digits_of_their_unit() {
        for (minor, name, shown) in [
            (20_000, "USD", "200.00 USD"),
            (-5, "USD", "-0.05 USD"),
            (0, "EUR", "0.00 EUR"),
            (1_500, "JPY", "1500 JPY"),
            (1_500, "KWD", "1.500 KWD"),
            (14, "days", "14 days"),
            (1_250, "percent", "12.50 percent"),
            (i64::MIN, "CLF", "-922337203685477.5808 CLF"),
        ] {
            assert_eq!(Amount { minor, unit: unit(name) }.to_string(), shown);
        }
    }

    #[test]
    fn different_units_are_never_added() {
        let amount = |minor, name| Amount { minor, unit: unit(name) };
        assert_eq!(amount(1, "USD").checked_add(&amount(2, "USD")), Some(amount(3, "USD")));
        assert_eq!(amount(1, "USD").checked_sub(&amount(2, "USD")), Some(amount(-1, "USD")));
        assert_eq!(amount(1, "USD").checked_add(&amount(2, "EUR")), None);
        assert_eq!(amount(i64::MAX, "USD").checked_add(&amount(1, "USD")), None);
        assert_eq!(amount(125, "USD").to_number(), Number::parse("1.25").unwrap());
    }
}
