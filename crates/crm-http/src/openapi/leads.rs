//! `/api/leads` in the API document.

use super::operation::{Spec, spec};
use super::parameters;
use crate::dto::conversion::ConversionBody;
use crate::dto::done::DoneBody;
use crate::dto::input::{LeadChange, NewLead, Reassignment};
use crate::dto::lead::{LeadBody, LeadDetailBody};
use crate::dto::page::PageBody;
use crate::route::Verb::{Delete, Get, Patch, Post};

pub(super) fn specs() -> Vec<Spec> {
    let specs = vec![
        spec(Get, "/api/leads", "listLeads", "One page of the leads.")
            .query(parameters::leads())
            .gives::<PageBody<'_, LeadBody<'_>>>()
            .with_headers(&["ETag", "Link"]),
        spec(Post, "/api/leads", "createLead", "Make a lead.")
            .takes::<NewLead>()
            .with_status("201")
            .gives::<LeadBody<'_>>()
            .with_headers(&["ETag", "Location"])
            .leads_to(&[
                "getLead",
                "changeLead",
                "archiveLead",
                "unarchiveLead",
                "reassignLead",
                "convertLead",
                "deleteLead",
            ]),
        spec(Get, "/api/leads/{id}", "getLead", "One lead with its history.")
            .gives::<LeadDetailBody<'_>>()
            .with_headers(&["ETag"]),
        spec(Patch, "/api/leads/{id}", "changeLead", "Change a lead (JSON Merge Patch).")
            .takes::<LeadChange>()
            .conditional()
            .gives::<LeadBody<'_>>()
            .with_headers(&["ETag"]),
        spec(Delete, "/api/leads/{id}", "deleteLead", "Put a lead away, as `archive` does.")
            .conditional()
            .gives::<DoneBody>(),
        spec(Patch, "/api/leads/{id}/archive", "archiveLead", "Put a lead away.")
            .may_take_nothing()
            .conditional()
            .gives::<DoneBody>(),
        spec(Patch, "/api/leads/{id}/unarchive", "unarchiveLead", "Take a lead back.")
            .may_take_nothing()
            .conditional()
            .gives::<DoneBody>(),
        spec(Post, "/api/leads/{id}/reassign", "reassignLead", "Give a lead to somebody else, or to nobody.")
            .takes::<Reassignment>()
            .conditional()
            .gives::<LeadBody<'_>>()
            .with_headers(&["ETag"]),
        spec(
            Post,
            "/api/leads/{id}/convert",
            "convertLead",
            "Make a customer of a lead: one per lead, for ever.",
        )
        .may_take_nothing()
        .conditional()
        .gives::<ConversionBody<'_>>()
        .with_headers(&["ETag"])
        .leads("getCustomer", &[("id", "$response.body#/customer/id")])
        .refuses(&[409]),
    ];
    specs.into_iter().map(|spec| spec.tag("leads")).collect()
}
