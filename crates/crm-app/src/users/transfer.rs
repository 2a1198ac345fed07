//! Handing over what was somebody's: a hand-over is written down when it begins, moves a batch a commit, and is taken
//! up again after a restart.

use crm_domain::access::action::Action;
use crm_domain::access::actor::{Actor, SignedIn};
use crm_domain::access::policy::authorize;
use crm_domain::access::scope::{OwnerFilter, Scope};
use crm_domain::customer::Customer;
use crm_domain::ids::{SessionId, UserId};
use crm_domain::lead::{Lead, LeadStatus};
use crm_domain::task::{Task, TaskStatus};
use crm_domain::transfer::{Moved, Transfer};
use crm_domain::version::{Replace, Versioned};

use crate::commit::Commit;
use crate::commit::change::Change;
use crate::commit::expect::Expect;
use crate::context::Ctx;
use crate::decide::{Decision, decide};
use crate::error::AppError;
use crate::paging::{Direction, Sort, Start};
use crate::people::check_active;
use crate::query::customers::{CustomerFilter, CustomerQuery, CustomerSort};
use crate::query::leads::{Archived, LeadFilter, LeadQuery, LeadSort};
use crate::query::tasks::{TaskFilter, TaskQuery, TaskSort};
use crate::{customers, leads, tasks};

/// How many records move in one commit.
const BATCH: u32 = 100;

/// Takes up every hand-over that was begun and not finished, as after a restart.
///
/// # Errors
/// The first error of a hand-over; those that were not reached are taken up next time.
pub async fn resume(ctx: &Ctx) -> Result<(), AppError> {
    let system = Actor::system("hand-over");
    let grant = authorize(&system, Action::ReadUsers)?;
    for transfer in ctx.stores.users.transfers(grant.scope()).await? {
        carry_on(ctx, transfer).await?;
    }
    Ok(())
}

/// Moves batch after batch until nothing is left to move. If whoever was to get it all is deactivated meanwhile, the
/// hand-over ends there, with the rest left where it was.
///
/// # Errors
/// [`AppError::Store`] and [`AppError::Busy`]; the hand-over is then still on record.
pub async fn carry_on(ctx: &Ctx, transfer: Transfer) -> Result<Moved, AppError> {
    let system = Actor::system("hand-over");
    let answer = |(moved, over): &(Moved, bool)| over.then_some(Some(*moved));
    let ctx = &ctx.keeping(ctx.keeping.part(answer));
    let mut transfer = transfer;
    loop {
        let current = &transfer;
        let (moved, over) = decide(ctx, &system, &[transfer.from.uuid()], |_| step(ctx, current)).await?;
        transfer.moved = moved;
        if over {
            return Ok(moved);
        }
    }
}

/// Decides the next batch: some of the leads, else some of the customers, else some of the tasks, else the end.
async fn step(ctx: &Ctx, transfer: &Transfer) -> Result<Decision<(Moved, bool)>, AppError> {
    let actor = whoever_asked(ctx, transfer);
    let grant = authorize(&Actor::system("hand-over"), Action::ChangeLead)?;
    let mut commit = Commit::new(ctx.commit_id());
    let mut moved = transfer.moved;
    let mut count: u64 = 0;
    if check_active(ctx, transfer.to).is_ok() {
        let (leads, customers, tasks) = batch(ctx, grant.scope(), transfer.from).await?;
        for before in leads {
            let after = before.record().clone().reassign(Some(transfer.to), ctx.now());
            let put = Replace { before, after };
            commit = commit.event(leads::events::changed(ctx, &actor, &put)).change(Change::PutLead(put));
            (moved.leads, count) = (moved.leads + 1, count + 1);
        }
        for before in customers {
            let after = before.record().clone().reassign(transfer.to, ctx.now());
            let put = Replace { before, after };
            commit =
                commit.event(customers::events::changed(ctx, &actor, &put)).change(Change::PutCustomer(put));
            (moved.customers, count) = (moved.customers + 1, count + 1);
        }
        for before in tasks {
            let after = before.record().clone().reassign(transfer.to, ctx.now());
            let put = Replace { before, after };
            commit = commit.event(tasks::events::changed(ctx, &actor, &put)).change(Change::PutTask(put));
            (moved.tasks, count) = (moved.tasks + 1, count + 1);
        }
    }
    if count == 0 {
        let end = commit.change(Change::DeleteTransfer(transfer.from));
        return Ok(Decision::commit(end, (moved, true)));
    }
    let next = Transfer { moved, ..transfer.clone() };
    let commit = commit.expect(Expect::UserActive(transfer.to)).change(Change::PutTransfer(next));
    Ok(Decision::commit(commit, (moved, false)))
}

type Batch = (Vec<Versioned<Lead>>, Vec<Versioned<Customer>>, Vec<Versioned<Task>>);

async fn batch(ctx: &Ctx, scope: &Scope, from: UserId) -> Result<Batch, AppError> {
    let owner = OwnerFilter::User(from);
    let start = || Start::Offset(0);
    let leads = LeadQuery {
        filter: LeadFilter {
            owner,
            statuses: vec![LeadStatus::New, LeadStatus::InProgress],
            archived: Archived::No,
            ..LeadFilter::everything()
        },
        sort: Sort { by: LeadSort::UpdatedAt, direction: Direction::Descending },
        start: start(),
        limit: BATCH,
    };
    let leads = ctx.stores.leads.leads(scope, &leads).await?.slice.items;
    if !leads.is_empty() {
        return Ok((leads, Vec::new(), Vec::new()));
    }
    let customers = CustomerQuery {
        filter: CustomerFilter { owner, ..CustomerFilter::everything() },
        sort: Sort { by: CustomerSort::UpdatedAt, direction: Direction::Descending },
        start: start(),
        limit: BATCH,
    };
    let customers = ctx.stores.customers.customers(scope, &customers).await?.slice.items;
    if !customers.is_empty() {
        return Ok((Vec::new(), customers, Vec::new()));
    }
    let tasks = TaskQuery {
        filter: TaskFilter {
            owner,
            statuses: vec![TaskStatus::Open, TaskStatus::InProgress],
            ..TaskFilter::everything()
        },
        sort: Sort { by: TaskSort::DueDate, direction: Direction::Ascending },
        start: start(),
        limit: BATCH,
    };
    Ok((Vec::new(), Vec::new(), ctx.stores.tasks.tasks(scope, &tasks).await?.slice.items))
}

/// The admin who asked, for the events; the system if their account cannot be found.
fn whoever_asked(ctx: &Ctx, transfer: &Transfer) -> Actor {
    ctx.mirror.user(transfer.by).map_or(Actor::system("hand-over"), |card| {
        Actor::User(SignedIn {
            id: card.id,
            name: card.name.clone(),
            role: card.role,
            access_version: card.access_version,
            session: SessionId::from_uuid(transfer.by.uuid()),
        })
    })
}
