//! The host's lists.
use super::Book;
use super::build::Builder;
use super::given::GivenTable;
use crate::base::TextId;
use crate::diag::{Code, suggest};

impl Builder<'_> {
    /// Reads the values of lists. A row without a value says that the list is there; one of a list that the program does not have is a
    /// finding.
    pub(super) fn lists(&mut self, given: &GivenTable, book: &mut Book) {
        if given.is_nothing() {
            return;
        }
        self.start("lists", given);
        let names = self.long_texts(given, "list");
        let values = self.long_texts(given, "value");
        self.unknown_columns(given);
        // Rows of one list mostly stand together: it is looked up once.
        let mut latest: Option<(TextId, Option<usize>)> = None;
        for (row, (name, value)) in names.into_iter().zip(values).enumerate() {
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
            let found = latest.filter(|(id, _)| *id == name).map(|(_, found)| found);
            let found = found.unwrap_or_else(|| known.iter().position(|list| list == self.texts.text(name)));
            latest = Some((name, found));
            let Some(number) = found else {
                let name = self.texts.text(name).to_owned();
                let help = match suggest(&name, known.iter().map(String::as_str)) {
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
