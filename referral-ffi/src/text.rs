//! Memory of the caller becomes a text, and a text becomes memory of the caller.
use rules::wire;
use std::ffi::c_char;
use std::ptr::{null_mut, slice_from_raw_parts_mut};

/// What came of a call. None of them is 0: memory that was only zeroed says nothing, least of all success. New ones may be added at the end.
#[repr(C)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Status {
    /// Done. The answer begins with {"ok":true.
    Ok = 1,
    /// The document or the request is wrong, or there is nothing to answer with. The answer begins with {"ok":false and says
    /// why: `diagnostics` and `text`, or `error` with `code` and `message`.
    Refused = 2,
    /// A pointer is NULL that must not be. The answer says which in its `error`, unless it is `answer` itself.
    NullPointer = 3,
    /// The text is not UTF-8. The answer says in its `error` at which byte.
    NotUtf8 = 4,
    /// The length is more than any text has, such as a negative number.
    TooLong = 5,
    /// The library has a fault of its own, please report it. The answer says in its `error` what is known. The program and the
    /// library can go on being used.
    Panic = 6,
}

/// A text that belongs to the caller. Give it back with referral_text_free, and change neither field before.
#[repr(C)]
#[derive(Debug)]
pub struct Text {
    /// The bytes, UTF-8. A NUL follows them, which `length` does not count. Texts of JSON have none within.
    pub data: *mut c_char,
    /// How many bytes.
    pub length: usize,
}

/// Gives a text back and empties it, so that giving it back again does nothing. NULL is allowed and does nothing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn referral_text_free(text: *mut Text) {
    // SAFETY: the caller says that it is NULL or a text.
    let Some(text) = (unsafe { text.as_mut() }) else { return };
    let data = std::mem::replace(&mut text.data, null_mut());
    let length = std::mem::replace(&mut text.length, 0);
    if !data.is_null() {
        // SAFETY: `Text::of` made it, with one byte more than it says.
        drop(unsafe { Box::from_raw(slice_from_raw_parts_mut(data.cast::<u8>(), length.saturating_add(1))) });
    }
}

impl Text {
    fn of(text: String) -> Self {
        let length = text.len();
        let mut bytes = text.into_bytes();
        bytes.push(0);
        Self { data: Box::into_raw(bytes.into_boxed_slice()).cast(), length }
    }
}

/// Why nothing could be asked.
#[derive(Debug)]
pub enum Failure {
    /// What is NULL.
    Null(&'static str),
    /// The byte at which a text stops being UTF-8.
    NotUtf8(usize),
    /// More bytes than memory has.
    TooLong,
}

impl Failure {
    fn status(&self) -> Status {
        match self {
            Self::Null(_) => Status::NullPointer,
            Self::NotUtf8(_) => Status::NotUtf8,
            Self::TooLong => Status::TooLong,
        }
    }

    fn answer(&self) -> String {
        match self {
            Self::Null(what) => wire::error("null-pointer", &format!("{what} is NULL")),
            Self::NotUtf8(at) => {
                wire::error("not-utf-8", &format!("the text is not UTF-8 from byte {at} on, counted from 0"))
            }
            Self::TooLong => wire::error("too-long", "the length is more than any text has"),
        }
    }
}

/// The text of the caller.
///
/// # Safety
/// `text` is NULL or has that many bytes, which do not change while the result is used.
pub unsafe fn read<'a>(text: *const c_char, length: usize) -> Result<&'a str, Failure> {
    if text.is_null() {
        return Err(Failure::Null("the text"));
    }
    if length > isize::MAX.unsigned_abs() {
        return Err(Failure::TooLong);
    }
    // SAFETY: it is not NULL and not longer than memory; the caller says that the bytes are there.
    let bytes = unsafe { std::slice::from_raw_parts(text.cast::<u8>(), length) };
    std::str::from_utf8(bytes).map_err(|fault| Failure::NotUtf8(fault.valid_up_to()))
}

/// Does the work and writes what it says to the caller. A panic stops here.
///
/// # Safety
/// `answer` is NULL or may be written to.
pub unsafe fn answer_into(answer: *mut Text, work: impl FnOnce() -> Result<String, Failure>) -> Status {
    if answer.is_null() {
        return Status::NullPointer;
    }
    let (status, text) = match wire::guarded(work) {
        Ok(Ok(text)) => (if wire::is_ok(&text) { Status::Ok } else { Status::Refused }, text),
        Ok(Err(failure)) => (failure.status(), failure.answer()),
        Err(said) => (Status::Panic, wire::error("panic", &said)),
    };
    // SAFETY: it is not NULL, and the caller says that it may be written to.
    unsafe { answer.write(Text::of(text)) };
    status
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_a_status_and_an_answer() {
        let mut text = Text { data: null_mut(), length: 0 };
        // SAFETY: `text` may be written to, and is given back.
        unsafe {
            assert_eq!(answer_into(&mut text, || panic!("no {}", 17)), Status::Panic);
            let answer = read(text.data, text.length).unwrap();
            assert_eq!(answer, r#"{"ok":false,"error":{"code":"panic","message":"no 17"}}"#);
            referral_text_free(&mut text);
            assert!(text.data.is_null() && text.length == 0);
            referral_text_free(&mut text);
            referral_text_free(null_mut());
        }
    }
}
