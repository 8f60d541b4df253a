//! Words without rules: exact numbers, rounding, money, time and calendars, ids, interned text, limits of size.
mod id;
mod number;
mod text;
mod time;

pub use id::compare_ids;
pub use number::{NUMBER_DIGITS_MAX, Number};
pub use text::{Interner, TextId, Texts};
pub use time::{Day, Instant};
