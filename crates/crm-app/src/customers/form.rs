//! What clients may say about a customer.

use crm_domain::customer::{CustomerDraft, CustomerPatch};
use crm_domain::form::Form;
use crm_domain::patch::Patch;
use crm_domain::values::company::Company;
use crm_domain::values::email::Email;
use crm_domain::values::name::Name;
use crm_domain::values::phone::Phone;

use crate::leads::form::{tags, tags_patch};

/// The members that a client may write.
pub const WRITABLE: &[&str] = &["name", "company", "email", "phone", "tags", "owner"];

/// The members that a client may send back and that change nothing.
pub const READ_ONLY: &[&str] = &[
    "id",
    "_id",
    "__v",
    "createdAt",
    "updatedAt",
    "version",
    "history",
    "notes",
    "notesCount",
    "deals",
    "leadId",
];

/// Reads a new customer, all but its owner. Flaws go to the form; without a name there is no draft.
pub fn draft(form: &mut Form) -> Option<CustomerDraft> {
    let name = form.required("name", Name::parse);
    let company = form.optional("company", Company::parse);
    let email = form.optional("email", Email::parse);
    let phone = form.optional("phone", Phone::parse);
    let tags = tags(form);
    Some(CustomerDraft { name: name?, company, email, phone, tags })
}

/// Reads a change of a customer, all but its owner. Flaws go to the form.
pub fn patch(form: &mut Form) -> CustomerPatch {
    CustomerPatch {
        name: form.patch("name", Name::parse),
        company: form.nullable_patch("company", Company::parse),
        email: form.nullable_patch("email", Email::parse),
        phone: form.nullable_patch("phone", Phone::parse),
        tags: tags_patch(form),
        owner: Patch::Keep,
    }
}
