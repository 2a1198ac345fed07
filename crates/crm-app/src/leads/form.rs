//! What clients may say about a lead.

use crm_domain::form::Form;
use crm_domain::lead::{LeadDraft, LeadPatch, LeadStatus};
use crm_domain::patch::{NullablePatch, Patch};
use crm_domain::values::company::Company;
use crm_domain::values::email::Email;
use crm_domain::values::name::Name;
use crm_domain::values::phone::Phone;
use crm_domain::values::source::Source;
use crm_domain::values::tag::{Tag, Tags};

/// The members that a client may write.
pub const WRITABLE: &[&str] =
    &["name", "email", "phone", "company", "status", "source", "tags", "assignedAgent", "archived"];

/// The members that a client may send back and that change nothing.
pub const READ_ONLY: &[&str] =
    &["id", "_id", "__v", "createdAt", "updatedAt", "version", "history", "notes", "deals", "customerId"];

/// Reads a new lead, all but its owner. Flaws go to the form; without a name there is no draft.
pub fn draft(form: &mut Form) -> Option<LeadDraft> {
    let name = form.required("name", Name::parse);
    let email = form.optional("email", Email::parse);
    let phone = form.optional("phone", Phone::parse);
    let company = form.optional("company", Company::parse);
    let status = form.optional("status", LeadStatus::parse).unwrap_or(LeadStatus::New);
    let source = form.optional("source", Source::parse).unwrap_or_default();
    let tags = tags(form);
    let archived = form.flag("archived").unwrap_or(false);
    Some(LeadDraft { name: name?, email, phone, company, status, source, tags, archived })
}

/// Reads a change of a lead, all but its owner. Flaws go to the form.
pub fn patch(form: &mut Form) -> LeadPatch {
    LeadPatch {
        name: form.patch("name", Name::parse),
        email: form.nullable_patch("email", Email::parse),
        phone: form.nullable_patch("phone", Phone::parse),
        company: form.nullable_patch("company", Company::parse),
        status: form.patch("status", LeadStatus::parse),
        source: form.nullable_patch("source", Source::parse),
        tags: tags_patch(form),
        archived: form.patch_flag("archived"),
        owner: NullablePatch::Keep,
    }
}

/// Reads the tags of a new lead or customer.
pub fn tags(form: &mut Form) -> Tags {
    match tags_patch(form) {
        Patch::Keep => Tags::none(),
        Patch::Set(tags) => tags,
    }
}

/// Reads the tags in a change of a lead or customer.
pub fn tags_patch(form: &mut Form) -> Patch<Tags> {
    match form.patch_list("tags", Tags::MAX_WITH_CONVERTED, Tag::parse) {
        Patch::Keep => Patch::Keep,
        Patch::Set(tags) => match Tags::new(tags) {
            Ok(tags) => Patch::Set(tags),
            Err(flaw) => {
                form.reject("tags", flaw);
                Patch::Keep
            }
        },
    }
}
