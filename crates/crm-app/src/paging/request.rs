//! What a client asks of a list: which page, how long, in which order.

use crm_domain::flaw::Flaw;
use crm_domain::form::Form;

use crate::paging::cursor::{self, SortField};
use crate::paging::{Counted, Direction, Page, Position, Sort, Start, Total};

/// Records up to which pages are counted; deeper walks take the cursor.
pub const DEEPEST_OFFSET: u64 = 100_000;

/// Which page of a list, how long, in which order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageRequest<By> {
    /// The page's number, 1 with a cursor.
    pub page: u64,
    /// How many records at most, 1–100.
    pub limit: u32,
    /// The order.
    pub sort: Sort<By>,
    /// Where it begins.
    pub start: Start,
}

impl<By: SortField> PageRequest<By> {
    /// Reads `page`, `limit`, `cursor` and `sort`; flaws go to the form.
    ///
    /// `field` finds a sort field by its name.
    pub fn read(
        form: &mut Form,
        default: Sort<By>,
        field: impl Fn(&str) -> Option<By>,
        fields: &str,
    ) -> Self {
        let sort = form
            .optional("sort", |text| {
                let (direction, name) = match text.strip_prefix('-') {
                    Some(name) => (Direction::Descending, name),
                    None => (Direction::Ascending, text),
                };
                let by = field(name).ok_or_else(|| {
                    Flaw::new("invalid", format!("must be one of {fields}, with - in front for descending"))
                })?;
                Ok(Sort { by, direction })
            })
            .unwrap_or(default);
        Self::read_in_order(form, sort)
    }

    /// Reads `page`, `limit` and `cursor` of a list that has one order; flaws go to the form.
    pub fn read_in_order(form: &mut Form, sort: Sort<By>) -> Self {
        let limit = form.integer("limit", 1..=100).unwrap_or(10);
        let has_page = form.has("page");
        let page = form.integer("page", 1..=u64::MAX).unwrap_or(1);
        let position = form.optional("cursor", |text| cursor::decode(sort, text));
        let offset = (page - 1).saturating_mul(limit);
        if position.is_some() && has_page {
            form.reject("page", Flaw::new("invalid", "cannot be combined with cursor"));
        } else if offset > DEEPEST_OFFSET {
            let text = format!("reaches beyond record {DEEPEST_OFFSET}: walk on with cursor=<nextCursor>");
            form.reject("page", Flaw::new("out_of_range", text));
        }
        let start = position.map_or(Start::Offset(offset), Start::After);
        let limit = u32::try_from(limit).unwrap_or(100);
        Self { page, limit, sort, start }
    }

    /// Reads `limit` and `cursor` of a list that has one order and no numbered pages; flaws go to the form.
    pub fn read_walk(form: &mut Form, sort: Sort<By>) -> Self {
        let limit = form.integer("limit", 1..=100).unwrap_or(10);
        let position = form.optional("cursor", |text| cursor::decode(sort, text));
        let start = position.map_or(Start::Offset(0), Start::After);
        Self { page: 1, limit: u32::try_from(limit).unwrap_or(100), sort, start }
    }

    /// The page that a store's answer makes. `place` tells what a record is sorted by.
    pub fn page<T>(&self, found: Counted<T>, place: impl Fn(&T) -> Position) -> Page<T> {
        let total: Total = found.total;
        let next_cursor = match found.slice.items.last() {
            Some(last) if found.slice.more => Some(cursor::encode(self.sort, &place(last))),
            Some(_) | None => None,
        };
        Page { page: self.page, limit: self.limit, total, items: found.slice.items, next_cursor }
    }
}
