//! Readers of what a program is measured by: metrics, and what referrers see of them.
use super::field::{Field, Reader, Section, join, one_of};
use super::keys;
use super::value::{conditions, expression, filled_list, formula, id, text, word};
use crate::base::Unit;
use crate::diag::{Code, Diagnostic, Spanned, did_you_mean, shown};
use crate::node::NodeValue;
use crate::program::document::{By, Dashboard, Document, Figure, FigureOf, Good, Metric, Over, RowMoment};

pub(super) fn metric(section: &Section<'_>, reader: &mut Reader) -> Metric {
    let has_good = section.has("good");
    for key in ["better", "remedies"] {
        if let Some(field) = section.field(key).filter(|_| !has_good) {
            let fault = field.fault(Code::BadValue, format!("`{key}` is about what good looks like"));
            reader.push(fault.help("add `good = { at_least = … }`, or remove it"));
        }
    }
    Metric {
        span: section.span,
        id: section.need("id", reader, id).unwrap_or_default(),
        label: section.read("label", reader, text),
        numerator: section.need("numerator", reader, figures).unwrap_or_default(),
        denominator: section.read("denominator", reader, figures),
        by: section.read("by", reader, by).unwrap_or_default(),
        good: section.read("good", reader, good),
        better: section.read("better", reader, word(keys::BETTER)).unwrap_or_default(),
        remedies: section.read("remedies", reader, filled_list(text)).unwrap_or_default(),
    }
}

/// One part, or a list of them that are added up.
fn figures(field: &Field<'_>, reader: &mut Reader) -> Option<Vec<Figure>> {
    match &field.node.value {
        NodeValue::List(_) => filled_list(figure)(field, reader),
        _ => figure(field, reader).map(|figure| vec![figure]),
    }
}

/// The keys of which a part has exactly one.
const KINDS: [&str; 4] = ["count", "sum", "given", "metric"];

fn figure(field: &Field<'_>, reader: &mut Reader) -> Option<Figure> {
    let section = Section::open(field, &keys::FIGURE, reader)?;
    let kinds: Vec<&str> = KINDS.into_iter().filter(|key| section.has(key)).collect();
    let [kind] = kinds.as_slice() else {
        match kinds.get(1).and_then(|key| section.field(key)) {
            Some(second) => {
                let fault = second.fault(Code::BadValue, format!("a part of a metric is one of {}", one_of(&kinds)));
                reader.push(fault.help("write a list of two parts to add them up"));
            }
            None => section.missing("count", &format!("add one of {}", one_of(&KINDS)), reader),
        }
        return None;
    };
    let when = section.read("when", reader, conditions).unwrap_or_default();
    let alone = |reader: &mut Reader| {
        for key in ["over", "when", "at", "unit"] {
            if let Some(field) = section.field(key) {
                let fault = field.fault(Code::BadValue, format!("`{key}` is about rows that are counted or summed"));
                reader.push(fault.help(format!("remove it, or write `count` or `sum` instead of `{kind}`")));
            }
        }
    };
    let of = match *kind {
        "given" => {
            alone(reader);
            FigureOf::Given(section.read("given", reader, id).unwrap_or_default())
        }
        "metric" => {
            alone(reader);
            FigureOf::Metric(section.read("metric", reader, text).unwrap_or_default())
        }
        _ => rows(&section, kind, reader)?,
    };
    Some(Figure { span: section.span, of, when })
}

fn rows(section: &Section<'_>, kind: &str, reader: &mut Reader) -> Option<FigureOf> {
    let (over, sum) = if kind == "count" {
        if let Some(field) = section.field("over") {
            let fault = field.fault(Code::BadValue, "`over` is about what is summed");
            reader.push(fault.help("write `count = \"referrals\"` alone, or `sum` and `over`"));
        }
        (section.read("count", reader, word(keys::OVER)), None)
    } else {
        (section.need("over", reader, word(keys::OVER)), section.read("sum", reader, formula))
    };
    let at = section.read("at", reader, word(keys::ROW_MOMENTS));
    let over = over?;
    if let Some(at) = &at {
        let allowed: &[&str] = match over.value {
            Over::Referrals => &["submitted", "qualified", "opportunity", "closed"],
            Over::Entries => &["earned", "booked"],
            Over::Accounts | Over::Events => &[],
        };
        let written = section.field("at").and_then(|field| field.node.as_text().map(str::to_owned)).unwrap_or_default();
        if !allowed.contains(&written.as_str()) {
            let message = format!("`at` of {} cannot be `{}`", over.value.word(), shown(&written));
            let help = if allowed.is_empty() { "remove it".to_owned() } else { format!("write {}", one_of(allowed)) };
            let fault = Diagnostic::error(Code::BadValue, at.span, message).path(join(&section.path, "at"));
            reader.push(fault.help(help));
        }
    }
    let unit = section.read("unit", reader, text);
    if let Some(unit) = &unit {
        let (message, help) = if over.value != Over::Entries {
            (format!("{} have no `unit`", over.value.word()), "remove it; `unit` says which entries are meant")
        } else if Unit::parse(&unit.value).is_none() {
            (
                format!("`{}` is not a currency or a word for a unit", shown(&unit.value)),
                "write a currency such as `USD`",
            )
        } else {
            (String::new(), "")
        };
        if !message.is_empty() {
            let code = if over.value == Over::Entries { Code::UnitMismatch } else { Code::BadValue };
            let fault = Diagnostic::error(code, unit.span, message).path(join(&section.path, "unit"));
            reader.push(fault.help(help));
        }
    }
    let at = at.unwrap_or_else(|| Spanned::new(RowMoment::Own, section.span));
    Some(FigureOf::Rows { over, sum, at, unit })
}

/// One word or expression, or a list of them.
fn by(field: &Field<'_>, reader: &mut Reader) -> Option<Vec<Spanned<By>>> {
    match &field.node.value {
        NodeValue::List(_) => filled_list(one_by)(field, reader),
        _ => one_by(field, reader).map(|by| vec![by]),
    }
}

fn one_by(field: &Field<'_>, reader: &mut Reader) -> Option<Spanned<By>> {
    let word = match field.node.as_text() {
        Some("month") => By::Month,
        Some("cohort") => By::Cohort,
        Some("campaign") => By::Campaign,
        _ => By::Expression(expression(field, reader)?),
    };
    Some(Spanned::new(word, field.node.span))
}

fn good(field: &Field<'_>, reader: &mut Reader) -> Option<Good> {
    let section = Section::open(field, &keys::GOOD, reader)?;
    let good =
        Good { at_least: section.read("at_least", reader, formula), at_most: section.read("at_most", reader, formula) };
    if !section.has("at_least") && !section.has("at_most") {
        section.missing("at_least", "add `at_least`, `at_most` or both", reader);
    }
    Some(good)
}

pub(super) fn dashboard(field: &Field<'_>, reader: &mut Reader) -> Option<Dashboard> {
    let section = Section::open(field, &keys::DASHBOARD, reader)?;
    Some(Dashboard {
        span: section.span,
        figures: section.read("figures", reader, filled_list(text)).unwrap_or_default(),
        rank_by: section.read("rank_by", reader, text),
        digest: section.read("digest", reader, filled_list(text)).unwrap_or_default(),
    })
}

/// Metrics that others or the dashboard name are there; what is worse can be told; what a breakdown asks is known.
pub(super) fn check(document: &Document, reader: &mut Reader) {
    let ids: Vec<&str> = document.metrics.iter().map(|metric| metric.id.value.as_str()).collect();
    for (index, metric) in document.metrics.iter().enumerate() {
        let parts = [("numerator", Some(&metric.numerator)), ("denominator", metric.denominator.as_ref())];
        for (key, figures) in parts.into_iter().filter_map(|(key, figures)| Some((key, figures?))) {
            for (at, figure) in figures.iter().enumerate() {
                if let FigureOf::Metric(id) = &figure.of {
                    let several = if figures.len() > 1 { format!("[{at}]") } else { String::new() };
                    named(document, &ids, index, id, format!("metric[{index}].{key}{several}.metric"), reader);
                }
            }
        }
        told_apart(document, metric, index, reader);
    }
    for (key, ids_of) in [
        ("figures", document.dashboard.figures.as_slice()),
        ("rank_by", document.dashboard.rank_by.as_slice()),
        ("digest", document.dashboard.digest.as_slice()),
    ] {
        for (at, id) in ids_of.iter().enumerate() {
            let path = if key == "rank_by" { format!("dashboard.{key}") } else { format!("dashboard.{key}[{at}]") };
            let Some(metric) = document.metrics.iter().find(|metric| metric.id.value == id.value) else {
                unknown(&ids, id, path, reader);
                continue;
            };
            for figure in leaves(document, metric) {
                let (what, help) = match &figure.of {
                    FigureOf::Given(_) => ("what the host gives is not told apart by referrer", "name another metric"),
                    FigureOf::Rows { over, .. } if key == "digest" && over.value == Over::Accounts => {
                        ("accounts belong to no month", "name a metric over referrals, events or entries")
                    }
                    _ => continue,
                };
                let fault = Diagnostic::error(Code::BadValue, id.span, format!("in `{}`: {what}", shown(&id.value)));
                reader.push(fault.path(path.clone()).help(help));
                break;
            }
        }
    }
}

fn unknown(ids: &[&str], id: &Spanned<String>, path: String, reader: &mut Reader) {
    let fault = Diagnostic::error(Code::UnknownReference, id.span, format!("`{}` is not a metric", shown(&id.value)));
    let help = did_you_mean(&id.value, ids.iter().copied());
    reader.push(fault.path(path).help(help.unwrap_or_else(|| "write the `id` of a `[[metric]]`".to_owned())));
}

/// A metric may stand in one below it, but not over a third one.
fn named(document: &Document, ids: &[&str], index: usize, id: &Spanned<String>, path: String, reader: &mut Reader) {
    let Some(at) = ids.iter().position(|known| *known == id.value) else {
        return unknown(ids, id, path, reader);
    };
    let nested =
        document.metrics.get(at).into_iter().flat_map(parts).any(|figure| matches!(figure.of, FigureOf::Metric(_)));
    let (message, help) = if at >= index {
        ("does not stand above", "put the metric that it names above it")
    } else if nested {
        ("is itself made of other metrics", "write out what that one is made of")
    } else {
        return;
    };
    let fault = Diagnostic::error(Code::BadValue, id.span, format!("`{}` {message}", shown(&id.value)));
    reader.push(fault.path(path).help(help));
}

fn parts(metric: &Metric) -> impl Iterator<Item = &Figure> {
    metric.numerator.iter().chain(metric.denominator.iter().flatten())
}

/// What a metric is made of in the end.
fn leaves<'d>(document: &'d Document, metric: &'d Metric) -> Vec<&'d Figure> {
    let mut out = Vec::new();
    for figure in parts(metric) {
        match &figure.of {
            FigureOf::Metric(id) => {
                out.extend(document.metrics.iter().filter(|other| other.id.value == id.value).flat_map(parts));
            }
            _ => out.push(figure),
        }
    }
    out
}

/// Months are those of rows with a moment, cohorts and campaigns those of rows with a referral.
fn told_apart(document: &Document, metric: &Metric, index: usize, reader: &mut Reader) {
    for (at, by) in metric.by.iter().enumerate() {
        let several = if metric.by.len() > 1 { format!("[{at}]") } else { String::new() };
        let message = leaves(document, metric).into_iter().find_map(|figure| match (&by.value, &figure.of) {
            (By::Month, FigureOf::Rows { over, .. }) if over.value == Over::Accounts => {
                Some("accounts belong to no month")
            }
            (By::Cohort | By::Campaign, FigureOf::Rows { over, .. }) if over.value == Over::Accounts => {
                Some("accounts belong to no referral")
            }
            (By::Cohort | By::Campaign | By::Expression(_), FigureOf::Given(_)) => {
                Some("what the host gives is told apart by month alone")
            }
            _ => None,
        });
        if let Some(message) = message {
            let fault =
                Diagnostic::error(Code::BadValue, by.span, message).path(format!("metric[{index}].by{several}"));
            reader.push(fault.help("remove it, or measure something else"));
        }
    }
}
