//! An archive on its way into a file and out of it, with everything between going wrong.

use std::fs;
use std::path::Path;

use crm_app::archive::Kind;
use crm_app::archive::sums::Summing;
use crm_app::mirror::Mirror;
use crm_app::ports::maintenance::Maintenance;
use crm_domain::access::role::Role;
use crm_sqlite::store::SqliteStore;
use crm_testkit::fixtures::Maker;
use indicatif::ProgressBar;
use rand::RngExt;
use tempfile::TempDir;
use tokio::sync::mpsc;

use super::*;
use crate::carry::carry_and_compare;
use crate::clock::SystemClock;

fn arrival(id: u128) -> Arrival {
    Arrival { id: Uuid::from_u128(id), command: "a test".to_owned() }
}

/// A store in memory with more leads than fit in one batch.
async fn store() -> Arc<dyn Archive> {
    let store = SqliteStore::memory(Arc::new(Mirror::empty())).unwrap();
    let make = Maker::new();
    let user = make.user("ada", Role::Agent);
    let mut commits = vec![make.commit().insert_user(&user).done()];
    for _ in 0..Kind::Lead.batch() + 7 {
        commits.push(make.commit_by(&user).insert_lead(&make.lead("Zoë \"Ünal\"\n", Some(user.id))).done());
    }
    store.load(commits).await.unwrap();
    store
}

fn file(path: &Path) -> Arc<dyn Archive> {
    Arc::new(ArchiveFile::at(path.to_owned(), Arc::new(SystemClock)))
}

/// Whether everything went from one to the other and was the same there.
async fn carried(from: &Arc<dyn Archive>, to: &Arc<dyn Archive>, id: u128) -> bool {
    carry_and_compare(from, to, &arrival(id), &ProgressBar::hidden()).await.is_ok()
}

/// An archive of that store.
async fn archived() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("crm.jsonl");
    assert!(carried(&store().await, &file(&path), 1).await);
    (folder, path)
}

fn contents(path: &Path) -> Result<Contents, error::ArchiveError> {
    reading::read(path, &mut |_| Ok(()))
}

async fn exported(from: &Arc<dyn Archive>) -> Vec<Batch> {
    let (to, mut batches) = mpsc::channel(4);
    let from = Arc::clone(from);
    let exporting = tokio::spawn(async move { from.export(to).await });
    let mut all = Vec::new();
    while let Some(batch) = batches.recv().await {
        all.push(batch);
    }
    exporting.await.unwrap().unwrap();
    all
}

#[tokio::test]
async fn what_went_into_a_file_comes_out_of_it_in_the_same_batches() {
    let (_folder, path) = archived().await;
    let (store, file) = (store().await, file(&path));
    let batches = exported(&file).await;
    let sizes: Vec<(Kind, usize)> = batches.iter().map(|batch| (batch.kind(), batch.len())).collect();
    let of_store: Vec<(Kind, usize)> =
        exported(&store).await.iter().map(|batch| (batch.kind(), batch.len())).collect();
    assert_eq!(sizes, of_store);
    let mut summing = Summing::new();
    for batch in &batches {
        summing.add(batch).unwrap();
    }
    assert_eq!(summing.finish().total(), contents(&path).unwrap().records);
    let into: Arc<dyn Archive> = SqliteStore::memory(Arc::new(Mirror::empty())).unwrap();
    assert!(carried(&file, &into, 2).await);
    assert_eq!(exported(&into).await, batches);
}

#[tokio::test]
async fn a_file_has_its_name_once_it_was_compared_and_takes_that_of_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("crm.jsonl");
    let archive = ArchiveFile::at(path.clone(), Arc::new(SystemClock));
    let (to, from) = mpsc::channel(1);
    drop(to);
    assert_eq!(archive.import(&arrival(1), from).await.unwrap(), Import::Taken);
    assert!(!path.exists());
    assert_eq!(archive.unfinished_import().await.unwrap(), Some(arrival(1)));
    assert!(!archive.finish_import(Uuid::from_u128(2)).await.unwrap());
    assert!(archive.finish_import(Uuid::from_u128(1)).await.unwrap());
    assert_eq!(contents(&path).unwrap().records, 0);
    let before = fs::read(&path).unwrap();
    let (_to, from) = mpsc::channel(1);
    assert_eq!(archive.import(&arrival(3), from).await.unwrap(), Import::NotEmpty);
    assert_eq!(fs::read(&path).unwrap(), before);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[tokio::test]
async fn of_two_hundred_flipped_bytes_every_one_is_found() {
    let (_folder, path) = archived().await;
    let whole = fs::read(&path).unwrap();
    let mut random = rand::rng();
    let ends = [0, 1, 15, whole.len() - 1, whole.len() - 2, whole.len() - 70];
    let mut refused = 0;
    for turn in 0..200 {
        let at = ends.get(turn).copied().unwrap_or_else(|| random.random_range(0..whole.len()));
        let mut damaged = whole.clone();
        damaged[at] ^= random.random_range(1..=u8::MAX);
        fs::write(&path, &damaged).unwrap();
        assert!(contents(&path).is_err(), "byte {at}: {} and not {}", damaged[at], whole[at]);
        refused += 1;
    }
    println!("{refused} of 200 flipped bytes refused, in {} bytes", whole.len());
}

#[tokio::test]
async fn a_file_that_is_cut_short_or_goes_on_is_refused() {
    let (_folder, path) = archived().await;
    let whole = fs::read(&path).unwrap();
    let last = whole.len() - 1 - whole.iter().rev().skip(1).position(|byte| *byte == b'\n').unwrap();
    let mut random = rand::rng();
    let lengths = (0..40).map(|_| random.random_range(0..whole.len())).chain([0, last, whole.len() - 1]);
    for length in lengths {
        fs::write(&path, &whole[..length]).unwrap();
        assert!(contents(&path).is_err(), "{length} of {} bytes", whole.len());
    }
    fs::write(&path, [&whole[..], b"\n"].concat()).unwrap();
    assert!(contents(&path).unwrap_err().to_string().contains("it goes on after its end"));
    fs::write(&path, "{\"crm_archive\":2,\"columns\":[]}\n").unwrap();
    assert!(contents(&path).unwrap_err().to_string().contains("a newer version reads"));
}

#[tokio::test]
async fn a_store_that_was_filled_from_a_damaged_file_stays_marked() {
    let (_folder, path) = archived().await;
    let mut damaged = fs::read(&path).unwrap();
    let middle = damaged.len() / 2;
    damaged[middle] ^= 1;
    fs::write(&path, &damaged).unwrap();
    let into: Arc<dyn Archive> = SqliteStore::memory(Arc::new(Mirror::empty())).unwrap();
    assert!(!carried(&file(&path), &into, 7).await);
    assert_eq!(into.unfinished_import().await.unwrap(), Some(arrival(7)));
}
