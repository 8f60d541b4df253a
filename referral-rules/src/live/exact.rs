//! Exact numbers as states hold them.
use crate::base::Number;

/// An exact number as its numerator and denominator.
pub fn number_form(number: Number) -> (String, String) {
    (number.numerator().to_string(), number.denominator().to_string())
}

/// An exact number out of its numerator and denominator.
pub fn number(form: &(String, String)) -> Option<Number> {
    Number::fraction(form.0.parse().ok()?, form.1.parse().ok()?)
}
