//! The last line of defence of a binding: a panic must not reach another language.
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Does the work; if it panics, which would be a fault of this library, gives what the panic said.
///
/// Nothing in the library panics; this is for bindings, where a panic that passes the border would end the host.
///
/// # Example
/// ```
/// use referral_rules::wire::guarded;
/// assert_eq!(guarded(|| 1 + 1), Ok(2));
/// assert_eq!(guarded(|| -> u8 { panic!("no {}", 17) }), Err("no 17".to_owned()));
/// ```
///
/// # Errors
/// What the panic said.
pub fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    // What the work looked at is not used again if it panics: requests are texts, programs never change.
    catch_unwind(AssertUnwindSafe(work)).map_err(|panic| said(&*panic))
}

fn said(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("the engine panicked").to_owned()
}
