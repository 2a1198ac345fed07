//! Who may depend on whom.

use cargo_metadata::{Dependency, DependencyKind, MetadataCommand, Package};

use super::{crates, root, rust_files};

/// The crates of ours that each crate may use, outside its tests. A crate that is not here fails the test.
const MAY_USE: &[(&str, &[&str])] = &[
    ("crm-domain", &[]),
    ("crm-app", &["crm-domain"]),
    ("crm-security", &["crm-app", "crm-domain"]),
    ("crm-sqlite", &["crm-app", "crm-domain"]),
    ("crm-mongo", &["crm-app", "crm-domain"]),
    ("crm-node-import", &["crm-app", "crm-domain"]),
    ("crm-http", &["crm-app", "crm-domain"]),
    ("crm-testkit", &["crm-app", "crm-domain"]),
    (
        "crm-server",
        &["crm-app", "crm-domain", "crm-http", "crm-mongo", "crm-node-import", "crm-security", "crm-sqlite"],
    ),
    // Breaks the server from outside; nothing uses it.
    ("crm-faults", &["crm-app", "crm-domain", "crm-mongo", "crm-server", "crm-sqlite", "crm-testkit"]),
    // Measures the server from outside; nothing uses it.
    ("crm-bench", &["crm-app", "crm-domain", "crm-server", "crm-testkit"]),
];

/// Whose names begin like this may be used only there, in tests too.
const ONLY_IN: &[(&str, &[&str])] = &[
    ("actix", &["crm-http", "crm-server", "crm-bench"]),
    ("tracing-actix", &["crm-http", "crm-server"]),
    ("utoipa", &["crm-http"]),
    ("mongodb", &["crm-mongo", "crm-node-import", "crm-testkit", "crm-bench"]),
    ("bson", &["crm-mongo", "crm-node-import", "crm-testkit", "crm-bench"]),
    ("rusqlite", &["crm-sqlite", "crm-server", "crm-bench"]),
    ("jsonwebtoken", &["crm-security"]),
    ("argon2", &["crm-security"]),
    ("clap", &["crm-server", "crm-faults", "crm-bench"]),
    ("anyhow", &["crm-server"]),
];

/// What the domain has no business with.
const NOT_IN_THE_DOMAIN: &[&str] = &[
    "tokio",
    "serde",
    "async",
    "futures",
    "rand",
    "getrandom",
    "tracing",
    "metrics",
    "parking_lot",
    "arc-swap",
];

fn packages() -> Vec<Package> {
    let manifest = root().join("Cargo.toml");
    MetadataCommand::new().manifest_path(manifest).no_deps().exec().unwrap().packages
}

fn outside_tests(package: &Package) -> impl Iterator<Item = &Dependency> {
    package.dependencies.iter().filter(|dependency| dependency.kind != DependencyKind::Development)
}

#[test]
fn dependencies_point_inwards() {
    let mut wrong = Vec::new();
    for package in packages() {
        let allowed = MAY_USE.iter().find(|(name, _)| *name == package.name.as_str());
        let Some((_, allowed)) = allowed else {
            wrong.push(format!("{} is not in the table", package.name));
            continue;
        };
        wrong.extend(
            outside_tests(&package)
                .filter(|used| used.name.starts_with("crm-") && !allowed.contains(&used.name.as_str()))
                .map(|used| format!("{} uses {}", package.name, used.name)),
        );
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_folder_of_crates_is_a_crate_of_its_name() {
    let mut names: Vec<String> = packages().iter().map(|package| package.name.to_string()).collect();
    names.sort();
    assert_eq!(names, crates());
}

#[test]
fn each_technology_stays_where_it_belongs() {
    let mut wrong = Vec::new();
    for package in packages() {
        for (technology, places) in ONLY_IN {
            let used = package.dependencies.iter().find(|used| used.name.starts_with(technology));
            if let Some(used) = used.filter(|_| !places.contains(&package.name.as_str())) {
                wrong.push(format!("{} uses {}", package.name, used.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_server_touches_the_database_in_its_tests_only() {
    let packages = packages();
    let server = packages.iter().find(|package| package.name.as_str() == "crm-server").unwrap();
    assert!(outside_tests(server).all(|used| used.name != "rusqlite"));
}

#[test]
fn the_domain_is_pure() {
    let packages = packages();
    let domain = packages.iter().find(|package| package.name.as_str() == "crm-domain").unwrap();
    let unfit = |name: &str| NOT_IN_THE_DOMAIN.iter().any(|unfit| name.starts_with(unfit));
    let used: Vec<&str> =
        outside_tests(domain).map(|used| used.name.as_str()).filter(|name| unfit(name)).collect();
    assert!(used.is_empty(), "{used:?}");
    for file in rust_files(&root().join("crates/crm-domain/src")) {
        let text = std::fs::read_to_string(&file).unwrap();
        for word in ["async fn", ".await", "std::fs", "std::net", "std::env", "SystemTime", "Instant::now"] {
            assert!(!text.contains(word), "{word} in {}", file.display());
        }
    }
}

#[test]
fn errors_without_a_type_are_for_the_last_line_of_the_program_only() {
    for file in rust_files(&root().join("crates/crm-server/src")) {
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(!text.contains("anyhow") || file.ends_with("main.rs"), "{}", file.display());
    }
}
