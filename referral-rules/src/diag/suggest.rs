//! Suggestions for misspelt words.

/// Longer words are not compared: nobody misspells one by a few letters.
const WORD_CHARACTERS_MAX: usize = 64;

/// The candidate that the word was probably meant to be: the one with the fewest letters changed, added, left out or
/// swapped, if they are at most a third of the longer word. Capitals, `-`, `_` and blanks make no difference. Of several
/// that are equally near, the first.
///
/// # Example
/// ```
/// use referral_rules::diag::suggest;
/// assert_eq!(suggest("qualifed", ["submitted", "qualified"]), Some("qualified"));
/// assert_eq!(suggest("Pay_Within", ["pay within"]), Some("pay within"));
/// assert_eq!(suggest("gold", ["bronze", "silver"]), None);
/// ```
pub fn suggest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if word.chars().nth(WORD_CHARACTERS_MAX).is_some() {
        return None;
    }
    let word = folded(word);
    let mut best: Option<(usize, &'a str)> = None;
    for candidate in candidates {
        let other = folded(candidate);
        let longest = word.chars().count().max(other.chars().count());
        let most = longest.checked_div(3).unwrap_or(0);
        if longest > WORD_CHARACTERS_MAX || word.len().abs_diff(other.len()) > most.saturating_mul(4) {
            continue;
        }
        let distance = strsim::osa_distance(&word, &other);
        if distance <= most && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// ``did you mean `qualified`?``, or nothing.
pub fn did_you_mean<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    suggest(word, candidates).map(|candidate| format!("did you mean `{candidate}`?"))
}

fn folded(word: &str) -> String {
    word.chars()
        .map(|letter| if matches!(letter, '-' | '_') { ' ' } else { letter })
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_is_suggested_and_nothing_far() {
        let kinds = ["submitted", "qualified", "opportunity", "closed"];
        assert_eq!(suggest("close", kinds), Some("closed"));
        assert_eq!(suggest("qualiifed", kinds), Some("qualified"));
        assert_eq!(suggest("opened", kinds), None);
        assert_eq!(suggest("", kinds), None);
        assert_eq!(suggest("x", ["y"]), None);
        assert_eq!(suggest("usd", ["USN", "USD"]), Some("USD"));
        assert_eq!(suggest(&"q".repeat(1_000_000), kinds), None);
    }
}
