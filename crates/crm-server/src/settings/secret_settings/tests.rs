//! All settings, one by one: what is secret of them is in no text, and in no file that others can read.

use std::fmt::Write as _;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use ::secrecy::ExposeSecret;
use tempfile::TempDir;

use super::*;
use crate::settings::{LoadOptions, listing, tree};

/// What is looked for in every text.
const MARKER: &str = "pLant3d-M4rker-0123456789-abcdefghijklmnop";
const LONG: &str = "q8Zr0m1u5V0kz9yJx3nT7cWb2LhE6sDg4fPaRoUiYw==";
const OTHER: &str = "Nn2c4Vt6Yb8Mu0Lo1Ki3Ju5Hy7Gt9Fr2De4Sw6Aq8Zx=";

fn all_settings() -> Vec<String> {
    let mut all = Vec::new();
    tree::leaves(&layers::compiled_defaults(), "", &mut |key, _| all.push(key.to_owned()));
    all
}

/// Values of a setting that hold the marker: good ones, and ones that fail each in its own way.
fn planted(secrecy: Secrecy) -> Vec<String> {
    let text = |text: &str| format!("\"{text}\"");
    let wrong_types =
        [format!("[\"{MARKER}\"]"), format!("{{ {MARKER} = \"{MARKER}\" }}"), MARKER.to_owned()];
    let texts = match secrecy {
        Secrecy::Whole => vec![MARKER.to_owned(), MARKER.chars().take(20).collect()],
        Secrecy::StoreUrl => vec![
            format!("mongodb://root:{MARKER}@db.example/crm?replicaSet=rs0"),
            format!("mongodb+srv://{MARKER}:x@db.example/crm"),
            format!("mongodb://db.example/crm?tlsCertificateKeyFilePassword={MARKER}"),
            format!("mongodb://root:{MARKER}@"),
            format!("mongodb:///{MARKER}"),
            format!("mongodb://root:{MARKER}@db.example:port/crm"),
            format!("postgres://root:{MARKER}@db.example/crm"),
            MARKER.to_owned(),
        ],
    };
    texts.iter().map(|value| text(value)).chain(wrong_types).collect()
}

/// A working folder with this text in its settings file.
fn place(key: &str, value: &str) -> TempDir {
    let folder = TempDir::new().unwrap();
    let (section, name) = key.rsplit_once('.').unwrap();
    fs::create_dir(folder.path().join("config")).unwrap();
    fs::write(folder.path().join("config/default.toml"), format!("[{section}]\n{name} = {value}\n")).unwrap();
    folder
}

fn options(folder: &Path, env: &[(&str, &str)]) -> LoadOptions<Vec<(String, String)>> {
    let env = env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    LoadOptions { config_file: None, env, cwd: folder.to_owned() }
}

/// Everything that is said of these settings: listing, errors, and what debugging shows.
fn said(folder: &Path, env: &[(&str, &str)]) -> String {
    let mut said = format!("{:?}\n", options(folder, env));
    match listing::list(options(folder, env)) {
        Ok(text) => said.push_str(&text),
        Err(error) => writeln!(said, "{error} {error:?}").unwrap(),
    }
    let strict = [env, &[("NODE_ENV", "production")]].concat();
    for loaded in [
        Settings::load(options(folder, env)),
        Settings::load_for_serving(options(folder, env)),
        Settings::load_for_serving(options(folder, &strict)),
    ] {
        match loaded {
            Ok(settings) => writeln!(said, "{settings:?} {}", settings.store.url).unwrap(),
            Err(error) => writeln!(said, "{error} {error:?}").unwrap(),
        }
    }
    let layers = layers::collect(None, options(folder, env).env, folder, &mut Vec::new());
    writeln!(said, "{:?}", layers.stack).unwrap();
    said
}

#[test]
fn every_setting_that_sounds_secret_is_of_a_secret_type() {
    let keys = keys().unwrap();
    for key in ["auth.access_secret", "auth.refresh_secret", "auth.audit_secret", "store.url"] {
        assert!(keys.contains_key(key), "{key} is not in {keys:?}");
    }
    let sounds_secret = |key: &String| ["secret", "password", "token"].iter().any(|word| key.ends_with(word));
    for key in all_settings().iter().filter(|key| sounds_secret(key)) {
        assert!(keys.contains_key(key), "{key} is not in {keys:?}");
    }
    assert!(keys.keys().all(|key| all_settings().contains(key)));
}

#[test]
fn no_text_shows_the_value_of_a_secret_setting_right_or_wrong() {
    let (mut tried, mut shown) = (0, 0);
    for key in all_settings() {
        let Some(secrecy) = of(&key) else {
            // What is not secret is quoted where it is wrong: the texts that are looked at are the right ones.
            let folder = place(&key, &format!("\"{MARKER}\""));
            shown += usize::from(said(folder.path(), &[]).contains(MARKER));
            continue;
        };
        let variable = format!("CRM__{}", key.to_uppercase().replace('.', "__"));
        for value in planted(secrecy) {
            let folder = place(&key, &value);
            let in_file = said(folder.path(), &[]);
            let bare = value.trim_matches('"');
            let in_environment = said(TempDir::new().unwrap().path(), &[(&variable, bare)]);
            fs::write(folder.path().join(".env"), format!("{variable}='{bare}'\nBROKEN {MARKER}\n")).unwrap();
            for text in [in_file, in_environment, said(folder.path(), &[])] {
                assert!(!text.contains(&MARKER[..20]), "{key} = {value}: {text}");
            }
            tried += 3;
        }
    }
    assert!(tried > 50 && shown > 10, "{tried} {shown}");
}

#[test]
fn a_file_with_any_secret_setting_is_refused_in_production_if_others_can_read_it() {
    let good = [("NODE_ENV", "production"), ("JWT_ACCESS_SECRET", LONG), ("JWT_REFRESH_SECRET", OTHER)];
    let refused = |folder: &Path, name: &str, mode: u32| {
        fs::set_permissions(folder.join(name), Permissions::from_mode(mode)).unwrap();
        let loaded = Settings::load_for_serving(options(folder, &good));
        loaded.is_err_and(|error| {
            error.to_string().contains(&format!("{name}: holds a secret and can be read"))
        })
    };
    let mut tried = 0;
    for key in all_settings() {
        let Some(secrecy) = of(&key) else { continue };
        let value = match secrecy {
            Secrecy::Whole => MARKER.to_owned(),
            Secrecy::StoreUrl => format!("mongodb://root:{MARKER}@db.example/crm"),
        };
        let folder = place(&key, &format!("\"{value}\""));
        // In one file after the other; a stronger layer may have another value.
        assert!(refused(folder.path(), "config/default.toml", 0o644), "{key}");
        assert!(!refused(folder.path(), "config/default.toml", 0o600), "{key}");
        let variable = format!("CRM__{}", key.to_uppercase().replace('.', "__"));
        fs::write(folder.path().join(".env"), format!("{variable}='{value}'\n")).unwrap();
        assert!(refused(folder.path(), ".env", 0o604), "{key}");
        assert!(!refused(folder.path(), ".env", 0o600), "{key}");
        tried += 1;
    }
    assert!(tried >= 4);
    let open = place("store.url", "\"mongodb://db.example/crm?replicaSet=rs0\"");
    assert!(!refused(open.path(), "config/default.toml", 0o644), "it holds no secret");
}

#[test]
fn a_secret_is_read_as_it_is_written() {
    let folder = place("auth.audit_secret", &format!("\" {MARKER} \""));
    let settings = Settings::load(options(folder.path(), &[])).unwrap();
    assert_eq!(settings.auth.audit_secret.unwrap().expose_secret(), format!(" {MARKER} "));
}
