//! Running the program: what a finished evaluation says about the company, accounts, referrers and referrals as of its moment. Nothing
//! here computes an amount.
mod assessments;
mod explaining;
mod subjects;

pub use assessments::{Assessed, AssessedItem};
pub use explaining::Shortfall;
