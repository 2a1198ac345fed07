//! What is read from a file of keys, and who may read it.

use std::os::unix::fs::PermissionsExt;

use tempfile::TempDir;

use super::*;

const GOOD: &str = r#"{ "keys": [ {
  "kid": "one", "alg": "HS256", "created": "2026-11-25T00:00:00Z", "signs_from": "2026-11-25T00:01:00Z",
  "secret": "hush-hush-hush-hush-hush-hush-hush"
} ] }"#;

fn held(text: &str) -> (TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys.json");
    fs::write(&path, text).unwrap();
    mode(&path, 0o600);
    (folder, path)
}

fn mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// Why it is refused, with its causes.
fn refusal(text: &str) -> String {
    let (_folder, path) = held(text);
    crate::command_error::with_causes(&read(&path).unwrap_err())
}

#[test]
fn what_was_written_is_read_and_is_for_its_owner_only() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys.json");
    let at = Timestamp::from_millis(1_800_000_000_123).unwrap();
    let keys = [AccessKey::of("s".repeat(32).into(), at, at), AccessKey::of("t".repeat(32).into(), at, at)];
    for _ in 0..2 {
        write(&path, &keys).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let read = read(&path).unwrap();
        let shown = |keys: &[AccessKey]| {
            let all = keys.iter().map(|key| {
                let secret = key.secret.expose_secret().to_owned();
                (key.kid.clone(), secret, key.created_at, key.signs_from)
            });
            all.collect::<Vec<_>>()
        };
        assert_eq!(shown(&read), shown(&keys));
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
}

#[test]
fn a_file_that_others_can_read_or_change_is_refused_and_not_replaced() {
    let (_folder, path) = held(GOOD);
    let keys = read(&path).unwrap();
    for open in [0o644, 0o604, 0o660, 0o602] {
        mode(&path, open);
        assert!(matches!(read(&path), Err(KeyFileError::Open(_))), "{open:o}");
        assert!(matches!(write(&path, &keys), Err(KeyFileError::Open(_))), "{open:o}");
    }
}

#[test]
fn a_file_that_is_not_there_or_no_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(read(&folder.path().join("keys.json")), Err(KeyFileError::Missing)));
    assert!(matches!(read(folder.path()), Err(KeyFileError::NotPlain)));
}

#[test]
fn a_file_that_is_wrong_is_refused_without_showing_what_stands_in_it() {
    for (right, wrong, told) in [
        (r#""alg": "HS256""#, r#""alg": "none""#, "the key one has an algorithm other than HS256"),
        ("2026-11-25T00:00:00Z", "hush", "the key one has a moment that is none"),
        (
            "hush-hush-hush-hush-hush-hush-hush",
            "hush",
            "its keys cannot be used: a key's secret is shorter than 32 bytes",
        ),
        (r#""kid": "one""#, r#""kid": "o n e""#, "a key's id must be 1 to 64 letters"),
        (r#""kid": "one", "#, "", "line 4 is not as it should be"),
        (r#""kid": "one""#, r#""kid": "one", "hush": 1"#, "line 2 is not as it should be"),
        (r#""hush-hush-hush-hush-hush-hush-hush""#, "12345", "line 3 is not as it should be"),
        (GOOD, r#"{ "keys": [] }"#, "there is no key"),
        (GOOD, "hush", "line 1 is not as it should be"),
    ] {
        let text = GOOD.replace(right, wrong);
        assert_ne!(text, GOOD);
        let refusal = refusal(&text);
        assert!(refusal.contains(told) && !refusal.contains("hush"), "{refusal}");
    }
}
