//! A case as requests in JSON, for the doors that speak it.
use super::{Case, json_text};
use referral_rules::book::{Cell, Values};
use referral_rules::program::{Notation, SourceText};
use referral_rules::wire::PARTS;

impl Case {
    /// The documents of the case, as the compiler takes them.
    pub fn sources(&self) -> Vec<SourceText<'_>> {
        let notation = |name: &str| if name.ends_with("json") { Notation::Json } else { Notation::Toml };
        let documents = self.documents.iter();
        documents
            .map(|document| SourceText {
                name: &document.name,
                text: &document.text,
                notation: notation(&document.name),
            })
            .collect()
    }

    /// The request that compiles the program of the case.
    pub fn compile_request(&self) -> String {
        format!("{{{}}}", self.program_member())
    }

    /// The request that asks for every part of the answer, program included.
    pub fn evaluate_request(&self) -> String {
        format!("{{{},{}}}", self.program_member(), self.evaluate_members())
    }

    /// The same for a program that is compiled already.
    pub fn evaluate_with_request(&self) -> String {
        format!("{{{}}}", self.evaluate_members())
    }

    /// The request that asks for the story of the first referral of the case, program included; one without referrals asks for
    /// one that is not there.
    pub fn explain_request(&self) -> String {
        format!("{{{},{}}}", self.program_member(), self.explain_members())
    }

    /// The same for a program that is compiled already.
    pub fn explain_with_request(&self) -> String {
        format!("{{{}}}", self.explain_members())
    }

    /// The request for what the program says, program included. Of the cases that
    /// expect nothing of it every second, by the length of its name, asks in German.
    pub fn describe_request(&self) -> String {
        format!("{{{},{}}}", self.program_member(), self.describe_members())
    }

    /// The same for a program that is compiled already.
    pub fn describe_with_request(&self) -> String {
        format!("{{{}}}", self.describe_members())
    }

    fn describe_members(&self) -> String {
        let english = self.expected.terms.is_some() || self.name.len() % 2 == 0;
        let language = self.language.as_deref().unwrap_or(if english { "en" } else { "de" });
        format!("\"language\":{}", json_text(language))
    }

    fn program_member(&self) -> String {
        let texts: Vec<String> = self.documents.iter().map(|document| json_text(&document.text)).collect();
        match texts.as_slice() {
            [one] => format!("\"program\":{one}"),
            several => format!("\"program\":[{}]", several.join(",")),
        }
    }

    fn facts(&self) -> String {
        format!("\"as_of\":{},\"book\":{}", json_text(&self.as_of), self.tables.json())
    }

    fn evaluate_members(&self) -> String {
        let parts: Vec<String> = PARTS.iter().map(|part| json_text(part)).collect();
        let answer = parts.join(",");
        format!("{},\"answer\":[{answer}]", self.facts())
    }

    fn explain_members(&self) -> String {
        let given = self.tables.given().referrals;
        let first = match given.columns.get("id") {
            Some(Values::Cells(cells)) => cells.first(),
            _ => None,
        };
        let id = match first {
            Some(Cell::Text(id) | Cell::Raw(id) | Cell::Number(id)) => id.as_str(),
            _ => "R-0",
        };
        let letter = match (&self.expected.letter, self.language.as_deref()) {
            (Some(_), language) => format!(",\"letter\":{}", json_text(language.unwrap_or("en"))),
            (None, _) => String::new(),
        };
        format!("{},\"referral\":{}{letter}", self.facts(), json_text(id))
    }
}
