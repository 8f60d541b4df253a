//! Reads which warnings the author accepts, and why.
use super::field::{Field, Reader};
use super::value::text;
use crate::diag::{CODES, Code, Diagnostic, Spanned, did_you_mean, shown};
use crate::program::document::Accepted;

pub(super) fn accepted(field: &Field<'_>, reader: &mut Reader) -> Option<Vec<Accepted>> {
    let Some(entries) = field.entries() else {
        reader.wrong_type(field, "a table of warnings and reasons");
        return None;
    };
    let known: Vec<&str> = CODES.iter().filter(|(code, _)| code.is_lint()).map(|(_, row)| row.slug).collect();
    let mut all = Vec::new();
    for (key, entry) in entries {
        let code = Spanned::new(key.value.to_string(), key.span);
        if !known.contains(&code.value.as_str()) {
            let message = format!("`{}` is not the code of a warning", shown(&code.value));
            let fault = Diagnostic::error(Code::UnknownKey, code.span, message).path(entry.path.clone());
            let help = did_you_mean(&code.value, known.iter().copied());
            reader.push(
                fault.help(help.unwrap_or_else(|| "write a code that a warning has, such as `no-due-date`".to_owned())),
            );
        }
        match entry.entries() {
            Some(paths) => {
                for (path, entry) in paths {
                    let path = Some(Spanned::new(path.value.to_string(), path.span));
                    all.extend(text(&entry, reader).map(|why| Accepted { code: code.clone(), path, why }));
                }
            }
            None => all.extend(text(&entry, reader).map(|why| Accepted { code, path: None, why })),
        }
    }
    Some(all)
}
