//! Why the domain refuses a transition.

use thiserror::Error;

use crate::ids::CustomerId;

/// A transition that the state of things does not allow. Each has a stable code for clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Refusal {
    /// Another account has this email.
    #[error("another account already uses this email")]
    EmailTaken,
    /// Without this admin nobody could manage users any more.
    #[error("the last active admin must stay an active admin")]
    LastAdmin,
    /// Nobody demotes themselves.
    #[error("you cannot change your own role")]
    SelfDemotion,
    /// Nobody deactivates themselves.
    #[error("you cannot deactivate yourself")]
    SelfDeactivation,
    /// The lead has a customer already: it is not converted again, and its status stays what a conversion makes it.
    #[error("this lead was converted before: its status stays \"Closed Won\"")]
    AlreadyConverted(CustomerId),
    /// The lead was converted and its customer deleted since.
    #[error("this lead was converted and its customer has been deleted since")]
    CustomerDeleted,
    /// The store has had its first admin; that happens once.
    #[error("the first admin was set up before")]
    AlreadySetUp,
}

impl Refusal {
    /// The stable name that clients branch on.
    pub fn code(self) -> &'static str {
        match self {
            Self::EmailTaken => "email_taken",
            Self::LastAdmin => "last_admin",
            Self::SelfDemotion => "self_demotion",
            Self::SelfDeactivation => "self_deactivation",
            Self::AlreadyConverted(_) => "already_converted",
            Self::CustomerDeleted => "customer_deleted",
            Self::AlreadySetUp => "already_set_up",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn every_refusal_has_a_code_that_clients_can_branch_on() {
        let customer = CustomerId::from_uuid(Uuid::nil());
        let refusals = [
            (Refusal::EmailTaken, "email_taken"),
            (Refusal::LastAdmin, "last_admin"),
            (Refusal::SelfDemotion, "self_demotion"),
            (Refusal::SelfDeactivation, "self_deactivation"),
            (Refusal::AlreadyConverted(customer), "already_converted"),
            (Refusal::CustomerDeleted, "customer_deleted"),
            (Refusal::AlreadySetUp, "already_set_up"),
        ];
        for (refusal, code) in refusals {
            assert_eq!(refusal.code(), code);
        }
    }
}
