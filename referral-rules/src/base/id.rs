//! The order of ids: integers by value, then texts by bytes. Arrival never matters.
use std::cmp::Ordering;

/// Compares two ids. A canonical integer (`0`, `-7`, `42`, not `007`) of at most 18 digits compares by value and stands
/// before every text; texts compare by their bytes.
///
/// # Example
/// ```
/// use referral_rules::base::compare_ids;
/// let mut ids = vec!["R-10", "10", "9", "R-1", "007"];
/// ids.sort_by(|a, b| compare_ids(a, b));
/// assert_eq!(ids, ["9", "10", "007", "R-1", "R-10"]);
/// ```
pub fn compare_ids(left: &str, right: &str) -> Ordering {
    match (integer(left), integer(right)) {
        (Some(left), Some(right)) => left.cmp(&right),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => left.as_bytes().cmp(right.as_bytes()),
    }
}

fn integer(id: &str) -> Option<i64> {
    let digits = id.strip_prefix('-').unwrap_or(id);
    let canonical = match digits.as_bytes() {
        [b'0'] => digits.len() == id.len(),
        [b'1'..=b'9', rest @ ..] => rest.iter().all(u8::is_ascii_digit) && digits.len() <= 18,
        _ => false,
    };
    canonical.then(|| id.parse().ok()).flatten()
}

/// What the order of ids looks at first, without going to the text: of an integer its value, of a text its first bytes.
/// Where two are equal, [`compare_ids`] orders integers as equal and texts by all their bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum SortedId {
    /// An integer.
    Integer(i64),
    /// A text.
    Text(u64),
}

impl SortedId {
    /// The sort key of an id.
    pub fn of(id: &str) -> Self {
        match integer(id) {
            Some(value) => Self::Integer(value),
            None => {
                let mut first = [0; 8];
                first.iter_mut().zip(id.bytes()).for_each(|(slot, byte)| *slot = byte);
                Self::Text(u64::from_be_bytes(first))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sort_keys_agree_with_the_order_of_ids() {
        let ids =
            ["", "\0", "-7", "0", "007", "42", "100", "R-1", "R-10", "R-100000001", "R-100000002", "ü", "zzzzzzzz"];
        for (left, right) in ids.iter().flat_map(|left| ids.iter().map(move |right| (left, right))) {
            let by_keys = SortedId::of(left).cmp(&SortedId::of(right)).then_with(|| left.cmp(right));
            assert_eq!(by_keys, compare_ids(left, right), "{left} {right}");
        }
    }
}
