//! One page of a list.

use std::borrow::Cow;

use crm_app::paging::Page;
use serde::Serialize;
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Schema, SchemaType, Type};
use utoipa::openapi::{Ref, RefOr};
use utoipa::{PartialSchema, ToSchema};

/// One page of a list.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PageBody<'a, T> {
    /// The page's number, from 1; 1 on a walk with a cursor.
    pub page: u64,
    /// How many records a page has at most.
    pub limit: u32,
    /// How many records there are in all.
    pub total: u64,
    /// Only there, and `true`, if there may be more than `total`.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub total_is_lower_bound: bool,
    /// The records.
    pub items: Vec<T>,
    /// What leads to the next page, as the parameter `cursor`; `null` on the last one.
    pub next_cursor: Option<&'a str>,
}

impl<'a, T> PageBody<'a, T> {
    pub(crate) fn of<R>(page: &'a Page<R>, body: impl FnMut(&'a R) -> T) -> Self {
        Self {
            page: page.page,
            limit: page.limit,
            total: page.total.count,
            total_is_lower_bound: page.total.lower_bound,
            items: page.items.iter().map(body).collect(),
            next_cursor: page.next_cursor.as_deref(),
        }
    }
}

impl<T: ToSchema> PartialSchema for PageBody<'_, T> {
    fn schema() -> RefOr<Schema> {
        let number = |about: &str| {
            ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(0)).description(Some(about))
        };
        let bounded = ObjectBuilder::new()
            .schema_type(Type::Boolean)
            .description(Some("Only there, and `true`, if there may be more than `total`."));
        let items =
            ArrayBuilder::new().items(Ref::from_schema_name(T::name())).description(Some("The records."));
        let cursor = ObjectBuilder::new()
            .schema_type(SchemaType::from_iter([Type::String, Type::Null]))
            .description(Some("What leads to the next page; `null` on the last one."));
        ObjectBuilder::new()
            .schema_type(Type::Object)
            .description(Some("One page of a list."))
            .property("page", number("The page's number, from 1; 1 on a walk with a cursor."))
            .property("limit", number("How many records a page has at most."))
            .property("total", number("How many records there are in all."))
            .property("totalIsLowerBound", bounded)
            .property("items", items)
            .property("nextCursor", cursor)
            .required("page")
            .required("limit")
            .required("total")
            .required("items")
            .required("nextCursor")
            .into()
    }
}

impl<T: ToSchema> ToSchema for PageBody<'_, T> {
    fn name() -> Cow<'static, str> {
        format!("{}Page", T::name()).into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((T::name().into_owned(), T::schema()));
        T::schemas(schemas);
    }
}
