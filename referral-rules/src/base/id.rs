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
