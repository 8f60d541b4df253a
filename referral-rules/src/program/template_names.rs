//! What plain texts read. Most texts write names and ask whether they are there, and do no more: `{{ a.b }}`, `{% if a.b %}`,
//! `{% else %}`, `{% endif %}`. Of these nothing can fail but a name, so they need not be tried. Any other text is left to the
//! template's own parser.
use std::collections::BTreeSet;

/// Words that are no names to the template.
const WORDS: [&str; 16] = [
    "true", "True", "false", "False", "none", "None", "loop", "self", "not", "and", "or", "in", "is", "if", "else",
    "super",
];

/// The names that a plain text reads; `None` if the text is not plain.
pub(super) fn names(text: &str) -> Option<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    // For each `if` around what follows, whether its `else` has come.
    let mut open: Vec<bool> = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once('{') {
        rest = match after.as_bytes().first() {
            Some(b'{') => {
                let (inside, after) = after.get(1..)?.split_once("}}")?;
                names.insert(name(inside.trim())?.to_owned());
                after
            }
            Some(b'%') => {
                let (inside, after) = after.get(1..)?.split_once("%}")?;
                match inside.trim() {
                    "else" if open.last() == Some(&false) => *open.last_mut()? = true,
                    "endif" => drop(open.pop()?),
                    inside => {
                        names.insert(name(inside.strip_prefix("if ")?.trim_start())?.to_owned());
                        open.push(false);
                    }
                }
                after
            }
            Some(b'#') => return None,
            _ => after,
        };
    }
    open.is_empty().then_some(names)
}

/// A dotted name, and nothing else.
fn name(text: &str) -> Option<&str> {
    let is_name = |part: &str| {
        part.bytes().next().is_some_and(|byte| byte == b'_' || byte.is_ascii_alphabetic())
            && part.bytes().all(|byte| byte == b'_' || byte.is_ascii_alphanumeric())
            && !WORDS.contains(&part)
    };
    text.split('.').all(is_name).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use minijinja::Environment;

    fn of_the_parser(text: &str) -> Option<BTreeSet<String>> {
        let environment = Environment::new();
        let template = environment.template_from_str(text).ok()?;
        Some(template.undeclared_variables(true).into_iter().collect())
    }

    #[test]
    fn plain_texts_are_read_as_the_parser_reads_them() {
        let plain = [
            "Dear {{ referrer.name }}, {{referee.company}}{ and { } }} %} # {%if a%}{{ a.b }}{% else %}{{ c_1 }}{% endif %}",
            "{% if a.b %}{% if c %}{{ a }}{% endif %}{% else %}{{\n d \n}}{% endif %}{",
            "no names, \"quotes\" and \\ umlauts ä",
        ];
        for text in plain {
            assert_eq!(names(text), of_the_parser(text), "{text}");
            assert!(names(text).is_some(), "{text}");
        }
    }

    #[test]
    fn what_is_not_plain_is_left_to_the_parser() {
        for text in [
            "{{ a | upper }}",
            "{{ a + b }}",
            "{{ a[0] }}",
            "{{ a.0 }}",
            "{{ 'a' }}",
            "{{- a }}",
            "{{ not }}",
            "{{ a. b }}",
            "{{ loop.index }}",
            "{{ a",
            "{{}}",
            "{% if a > 1 %}{% endif %}",
            "{% if not a %}{% endif %}",
            "{% ifa %}{% endif %}",
            "{% if a %}",
            "{% if a %}{% else %}{% else %}{% endif %}",
            "{% if a %}{% elif b %}{% endif %}",
            "{% else %}",
            "{% endif %}",
            "{% for a in b %}{% endfor %}",
            "{% set a = 1 %}{{ a }}",
            "{# a #}",
            "{% raw %}{{ a }}{% endraw %}",
        ] {
            assert_eq!(names(text), None, "{text}");
        }
    }
}
