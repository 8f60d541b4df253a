//! Builds the flat program while the checker walks the tree: constants fold at once, a loop's block captures what it
//! needs from the blocks around it.
use super::evaluate::{Frame, Machine};
use super::program::{Block, Each, Instruction, Op, Quantifier, Ref};
use super::types::{Class, Slot, Status, Type};
use super::value::Value;
use super::vector::Vector;
use crate::base::Interner;
use crate::base::limits::{EXPRESSION_STEPS_MAX, LIST_LENGTH_MAX};
use crate::diag::Span;
use std::sync::Arc;

/// A checked part of the expression: where its value is, and of which type.
#[derive(Clone, Debug)]
pub(super) struct Typed {
    pub(super) at: Ref,
    /// The loop in whose block the register is; 0 outside of loops.
    pub(super) level: usize,
    pub(super) ty: Type,
    /// At most so many values: 1, or the elements of a list.
    pub(super) size: u64,
    pub(super) span: Span,
}

/// A fact, measure or tier that the expression reads.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Input {
    pub(super) slot: Slot,
    pub(super) name: String,
    at: Ref,
}

#[derive(Debug, Default)]
struct Growing {
    instructions: Vec<Instruction>,
    captures: Vec<Ref>,
    times: u64,
    impure: bool,
}

/// The program so far.
pub(super) struct Builder<'a> {
    pub(super) texts: &'a mut Interner,
    pub(super) constants: Vec<Vector>,
    origins: Vec<Span>,
    blocks: Vec<Growing>,
    pub(super) inputs: Vec<Input>,
    steps: u64,
}

impl<'a> Builder<'a> {
    /// Nothing yet.
    pub(super) fn new(texts: &'a mut Interner) -> Self {
        let outer = Growing { times: 1, ..Growing::default() };
        let (constants, origins, inputs) = (Vec::new(), Vec::new(), Vec::new());
        Self { texts, constants, origins, blocks: vec![outer], inputs, steps: 0 }
    }

    fn level(&self) -> usize {
        self.blocks.len().saturating_sub(1)
    }

    /// True if the program would take too many steps.
    pub(super) fn too_large(&self) -> bool {
        self.steps > EXPRESSION_STEPS_MAX
    }

    /// A constant of one row.
    pub(super) fn constant(&mut self, vector: Vector, ty: Type, size: u64, span: Span) -> Typed {
        let at = Ref::Constant(self.constants.len());
        self.constants.push(vector);
        self.origins.push(span);
        Typed { at, level: 0, ty, size, span }
    }

    /// A constant value.
    pub(super) fn value(&mut self, value: &Value, ty: Type, size: u64, span: Span) -> Typed {
        let mut vector = Vector::new(ty.class());
        vector.push_value(value, self.texts);
        self.constant(vector, ty, size, span)
    }

    /// A constant that is a fault.
    pub(super) fn fault(&mut self, status: Status, ty: Type, span: Span) -> Typed {
        let mut vector = Vector::new(ty.class());
        vector.push_status(status);
        self.constant(vector, ty, 1, span)
    }

    /// The constant that the value is, and where it was written.
    pub(super) fn constant_of(&self, value: &Typed) -> Option<(&Vector, Span)> {
        match value.at {
            Ref::Constant(index) => Some((self.constants.get(index)?, *self.origins.get(index)?)),
            _ => None,
        }
    }

    /// The value of a constant without a fault.
    pub(super) fn constant_value(&self, value: &Typed) -> Option<Value> {
        let (vector, _) = self.constant_of(value)?;
        vector.status.first().filter(|status| status.is_ok())?;
        Some(vector.value(0, &value.ty, &*self.texts))
    }

    /// The fault that the value always is, and where.
    pub(super) fn constant_fault(&self, value: &Typed) -> Option<(Status, Span)> {
        let (vector, span) = self.constant_of(value)?;
        vector.status.first().copied().filter(|status| !status.is_ok()).map(|status| (status, span))
    }

    /// The input of a slot; loaded once.
    pub(super) fn load(&mut self, slot: Slot, name: &str, ty: Type, span: Span) -> Typed {
        let size = if ty.class() == Class::List { u64::try_from(LIST_LENGTH_MAX).unwrap_or(u64::MAX) } else { 1 };
        if let Some(known) = self.inputs.iter().find(|input| input.slot == slot) {
            return Typed { at: known.at, level: 0, ty, size, span };
        }
        let at = self.push(0, Op::Load(slot), Box::default(), ty.class());
        self.inputs.push(Input { slot, name: name.to_owned(), at });
        Typed { at, level: 0, ty, size, span }
    }

    fn push(&mut self, level: usize, op: Op, arguments: Box<[Ref]>, class: Class) -> Ref {
        let Some(block) = self.blocks.get_mut(level) else {
            return Ref::Constant(usize::MAX);
        };
        block.instructions.push(Instruction { op, arguments, class });
        Ref::Register(block.instructions.len().saturating_sub(1), class)
    }

    /// The value as the current block sees it; one of a block around it becomes a parameter.
    fn local(&mut self, value: &Typed) -> Ref {
        let mut at = value.at;
        if matches!(at, Ref::Constant(_)) {
            return at;
        }
        for block in self.blocks.iter_mut().skip(value.level.saturating_add(1)) {
            let known = block.captures.iter().position(|capture| *capture == at);
            let index = known.unwrap_or(block.captures.len());
            if known.is_none() {
                block.captures.push(at);
            }
            at = Ref::Parameter(index.saturating_add(1));
        }
        at
    }

    /// One more step. With constants only it is computed at once; a strict one with a fault is that fault.
    pub(super) fn emit(&mut self, op: Op, pure: bool, arguments: &[&Typed], ty: Type, size: u64, span: Span) -> Typed {
        let looked_at = arguments.iter().map(|argument| argument.size).fold(1, u64::saturating_add);
        let maps = arguments.iter().any(|argument| matches!(argument.ty, Type::Map(..))) || matches!(ty, Type::Map(..));
        let looked_at = if maps { looked_at.saturating_mul(looked_at) } else { looked_at };
        let times = self.blocks.last().map_or(1, |block| block.times);
        self.steps = self.steps.saturating_add(looked_at.saturating_mul(times));
        if self.too_large() {
            return self.fault(Status::TOO_LARGE, ty, span);
        }
        if op.strict() {
            let fault = arguments.iter().find(|argument| self.constant_fault(argument).is_some());
            if let Some((status, origin)) = fault.and_then(|fault| self.constant_fault(fault)) {
                return self.fault(status, ty, origin);
            }
        }
        if op.divides() && arguments.get(1).is_some_and(|divisor| self.is_zero(divisor)) {
            return self.fault(Status::DIVISION_BY_ZERO, ty, span);
        }
        let folds = op.folds(pure) && arguments.iter().all(|argument| matches!(argument.at, Ref::Constant(_)));
        let places: Box<[Ref]> = arguments.iter().map(|argument| self.local(argument)).collect();
        if folds {
            let step = Instruction { op, arguments: places, class: ty.class() };
            let vector = self.fold(&step);
            return self.constant(vector, ty, size, span);
        }
        if let Some(block) = self.blocks.last_mut() {
            block.impure |= !op.folds(pure);
        }
        let level = self.level();
        let at = self.push(level, op, places, ty.class());
        Typed { at, level, ty, size, span }
    }

    fn is_zero(&self, value: &Typed) -> bool {
        self.constant_value(value).is_some_and(|value| value.same(&Value::Int(0)))
    }

    fn fold(&mut self, step: &Instruction) -> Vector {
        let mut out = Vector::new(step.class);
        let (mut buffer, mut frames) = (String::new(), Vec::new());
        let mut machine = Machine {
            constants: &self.constants,
            env: None,
            inputs: None,
            texts: &mut *self.texts,
            buffer: &mut buffer,
            frames: &mut frames,
        };
        machine.execute(step, &Frame::default(), 0, 1, &mut out);
        out
    }

    /// Opens the block of a loop over the list and gives its element.
    pub(super) fn open(&mut self, list: &Typed, element: Type, span: Span) -> Typed {
        let times = self.blocks.last().map_or(1, |block| block.times).saturating_mul(list.size.max(1));
        self.blocks.push(Growing { times, ..Growing::default() });
        let size = if element.class() == Class::List { list.size } else { 1 };
        Typed { at: Ref::Parameter(0), level: self.level(), ty: element, size, span }
    }

    /// Closes the block of a loop that could not be checked.
    pub(super) fn abandon(&mut self) {
        self.blocks.pop();
    }

    /// Closes the block of a loop and makes the loop a step of the block around it.
    pub(super) fn close(
        &mut self,
        quantifier: Quantifier,
        (list, element, body): (&Typed, &Typed, &Typed),
        (ty, size, span): (Type, u64, Span),
    ) -> Typed {
        let result = self.local(body);
        let Some(block) = self.blocks.pop() else {
            return self.fault(Status::TOO_LARGE, ty, span);
        };
        let level = self.level();
        let each = Each {
            quantifier,
            block: Block { instructions: block.instructions, result },
            element: element.ty.clone(),
            result: body.ty.clone(),
            keys: matches!(list.ty, Type::Map(..)),
            pure: !block.impure,
        };
        let captured: Vec<Typed> =
            block.captures.iter().map(|at| Typed { at: *at, level, ty: Type::Nothing, size: 0, span }).collect();
        let arguments: Vec<&Typed> = std::iter::once(list).chain(&captured).collect();
        self.emit(Op::Each(Arc::new(each)), true, &arguments, ty, size, span)
    }

    /// The finished program; a constant result is laid out once per row.
    pub(super) fn finish(mut self, result: &Typed) -> (Block, Vec<Vector>, Vec<Input>) {
        let at = match result.at {
            Ref::Constant(_) => self.push(0, Op::Fill, Box::new([result.at]), result.ty.class()),
            at => at,
        };
        let instructions = self.blocks.into_iter().next().map(|block| block.instructions).unwrap_or_default();
        (Block { instructions, result: at }, self.constants, self.inputs)
    }
}
