//! Functions on texts. Positions count characters (Unicode scalar values), the first is 0.
use super::evaluate::Env;
use super::functions::{Arg, Out};
use super::types::Status;
use super::value::Value;
use crate::base::limits::{LIST_LENGTH_MAX, TEXT_CELL_BYTES_MAX};
use std::fmt::Write;

type Answer = Result<Out, Status>;

fn text<'a>(arguments: &[Arg<'a>], at: usize) -> Result<&'a str, Status> {
    match arguments.get(at) {
        Some(Arg::Text(text)) => Ok(text),
        _ => Err(Status::NOT_CONVERTIBLE),
    }
}

fn int(arguments: &[Arg<'_>], at: usize) -> Option<i64> {
    match arguments.get(at) {
        Some(Arg::Int(value)) => Some(*value),
        _ => None,
    }
}

/// The byte at which the character of that position starts; the end is a position, too.
fn byte_at(text: &str, position: i64) -> Result<usize, Status> {
    let position = usize::try_from(position).map_err(|_| Status::OUT_OF_RANGE)?;
    let starts = text.char_indices().map(|(byte, _)| byte).chain([text.len()]);
    starts
        .take(position.saturating_add(1))
        .enumerate()
        .find(|(at, _)| *at == position)
        .map(|(_, byte)| byte)
        .ok_or(Status::OUT_OF_RANGE)
}

fn position(text: &str, byte: usize) -> Answer {
    let count = text.get(..byte).unwrap_or("").chars().count();
    i64::try_from(count).map(Out::Int).map_err(|_| Status::OVERFLOW)
}

/// `size('four')`: 4.
pub(super) fn size(arguments: &[Arg<'_>], _: &mut String, _: Option<&Env<'_>>) -> Answer {
    let text = text(arguments, 0)?;
    position(text, text.len())
}

/// `'hello'.contains('ell')`: true.
pub(super) fn contains(arguments: &[Arg<'_>], _: &mut String, _: Option<&Env<'_>>) -> Answer {
    Ok(Out::Bool(text(arguments, 0)?.contains(text(arguments, 1)?)))
}

/// `'hello'.startsWith('he')`: true.
pub(super) fn starts_with(arguments: &[Arg<'_>], _: &mut String, _: Option<&Env<'_>>) -> Answer {
    Ok(Out::Bool(text(arguments, 0)?.starts_with(text(arguments, 1)?)))
}

/// `'hello'.endsWith('lo')`: true.
pub(super) fn ends_with(arguments: &[Arg<'_>], _: &mut String, _: Option<&Env<'_>>) -> Answer {
    Ok(Out::Bool(text(arguments, 0)?.ends_with(text(arguments, 1)?)))
}

/// `'TacoCat'.lowerAscii()`: `tacocat`.
pub(super) fn lower_ascii(arguments: &[Arg<'_>], buffer: &mut String, _: Option<&Env<'_>>) -> Answer {
    buffer.push_str(text(arguments, 0)?);
    buffer.make_ascii_lowercase();
    Ok(Out::Buffer)
}

/// `'tacoCat'.upperAscii()`: `TACOCAT`.
pub(super) fn upper_ascii(arguments: &[Arg<'_>], buffer: &mut String, _: Option<&Env<'_>>) -> Answer {
    buffer.push_str(text(arguments, 0)?);
    buffer.make_ascii_uppercase();
    Ok(Out::Buffer)
}

/// `' a '.trim()`: `a`.
pub(super) fn trim(arguments: &[Arg<'_>], buffer: &mut String, _: Option<&Env<'_>>) -> Answer {
    buffer.push_str(text(arguments, 0)?.trim());
    Ok(Out::Buffer)
}

/// `'a' + 'b'`: `ab`.
pub(super) fn concatenate(arguments: &[Arg<'_>], buffer: &mut String, _: Option<&Env<'_>>) -> Answer {
    for part in [text(arguments, 0)?, text(arguments, 1)?] {
        buffer.push_str(part);
    }
    if buffer.len() > TEXT_CELL_BYTES_MAX { Err(Status::TOO_LARGE) } else { Ok(Out::Buffer) }
}

/// `'a-b-c'.replace('-', '+')`; a fourth argument that is not negative is the most times.
pub(super) fn replace(arguments: &[Arg<'_>], buffer: &mut String, _: Option<&Env<'_>>) -> Answer {
    let (source, old, new) = (text(arguments, 0)?, text(arguments, 1)?, text(arguments, 2)?);
    let most = int(arguments, 3).map_or(usize::MAX, |most| usize::try_from(most).unwrap_or(usize::MAX));
    let mut copied = 0;
    for (at, found) in source.match_indices(old).take(most) {
        buffer.push_str(source.get(copied..at).unwrap_or(""));
        buffer.push_str(new);
        copied = at.saturating_add(found.len());
        if buffer.len() > TEXT_CELL_BYTES_MAX {
            return Err(Status::TOO_LARGE);
        }
    }
    buffer.push_str(source.get(copied..).unwrap_or(""));
    if buffer.len() > TEXT_CELL_BYTES_MAX { Err(Status::TOO_LARGE) } else { Ok(Out::Buffer) }
}

/// `'a b'.split(' ')`; a third argument is the most parts, none for 0, all when negative.
pub(super) fn split(arguments: &[Arg<'_>], _: &mut String, _: Option<&Env<'_>>) -> Answer {
    let (source, separator) = (text(arguments, 0)?, text(arguments, 1)?);
    let most = int(arguments, 2).map_or(usize::MAX, |most| usize::try_from(most).unwrap_or(usize::MAX));
    let mut parts = Vec::new();
    let mut rest = Some(source).filter(|rest| most > 0 && !(separator.is_empty() && rest.is_empty()));
    while let Some(text) = rest {
        let last = parts.len().saturating_add(1) >= most;
        let cut = if separator.is_empty() {
            let first = text.chars().next().map_or(0, char::len_utf8);
            (first < text.len()).then(|| text.split_at_checked(first)).flatten()
        } else {
            text.split_once(separator)
        };
        let (part, behind) = match cut.filter(|_| !last) {
            Some((part, behind)) => (part, Some(behind)),
            None => (text, None),
        };
        parts.push(Value::Text(part.to_owned()));
        rest = behind;
        if parts.len() > LIST_LENGTH_MAX {
            return Err(Status::TOO_LARGE);
        }
    }
    Ok(Out::List(parts))
}

/// `'tacocat'.substring(0, 4)`: `taco`.
pub(super) fn substring(arguments: &[Arg<'_>], buffer: &mut String, _: Option<&Env<'_>>) -> Answer {
    let source = text(arguments, 0)?;
    let from = byte_at(source, int(arguments, 1).unwrap_or(0))?;
    let until = int(arguments, 2).map_or(Ok(source.len()), |until| byte_at(source, until))?;
    buffer.push_str(source.get(from..until).ok_or(Status::OUT_OF_RANGE)?);
    Ok(Out::Buffer)
}

/// `'tacocat'.charAt(3)`: `o`; empty at the end.
pub(super) fn char_at(arguments: &[Arg<'_>], buffer: &mut String, _: Option<&Env<'_>>) -> Answer {
    let source = text(arguments, 0)?;
    let from = byte_at(source, int(arguments, 1).unwrap_or(0))?;
    buffer.extend(source.get(from..).unwrap_or("").chars().take(1));
    Ok(Out::Buffer)
}

/// `'tacocat'.indexOf('a', 3)`: 5.
pub(super) fn index_of(arguments: &[Arg<'_>], _: &mut String, _: Option<&Env<'_>>) -> Answer {
    let (source, wanted) = (text(arguments, 0)?, text(arguments, 1)?);
    let from = byte_at(source, int(arguments, 2).unwrap_or(0))?;
    match source.get(from..).unwrap_or("").find(wanted) {
        Some(at) => position(source, from.saturating_add(at)),
        None => Ok(Out::Int(-1)),
    }
}

/// `'tacocat'.lastIndexOf('a')`: 5; a third argument is the last position at which it may start.
pub(super) fn last_index_of(arguments: &[Arg<'_>], _: &mut String, _: Option<&Env<'_>>) -> Answer {
    let (source, wanted) = (text(arguments, 0)?, text(arguments, 1)?);
    let until = int(arguments, 2).map_or(Ok(source.len()), |until| byte_at(source, until))?;
    let mut end = until.saturating_add(wanted.len()).min(source.len());
    while !source.is_char_boundary(end) {
        end = end.saturating_sub(1);
    }
    match source.get(..end).unwrap_or("").rfind(wanted) {
        Some(at) => position(source, at),
        None => Ok(Out::Int(-1)),
    }
}

/// `bool('true')`.
pub(super) fn bool_of_text(arguments: &[Arg<'_>], _: &mut String, _: Option<&Env<'_>>) -> Answer {
    match text(arguments, 0)? {
        "1" | "t" | "true" | "TRUE" | "True" => Ok(Out::Bool(true)),
        "0" | "f" | "false" | "FALSE" | "False" => Ok(Out::Bool(false)),
        _ => Err(Status::NOT_CONVERTIBLE),
    }
}

/// `string(12.50)`: `12.5`.
pub(super) fn string_of(arguments: &[Arg<'_>], buffer: &mut String, _: Option<&Env<'_>>) -> Answer {
    let written = match arguments {
        [Arg::Bool(value)] => write!(buffer, "{value}"),
        [Arg::Int(value)] => write!(buffer, "{value}"),
        [Arg::Decimal(value)] => write!(buffer, "{value}"),
        _ => return Err(Status::NOT_CONVERTIBLE),
    };
    written.map(|()| Out::Buffer).map_err(|_| Status::NOT_CONVERTIBLE)
}
