//! Literals: exact numbers with an optional percent sign, and every form of text that the language has.
use crate::base::Number;

/// A number that was read.
pub(super) enum Literal {
    /// A whole number without its sign.
    Int(u64),
    /// A number with a point or a percent sign.
    Decimal(Number),
}

/// A number and how many bytes it takes; or what to do instead.
pub(super) struct ReadNumber {
    pub(super) bytes: usize,
    pub(super) literal: Result<Literal, &'static str>,
}

/// Reads a number from the start of the text, which begins with a digit or a point and a digit.
pub(super) fn number(text: &str) -> ReadNumber {
    let digits = |from: usize| digits(text.get(from..).unwrap_or("").as_bytes());
    if let Some(rest) = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        let length = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
        let value = u64::from_str_radix(rest.get(..length).unwrap_or(""), 16);
        let literal = value.map(Literal::Int).map_err(|_| "write a hexadecimal number of at most 64 bits");
        return ReadNumber { bytes: length.saturating_add(2), literal };
    }
    let whole = digits(0);
    let point = whole.saturating_add(1);
    let fraction = if text.get(whole..).is_some_and(|rest| rest.starts_with('.')) { digits(point) } else { 0 };
    let end = if fraction == 0 { whole } else { point.saturating_add(fraction) };
    let rest = text.get(end..).unwrap_or("");
    let tail = rest.find(|c: char| c != '_' && !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
    if tail > 0 {
        return bad_tail(rest, end, tail);
    }
    let written = text.get(..end).unwrap_or("").replace('_', "");
    let percent = rest.starts_with('%');
    let bytes = if percent { end.saturating_add(1) } else { end };
    let literal = if fraction == 0 && !percent {
        let known = written.parse().map(Literal::Int);
        known.map_err(|_| "write whole numbers of at most 64 bits; larger ones with `.0`")
    } else {
        let padded = if whole == 0 { format!("0{written}") } else { written };
        let value = Number::parse(&padded);
        let value = if percent { value.and_then(|v| v.checked_div(Number::from(100))) } else { value };
        value.map(Literal::Decimal).ok_or("write at most 28 digits")
    };
    ReadNumber { bytes, literal }
}

/// How many bytes digits take; as in TOML, a `_` may stand between two of them.
fn digits(text: &[u8]) -> usize {
    let is_digit = |at: usize| text.get(at).is_some_and(u8::is_ascii_digit);
    let mut length = 0_usize;
    loop {
        let next = length.saturating_add(1);
        length = match text.get(length) {
            Some(digit) if digit.is_ascii_digit() => next,
            Some(b'_') if length > 0 && is_digit(next) && is_digit(length.saturating_sub(1)) => next,
            _ => return length,
        };
    }
}

fn bad_tail(rest: &str, end: usize, tail: usize) -> ReadNumber {
    let mut bytes = end.saturating_add(tail);
    let fault = match rest.chars().next() {
        Some('e' | 'E') => {
            let signed = rest.get(1..).unwrap_or("").starts_with(['+', '-']) && tail == 1;
            if signed {
                let after = rest.get(2..).unwrap_or("");
                let digits = after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len());
                bytes = bytes.saturating_add(digits).saturating_add(1);
            }
            "write the number out, without an exponent"
        }
        Some('u' | 'U') if tail == 1 => "write the number without `u`",
        Some('_') => "write `_` between two digits only",
        _ => "write a blank or an operator after the number",
    };
    ReadNumber { bytes, literal: Err(fault) }
}

/// A text, how many bytes its literal takes, and what is wrong with it: offset, bytes, message; no bytes: all of it.
pub(super) struct ReadText {
    pub(super) text: String,
    pub(super) bytes: usize,
    pub(super) faults: Vec<(usize, usize, String)>,
}

/// Reads a text literal from its opening quote on; a raw one has no escapes.
pub(super) fn text(source: &str, raw: bool) -> ReadText {
    let quote = if source.starts_with('"') { "\"" } else { "'" };
    let triple = quote.repeat(3);
    let (delimiter, long) = if source.starts_with(&triple) { (triple.as_str(), true) } else { (quote, false) };
    let mut read = ReadText { text: String::new(), bytes: delimiter.len(), faults: Vec::new() };
    loop {
        let rest = source.get(read.bytes..).unwrap_or("");
        if rest.starts_with(delimiter) {
            read.bytes = read.bytes.saturating_add(delimiter.len());
            return read;
        }
        match rest.chars().next() {
            Some('\\') if !raw => escape(rest, &mut read),
            Some('\n' | '\r') if !long => break,
            Some(other) => {
                read.text.push(other);
                read.bytes = read.bytes.saturating_add(other.len_utf8());
            }
            None => break,
        }
    }
    read.faults = vec![(0, 0, format!("the text does not end: {} is missing", delimiter))];
    read
}

fn escape(rest: &str, read: &mut ReadText) {
    let letter = rest.chars().nth(1);
    let code = |from: usize, digits: usize, radix: u32| {
        let digits = rest.get(from..from.saturating_add(digits))?;
        let plain = digits.chars().all(|digit| digit.is_digit(radix));
        plain.then(|| u32::from_str_radix(digits, radix).ok()).flatten().and_then(char::from_u32)
    };
    let (read_as, bytes) = match letter {
        Some('a') => (Some('\u{7}'), 2),
        Some('b') => (Some('\u{8}'), 2),
        Some('f') => (Some('\u{c}'), 2),
        Some('n') => (Some('\n'), 2),
        Some('r') => (Some('\r'), 2),
        Some('t') => (Some('\t'), 2),
        Some('v') => (Some('\u{b}'), 2),
        Some(same @ ('\\' | '?' | '"' | '\'' | '`')) => (Some(same), 2),
        Some('x' | 'X') => (code(2, 2, 16), 4),
        Some('u') => (code(2, 4, 16), 6),
        Some('U') => (code(2, 8, 16), 10),
        Some('0'..='3') => (code(1, 3, 8), 4),
        _ => (None, 0),
    };
    match read_as {
        Some(char) => {
            read.text.push(char);
            read.bytes = read.bytes.saturating_add(bytes);
        }
        None => {
            let bytes = letter.map_or(1, |letter| letter.len_utf8().saturating_add(1));
            let shown = rest.get(..bytes).unwrap_or("\\");
            read.faults.push((
                read.bytes,
                bytes,
                format!("`{}` is not an escape", shown.replace(char::is_control, " ")),
            ));
            read.bytes = read.bytes.saturating_add(bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_in_texts_have_their_place_and_the_rest_is_read() {
        let read = text(r"'a\qb\ud800c'.d", false);
        let faults: Vec<_> = read.faults.iter().map(|(at, bytes, message)| (*at, *bytes, message.as_str())).collect();
        assert_eq!(faults, [(2, 2, r"`\q` is not an escape"), (5, 2, r"`\u` is not an escape")]);
        assert_eq!((read.bytes, text("'''a'b'''", false).text.as_str()), (13, "a'b"));
        assert_eq!(text("'open", false).faults.len(), 1);
    }

    #[test]
    fn numbers_end_where_they_end() {
        for (source, bytes, good) in [
            ("42.f()", 2, true),
            ("12.5%*a", 5, true),
            (".5", 2, true),
            ("0x1fg", 5, false),
            ("1e-5+2", 4, false),
            ("1_000", 5, true),
            ("1_000.25_5", 10, true),
            ("1__0", 4, false),
            ("1_000_", 6, false),
            ("12u", 3, false),
            ("99999999999999999999", 20, false),
        ] {
            let read = number(source);
            assert_eq!((read.bytes, read.literal.is_ok()), (bytes, good), "{source}");
        }
    }
}
