//! Taking over what the Node.js backend kept.
//!
//! All of it goes through `crm_node_import`; here is what was typed, the store that it goes into, and what is said.

mod telling;

use std::fs;
use std::io::{self, BufWriter};
use std::path::Path;
use std::process::ExitCode;

use crm_app::open_mode::OpenMode;
use crm_domain::values::email::Email;
use crm_node_import::here::Here;
use crm_node_import::import;
use crm_node_import::plan::{Choices, plan};
use crm_node_import::report::Report;
use crm_node_import::source::database::NodeDatabase;
use crm_security::passwords::kept::can_be_checked;
use crm_sqlite::engine::partial::Partial;
use secrecy::ExposeSecret;

use crate::cli::ImportNodeArgs;
use crate::command_error::CommandError;
use crate::settings::Settings;
use crate::settings::store_url::StoreUrl;
use crate::wiring::Wiring;
use crate::{output, progress, telemetry};

/// What the program ends with if something was left out.
const LEFT_OUT: u8 = 3;

/// Reads the old database, plans, writes, and says what became of everything.
///
/// # Errors
/// What was typed does not fit, the old database cannot be read, or the store fails. What was written until then stays,
/// and the same command goes on from there.
pub async fn run(mut settings: Settings, args: ImportNodeArgs) -> Result<ExitCode, CommandError> {
    telemetry::start(&settings.log)?;
    if let Some(url) = &args.to {
        settings.store.url = target(url.expose_secret())?;
    }
    let to = settings.store.url.to_string();
    if args.dry_run && is_not_there(&settings.store.url) {
        settings.store.url = StoreUrl::Memory;
    }
    let orphans_to = args.orphans_to.as_deref().map(email).transpose()?;
    // Made before anything is written, so that what is to be told has somewhere to go.
    let lines = args.report.as_deref().map(create_report).transpose()?;

    let failed = |error| CommandError::failed("the old database cannot be read", error);
    let old = NodeDatabase::connect(args.from.expose_secret()).await.map_err(failed)?;
    output::say(&format!("reading {}", old.place()));
    let source = old.read().await.map_err(failed)?;
    let others = source.other_collections.clone();

    let wiring = Wiring::open_without_secrets(&settings, None, OpenMode::CreateIfEmpty).await?;
    let maintenance = wiring.store.maintenance();
    let failed = |error| CommandError::failed(format!("{to} cannot be read"), error);
    let here = Here::look(&wiring.ctx.stores, maintenance.as_ref(), &source, orphans_to.as_ref());
    let here = here.await.map_err(failed)?;
    let choices = Choices { orphans_to, can_be_checked };
    let planned = plan(source, &here, &choices).map_err(|error| CommandError::Usage(error.to_string()))?;
    let report = planned.report;
    if !args.dry_run {
        let bar = progress::bar();
        bar.set_message("records");
        bar.set_length(u64::try_from(planned.records.len()).unwrap_or(u64::MAX));
        let written = import::write(maintenance.as_ref(), planned.records, |records| bar.inc(records)).await;
        bar.finish_and_clear();
        written.map_err(|error| CommandError::failed(format!("{to} cannot be written"), error))?;
    }
    drop(maintenance);
    wiring.close().await?;

    telling::tell(&report, &others, &args, &to);
    if let (Some(lines), Some(path)) = (lines, &args.report) {
        write_report(&report, lines, path)?;
    }
    Ok(if report.is_complete() { ExitCode::SUCCESS } else { ExitCode::from(LEFT_OUT) })
}

fn target(url: &str) -> Result<StoreUrl, CommandError> {
    let cwd = std::env::current_dir()
        .map_err(|error| CommandError::failed("the working folder cannot be told", error))?;
    let url = StoreUrl::parse(url).map_err(|why| CommandError::Usage(format!("--to {why}")))?;
    Ok(url.within(&cwd))
}

/// Whether opening the store would make it.
fn is_not_there(url: &StoreUrl) -> bool {
    match url {
        StoreUrl::File(path) => !path.exists(),
        StoreUrl::Memory | StoreUrl::Mongo(_) => false,
    }
}

fn email(text: &str) -> Result<Email, CommandError> {
    Email::parse(text).map_err(|flaw| CommandError::Usage(format!("--orphans-to {}", flaw.msg)))
}

/// The file that the report gets, which nobody else can read: the report quotes the records. It takes the name when it
/// is complete, in the place of an earlier report and never of anything but a plain file, such as a link or a device.
fn create_report(path: &Path) -> Result<Partial, CommandError> {
    if fs::symlink_metadata(path).is_ok_and(|metadata| !metadata.is_file()) {
        return Err(CommandError::Usage(format!("--report {} is there and no plain file", path.display())));
    }
    Partial::of(path).map_err(|error| not_written(path, error))
}

fn write_report(report: &Report, mut lines: Partial, path: &Path) -> Result<(), CommandError> {
    let written = report.write_lines(BufWriter::new(lines.file())).and_then(|()| lines.replace(path));
    written.map_err(|error| not_written(path, error))
}

fn not_written(path: &Path, error: io::Error) -> CommandError {
    CommandError::failed(format!("{} cannot be written", path.display()), error)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    #[test]
    fn the_report_is_for_its_owner_alone_and_takes_the_place_of_an_earlier_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("findings.jsonl");
        fs::write(&path, "an earlier one").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        let lines = create_report(&path).unwrap();
        write_report(&Report::default(), lines, &path).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn the_report_never_goes_where_a_link_leads() {
        let folder = tempfile::tempdir().unwrap();
        let (path, target) = (folder.path().join("findings.jsonl"), folder.path().join("target"));
        fs::write(&target, "of somebody").unwrap();
        symlink(&target, &path).unwrap();
        assert!(create_report(&path).is_err());
        // Also if the link comes while the records are imported.
        fs::remove_file(&path).unwrap();
        let lines = create_report(&path).unwrap();
        symlink(&target, &path).unwrap();
        write_report(&Report::default(), lines, &path).unwrap();
        assert_eq!(fs::read_to_string(&target).unwrap(), "of somebody");
        assert!(fs::symlink_metadata(&path).unwrap().is_file());
    }
}
