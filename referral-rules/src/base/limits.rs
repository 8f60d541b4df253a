//! Every limit of size, in one table with words. What exceeds one is refused with a fault, never cut or slowed down.

/// A limit of size: what it is called, how much fits, and of what.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SizeLimit {
    /// The name of the constant.
    pub name: &'static str,
    /// The most that is allowed.
    pub value: u64,
    /// What it bounds, and why.
    pub meaning: &'static str,
}

macro_rules! size_limits {
    ($($name:ident: $type:ty = $value:literal, $meaning:literal;)*) => {
        $(#[doc = $meaning] pub const $name: $type = $value;)*

        /// All limits of size, in the order of the documentation.
        ///
        /// # Example
        /// ```
        /// use referral_rules::base::limits::{DOCUMENT_BYTES_MAX, LIMITS};
        /// assert!(LIMITS.iter().any(|limit| limit.name == "DOCUMENT_BYTES_MAX" && limit.value == 1_048_576));
        /// assert_eq!(DOCUMENT_BYTES_MAX, 1_048_576);
        /// ```
        pub const LIMITS: &[SizeLimit] =
            &[$(SizeLimit { name: stringify!($name), value: $value, meaning: $meaning },)*];
    };
}

size_limits! {
    DOCUMENT_BYTES_MAX: usize = 1_048_576, "bytes of one document: a program that people can read is far shorter";
    NESTING_MAX: usize = 64, "levels of tables and lists within one another in a document or in JSON";
    NAME_BYTES_MAX: usize = 64, "bytes of an id, code, version or name in a document";
    EXPRESSION_BYTES_MAX: usize = 8_192, "bytes of one expression";
    EXPRESSION_DEPTH_MAX: usize = 64, "levels of operators, calls and brackets within one another in an expression";
    EXPRESSION_CHAIN_MAX: usize = 128, "operators and calls in one chain of an expression; terms of `&&` and `||` are not counted";
    EXPRESSION_STEPS_MAX: u64 = 20_000_000, "steps per row that an expression could take, its loops counted in full";
    EXPRESSION_VALUES_MAX: u64 = 4_000, "values in one list of an expression, those of lists inside it included";
    LIST_LENGTH_MAX: usize = 1_000, "items of a list in a document or an expression";
    REQUIREMENTS_MAX: usize = 1_000, "requirements of a program: eligibility, validity and fraud together";
    REWARDS_MAX: usize = 1_000, "rewards of a program";
    CAMPAIGNS_MAX: usize = 1_000, "campaigns of a program";
    PAYOUTS_MAX: usize = 100, "payout rules of a program";
    LIMITS_MAX: usize = 1_000, "limits of a program";
    METRICS_MAX: usize = 200, "metrics of a program";
    REVERSALS_MAX: usize = 100, "reversals of a program";
    ASSESSMENTS_MAX: usize = 100, "assessments of a program";
    ASSESSMENT_ITEMS_MAX: usize = 100, "items of an assessment";
    ASSESSMENT_VERDICTS_MAX: usize = 100, "verdicts of an assessment";
    CONTESTS_MAX: usize = 100, "contests of a program";
    PRIZES_MAX: usize = 100, "prizes of a contest";
    NOTICES_MAX: usize = 100, "notices of a program";
    CONTENTS_MAX: usize = 100, "contents of a program";
    TEMPLATE_BYTES_MAX: usize = 16_384, "bytes of one text of a notice or a content";
    GROUPS_MAX: usize = 100, "groups of rewards or campaigns of a program";
    EVENT_KINDS_MAX: usize = 64, "kinds of event of a program, the built-in stages included: a referral remembers them as bits";
    MEASURES_MAX: usize = 32, "measures that a document declares";
    LADDERS_MAX: usize = 8, "tier ladders of a version";
    LEVELS_MAX: usize = 100, "levels of a tier ladder";
    FACTS_MAX: usize = 1_000, "facts that a document declares, all headings together";
    TABLE_ROWS_MAX: usize = 10_000, "rows of a table in a document";
    TABLE_COLUMNS_MAX: usize = 100, "values per row of a table in a document";
    DEFINITIONS_MAX: usize = 1_000, "definitions of a document";
    DATA_VALUES_MAX: usize = 10_000, "values, lists and tables under `[data]`, all together";
    DATA_DEPTH_MAX: usize = 8, "levels of tables and lists within one another under `[data]`";
    LIMIT_KEYS_MAX: usize = 4, "keys after `per` of a limit";
    REFEREE_KEYS_MAX: usize = 8, "keys after `same_referee_when`";
    SHARES_MAX: usize = 100, "referrals that share a claim, its holder included";
    CIRCLE_ACCOUNTS_MAX: usize = 1_000, "accounts that are walked from one referral in search of a circle; a longer one is not found";
    THREADS_MAX: usize = 256, "threads of one evaluation: more than any machine gains from";
    VERSIONS_MAX: usize = 100, "versions of a program that are evaluated together";
    LENGTH_COUNT_MAX: u32 = 36_500, "units of a length of time: a hundred years of days";
    BOOK_ROWS_MAX: usize = 100_000_000, "rows of all tables of a book together";
    REPLAY_STEPS_MAX: u64 = 2_000_000_000, "steps that replaying late news may take";
    RELEASES_MAX: u64 = 20_000_000, "times that what limits put off is judged again, in all periods together";
    TEXT_CELL_BYTES_MAX: usize = 65_536, "bytes of one text in a book";
    ID_BYTES_MAX: usize = 256, "bytes of an id in a book";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_limit_has_a_name_of_its_own_a_size_and_words() {
        let mut names: Vec<&str> = LIMITS.iter().map(|limit| limit.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), LIMITS.len());
        assert!(
            LIMITS.iter().all(|limit| limit.value > 0 && !limit.meaning.is_empty() && limit.name.ends_with("_MAX"))
        );
    }
}
