//! Pages that follow from the code. `CRM_UPDATE=1 cargo test -p crm-server` writes them anew.

use crm_domain::access::policy::truth_table;

use super::{crates, root};

#[test]
fn the_permissions_page_is_the_truth_table_of_the_policy() {
    let page = root().join("docs/permissions.txt");
    if std::env::var_os("CRM_UPDATE").is_some() {
        std::fs::write(&page, truth_table()).unwrap();
    }
    let written = std::fs::read_to_string(&page).unwrap_or_default();
    assert_eq!(
        written,
        truth_table(),
        "run `CRM_UPDATE=1 cargo test -p crm-server` and look at what changed"
    );
}

#[test]
fn the_architecture_page_names_every_crate() {
    let page = std::fs::read_to_string(root().join("ARCHITECTURE.md")).expect("an ARCHITECTURE.md");
    let unnamed: Vec<String> = crates().into_iter().filter(|name| !page.contains(name.as_str())).collect();
    assert!(unnamed.is_empty(), "{unnamed:?}");
}
