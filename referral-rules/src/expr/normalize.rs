//! Texts in one spelling, so that the same e-mail, domain, phone or company is seen as the same. What cannot be read as
//! one has no spelling: it is a fault, never an empty text, so that two blanks do not match each other.
use super::evaluate::Env;
use super::functions::{Arg, Out};
use super::types::Status;

type Answer = Result<Out, Status>;

/// Legal forms that a company's name may end with.
const LEGAL_FORMS: &[&str] = &[
    "ab",
    "ag",
    "as",
    "asa",
    "bv",
    "bvba",
    "co",
    "company",
    "corp",
    "corporation",
    "cv",
    "eg",
    "ev",
    "gmbh",
    "inc",
    "incorporated",
    "kg",
    "kgaa",
    "lda",
    "limited",
    "llc",
    "llp",
    "lp",
    "ltd",
    "ltda",
    "mbh",
    "nv",
    "ohg",
    "oy",
    "oyj",
    "plc",
    "pte",
    "pty",
    "pvt",
    "sa",
    "sarl",
    "sas",
    "se",
    "sl",
    "spa",
    "srl",
    "ug",
];

fn text<'a>(arguments: &[Arg<'a>]) -> Result<&'a str, Status> {
    match arguments {
        [Arg::Text(text)] => Ok(text.trim()),
        _ => Err(Status::NOT_CONVERTIBLE),
    }
}

fn kept(buffer: &str) -> Answer {
    if buffer.is_empty() { Err(Status::NOT_CONVERTIBLE) } else { Ok(Out::Buffer) }
}

fn push_lower(buffer: &mut String, text: &str) {
    buffer.extend(text.chars().flat_map(char::to_lowercase));
}

/// The host part of an e-mail address, URL or bare domain.
fn host(text: &str) -> Option<&str> {
    let text = text.split_once("://").map_or(text, |(_, rest)| rest);
    let text = text.strip_prefix("mailto:").or_else(|| text.strip_prefix("//")).unwrap_or(text);
    let text = text.find(['/', '?', '#']).and_then(|end| text.get(..end)).unwrap_or(text);
    let text = text.rsplit_once('@').map_or(text, |(_, host)| host);
    let text = match text.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => text,
    };
    let text = text.trim_end_matches('.');
    let bad = text.is_empty() || text.contains(char::is_whitespace) || text.contains('@');
    (!bad).then_some(text)
}

/// `domain('Ann@Acme.COM')`: `acme.com`.
pub(super) fn domain(arguments: &[Arg<'_>], buffer: &mut String, _: Option<&Env<'_>>) -> Answer {
    push_lower(buffer, host(text(arguments)?).ok_or(Status::NOT_CONVERTIBLE)?);
    kept(buffer)
}

/// `normalize_domain('https://www.Acme.com/about')`: `acme.com`.
pub(super) fn bare_domain(arguments: &[Arg<'_>], buffer: &mut String, _: Option<&Env<'_>>) -> Answer {
    let host = host(text(arguments)?).ok_or(Status::NOT_CONVERTIBLE)?;
    let prefix = host.get(..4).filter(|prefix| prefix.eq_ignore_ascii_case("www."));
    let bare = prefix.and_then(|_| host.get(4..)).filter(|bare| bare.contains('.')).unwrap_or(host);
    push_lower(buffer, bare);
    kept(buffer)
}

/// `normalize_email('Ann.Lee+x@Acme.com')`: `annlee@acme.com`.
pub(super) fn email(arguments: &[Arg<'_>], buffer: &mut String, _: Option<&Env<'_>>) -> Answer {
    let (local, host) = text(arguments)?.rsplit_once('@').ok_or(Status::NOT_CONVERTIBLE)?;
    let local = local.split_once('+').map_or(local, |(local, _)| local);
    let host = host.trim_end_matches('.');
    buffer.extend(local.chars().filter(|char| *char != '.').flat_map(char::to_lowercase));
    let blank = |text: &str| text.contains(char::is_whitespace);
    if buffer.is_empty() || host.is_empty() || blank(local) || blank(host) {
        return Err(Status::NOT_CONVERTIBLE);
    }
    buffer.push('@');
    push_lower(buffer, host);
    Ok(Out::Buffer)
}

/// `normalize_phone('+1 (555) 010-9999')`: `+15550109999`.
pub(super) fn phone(arguments: &[Arg<'_>], buffer: &mut String, _: Option<&Env<'_>>) -> Answer {
    let text = text(arguments)?;
    if !text.contains(|char: char| char.is_ascii_digit()) {
        return Err(Status::NOT_CONVERTIBLE);
    }
    let plus = text.starts_with('+') || text.starts_with("(+");
    buffer.push_str(if plus { "+" } else { "" });
    buffer.extend(text.chars().filter(char::is_ascii_digit));
    Ok(Out::Buffer)
}

/// Legal forms of several words, as they are when points are left away, the longer ones first.
const LEGAL_PHRASES: &[&str] = &["s de rl de cv", "sa de cv", "s de rl", "sp z oo"];

/// The bytes of a name that ends with a legal form without that form.
fn without_legal_form(name: &str) -> Option<usize> {
    let phrase = LEGAL_PHRASES.iter().find_map(|phrase| name.strip_suffix(phrase)?.strip_suffix(' '));
    let word = || name.rsplit_once(' ').filter(|(_, last)| LEGAL_FORMS.contains(last)).map(|(before, _)| before);
    phrase.or_else(word).map(str::len)
}

/// `normalize_company('Acme Widgets, Inc.')`: `acme widgets`. A name that is nothing but a legal form keeps it.
pub(super) fn company(arguments: &[Arg<'_>], buffer: &mut String, _: Option<&Env<'_>>) -> Answer {
    for char in text(arguments)?.chars().flat_map(char::to_lowercase) {
        if char.is_alphanumeric() {
            buffer.push(char);
        } else if !matches!(char, '.' | '\'' | '\u{2019}') && !buffer.is_empty() && !buffer.ends_with(' ') {
            buffer.push(' ');
        }
    }
    buffer.truncate(buffer.trim_end().len());
    while let Some(length) = without_legal_form(buffer) {
        buffer.truncate(length);
    }
    kept(buffer)
}

/// `is_email('ann@acme.com')`: true. One `@`, a local part of at most 64 bytes, a domain with a point, no blanks.
pub(super) fn is_email(arguments: &[Arg<'_>], _: &mut String, _: Option<&Env<'_>>) -> Answer {
    let [Arg::Text(text)] = arguments else {
        return Err(Status::NOT_CONVERTIBLE);
    };
    let well_formed =
        text.len() <= 254 && text.split_once('@').is_some_and(|(local, host)| is_local(local) && is_host(host));
    Ok(Out::Bool(well_formed))
}

fn is_local(local: &str) -> bool {
    let atom =
        |atom: &str| !atom.is_empty() && atom.chars().all(|c| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c));
    local.len() <= 64 && local.split('.').all(atom)
}

fn is_host(host: &str) -> bool {
    let label = |label: &str| {
        let plain = label.chars().all(|c| c.is_alphanumeric() || c == '-');
        plain && !label.is_empty() && label.len() <= 63 && !label.starts_with('-') && !label.ends_with('-')
    };
    host.contains('.') && host.split('.').all(label)
}
