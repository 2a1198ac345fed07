use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::process::Output;

use super::*;
use crate::small_disk::SmallDisk;

/// Names the folder of [`a_test_inside_is_root_and_may_mount`] where another test starts it.
const FOLDER: &str = "CRM_TEST_INSIDE";

#[test]
fn a_test_inside_is_root_and_may_mount() {
    if !enter(Purpose::Mount) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(fs::metadata("/proc/self").unwrap().uid(), 0);
    let disk = SmallDisk::mount(&folder.path().join("disk"), 1);
    assert!(disk.fill() <= 1 << 20);
    if let Some(outside) = env::var_os(FOLDER) {
        fs::write(PathBuf::from(outside).join("inside"), "").unwrap();
    }
}

#[test]
fn a_test_inside_may_lay_out_a_network() {
    if !enter(Purpose::Network) {
        return;
    }
    let links = Command::new("ip").args(["-brief", "link"]).output().unwrap();
    let links = String::from_utf8(links.stdout).unwrap();
    assert!(links.lines().count() == 1 && links.starts_with("lo"), "the network is empty: {links}");
    let added = Command::new("ip").args(["netns", "add", "one"]).status().unwrap();
    assert!(added.success() && Path::new("/run/netns/one").exists());
}

/// Runs the first of these tests once more, in a shell that takes rights away first.
fn run_the_first(script: &str, require: &str) -> (Output, bool) {
    let folder = tempfile::tempdir().unwrap();
    let ended = Command::new("sh")
        .args(["-c", &format!("{script} \"$0\" \"$@\"")])
        .arg(env::current_exe().unwrap())
        .args(["--exact", "namespaces::tests::a_test_inside_is_root_and_may_mount"])
        .env_remove(ENTERED)
        .env(requirement::REQUIRE, require)
        .env(FOLDER, folder.path())
        .output()
        .unwrap();
    (ended, folder.path().join("inside").exists())
}

/// No user namespace may be made, and no right is left.
const REFUSED: &str = "exec unshare --user --map-root-user sh -c \
     'echo 0 > /proc/sys/user/max_user_namespaces; exec setpriv --bounding-set=-all --inh-caps=-all \"$0\" \"$@\"'";

#[test]
fn where_namespaces_are_refused_a_test_is_skipped_with_a_visible_line() {
    if find_or_skip(Purpose::Mount).is_none() {
        return;
    }
    let (ended, ran) = run_the_first(REFUSED, "");
    let said = String::from_utf8_lossy(&ended.stderr);
    assert!(ended.status.success() && !ran, "{ended:?}");
    assert!(
        said.starts_with("skipped: needs a user namespace that may mount a file system (unshare: "),
        "{said}"
    );
}

#[test]
fn where_everything_is_required_a_skipped_test_fails() {
    if find_or_skip(Purpose::Mount).is_none() {
        return;
    }
    let (ended, ran) = run_the_first(REFUSED, "all");
    assert!(!ended.status.success() && !ran, "{ended:?}");
    assert!(String::from_utf8_lossy(&ended.stdout).contains("it may not be skipped"), "{ended:?}");
    let (ended, ran) = run_the_first("exec", "all");
    assert!(ended.status.success() && ran, "{ended:?}");
}
