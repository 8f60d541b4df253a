//! What a case expects, as plain values: texts, whole numbers, truth values, lists, tables.
use referral_rules::node::{Node, NodeValue};

/// An expected value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Expected {
    /// A text, a date or a time: compared character by character.
    Text(String),
    /// A whole number: compared by value, so that `200` stands for `200.00`.
    Whole(String),
    /// True or false.
    Bool(bool),
    /// A list: every item, in order.
    List(Vec<Expected>),
    /// A table: the keys that are given.
    Table(Vec<(String, Expected)>),
}

impl Expected {
    /// The text under the key of a table.
    pub fn text(&self, key: &str) -> Option<&str> {
        let Self::Table(entries) = self else { return None };
        entries.iter().find(|(found, _)| found == key).and_then(|(_, value)| match value {
            Self::Text(text) => Some(text.as_str()),
            _ => None,
        })
    }
}

/// What a case expects of an answer. `None` where the case says nothing about a part.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Expectations {
    /// Decisions, found by their referral.
    pub decisions: Option<Vec<Expected>>,
    /// New entries, all of them, in order. None at all are expected where the case says nothing.
    pub entries: Option<Vec<Expected>>,
    /// The whole ledger, booked entries included, in order.
    pub ledger: Option<Vec<Expected>>,
    /// Positions, all of them, in order.
    pub positions: Option<Vec<Expected>>,
    /// Balances, all of them, in order.
    pub balances: Option<Vec<Expected>>,
    /// Payouts, all of them, in order.
    pub payouts: Option<Vec<Expected>>,
    /// Where referrers stand on ladders, all of them, in order.
    pub standings: Option<Vec<Expected>>,
    /// The places of contests, all of them, in order.
    pub leaderboard: Option<Vec<Expected>>,
    /// What referrals can still bring, all of it, in order.
    pub outlook: Option<Vec<Expected>>,
    /// Campaigns, all of them, in order.
    pub campaigns: Option<Vec<Expected>>,
    /// Lists that are not written in the document, all of them, in order.
    pub lists: Option<Vec<Expected>>,
    /// What assessments say, all of it, in order.
    pub assessments: Option<Vec<Expected>>,
    /// Notices, all of them, in order.
    pub notices: Option<Vec<Expected>>,
    /// Contents, all of them, in order.
    pub contents: Option<Vec<Expected>>,
    /// Metrics, all of them, in order.
    pub metrics: Option<Vec<Expected>>,
    /// What falls short of what good looks like, all of it, in order.
    pub diagnosis: Option<Vec<Expected>>,
    /// What referrers see, all of it, in order.
    pub dashboard: Option<Vec<Expected>>,
    /// What referrers hear of the month, all of it, in order.
    pub digest: Option<Vec<Expected>>,
    /// What the terms say: texts that stand in them.
    pub terms: Option<Vec<Expected>>,
    /// What changed from version to version, all of it, in order.
    pub changes: Option<Vec<Expected>>,
    /// The most that a referral or referrer can cost, all of it, in order.
    pub bounds: Option<Vec<Expected>>,
    /// What a letter about the first referral says: texts that stand in it.
    pub letter: Option<Vec<Expected>>,
    /// Findings, all of them, in order. None at all are expected where the case says nothing.
    pub findings: Option<Vec<Expected>>,
    /// Warnings about the document, all of them, in order. Where the case says nothing, only those are expected that a short
    /// program is bound to get.
    pub warnings: Option<Vec<Expected>>,
    /// Faults of the document, all of them, in order; it must not compile.
    pub diagnostics: Option<Vec<Expected>>,
}

impl Expectations {
    /// Reads `expect`.
    ///
    /// # Errors
    /// What is wrong with it; a case that expects nothing is wrong.
    pub fn read(node: Option<&Node<'_>>) -> Result<Self, String> {
        let mut out = Self::default();
        let Some(NodeValue::Table(entries)) = node.map(|node| &node.value) else {
            return Err("the case expects nothing".to_owned());
        };
        for (key, node) in entries {
            let slot = match &*key.value {
                "decisions" => &mut out.decisions,
                "entries" => &mut out.entries,
                "ledger" => &mut out.ledger,
                "positions" => &mut out.positions,
                "balances" => &mut out.balances,
                "payouts" => &mut out.payouts,
                "standings" => &mut out.standings,
                "leaderboard" => &mut out.leaderboard,
                "outlook" => &mut out.outlook,
                "campaigns" => &mut out.campaigns,
                "lists" => &mut out.lists,
                "assessments" => &mut out.assessments,
                "notices" => &mut out.notices,
                "contents" => &mut out.contents,
                "metrics" => &mut out.metrics,
                "diagnosis" => &mut out.diagnosis,
                "dashboard" => &mut out.dashboard,
                "digest" => &mut out.digest,
                "terms" => &mut out.terms,
                "changes" => &mut out.changes,
                "letter" => &mut out.letter,
                "bounds" => &mut out.bounds,
                "findings" => &mut out.findings,
                "warnings" => &mut out.warnings,
                "diagnostics" => &mut out.diagnostics,
                other => return Err(format!("`expect.{other}` is not a part of an answer")),
            };
            match value(node)? {
                Expected::List(rows) if rows.iter().all(|row| matches!(row, Expected::Table(_))) => *slot = Some(rows),
                _ => return Err(format!("`expect.{}` must be a list of tables", key.value)),
            }
        }
        let evaluated = [
            &out.decisions,
            &out.entries,
            &out.ledger,
            &out.positions,
            &out.balances,
            &out.payouts,
            &out.standings,
            &out.leaderboard,
            &out.outlook,
            &out.campaigns,
            &out.lists,
            &out.assessments,
            &out.notices,
            &out.contents,
            &out.metrics,
            &out.diagnosis,
            &out.dashboard,
            &out.digest,
            &out.findings,
        ];
        if out.diagnostics.is_some() && evaluated.iter().any(|part| part.is_some()) {
            return Err("a document that does not compile has no other answer".to_owned());
        }
        if out == Self::default() {
            return Err("the case expects nothing".to_owned());
        }
        Ok(out)
    }

    /// Every code that the case expects somewhere.
    pub fn codes(&self) -> Vec<String> {
        let parts = [&self.decisions, &self.payouts, &self.findings, &self.warnings, &self.diagnostics];
        let mut out = Vec::new();
        for row in parts.into_iter().flatten().flatten() {
            codes(row, &mut out);
        }
        out
    }
}

fn codes(value: &Expected, out: &mut Vec<String>) {
    let Expected::Table(entries) = value else { return };
    for (key, value) in entries {
        match (key.as_str(), value) {
            ("code", Expected::Text(code)) => out.push(code.clone()),
            ("reasons" | "not_granted", Expected::List(items)) => {
                for item in items {
                    match item {
                        // `code`, or `rule: code`.
                        Expected::Text(text) => out.extend(text.rsplit(": ").next().map(str::to_owned)),
                        table => codes(table, out),
                    }
                }
            }
            _ => {}
        }
    }
}

fn value(node: &Node<'_>) -> Result<Expected, String> {
    Ok(match &node.value {
        NodeValue::Text(text) => Expected::Text(text.text.to_string()),
        NodeValue::Date(text) | NodeValue::DateTime(text) => Expected::Text((*text).to_owned()),
        NodeValue::Bool(value) => Expected::Bool(*value),
        NodeValue::Number(digits) if digits.contains('.') => {
            return Err(format!("write `\"{digits}\"`: amounts with decimals are texts in expectations"));
        }
        NodeValue::Number(digits) => Expected::Whole(digits.to_string()),
        NodeValue::List(items) => Expected::List(items.iter().map(value).collect::<Result<_, _>>()?),
        NodeValue::Table(entries) => {
            let all = entries.iter().map(|(key, node)| Ok((key.value.to_string(), value(node)?)));
            Expected::Table(all.collect::<Result<_, String>>()?)
        }
        NodeValue::Null | NodeValue::Unreadable => return Err("an expectation cannot be read".to_owned()),
    })
}
