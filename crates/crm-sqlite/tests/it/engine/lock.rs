//! One server for one store.

use std::fs;
use std::os::unix::fs::symlink;

use crm_sqlite::engine::Engine;
use crm_sqlite::engine::location::Location;
use crm_sqlite::engine::lock::{LockError, ServeLock};
use crm_sqlite::engine::watch::Hooks;

use super::support::{ITEMS, done, folder, in_file, insert, options};

#[test]
fn a_second_server_is_refused_with_one_line_that_names_the_first() {
    let (_folder, path) = folder();
    let held = ServeLock::acquire(&path).unwrap();
    let refused = ServeLock::acquire(&path).unwrap_err();
    let pid = std::process::id();
    assert!(matches!(refused, LockError::Held { pid: Some(found) } if found == pid));
    assert_eq!(refused.to_string(), format!("another server (process {pid}) already serves this store"));
    drop(held);
    ServeLock::acquire(&path).unwrap();
}

#[test]
fn another_way_to_the_same_store_is_the_same_lock() {
    let (folder, path) = folder();
    in_file(&path, &options()).close();
    symlink(&path, folder.path().join("link.db")).unwrap();
    fs::create_dir(folder.path().join("sub")).unwrap();
    let _held = ServeLock::acquire(&path).unwrap();
    for way in ["link.db", "sub/../crm.db"] {
        assert!(matches!(ServeLock::acquire(&folder.path().join(way)), Err(LockError::Held { .. })), "{way}");
    }
    ServeLock::acquire(&folder.path().join("other.db")).unwrap();
}

#[test]
fn a_link_in_the_place_of_the_lock_is_refused() {
    let (folder, path) = folder();
    let target = folder.path().join("of somebody");
    fs::write(&target, "words").unwrap();
    symlink(&target, folder.path().join("crm.db.serve.lock")).unwrap();
    assert!(matches!(ServeLock::acquire(&path), Err(LockError::File(_))));
    assert_eq!(fs::read_to_string(&target).unwrap(), "words");
    // Nor is a store made where a link leads that leads nowhere yet.
    let nowhere = folder.path().join("nowhere");
    symlink(&nowhere, folder.path().join("link.db")).unwrap();
    let there = Location::File(folder.path().join("link.db"));
    assert!(Engine::open(&there, &[ITEMS], &options(), Hooks::default()).is_err());
    assert!(!nowhere.exists());
}

#[tokio::test]
async fn a_command_may_write_beside_a_server() {
    let (_folder, path) = folder();
    let _held = ServeLock::acquire(&path).unwrap();
    let server = in_file(&path, &options());
    let command = in_file(&path, &options());
    done(command.write(insert(1)).await);
    done(server.write(insert(2)).await);
}

#[test]
fn a_lock_whose_file_says_nothing_is_still_held() {
    let (folder, path) = folder();
    let _held = ServeLock::acquire(&path).unwrap();
    fs::write(folder.path().join("crm.db.serve.lock"), "").unwrap();
    let refused = ServeLock::acquire(&path).unwrap_err();
    assert_eq!(refused.to_string(), "another server already serves this store");
}
