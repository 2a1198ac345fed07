//! The MongoDB that the store is on: its version, its members, who can get at it.

use crm_mongo::error::OpenError;
use crm_mongo::inspect::{Holds, Inspection, inspect};

use super::finding::{Finding, Found};
use crate::command_error::with_causes;
use crate::settings::Settings;
use crate::settings::mongo_url::MongoUrl;
use crate::store::mongo_options;

/// Looks at it without making anything.
pub(super) async fn check(url: &MongoUrl, settings: &Settings) -> Found {
    let inspection = match inspect(url.expose(), mongo_options(&settings.store)).await {
        Ok(inspection) => inspection,
        Err(error) => {
            let text = format!("{url}: {}", with_causes(&error));
            return Found { lines: vec![Finding::wrong("mongodb", text)], is_there: false };
        }
    };
    let is_there = matches!(inspection.holds, Holds::Store { .. });
    let mut lines = vec![version(&inspection), members(&inspection), access(&inspection)];
    lines.extend(contents(url, &inspection));
    Found { lines, is_there }
}

fn version(found: &Inspection) -> Finding {
    let text = format!("version {}, replica set {}", found.version, found.set);
    if found.is_vulnerable {
        let hole = "lets anybody who reaches it read its memory (CVE-2025-14847); update it";
        return Finding::doubtful("mongodb", format!("{text}; this version {hole}"));
    }
    Finding::good("mongodb", text)
}

fn members(found: &Inspection) -> Finding {
    let all = found.members.len();
    let unwell: Vec<&str> = found
        .members
        .iter()
        .filter(|(_, well)| **well == Some(false))
        .map(|(host, _)| host.as_str())
        .collect();
    if !unwell.is_empty() {
        return Finding::wrong(
            "members",
            format!("{} of {all} are not well: {}", unwell.len(), unwell.join(", ")),
        );
    }
    let hosts: Vec<&str> = found.members.keys().map(String::as_str).collect();
    let text = format!("{all}: {}", hosts.join(", "));
    if all < 3 {
        return Finding::doubtful("members", format!("{text}; with fewer than three none can be lost"));
    }
    if found.members.values().any(Option::is_none) {
        return Finding::good("members", format!("{text}; this user may not ask whether they are well"));
    }
    Finding::good("members", format!("{text}; all are well"))
}

fn access(found: &Inspection) -> Finding {
    match (found.signs_in, found.has_tls) {
        (true, true) => Finding::good("access", "with a user, and encrypted"),
        (true, false) => Finding::doubtful("access", "with a user, but not encrypted: add tls=true"),
        (false, true) => Finding::doubtful("access", "encrypted, but without a user"),
        (false, false) => {
            Finding::doubtful("access", "without a user and not encrypted: for this machine only")
        }
    }
}

/// What the database holds, where that is no store that can be asked further.
fn contents(url: &MongoUrl, found: &Inspection) -> Option<Finding> {
    match found.holds {
        Holds::Store { .. } => None,
        Holds::Nothing => {
            let text =
                format!("{} is empty; the first `crm-server serve` makes the store in {url}", found.database);
            Some(Finding::doubtful("store", text))
        }
        Holds::SomethingElse { collection } => {
            let error = OpenError::Foreign { database: found.database.clone(), collection };
            Some(Finding::wrong("store", error.to_string()))
        }
    }
}
