//! Runs a compiled expression over a chunk of rows.
use super::functions::{Arg, Out, Run};
use super::kernels;
use super::lanes::{Item, map, unary};
use super::lists::Lists;
use super::program::{Block, Compared, Field, Instruction, Op, Place, Ref};
use super::rates::Rates;
use super::rows::{argument, bound_lists, fill, has_repeated_key, select, status, value_at};
use super::statuses::Statuses;
use super::table::Table;
use super::types::{Class, Slot, Status, Type};
use super::value::Value;
use super::vector::{Column, Pool, Vector};

use crate::base::{Calendar, Day, Instant, Interner, MICROS_PER_DAY, Number, TextId, Texts, Zone};
use std::sync::Arc;

/// Where the values of inputs come from.
pub trait Inputs {
    /// Pushes one value or status per row of the current chunk; `into` is empty and of the slot's class. A row that is not
    /// pushed is missing. Texts get their numbers from `texts`.
    fn load(&self, slot: Slot, into: &mut Vector, texts: &mut dyn Pool);
}

/// What an expression may look at beyond its inputs.
#[derive(Clone, Copy, Debug)]
pub struct Env<'a> {
    /// The program's zone: which civil day an instant is.
    pub zone: &'a Zone,
    /// The program's business days.
    pub calendar: &'a Calendar,
    /// The program's tables, by [`TableSchema::index`](super::TableSchema::index).
    pub tables: &'a [Table],
    /// The host's rates of exchange.
    pub rates: &'a Rates,
    /// The host's lists.
    pub lists: &'a Lists,
}

/// Memory that evaluation reuses, and the texts that it makes. One is enough for any number of expressions; nothing is
/// allocated once it has seen them all, except for lists.
#[derive(Debug)]
pub struct Scratch<'a> {
    texts: Texts<'a>,
    buffer: String,
    frames: Vec<Frame>,
}

impl<'a> Scratch<'a> {
    /// Fresh memory over the shared texts, which must start with those that the expressions were compiled with.
    pub fn new(base: &'a Interner) -> Self {
        Self { texts: Texts::new(base), buffer: String::new(), frames: Vec::new() }
    }

    /// The texts, shared and made.
    pub fn texts(&self) -> &Texts<'a> {
        &self.texts
    }

    /// The texts, to give a number to one more.
    pub fn texts_mut(&mut self) -> &mut Texts<'a> {
        &mut self.texts
    }

    /// Runs the block and leaves its registers for [`Scratch::read`].
    pub(super) fn run(&mut self, block: &Block, constants: &[Vector], inputs: &dyn Inputs, rows: usize, env: &Env<'_>) {
        let mut machine = Machine {
            constants,
            env: Some(env),
            inputs: Some(inputs),
            texts: &mut self.texts,
            buffer: &mut self.buffer,
            frames: &mut self.frames,
        };
        machine.run(block, 0, rows);
    }

    /// A register of the block that ran last, or a constant.
    pub(super) fn read<'s>(&'s self, at: Ref, constants: &'s [Vector]) -> &'s Vector {
        match self.frames.first() {
            Some(frame) => frame.get(at, constants),
            None => &NO_ROWS,
        }
    }
}

/// Stands where there is no column.
pub(super) static NO_ROWS: Vector = Vector { column: Column::Bool(Vec::new()), status: Statuses::new() };

/// The registers of one block.
#[derive(Debug, Default)]
pub(super) struct Frame {
    registers: [Vec<Vector>; Class::COUNT],
    /// What the loop around the block gives in.
    pub(super) parameters: Vec<Vector>,
    /// The row of the block around it that each row belongs to.
    pub(super) owners: Vec<usize>,
}

impl Frame {
    /// The column at a place.
    pub(super) fn get<'s>(&'s self, at: Ref, constants: &'s [Vector]) -> &'s Vector {
        let found = match at {
            Ref::Constant(index) => constants.get(index),
            Ref::Register(index, class) => self.registers.get(class.index()).and_then(|column| column.get(index)),
            Ref::Parameter(index) => self.parameters.get(index),
        };
        found.unwrap_or(&NO_ROWS)
    }

    fn take(&mut self, index: usize, class: Class) -> Vector {
        let Some(column) = self.registers.get_mut(class.index()) else {
            return Vector::new(class);
        };
        if column.len() <= index {
            column.resize_with(index.saturating_add(1), || Vector::new(class));
        }
        column.get_mut(index).map(std::mem::take).unwrap_or_default()
    }

    fn put(&mut self, index: usize, class: Class, vector: Vector) {
        if let Some(place) = self.registers.get_mut(class.index()).and_then(|column| column.get_mut(index)) {
            *place = vector;
        }
    }
}

/// What the steps of an expression share while they run.
pub(super) struct Machine<'m> {
    pub(super) constants: &'m [Vector],
    pub(super) env: Option<&'m Env<'m>>,
    pub(super) inputs: Option<&'m dyn Inputs>,
    pub(super) texts: &'m mut dyn Pool,
    pub(super) buffer: &'m mut String,
    pub(super) frames: &'m mut Vec<Frame>,
}

impl Machine<'_> {
    /// Runs the steps of a block one after the other.
    pub(super) fn run(&mut self, block: &Block, level: usize, rows: usize) {
        while self.frames.len() <= level {
            self.frames.push(Frame::default());
        }
        let mut frame = self.frames.get_mut(level).map(std::mem::take).unwrap_or_default();
        for (index, instruction) in block.instructions.iter().enumerate() {
            let mut out = frame.take(index, instruction.class);
            self.execute(instruction, &frame, level, rows, &mut out);
            frame.put(index, instruction.class, out);
        }
        if let Some(place) = self.frames.get_mut(level) {
            *place = frame;
        }
    }

    /// One step; every argument must be a constant if the frame is empty.
    pub(super) fn execute(&mut self, step: &Instruction, frame: &Frame, level: usize, rows: usize, out: &mut Vector) {
        out.reset(step.class);
        let arguments = step.arguments.iter().map(|at| frame.get(*at, self.constants));
        let [first, second, third] = {
            let mut arguments = arguments.clone();
            [(); 3].map(|()| arguments.next().unwrap_or(&NO_ROWS))
        };
        match &step.op {
            Op::Load(slot) => {
                if let Some(inputs) = self.inputs {
                    inputs.load(*slot, out, self.texts);
                }
                out.settle(step.class, rows, Status::missing(*slot));
                bound_lists(out);
            }
            Op::Fill => fill(first, rows, out),
            Op::Compare(test, compared) => match compared {
                Compared::Bools => kernels::compare::<bool>(*test, first, second, rows, out),
                Compared::Ints => kernels::compare::<i64>(*test, first, second, rows, out),
                Compared::Decimals => kernels::compare::<Number>(*test, first, second, rows, out),
                Compared::Texts => kernels::compare::<TextId>(*test, first, second, rows, out),
                Compared::TextOrder => kernels::compare_texts(*test, first, second, rows, out, &*self.texts),
            },
            Op::Int(operation, bounds) => kernels::ints(*operation, *bounds, first, second, rows, out),
            Op::Decimal(operation) => kernels::decimals(*operation, first, second, rows, out),
            Op::ToDecimal => map(first, rows, out, |value: i64| Number::from(value)),
            Op::Not => map(first, rows, out, |value: bool| !value),
            Op::And => kernels::logic(false, arguments, rows, out),
            Op::Or => kernels::logic(true, arguments, rows, out),
            Op::Select => select(step.class, first, second, third, rows, out),
            Op::Has => {
                for row in 0..rows {
                    out.push_bool(status(first, row).is_ok());
                }
            }
            Op::TextIn(set) => kernels::text_in(set, first, rows, out),
            Op::Listed(list) => match self.env.and_then(|env| env.lists.get(*list)) {
                Some(known) => map(first, rows, out, |text: TextId| known.contains(&text)),
                None => (0..rows).for_each(|row| {
                    let own = status(first, row);
                    out.push_status(if own.is_ok() { status(second, row) } else { own });
                }),
            },
            Op::MakeList(element) => self.make(arguments, &[element], rows, out),
            Op::MakeMap(key, value) => self.make(arguments, &[key, value], rows, out),
            Op::Each(each) => self.each(each, step, frame, level, rows, out),
            Op::Lookup { table, column } => self.look_up(*table, *column, first, rows, out),
            Op::ByBands { table } => {
                let table = self.env.and_then(|env| env.tables.get(*table));
                let sum = |number| table.ok_or(Status::NO_SUCH_KEY)?.by_bands(number).ok_or(Status::OVERFLOW);
                unary(first, rows, out, sum);
            }
            Op::Field(field, place) => unary(first, rows, out, |instant: i64| part(*field, place, instant)),
            Op::DayOf => {
                if let Some(env) = self.env {
                    map(first, rows, out, |instant: i64| i64::from(env.zone.day_of(Instant(instant)).0));
                }
            }
            Op::Call(run) => self.call(*run, step, frame, rows, out),
        }
        out.settle(step.class, rows, Status::NOT_CONVERTIBLE);
    }

    fn make<'v>(
        &mut self,
        arguments: impl Iterator<Item = &'v Vector> + Clone,
        types: &[&Type],
        rows: usize,
        out: &mut Vector,
    ) {
        for row in 0..rows {
            let fault = arguments.clone().map(|argument| status(argument, row)).find(|status| !status.is_ok());
            if let Some(fault) = fault {
                out.push_status(fault);
                continue;
            }
            let typed = arguments.clone().zip(types.iter().cycle());
            let values = typed.map(|(argument, ty)| value_at(argument, row, ty, &*self.texts));
            let list: Arc<[Value]> = values.collect();
            let twice = types.len() == 2 && has_repeated_key(&list);
            if twice { out.push_status(Status::NO_SUCH_KEY) } else { out.push_list(list) }
        }
    }

    fn look_up(&mut self, table: usize, column: usize, key: &Vector, rows: usize, out: &mut Vector) {
        let class = out.column.class();
        let Some(table) = self.env.and_then(|env| env.tables.get(table)) else {
            return;
        };
        let Some(values) = table.column(column, class) else {
            return;
        };
        match values {
            Column::Bool(values) => find(table, key, values, rows, out),
            Column::Int(values) => find(table, key, values, rows, out),
            Column::Decimal(values) => find(table, key, values, rows, out),
            Column::Text(values) => find(table, key, values, rows, out),
            Column::List(_) => find_nothing(key, rows, out),
        }
    }

    fn call(&mut self, run: Run, step: &Instruction, frame: &Frame, rows: usize, out: &mut Vector) {
        let mut vectors = [&NO_ROWS; 4];
        for (place, at) in vectors.iter_mut().zip(&step.arguments) {
            *place = frame.get(*at, self.constants);
        }
        let vectors = vectors.get(..step.arguments.len()).unwrap_or(&[]);
        let covers = |vector: &&Vector| vector.status.all_ok() && (vector.len() == 1 || vector.len() >= rows);
        let all_ok = vectors.iter().all(covers);
        for row in 0..rows {
            let mut arguments = [const { Arg::Bool(false) }; 4];
            let mut fault = Status::OK;
            for (place, vector) in arguments.iter_mut().zip(vectors) {
                if !all_ok && fault.is_ok() {
                    fault = status(vector, row);
                }
                *place = argument(vector, row, &*self.texts);
            }
            let given = arguments.get(..vectors.len()).unwrap_or(&[]);
            self.buffer.clear();
            let result = if fault.is_ok() { run(given, self.buffer, self.env) } else { Err(fault) };
            match result {
                Ok(Out::Bool(value)) => out.push_bool(value),
                Ok(Out::Int(value)) => out.push_int(value),
                Ok(Out::Decimal(value)) => out.push_decimal(value),
                Ok(Out::Buffer) => {
                    let id = self.texts.intern(self.buffer);
                    out.push_text(id);
                }
                Ok(Out::List(values)) => out.push_list(Arc::from(values)),
                Ok(Out::Value(value)) => out.push_value(&value, self.texts),
                Err(status) => out.push_status(status),
            }
        }
    }
}

/// The values of a table's column by key.
fn find<T: Item>(table: &Table, key: &Vector, values: &[T], rows: usize, out: &mut Vector) {
    let value = |row: Option<usize>| row.and_then(|row| values.get(row)).copied().ok_or(Status::NO_SUCH_KEY);
    match &key.column {
        Column::Text(_) => unary(key, rows, out, |key: TextId| value(table.row_of_text(key))),
        Column::Int(_) => unary(key, rows, out, |key: i64| value(table.row_of_int(key))),
        Column::Decimal(_) => unary(key, rows, out, |key: Number| value(table.row_of_number(key))),
        Column::Bool(_) | Column::List(_) => find_nothing(key, rows, out),
    }
}

fn find_nothing(key: &Vector, rows: usize, out: &mut Vector) {
    for fault in (0..rows).map(|row| status(key, row)) {
        out.push_status(if fault.is_ok() { Status::NO_SUCH_KEY } else { fault });
    }
}

fn part(field: Field, place: &Place, instant: i64) -> Result<i64, Status> {
    let (day, micros) = match place {
        Place::Zone(zone) => zone.civil(Instant(instant)),
        Place::Utc | Place::Offset(_) => {
            let offset = if let Place::Offset(offset) = place { *offset } else { 0 };
            let local = instant.saturating_add(offset);
            let day = i32::try_from(local.div_euclid(MICROS_PER_DAY)).map_err(|_| Status::OUT_OF_RANGE)?;
            (Day(day), local.rem_euclid(MICROS_PER_DAY))
        }
    };
    super::functions_time::field(field, day, micros).ok_or(Status::OUT_OF_RANGE)
}
