//! Handing over what was somebody's: a hand-over is recorded when it begins, moves a batch a commit, and is resumed after
//! a restart. Each batch reads the record and expects it unchanged, so that several servers may work on one hand-over.

use crm_domain::access::action::Action;
use crm_domain::access::actor::Actor;
use crm_domain::access::policy::authorize;
use crm_domain::access::scope::{OwnerFilter, Scope};
use crm_domain::customer::Customer;
use crm_domain::ids::UserId;
use crm_domain::lead::{Lead, LeadStatus};
use crm_domain::task::{Task, TaskStatus};
use crm_domain::transfer::Transfer;
use crm_domain::version::{Replace, Versioned};
use tokio::sync::oneshot;
use tokio::time::Instant;

use crate::commit::Commit;
use crate::commit::change::Change;
use crate::commit::expect::Expect;
use crate::context::Ctx;
use crate::decide::{Decision, decide};
use crate::error::AppError;
use crate::input::only_id;
use crate::jobs::{BATCH, requester};
use crate::paging::{Direction, Sort, Start};
use crate::people::check_active;
use crate::query::customers::{CustomerFilter, CustomerQuery, CustomerSort};
use crate::query::leads::{Archived, LeadFilter, LeadQuery, LeadSort};
use crate::query::tasks::{TaskFilter, TaskQuery, TaskSort};
use crate::repeat::keeping::Keeping;
use crate::{customers, leads, tasks};

/// The reason of the events of a hand-over whose admin is not known any more.
const REASON: &str = "hand-over";

fn system() -> Actor {
    Actor::system(REASON)
}

/// Resumes every hand-over that is on record as running.
///
/// # Errors
/// The first error; the other hand-overs were resumed all the same.
pub async fn resume(ctx: &Ctx) -> Result<(), AppError> {
    let grant = authorize(&system(), Action::ReadUsers)?;
    let mut resumed = Ok(());
    for transfer in ctx.stores.users.transfers(grant.scope()).await? {
        resumed = resumed.and(run(ctx, transfer.from).await);
    }
    resumed
}

/// The latest hand-over from this user.
///
/// # Errors
/// [`AppError::Denied`] for agents; [`AppError::NotFound`] if there never was one; [`AppError::Invalid`].
pub async fn read(ctx: &Ctx, actor: &Actor, from: &str) -> Result<Transfer, AppError> {
    let grant = authorize(actor, Action::ReadUsers)?;
    let found = ctx.stores.users.transfer(grant.scope(), only_id("id", from)?).await?;
    found.ok_or(AppError::NotFound("transfer"))
}

/// Runs a hand-over in a task of its own, so that it goes on if the client does not wait for the answer. The answer comes
/// when the hand-over is finished, or with the first batch after [`crate::context::Rules::transfer_wait`].
///
/// # Errors
/// [`AppError::Store`] and [`AppError::Busy`]; the hand-over is then still on record.
pub(super) async fn start(ctx: &Ctx, transfer: Transfer) -> Result<Transfer, AppError> {
    let (answer, answered) = oneshot::channel();
    let ctx = ctx.clone();
    tokio::spawn(async move { run_and_answer(&ctx, transfer.from, answer).await });
    answered.await.map_err(|error| AppError::Internal(Box::new(error)))?
}

async fn run_and_answer(ctx: &Ctx, from: UserId, answer: oneshot::Sender<Result<Transfer, AppError>>) {
    let until = Instant::now() + ctx.rules.transfer_wait;
    let first = loop {
        // Whether this batch brings the answer is known before it is decided, so that the answer is kept with it.
        let is_late = Instant::now() >= until;
        let answers = move |step: &Transfer| (is_late || !step.is_running()).then_some(*step);
        let step = next(&ctx.keeping(ctx.keeping.part(answers)), from).await;
        if step.as_ref().map_or(true, |step| is_late || !step.is_running()) {
            break step;
        }
    };
    let goes_on = first.as_ref().is_ok_and(Transfer::is_running);
    // A client that does not wait any more is no reason to stop.
    answer.send(first).ok();
    if goes_on && let Err(error) = run(&ctx.keeping(Keeping::nothing()), from).await {
        tracing::warn!(%error, user = %from, "a hand-over is interrupted");
    }
}

/// Moves batches until nothing is left.
async fn run(ctx: &Ctx, from: UserId) -> Result<(), AppError> {
    while next(ctx, from).await?.is_running() {}
    Ok(())
}

/// Moves the next batch; says how the hand-over stands then.
async fn next(ctx: &Ctx, from: UserId) -> Result<Transfer, AppError> {
    decide(ctx, &system(), &[from.uuid()], |_| step(ctx, from)).await
}

/// Decides the next batch: some of the leads, else some of the customers, else some of the tasks, else the end. The end
/// comes early if the user who is to get it all was deactivated meanwhile; the rest then stays where it is.
async fn step(ctx: &Ctx, from: UserId) -> Result<Decision<Transfer>, AppError> {
    let grant = authorize(&system(), Action::ChangeLead)?;
    let transfer = ctx.stores.users.transfer(grant.scope(), from).await?;
    let transfer =
        transfer.ok_or_else(|| AppError::Internal("a hand-over is not on record any more".into()))?;
    if !transfer.is_running() {
        return Ok(Decision::Answer(transfer));
    }
    let actor = requester(ctx, transfer.by, REASON);
    let mut commit = Commit::new(ctx.commit_id()).expect(Expect::TransferAt(transfer));
    let mut moved = transfer.moved;
    if check_active(ctx, transfer.to).is_ok() {
        let (leads, customers, tasks) = batch(ctx, grant.scope(), from).await?;
        for before in leads {
            let after = before.record().clone().reassign(Some(transfer.to), ctx.now());
            let put = Replace { before, after };
            commit = commit.event(leads::events::changed(ctx, &actor, &put)).change(Change::PutLead(put));
            moved.leads += 1;
        }
        for before in customers {
            let after = before.record().clone().reassign(transfer.to, ctx.now());
            let put = Replace { before, after };
            commit =
                commit.event(customers::events::changed(ctx, &actor, &put)).change(Change::PutCustomer(put));
            moved.customers += 1;
        }
        for before in tasks {
            let after = before.record().clone().reassign(transfer.to, ctx.now());
            let put = Replace { before, after };
            commit = commit.event(tasks::events::changed(ctx, &actor, &put)).change(Change::PutTask(put));
            moved.tasks += 1;
        }
    }
    let next = if moved == transfer.moved {
        Transfer { finished_at: Some(ctx.now()), ..transfer }
    } else {
        commit = commit.expect(Expect::UserActive(transfer.to));
        Transfer { moved, ..transfer }
    };
    Ok(Decision::commit(commit.change(Change::PutTransfer(next)), next))
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
