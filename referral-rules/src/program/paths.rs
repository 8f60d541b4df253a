//! Paths of values, such as `reward[2].amount`. Every value and every expression has one, whether or not there is a fault to tell
//! at it: so they are put together without any formatting.

/// `path[3]`
pub(super) fn numbered(path: &str, number: usize) -> String {
    let mut out = String::with_capacity(path.len().saturating_add(6));
    out.push_str(path);
    out.push('[');
    push_digits(&mut out, number);
    out.push(']');
    out
}

/// `path.key`
pub(super) fn under(path: &str, key: &str) -> String {
    [path, ".", key].concat()
}

fn push_digits(text: &mut String, number: usize) {
    if number > 9 {
        push_digits(text, number / 10);
    }
    text.extend(u32::try_from(number % 10).ok().and_then(|digit| char::from_digit(digit, 10)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stand_in_brackets() {
        let paths = [0, 9, 10, 305].map(|number| under(&numbered("reward", number), "amount"));
        assert_eq!(paths, ["reward[0].amount", "reward[9].amount", "reward[10].amount", "reward[305].amount"]);
    }
}
