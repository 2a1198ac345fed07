//! Where secrets come from, in development and elsewhere.

use std::fs;
use std::path::Path;
use std::sync::Barrier;
use std::thread;

use tempfile::TempDir;

use super::*;
use crate::settings::LoadOptions;

const LONG: &str = "q8Zr0m1u5V0kz9yJx3nT7cWb2LhE6sDg4fPaRoUiYw==";
const OTHER: &str = "Nn2c4Vt6Yb8Mu0Lo1Ki3Ju5Hy7Gt9Fr2De4Sw6Aq8Zx=";

fn start(folder: &Path, env: &[(&str, &str)]) -> Result<Secrets, SettingsError> {
    let env = env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let options = LoadOptions { config_file: None, env, cwd: folder.to_owned() };
    Secrets::find_or_make(&Settings::load_for_serving(options)?)
}

fn access(secrets: &Secrets) -> &str {
    match &secrets.access {
        AccessSecrets::One(secret) => secret.expose_secret(),
        AccessSecrets::File(_) => panic!("{secrets:?}"),
    }
}

fn shown(secrets: &Secrets) -> (String, String) {
    (access(secrets).to_owned(), secrets.refresh.expose_secret().to_owned())
}

#[test]
fn in_development_secrets_are_made_once_and_used_again() {
    let folder = TempDir::new().unwrap();
    let first = start(folder.path(), &[]).unwrap();
    let second = start(folder.path(), &[]).unwrap();
    assert_eq!(shown(&first), shown(&second));
    assert_ne!(access(&first), first.refresh.expose_secret());
    assert_eq!(STANDARD.decode(access(&first)).unwrap().len(), 32);
}

#[cfg(unix)]
#[test]
fn kept_secrets_are_for_their_owners_eyes_only() {
    use std::os::unix::fs::PermissionsExt;
    let folder = TempDir::new().unwrap();
    start(folder.path(), &[]).unwrap();
    let file = folder.path().join("data/secrets.toml");
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);

    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    let text = start(folder.path(), &[]).unwrap_err().to_string();
    assert!(text.contains("can be read by others; run `chmod 600"), "{text}");
}

#[cfg(unix)]
#[test]
fn a_link_in_the_place_of_kept_secrets_is_not_followed() {
    let folder = TempDir::new().unwrap();
    fs::create_dir(folder.path().join("data")).unwrap();
    std::os::unix::fs::symlink("/dev/null", folder.path().join("data/secrets.toml")).unwrap();
    let text = start(folder.path(), &[]).unwrap_err().to_string();
    assert!(text.contains("must be a plain file"), "{text}");
}

#[test]
fn a_broken_file_of_secrets_is_named_and_never_replaced_in_silence() {
    let folder = TempDir::new().unwrap();
    start(folder.path(), &[]).unwrap();
    let file = folder.path().join("data/secrets.toml");
    fs::write(&file, "access_secret = \"hunter2\"\n").unwrap();
    let text = start(folder.path(), &[]).unwrap_err().to_string();
    assert!(text.contains("secrets.toml: holds no two whole secrets"), "{text}");
    assert!(!text.contains("hunter2"), "{text}");
}

#[test]
fn of_servers_that_start_at_once_all_use_the_same_secrets() {
    for _ in 0..20 {
        let folder = TempDir::new().unwrap();
        let barrier = Barrier::new(4);
        let seen: Vec<_> = thread::scope(|scope| {
            let starts: Vec<_> = (0..4)
                .map(|_| {
                    scope.spawn(|| {
                        barrier.wait();
                        shown(&start(folder.path(), &[]).unwrap())
                    })
                })
                .collect();
            starts.into_iter().map(|start| start.join().unwrap()).collect()
        });
        assert!(seen.iter().all(|secrets| *secrets == seen[0]), "{seen:?}");
    }
}

#[test]
fn a_secret_given_stands_beside_one_that_is_made() {
    let folder = TempDir::new().unwrap();
    let secrets = start(folder.path(), &[("JWT_ACCESS_SECRET", LONG)]).unwrap();
    assert_eq!(access(&secrets), LONG);
    assert_eq!(STANDARD.decode(secrets.refresh.expose_secret()).unwrap().len(), 32);
}

#[test]
fn with_both_given_nothing_is_written() {
    let folder = TempDir::new().unwrap();
    start(folder.path(), &[("JWT_ACCESS_SECRET", LONG), ("JWT_REFRESH_SECRET", OTHER)]).unwrap();
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_store_in_memory_has_secrets_that_nothing_keeps() {
    let folder = TempDir::new().unwrap();
    let env = [("CRM__STORE__URL", "sqlite://:memory:")];
    assert_ne!(shown(&start(folder.path(), &env).unwrap()), shown(&start(folder.path(), &env).unwrap()));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn production_makes_nothing_up_and_takes_nothing_weak() {
    let folder = TempDir::new().unwrap();
    let sample = "change-me-to-at-least-32-random-bytes-access";
    for (access, refresh, complaints) in [
        ("", "", vec!["auth.access_secret: is missing", "auth.refresh_secret: is missing"]),
        (
            "changeme",
            "short",
            vec!["auth.access_secret: looks like a sample", "auth.refresh_secret: is shorter"],
        ),
        (sample, OTHER, vec!["auth.access_secret: looks like a sample"]),
        (LONG, LONG, vec!["auth.refresh_secret: must differ"]),
    ] {
        let env =
            [("NODE_ENV", "production"), ("JWT_ACCESS_SECRET", access), ("JWT_REFRESH_SECRET", refresh)];
        let text = start(folder.path(), &env).unwrap_err().to_string();
        for complaint in complaints {
            assert!(text.contains(complaint), "{text}");
        }
        assert!(![sample, LONG, "changeme"].iter().any(|secret| text.contains(secret)), "{text}");
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    let env = [("NODE_ENV", "production"), ("JWT_ACCESS_SECRET", LONG), ("JWT_REFRESH_SECRET", OTHER)];
    assert!(start(folder.path(), &env).is_ok());
}
