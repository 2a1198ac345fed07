//! A process that dies: what was answered is there at the next start.

use std::convert::Infallible;
use std::fs;
use std::path::Path;
use std::sync::mpsc;

use crm_sqlite::engine::job::Written;

use super::support::{Caller, done, folder, in_file, insert, options, poll, stored};

/// Copies a store as it lies on the disk this moment, as a killed process would leave it.
fn as_left_behind(path: &Path, to: &Path) {
    for suffix in ["", "-wal"] {
        fs::copy(format!("{}{suffix}", path.display()), format!("{}{suffix}", to.display())).unwrap();
    }
}

#[tokio::test]
async fn what_was_answered_survives_and_what_was_under_way_leaves_no_trace() {
    let (folder, path) = folder();
    let engine = in_file(&path, &options());
    for id in 0..20 {
        done(engine.write(insert(id)).await);
    }
    // One more has run, and its batch is still open when the process dies.
    let (begun, has_begun) = mpsc::channel();
    let (let_go, gate) = mpsc::channel::<()>();
    let mut under_way: Caller<'_, (), Infallible> = Box::pin(engine.write(move |conn| {
        conn.execute("INSERT INTO item (id) VALUES (99)", [])?;
        conn.cache_flush()?;
        begun.send(()).unwrap();
        gate.recv().unwrap();
        Ok(Written::plain(()))
    }));
    assert!(poll(&mut under_way).is_pending());
    has_begun.recv().unwrap();
    let left = folder.path().join("left.db");
    as_left_behind(&path, &left);
    let_go.send(()).unwrap();
    done(under_way.await);

    let survivor = in_file(&left, &options());
    assert_eq!(stored(&survivor).await, (0..20).collect::<Vec<_>>());
    done(survivor.write(insert(100)).await);
}
