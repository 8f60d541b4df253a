//! Where data lies that is shared with other projects and not part of this one.
use std::path::{Path, PathBuf};

/// The path of a shared file: under `$REFERRAL_SHARED`, or beside the workspace. `None` where there is no such folder.
///
/// # Errors
/// A message, if the variable is set and the file is not there.
pub fn file(name: &str) -> Result<Option<PathBuf>, String> {
    match std::env::var_os("REFERRAL_SHARED") {
        Some(folder) => {
            let path = Path::new(&folder).join(name);
            if path.is_file() {
                Ok(Some(path))
            } else {
                Err(format!("REFERRAL_SHARED is set, but {} is not there", path.display()))
            }
        }
        None => {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared").join(name);
            Ok(path.is_file().then_some(path))
        }
    }
}
