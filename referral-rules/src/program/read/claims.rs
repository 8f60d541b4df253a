//! Reads `[attribution]`: by what two referrals are of the same referee, and whose the referee is.
use super::field::{Field, Reader, Section};
use super::keys;
use super::references::Names;
use super::value::{self, expression, filled_list, list, text, word};
use crate::base::Number;
use crate::base::limits::{REFEREE_KEYS_MAX, SHARES_MAX};
use crate::diag::{Code, Diagnostic, Spanned, shown};
use crate::program::document::{Attribution, CreditGoesTo, Document};

pub(super) fn attribution(field: &Field<'_>, reader: &mut Reader) -> Option<Attribution> {
    let section = Section::open(field, &keys::ATTRIBUTION, reader)?;
    let keys = section.need("same_referee_when", reader, |field, reader| {
        let keys = filled_list(expression)(field, reader)?;
        if keys.len() > REFEREE_KEYS_MAX {
            value::too_long(field, keys.len(), REFEREE_KEYS_MAX, reader);
        }
        Some(keys)
    });
    let out = Attribution {
        same_referee_when: keys.unwrap_or_default(),
        credit_goes_to: section.read("credit_goes_to", reader, word(keys::ORDERS)).unwrap_or_default(),
        rank: section.read("rank", reader, expression),
        locks_on: section.read("locks_on", reader, list(text)).unwrap_or_default(),
        claim_lasts: section.read("claim_lasts", reader, value::length_in_days),
        prolonged_by: section.read("prolonged_by", reader, list(text)).unwrap_or_default(),
        prolonged_for: section.read("prolonged_for", reader, value::length_in_days),
        released_by: section.read("released_by", reader, list(text)).unwrap_or_default(),
        shares: section.read("shares", reader, shares).unwrap_or_default(),
        shared_equally_by: section.read("shared_equally_by", reader, sharers),
    };
    order(&section, &out, reader);
    sharing(&section, reader);
    prolonging(&section, reader);
    Some(out)
}

/// What only some orders of claims know.
fn order(section: &Section<'_>, written: &Attribution, reader: &mut Reader) {
    let order = written.credit_goes_to.value;
    let idle = |key: &str, help: &str, reader: &mut Reader| {
        if let Some(field) = section.field(key) {
            let word = keys::ORDERS.iter().find(|(_, known)| *known == order).map_or("", |(word, _)| word);
            let message = format!("`{key}` decides nothing where the credit goes to the {word}");
            reader.push(field.fault(Code::BadValue, message).help(help));
        }
    };
    if order == CreditGoesTo::BestClaim {
        if !section.has("rank") {
            section.missing("rank", "add `rank = ...`, a number that is lower for a better claim", reader);
        }
    } else {
        idle("rank", "write `credit_goes_to = \"best claim\"`, or remove `rank`", reader);
    }
    if order != CreditGoesTo::FirstClaim {
        for key in ["shares", "shared_equally_by"] {
            idle(key, &format!("write `credit_goes_to = \"first claim\"`, or remove `{key}`"), reader);
        }
    }
    if order == CreditGoesTo::FirstClaim {
        idle("locks_on", "write `credit_goes_to = \"last claim\"`, or remove `locks_on`", reader);
    }
}

/// The share of the holder, then of those who come after it.
fn shares(field: &Field<'_>, reader: &mut Reader) -> Option<Vec<Spanned<Number>>> {
    let shares = filled_list(share)(field, reader)?;
    if shares.len() > SHARES_MAX {
        value::too_long(field, shares.len(), SHARES_MAX, reader);
    }
    if field.items().is_some_and(|items| items.len() == 1) {
        let fault = field.fault(Code::BadValue, "one share is for nobody to share".to_owned());
        reader.push(fault.help("state the next referrer's share as well, or remove `shares`"));
    }
    Some(shares)
}

/// A share, as `"60%"`.
fn share(field: &Field<'_>, reader: &mut Reader) -> Option<Spanned<Number>> {
    let written = text(field, reader)?;
    let percent = written.value.strip_suffix('%').and_then(|digits| Number::parse(digits.trim_end()));
    let share = percent.and_then(|percent| percent.checked_div(Number::from(100)));
    let share = share.filter(|share| !share.is_negative() && *share <= Number::from(1));
    if share.is_none() {
        let message = format!("`{}` is no share", shown(&written.value));
        reader.push(field.fault(Code::BadValue, message).help("write a share from `0%` to `100%`, such as `\"60%\"`"));
    }
    Some(Spanned::new(share?, written.span))
}

/// Between how many at most the credit is shared.
fn sharers(field: &Field<'_>, reader: &mut Reader) -> Option<Spanned<i64>> {
    let most = value::whole(field, reader)?;
    if !(2..=SHARES_MAX).contains(&usize::try_from(most.value).unwrap_or(usize::MAX)) {
        let message = format!("`{}` cannot be `{}`", field.name(), most.value);
        reader.push(field.fault(Code::BadValue, message).help(format!("write a whole number from 2 to {SHARES_MAX}")));
        return None;
    }
    Some(most)
}

/// Shares are stated, or they are equal.
fn sharing(section: &Section<'_>, reader: &mut Reader) {
    if section.has("shares")
        && let Some(field) = section.field("shared_equally_by")
    {
        let message = "`shares` and `shared_equally_by` say two things of the same";
        reader.push(field.fault(Code::BadValue, message).help("keep one of them"));
    }
}

/// What prolongs and for how long go together, and only what ends can be prolonged.
fn prolonging(section: &Section<'_>, reader: &mut Reader) {
    for (key, other) in [("prolonged_by", "prolonged_for"), ("prolonged_for", "prolonged_by")] {
        if section.has(key) && !section.has(other) {
            section.missing(other, "", reader);
        }
    }
    if section.has("prolonged_by") && !section.has("claim_lasts") {
        section.missing("claim_lasts", "add `claim_lasts`: without it a claim holds for ever", reader);
    }
}

/// Claims begin with the submission: what ends, prolongs or locks them comes later.
pub(super) fn check(document: &Document, kinds: &Names<'_>, reader: &mut Reader) {
    let Some(attribution) = &document.attribution else { return };
    let lists: [(&str, &[Spanned<String>], &str); 3] = [
        ("locks_on", &attribution.locks_on, "`submitted` would lock every claim when it begins"),
        ("prolonged_by", &attribution.prolonged_by, "`submitted` begins every claim, and prolongs none"),
        ("released_by", &attribution.released_by, "`submitted` would end every claim when it begins"),
    ];
    for (key, written, message) in lists {
        for (at, kind) in written.iter().enumerate() {
            let path = format!("attribution.{key}[{at}]");
            if kind.value == "submitted" {
                let fault = Diagnostic::error(Code::BadValue, kind.span, message).path(path);
                let later = if key == "released_by" { "disqualified" } else { "qualified" };
                reader.push(fault.help(format!("name events that come later, such as `{later}`")));
            } else {
                kinds.check(kind, || path, reader);
            }
        }
    }
}
