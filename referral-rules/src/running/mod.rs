//! Running the program: what a finished evaluation says about the company, accounts, referrers and referrals as of its moment. Nothing
//! here computes an amount.
mod assessments;
mod contents;
mod explaining;
mod filling;
mod notices;
mod subjects;
mod truths;

pub use assessments::{Assessed, AssessedItem};
pub use contents::Content;
pub use explaining::Shortfall;
pub use filling::FilledText;
pub use notices::Notice;
