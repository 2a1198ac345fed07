//! The one server of a test run, shared by all its processes.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::sync::OnceCell;
use tokio::time::Instant;

use super::find::{Program, Source, source};
use super::node::{Kind, Node};
use super::{admin, free_port};

/// How long the server stays when nobody uses it: nextest has a process for each test, and pauses between them.
const GRACE: Duration = Duration::from_secs(10);

/// A folder in memory with at least so much room is taken for the data: tests make and drop many files.
const ROOM: u64 = 4 << 30;

/// How the run's server is reached.
///
/// # Panics
/// If there is none and none can be started.
pub(super) async fn server() -> String {
    static SERVER: OnceCell<String> = OnceCell::const_new();
    SERVER
        .get_or_init(|| async {
            match source() {
                Source::Running(uri) => uri,
                Source::Program(program) => uri(&join_or_start(&program, &base(), GRACE).await),
            }
        })
        .await
        .clone()
}

fn uri(node: &Node) -> String {
    format!("mongodb://127.0.0.1:{}/?replicaSet=rs0", node.port())
}

async fn join_or_start(program: &Program, base: &Path, grace: Duration) -> Node {
    fs::create_dir_all(base).expect("a temporary folder can be made");
    // Held while this process looks for the server or starts it, so that only one does.
    let lock = File::create(base.join("lock")).expect("the lock can be made");
    let lock = tokio::task::spawn_blocking(move || lock.lock().map(|()| lock)).await;
    let _lock = lock.expect("no panic").expect("the lock can be taken");
    if let Some(node) = join(base).await {
        return node;
    }
    let mut why = String::new();
    for _ in 0..3 {
        let folder = base.join(format!("server-{:08x}", rand::random::<u32>()));
        match start(program, &folder, grace).await {
            Ok(node) => {
                let name = folder.file_name().expect("it has a name").to_string_lossy().into_owned();
                fs::write(base.join("current"), name).expect("the folder's name can be kept");
                return node;
            }
            Err(error) => why = error,
        }
    }
    panic!("the MongoDB for the tests does not start: {why}");
}

/// The server that runs, entered. What a server left behind that was killed together with its watchdog is removed.
async fn join(base: &Path) -> Option<Node> {
    let name = fs::read_to_string(base.join("current")).ok()?;
    let folder = base.join(name);
    let node = Node::at(&folder)?;
    let entered: io::Result<()> = node.enter();
    if entered.is_err() || !node.is_staying() {
        return None;
    }
    // A primary that was just elected first catches up.
    let deadline = Instant::now() + Duration::from_secs(5);
    while !admin::takes_writes(&node.address()).await {
        if !node.is_heard().await {
            // Its watchdog, if that is left, is about to do the same.
            let _gone = fs::remove_dir_all(&folder);
            return None;
        }
        if Instant::now() > deadline {
            return None;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Some(node)
}

async fn start(program: &Program, folder: &Path, grace: Duration) -> Result<Node, String> {
    let port = free_port::some(1).pop().ok_or("no port is free")?;
    let node = Node::start(program, Kind::Member, folder, port, grace).map_err(|error| error.to_string())?;
    node.listens().await?;
    let address = [node.address()];
    admin::initiate(&address, &address, bson::Document::new()).await?;
    Ok(node)
}

/// One folder for each user of the machine.
pub(super) fn base() -> PathBuf {
    let memory = Path::new("/dev/shm");
    let roomy =
        rustix::fs::statvfs(memory).is_ok_and(|found| found.f_bavail.saturating_mul(found.f_frsize) > ROOM);
    let parent = if roomy { memory.to_owned() } else { std::env::temp_dir() };
    parent.join(format!("crm-testkit-mongod-{}", rustix::process::getuid().as_raw()))
}

#[cfg(test)]
mod on_mongodb {
    use rustix::process::{Signal, getpgid, kill_process_group};

    use super::super::find::program;
    use super::*;

    /// Ends a server together with its watchdog, as a crash of the machine does.
    fn crash(node: &Node) {
        let group = getpgid(node.pid()).expect("the server runs");
        kill_process_group(group, Signal::KILL).expect("it can be killed");
    }

    #[tokio::test]
    async fn a_server_that_crashed_with_its_watchdog_is_not_waited_for() {
        let base = tempfile::tempdir().unwrap();
        let grace = Duration::from_secs(1);
        let first = join_or_start(&program(), base.path(), grace).await;
        let same = join_or_start(&program(), base.path(), grace).await;
        assert_eq!(same.port(), first.port());

        crash(&first);
        let second = join_or_start(&program(), base.path(), grace).await;

        assert!(admin::takes_writes(&second.address()).await);
        assert_ne!(second.folder(), first.folder());
        assert!(!first.folder().exists());
        crash(&second);
    }
}
