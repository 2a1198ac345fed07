//! Members that hold several values.

use super::Form;
use crate::flaw::Flaw;
use crate::patch::Patch;
use crate::raw::Raw;
use crate::text::is_blank;

impl Form {
    /// A list of at most `max_items` texts that may be left out; `null` and a blank text are the empty list.
    ///
    /// The errors of items have paths like `tags[2]`. Of a list that is too long no item is looked at. What to
    /// do with doubles is the caller's business.
    pub fn list<T>(
        &mut self,
        name: &str,
        max_items: usize,
        parse: impl Fn(&str) -> Result<T, Flaw>,
    ) -> Option<Vec<T>> {
        let items = match self.take(name)? {
            Raw::List(items) => items,
            Raw::Null => Vec::new(),
            Raw::Text(text) if is_blank(&text) => Vec::new(),
            Raw::Bool(_) | Raw::Number(_) | Raw::Text(_) | Raw::Object(_) => {
                self.reject(name, Flaw::wrong_type("a list of texts"));
                return None;
            }
        };
        if items.len() > max_items {
            self.reject(name, Flaw::too_many(max_items));
            return None;
        }
        let mut parsed = Vec::with_capacity(items.len());
        for (i, item) in items.iter().enumerate() {
            let value = match item {
                Raw::Text(text) => parse(text),
                Raw::Null | Raw::Bool(_) | Raw::Number(_) | Raw::List(_) | Raw::Object(_) => {
                    Err(Flaw::wrong_type("a text"))
                }
            };
            parsed.push(self.note(&format!("{name}[{i}]"), value));
        }
        parsed.into_iter().collect()
    }

    /// A list of texts that may be changed; `null` and a blank text make it empty.
    pub fn patch_list<T>(
        &mut self,
        name: &str,
        max_items: usize,
        parse: impl Fn(&str) -> Result<T, Flaw>,
    ) -> Patch<Vec<T>> {
        self.list(name, max_items, parse).map_or(Patch::Keep, Patch::Set)
    }

    /// The values of a query parameter that are separated by commas. Doubles collapse, blanks are skipped, and
    /// only the first value that is wrong is told.
    pub fn choices<T: PartialEq>(&mut self, name: &str, parse: impl Fn(&str) -> Result<T, Flaw>) -> Vec<T> {
        let mut chosen = Vec::new();
        let Some(text) = self.optional(name, |text| Ok(text.to_owned())) else {
            return chosen;
        };
        for piece in text.split(',').map(str::trim).filter(|piece| !piece.is_empty()) {
            match parse(piece) {
                Ok(value) if chosen.contains(&value) => {}
                Ok(value) => chosen.push(value),
                Err(flaw) => {
                    self.reject(name, flaw);
                    return Vec::new();
                }
            }
        }
        chosen
    }
}
