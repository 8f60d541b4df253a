//! Arrow's PyCapsule interface: record batches come out of capsules and go into them, their memory stays where it is.
#![allow(unsafe_code, reason = "capsules hold pointers; every block says why it is sound")]
use arrow_array::ffi::{FFI_ArrowArray, FFI_ArrowSchema, from_ffi};
use arrow_array::ffi_stream::{FFI_ArrowArrayStream, RecordBatchStreamReader};
use arrow_array::{RecordBatch, RecordBatchIterator, StructArray};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyTuple};
use referral_rules::wire::guarded;
use std::ffi::CStr;

const STREAM: &CStr = c"arrow_array_stream";
const SCHEMA: &CStr = c"arrow_schema";
const ARRAY: &CStr = c"arrow_array";

fn unreadable(error: impl std::fmt::Display) -> PyErr {
    PyValueError::new_err(error.to_string())
}

/// Whether the value is a frame: whether it speaks the interface.
pub fn speaks(value: &Bound<'_, PyAny>) -> PyResult<bool> {
    Ok(value.hasattr("__arrow_c_stream__")? || value.hasattr("__arrow_c_array__")?)
}

/// The batches of a frame; pulled without holding the interpreter, which Ctrl-C ends.
///
/// # Errors
/// What the frame raises, what it says is wrong with it, and `ValueError` for one that is no table.
pub fn read(frame: &Bound<'_, PyAny>) -> PyResult<Vec<RecordBatch>> {
    let py = frame.py();
    if !frame.hasattr("__arrow_c_stream__")? {
        return Ok(vec![read_array(frame)?]);
    }
    let capsule = frame.call_method0("__arrow_c_stream__")?.cast_into::<PyCapsule>()?;
    let pointer = capsule.pointer_checked(Some(STREAM))?.cast::<FFI_ArrowArrayStream>();
    // SAFETY: a capsule of this name holds a stream, valid as long as the capsule; what is taken out leaves an empty one, which the
    // capsule's own destructor passes over. The capsule is held until the end of this function.
    let stream = unsafe { FFI_ArrowArrayStream::from_raw(pointer.as_ptr()) };
    let reader = guarded(|| RecordBatchStreamReader::try_new(stream)).map_err(unreadable)?;
    let mut reader = reader.map_err(unreadable)?;
    let mut batches = Vec::new();
    // Arrow panics at arrays that do not fit their schema.
    while let Some(batch) = py.detach(|| guarded(|| reader.next())).map_err(unreadable)? {
        py.check_signals()?;
        batches.push(batch.map_err(unreadable)?);
    }
    if batches.is_empty() {
        batches.push(RecordBatch::new_empty(arrow_array::RecordBatchReader::schema(&reader)));
    }
    Ok(batches)
}

/// The one batch of a frame that has no stream.
fn read_array(frame: &Bound<'_, PyAny>) -> PyResult<RecordBatch> {
    let (schema, array): (Bound<'_, PyCapsule>, Bound<'_, PyCapsule>) =
        frame.call_method0("__arrow_c_array__")?.cast_into::<PyTuple>()?.extract()?;
    let schema = schema.pointer_checked(Some(SCHEMA))?.cast::<FFI_ArrowSchema>();
    let array = array.pointer_checked(Some(ARRAY))?.cast::<FFI_ArrowArray>();
    // SAFETY: capsules of these names hold what they are called, valid as long as they are; they are held until the end of this
    // function. What is taken out of the array leaves an empty one, the schema is only read.
    let data = guarded(|| unsafe { from_ffi(FFI_ArrowArray::from_raw(array.as_ptr()), schema.as_ref()) });
    let data = data.map_err(unreadable)?.map_err(unreadable)?;
    if !matches!(data.data_type(), arrow_schema::DataType::Struct(_)) {
        return Err(unreadable(format!("it is an array of {}, not a table", data.data_type())));
    }
    guarded(|| RecordBatch::from(StructArray::from(data))).map_err(unreadable)
}

/// A stream of one batch.
///
/// # Errors
/// Where Python has no memory for a capsule.
pub fn stream<'py>(py: Python<'py>, batch: &RecordBatch) -> PyResult<Bound<'py, PyCapsule>> {
    let batches = RecordBatchIterator::new([Ok(batch.clone())], batch.schema());
    PyCapsule::new_with_value(py, FFI_ArrowArrayStream::new(Box::new(batches)), STREAM)
}

/// The schema of a batch.
///
/// # Errors
/// Where the interface has no word for a type.
pub fn schema<'py>(py: Python<'py>, batch: &RecordBatch) -> PyResult<Bound<'py, PyCapsule>> {
    let schema = FFI_ArrowSchema::try_from(batch.schema_ref().as_ref()).map_err(unreadable)?;
    PyCapsule::new_with_value(py, schema, SCHEMA)
}
