//! Rows as the answer in JSON has them, written into columns by `serde`, without a text between.
use super::building::{Building, Rows};
use arrow_schema::ArrowError;
use referral_rules::base::{Day, Instant};
use serde::Serialize;
use serde::ser::{self, Impossible, SerializeMap, SerializeSeq, SerializeStruct, Serializer};
use std::fmt;

/// What does not fit the columns.
#[derive(Debug)]
pub struct Unfit(String);

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unfit {}

impl ser::Error for Unfit {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

impl From<ArrowError> for Unfit {
    fn from(error: ArrowError) -> Self {
        Self(error.to_string())
    }
}

impl From<Unfit> for ArrowError {
    fn from(error: Unfit) -> Self {
        Self::ComputeError(error.0)
    }
}

/// Writes one more row.
pub fn row(rows: &mut Rows, row: &impl Serialize) -> Result<(), Unfit> {
    row.serialize(Object { rows, prefix: String::new(), at: 0, key: String::new() })?;
    Ok(rows.end()?)
}

/// An object, the fields of which are columns; an object within it has a prefix.
struct Object<'a> {
    rows: &'a mut Rows,
    prefix: String,
    /// Where the next column is expected.
    at: usize,
    key: String,
}

impl Object<'_> {
    /// The column of a field, looked for from the expected place on.
    fn find(&self, key: &str) -> Option<usize> {
        let is = |at: &usize| {
            let column = self.rows.columns.get(*at);
            column.and_then(|(column, _)| column.name.strip_prefix(self.prefix.as_str())) == Some(key)
        };
        (self.at..self.rows.columns.len()).chain(0..self.at).find(is)
    }

    fn field(&mut self, key: &str, value: &(impl Serialize + ?Sized)) -> Result<(), Unfit> {
        if let Some(at) = self.find(key) {
            self.at = at.saturating_add(1);
            let Some((_, building)) = self.rows.columns.get_mut(at) else { return Ok(()) };
            return value.serialize(Cell(building));
        }
        let prefix = format!("{}{key}.", self.prefix);
        let within = self.rows.columns.iter().position(|(column, _)| column.name.starts_with(&prefix));
        let at = within.ok_or_else(|| Unfit(format!("there is no column for `{}{key}`", self.prefix)))?;
        value.serialize(Object { rows: self.rows, prefix, at, key: String::new() })
    }
}

impl SerializeStruct for Object<'_> {
    type Ok = ();
    type Error = Unfit;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result<(), Unfit> {
        self.field(key, value)
    }

    fn end(self) -> Result<(), Unfit> {
        Ok(())
    }
}

impl SerializeMap for Object<'_> {
    type Ok = ();
    type Error = Unfit;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Unfit> {
        self.key = written(key);
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unfit> {
        let key = std::mem::take(&mut self.key);
        self.field(&key, value)
    }

    fn end(self) -> Result<(), Unfit> {
        Ok(())
    }
}

/// One value of a column.
struct Cell<'a>(&'a mut Building);

impl Cell<'_> {
    fn unfit<T>(&self, found: &str) -> Result<T, Unfit> {
        Err(Unfit(format!("a column cannot hold {found}")))
    }

    fn text(self, text: &str) -> Result<(), Unfit> {
        match self.0 {
            Building::Text(values) => values.append_value(text),
            Building::Word(values) => values.append_value(text),
            Building::Day(values) => {
                let day = Day::parse(text).map_err(|_| Unfit(format!("`{text}` is no day")))?;
                values.push(Some(day.0));
            }
            Building::Moment(values) => {
                let at = Instant::parse(text).map_err(|_| Unfit(format!("`{text}` is no instant")))?;
                values.push(Some(at.0));
            }
            Building::Amount(values) => values.push(text)?,
            _ => return self.unfit(text),
        }
        Ok(())
    }
}

/// The items of a list.
struct Items<'a>(&'a mut Building);

impl SerializeSeq for Items<'_> {
    type Ok = ();
    type Error = Unfit;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unfit> {
        match self.0 {
            Building::Texts(_, items) => {
                items.append_value(written(value));
                Ok(())
            }
            Building::Rows(_, items) => row(items, &value),
            _ => Err(Unfit("a column cannot hold a list".to_owned())),
        }
    }

    fn end(self) -> Result<(), Unfit> {
        match self.0 {
            Building::Texts(lists, items) => lists.end(arrow_array::builder::ArrayBuilder::len(items))?,
            Building::Rows(lists, items) => lists.end(items.len)?,
            _ => {}
        }
        Ok(())
    }
}

/// Values by names of the program's own.
struct Facts<'a>(&'a mut Building, String);

#[derive(Serialize)]
struct Fact<'a> {
    name: &'a str,
    value: String,
}

impl SerializeMap for Facts<'_> {
    type Ok = ();
    type Error = Unfit;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Unfit> {
        self.1 = written(key);
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unfit> {
        match self.0 {
            Building::Facts(_, items) => row(items, &Fact { name: &self.1, value: written(value) }),
            _ => Err(Unfit("a column cannot hold an object".to_owned())),
        }
    }

    fn end(self) -> Result<(), Unfit> {
        match self.0 {
            Building::Facts(lists, items) => Ok(lists.end(items.len)?),
            _ => Err(Unfit("a column cannot hold an object".to_owned())),
        }
    }
}

/// A text as it is; anything else as JSON has it.
fn written(value: &(impl Serialize + ?Sized)) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(text)) => text,
        Ok(other) => other.to_string(),
        Err(_) => String::new(),
    }
}

/// What neither an object nor a value is made of.
macro_rules! refused {
    ($($method:ident($($of:ty),*))*) => {
        $(fn $method(self, $(_: $of),*) -> Result<Self::Ok, Unfit> {
            Err(Unfit(concat!("an answer has nothing of the kind ", stringify!($method)).to_owned()))
        })*
    };
}

/// Numbers that stand in no answer: all of them are texts, or whole numbers of these widths.
macro_rules! refused_by_both {
    () => {
        type Ok = ();
        type Error = Unfit;
        type SerializeTuple = Impossible<(), Unfit>;
        type SerializeTupleStruct = Impossible<(), Unfit>;
        type SerializeTupleVariant = Impossible<(), Unfit>;
        type SerializeStructVariant = Impossible<(), Unfit>;

        refused! {
            serialize_i8(i8) serialize_i16(i16) serialize_i32(i32) serialize_u8(u8) serialize_u16(u16) serialize_u32(u32)
            serialize_f32(f32) serialize_f64(f64) serialize_char(char) serialize_bytes(&[u8])
            serialize_unit_struct(&'static str)
        }

        fn serialize_none(self) -> Result<(), Unfit> {
            Ok(()) // the end of the row makes it missing
        }

        fn serialize_unit(self) -> Result<(), Unfit> {
            self.serialize_none() // as JSON says it
        }

        fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Unfit> {
            value.serialize(self)
        }

        fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<(), Unfit> {
            value.serialize(self)
        }

        fn serialize_newtype_variant<T: Serialize + ?Sized>(
            self,
            _: &'static str,
            _: u32,
            variant: &'static str,
            _: &T,
        ) -> Result<(), Unfit> {
            Err(Unfit(format!("an answer has no variant `{variant}` with a value")))
        }

        fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple, Unfit> {
            Err(Unfit("an answer has no tuples".to_owned()))
        }

        fn serialize_tuple_struct(self, name: &'static str, _: usize) -> Result<Self::SerializeTupleStruct, Unfit> {
            Err(Unfit(format!("an answer has no tuple `{name}`")))
        }

        fn serialize_tuple_variant(
            self,
            _: &'static str,
            _: u32,
            variant: &'static str,
            _: usize,
        ) -> Result<Self::SerializeTupleVariant, Unfit> {
            Err(Unfit(format!("an answer has no variant `{variant}` with values")))
        }

        fn serialize_struct_variant(
            self,
            _: &'static str,
            _: u32,
            variant: &'static str,
            _: usize,
        ) -> Result<Self::SerializeStructVariant, Unfit> {
            Err(Unfit(format!("an answer has no variant `{variant}` with fields")))
        }
    };
}

impl Serializer for Object<'_> {
    type SerializeSeq = Impossible<(), Unfit>;
    type SerializeMap = Self;
    type SerializeStruct = Self;

    refused_by_both!();
    refused! { serialize_bool(bool) serialize_i64(i64) serialize_u64(u64) serialize_str(&str) }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<(), Unfit> {
        Err(Unfit(format!("`{variant}` is no object")))
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Self::SerializeSeq, Unfit> {
        Err(Unfit("a list is no object".to_owned()))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self, Unfit> {
        Ok(self)
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self, Unfit> {
        Ok(self)
    }
}

impl<'a> Serializer for Cell<'a> {
    type SerializeSeq = Items<'a>;
    type SerializeMap = Facts<'a>;
    type SerializeStruct = Impossible<(), Unfit>;

    refused_by_both!();

    fn serialize_bool(self, value: bool) -> Result<(), Unfit> {
        match self.0 {
            Building::Flag(values) => values.push(Some(value)),
            _ => return self.unfit("true or false"),
        }
        Ok(())
    }

    fn serialize_i64(self, value: i64) -> Result<(), Unfit> {
        match self.0 {
            Building::Whole(values) => values.push(Some(value)),
            _ => return self.unfit("a number"),
        }
        Ok(())
    }

    fn serialize_u64(self, value: u64) -> Result<(), Unfit> {
        match i64::try_from(value) {
            Ok(value) => self.serialize_i64(value),
            Err(_) => self.unfit("a number of that size"),
        }
    }

    fn serialize_str(self, text: &str) -> Result<(), Unfit> {
        self.text(text)
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<(), Unfit> {
        self.text(variant)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Items<'a>, Unfit> {
        Ok(Items(self.0))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Facts<'a>, Unfit> {
        Ok(Facts(self.0, String::new()))
    }

    fn serialize_struct(self, name: &'static str, _: usize) -> Result<Self::SerializeStruct, Unfit> {
        Err(Unfit(format!("a column cannot hold `{name}`")))
    }
}
