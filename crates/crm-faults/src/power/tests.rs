use super::*;

/// A line of a journal as the library writes it.
fn line(kind: u32, file: u32, offset: u64, old_size: u64, old: &[u8], new: &[u8]) -> Vec<u8> {
    let mut bytes = [kind.to_ne_bytes(), file.to_ne_bytes()].concat();
    for number in [offset, old_size, old.len() as u64, new.len() as u64] {
        bytes.extend(number.to_ne_bytes());
    }
    bytes.extend(old);
    bytes.extend(new);
    bytes
}

/// A store of these bytes with this journal, after the power went.
fn after(now: &[u8], journal: &[Vec<u8>], mode: Mode, seed: u64) -> (Vec<u8>, Taken) {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("crm.db");
    std::fs::write(&store, now).unwrap();
    std::fs::write(folder.path().join("journal"), journal.concat()).unwrap();
    let taken = goes(&store, folder.path(), mode, &mut Chance::of(seed, "power")).unwrap();
    (std::fs::read(&store).unwrap(), taken)
}

#[test]
fn what_no_sync_covers_is_taken_back_and_the_rest_stays() {
    let journal = [
        line(1, 1, 0, 0, b"", b"aaaa"),
        line(3, 1, 0, 0, b"", b""),
        line(1, 1, 2, 4, b"aa", b"bbbb"),
        line(2, 1, 3, 6, b"bbb", b""),
    ];
    let (now, taken) = after(b"aab", &journal, Mode::All, 1);
    assert_eq!(now, b"aaaa");
    assert_eq!(taken, Taken { pending: 2, lost: 2, torn: 0 });
}

#[test]
fn a_line_that_is_cut_off_was_not_begun() {
    let mut cut = line(1, 1, 0, 4, b"aaaa", b"cccc");
    cut.pop();
    let journal = [line(1, 1, 0, 4, b"aaaa", b"bbbb"), cut];
    assert_eq!(
        after(b"bbbb", &journal, Mode::All, 1),
        (b"aaaa".to_vec(), Taken { pending: 1, lost: 1, torn: 0 })
    );
}

#[test]
fn half_of_it_is_lost_whatever_its_order() {
    let journal: Vec<_> = (0..64).map(|at| line(1, 1, at, 64, b"a", b"b")).collect();
    let (now, taken) = after(&[b'b'; 64], &journal, Mode::Half, 3);
    let lost = now.split(|byte| *byte == b'a').count() as u64 - 1;
    assert_eq!((taken.pending, taken.lost, taken.torn), (64, lost, 0));
    assert!((16..48).contains(&lost), "{lost}");
}

#[test]
fn a_torn_write_ends_or_begins_at_a_sector() {
    let (old, new) = (vec![b'a'; 2_048], vec![b'b'; 2_048]);
    let mut torn = 0;
    for seed in 0..64 {
        let (now, taken) = after(&new, &[line(1, 1, 0, 2_048, &old, &new)], Mode::Torn, seed);
        let kept = now.split(|byte| *byte == b'b').count() - 1;
        assert_eq!(kept % 512, 0);
        assert_eq!(taken.torn == 1, (1..2_048).contains(&kept));
        torn += taken.torn;
    }
    assert!(torn > 8, "{torn}");
}

#[test]
fn a_file_that_was_made_or_removed_is_so_once_its_folder_is_synced() {
    let folder = tempfile::tempdir().unwrap();
    let (store, log) = (folder.path().join("crm.db"), folder.path().join("crm.db-wal"));
    for (synced, is_there) in [(false, [true, false]), (true, [false, true])] {
        std::fs::write(&log, "log").unwrap();
        std::fs::remove_file(&store).ok();
        std::fs::write(folder.path().join("removed-0"), "store").unwrap();
        let mut journal = [line(5, 1, 0, 0, b"", b""), line(4, 2, 0, 0, b"", b"")].concat();
        if synced {
            journal.extend(line(6, 4, 0, 0, b"", b""));
        }
        std::fs::write(folder.path().join("journal"), journal).unwrap();
        goes(&store, folder.path(), Mode::All, &mut Chance::of(1, "power")).unwrap();
        assert_eq!([store.exists(), log.exists()], is_there);
    }
}
