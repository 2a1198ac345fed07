//! `/api/customers` in the API document.

use super::operation::{Spec, spec};
use super::parameters;
use crate::dto::customer::{CustomerBody, CustomerDetailBody};
use crate::dto::done::DoneBody;
use crate::dto::input::{CustomerChange, NewCustomer, NoteChange, NoteText};
use crate::dto::note::{NoteAddedBody, NoteBody};
use crate::dto::page::PageBody;
use crate::route::Verb::{Delete, Get, Patch, Post};

/// Where the answer to a new note has what leads to it.
const NOTE: &[(&str, &str)] = &[("id", "$request.path.id"), ("noteId", "$response.body#/note/id")];

pub(super) fn specs() -> Vec<Spec> {
    let specs = vec![
        spec(Get, "/api/customers", "listCustomers", "One page of the customers, without their notes.")
            .query(parameters::customers())
            .gives::<PageBody<'_, CustomerBody<'_>>>()
            .with_headers(&["ETag", "Link"]),
        spec(Post, "/api/customers", "createCustomer", "Make a customer.")
            .takes::<NewCustomer>()
            .with_status("201")
            .gives::<CustomerDetailBody<'_>>()
            .with_headers(&["ETag", "Location"])
            .leads_to(&["getCustomer", "changeCustomer", "addNote", "listNotes", "deleteCustomer"]),
        spec(Get, "/api/customers/{id}", "getCustomer", "One customer with the latest notes.")
            .gives::<CustomerDetailBody<'_>>()
            .with_headers(&["ETag"]),
        spec(Patch, "/api/customers/{id}", "changeCustomer", "Change a customer (JSON Merge Patch).")
            .takes::<CustomerChange>()
            .conditional()
            .gives::<CustomerDetailBody<'_>>()
            .with_headers(&["ETag"]),
        spec(
            Delete,
            "/api/customers/{id}",
            "deleteCustomer",
            "Delete a customer; its open tasks become done.",
        )
        .conditional()
        .gives::<DoneBody>(),
        spec(Get, "/api/customers/{id}/notes", "listNotes", "One page of the notes, newest first.")
            .query(parameters::notes())
            .gives::<PageBody<'_, NoteBody<'_>>>()
            .with_headers(&["ETag", "Link"]),
        spec(Post, "/api/customers/{id}/notes", "addNote", "Write a note.")
            .takes::<NoteText>()
            .conditional()
            .with_status("201")
            .gives::<NoteAddedBody<'_>>()
            .leads("changeNote", NOTE)
            .leads("deleteNote", NOTE),
        spec(
            Patch,
            "/api/customers/{id}/notes/{noteId}",
            "changeNote",
            "Change a note: its author, or an admin.",
        )
        .takes::<NoteChange>()
        .conditional()
        .gives::<NoteBody<'_>>(),
        spec(
            Delete,
            "/api/customers/{id}/notes/{noteId}",
            "deleteNote",
            "Delete a note: its author, or an admin.",
        )
        .conditional()
        .gives::<DoneBody>(),
    ];
    specs.into_iter().map(|spec| spec.tag("customers")).collect()
}
