//! What the host gives under a name, for metrics.
use super::build::Builder;
use super::given::GivenTable;
use super::{Book, GivenFigure};
use crate::base::{index, position};
use crate::diag::{Code, suggest};
use crate::expr::Type;
use crate::program::Part;
use std::collections::{BTreeMap, BTreeSet};

impl Builder<'_> {
    /// Reads figures. A row that cannot be used is a finding; two of one name and moment that say different things both count for nothing
    /// from when the second is known.
    pub(super) fn figures(&mut self, given: &GivenTable, book: &mut Book) {
        if given.is_nothing() {
            return;
        }
        self.start("figures", given);
        let names = self.texts_of(given, "name");
        let values = self.decimals(given, "value");
        let at = self.integer_column(given, "at", &Type::Instant);
        let recorded = self.integer_column(given, "recorded_at", &Type::Instant);
        self.unknown_columns(given);
        let asked = self.asked_figures();
        for row in 0..given.rows {
            let (Some(name), Some(value)) = (names.get(row).cloned().flatten(), values.get(row).copied().flatten())
            else {
                let message = "a figure needs a name and a value".to_owned();
                let help = "name a figure that a metric has as `given`, and give its value";
                self.report(Code::BadCell, row, "value", message, help);
                continue;
            };
            if !asked.contains(&name) {
                let help = suggest(&name, asked.iter().map(String::as_str)).map_or_else(
                    || "name it in a metric, `{ given = \"…\" }`, or leave it out".to_owned(),
                    |near| format!("did you mean `{near}`?"),
                );
                let message = format!("no metric asks for a figure `{name}`");
                self.report(Code::UnknownFigure, row, "name", message, &help);
                continue;
            }
            let at = at.get(row).copied().flatten();
            let recorded = recorded.get(row).copied().flatten();
            let known = at.into_iter().chain(recorded).max().unwrap_or(i64::MIN);
            book.figures.push(GivenFigure { name, value, at, known, row: position(row.saturating_add(1)) });
        }
        self.contradicting_figures(book);
    }

    /// The figures that metrics of any version ask for.
    fn asked_figures(&self) -> BTreeSet<String> {
        let metrics = self.program.versions.iter().flat_map(|version| &version.metrics);
        let figures = metrics.flat_map(|metric| metric.numerator.iter().chain(metric.denominator.iter().flatten()));
        let mut out = BTreeSet::new();
        for figure in figures {
            let inner = match &figure.of {
                Part::Ratio(numerator, denominator) => numerator.iter().chain(denominator.iter().flatten()).collect(),
                _ => vec![figure],
            };
            out.extend(inner.into_iter().filter_map(|figure| match &figure.of {
                Part::Given(name) => Some(name.clone()),
                _ => None,
            }));
        }
        out
    }

    /// Rows of one name and moment: equal ones are one, others contradict each other.
    fn contradicting_figures(&mut self, book: &mut Book) {
        book.figures.sort_by(|left, right| {
            (&left.name, left.at, left.known, left.row).cmp(&(&right.name, right.at, right.known, right.row))
        });
        let mut found: BTreeMap<(String, Option<i64>), (crate::base::Number, bool)> = BTreeMap::new();
        let mut told = Vec::new();
        for figure in &book.figures {
            let first = found.entry((figure.name.clone(), figure.at)).or_insert((figure.value, false));
            if first.0 != figure.value && !first.1 {
                first.1 = true;
                told.push((index(figure.row).saturating_sub(1), figure.name.clone(), figure.known));
            }
        }
        for (row, name, known) in told {
            let message = format!("another row has another value of `{name}` for this moment");
            let help = "keep one of them; until then neither counts";
            self.report(Code::ConflictingCopies, row, "value", message, help);
            if let Some(finding) = self.findings.last_mut() {
                finding.known = known;
            }
        }
    }
}
