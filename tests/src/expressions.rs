//! Compiles and evaluates expressions over rows of values.
#![allow(clippy::expect_used, reason = "a test cannot go on without its place")]
use referral_rules::base::{Calendar, Interner, Weekday, Zone};
use referral_rules::diag::Diagnostic;
use referral_rules::expr::{
    Compiled, Env, Expected, Inputs, Lists, Operand, Pool, Rates, Scope, Scratch, Slot, Status, Table, Type, Value,
    Vector, compile,
};
use std::cell::RefCell;

/// Names with a type each, and the tables and texts behind them.
#[derive(Debug)]
pub struct World {
    /// The names.
    pub scope: Scope,
    /// The texts.
    pub texts: Interner,
    /// The tables.
    pub tables: Vec<Table>,
    /// The rates of exchange.
    pub rates: Rates,
    /// The host's lists.
    pub lists: Lists,
    /// The types of the slots.
    pub types: Vec<Type>,
    zone: Zone,
    calendar: Calendar,
}

impl Default for World {
    /// No names; New York, with Saturday and Sunday off.
    fn default() -> Self {
        let weekend = [Weekday::Saturday, Weekday::Sunday];
        Self {
            scope: Scope::default(),
            texts: Interner::default(),
            tables: Vec::new(),
            rates: Rates::default(),
            lists: Lists::default(),
            types: Vec::new(),
            zone: Zone::named("America/New_York").expect("the zone is in the data"),
            calendar: Calendar::new(&weekend, Vec::new()).expect("five business days are left"),
        }
    }
}

/// One row: a value per slot; missing values are missing.
pub type Row = Vec<Value>;

struct Rows<'a> {
    rows: &'a [Row],
    texts: RefCell<&'a mut dyn Pool>,
}

impl Inputs for Rows<'_> {
    fn load(&self, slot: Slot, into: &mut Vector, _: &mut dyn Pool) {
        for row in self.rows {
            match row.get(usize::from(slot.0)) {
                None | Some(Value::Missing) => into.push_missing(slot),
                Some(value) => into.push_value(value, &mut **self.texts.borrow_mut()),
            }
        }
    }
}

impl World {
    /// One more name.
    #[must_use]
    pub fn with(mut self, path: &str, ty: Type) -> Self {
        let slot = Slot(u16::try_from(self.types.len()).unwrap_or(u16::MAX));
        self.scope.variable(path, ty.clone(), slot);
        self.types.push(ty);
        self
    }

    /// Compiles.
    ///
    /// # Errors
    /// What is wrong with the expression.
    pub fn compile(&mut self, source: &str, expected: Expected) -> Result<Compiled, Vec<Diagnostic>> {
        let mut diagnostics = Vec::new();
        compile(source, &|span| span, expected, &self.scope, &mut self.texts, &mut diagnostics).ok_or(diagnostics)
    }

    /// The results for the rows, or why there is none.
    pub fn evaluate(&mut self, compiled: &Compiled, rows: &[Row]) -> Vec<Result<Value, Status>> {
        self.intern(rows);
        let env = self.env();
        let mut known = self.texts.clone();
        let inputs = Rows { rows, texts: RefCell::new(&mut known) };
        let mut scratch = Scratch::new(&self.texts);
        let vector = compiled.evaluate(&inputs, rows.len(), &env, &mut scratch).clone();
        let ty = compiled.result_type();
        let result = |(row, status): (usize, &Status)| match status.is_ok() {
            true => Ok(vector.value(row, ty, scratch.texts())),
            false => Err(*status),
        };
        vector.status.iter().enumerate().map(result).collect()
    }

    /// Why the condition does not hold for the row.
    pub fn explain(&mut self, compiled: &Compiled, row: Row) -> Vec<Operand> {
        let rows = [row];
        self.intern(&rows);
        let env = self.env();
        let mut known = self.texts.clone();
        let inputs = Rows { rows: &rows, texts: RefCell::new(&mut known) };
        compiled.explain(true, &inputs, &env, &mut Scratch::new(&self.texts))
    }

    fn env(&self) -> Env<'_> {
        Env { zone: &self.zone, calendar: &self.calendar, tables: &self.tables, rates: &self.rates, lists: &self.lists }
    }

    fn intern(&mut self, rows: &[Row]) {
        for value in rows.iter().flatten() {
            if let Value::Text(text) = value {
                self.texts.intern(text);
            }
        }
    }
}
