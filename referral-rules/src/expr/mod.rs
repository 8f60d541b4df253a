//! Expressions: a typed subset of the Common Expression Language (CEL). Text → tokens → tree → checked, flat program →
//! evaluated over columns of rows.
//!
//! # What is as in CEL
//! Syntax and precedence; `! && || ?:`, `== != < <= > >=`, `in`, `+ - * /`; literals of text in all their forms (raw,
//! triple quotes, escapes), lists and maps with index; comments from `//` to the end of the line; `has(x.y)`; the loops
//! `all`, `exists`, `exists_one`, `map` and `filter`; conversions and functions on texts, instants and durations. The
//! functions are listed by [`functions`]; each may be called as `f(a, b)` or `a.f(b)`.
//!
//! # What is not
//! - **Numbers are exact.** A number with a point is an exact decimal; there is no binary float, and exponents are refused.
//!   Whole numbers and decimals mix and compare. `/` never truncates: of two whole numbers, too, it gives a decimal;
//!   `div` truncates. `20%` right after a literal is 0.20; the remainder is `mod(a, b)`.
//! - **Types are checked before anything runs.** A list has elements of one type, the keys and values of a map, too; both
//!   sides of `:` have one type; `&&` takes bools only. There are no bytes, unsigned numbers, `null`, type values, messages
//!   or dynamic values, and no regular expressions.
//! - **Missing** is neither true nor false. `&&` and `||` absorb it as CEL absorbs errors: `false && missing` is false,
//!   `true || missing` is true. `has(x)` is never missing. Everything else takes over the left-most status that is not OK.
//! - A fault at run time (overflow, a division by zero, a date out of range, a key that is not there) is a status of the
//!   same kind: reported, never a panic, never a number. A constant part that always fails is refused while compiling.
//! - Instants count microseconds, years 0001 to 9999; there is a type for civil days, `date('2026-01-31')`. A date and an
//!   instant do not compare: `day(instant)` is the civil day in the program's zone.
//! - The text of a one-of fact or tier is compared with texts that are declared for it; another is refused.
//! - A zone given to `getHours` and the like is written out as a literal.
//! - Sizes are bounded: bytes, nesting, elements, steps per row with loops counted in full; a text that grows past its
//!   limit is a fault.
//!
//! Both sides of `&&`, `||` and `?:` are always computed; nothing can be seen of that but the time it takes.
mod build;
mod check;
mod check_calls;
mod check_operators;
mod compile;
mod cursor;
mod evaluate;
mod explain;
mod factors;
mod faults;
mod foresight;
mod functions;
mod functions_list;
mod functions_number;
#[cfg(test)]
mod functions_page;
mod functions_text;
mod functions_time;
mod kernels;
mod lanes;
mod layers;
mod lexer;
mod lists;
mod literal;
mod loops;
mod names;
mod normalize;
mod parse;
mod possible;
mod program;
mod rates;
mod rows;
mod scope;
mod screen;
mod statuses;
mod syntax;
mod table;
mod together;
mod types;
mod value;
mod vector;

pub use compile::{Compiled, Expected, compile};
pub use evaluate::{Env, Inputs, Scratch};
pub use explain::Operand;
pub use foresight::{Foresight, Part};
pub use functions::{FunctionDoc, functions};
pub use lists::Lists;
pub use names::{PlainNames, is_expression, plain_names};
pub use possible::{End, Possible, Range, Values};
pub use rates::Rates;
pub use scope::{Scope, TableSchema};
pub use screen::{Line, Order, Screen};
pub use statuses::Statuses;
pub(crate) use syntax::{Kind, Node, Operator, tree};
pub use table::{Band, Boundary, Table};
pub use types::{Class, Slot, Status, Type};
pub use value::Value;
pub use vector::{Column, Pool, Vector};
