//! The host's rates of exchange.
use super::Book;
use super::build::Builder;
use super::given::GivenTable;
use crate::base::{Day, Unit};
use crate::diag::Code;
use crate::expr::Type;

const HELP: &str = "give the currencies by their ISO 4217 codes, the first day, and a rate above 0";

impl Builder<'_> {
    /// Reads dated rates. A row that cannot be used is a finding; two that contradict each other make the rate unknown.
    pub(super) fn rates(&mut self, given: &GivenTable, book: &mut Book) {
        if given.is_nothing() {
            return;
        }
        self.start("rates", given);
        let from = self.texts_of(given, "from");
        let to = self.texts_of(given, "to");
        let days = self.integer_column(given, "first_day", &Type::Date);
        let rates = self.decimals(given, "rate");
        self.unknown_columns(given);
        for row in 0..given.rows {
            let [from, to] = [&from, &to].map(|column| column.get(row).and_then(Option::as_deref));
            let day = days.get(row).copied().flatten().and_then(|day| i32::try_from(day).ok());
            let rate = rates.get(row).copied().flatten();
            let (Some(from), Some(to), Some(day), Some(rate)) = (from, to, day, rate) else {
                let column = [
                    ("from", from.is_none()),
                    ("to", to.is_none()),
                    ("first_day", day.is_none()),
                    ("rate", rate.is_none()),
                ]
                .into_iter()
                .find_map(|(column, missing)| missing.then_some(column))
                .unwrap_or_default();
                self.report(Code::BadCell, row, column, "a rate needs all four of its cells".to_owned(), HELP);
                continue;
            };
            if let Some((column, code)) =
                [("from", from), ("to", to)].into_iter().find(|(_, code)| Unit::currency(code).is_none())
            {
                let message = format!("`{code}` is no currency");
                self.report(Code::BadCell, row, column, message, HELP);
                continue;
            }
            if rate.is_negative() || rate.is_zero() {
                self.report(Code::BadCell, row, "rate", format!("`{rate}` is no rate"), HELP);
                continue;
            }
            if !book.rates.add(from, to, Day(day), rate) {
                let message = format!("another row has another rate from `{from}` to `{to}` from this day on");
                let help = "keep one of them; until then the rate is not known, up to the next one";
                self.report(Code::ConflictingRates, row, "rate", message, help);
            }
        }
    }
}
