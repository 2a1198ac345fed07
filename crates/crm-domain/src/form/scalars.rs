//! Members that are flags or numbers.

use std::ops::RangeInclusive;

use super::{Form, Kind};
use crate::flaw::Flaw;
use crate::patch::Patch;
use crate::raw::Raw;

impl Form {
    /// A flag that may be left out: a JSON boolean in a body, `true` or `false` in a query.
    pub fn flag(&mut self, name: &str) -> Option<bool> {
        match self.take(name) {
            None | Some(Raw::Null) => None,
            Some(value) if value.is_blank() => None,
            Some(value) => self.truth(name, &value),
        }
    }

    /// A flag that may be changed but not cleared.
    pub fn patch_flag(&mut self, name: &str) -> Patch<bool> {
        match self.take(name) {
            None => Patch::Keep,
            Some(value) if value == Raw::Null || value.is_blank() => {
                self.miss(name);
                Patch::Keep
            }
            Some(value) => self.truth(name, &value).map_or(Patch::Keep, Patch::Set),
        }
    }

    /// A whole number that may be left out: digits in a query, a JSON number without fraction and exponent in
    /// a body.
    pub fn integer(&mut self, name: &str, range: RangeInclusive<u64>) -> Option<u64> {
        let kind = self.kind;
        let digits = match self.take(name)? {
            Raw::Null => return None,
            Raw::Text(text) if kind == Kind::Query => text.trim().to_owned(),
            Raw::Number(number) => number,
            Raw::Bool(_) | Raw::Text(_) | Raw::List(_) | Raw::Object(_) => String::new(),
        };
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            self.reject(name, Flaw::wrong_type("a whole number"));
            return None;
        }
        // What does not even fit the type is out of every range.
        let number = digits.parse().ok().filter(|number| range.contains(number));
        if number.is_none() {
            self.reject(name, Flaw::out_of_range(range.start(), range.end()));
        }
        number
    }

    fn truth(&mut self, name: &str, value: &Raw) -> Option<bool> {
        let truth = match (self.kind, value) {
            (Kind::Body, Raw::Bool(truth)) => Some(*truth),
            (Kind::Query, Raw::Text(text)) => text.trim().parse().ok(),
            (
                Kind::Body | Kind::Query,
                Raw::Null | Raw::Bool(_) | Raw::Number(_) | Raw::Text(_) | Raw::List(_) | Raw::Object(_),
            ) => None,
        };
        if truth.is_none() {
            self.reject(name, Flaw::wrong_type("true or false"));
        }
        truth
    }
}
