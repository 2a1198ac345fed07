//! What clients send, described for the API document. A test holds the members against the tables by which the use
//! cases read them. Members that a client sends back as it read them (`id`, `createdAt`, `version` …) are accepted
//! beside these and ignored.

use utoipa::openapi::schema::{ObjectBuilder, OneOfBuilder, Schema, Type};
use utoipa::openapi::{Ref, RefOr};
use utoipa::{PartialSchema, ToSchema};

use crate::dto::values::{
    DueText, IdText, LeadStatusWord, PriorityWord, RelatedKindWord, RoleWord, TaskStatusWord,
};

/// Signs in.
#[derive(ToSchema)]
pub struct Login {
    /// The account's email, in any case.
    #[schema(min_length = 1)]
    pub email: String,
    /// The password, exactly.
    #[schema(format = Password)]
    pub password: String,
}

/// A refresh token.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
pub struct RefreshToken {
    /// The token, as signing in returned it.
    pub refresh_token: String,
}

/// A new account.
#[derive(ToSchema)]
pub struct NewUser {
    /// Their name.
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    /// Their email; no other account has it.
    #[schema(max_length = 254)]
    pub email: String,
    /// 8–128 characters, not among the commonest, not the email or name.
    #[schema(format = Password, min_length = 8, max_length = 128)]
    pub password: String,
    /// `agent` if left out.
    #[schema(nullable = false)]
    pub role: Option<RoleWord>,
}

/// A change of one's own account.
#[derive(ToSchema)]
pub struct MyChange {
    /// Another name.
    #[schema(nullable = false, min_length = 1, max_length = 200)]
    pub name: Option<String>,
}

/// A new password for oneself.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
pub struct PasswordChange {
    /// The password so far.
    #[schema(format = Password)]
    pub current_password: String,
    /// 8–128 characters, not among the commonest, not the email or name.
    #[schema(format = Password, min_length = 8, max_length = 128)]
    pub new_password: String,
}

/// A change of an account by an admin.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
pub struct UserChange {
    /// Another name.
    #[schema(nullable = false, min_length = 1, max_length = 200)]
    pub name: Option<String>,
    /// Another email.
    #[schema(nullable = false, max_length = 254)]
    pub email: Option<String>,
    /// Another role.
    #[schema(nullable = false)]
    pub role: Option<RoleWord>,
    /// Let in or kept out.
    #[schema(nullable = false)]
    pub is_active: Option<bool>,
    /// Another password; ends every session of theirs.
    #[schema(nullable = false, format = Password, min_length = 8, max_length = 128)]
    pub password: Option<String>,
    /// The admin's own current password. Needed for another email or password of the admin's own account, ignored for any
    /// other account.
    #[schema(nullable = false, format = Password, min_length = 1)]
    pub current_password: Option<String>,
}

/// The first admin.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
pub struct FirstAdmin {
    /// Their name.
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    /// Their email.
    #[schema(max_length = 254)]
    pub email: String,
    /// 8–128 characters, not among the commonest, not the email or name.
    #[schema(format = Password, min_length = 8, max_length = 128)]
    pub password: String,
    /// The newest setup token, which works for an hour: shown by the server's terminal while there is no admin, or printed
    /// by `crm-server setup-token`.
    pub setup_token: String,
}

/// A person: their id, or an object that has it.
pub struct PersonReference;

impl PartialSchema for PersonReference {
    fn schema() -> RefOr<Schema> {
        let person = ObjectBuilder::new()
            .schema_type(Type::Object)
            .description(Some("The person as answers show them; only the id counts."))
            .property("id", Ref::from_schema_name(IdText::name()))
            .required("id");
        let id = Ref::from_schema_name(IdText::name());
        Schema::OneOf(OneOfBuilder::new().item(id).item(person).build()).into()
    }
}

impl ToSchema for PersonReference {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((IdText::name().into_owned(), IdText::schema()));
    }
}

macro_rules! lead_members {
    ($(#[$doc:meta])* $name:ident, name: $($name_type:tt)*) => {
        $(#[$doc])*
        #[derive(ToSchema)]
        #[schema(rename_all = "camelCase")]
        pub struct $name {
            /// Who or what it is.
            #[schema(nullable = false, min_length = 1, max_length = 200)]
            pub name: $($name_type)*,
            /// Where to write to.
            #[schema(max_length = 254)]
            pub email: Option<String>,
            /// Where to call: digits and `+ - . ( ) / x` and spaces.
            #[schema(max_length = 32)]
            pub phone: Option<String>,
            /// Whom they work for.
            #[schema(max_length = 200)]
            pub company: Option<String>,
            /// How far it has come.
            #[schema(nullable = false)]
            pub status: Option<LeadStatusWord>,
            /// Where it came from; `Unknown` if nobody knows.
            #[schema(max_length = 50)]
            pub source: Option<String>,
            /// Free labels, at most 50 characters each; 20 of them, and `converted` beside them.
            #[schema(max_items = 21)]
            pub tags: Option<Vec<String>>,
            /// Whose it is, or `null` for nobody's; for admins.
            pub assigned_agent: Option<PersonReference>,
            /// Whether it is put away.
            #[schema(nullable = false)]
            pub archived: Option<bool>,
        }
    };
}

lead_members! {
    /// A new lead.
    NewLead, name: String
}

lead_members! {
    /// A change of a lead: what is left out stays, `null` clears.
    LeadChange, name: Option<String>
}

/// Whom a lead goes to.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
pub struct Reassignment {
    /// An active user, or `null` for nobody.
    #[schema(required)]
    pub assigned_agent: Option<PersonReference>,
}

macro_rules! customer_members {
    ($(#[$doc:meta])* $name:ident, name: $($name_type:tt)*) => {
        $(#[$doc])*
        #[derive(ToSchema)]
        pub struct $name {
            /// Who or what it is.
            #[schema(nullable = false, min_length = 1, max_length = 200)]
            pub name: $($name_type)*,
            /// Whom they work for.
            #[schema(max_length = 200)]
            pub company: Option<String>,
            /// Where to write to.
            #[schema(max_length = 254)]
            pub email: Option<String>,
            /// Where to call: digits and `+ - . ( ) / x` and spaces.
            #[schema(max_length = 32)]
            pub phone: Option<String>,
            /// Free labels, at most 50 characters each; 20 of them, and `converted` beside them.
            #[schema(max_items = 21)]
            pub tags: Option<Vec<String>>,
            /// Whose it is; for admins.
            #[schema(nullable = false)]
            pub owner: Option<PersonReference>,
        }
    };
}

customer_members! {
    /// A new customer.
    NewCustomer, name: String
}

customer_members! {
    /// A change of a customer: what is left out stays, `null` clears.
    CustomerChange, name: Option<String>
}

/// The text of a note.
#[derive(ToSchema)]
pub struct NoteText {
    /// What it says.
    #[schema(min_length = 1, max_length = 10_000)]
    pub text: String,
}

/// A change of a note: what is left out stays.
#[derive(ToSchema)]
pub struct NoteChange {
    /// What it says.
    #[schema(nullable = false, min_length = 1, max_length = 10_000)]
    pub text: Option<String>,
}

macro_rules! task_members {
    ($(#[$doc:meta])* $name:ident, title: $title_type:ty, due: $due_type:ty) => {
        $(#[$doc])*
        #[derive(ToSchema)]
        #[schema(rename_all = "camelCase")]
        pub struct $name {
            /// What is to be done.
            #[schema(nullable = false, min_length = 1, max_length = 300)]
            pub title: $title_type,
            /// More about it.
            #[schema(max_length = 10_000)]
            pub description: Option<String>,
            /// By when: an RFC 3339 instant with an offset, or a plain day.
            #[schema(nullable = false)]
            pub due_date: $due_type,
            /// How far it has come.
            #[schema(nullable = false)]
            pub status: Option<TaskStatusWord>,
            /// How urgent it is.
            #[schema(nullable = false)]
            pub priority: Option<PriorityWord>,
            /// What kind of record it is about; with `relatedId`.
            pub related_type: Option<RelatedKindWord>,
            /// The record it is about; with `relatedType`.
            pub related_id: Option<IdText>,
            /// Whose it is; for admins.
            #[schema(nullable = false)]
            pub owner: Option<PersonReference>,
        }
    };
}

task_members! {
    /// A new task.
    NewTask, title: String, due: DueText
}

task_members! {
    /// A change of a task: what is left out stays, `null` clears.
    TaskChange, title: Option<String>, due: Option<DueText>
}
