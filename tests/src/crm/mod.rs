//! A real sales pipeline becomes tables of a book, by the rules of its `MAPPING.md`: 85 accounts and 8,800 opportunities as
//! they came, with dirty labels and blanks. It has no referrers; the mapping makes them, always the same ones.
//!
//! The data is not part of this project: see [`crate::shared`].
mod map;
mod source;

pub use map::{Mapped, Referral, ReferrerKind, Stage, mapped};
pub use source::{Account, Opportunity, Source};

use crate::shared;
use std::path::PathBuf;

/// Where the data lies under the shared folder.
const FOLDER: &str = "data/maven_crm_sales_opportunities";

/// Who is the prospect.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum View {
    /// Every opportunity is a prospect of its own.
    DealFlow,
    /// The company is the prospect.
    NewLogo,
}

/// What is done about labels that are misspelt in the source.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Labels {
    /// They are mended, as the mapping says.
    Mended,
    /// They stay as they came.
    AsTheyCame,
}

/// The pipeline as it came, or `None` where the shared folder is not there.
///
/// # Errors
/// A message, if the folder is named and the data is not there, or cannot be read.
pub fn source() -> Result<Option<Source>, String> {
    let text = |name: &str| -> Result<Option<String>, String> {
        let path: Option<PathBuf> = shared::file(&format!("{FOLDER}/{name}"))?;
        path.map(|path| std::fs::read_to_string(&path).map_err(|fault| format!("{}: {fault}", path.display())))
            .transpose()
    };
    match (text("accounts.csv")?, text("sales_pipeline.csv")?) {
        (Some(accounts), Some(pipeline)) => Source::read(&accounts, &pipeline).map(Some),
        _ => Ok(None),
    }
}
