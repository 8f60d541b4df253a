//! The columns of each table, in their order. What is one object in JSON (`beneficiary`) is a column per part (`beneficiary.party`).

/// What a column holds.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// Texts of which most differ: ids, messages, exact numbers, which can be fractions.
    Text,
    /// Texts of which few differ: rules, kinds, units.
    Word,
    /// Whole numbers.
    Whole,
    /// True or false.
    Flag,
    /// Days.
    Day,
    /// Instants.
    Moment,
    /// Amounts with the digits of the unit that has most.
    Amount,
    /// Lists of texts.
    Texts,
    /// Values under names that each program has of its own, as rows of `name` and `value`.
    Facts,
    /// Lists of rows.
    Rows(&'static [Column]),
}

/// A column of an answer.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// The name; of a part of an object, its dotted name.
    pub name: &'static str,
    /// What is in it.
    pub kind: Kind,
    /// Whether a row can be without a value.
    pub optional: bool,
}

const fn of(kind: Kind, name: &'static str) -> Column {
    Column { name, kind, optional: false }
}

const fn text(name: &'static str) -> Column {
    of(Kind::Text, name)
}

const fn word(name: &'static str) -> Column {
    of(Kind::Word, name)
}

const fn whole(name: &'static str) -> Column {
    of(Kind::Whole, name)
}

const fn day(name: &'static str) -> Column {
    of(Kind::Day, name)
}

const fn moment(name: &'static str) -> Column {
    of(Kind::Moment, name)
}

const fn amount(name: &'static str) -> Column {
    of(Kind::Amount, name)
}

const fn texts(name: &'static str) -> Column {
    of(Kind::Texts, name)
}

const fn rows(name: &'static str, columns: &'static [Column]) -> Column {
    of(Kind::Rows(columns), name)
}

impl Column {
    const fn or_none(self) -> Self {
        Self { optional: true, ..self }
    }
}

/// The columns of the parts of an answer that are tables, by the names of the parts.
pub const TABLES: &[(&str, &[Column])] = &[
    ("decisions", DECISIONS),
    ("entries", ENTRIES),
    ("positions", POSITIONS),
    ("balances", BALANCES),
    ("payouts", PAYOUTS),
    ("standings", STANDINGS),
    ("leaderboard", LEADERBOARD),
    ("outlook", OUTLOOK),
    ("campaigns", CAMPAIGNS),
    ("lists", LISTS),
    ("findings", FINDINGS),
    ("ledger", ENTRIES),
    ("assessments", ASSESSMENTS),
    ("notices", NOTICES),
    ("contents", CONTENTS),
    ("metrics", METRICS),
    ("diagnosis", DIAGNOSIS),
    ("dashboard", DASHBOARD),
    ("digest", DIGEST),
];

/// A fact that came with an event: `name` and `value`.
pub const FACTS: &[Column] = &[text("name"), text("value")];

const OPERANDS: &[Column] = &[text("subject"), text("actual"), text("operator"), text("expected")];

const TIERS: &[Column] = &[text("ladder"), text("level")];

const REASONS: &[Column] =
    &[text("code"), text("heading"), text("message"), text("refuses"), rows("operands", OPERANDS), whole("line")];

const TOTALS: &[Column] = &[text("party"), text("unit"), amount("amount")];

const NOT_GRANTED: &[Column] = &[
    text("event.kind"),
    text("event.id"),
    text("rule"),
    text("code"),
    text("message"),
    text("place.source"),
    whole("place.line"),
];

const FAILURES: &[Column] = &[
    text("code"),
    text("heading"),
    text("message"),
    text("on_failure"),
    text("event.kind"),
    text("event.id"),
    moment("at"),
    rows("operands", OPERANDS),
    whole("line"),
];

const DECISIONS: &[Column] = &[
    text("referral"),
    text("referrer"),
    moment("submitted_at"),
    word("verdict"),
    rows("reasons", REASONS),
    word("version"),
    word("stage"),
    word("stage_event.kind").or_none(),
    text("stage_event.id").or_none(),
    moment("stage_event.at").or_none(),
    of(Kind::Facts, "stage_event.facts"),
    rows("tiers", TIERS),
    texts("campaigns"),
    texts("limits"),
    rows("totals", TOTALS),
    rows("not_granted", NOT_GRANTED),
    rows("failures", FAILURES),
];

const STEPS: &[Column] = &[text("step"), text("by"), text("before"), text("after")];

const ENTRIES: &[Column] = &[
    text("id"),
    text("grant"),
    text("referral"),
    word("beneficiary.party"),
    text("beneficiary.id"),
    word("rule"),
    word("label").or_none(),
    word("version"),
    word("event.kind"),
    text("event.id"),
    word("kind"),
    word("unit"),
    text("base"),
    rows("steps", STEPS),
    amount("amount"),
    word("reversal").or_none(),
    of(Kind::Flag, "correction"),
    rows("tiers", TIERS),
    texts("campaigns"),
    moment("earned_at"),
    moment("booked_at"),
    day("payable_on"),
    day("due_on").or_none(),
    moment("notify_by").or_none(),
    word("place.source"),
    whole("place.line"),
];

const POSITIONS: &[Column] = &[
    text("entry"),
    word("state"),
    word("held"),
    amount("amount"),
    amount("used"),
    amount("remaining"),
    word("unit"),
    moment("paid_at").or_none(),
    word("pay"),
    day("due_on").or_none(),
    day("expires_on").or_none(),
    word("notify"),
    moment("notify_by").or_none(),
];

const BALANCES: &[Column] = &[
    word("beneficiary.party"),
    text("beneficiary.id"),
    word("unit"),
    amount("earned"),
    amount("held"),
    amount("payable"),
    amount("paid"),
    amount("reversed"),
    amount("expired"),
    amount("void"),
    amount("forfeited"),
    amount("kept"),
];

const PAYOUT_REASONS: &[Column] = &[text("code"), text("message"), rows("operands", OPERANDS)];

const PAYOUTS: &[Column] = &[
    text("payout"),
    word("rule"),
    word("payee.party"),
    text("payee.id"),
    word("unit"),
    day("day"),
    word("state"),
    texts("entries"),
    amount("gross"),
    amount("fee"),
    amount("net"),
    amount("carried"),
    rows("reasons", PAYOUT_REASONS),
    rows("flags", PAYOUT_REASONS),
    day("missed_on").or_none(),
];

const STANDINGS: &[Column] = &[
    text("referrer"),
    word("ladder"),
    word("level").or_none(),
    word("measure").or_none(),
    text("value").or_none(),
    word("next_level").or_none(),
    text("at_least").or_none(),
    text("missing").or_none(),
    texts("conditions"),
    day("by").or_none(),
    day("next_review").or_none(),
];

const LEADERBOARD: &[Column] = &[
    word("contest"),
    day("first_day").or_none(),
    day("last_day"),
    of(Kind::Flag, "ended"),
    whole("place").or_none(),
    text("referrer"),
    text("value"),
    text("missing"),
    whole("tickets").or_none(),
    word("prize").or_none(),
    amount("amount").or_none(),
    word("unit").or_none(),
    text("referral"),
];

const OUTLOOK: &[Column] = &[
    text("referral"),
    word("rule"),
    word("to"),
    word("event"),
    texts("after"),
    moment("by").or_none(),
    texts("conditions"),
];

const CAMPAIGNS: &[Column] = &[
    text("campaign"),
    word("version"),
    text("theme"),
    day("first_day"),
    day("last_day"),
    word("goal.on").or_none(),
    text("goal.of").or_none(),
    text("goal.at_least").or_none(),
    text("goal.reached").or_none(),
    text("goal.missing").or_none(),
    whole("grants"),
];

const LISTS: &[Column] = &[text("list"), text("from"), whole("values").or_none(), text("hash").or_none()];

const FINDINGS: &[Column] =
    &[word("code"), word("table"), text("id"), word("column"), text("message"), text("help"), whole("row")];

const SHORTFALLS: &[Column] =
    &[text("subject"), text("actual"), text("operator"), text("expected"), text("short_by").or_none()];

const ITEMS: &[Column] = &[
    text("item"),
    text("message"),
    text("state"),
    text("points"),
    text("next").or_none(),
    rows("operands", SHORTFALLS),
    texts("missing_facts"),
];

const ASSESSMENTS: &[Column] = &[
    word("assessment"),
    word("of"),
    text("subject"),
    word("verdict"),
    word("next").or_none(),
    day("again_on").or_none(),
    text("score"),
    word("fix_first").or_none(),
    rows("items", ITEMS),
];

const TEXTS: &[Column] = &[text("language"), text("subject").or_none(), text("body").or_none()];

const NOTICES: &[Column] = &[
    text("id"),
    word("notice"),
    word("to"),
    text("recipient").or_none(),
    word("of"),
    text("subject"),
    word("event.kind").or_none(),
    text("event.id").or_none(),
    moment("at"),
    moment("by").or_none(),
    word("state"),
    moment("told_at").or_none(),
    rows("texts", TEXTS),
    texts("missing_facts"),
];

const CONTENTS: &[Column] = &[
    word("content"),
    word("of"),
    text("subject"),
    whole("place").or_none(),
    text("value").or_none(),
    rows("texts", TEXTS),
    texts("missing_facts"),
];

const METRICS: &[Column] = &[
    word("metric"),
    word("label"),
    word("by").or_none(),
    text("group").or_none(),
    text("numerator").or_none(),
    text("denominator").or_none(),
    word("numerator_is"),
    word("denominator_is").or_none(),
    text("value").or_none(),
    text("change").or_none(),
    of(Kind::Flag, "open"),
    text("at_least").or_none(),
    text("at_most").or_none(),
    word("comparison").or_none(),
    text("short_by").or_none(),
];

const DIAGNOSIS: &[Column] = &[
    word("metric"),
    word("label"),
    text("value"),
    text("at_least").or_none(),
    text("at_most").or_none(),
    text("short_by").or_none(),
    text("shortfall").or_none(),
    of(Kind::Flag, "open"),
    text("numerator_is"),
    text("denominator_is").or_none(),
    texts("remedies"),
];

const EARNED: &[Column] = &[text("unit"), amount("earned"), amount("pending"), amount("paid")];

const FIGURES: &[Column] = &[text("metric"), text("label"), text("value").or_none()];

const DASHBOARD: &[Column] = &[
    text("referrer"),
    whole("submitted"),
    rows("stages", &[text("stage"), whole("count")]),
    rows("referrals", &[text("referral"), text("status"), moment("since")]),
    rows("earned", EARNED),
    rows("figures", FIGURES),
    whole("rank").or_none(),
    whole("ranked"),
    rows("levels", &[text("ladder"), text("level").or_none(), text("next_level").or_none(), text("missing").or_none()]),
];

const DIGEST: &[Column] = &[
    text("referrer"),
    word("month"),
    of(Kind::Flag, "month_over"),
    whole("submitted"),
    whole("qualified"),
    whole("opportunities"),
    whole("closed"),
    whole("ended"),
    whole("under_way"),
    whole("active_opportunities"),
    whole("total_submitted"),
    rows("earned", EARNED),
    rows("figures", FIGURES),
];
