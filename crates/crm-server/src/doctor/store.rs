//! What the store says about itself.

use crm_app::context::Stores;
use crm_app::error::StoreError;
use crm_app::open_mode::OpenMode;
use crm_app::ports::maintenance::Maintenance;
use crm_domain::access::action::Action;
use crm_domain::access::actor::Actor;
use crm_domain::access::policy::authorize;
use crm_domain::audit::chain::AuditKey;

use super::finding::Finding;
use crate::cli::DoctorArgs;
use crate::command_error::{CommandError, with_causes};
use crate::serve::sample_passwords;
use crate::settings::Settings;
use crate::settings::secrets;
use crate::wiring::{Wiring, audit_keys};

/// Opens the store and asks it everything.
pub(super) async fn check(
    settings: &Settings,
    args: DoctorArgs,
    say: &mut dyn FnMut(Finding),
) -> Result<(), CommandError> {
    let key = match secrets::audit_secret(settings) {
        Ok(secret) => secret.as_ref().map(audit_keys::derive),
        // Said of the secrets already.
        Err(_) => None,
    };
    let wiring = match Wiring::open_without_secrets(settings, key.clone(), OpenMode::Existing).await {
        Ok(wiring) => wiring,
        Err(error) => {
            say(Finding::wrong("store", with_causes(&error)));
            return Ok(());
        }
    };
    let open = sample_passwords::open_accounts(&wiring.ctx).await?;
    say(sample_accounts(settings, &open));
    let asked = async {
        let maintenance = wiring.store.maintenance();
        holdings(&wiring.ctx.stores, maintenance.as_ref(), say).await?;
        audit_log(&wiring.ctx.stores, key.as_ref(), say).await?;
        integrity(maintenance.as_ref(), say).await?;
        if args.recount {
            counters(maintenance.as_ref(), args.repair, say).await?;
        }
        Ok(())
    };
    let asked: Result<(), StoreError> = asked.await;
    if let Err(error) = asked {
        say(Finding::wrong("store", format!("cannot be checked: {}", with_causes(&error))));
    }
    wiring.close().await
}

/// Accounts that anybody can sign in to. A server in production does not start with them.
fn sample_accounts(settings: &Settings, open: &[String]) -> Finding {
    const ABOUT: &str = "passwords";
    if open.is_empty() {
        return Finding::good(ABOUT, "no account has its password of the sample data");
    }
    let named = sample_passwords::named(open);
    let text = format!("anybody can sign in as {named}, whose passwords are those of the sample data");
    if settings.environment.is_strict() {
        Finding::wrong(ABOUT, format!("{text}; a server in {} does not start", settings.environment))
    } else {
        Finding::doubtful(ABOUT, text)
    }
}

async fn holdings(
    stores: &Stores,
    maintenance: &dyn Maintenance,
    say: &mut dyn FnMut(Finding),
) -> Result<(), StoreError> {
    let workspace = stores.workspaces.workspace().await?;
    let held = maintenance.inventory().await?;
    say(Finding::good(
        "store",
        format!(
            "opens; {} users, {} leads, {} customers, {} notes, {} tasks, {} events; its days are those of {}",
            held.users,
            held.leads,
            held.customers,
            held.notes,
            held.tasks,
            held.activities,
            workspace.calendar.zone_name()
        ),
    ));
    if !workspace.set_up {
        say(Finding::doubtful("accounts", "there is no admin yet; see `crm-server user add --help`"));
    }
    // The system may read everything; were it denied, there is nothing to tell.
    if let Ok(grant) = authorize(&Actor::system("doctor"), Action::ReadUsers) {
        let transfers = stores.users.transfers(grant.scope()).await?.len();
        let cleanups = stores.customers.cleanups(grant.scope()).await?.len();
        for (jobs, count) in [("hand-overs", transfers), ("clean-ups", cleanups)] {
            if count > 0 {
                let text = format!("{count} are not finished; a running server finishes them");
                say(Finding::doubtful(jobs, text));
            }
        }
    }
    Ok(())
}

/// Whether the settings give the key that the audit log is sealed with.
async fn audit_log(
    stores: &Stores,
    key: Option<&AuditKey>,
    say: &mut dyn FnMut(Finding),
) -> Result<(), StoreError> {
    let Some(named) = stores.audits.head().await?.map(|head| head.key_id()) else { return Ok(()) };
    say(match key.map(AuditKey::id) {
        Some(own) if own == named => Finding::good("audit log", format!("is sealed with the key {own}")),
        Some(own) => Finding::wrong(
            "audit log",
            format!(
                "is sealed with the key {named}, and auth.audit_secret or auth.refresh_secret give {own}"
            ),
        ),
        None => Finding::wrong(
            "secrets",
            "the store was used with secrets that are missing now; the server will not start without them",
        ),
    });
    Ok(())
}

async fn integrity(store: &dyn Maintenance, say: &mut dyn FnMut(Finding)) -> Result<(), StoreError> {
    let problems = store.check().await?;
    if problems.is_empty() {
        say(Finding::good("integrity", "every record can be read, found and has its events"));
    }
    for problem in problems {
        say(Finding::wrong("integrity", problem));
    }
    Ok(())
}

async fn counters(
    store: &dyn Maintenance,
    repair: bool,
    say: &mut dyn FnMut(Finding),
) -> Result<(), StoreError> {
    let differences = store.recount(repair).await?;
    if differences.is_empty() {
        say(Finding::good("counters", "agree with the records they count"));
    }
    for difference in differences {
        let text = format!("{} says {} and is {}", difference.key, difference.kept, difference.counted);
        say(if repair {
            Finding::doubtful("counters", format!("{text}; corrected"))
        } else {
            Finding::wrong("counters", format!("{text}; --repair corrects it"))
        });
    }
    Ok(())
}
