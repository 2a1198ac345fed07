//! Backups of a store: whole while others write, found out when damaged, and restored into nothing but an empty place.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crm_app::mirror::Mirror;
use crm_app::ports::maintenance::Maintenance;
use crm_sqlite::backup::error::BackupError;
use crm_sqlite::backup::make::make;
use crm_sqlite::backup::restore::restore;
use crm_sqlite::backup::stop::Stop;
use crm_sqlite::backup::sum;
use crm_sqlite::backup::verify::verify;
use crm_sqlite::engine::location::Location;
use crm_sqlite::engine::lock::ServeLock;
use crm_sqlite::engine::options::Options;
use crm_sqlite::store::SqliteStore;
use crm_testkit::files::names;
use crm_testkit::random::Random;
use rusqlite::Connection;
use tempfile::TempDir;

use crate::support::World;

/// A store in a file with some records, open.
struct Filled {
    folder: TempDir,
    store: Arc<SqliteStore>,
    world: World,
}

impl Filled {
    async fn with(count: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = open(&folder.path().join("crm.db"));
        let world = World::of(count);
        store.load(world.commits()).await.unwrap();
        Self { folder, store, world }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("crm.db")
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A backup of it, of this name.
    fn backup(&self, name: &str) -> PathBuf {
        let to = self.at(name);
        make(&self.path(), &to, &Stop::default()).unwrap();
        to
    }
}

fn open(path: &Path) -> Arc<SqliteStore> {
    let location = Location::File(path.to_owned());
    SqliteStore::open(&location, &Options::default(), Arc::new(Mirror::empty())).unwrap()
}

/// What a restored store says of itself, opened.
async fn leads_of(restored: &Path) -> u64 {
    let store = open(restored);
    assert_eq!(store.check().await.unwrap(), Vec::<String>::new());
    assert_eq!(store.recount(false).await.unwrap(), []);
    store.inventory().await.unwrap().leads
}

#[tokio::test]
async fn a_backup_of_an_open_store_is_whole_for_its_owner_only_and_restored_as_it_was() {
    let filled = Filled::with(20).await;
    let to = filled.at("away/deeper/x.db");
    let made = make(&filled.path(), &to, &Stop::default()).unwrap();
    assert_eq!(made.bytes, fs::metadata(&to).unwrap().len());
    assert_eq!(names(&filled.at("away/deeper")), ["x.db", "x.db.sha256"]);
    let rights = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(rights(&to), 0o600);
    assert_eq!(rights(&sum::file_of(&to)), 0o600);
    assert_eq!(rights(&filled.at("away")), 0o700);
    assert_eq!(verify(&to, &Stop::default()).unwrap(), made);
    assert_eq!(names(&filled.at("away/deeper")), ["x.db", "x.db.sha256"], "nothing comes to lie beside it");
    let restored = filled.at("new/crm.db");
    assert_eq!(restore(&to, &restored).unwrap(), made);
    assert_eq!(rights(&restored), 0o600);
    assert_eq!(leads_of(&restored).await, 20);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_before_a_backup_was_begun_is_in_it_while_writers_go_on() {
    let filled = Filled::with(5).await;
    let user = filled.world.users[0].clone();
    let (written, ended) = (Arc::new(AtomicUsize::new(5)), Arc::new(AtomicBool::new(false)));
    let writing = tokio::spawn({
        let (written, ended, store) = (Arc::clone(&written), Arc::clone(&ended), Arc::clone(&filled.store));
        let (make, user) = (filled.world.make, user);
        async move {
            while !ended.load(Ordering::Relaxed) {
                let lead = make.lead("New", Some(user.id));
                store.load(vec![make.commit_by(&user).insert_lead(&lead).done()]).await.unwrap();
                written.fetch_add(1, Ordering::Relaxed);
            }
        }
    });
    let (store, folder) = (filled.folder.path().join("crm.db"), filled.folder.path().to_owned());
    let made = tokio::task::spawn_blocking({
        let written = Arc::clone(&written);
        move || {
            let one = |turn: usize| {
                let acknowledged = written.load(Ordering::Relaxed);
                let to = folder.join(format!("{turn}.db"));
                make(&store, &to, &Stop::default()).unwrap();
                (to, acknowledged)
            };
            (0..5).map(one).collect::<Vec<_>>()
        }
    })
    .await
    .unwrap();
    ended.store(true, Ordering::Relaxed);
    writing.await.unwrap();
    assert!(made.last().unwrap().1 > 5, "nothing was written meanwhile");
    for (backup, acknowledged) in made {
        let restored = backup.with_extension("restored");
        restore(&backup, &restored).unwrap();
        let held = usize::try_from(leads_of(&restored).await).unwrap();
        assert!(held >= acknowledged, "{held} of {acknowledged}");
    }
}

#[tokio::test]
async fn of_two_hundred_flipped_bytes_every_one_is_found_and_none_is_restored() {
    let filled = Filled::with(12).await;
    let backup = filled.backup("x.db");
    let files = [backup.clone(), sum::file_of(&backup)];
    let wholes = files.clone().map(|file| fs::read(file).unwrap());
    let mut random = Random::new();
    let mut refused = 0;
    for turn in 0..200 {
        // Every fourth in the sum, which is much shorter.
        let (file, whole) = if turn % 4 == 0 { (&files[1], &wholes[1]) } else { (&files[0], &wholes[0]) };
        let mut damaged = whole.clone();
        let at = random.below(whole.len());
        damaged[at] ^= u8::try_from(1 + random.below(255)).unwrap();
        fs::write(file, &damaged).unwrap();
        let (verified, restored) =
            (verify(&backup, &Stop::default()), restore(&backup, &filled.at("new.db")));
        fs::write(file, whole).unwrap();
        for error in [verified.unwrap_err(), restored.unwrap_err()] {
            let is_told = matches!(error, BackupError::Damaged(_) | BackupError::Sum { .. });
            assert!(is_told, "byte {at} of {}: {error:?}", file.display());
        }
        assert!(!filled.at("new.db").exists());
        refused += 1;
    }
    verify(&backup, &Stop::default()).unwrap();
    println!("{refused} of 200 flipped bytes refused, in {} and {} bytes", wholes[0].len(), wholes[1].len());
}

#[tokio::test]
async fn what_is_cut_short_or_has_no_sum_or_is_no_store_is_refused() {
    let filled = Filled::with(3).await;
    let backup = filled.backup("x.db");
    let whole = fs::read(&backup).unwrap();
    for length in [0, 1, 4096, whole.len() / 2, whole.len() - 1] {
        fs::write(&backup, &whole[..length]).unwrap();
        assert!(matches!(verify(&backup, &Stop::default()), Err(BackupError::Damaged(_))), "{length}");
    }
    fs::write(&backup, &whole).unwrap();
    let renamed = filled.at("y.db");
    fs::copy(&backup, &renamed).unwrap();
    let refused = verify(&renamed, &Stop::default()).unwrap_err().to_string();
    assert!(refused.ends_with("y.db.sha256 is not there"), "{refused}");
    fs::copy(sum::file_of(&backup), sum::file_of(&renamed)).unwrap();
    let refused = verify(&renamed, &Stop::default()).unwrap_err().to_string();
    assert!(refused.contains("is that of a file of another name"), "{refused}");
    // Whoever writes a sum for it makes no store of it.
    let foreign = filled.at("foreign.db");
    Connection::open(&foreign).unwrap().execute_batch("CREATE TABLE t (a)").unwrap();
    let refused = make(&foreign, &filled.at("z.db"), &Stop::default());
    assert!(matches!(refused, Err(BackupError::Unfit(_))), "{refused:?}");
    assert!(!filled.at("z.db").exists());
    let refused = make(&filled.at("none.db"), &filled.at("z.db"), &Stop::default());
    assert!(matches!(refused, Err(BackupError::NoStore(_))), "{refused:?}");
    assert!(!filled.at("none.db").exists());
}

#[tokio::test]
async fn nothing_that_is_there_is_written_over_by_a_backup() {
    let filled = Filled::with(3).await;
    let backup = filled.backup("x.db");
    for taken in ["x.db", "y.db.sha256"] {
        fs::write(filled.at(taken), "mine").unwrap();
    }
    for name in ["x.db", "y.db"] {
        let before = names(filled.folder.path());
        let refused = make(&filled.path(), &filled.at(name), &Stop::default());
        assert!(matches!(refused, Err(BackupError::Exists(_))), "{refused:?}");
        assert_eq!(names(filled.folder.path()), before);
    }
    assert_eq!(fs::read_to_string(&backup).unwrap(), "mine");
    assert_eq!(fs::read_to_string(filled.at("y.db.sha256")).unwrap(), "mine");
}

#[tokio::test]
async fn a_place_that_is_not_empty_or_served_is_left_as_it_was() {
    let filled = Filled::with(3).await;
    let backup = filled.backup("x.db");
    for taken in ["crm.db", "crm.db-wal", "crm.db-shm", "crm.db-journal"] {
        let place = tempfile::tempdir().unwrap();
        fs::write(place.path().join(taken), "mine").unwrap();
        let refused = restore(&backup, &place.path().join("crm.db"));
        assert!(matches!(refused, Err(BackupError::Exists(_))), "{taken}: {refused:?}");
        assert_eq!(fs::read_to_string(place.path().join(taken)).unwrap(), "mine");
        assert_eq!(names(place.path()).len(), 2, "{taken} and the lock: {:?}", names(place.path()));
    }
    let place = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink("nowhere", place.path().join("crm.db")).unwrap();
    let refused = restore(&backup, &place.path().join("crm.db"));
    assert!(matches!(refused, Err(BackupError::Exists(_))), "{refused:?}");
    let place = tempfile::tempdir().unwrap();
    let _serving = ServeLock::acquire(&place.path().join("crm.db")).unwrap();
    let refused = restore(&backup, &place.path().join("crm.db"));
    assert!(matches!(refused, Err(BackupError::InUse(_))), "{refused:?}");
    assert_eq!(names(place.path()), ["crm.db.serve.lock"]);
}

#[tokio::test]
async fn of_two_that_make_the_same_backup_at_once_one_does_and_it_is_whole() {
    let filled = Filled::with(10).await;
    let (store, to) = (filled.path(), filled.at("x.db"));
    let made: Vec<bool> = std::thread::scope(|scope| {
        let rivals: Vec<_> =
            (0..4).map(|_| scope.spawn(|| make(&store, &to, &Stop::default()).is_ok())).collect();
        rivals.into_iter().map(|rival| rival.join().unwrap()).collect()
    });
    assert_eq!(made.iter().filter(|made| **made).count(), 1, "{made:?}");
    verify(&to, &Stop::default()).unwrap();
}

#[tokio::test]
async fn one_that_is_told_to_stop_leaves_nothing() {
    let filled = Filled::with(3).await;
    let before = names(filled.folder.path());
    let stop = Stop::default();
    stop.stop();
    let stopped = make(&filled.path(), &filled.at("x.db"), &stop);
    assert!(matches!(stopped, Err(BackupError::Stopped)), "{stopped:?}");
    assert_eq!(names(filled.folder.path()), before);
}

/// As on a disk that is full.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn what_cannot_be_written_to_its_end_leaves_nothing_half() {
    use rustix::process::{Resource, Rlimit, getrlimit};
    // The limit of a file's size is what can be had without rights; only a process of its own can bear it.
    if let Ok(path) = std::env::var("CRM_TEST_BACKUP_LIMITED") {
        let folder = PathBuf::from(path);
        let limited = getrlimit(Resource::Fsize);
        assert_eq!(limited, Rlimit { current: Some(65_536), maximum: Some(65_536) });
        let refused = make(&folder.join("crm.db"), &folder.join("away/x.db"), &Stop::default());
        assert!(matches!(refused, Err(BackupError::Sqlite { .. })), "{refused:?}");
        let refused = restore(&folder.join("whole.db"), &folder.join("new/crm.db"));
        assert!(matches!(refused, Err(BackupError::File { .. })), "{refused:?}");
        return;
    }
    let filled = Filled::with(40).await;
    let whole = filled.backup("whole.db");
    assert!(fs::metadata(whole).unwrap().len() > 65_536);
    let this = std::env::current_exe().unwrap();
    let limited = std::process::Command::new("sh")
        // Where it is passed, the signal would end the process.
        .args(["-c", "trap '' XFSZ; ulimit -f 128; exec \"$0\" --exact \"$1\" --nocapture"])
        .arg(this)
        .arg("backups::what_cannot_be_written_to_its_end_leaves_nothing_half")
        .env("CRM_TEST_BACKUP_LIMITED", filled.folder.path())
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&limited.stdout);
    assert!(limited.status.success() && told.contains("1 passed"), "{limited:?}");
    assert_eq!(names(&filled.at("away")), Vec::<String>::new());
    assert_eq!(names(&filled.at("new")), ["crm.db.serve.lock"]);
}
