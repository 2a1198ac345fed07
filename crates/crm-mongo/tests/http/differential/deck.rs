//! What can be done, and how often each is done: cards that are dealt until there are none, then shuffled again. So each
//! comes in every run.

use crm_testkit::random::Random;

/// Something that can be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Deed {
    MakeLead,
    ChangeLead,
    ReadLead,
    ListLeads,
    ConvertLead,
    ReassignLead,
    ArchiveLead,
    UnarchiveLead,
    DeleteLead,
    MakeCustomer,
    ChangeCustomer,
    ReadCustomer,
    ListCustomers,
    DeleteCustomer,
    AddNote,
    EditNote,
    DeleteNote,
    ListNotes,
    MakeTask,
    ChangeTask,
    ReadTask,
    ListTasks,
    DeleteTask,
    Feed,
    Dashboard,
    /// Goes on where a page ended, whatever was written since.
    GoOn,
    /// Goes through a whole list.
    Walk,
    Register,
    ListUsers,
    ReadUser,
    ChangeUser,
    Deactivate,
    ReadTransfer,
    UserSessions,
    SignOutUser,
    Me,
    RenameMe,
    ChangePassword,
    Sessions,
    EndSession,
    EndOthers,
    Refresh,
    Logout,
    GuessPassword,
    Bootstrap,
    History,
    Audit,
    Service,
    /// Reads a record that the client has.
    ReadAgain,
    /// Something that is refused at once.
    Nonsense,
}

use Deed::{
    AddNote, ArchiveLead, Audit, Bootstrap, ChangeCustomer, ChangeLead, ChangePassword, ChangeTask,
    ChangeUser, ConvertLead, Dashboard, Deactivate, DeleteCustomer, DeleteLead, DeleteNote, DeleteTask,
    EditNote, EndOthers, EndSession, Feed, GoOn, GuessPassword, History, ListCustomers, ListLeads, ListNotes,
    ListTasks, ListUsers, Logout, MakeCustomer, MakeLead, MakeTask, Me, Nonsense, ReadAgain, ReadCustomer,
    ReadLead, ReadTask, ReadTransfer, ReadUser, ReassignLead, Refresh, Register, RenameMe, Service, Sessions,
    SignOutUser, UnarchiveLead, UserSessions, Walk,
};

/// How many cards there are of each.
const CARDS: [(usize, Deed); 50] = [
    (20, MakeLead),
    (16, ChangeLead),
    (6, ReadLead),
    (22, ListLeads),
    (6, ConvertLead),
    (5, ReassignLead),
    (4, ArchiveLead),
    (2, UnarchiveLead),
    (2, DeleteLead),
    (8, MakeCustomer),
    (6, ChangeCustomer),
    (4, ReadCustomer),
    (12, ListCustomers),
    (2, DeleteCustomer),
    (9, AddNote),
    (4, EditNote),
    (2, DeleteNote),
    (4, ListNotes),
    (14, MakeTask),
    (10, ChangeTask),
    (4, ReadTask),
    (16, ListTasks),
    (3, DeleteTask),
    (10, Feed),
    (5, Dashboard),
    (8, GoOn),
    (2, Walk),
    (2, Register),
    (5, ListUsers),
    (2, ReadUser),
    (3, ChangeUser),
    (1, Deactivate),
    (1, ReadTransfer),
    (2, UserSessions),
    (1, SignOutUser),
    (2, Me),
    (1, RenameMe),
    (1, ChangePassword),
    (2, Sessions),
    (1, EndSession),
    (1, EndOthers),
    (2, Refresh),
    (1, Logout),
    (1, GuessPassword),
    (1, Bootstrap),
    (2, History),
    (3, Audit),
    (2, Service),
    (3, ReadAgain),
    (4, Nonsense),
];

impl Deed {
    /// Whether it is done without a token.
    pub(super) fn needs_no_token(self) -> bool {
        matches!(self, Refresh | Logout | GuessPassword | Bootstrap | Service)
    }

    /// Whether agents are refused.
    pub(super) fn is_for_admins(self) -> bool {
        matches!(
            self,
            Register
                | ListUsers
                | ReadUser
                | ChangeUser
                | Deactivate
                | ReadTransfer
                | UserSessions
                | SignOutUser
                | ReassignLead
                | Audit
        )
    }
}

/// The cards that are left.
#[derive(Debug, Default)]
pub(super) struct Deck {
    left: Vec<Deed>,
}

impl Deck {
    /// The next card.
    pub(super) fn draw(&mut self, random: &mut Random) -> Deed {
        if self.left.is_empty() {
            self.left = CARDS.iter().flat_map(|(count, deed)| std::iter::repeat_n(*deed, *count)).collect();
            random.shuffle(&mut self.left);
        }
        self.left.pop().unwrap()
    }
}
