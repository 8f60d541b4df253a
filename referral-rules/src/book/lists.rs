//! The host's lists.
use super::Book;
use super::build::Builder;
use super::given::GivenTable;
use crate::diag::{Code, suggest};

impl Builder<'_> {
    /// Reads the values of lists. A row without a value says that the list is there; one of a list that the program does not have is a
    /// finding.
    pub(super) fn lists(&mut self, given: &GivenTable, book: &mut Book) {
        if given.rows == 0 && given.columns.is_empty() {
            return;
        }
        self.start("lists", given);
        let names = self.texts_of(given, "list");
        let values = self.long_texts(given, "value");
        self.unknown_columns(given);
        for (row, (name, value)) in names.iter().zip(values).enumerate() {
            let Some(name) = name else {
                let help = "give the name of a list that the document declares with `from = \"host\"`";
                self.report(
                    Code::BadCell,
                    row,
                    "list",
                    "the row says of no list that it belongs to it".to_owned(),
                    help,
                );
                continue;
            };
            let known = &self.program.host_lists;
            let Some(number) = known.iter().position(|list| list == name) else {
                let help = match suggest(name, known.iter().map(String::as_str)) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "declare it under [lists] with `from = \"host\"`, or leave it out".to_owned(),
                };
                let message = format!("the program asks the host for no list `{name}`");
                self.report(Code::UnknownList, row, "list", message, &help);
                continue;
            };
            book.lists.give(number);
            if let Some(value) = value {
                book.lists.add(number, value);
            }
        }
    }
}
