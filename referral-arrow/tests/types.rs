//! Every type of Arrow that a column can have, and those that it cannot.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may panic: that is how it fails"
)]
use arrow_array::builder::{FixedSizeListBuilder, Int64Builder, ListBuilder, ListViewBuilder, StringBuilder};
use arrow_array::types::{Int8Type, UInt64Type};
use arrow_array::*;
use arrow_buffer::{NullBuffer, OffsetBuffer, i256};
use arrow_schema::{DataType, Field, TimeUnit};
use referral_arrow::{Tables, given, table};
use referral_rules::base::{Bits, Buffer};
use referral_rules::book::{Cell, GivenTable, Ints, Offsets, Packed, PackedTexts, PackedValues, Tick, Values};
use std::sync::Arc;

fn array(array: impl Array + 'static) -> ArrayRef {
    Arc::new(array)
}

fn batch(name: &str, fact: impl Array + 'static) -> RecordBatch {
    RecordBatch::try_from_iter_with_nullable([(name, array(fact), true)]).unwrap()
}

fn read(array: impl Array + 'static) -> Values {
    let rows = array.len();
    let table = table(&[batch("fact", array)]).unwrap();
    assert_eq!(table.rows, rows);
    table.columns["fact"].clone()
}

fn refusal(array: impl Array + 'static) -> String {
    table(&[batch("fact", array)]).unwrap_err().to_string()
}

fn packed(values: PackedValues, valid: Option<&[bool]>) -> Values {
    Values::Packed(Packed { values, valid: valid.map(|valid| valid.iter().copied().collect()) })
}

fn buffer<T: Send + Sync>(values: Vec<T>) -> Buffer<T> {
    Buffer::from(values)
}

/// The values of rows, whatever the layout.
fn texts(values: &Values) -> Vec<Option<String>> {
    let Values::Packed(packed) = values else { panic!("{values:?}") };
    let text = |row: usize| match &packed.values {
        PackedValues::Text(texts) => texts.text(row).to_owned(),
        PackedValues::Dictionary(codes, words) => words[usize::try_from(codes.get(row).unwrap()).unwrap()].clone(),
        other => panic!("{other:?}"),
    };
    (0..packed.rows()).map(|row| packed.is_valid(row).then(|| text(row))).collect()
}

fn some(texts: &[&str]) -> Vec<Option<String>> {
    texts.iter().map(|text| Some(*text).filter(|text| *text != "-").map(str::to_owned)).collect()
}

#[test]
fn whole_numbers_keep_their_width() {
    assert_eq!(read(Int8Array::from(vec![-1, 2])), packed(PackedValues::Int(Ints::I8(buffer(vec![-1, 2]))), None));
    assert_eq!(read(Int16Array::from(vec![-1, 2])), packed(PackedValues::Int(Ints::I16(buffer(vec![-1, 2]))), None));
    assert_eq!(read(Int32Array::from(vec![-1, 2])), packed(PackedValues::Int(Ints::I32(buffer(vec![-1, 2]))), None));
    assert_eq!(read(UInt8Array::from(vec![255])), packed(PackedValues::Int(Ints::U8(buffer(vec![255]))), None));
    assert_eq!(read(UInt16Array::from(vec![1])), packed(PackedValues::Int(Ints::U16(buffer(vec![1]))), None));
    assert_eq!(read(UInt32Array::from(vec![1])), packed(PackedValues::Int(Ints::U32(buffer(vec![1]))), None));
    let some_missing = Int64Array::from(vec![Some(7), None, Some(i64::MIN)]);
    let ints = PackedValues::Int(Ints::I64(buffer(vec![7, 0, i64::MIN])));
    assert_eq!(read(some_missing), packed(ints, Some(&[true, false, true])));
    let largest = u64::try_from(i64::MAX).unwrap();
    assert_eq!(
        read(UInt64Array::from(vec![Some(largest), None])),
        packed(PackedValues::Int(Ints::I64(buffer(vec![i64::MAX, 0]))), Some(&[true, false]))
    );
    assert_eq!(
        refusal(UInt64Array::from(vec![1, largest + 1])),
        "the column `fact` has 9223372036854775808, which does not fit int64; give ids of that size as texts"
    );
    // What stands in a missing row has no meaning.
    let hidden = UInt64Array::new(vec![1, u64::MAX].into(), Some(NullBuffer::from(vec![true, false])));
    assert!(table(&[batch("fact", hidden)]).is_ok());
}

#[test]
fn truth_values_days_and_moments() {
    let bits: Bits = [true, false, false].into_iter().collect();
    assert_eq!(
        read(BooleanArray::from(vec![Some(true), Some(false), None])),
        packed(PackedValues::Bool(bits), Some(&[true, true, false]))
    );
    assert_eq!(read(Date32Array::from(vec![-1, 20_000])), packed(PackedValues::Date(buffer(vec![-1, 20_000])), None));
    let day = 86_400_000;
    assert_eq!(
        read(Date64Array::from(vec![-day, 20_000 * day])),
        packed(PackedValues::Date(buffer(vec![-1, 20_000])), None)
    );
    assert_eq!(
        refusal(Date64Array::from(vec![0, 5])),
        "the column `fact` has the date64 5, which is no whole day; give days as date32, moments as timestamps with a zone"
    );
    let at = |tick| packed(PackedValues::Instant(buffer(vec![-5, 5]), tick), None);
    let values = vec![-5, 5];
    assert_eq!(read(TimestampSecondArray::from(values.clone()).with_timezone("UTC")), at(Tick::Second));
    assert_eq!(read(TimestampMillisecondArray::from(values.clone()).with_timezone("+02:00")), at(Tick::Millisecond));
    assert_eq!(
        read(TimestampMicrosecondArray::from(values.clone()).with_timezone("Europe/Berlin")),
        at(Tick::Microsecond)
    );
    assert_eq!(read(TimestampNanosecondArray::from(values.clone()).with_timezone("UTC")), at(Tick::Nanosecond));
    assert_eq!(
        refusal(TimestampMicrosecondArray::from(values)),
        "the column `fact` holds moments without a zone (Timestamp(µs)); give them a zone, such as UTC, so that each is one \
         moment; days as date32"
    );
}

#[test]
fn exact_numbers_of_every_width() {
    let decimal = |units: Vec<i128>, scale| packed(PackedValues::Decimal(buffer(units), scale), None);
    let units = Decimal128Array::from(vec![1250, -1]).with_precision_and_scale(18, 2).unwrap();
    assert_eq!(read(units), decimal(vec![1250, -1], 2));
    let units = Decimal32Array::from(vec![1250, -1]).with_precision_and_scale(9, 2).unwrap();
    assert_eq!(read(units), decimal(vec![1250, -1], 2));
    let units = Decimal64Array::from(vec![1250, -1]).with_precision_and_scale(18, 4).unwrap();
    assert_eq!(read(units), decimal(vec![1250, -1], 4));
    let units = Decimal256Array::from(vec![i256::from_i128(1250)]).with_precision_and_scale(76, 2).unwrap();
    assert_eq!(read(units), decimal(vec![1250], 2));
    let thousands = Decimal128Array::from(vec![7]).with_precision_and_scale(18, -3).unwrap();
    assert_eq!(read(thousands), decimal(vec![7000], 0));
    let wide = i256::from_i128(i128::MAX).wrapping_add(i256::ONE);
    let wide = Decimal256Array::from(vec![wide]).with_precision_and_scale(76, 0).unwrap();
    assert_eq!(
        refusal(wide),
        "the column `fact` has 170141183460469231731687303715884105728 at the scale 0, which does not fit 128 bits; give at most \
         38 digits: decimal128"
    );
}

#[test]
fn texts_in_every_layout() {
    let offsets = Offsets::I32(buffer(vec![0, 3, 3, 5]));
    let expected = PackedTexts::new(offsets, buffer(b"adabo".to_vec())).unwrap();
    assert_eq!(
        read(StringArray::from(vec![Some("ada"), None, Some("bo")])),
        packed(PackedValues::Text(expected), Some(&[true, false, true]))
    );
    let rows = vec![Some("ada"), None, Some("a text that is longer than what a view holds itself"), Some("")];
    let expected = some(&["ada", "-", "a text that is longer than what a view holds itself", ""]);
    assert_eq!(texts(&read(LargeStringArray::from(rows.clone()))), expected);
    assert_eq!(texts(&read(StringViewArray::from(rows))), expected);
}

#[test]
fn views_stay_where_they_are() {
    let long = "a text that is longer than what a view holds itself";
    let other = "and another one, häßlich but sound";
    let views = |rows: Vec<Option<&str>>| StringViewArray::from(rows);
    let array =
        views(vec![Some("ada"), Some(long), None, Some(other), Some("nine lives"), Some("twelve bytes"), Some("é")]);
    let Values::Packed(Packed { values: PackedValues::Text(texts_of), .. }) = read(array.slice(1, 6)) else { panic!() };
    let rows: Vec<&str> = (0..texts_of.len()).map(|row| texts_of.text(row)).collect();
    assert_eq!(rows, [long, "", other, "nine lives", "twelve bytes", "é"]);
    assert_eq!(texts_of.taken(&[2, 5, 9]), [other, "é", ""].into_iter().collect());

    // Of several batches, each with its own pieces, and one of a piece that is mostly none of its texts.
    let parts = [array.slice(5, 2), views(vec![Some(other), None, Some("bo")]), array.slice(0, 2), array.slice(7, 0)];
    let batches: Vec<RecordBatch> = parts.into_iter().map(|part| batch("fact", part)).collect();
    let joined = table(&batches).unwrap();
    assert_eq!(texts(&joined.columns["fact"]), some(&["twelve bytes", "é", other, "-", "bo", "ada", long]));
}

#[test]
fn dictionaries_are_used_as_they_come() {
    let keys = || Int8Array::from(vec![Some(1), None, Some(0), Some(2)]);
    let words = vec![Some("active"), Some("paused"), None];
    let expected = some(&["paused", "-", "active", "-"]);
    let layouts: [ArrayRef; 3] = [
        Arc::new(StringArray::from(words.clone())),
        Arc::new(LargeStringArray::from(words.clone())),
        Arc::new(StringViewArray::from(words)),
    ];
    for layout in layouts {
        let read = read(DictionaryArray::<Int8Type>::new(keys(), layout));
        assert_eq!(texts(&read), expected);
        let Values::Packed(Packed { values: PackedValues::Dictionary(Ints::I8(codes), words), .. }) = &read else {
            panic!("{read:?}")
        };
        assert_eq!((codes.len(), words.len()), (4, 3));
    }
    let wide =
        DictionaryArray::<UInt64Type>::new(UInt64Array::from(vec![0, 0]), Arc::new(StringArray::from(vec!["a"])));
    assert_eq!(texts(&read(wide)), some(&["a", "a"]));
    let numbers = DictionaryArray::<Int8Type>::new(Int8Array::from(vec![0]), Arc::new(Int64Array::from(vec![5])));
    assert_eq!(refusal(numbers), "the column `fact` has a dictionary of Int64; give such values without a dictionary");
}

#[test]
fn a_struct_is_a_column_per_field() {
    let status = StringArray::from(vec![Some("active"), Some("paused"), None]);
    let inner = StructArray::new(
        vec![Field::new("seats", DataType::Int32, true)].into(),
        vec![Arc::new(Int32Array::from(vec![1, 2, 3]))],
        Some(NullBuffer::from(vec![false, true, true])),
    );
    let fields = vec![Field::new("status", DataType::Utf8, true), Field::new("plan", inner.data_type().clone(), true)];
    let outer = StructArray::new(
        fields.into(),
        vec![Arc::new(status), Arc::new(inner)],
        Some(NullBuffer::from(vec![true, false, true])),
    );
    let read = table(&[batch("referrer", outer)]).unwrap();
    assert_eq!(read.columns.keys().collect::<Vec<_>>(), ["referrer.plan.seats", "referrer.status"]);
    assert_eq!(texts(&read.columns["referrer.status"]), some(&["active", "-", "-"]));
    let seats = PackedValues::Int(Ints::I32(buffer(vec![1, 2, 3])));
    assert_eq!(read.columns["referrer.plan.seats"], packed(seats, Some(&[false, false, true])));
}

#[test]
fn lists_are_cells() {
    let texts = |words: &[&str]| Cell::List(words.iter().map(|word| Cell::Text((*word).to_owned())).collect());
    let mut list = ListBuilder::new(StringBuilder::new());
    list.append_value([Some("a"), Some("b")]);
    list.append_null();
    list.append_value([Some("c")]);
    let list = list.finish();
    assert_eq!(read(list.clone()), Values::Cells(vec![texts(&["a", "b"]), Cell::Missing, texts(&["c"])]));
    assert_eq!(read(list.slice(1, 2)), Values::Cells(vec![Cell::Missing, texts(&["c"])]));

    let mut views = ListViewBuilder::new(StringBuilder::new());
    views.append_value([Some("a"), Some("b")]);
    assert_eq!(read(views.finish()), Values::Cells(vec![texts(&["a", "b"])]));

    let mut pairs = FixedSizeListBuilder::new(Int64Builder::new(), 2);
    for number in 1..=4 {
        pairs.values().append_value(number);
        if number % 2 == 0 {
            pairs.append(true);
        }
    }
    let numbers = |numbers: [i64; 2]| Cell::List(numbers.map(|number| Cell::Number(number.to_string())).to_vec());
    let pairs = pairs.finish();
    assert_eq!(read(pairs.clone()), Values::Cells(vec![numbers([1, 2]), numbers([3, 4])]));
    assert_eq!(read(pairs.slice(1, 1)), Values::Cells(vec![numbers([3, 4])]));

    let item = Arc::new(Field::new("item", DataType::Float64, true));
    assert!(refusal(ListArray::new_null(item, 2)).contains("floating-point"));
}

#[test]
fn a_column_of_nothing_is_missing() {
    assert_eq!(read(NullArray::new(2)), Values::Cells(vec![Cell::Missing, Cell::Missing]));
    assert_eq!(table(&[]).unwrap(), GivenTable::default());
}

#[test]
fn slices_are_read_from_where_they_start() {
    for (from, rows) in [(0, 20), (1, 12), (7, 3), (8, 9), (19, 1), (20, 0)] {
        let number = |row: i64| (row % 3 != 0).then_some(row);
        let all = Int64Array::from_iter((0..20).map(number));
        let Values::Packed(ints) = read(all.slice(from, rows)) else { panic!() };
        let bools = BooleanArray::from_iter((0..20).map(|row| number(row).map(|row| row % 2 == 0)));
        let Values::Packed(bools) = read(bools.slice(from, rows)) else { panic!() };
        let words = StringArray::from_iter((0..20).map(|row| number(row).map(|row| row.to_string())));
        let words = texts(&read(words.slice(from, rows)));
        let dictionary: DictionaryArray<Int8Type> =
            (0..20).map(|row| number(row).map(|row| ["a", "b"][usize::from(row % 2 == 0)])).collect();
        let dictionary = texts(&read(dictionary.slice(from, rows)));
        assert_eq!((ints.rows(), bools.rows(), words.len(), dictionary.len()), (rows, rows, rows, rows));
        for row in 0..rows {
            let expected = number(i64::try_from(from + row).unwrap());
            assert_eq!(ints.is_valid(row), expected.is_some());
            assert_eq!(bools.is_valid(row), expected.is_some());
            assert_eq!(words[row], expected.map(|number| number.to_string()));
            assert_eq!(dictionary[row].as_deref(), expected.map(|row| ["a", "b"][usize::from(row % 2 == 0)]));
            let (PackedValues::Int(ints), PackedValues::Bool(bools)) = (&ints.values, &bools.values) else { panic!() };
            if let Some(expected) = expected {
                assert_eq!((ints.get(row), bools.get(row)), (Some(expected), expected % 2 == 0));
            }
        }
    }
}

#[test]
fn several_batches_are_joined() {
    let words = |words: &[Option<&str>]| words.iter().copied().collect::<DictionaryArray<Int8Type>>();
    let batch =
        |id: Vec<i64>, seats: Vec<Option<i32>>, name: Vec<Option<&str>>, plan: &[Option<&str>], ok: Vec<bool>| {
            RecordBatch::try_from_iter_with_nullable([
                ("id", array(Int64Array::from(id)), true),
                ("seats", array(Int32Array::from(seats)), true),
                ("name", array(StringArray::from(name)), true),
                ("plan", array(words(plan)), true),
                ("ok", array(BooleanArray::from(ok)), true),
            ])
            .unwrap()
        };
    let first = batch(
        vec![1, 2],
        vec![Some(5), Some(6)],
        vec![Some("ada"), None],
        &[Some("free"), Some("growth")],
        vec![true, false],
    );
    let second = batch(
        vec![3, 4, 5],
        vec![None, Some(8), Some(9)],
        vec![Some("x"), Some("bo"), Some("ärger")],
        &[None, Some("trial"), Some("growth")],
        vec![false, true, true],
    );
    let read = table(&[first, second.slice(1, 2), second.slice(0, 1)]).unwrap();
    assert_eq!(read.rows, 5);
    assert_eq!(read.columns["id"], packed(PackedValues::Int(Ints::I64(buffer(vec![1, 2, 4, 5, 3]))), None));
    let valid = [true, true, true, true, false];
    let Values::Packed(seats) = &read.columns["seats"] else { panic!() };
    assert_eq!(seats.valid, Some(valid.into_iter().collect()));
    assert_eq!(texts(&read.columns["name"]), some(&["ada", "-", "bo", "ärger", "x"]));
    assert_eq!(texts(&read.columns["plan"]), some(&["free", "growth", "trial", "growth", "-"]));
    let ok: Bits = [true, false, true, true, false].into_iter().collect();
    assert_eq!(read.columns["ok"], packed(PackedValues::Bool(ok), None));
}

#[test]
fn a_single_batch_is_not_copied() {
    let ids = Int64Array::from(vec![Some(1), None, Some(3)]);
    let days = Date32Array::from(vec![1, 2, 3]);
    let units = Decimal128Array::from(vec![1, 2, 3]);
    let names = StringArray::from(vec!["a", "bc", "d"]);
    let words: DictionaryArray<Int8Type> = vec!["a", "b", "a"].into_iter().collect();
    let moments = TimestampMicrosecondArray::from(vec![1, 2, 3]).with_timezone("UTC");
    let columns: [(&str, ArrayRef); 6] = [
        ("ids", Arc::new(ids.clone())),
        ("days", Arc::new(days.clone())),
        ("units", Arc::new(units.clone())),
        ("names", Arc::new(names.clone())),
        ("words", Arc::new(words.clone())),
        ("moments", Arc::new(moments.clone())),
    ];
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let read = table(&[batch.slice(1, 2)]).unwrap();
    let packed = |name: &str| match &read.columns[name] {
        Values::Packed(packed) => packed.values.clone(),
        other => panic!("{other:?}"),
    };
    let PackedValues::Int(Ints::I64(read_ids)) = packed("ids") else { panic!() };
    assert_eq!(read_ids.as_ptr(), ids.values()[1..].as_ptr());
    let PackedValues::Date(read_days) = packed("days") else { panic!() };
    assert_eq!(read_days.as_ptr(), days.values()[1..].as_ptr());
    let PackedValues::Decimal(read_units, _) = packed("units") else { panic!() };
    assert_eq!(read_units.as_ptr(), units.values()[1..].as_ptr());
    let PackedValues::Dictionary(Ints::I8(keys), _) = packed("words") else { panic!() };
    assert_eq!(keys.as_ptr(), words.keys().values()[1..].as_ptr());
    let PackedValues::Instant(read_moments, Tick::Microsecond) = packed("moments") else { panic!() };
    assert_eq!(read_moments.as_ptr(), moments.values()[1..].as_ptr());
    let PackedValues::Text(read_names) = packed("names") else { panic!() };
    assert_eq!(read_names.bytes(0).as_ptr(), names.value(1).as_ptr());
}

#[test]
fn all_faults_come_at_once() {
    let columns: [(&str, ArrayRef); 5] = [
        ("id", Arc::new(Int64Array::from(vec![1]))),
        ("health", Arc::new(Float32Array::from(vec![1.0]))),
        ("opened_at", Arc::new(TimestampSecondArray::from(vec![1]))),
        ("raw", Arc::new(BinaryArray::from(vec![&b"x"[..]]))),
        ("id", Arc::new(Int64Array::from(vec![1]))),
    ];
    let fields: Vec<Field> =
        columns.iter().map(|(name, array)| Field::new(*name, array.data_type().clone(), true)).collect();
    let arrays = columns.into_iter().map(|(_, array)| array).collect();
    let accounts = RecordBatch::try_new(Arc::new(arrow_schema::Schema::new(fields)), arrays).unwrap();
    let referrals = [batch("id", Int64Array::from(vec![1])), batch("id", Int32Array::from(vec![1]))];
    let tables = Tables { accounts: Some(&[accounts]), referrals: &referrals, ..Tables::default() };
    let expected = "\
accounts: the column `health` holds floating-point numbers (Float32), which are not exact; give exact numbers: decimal128, or whole numbers
accounts: the column `id` stands twice; give each column once, a field of a struct included
accounts: the column `opened_at` holds moments without a zone (Timestamp(s)); give them a zone, such as UTC, so that each is one moment; days as date32
accounts: the column `raw` holds bytes (Binary); give texts: utf8
referrals: the column `id` is Int64 in one batch and Int32 in another; give batches of one schema";
    assert_eq!(given(tables).unwrap_err().to_string(), expected);
    let uneven = [batch("id", Int64Array::from(vec![1])), batch("key", Int64Array::from(vec![1]))];
    assert_eq!(table(&uneven).unwrap_err().0.len(), 2);
    let zones =
        ["UTC", "Europe/Berlin"].map(|zone| batch("at", TimestampSecondArray::from(vec![1]).with_timezone(zone)));
    assert!(table(&zones).is_ok());
    assert!(refusal(DurationSecondArray::from(vec![1])).contains("lengths of time"));
    assert_eq!(DataType::Timestamp(TimeUnit::Second, None).to_string(), "Timestamp(s)");
}

#[test]
fn structs_and_lists_within_one_another_have_an_end() {
    let wrapped = |inner: ArrayRef| array(StructArray::from(vec![(field("s", &inner), inner)]));
    let listed = |inner: ArrayRef| {
        let offsets = OffsetBuffer::from_lengths([inner.len()]);
        array(ListArray::new(field("item", &inner), offsets, inner, None))
    };
    let nested = |levels: usize, wrap: &dyn Fn(ArrayRef) -> ArrayRef| {
        let inner = array(Int64Array::from(vec![1]));
        let outer = (0..levels).fold(inner, |inner, _| wrap(inner));
        table(&[RecordBatch::try_from_iter([("fact", outer)]).unwrap()])
    };
    assert!(nested(64, &wrapped).is_ok());
    assert!(nested(65, &wrapped).unwrap_err().to_string().contains("structs that stand in a list, or too deep"));
    assert!(nested(64, &listed).is_ok());
    assert!(nested(65, &listed).unwrap_err().to_string().contains("lists too deep within one another"));
}

fn field(name: &str, array: &ArrayRef) -> Arc<Field> {
    Arc::new(Field::new(name, array.data_type().clone(), true))
}
