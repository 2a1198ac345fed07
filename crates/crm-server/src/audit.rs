//! Looking after the audit log from the command line.

use std::process::ExitCode;

use crm_app::audit::verify::{Finding, verify};
use crm_app::open_mode::OpenMode;
use crm_domain::audit::chain::{AuditKeyId, Mark};

use crate::cli::AuditCommand;
use crate::command_error::{CommandError, of_use_case};
use crate::output;
use crate::settings::Settings;
use crate::settings::secrets;
use crate::wiring::{Wiring, audit_keys};

/// What `audit verify` ends with without the key of the log.
const NO_KEY: u8 = 3;

/// Runs the command. The exit code is 1 if the log is not whole, 3 if there is no key for it.
///
/// # Errors
/// The settings cannot be used, or the store fails.
pub async fn run(settings: Settings, command: AuditCommand) -> Result<ExitCode, CommandError> {
    let AuditCommand::Verify { noted } = command;
    let Some(secret) = secrets::audit_secret(&settings)? else {
        let file = secrets::kept_file(&settings).map(|path| format!(", and {} is not there", path.display()));
        output::say(&format!(
            "no key for this log: neither auth.audit_secret nor auth.refresh_secret is set{}; nothing was checked",
            file.unwrap_or_default()
        ));
        return Ok(ExitCode::from(NO_KEY));
    };
    let key = audit_keys::derive(&secret);
    let wiring = Wiring::open_without_secrets(&settings, Some(key.clone()), OpenMode::Existing).await?;
    let found = verify(&wiring.ctx, noted).await;
    wiring.close().await?;
    let finding = found.map_err(|error| of_use_case("the audit log cannot be checked", error))?;
    output::say(&told(finding, noted, key.id()));
    Ok(match finding {
        Finding::Whole { .. } | Finding::Nothing => ExitCode::SUCCESS,
        Finding::OtherKey { .. } => ExitCode::from(NO_KEY),
        Finding::Damaged(_) => ExitCode::FAILURE,
    })
}

fn told(finding: Finding, noted: Option<Mark>, key: AuditKeyId) -> String {
    match finding {
        Finding::Nothing => "the audit log is empty: no server has written to it yet".to_owned(),
        Finding::Damaged(damage) => format!(
            "the audit log is NOT whole: {damage} (entries before it are as they were sealed with the key {key}; entries \
             that were sealed with another key, before it was changed, look altered)"
        ),
        Finding::OtherKey { named } => format!(
            "no key for this log: it is sealed with the key {named}, and the settings give {key}. Set auth.audit_secret \
             (or auth.refresh_secret) to the secret that the server had, and check again. If the secret was never \
             changed, somebody has replaced the whole log"
        ),
        Finding::Whole { anchor, last } => {
            let pruned = match anchor.sequence {
                0 => String::new(),
                gone => format!(", entries up to {gone} were pruned"),
            };
            let compared = match noted {
                Some(noted) if noted.sequence < anchor.sequence => {
                    "\nwhat was noted is pruned since: nothing to compare"
                }
                Some(_) => "\nit holds what was noted",
                None => "",
            };
            format!(
                "the audit log is whole: {} entries{pruned}, sealed with the key {key}{compared}\nnote this where nobody who can write the store \
                 can write: {last}",
                last.sequence - anchor.sequence
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use crm_domain::audit::chain::Seal;
    use crm_domain::audit::verdict::{Damage, DamageKind};

    use super::*;

    const KEY: AuditKeyId = AuditKeyId([7; 8]);

    fn mark(sequence: u64) -> Mark {
        Mark { sequence, seal: Seal([0xab; 32]) }
    }

    #[test]
    fn what_is_printed_can_be_noted_and_given_back() {
        let told = told(Finding::Whole { anchor: mark(3), last: mark(10) }, None, KEY);
        assert!(told.contains("7 entries, entries up to 3 were pruned"), "{told}");
        let noted = told.rsplit_once(": ").unwrap().1;
        assert_eq!(Mark::parse(noted), Some(mark(10)));
    }

    #[test]
    fn damage_is_named_with_its_place() {
        let damage = Damage { sequence: 7, kind: DamageKind::Removed };
        assert!(told(Finding::Damaged(damage), None, KEY).contains("NOT whole: removed at entry 7"));
    }
}
