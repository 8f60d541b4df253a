//! Texts of JSON: escapes, surrogate pairs, and how the decoded bytes lie in the document.
use super::json::{Reader, Stop};
use super::{Text, TextMap};
use crate::diag::Span;
use std::borrow::Cow;

impl<'a> Reader<'a> {
    /// Reads a text; the place is at its opening quote.
    pub(super) fn string(&mut self) -> Result<Text<'a>, Stop> {
        let opening = self.at;
        self.step();
        let start = self.at;
        self.plain();
        if self.byte() == Some(b'"') {
            let text = Cow::Borrowed(self.slice(start));
            self.step();
            return Ok(Text { text, map: None });
        }
        let mut text = self.slice(start).to_owned();
        let mut map = TextMap::starting_at(start);
        loop {
            match self.byte() {
                Some(b'"') => {
                    self.step();
                    return Ok(Text { text: Cow::Owned(text), map: Some(Box::new(map)) });
                }
                Some(b'\\') => {
                    let decoded = self.escape()?;
                    text.push(decoded);
                    map.jump(text.len(), self.at);
                }
                Some(_) => {
                    let at = Span::new(self.at, self.at.saturating_add(1));
                    self.fault(at, "a control character stands in a text", "write it as an escape, such as `\\n`")?;
                    self.step();
                    text.push(' ');
                }
                None => {
                    let quote = Span::new(opening, opening.saturating_add(1));
                    self.fault(quote, "the text has no closing `\"`", "close it")?;
                    return Err(Stop);
                }
            }
            let from = self.at;
            self.plain();
            text.push_str(self.slice(from));
        }
    }

    /// Passes characters that stand for themselves. Every stop is at an ASCII byte, so slices end between characters.
    fn plain(&mut self) {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or(&[]);
        let length = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f)).unwrap_or(rest.len());
        self.at = self.at.saturating_add(length);
    }

    fn escape(&mut self) -> Result<char, Stop> {
        let start = self.at;
        self.step();
        let Some(letter) = self.byte() else { return Ok(' ') };
        let decoded = match letter {
            b'"' | b'\\' | b'/' => char::from(letter),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                self.step();
                return self.unicode(start);
            }
            _ => {
                let at = Span::new(start, self.at);
                self.fault(at, "the escape after `\\` is not one of JSON", "write `\\\\` for a backslash")?;
                return Ok('\\');
            }
        };
        self.step();
        Ok(decoded)
    }

    /// The digits after `\u`, and the second half of a surrogate pair.
    fn unicode(&mut self, start: usize) -> Result<char, Stop> {
        let first = self.hex();
        let code = match first {
            Some(high @ 0xd800..=0xdbff) if self.text.get(self.at..).is_some_and(|rest| rest.starts_with("\\u")) => {
                let between = self.at;
                self.at = self.at.saturating_add(2);
                match self.hex() {
                    Some(low @ 0xdc00..=0xdfff) => pair(high, low),
                    _ => {
                        self.at = between;
                        None
                    }
                }
            }
            other => other,
        };
        match code.and_then(char::from_u32) {
            Some(decoded) => Ok(decoded),
            None => {
                let message = match first {
                    Some(_) => "half of a surrogate pair stands alone",
                    None => "`\\u` needs four hexadecimal digits",
                };
                self.fault(Span::new(start, self.at), message, "write the character itself")?;
                Ok('\u{fffd}')
            }
        }
    }

    /// Four hexadecimal digits; passes those that are there.
    fn hex(&mut self) -> Option<u32> {
        let mut code = 0_u32;
        for _ in 0..4 {
            let digit = self.byte().and_then(|byte| char::from(byte).to_digit(16))?;
            code = code.checked_mul(16)?.checked_add(digit)?;
            self.step();
        }
        Some(code)
    }
}

fn pair(high: u32, low: u32) -> Option<u32> {
    let high = high.checked_sub(0xd800)?.checked_mul(0x400)?;
    low.checked_sub(0xdc00)?.checked_add(high)?.checked_add(0x1_0000)
}
