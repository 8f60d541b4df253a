//! The compiled form of an expression: a flat list of instructions, each of which fills one register for a chunk of rows.
//! A register is written once, nothing jumps: both sides of a condition are computed and one is taken.
use super::functions::Run;
use super::kernels::{Arithmetic, Bounds, Test};
use super::types::{Class, Slot, Type};
use crate::base::{TextId, Zone};
use std::sync::Arc;

/// Where an instruction finds an argument.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Ref {
    /// A constant: one row that stands for all.
    Constant(usize),
    /// The result of an earlier instruction of the same block.
    Register(usize, Class),
    /// A column that the loop around the block gives in: its elements first, then what it captured.
    Parameter(usize),
}

/// One step.
#[derive(Clone, Debug)]
pub(super) struct Instruction {
    pub(super) op: Op,
    pub(super) arguments: Box<[Ref]>,
    pub(super) class: Class,
}

/// Steps that run one after the other; the result is one of their registers, a constant or a parameter.
#[derive(Clone, Debug)]
pub(super) struct Block {
    pub(super) instructions: Vec<Instruction>,
    pub(super) result: Ref,
}

/// What a step computes.
#[derive(Clone, Debug)]
pub(super) enum Op {
    /// The input of the slot, one value per row.
    Load(Slot),
    /// The constant, once per row.
    Fill,
    /// Compares two columns of one class.
    Compare(Test, Compared),
    /// Arithmetic on whole numbers, checked against the bounds of the type.
    Int(Arithmetic, Bounds),
    /// Exact arithmetic.
    Decimal(Arithmetic),
    /// Whole numbers as exact ones.
    ToDecimal,
    Not,
    /// Absorbing: false wins over missing and faults.
    And,
    /// Absorbing: true wins over missing and faults.
    Or,
    /// By the first argument, the second or the third.
    Select,
    /// True where there is a value.
    Has,
    /// True for texts of the set, sorted by number.
    TextIn(Arc<[TextId]>),
    /// True for texts of the host's list with this number; the second argument says whether it was given.
    Listed(usize),
    /// One list out of the arguments; the type is the element's.
    MakeList(Type),
    /// One map out of the arguments: key, value, key, value.
    MakeMap(Type, Type),
    /// A loop over the elements of lists.
    Each(Arc<Each>),
    /// The value of a table's column by key.
    Lookup {
        table: usize,
        column: usize,
    },
    /// The parts of a number that lie in the bands of a table, each times the band's value.
    ByBands {
        table: usize,
    },
    /// A part of an instant as a clock in the place shows it.
    Field(Field, Place),
    /// An instant's civil day in the program's zone.
    DayOf,
    /// A function of the table.
    Call(Run),
}

/// What is compared.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Compared {
    Bools,
    Ints,
    Decimals,
    /// Equality of texts.
    Texts,
    /// The order of texts by their bytes.
    TextOrder,
}

/// A loop: its block runs once for all elements of a chunk of rows.
#[derive(Clone, Debug)]
pub(super) struct Each {
    pub(super) quantifier: Quantifier,
    pub(super) block: Block,
    /// The type of the elements, of the keys for a map.
    pub(super) element: Type,
    /// The type of what the block gives.
    pub(super) result: Type,
    /// A map: every second value is a key.
    pub(super) keys: bool,
    /// True if the block needs neither zone nor calendar nor tables.
    pub(super) pure: bool,
}

/// What a loop makes of its block's results.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Quantifier {
    All,
    Exists,
    ExistsOne,
    Map,
    Filter,
}

/// A part of an instant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Field {
    FullYear,
    Month,
    Date,
    DayOfMonth,
    DayOfWeek,
    DayOfYear,
    Hours,
    Minutes,
    Seconds,
    Milliseconds,
}

/// Whose clock is read.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Place {
    Utc,
    /// Microseconds ahead of UTC.
    Offset(i64),
    Zone(Zone),
}

impl Op {
    /// True if the step needs no input, zone, calendar or table, so that constants fold.
    pub(super) fn folds(&self, run_is_pure: bool) -> bool {
        match self {
            Self::Load(_) | Self::Listed(_) | Self::Lookup { .. } | Self::ByBands { .. } | Self::DayOf | Self::Fill => {
                false
            }
            Self::Each(each) => each.pure,
            Self::Call(_) => run_is_pure,
            _ => true,
        }
    }

    /// True if a second argument of zero is a fault.
    pub(super) fn divides(&self) -> bool {
        use Arithmetic::{Divide, DivideWhole, Remainder};
        matches!(self, Self::Int(Divide | DivideWhole | Remainder, _) | Self::Decimal(Divide | DivideWhole | Remainder))
    }

    /// True if a fault in an argument is always a fault of the result.
    pub(super) fn strict(&self) -> bool {
        !matches!(self, Self::And | Self::Or | Self::Select | Self::Has | Self::Each(_) | Self::Load(_))
    }
}
