//! Functions on lists and maps.
use super::evaluate::Env;
use super::functions::{Arg, Out};
use super::types::Status;
use super::value::{Value, lists_same};
use crate::base::limits::TEXT_CELL_BYTES_MAX;

type Answer = Result<Out, Status>;

fn list<'a>(arguments: &[Arg<'a>]) -> Result<&'a [Value], Status> {
    match arguments {
        [Arg::List(values), ..] => Ok(values),
        _ => Err(Status::NOT_CONVERTIBLE),
    }
}

fn length(length: usize) -> Answer {
    i64::try_from(length).map(Out::Int).map_err(|_| Status::OVERFLOW)
}

/// `size([1, 2])`: 2.
pub(super) fn size(arguments: &[Arg<'_>], _: &mut String, _: Option<&Env<'_>>) -> Answer {
    length(list(arguments)?.len())
}

/// `size({'a': 1})`: 1.
pub(super) fn size_of_map(arguments: &[Arg<'_>], _: &mut String, _: Option<&Env<'_>>) -> Answer {
    length(list(arguments)?.len().div_euclid(2))
}

/// `['x', 'y'].join('-')`: `x-y`.
pub(super) fn join(arguments: &[Arg<'_>], buffer: &mut String, _: Option<&Env<'_>>) -> Answer {
    let separator = if let [_, Arg::Text(separator)] = arguments { separator } else { "" };
    for (at, value) in list(arguments)?.iter().enumerate() {
        let Value::Text(text) = value else {
            return Err(Status::NOT_CONVERTIBLE);
        };
        buffer.push_str(if at == 0 { "" } else { separator });
        buffer.push_str(text);
        if buffer.len() > TEXT_CELL_BYTES_MAX {
            return Err(Status::TOO_LARGE);
        }
    }
    Ok(Out::Buffer)
}

/// `[1] + [2]`: `[1, 2]`.
pub(super) fn concatenate(arguments: &[Arg<'_>], _: &mut String, _: Option<&Env<'_>>) -> Answer {
    match arguments {
        [Arg::List(left), Arg::List(right)] => Ok(Out::List([*left, *right].concat())),
        _ => Err(Status::NOT_CONVERTIBLE),
    }
}

/// `[7, 8][1]`: 8.
pub(super) fn at_index(arguments: &[Arg<'_>], _: &mut String, _: Option<&Env<'_>>) -> Answer {
    let index = if let [_, Arg::Int(index)] = arguments { usize::try_from(*index).ok() } else { None };
    let found = index.and_then(|index| list(arguments).ok()?.get(index));
    found.cloned().map(Out::Value).ok_or(Status::NO_SUCH_KEY)
}

/// `{'a': 1}['a']`: 1.
pub(super) fn at_key(arguments: &[Arg<'_>], _: &mut String, _: Option<&Env<'_>>) -> Answer {
    let [_, key] = arguments else {
        return Err(Status::NO_SUCH_KEY);
    };
    let found = list(arguments)?.chunks_exact(2).find(|entry| entry.first().is_some_and(|known| is(*key, known)));
    found.and_then(|entry| entry.get(1)).cloned().map(Out::Value).ok_or(Status::NO_SUCH_KEY)
}

/// `2 in [1, 2]`: true.
pub(super) fn in_list(arguments: &[Arg<'_>], _: &mut String, _: Option<&Env<'_>>) -> Answer {
    match arguments {
        [value, Arg::List(values)] => Ok(Out::Bool(values.iter().any(|known| is(*value, known)))),
        _ => Err(Status::NOT_CONVERTIBLE),
    }
}

/// `'a' in {'a': 1}`: true.
pub(super) fn in_map(arguments: &[Arg<'_>], _: &mut String, _: Option<&Env<'_>>) -> Answer {
    match arguments {
        [value, Arg::List(entries)] => Ok(Out::Bool(entries.iter().step_by(2).any(|known| is(*value, known)))),
        _ => Err(Status::NOT_CONVERTIBLE),
    }
}

/// `[1] == [1]`: true.
pub(super) fn same_lists(arguments: &[Arg<'_>], _: &mut String, _: Option<&Env<'_>>) -> Answer {
    match arguments {
        [Arg::List(left), Arg::List(right)] => Ok(Out::Bool(lists_same(left, right))),
        _ => Err(Status::NOT_CONVERTIBLE),
    }
}

/// `{'a': 1, 'b': 2} == {'b': 2, 'a': 1}`: true.
pub(super) fn same_maps(arguments: &[Arg<'_>], _: &mut String, _: Option<&Env<'_>>) -> Answer {
    let [Arg::List(left), Arg::List(right)] = arguments else {
        return Err(Status::NOT_CONVERTIBLE);
    };
    let holds = |entry: &[Value]| right.chunks_exact(2).any(|other| lists_same(entry, other));
    Ok(Out::Bool(left.len() == right.len() && left.chunks_exact(2).all(holds)))
}

/// True if the argument is the value; types were checked before, so days and instants compare as their numbers.
fn is(argument: Arg<'_>, value: &Value) -> bool {
    match (argument, value) {
        (Arg::Bool(left), Value::Bool(right)) => left == *right,
        (Arg::Text(left), Value::Text(right)) => left == right,
        (Arg::Int(left), Value::Int(right) | Value::Duration(right)) => left == *right,
        (Arg::Int(left), Value::Date(right)) => left == i64::from(right.0),
        (Arg::Int(left), Value::Instant(right)) => left == right.0,
        (Arg::Int(left), Value::Decimal(_)) => Value::Int(left).same(value),
        (Arg::Decimal(left), value) => Value::Decimal(left).same(value),
        (Arg::List(left), Value::List(right)) => lists_same(left, right),
        (Arg::List(left), Value::Map(right)) => {
            let flat: Vec<Value> = right.iter().flat_map(|(key, value)| [key.clone(), value.clone()]).collect();
            let there = |entry: &[Value]| flat.chunks_exact(2).any(|other| lists_same(entry, other));
            left.len() == flat.len() && left.chunks_exact(2).all(there)
        }
        _ => false,
    }
}
