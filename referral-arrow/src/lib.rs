//! Record batches of Arrow as the tables of a book, and answers as record batches.
//!
//! [`table`] reads batches, [`given`] all tables at once. The columns of a single batch are used where they are in memory. What
//! cannot be used, such as floating-point numbers, is refused with its column and what to do about it, all faults at once.
//! [`entries`], [`decisions`], [`payouts`] and so on give the tables of the answer, in the columns that they have in JSON; [`part`] gives any of
//! them by its name.
//!
//! | Arrow | what it is to the library |
//! | --- | --- |
//! | `bool` | true or false |
//! | `int8` to `int64`, `uint8` to `uint32` | whole numbers, ids |
//! | `uint64` | the same, copied, where all fit `int64` |
//! | `decimal32` to `decimal256` | exact numbers of at most 128 bits; all but `decimal128` are copied |
//! | `date32`, `date64` of whole days (copied) | days |
//! | `timestamp` with a zone, whatever its unit | moments |
//! | `utf8`, `large_utf8`, `utf8_view` | texts, ids |
//! | a dictionary of texts with whole numbers as keys | texts; the keys stay where they are, a dictionary's null is a missing value |
//! | a struct | a column per field: `referrer` with the field `status` is `referrer.status` |
//! | lists of all these but structs | lists, copied |
//! | `null` | missing in every row |
//!
//! Refused are floating-point numbers, timestamps without a zone, times, durations, bytes, maps, unions and runs.
//!
//! # Example
//! ```
//! use arrow_array::cast::AsArray;
//! use arrow_array::types::Decimal128Type;
//! use arrow_array::{ArrayRef, Date32Array, Decimal128Array, Int64Array, RecordBatch, StringArray};
//! use referral_arrow::{Tables, entries, given};
//! use referral_rules::base::Instant;
//! use referral_rules::book::Book;
//! use referral_rules::program::Program;
//! use referral_rules::{Options, evaluate};
//! use std::sync::Arc;
//!
//! let (program, _) = Program::from_toml(r#"
//!     schema = 1
//!     id = "bring-a-friend"
//!     version = "2026-01"
//!     in_force = { first_day = 2026-01-01 }
//!     currency = "EUR"
//!     time_zone = "Europe/Berlin"
//!
//!     [facts.event]
//!     order_value = "decimal"
//!
//!     [[reward]]
//!     id = "thanks"
//!     to = "referrer"
//!     on = "closed"
//!     kind = "cash"
//!     amount = "10% * event.order_value"
//!     pay_within = "5 business days"
//! "#)?;
//!
//! let day = 20_514; // 2026-03-02
//! let referrals = RecordBatch::try_from_iter([
//!     ("id", Arc::new(Int64Array::from(vec![17])) as ArrayRef),
//!     ("referrer", Arc::new(StringArray::from(vec!["ada"])) as ArrayRef),
//!     ("submitted_at", Arc::new(Date32Array::from(vec![day])) as ArrayRef),
//!     ("qualified_at", Arc::new(Date32Array::from(vec![day + 3])) as ArrayRef),
//!     ("closed_at", Arc::new(Date32Array::from(vec![day + 18])) as ArrayRef),
//!     (
//!         "closed.order_value",
//!         Arc::new(Decimal128Array::from(vec![124_950]).with_precision_and_scale(18, 2)?) as ArrayRef,
//!     ),
//! ])?;
//! let given = given(Tables { referrals: &[referrals], ..Tables::default() })?;
//! let book = Book::new(&program, &given);
//! let evaluation = evaluate(&program, &book, Instant::parse("2026-04-01T00:00:00Z")?, Options::default())?;
//!
//! let entries = entries(&evaluation)?;
//! let amounts = entries.column_by_name("amount").ok_or("a column")?.as_primitive::<Decimal128Type>();
//! assert_eq!(amounts.value_as_string(0), "124.95");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
mod answer;
mod book;
mod column;
mod dictionary;
mod evaluated;
mod fault;
mod lists;
mod table;
mod texts;

pub use answer::{
    balances, campaigns, decisions, entries, findings, leaderboard, ledger, lists, outlook, part, part_from_json,
    parts, payouts, positions, standings,
};
pub use book::{BookTable, book, book_table, book_tables};
pub use evaluated::Evaluated;
pub use fault::{ColumnFault, ColumnFaults};
pub use table::{Tables, columns, given, table, table_where};
