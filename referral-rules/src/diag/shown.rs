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
    let mut shown = String::with_capacity(text.len().min(SHOWN_CHARACTERS_MAX));
    push_shown(&mut shown, text);
    shown
}

/// Adds a text as it stands in messages.
pub(crate) fn push_shown(shown: &mut String, text: &str) {
    if text.len() <= SHOWN_CHARACTERS_MAX && text.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_control()) {
        return shown.push_str(text);
    }
    for (count, letter) in text.chars().enumerate() {
        if count >= SHOWN_CHARACTERS_MAX {
            shown.push_str("...");
            break;
        }
        if letter.is_control() { shown.extend(letter.escape_debug()) } else { shown.push(letter) }
    }
}
