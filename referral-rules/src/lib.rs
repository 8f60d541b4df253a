//! Who is owed what, by when, and why: an exact, explained engine for customer referral programs.
//!
//! A [`program`] is a document: who may refer, what counts, who gets what, by when, up to which limit. A [`book`] is what the
//! host knows: tables of accounts, referrals and events. [`evaluate`] joins them as of a moment. The answer is an
//! [`Evaluation`](evaluation::Evaluation): a decision on every referral with all its reasons, a ledger whose lines never change,
//! where each line stands, and findings about facts that contradict each other. The library stores nothing, sends nothing and
//! asks no clock.
//!
//! ```text
//! document text ──read──▶ Document (as written) ──check, compile──▶ Program (cannot be wrong)
//!                                                                        │
//! host's tables: CSV, JSON, columns ──check, sort, intern──▶ Book ───────┤   as_of
//!                                                                        ▼
//!    submission     requirements                              every referral: accepted or refused, all reasons
//!    attribution    claims on the referee                     whose it is, duplicates
//!    timeline       events in one total order                 counts, tiers, rewards, campaigns, limits → entries
//!    schedule       promises, holds                           when each entry is payable and due
//!                                                                        ▼
//!    Evaluation = decisions + entries + positions + balances + payouts + findings ──▶ report: summary, explain
//! ```
//!
//! # Example
//! ```
//! use referral_rules::base::Day;
//! use referral_rules::book::{Book, Given, GivenTable};
//! use referral_rules::program::Program;
//! use referral_rules::{Options, evaluate};
//!
//! let (program, warnings) = Program::from_toml(r#"
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
//!     at_most = 150
//!     pay_within = "5 business days"
//! "#)?;
//! assert!(warnings.is_empty());
//!
//! let referrals = GivenTable::from_csv(
//!     "id,referrer,submitted_at,qualified_at,closed_at,closed.order_value\n\
//!      R-1,ada,2026-03-02,2026-03-05,2026-03-20,1249.50\n",
//! )?;
//! let book = Book::new(&program, &Given { referrals, ..Given::default() });
//! assert!(book.findings.is_empty());
//!
//! let as_of = program.zone.last_instant(Day::parse("2026-03-31")?);
//! let evaluation = evaluate(&program, &book, as_of, Options::default())?;
//!
//! let entry = evaluation.entries().next().ok_or("no entry")?;
//! assert_eq!((entry.beneficiary.id.as_str(), entry.amount.to_string()), ("ada", "124.95".to_owned()));
//! assert_eq!(entry.due_on, Some(Day::parse("2026-03-27")?));
//! assert_eq!(evaluation.positions()[0].pay, "overdue");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # The parts
//! - [`program`]: documents and their compiled form; [`program::standard`] is a complete program, ready to use.
//! - [`book`]: the host's tables.
//! - [`evaluate`] and [`evaluation`]: the answer. [`report`]: the answer as text for people.
//! - [`live`]: one event at a time, with small states that the host keeps.
//! - [`wire`]: one JSON text in, one JSON text out, as bindings call it.
//! - [`expr`]: the language of conditions and amounts. [`diag`]: what is wrong, with codes and places.
//! - [`base`]: exact numbers, units, rounding, days and zones, limits of size.
//!
//! No function panics, whatever a document or host supplies: a wrong document gives [`program::Faults`], wrong facts give
//! [`book::Finding`]s, and what the engine cannot do is an [`EngineError`].
pub mod base;
pub mod book;
pub mod diag;
mod engine;
pub mod evaluation;
pub mod expr;
pub mod live;
pub mod node;
pub mod program;
pub mod report;
pub mod running;
pub mod stage;
pub mod terms;
pub mod wire;

#[doc(hidden)]
pub use engine::evaluate_by_scopes;
pub use engine::{EngineError, Options, Stage, evaluate, evaluate_watched};

/// The examples of the README run as tests of the documentation.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
