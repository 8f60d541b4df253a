//! Tables go out by Arrow's C stream interface. Arrow's own streams let a panic end the host; here it becomes an error of the stream.
use arrow_array::ffi::{FFI_ArrowArray, FFI_ArrowSchema};
use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_array::{Array, RecordBatchReader, StructArray};
use arrow_schema::ArrowError;
use rules::wire::guarded;
use std::ffi::{CString, c_char, c_int, c_void};
use std::ptr::null;

/// The error numbers of streams are those of `errno.h`: the arguments are wrong, and reading has failed.
const EINVAL: c_int = 22;
const EIO: c_int = 5;

/// What a stream of ours carries.
struct Outgoing {
    /// Nothing after a panic: what it looked at then is not used again.
    reader: Option<Box<dyn RecordBatchReader + Send>>,
    /// Why the last call has failed.
    said: Option<CString>,
}

/// The batches as a stream of C.
pub fn stream(reader: Box<dyn RecordBatchReader + Send>) -> FFI_ArrowArrayStream {
    let outgoing = Box::into_raw(Box::new(Outgoing { reader: Some(reader), said: None }));
    // SAFETY: all four functions take the private data for the box that it is; `release` takes it back once.
    unsafe {
        FFI_ArrowArrayStream::new_unchecked(
            Some(get_schema),
            Some(get_next),
            Some(get_last_error),
            Some(release),
            outgoing.cast::<c_void>(),
        )
    }
}

/// # Safety
/// `stream` is NULL, or one of ours that is not released or an empty one; `out` is NULL or may be written to.
unsafe fn answered<T>(
    stream: *mut FFI_ArrowArrayStream,
    out: *mut T,
    work: impl FnOnce(&mut dyn RecordBatchReader) -> Result<T, ArrowError>,
) -> c_int {
    // SAFETY: the caller says so; the private data of our streams is the box, that of empty ones NULL.
    let outgoing = unsafe { stream.as_ref().and_then(|stream| stream.private_data().cast::<Outgoing>().as_mut()) };
    let (Some(outgoing), false) = (outgoing, out.is_null()) else { return EINVAL };
    let Some(reader) = &mut outgoing.reader else { return EIO };
    let (number, said) = match guarded(|| work(reader.as_mut())) {
        Ok(Ok(made)) => {
            // SAFETY: it is not NULL, and the caller says that it may be written to.
            unsafe { out.write(made) };
            outgoing.said = None;
            return 0;
        }
        Ok(Err(error)) => (EINVAL, error.to_string()),
        Err(said) => {
            let broken = outgoing.reader.take();
            let _ = guarded(|| drop(broken));
            (EIO, said)
        }
    };
    outgoing.said = CString::new(said.replace('\0', " ")).ok();
    number
}

unsafe extern "C" fn get_schema(stream: *mut FFI_ArrowArrayStream, out: *mut FFI_ArrowSchema) -> c_int {
    // SAFETY: the interface promises it of whoever calls.
    unsafe { answered(stream, out, |reader| FFI_ArrowSchema::try_from(reader.schema().as_ref())) }
}

unsafe extern "C" fn get_next(stream: *mut FFI_ArrowArrayStream, out: *mut FFI_ArrowArray) -> c_int {
    let next = |reader: &mut dyn RecordBatchReader| {
        // An array that is released says that there are no more.
        let batch = reader.next().transpose()?;
        Ok(batch.map_or_else(FFI_ArrowArray::empty, |batch| FFI_ArrowArray::new(&StructArray::from(batch).to_data())))
    };
    // SAFETY: as above.
    unsafe { answered(stream, out, next) }
}

unsafe extern "C" fn get_last_error(stream: *mut FFI_ArrowArrayStream) -> *const c_char {
    // SAFETY: as above; the text stays until the next call.
    let outgoing = unsafe { stream.as_ref().and_then(|stream| stream.private_data().cast::<Outgoing>().as_ref()) };
    outgoing.and_then(|outgoing| outgoing.said.as_ref()).map_or(null(), |said| said.as_ptr())
}

unsafe extern "C" fn release(stream: *mut FFI_ArrowArrayStream) {
    // SAFETY: as above.
    let Some(mine) = (unsafe { stream.as_ref() }) else { return };
    let outgoing = mine.private_data().cast::<Outgoing>();
    // SAFETY: it may be written to; what stood there needs no release any more, for the box is taken back below.
    unsafe { stream.write(FFI_ArrowArrayStream::empty()) };
    if !outgoing.is_null() {
        // SAFETY: `stream` boxed it, and an empty stream does not have it any more.
        let outgoing = unsafe { Box::from_raw(outgoing) };
        let _ = guarded(|| drop(outgoing));
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test: a panic is a failure")]
    use super::*;
    use arrow_array::{RecordBatch, RecordBatchIterator};
    use arrow_schema::{Schema, SchemaRef};
    use std::ffi::CStr;
    use std::sync::Arc;

    /// Gives a batch, then an error, then panics; and panics again when it is dropped.
    struct Bad(u8);

    impl Iterator for Bad {
        type Item = Result<RecordBatch, ArrowError>;

        fn next(&mut self) -> Option<Self::Item> {
            self.0 = self.0.saturating_add(1);
            match self.0 {
                1 => Some(Ok(RecordBatch::new_empty(Arc::new(Schema::empty())))),
                2 => Some(Err(ArrowError::ComputeError("no\0 luck".to_owned()))),
                _ => panic!("no {}", 17),
            }
        }
    }

    impl RecordBatchReader for Bad {
        fn schema(&self) -> SchemaRef {
            assert!(self.0 != 1, "no schema any more");
            Arc::new(Schema::empty())
        }
    }

    impl Drop for Bad {
        fn drop(&mut self) {
            panic!("and no end");
        }
    }

    fn next(stream: &mut FFI_ArrowArrayStream) -> (c_int, bool) {
        let mut array = FFI_ArrowArray::empty();
        // SAFETY: both may be written to, the stream is not released.
        let number = unsafe { stream.get_next().unwrap()(stream, &raw mut array) };
        (number, !array.is_released())
    }

    fn said(stream: &mut FFI_ArrowArrayStream) -> String {
        // SAFETY: the stream is not released, the text is copied before the next call.
        unsafe {
            let text = stream.get_last_error().unwrap()(stream);
            if text.is_null() { String::new() } else { CStr::from_ptr(text).to_str().unwrap().to_owned() }
        }
    }

    #[test]
    fn a_panic_within_a_stream_is_an_error_of_the_stream() {
        let mut bad = stream(Box::new(Bad(0)));
        assert_eq!((next(&mut bad), said(&mut bad)), ((0, true), String::new()));
        assert_eq!((next(&mut bad), said(&mut bad)), ((EINVAL, false), "Compute error: no  luck".to_owned()));
        assert_eq!((next(&mut bad), said(&mut bad)), ((EIO, false), "no 17".to_owned()));
        // Nothing asks the reader again; the stream says so as often as it is asked, and can be released.
        assert_eq!((next(&mut bad), said(&mut bad)), ((EIO, false), "no 17".to_owned()));
        drop(bad);

        let mut bad = stream(Box::new(Bad(1)));
        let mut schema = FFI_ArrowSchema::empty();
        // SAFETY: both may be written to, the stream is not released.
        let number = unsafe { bad.get_schema().unwrap()(&raw mut bad, &raw mut schema) };
        assert_eq!((number, said(&mut bad)), (EIO, "no schema any more".to_owned()));
        drop(bad);

        drop(stream(Box::new(Bad(0)))); // released while the reader is there: its panic stops as well
    }

    #[test]
    fn a_released_stream_and_null_are_errors() {
        let schema = Arc::new(Schema::empty());
        let mut good = stream(Box::new(RecordBatchIterator::new([], schema)));
        assert_eq!(next(&mut good), (0, false), "no more");
        // SAFETY: NULL and an empty stream are allowed, the array may be written to.
        unsafe {
            assert_eq!(get_next(&raw mut good, std::ptr::null_mut()), EINVAL);
            let mut array = FFI_ArrowArray::empty();
            assert_eq!(get_next(std::ptr::null_mut(), &raw mut array), EINVAL);
            release(&raw mut good);
            assert!(good.release().is_none() && good.get_next().is_none());
            assert_eq!(get_next(&raw mut good, &raw mut array), EINVAL);
            assert!(get_last_error(&raw mut good).is_null());
            release(&raw mut good);
            release(std::ptr::null_mut());
        }
    }
}
