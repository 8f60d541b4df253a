//! Words without rules: exact numbers, rounding, money, time and calendars, ids, interned text, limits of size.
mod calendar;
mod day;
mod duration;
mod id;
mod index;
pub mod limits;
mod number;
mod rounding;
mod small;
mod text;
mod time;
mod unit;
mod window;
mod zone;

pub use calendar::Calendar;
pub use day::{Day, Weekday};
pub use duration::{Length, LengthFault, LengthUnit};
pub use id::{SortedId, compare_ids};
pub use index::{NONE, index, position};
pub use number::{NUMBER_DIGITS_MAX, Number};
pub use rounding::Rounding;
pub use text::{Interner, TextId, Texts};
pub use time::{Instant, MICROS_PER_DAY, MICROS_PER_HOUR, MICROS_PER_MINUTE, MICROS_PER_SECOND, TimeFault};
pub use unit::{Amount, Unit, currency_codes, currency_digits};
pub use window::{Period, PeriodFault};
pub use zone::Zone;
