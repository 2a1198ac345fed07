//! A lead that became a customer.

use crm_app::leads::convert::Conversion;
use serde::Serialize;
use utoipa::ToSchema;

use crate::dto::customer::CustomerDetailBody;
use crate::dto::lead::LeadBody;
use crate::dto::people::People;

/// A converted lead and the customer it became.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Conversion)]
pub struct ConversionBody<'a> {
    /// The lead.
    pub lead: LeadBody<'a>,
    /// The customer; `null` where the caller may not see it by now.
    #[schema(required)]
    pub customer: Option<CustomerDetailBody<'a>>,
    /// Only there, and `true`, if the lead had been converted before.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    pub already_converted: bool,
}

impl<'a> ConversionBody<'a> {
    pub(crate) fn of(conversion: &'a Conversion, people: &'a People) -> Self {
        Self {
            lead: LeadBody::of(&conversion.lead, people),
            customer: conversion.customer.as_ref().map(|detail| CustomerDetailBody::of(detail, people)),
            already_converted: conversion.already,
        }
    }
}
