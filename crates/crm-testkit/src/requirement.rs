//! What a test needs and this machine does not have.

use std::env;
use std::io::Write;
use std::thread;

/// The variable that turns skipped tests into failures where it is `all`, as in continuous integration.
pub const REQUIRE: &str = "CRM_TEST_REQUIRE";

/// Reports that the calling test cannot do its work here because of what it needs; the test then returns.
///
/// The line `skipped: needs …` is written to the standard error of the process, past the capture of the test harness, so
/// that `cargo test` shows it although the test passes.
///
/// # Panics
/// If the environment says `CRM_TEST_REQUIRE=all`.
pub fn skip(needs: &str) {
    let test = thread::current().name().unwrap_or("a test").to_owned();
    assert!(
        env::var(REQUIRE).as_deref() != Ok("all"),
        "{REQUIRE}=all, and this test needs {needs}: it may not be skipped"
    );
    // There is no other place to report a closed standard error to.
    let _closed = writeln!(std::io::stderr(), "skipped: needs {needs}: {test}");
}
