//! Tables come in by Arrow's C data and C stream interface. Arrow takes what it is given at its word; here it is looked over first, so that what
//! is malformed is refused instead of read. What cannot be seen is memory that is shorter than its array says.
use arrow_array::ffi::{FFI_ArrowArray, FFI_ArrowSchema, from_ffi_and_data_type};
use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_array::{RecordBatch, RecordBatchOptions, StructArray};
use arrow_buffer::bit_chunk_iterator::UnalignedBitChunk;
use arrow_schema::{DataType, Field, Schema};
use rules::base::limits::{BOOK_ROWS_MAX, NESTING_MAX};
use rules::wire::guarded;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::sync::Arc;

/// Bytes and elements of one array: more has no machine, and all sums and products with less have room.
const ELEMENTS_MAX: i64 = 1 << 40;

/// The structures of the interface, field for field, as its specification has them.
#[repr(C)]
struct RawSchema {
    format: *const c_char,
    name: *const c_char,
    metadata: *const c_char,
    flags: i64,
    n_children: i64,
    children: *const *const RawSchema,
    dictionary: *const RawSchema,
    release: *const c_void,
    private_data: *const c_void,
}

#[repr(C)]
struct RawArray {
    length: i64,
    null_count: i64,
    offset: i64,
    n_buffers: i64,
    n_children: i64,
    buffers: *const *const c_void,
    children: *const *const RawArray,
    dictionary: *const RawArray,
    release: *const c_void,
    private_data: *const c_void,
}

/// All batches of a stream; one without rows where it has none.
///
/// # Errors
/// What is wrong with the stream.
pub fn batches(stream: FFI_ArrowArrayStream) -> Result<Vec<RecordBatch>, String> {
    // Arrow panics at some of what does not fit together.
    guarded(|| read(stream)).unwrap_or_else(|said| Err(format!("its arrays do not fit together ({said})")))
}

/// A table that is one array with its schema.
///
/// # Errors
/// What is wrong with them.
pub fn batch(schema: FFI_ArrowSchema, array: FFI_ArrowArray) -> Result<RecordBatch, String> {
    let work = || {
        let schema = Arc::new(columns(&schema)?);
        let rows = DataType::Struct(schema.fields().clone());
        table(array, &schema, &rows)
    };
    guarded(work).unwrap_or_else(|said| Err(format!("its columns do not fit together ({said})")))
}

fn read(mut stream: FFI_ArrowArrayStream) -> Result<Vec<RecordBatch>, String> {
    if stream.release().is_none() {
        return Err("it was released already".to_owned());
    }
    let mut schema = FFI_ArrowSchema::empty();
    let get_schema = stream.get_schema().ok_or("it has no function `get_schema`")?;
    // SAFETY: the stream is not released, and the schema may be written to.
    let number = unsafe { get_schema(&raw mut stream, &raw mut schema) };
    if number != 0 {
        return Err(failed(&mut stream, "get_schema", number));
    }
    let schema = Arc::new(columns(&schema)?);
    let rows = DataType::Struct(schema.fields().clone());
    let mut batches = Vec::new();
    loop {
        let mut array = FFI_ArrowArray::empty();
        let get_next = stream.get_next().ok_or("it has no function `get_next`")?;
        // SAFETY: as above.
        let number = unsafe { get_next(&raw mut stream, &raw mut array) };
        if number != 0 {
            return Err(failed(&mut stream, "get_next", number));
        }
        if array.is_released() {
            break;
        }
        batches.push(table(array, &schema, &rows)?);
    }
    if batches.is_empty() {
        batches.push(RecordBatch::new_empty(schema));
    }
    Ok(batches)
}

/// An array as a table of the columns, which together are the rows.
fn table(array: FFI_ArrowArray, schema: &Arc<Schema>, rows: &DataType) -> Result<RecordBatch, String> {
    // SAFETY: both have the fields of the specification, in their order.
    look_over(unsafe { &*(&raw const array).cast::<RawArray>() }, rows, "the table", 0)?;
    // SAFETY: it was looked over; what cannot be seen the caller promises.
    let data = unsafe { from_ffi_and_data_type(array, rows.clone()) }.map_err(|error| error.to_string())?;
    for (field, column) in schema.fields().iter().zip(data.child_data()) {
        column.validate_full().map_err(|error| format!("the column `{}`: {error}", field.name()))?;
    }
    data.validate().map_err(|error| error.to_string())?;
    if data.null_count() > 0 {
        return Err("some of its rows are missing as a whole".to_owned());
    }
    let options = RecordBatchOptions::new().with_row_count(Some(data.len()));
    let columns = StructArray::from(data).into_parts().1;
    RecordBatch::try_new_with_options(schema.clone(), columns, &options).map_err(|error| error.to_string())
}

/// A call of the stream has failed.
fn failed(stream: &mut FFI_ArrowArrayStream, what: &str, number: c_int) -> String {
    let said = stream.get_last_error().map(|get_last_error| {
        // SAFETY: the stream is not released, and its last call has failed.
        let said = unsafe { get_last_error(stream) };
        // SAFETY: the interface promises NULL or a text, which stays until the next call.
        if said.is_null() { String::new() } else { unsafe { CStr::from_ptr(said) }.to_string_lossy().into_owned() }
    });
    let said = said.filter(|said| !said.is_empty()).map(|said| format!(": {said}")).unwrap_or_default();
    format!("its `{what}` has failed with {number}{said}")
}

/// The columns of a table.
fn columns(schema: &FFI_ArrowSchema) -> Result<Schema, String> {
    // SAFETY: both have the fields of the specification, in their order.
    sound(unsafe { &*std::ptr::from_ref(schema).cast::<RawSchema>() }, 0)?;
    if schema.format() != "+s" {
        return Err(format!("it has the format `{}`, and a table has `+s`: a struct of its columns", schema.format()));
    }
    let fields = schema.children().map(|column| {
        Field::try_from(column).map_err(|error| {
            let (name, format) = (column.name().unwrap_or_default(), column.format());
            format!("the column `{name}` has the format `{format}`, which is not read: {error}")
        })
    });
    Ok(Schema::new(fields.collect::<Result<Vec<_>, _>>()?))
}

/// Whether a schema can be read at all, with all that is in it.
fn sound(schema: &RawSchema, depth: usize) -> Result<(), String> {
    if schema.release.is_null() {
        return Err("its schema was released already".to_owned());
    }
    if depth > NESTING_MAX {
        return Err(format!("its schema is nested more than {NESTING_MAX} levels deep"));
    }
    let format = text(schema.format, "format")?.ok_or("a column of its schema has no format")?;
    text(schema.name, "name")?;
    let children = parts(schema.children, schema.n_children, "its schema")?;
    let wanted = match format.as_bytes() {
        [b'+', b's' | b'u', ..] => children.len(),
        [b'+', b'r', ..] => 2,
        [b'+', ..] => 1,
        _ => 0,
    };
    if children.len() != wanted {
        return Err(format!("its schema has {} parts for the format `{format}`, which has {wanted}", children.len()));
    }
    for child in children {
        // SAFETY: `parts` has found none that is NULL.
        sound(unsafe { &**child }, depth.saturating_add(1))?;
    }
    // SAFETY: the interface promises NULL or a schema.
    unsafe { schema.dictionary.as_ref() }.map_or(Ok(()), |dictionary| sound(dictionary, depth.saturating_add(1)))
}

/// A text of a schema, where it has one.
fn text<'a>(text: *const c_char, what: &str) -> Result<Option<&'a str>, String> {
    // SAFETY: it is not NULL, and the interface promises a text with a NUL at its end.
    let said = (!text.is_null()).then(|| unsafe { CStr::from_ptr(text) }.to_str());
    said.transpose().map_err(|_| format!("a {what} in its schema is not UTF-8"))
}

/// The parts of a schema or an array.
fn parts<'a, T>(parts: *const *const T, count: i64, what: &str) -> Result<&'a [*const T], String> {
    let wanted = usize::try_from(count).ok().filter(|_| count <= ELEMENTS_MAX);
    let Some(count) = wanted else { return Err(format!("{what} says that it has {count} parts")) };
    if count == 0 {
        return Ok(&[]);
    }
    if parts.is_null() {
        return Err(format!("{what} says that it has {count} parts, but they are NULL"));
    }
    // SAFETY: it is not NULL, and the interface promises that there are so many.
    let parts = unsafe { std::slice::from_raw_parts(parts, count) };
    if parts.iter().any(|part| part.is_null()) { Err(format!("{what} has a part that is NULL")) } else { Ok(parts) }
}

/// Whether an array can be handed to Arrow, with all that is in it: whatever Arrow would compute an address with is looked at here.
fn look_over(array: &RawArray, data_type: &DataType, what: &str, depth: usize) -> Result<(), String> {
    if array.release.is_null() {
        return Err(format!("{what} was released already"));
    }
    let rows = i64::try_from(BOOK_ROWS_MAX).unwrap_or(ELEMENTS_MAX);
    let rows = if depth <= 1 { rows } else { ELEMENTS_MAX };
    if !(0..=rows).contains(&array.length) || !(0..=ELEMENTS_MAX).contains(&array.offset) {
        return Err(format!("{what} says that it has {} rows from {} on", array.length, array.offset));
    }
    let buffers = buffers(array, what)?;
    if !(-1..=array.length).contains(&array.null_count) {
        return Err(format!("{what} says that {} of its {} rows are missing", array.null_count, array.length));
    }
    missing(array, buffers, data_type, what)?;
    lengths(array, buffers, data_type, what)?;

    let inner: Vec<(&str, &DataType)> = match data_type {
        DataType::Struct(fields) => fields.iter().map(|field| (field.name().as_str(), field.data_type())).collect(),
        DataType::Union(fields, _) => {
            fields.iter().map(|(_, field)| (field.name().as_str(), field.data_type())).collect()
        }
        DataType::RunEndEncoded(ends, values) => vec![("ends", ends.data_type()), ("values", values.data_type())],
        DataType::List(field)
        | DataType::LargeList(field)
        | DataType::FixedSizeList(field, _)
        | DataType::ListView(field)
        | DataType::LargeListView(field)
        | DataType::Map(field, _) => vec![("items", field.data_type())],
        _ => Vec::new(),
    };
    if usize::try_from(array.n_children) != Ok(inner.len()) {
        return Err(format!("{what} has {} parts where its schema has {}", array.n_children, inner.len()));
    }
    let children = parts(array.children, array.n_children, what)?;
    for (child, (name, data_type)) in children.iter().zip(inner) {
        let what = if depth == 0 { format!("the column `{name}`") } else { format!("{what}, in `{name}`,") };
        // SAFETY: `parts` has found none that is NULL.
        look_over(unsafe { &**child }, data_type, &what, depth.saturating_add(1))?;
    }
    // SAFETY: the interface promises NULL or an array.
    match (data_type, unsafe { array.dictionary.as_ref() }) {
        (DataType::Dictionary(_, values), Some(dictionary)) => {
            look_over(dictionary, values, &format!("{what}, in its dictionary,"), depth.saturating_add(2))
        }
        (DataType::Dictionary(..), None) => Err(format!("{what} has no dictionary, and its schema has one")),
        (_, Some(_)) => Err(format!("{what} has a dictionary, and its schema has none")),
        (_, None) => Ok(()),
    }
}

/// Whether as many rows are missing as an array says: Arrow believes it, and would take what is missing for values.
fn missing(array: &RawArray, buffers: &[*const c_void], data_type: &DataType, what: &str) -> Result<(), String> {
    if array.null_count < 0 || matches!(data_type, DataType::Null | DataType::Union(..) | DataType::RunEndEncoded(..)) {
        return Ok(());
    }
    let (Ok(rows), Ok(from)) = (usize::try_from(array.length), usize::try_from(array.offset)) else { return Ok(()) };
    let bytes = rows.saturating_add(from).div_ceil(8);
    let bits = buffers.first().copied().filter(|bits| !bits.is_null());
    // SAFETY: it is not NULL, and the interface promises a bit for each row.
    let bits = bits.map(|bits| unsafe { std::slice::from_raw_parts(bits.cast::<u8>(), bytes) });
    let there = bits.map_or(rows, |bits| UnalignedBitChunk::new(bits, from, rows).count_ones());
    let came = i64::try_from(rows.saturating_sub(there)).unwrap_or(i64::MAX);
    match bits {
        _ if came == array.null_count => Ok(()),
        None => Err(format!("{what} says that {} of its rows are missing, but not which", array.null_count)),
        Some(_) => {
            Err(format!("{what} says that {} of its rows are missing, but its bits say {came}", array.null_count))
        }
    }
}

/// The buffers of an array; single ones may be NULL.
fn buffers<'a>(array: &RawArray, what: &str) -> Result<&'a [*const c_void], String> {
    match usize::try_from(array.n_buffers) {
        Ok(0) => Ok(&[]),
        Ok(_) if array.buffers.is_null() => Err(format!("{what} says that it has buffers, but they are NULL")),
        // SAFETY: it is not NULL, and the interface promises that there are so many.
        Ok(count) if array.n_buffers <= ELEMENTS_MAX => Ok(unsafe { std::slice::from_raw_parts(array.buffers, count) }),
        _ => Err(format!("{what} says that it has {} buffers", array.n_buffers)),
    }
}

/// Whether the lengths that an array's own memory holds make sense: Arrow takes them for the sizes of further memory.
fn lengths(array: &RawArray, buffers: &[*const c_void], data_type: &DataType, what: &str) -> Result<(), String> {
    let at = |place: usize| buffers.get(place).copied().filter(|buffer| !buffer.is_null());
    let missing = || format!("{what} lacks the buffer that says where its values begin");
    let wanted = match data_type {
        // Older ones have one more or less.
        DataType::Null
        | DataType::Union(..)
        | DataType::RunEndEncoded(..)
        | DataType::Utf8View
        | DataType::BinaryView => buffers.len(),
        DataType::Struct(_) | DataType::FixedSizeList(..) => 1,
        DataType::Utf8 | DataType::Binary | DataType::LargeUtf8 | DataType::LargeBinary => 3,
        DataType::ListView(_) | DataType::LargeListView(_) => 3,
        _ => 2,
    };
    if buffers.len() != wanted {
        return Err(format!("{what} has {} buffers, and an array of its type has {wanted}", buffers.len()));
    }
    let until = array.length.saturating_add(array.offset);
    let last = usize::try_from(until).unwrap_or(usize::MAX);
    let length = match data_type {
        _ if until == 0 => return Ok(()),
        DataType::Utf8 | DataType::Binary | DataType::List(_) | DataType::Map(..) => {
            // SAFETY: it is not NULL, and the interface promises one number more than there are rows.
            unsafe { at(1).ok_or_else(missing)?.cast::<i32>().add(last).read_unaligned() }.into()
        }
        DataType::LargeUtf8 | DataType::LargeBinary | DataType::LargeList(_) => {
            // SAFETY: as above.
            unsafe { at(1).ok_or_else(missing)?.cast::<i64>().add(last).read_unaligned() }
        }
        DataType::Utf8View | DataType::BinaryView => {
            // Bits, views, any number of buffers, and their lengths.
            let count = buffers.len().checked_sub(3).ok_or_else(missing)?;
            let sizes = buffers.last().copied().filter(|sizes| !sizes.is_null() || count == 0).ok_or_else(missing)?;
            // SAFETY: it is not NULL where there is a length, and the interface promises so many.
            let size = |place: usize| unsafe { sizes.cast::<i64>().add(place).read_unaligned() };
            (0..count).map(size).find(|size| !(0..=ELEMENTS_MAX).contains(size)).unwrap_or(0)
        }
        DataType::Null | DataType::Union(..) | DataType::RunEndEncoded(..) => return Ok(()),
        DataType::Struct(_) | DataType::FixedSizeList(..) => return Ok(()),
        _ => return at(1).map(|_| ()).ok_or_else(|| format!("{what} lacks the buffer of its values")),
    };
    let bytes = matches!(data_type, DataType::Utf8 | DataType::Binary | DataType::LargeUtf8 | DataType::LargeBinary);
    match length {
        _ if !(0..=ELEMENTS_MAX).contains(&length) => {
            Err(format!("{what} says that its values have {length} bytes or items"))
        }
        1.. if bytes && at(2).is_none() => Err(format!("{what} lacks the buffer of its values")),
        _ => Ok(()),
    }
}
