//! The three serialisers of a row: the row itself, its fields, the items of a list.
use super::{Fault, Growing};
use crate::book::Cell;
use serde::Serialize;
use serde::ser::{self, Impossible};

const NO_ROW: &str = "give each row as a struct or a map";
const NO_CELL: &str = "give a text, a number, a date, true or false, or a list of them";

/// A row: a struct or a map.
pub(super) struct Row<'t>(pub(super) &'t mut Growing);
/// A field of a row: a cell, or further fields.
pub(super) struct Field<'t>(pub(super) &'t mut Growing);
/// A cell, or an item of a list.
struct Item;

/// The fields of a struct or map as they come.
pub(super) struct Fields<'t> {
    table: &'t mut Growing,
    key: String,
}

/// The items of a list as they come; a fault stays with the list.
pub(super) struct Items<'t> {
    table: &'t mut Growing,
    list: Result<Vec<Cell>, Fault>,
}

/// What every serialiser refuses or passes on in the same way.
macro_rules! the_same {
    ($scalar:ident: $($name:ident $type:ty),*) => {
        $(fn $name(self, value: $type) -> Result<Self::Ok, Fault> { self.$scalar(Item.$name(value)) })*
        fn serialize_bytes(self, _: &[u8]) -> Result<Self::Ok, Fault> {
            self.$scalar(Err(Fault::new("bytes are no cell", NO_CELL)))
        }
        fn serialize_none(self) -> Result<Self::Ok, Fault> { self.$scalar(Ok(Cell::Missing)) }
        fn serialize_unit(self) -> Result<Self::Ok, Fault> { self.$scalar(Ok(Cell::Missing)) }
        fn serialize_unit_struct(self, _: &'static str) -> Result<Self::Ok, Fault> { self.$scalar(Ok(Cell::Missing)) }
        fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<Self::Ok, Fault> {
            self.$scalar(Ok(Cell::Text(variant.to_owned())))
        }
        passed_on!();
    };
}

/// What is passed on to the value within, and variants with data, which are refused.
macro_rules! passed_on {
    () => {
        fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Self::Ok, Fault> {
            value.serialize(self)
        }
        fn serialize_newtype_struct<T: Serialize + ?Sized>(
            self,
            _: &'static str,
            value: &T,
        ) -> Result<Self::Ok, Fault> {
            value.serialize(self)
        }
        fn serialize_newtype_variant<T: Serialize + ?Sized>(
            self,
            _: &'static str,
            _: u32,
            variant: &'static str,
            _: &T,
        ) -> Result<Self::Ok, Fault> {
            Err(with_data(variant))
        }
        type SerializeTupleVariant = Impossible<Self::Ok, Fault>;
        fn serialize_tuple_variant(
            self,
            _: &'static str,
            _: u32,
            variant: &'static str,
            _: usize,
        ) -> Result<Self::SerializeTupleVariant, Fault> {
            Err(with_data(variant))
        }
        type SerializeStructVariant = Impossible<Self::Ok, Fault>;
        fn serialize_struct_variant(
            self,
            _: &'static str,
            _: u32,
            variant: &'static str,
            _: usize,
        ) -> Result<Self::SerializeStructVariant, Fault> {
            Err(with_data(variant))
        }
    };
}

fn with_data(variant: &str) -> Fault {
    let message = format!("the variant `{variant}` has data");
    Fault { message, help: "write how it serialises, such as `#[serde(untagged)]` or `#[serde(tag = \"kind\")]`" }
}

impl Row<'_> {
    fn refused(self, _: Result<Cell, Fault>) -> Result<(), Fault> {
        Err(Fault::new("a single value is no row", NO_ROW))
    }
}

impl<'t> ser::Serializer for Row<'t> {
    type Ok = ();
    type Error = Fault;
    the_same!(refused: serialize_bool bool, serialize_i8 i8, serialize_i16 i16, serialize_i32 i32, serialize_i64 i64,
        serialize_i128 i128, serialize_u8 u8, serialize_u16 u16, serialize_u32 u32, serialize_u64 u64, serialize_u128 u128,
        serialize_f32 f32, serialize_f64 f64, serialize_char char, serialize_str &str);
    type SerializeSeq = Impossible<(), Fault>;
    fn serialize_seq(self, _: Option<usize>) -> Result<Self::SerializeSeq, Fault> {
        Err(Fault::new("a list is no row", NO_ROW))
    }
    type SerializeTuple = Impossible<(), Fault>;
    fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple, Fault> {
        Err(Fault::new("a tuple is no row", NO_ROW))
    }
    type SerializeTupleStruct = Impossible<(), Fault>;
    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Self::SerializeTupleStruct, Fault> {
        Err(Fault::new("a tuple is no row", NO_ROW))
    }
    type SerializeMap = Fields<'t>;
    fn serialize_map(self, _: Option<usize>) -> Result<Fields<'t>, Fault> {
        Ok(Fields { table: self.0, key: String::new() })
    }
    type SerializeStruct = Fields<'t>;
    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Fields<'t>, Fault> {
        self.serialize_map(None)
    }
}

impl Field<'_> {
    fn put(self, cell: Result<Cell, Fault>) -> Result<(), Fault> {
        self.0.put(cell);
        Ok(())
    }
}

impl<'t> ser::Serializer for Field<'t> {
    type Ok = ();
    type Error = Fault;
    the_same!(put: serialize_bool bool, serialize_i8 i8, serialize_i16 i16, serialize_i32 i32, serialize_i64 i64,
        serialize_i128 i128, serialize_u8 u8, serialize_u16 u16, serialize_u32 u32, serialize_u64 u64, serialize_u128 u128,
        serialize_f32 f32, serialize_f64 f64, serialize_char char, serialize_str &str);
    type SerializeSeq = Items<'t>;
    fn serialize_seq(self, _: Option<usize>) -> Result<Items<'t>, Fault> {
        Ok(Items { table: self.0, list: Ok(Vec::new()) })
    }
    type SerializeTuple = Items<'t>;
    fn serialize_tuple(self, _: usize) -> Result<Items<'t>, Fault> {
        self.serialize_seq(None)
    }
    type SerializeTupleStruct = Items<'t>;
    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Items<'t>, Fault> {
        self.serialize_seq(None)
    }
    type SerializeMap = Fields<'t>;
    fn serialize_map(self, _: Option<usize>) -> Result<Fields<'t>, Fault> {
        Ok(Fields { table: self.0, key: String::new() })
    }
    type SerializeStruct = Fields<'t>;
    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Fields<'t>, Fault> {
        self.serialize_map(None)
    }
}

/// Whole numbers of every size are their digits.
macro_rules! digits {
    ($($name:ident $type:ty),*) => {
        $(fn $name(self, value: $type) -> Result<Cell, Fault> { Ok(Cell::Number(value.to_string())) })*
    };
}

fn nested() -> Fault {
    Fault::new("a list holds something that is no single value", NO_CELL)
}

fn float() -> Fault {
    Fault::new("a float is not exact", "give a Decimal, a whole number or a text of digits")
}

impl ser::Serializer for Item {
    type Ok = Cell;
    type Error = Fault;
    digits!(serialize_i8 i8, serialize_i16 i16, serialize_i32 i32, serialize_i64 i64, serialize_i128 i128,
        serialize_u8 u8, serialize_u16 u16, serialize_u32 u32, serialize_u64 u64, serialize_u128 u128);
    fn serialize_bool(self, value: bool) -> Result<Cell, Fault> {
        Ok(Cell::Bool(value))
    }
    fn serialize_f32(self, _: f32) -> Result<Cell, Fault> {
        Err(float())
    }
    fn serialize_f64(self, _: f64) -> Result<Cell, Fault> {
        Err(float())
    }
    fn serialize_char(self, value: char) -> Result<Cell, Fault> {
        Ok(Cell::Text(value.to_string()))
    }
    fn serialize_str(self, value: &str) -> Result<Cell, Fault> {
        Ok(Cell::Text(value.to_owned()))
    }
    fn serialize_bytes(self, _: &[u8]) -> Result<Cell, Fault> {
        Err(nested())
    }
    fn serialize_none(self) -> Result<Cell, Fault> {
        Ok(Cell::Missing)
    }
    fn serialize_unit(self) -> Result<Cell, Fault> {
        Ok(Cell::Missing)
    }
    fn serialize_unit_struct(self, _: &'static str) -> Result<Cell, Fault> {
        Ok(Cell::Missing)
    }
    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<Cell, Fault> {
        Ok(Cell::Text(variant.to_owned()))
    }
    passed_on!();
    type SerializeSeq = Impossible<Cell, Fault>;
    fn serialize_seq(self, _: Option<usize>) -> Result<Self::SerializeSeq, Fault> {
        Err(nested())
    }
    type SerializeTuple = Impossible<Cell, Fault>;
    fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple, Fault> {
        Err(nested())
    }
    type SerializeTupleStruct = Impossible<Cell, Fault>;
    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Self::SerializeTupleStruct, Fault> {
        Err(nested())
    }
    type SerializeMap = Impossible<Cell, Fault>;
    fn serialize_map(self, _: Option<usize>) -> Result<Self::SerializeMap, Fault> {
        Err(nested())
    }
    type SerializeStruct = Impossible<Cell, Fault>;
    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self::SerializeStruct, Fault> {
        Err(nested())
    }
}

impl ser::SerializeStruct for Fields<'_> {
    type Ok = ();
    type Error = Fault;
    fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result<(), Fault> {
        self.table.under(key, value)
    }
    fn end(self) -> Result<(), Fault> {
        Ok(())
    }
}

impl ser::SerializeMap for Fields<'_> {
    type Ok = ();
    type Error = Fault;
    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Fault> {
        self.key = match key.serialize(Item)? {
            Cell::Text(key) | Cell::Number(key) => key,
            _ => return Err(Fault::new("a key is no name of a column", "give texts as the keys of a map")),
        };
        Ok(())
    }
    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Fault> {
        let key = std::mem::take(&mut self.key);
        self.table.under(&key, value)
    }
    fn end(self) -> Result<(), Fault> {
        Ok(())
    }
}

/// The three kinds of list.
macro_rules! lists {
    ($($kind:ident $add:ident),*) => {
        $(impl ser::$kind for Items<'_> {
            type Ok = ();
            type Error = Fault;
            fn $add<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Fault> {
                match (value.serialize(Item), &mut self.list) {
                    (Ok(cell), Ok(list)) => list.push(cell),
                    (Err(fault), list @ Ok(_)) => *list = Err(fault),
                    (_, Err(_)) => {}
                }
                Ok(())
            }
            fn end(self) -> Result<(), Fault> {
                self.table.put(self.list.map(Cell::List));
                Ok(())
            }
        })*
    };
}

lists!(SerializeSeq serialize_element, SerializeTuple serialize_element, SerializeTupleStruct serialize_field);
