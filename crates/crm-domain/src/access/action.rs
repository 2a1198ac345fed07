//! Everything that somebody can ask for, one name each.

/// Something that an actor wants to do. Call sites name what they do, never a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// Read, rename and re-password one's own account, and see and end one's own sessions.
    ManageSelf,
    /// List and read users.
    ReadUsers,
    /// Make a user.
    CreateUser,
    /// Change a user's name, email, role, password or active flag.
    ChangeUser,
    /// Deactivate a user and hand over what was theirs.
    DeactivateUser,
    /// List, search and read leads.
    ReadLeads,
    /// Make a lead.
    CreateLead,
    /// Change a lead's fields, archive it and take it back.
    ChangeLead,
    /// Give a lead to somebody else or to nobody.
    AssignLead,
    /// Turn a lead into a customer.
    ConvertLead,
    /// List, search and read customers and their notes.
    ReadCustomers,
    /// Make a customer.
    CreateCustomer,
    /// Change a customer's fields.
    ChangeCustomer,
    /// Give a customer to somebody else.
    AssignCustomer,
    /// Delete a customer.
    DeleteCustomer,
    /// Write a note on a customer, and edit and delete one's own.
    WriteNote,
    /// Edit and delete a note that somebody else wrote.
    ModerateNote,
    /// List, search and read tasks.
    ReadTasks,
    /// Make a task.
    CreateTask,
    /// Change a task's fields.
    ChangeTask,
    /// Give a task to somebody else.
    AssignTask,
    /// Delete a task.
    DeleteTask,
    /// Read the activity feed.
    ReadActivity,
    /// Read the dashboard.
    ReadDashboard,
    /// Read the audit log.
    ReadAudit,
}

impl Action {
    /// Every action, in the order of the truth table.
    pub const ALL: [Self; 25] = [
        Self::ManageSelf,
        Self::ReadUsers,
        Self::CreateUser,
        Self::ChangeUser,
        Self::DeactivateUser,
        Self::ReadLeads,
        Self::CreateLead,
        Self::ChangeLead,
        Self::AssignLead,
        Self::ConvertLead,
        Self::ReadCustomers,
        Self::CreateCustomer,
        Self::ChangeCustomer,
        Self::AssignCustomer,
        Self::DeleteCustomer,
        Self::WriteNote,
        Self::ModerateNote,
        Self::ReadTasks,
        Self::CreateTask,
        Self::ChangeTask,
        Self::AssignTask,
        Self::DeleteTask,
        Self::ReadActivity,
        Self::ReadDashboard,
        Self::ReadAudit,
    ];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_stands_in_the_table_once_and_in_the_order_of_its_declaration() {
        assert!(Action::ALL.is_sorted_by(|one, next| one < next));
    }
}
