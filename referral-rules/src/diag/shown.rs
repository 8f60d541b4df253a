//! Text of others in messages: short, and on one line.

/// The most characters that are shown.
const SHOWN_CHARACTERS_MAX: usize = 60;

/// The text as it stands in a message, between backticks: cut where it is long, control characters as escapes.
///
/// # Example
/// ```
/// use referral_rules::diag::shown;
/// assert_eq!(shown("two\nlines"), "two\\nlines");
/// assert!(shown(&"x".repeat(1_000_000)).len() < 100);
/// ```
pub fn shown(text: &str) -> String {
    let mut shown = String::new();
    for (count, letter) in text.chars().enumerate() {
        if count >= SHOWN_CHARACTERS_MAX {
            shown.push_str("...");
            break;
        }
        if letter.is_control() { shown.extend(letter.escape_debug()) } else { shown.push(letter) }
    }
    shown
}
