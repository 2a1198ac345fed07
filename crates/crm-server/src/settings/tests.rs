//! Loading as a whole: which layer wins, and what a person reads when something is wrong.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use insta::assert_snapshot;
use secrecy::ExposeSecret;
use tempfile::TempDir;

use super::*;
use crate::settings::sections::LogFormat;
use crate::settings::store_url::StoreUrl;

/// A working folder of a test's own and the variables it is started with.
struct Place {
    folder: TempDir,
    given: Option<PathBuf>,
}

impl Place {
    fn new() -> Self {
        Self { folder: TempDir::new().unwrap(), given: None }
    }

    fn file(self, name: &str, text: &str) -> Self {
        let path = self.folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self
    }

    fn given(mut self, name: &str) -> Self {
        self.given = Some(name.into());
        self
    }

    fn options(&self, env: &[(&str, &str)]) -> LoadOptions<Vec<(String, String)>> {
        LoadOptions {
            config_file: self.given.clone(),
            env: env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            cwd: self.folder.path().to_owned(),
        }
    }

    fn load(&self, env: &[(&str, &str)]) -> Settings {
        Settings::load(self.options(env)).unwrap()
    }

    fn refusal(&self, env: &[(&str, &str)]) -> String {
        let text = Settings::load(self.options(env)).unwrap_err().to_string();
        text.replace(&self.folder.path().display().to_string(), "<folder>")
    }
}

const ACCESS: &str = "q8Zr0m1u5V0kz9yJx3nT7cWb2LhE6sDg4fPaRoUiYw==";
const REFRESH: &str = "Nn2c4Vt6Yb8Mu0Lo1Ki3Ju5Hy7Gt9Fr2De4Sw6Aq8Zx=";

#[test]
fn a_bare_machine_gets_the_defaults() {
    let settings = Place::new().load(&[]);
    assert_eq!(settings.environment, Environment::Development);
    assert_eq!(settings.server.host.to_string(), "127.0.0.1");
    assert_eq!(settings.server.port, 3000);
    assert_eq!(settings.server.public_url, None);
    assert_eq!(settings.auth.access_ttl, Duration::from_mins(15));
    assert_eq!(settings.auth.refresh_ttl, Duration::from_hours(168));
    assert_eq!(settings.log.format, LogFormat::Auto);
    assert!(settings.auth.access_secret.is_none());
}

#[test]
fn each_layer_wins_over_the_one_before_it() {
    let place = Place::new();
    assert_eq!(place.load(&[]).server.keep_alive_s, 75);
    let place = place.file("config/default.toml", "[server]\nkeep_alive_s = 1\nport = 1\n");
    assert_eq!(place.load(&[]).server.keep_alive_s, 1);
    let place = place.file("config/development.toml", "[server]\nkeep_alive_s = 2\n");
    assert_eq!(place.load(&[]).server.keep_alive_s, 2);
    let place = place.file("mine.toml", "[server]\nkeep_alive_s = 3\n").given("mine.toml");
    assert_eq!(place.load(&[]).server.keep_alive_s, 3);
    let place = place.file(".env", "CRM__SERVER__KEEP_ALIVE_S=4\n");
    assert_eq!(place.load(&[]).server.keep_alive_s, 4);
    let settings = place.load(&[("CRM__SERVER__KEEP_ALIVE_S", "5")]);
    assert_eq!(settings.server.keep_alive_s, 5);
    assert_eq!(settings.server.port, 1, "what no later layer says stays");
}

#[test]
fn production_has_defaults_of_its_own_that_a_file_overrides() {
    let place = Place::new();
    let env = [("NODE_ENV", "production")];
    assert_eq!(place.load(&env).server.host.to_string(), "127.0.0.1", "nobody is let in by default");
    assert_eq!(place.load(&env).metrics.listen, Some("127.0.0.1:9464".parse().unwrap()));
    let place = place.file("config/production.toml", "[server]\nhost = \"10.1.2.3\"\n");
    assert_eq!(place.load(&env).server.host.to_string(), "10.1.2.3");
    assert_eq!(place.load(&env).log.format, LogFormat::Json);
}

#[test]
fn the_names_of_the_node_backend_are_understood() {
    let settings = Place::new().load(&[
        ("PORT", "8080"),
        ("JWT_ACCESS_SECRET", ACCESS),
        ("JWT_REFRESH_SECRET", REFRESH),
        ("JWT_ACCESS_EXPIRES", "1h30m"),
        ("JWT_REFRESH_EXPIRES", "30d"),
        ("CORS_ORIGIN", "http://localhost:5173, https://crm.example.com"),
        ("NODE_ENV", "test"),
    ]);
    assert_eq!(settings.environment, Environment::Test);
    assert_eq!(settings.server.port, 8080);
    assert_eq!(settings.auth.access_secret.unwrap().expose_secret(), ACCESS);
    assert_eq!(settings.auth.refresh_secret.unwrap().expose_secret(), REFRESH);
    assert_eq!(settings.auth.access_ttl, Duration::from_mins(90));
    assert_eq!(settings.auth.refresh_ttl, Duration::from_hours(720));
    assert_eq!(settings.cors.origins, ["http://localhost:5173", "https://crm.example.com"]);
}

#[test]
fn two_names_of_one_setting_with_different_values_in_one_layer_are_refused() {
    let twice = "PORT=8080\nPORT=9090\nMONGODB_URI=mongodb://u:hunter2@db/crm\nCRM__STORE__URL=sqlite://data/crm.db\n";
    let place = Place::new().file(".env", twice);
    assert_snapshot!(place.refusal(&[]), @"
    2 bad settings:
      server.port: has two different values: PORT is given twice (.env)
      store.url: has two names with different values: CRM__STORE__URL and MONGODB_URI; keep one of them (.env)
    ");
    let text = Place::new().refusal(&[
        ("CRM__AUTH__ACCESS_SECRET", "hunter2"),
        ("JWT_ACCESS_SECRET", "hunter3"),
        ("CRM__ENVIRONMENT", "production"),
        ("NODE_ENV", "development"),
        ("CRM__SERVER__PORT", "9090"),
        ("CRM__Server__Port", "8080"),
    ]);
    assert_snapshot!(text, @"
    3 bad settings:
      auth.access_secret: has two names with different values: CRM__AUTH__ACCESS_SECRET and JWT_ACCESS_SECRET; keep one of them (the environment)
      environment: has two names with different values: CRM__ENVIRONMENT and NODE_ENV; keep one of them (the environment)
      server.port: has two names with different values: CRM__SERVER__PORT and CRM__Server__Port; keep one of them (the environment)
    ");
}

#[test]
fn two_names_of_one_setting_with_one_value_are_taken() {
    let place = Place::new().file(".env", "PORT=8080\nCRM__SERVER__PORT=8080\nPORT=8080\n");
    assert_eq!(place.load(&[]).server.port, 8080);
    let settings = place.load(&[("PORT", ""), ("CRM__SERVER__PORT", "9090")]);
    assert_eq!(settings.server.port, 9090, "a stronger layer wins, and an empty variable is as absent");
}

#[test]
fn the_process_wins_over_the_env_file_whatever_the_names() {
    let place =
        Place::new().file(".env", "NODE_ENV=production\nCRM__SERVER__PORT=9090\nCORS_ORIGIN=http://a\n");
    let settings = place.load(&[("PORT", "8080"), ("NODE_ENV", "development")]);
    assert_eq!(settings.server.port, 8080);
    assert_eq!(settings.environment, Environment::Development);
    assert_eq!(settings.cors.origins, ["http://a"]);
}

#[test]
fn an_empty_variable_is_as_absent() {
    let settings = Place::new().load(&[("PORT", ""), ("JWT_ACCESS_SECRET", " "), ("NODE_ENV", "")]);
    assert_eq!(settings.server.port, 3000);
    assert!(settings.auth.access_secret.is_none());
}

#[test]
fn a_secret_of_digits_keeps_its_zeros() {
    let digits = "00123456789001234567890012345678900";
    let settings = Place::new().load(&[("JWT_ACCESS_SECRET", digits)]);
    assert_eq!(settings.auth.access_secret.unwrap().expose_secret(), digits);
}

#[test]
fn a_list_in_a_later_layer_replaces_the_earlier_one() {
    let place = Place::new()
        .file("config/default.toml", "[cors]\norigins = [\"http://a\", \"http://b\"]\n")
        .file("config/development.toml", "[cors]\norigins = [\"http://c\"]\n");
    assert_eq!(place.load(&[]).cors.origins, ["http://c"]);
}

#[test]
fn a_relative_store_lies_in_the_working_folder() {
    let place = Place::new();
    let expected = place.folder.path().join("data/crm.db");
    assert_eq!(place.load(&[]).store.url, StoreUrl::File(expected));
}

#[test]
fn an_unknown_key_is_named_with_the_one_that_was_perhaps_meant() {
    let place =
        Place::new().file("config/default.toml", "port = 1\n[sever]\nhost = \"::\"\n[log]\ncolour = true\n");
    assert_snapshot!(place.refusal(&[("CRM__AUTH__ARGON2__MEMORY", "1"), ("CRM__SERVER__PROT", "1")]), @r#"
    5 bad settings:
      auth.argon2.memory: is no setting; did you mean auth.argon2.memory_kib? (CRM__AUTH__ARGON2__MEMORY in the environment)
      log.colour: is no setting (<folder>/config/default.toml)
      port: is no setting; did you mean server.port? (<folder>/config/default.toml)
      server.prot: is no setting; did you mean server.port? (CRM__SERVER__PROT in the environment)
      sever.host: is no setting; did you mean server.host? (<folder>/config/default.toml)
    "#);
}

#[test]
fn every_bad_value_is_named_at_once_with_its_place() {
    let place = Place::new().file(
        "config/default.toml",
        "[server]\nworkers = 1.5\nrequest_timeout_s = true\n[rate_limit]\nenabled = \"maybe\"\n[log]\nlevel = \"loud\"\n\
         [metrics]\nlisten = \"9464\"\n[auth.argon2]\nmemory_kib = 8192\n",
    );
    let env = [
        ("PORT", "70000"),
        ("CRM__SERVER__KEEP_ALIVE_S", "0"),
        ("CRM__WORKSPACE__TIMEZONE", "Berlin"),
        ("JWT_ACCESS_EXPIRES", "soon"),
        ("JWT_REFRESH_EXPIRES", "5m"),
        ("CORS_ORIGIN", "*"),
        ("CRM__SERVER__TRUSTED_PROXIES", "10.0.0.0/8,proxy"),
    ];
    assert_snapshot!(place.refusal(&env), @r#"
    13 bad settings:
      auth.access_ttl: must be a span such as 15m, 7d, 1h30m or a number of seconds, not "soon" (JWT_ACCESS_EXPIRES in the environment)
      auth.argon2.iterations: must be at least 5 with auth.argon2.memory_kib = 8192, not 2 (the default)
      auth.refresh_ttl: must not be shorter than auth.access_ttl, not "5m" (JWT_REFRESH_EXPIRES in the environment)
      cors.origins: each must be an origin such as https://crm.example.com, with no path, no final slash and no *, not "*" (CORS_ORIGIN in the environment)
      log.level: must be a level such as info, or levels by module such as info,crm_http=debug, not "loud" (<folder>/config/default.toml)
      metrics.listen: must be an address with a port, such as 127.0.0.1:9464, not "9464" (<folder>/config/default.toml)
      rate_limit.enabled: must be true or false, not "maybe" (<folder>/config/default.toml)
      server.keep_alive_s: must be from 1 to 3600, not "0" (CRM__SERVER__KEEP_ALIVE_S in the environment)
      server.port: must be a whole number from 0 to 65535, not "70000" (PORT in the environment)
      server.request_timeout_s: must be a whole number, not true (<folder>/config/default.toml)
      server.trusted_proxies: each must be an address, a block such as 10.0.0.0/8, or private, not "10.0.0.0/8,proxy" (CRM__SERVER__TRUSTED_PROXIES in the environment)
      server.workers: must be a whole number, not 1.5 (<folder>/config/default.toml)
      workspace.timezone: must be an IANA time zone such as Europe/Berlin, not "Berlin" (CRM__WORKSPACE__TIMEZONE in the environment)
    "#);
}

#[test]
fn one_problem_is_one_line() {
    assert_snapshot!(Place::new().refusal(&[("PORT", "http")]), @r#"bad setting server.port: must be a whole number from 0 to 65535, not "http" (PORT in the environment)"#);
}

#[test]
fn a_section_is_no_setting_and_a_setting_no_section() {
    let place = Place::new().file("config/default.toml", "auth = \"hunter2\"\n[server.port]\nnumber = 1\n");
    assert_snapshot!(place.refusal(&[]), @r#"
    2 bad settings:
      auth: is a section, not a setting (<folder>/config/default.toml)
      server.port: is a setting, not a section (<folder>/config/default.toml)
    "#);
}

#[test]
fn a_mongodb_address_without_a_host_is_refused_and_its_password_is_not_shown() {
    let text = Place::new().refusal(&[("MONGODB_URI", "mongodb://root:hunter2@/crm")]);
    assert_snapshot!(text, @"bad setting store.url: must name a host, such as mongodb://127.0.0.1:27017/crm?replicaSet=rs0 (MONGODB_URI in the environment)");
}

#[test]
fn secrets_are_kept_in_the_working_folder_where_the_data_is_on_a_mongodb() {
    let place = Place::new();
    let kept = |url| place.load(&[("MONGODB_URI", url)]).secrets_folder;
    assert_eq!(kept("mongodb://db/crm"), Some(place.folder.path().join("data")));
    assert_eq!(kept("sqlite://elsewhere/crm.db"), Some(place.folder.path().join("elsewhere")));
    assert_eq!(kept("sqlite://:memory:"), None);
}

#[test]
fn a_name_with_one_underscore_too_few_is_not_passed_over() {
    assert_snapshot!(Place::new().refusal(&[("CRM_SERVER__PORT", "1"), ("CRM_PORT", "tcp://10.0.0.1")]), @"bad setting CRM_SERVER__PORT: is no setting; did you mean CRM__SERVER__PORT? (CRM_SERVER__PORT in the environment)");
}

#[test]
fn a_file_that_cannot_be_read_is_named_and_never_quoted() {
    let place = Place::new()
        .file("config/default.toml", "[auth]\naccess_secret = \"hunter2\n")
        .file(".env", "PORT=1\nJWT_ACCESS_SECRET='hunter2\n")
        .given("nowhere.toml");
    let text = place.refusal(&[]);
    assert!(!text.contains("hunter2"), "{text}");
    assert_snapshot!(text, @r#"
    3 bad settings:
      .env line 2: must look like NAME=value, with quotes around a value that has spaces or a dollar sign
      <folder>/config/default.toml: TOML parse error at line 2, column 25: invalid basic string, expected `"`
      <folder>/nowhere.toml: there is no such file
    "#);
}

#[test]
fn an_environment_without_its_file_is_refused() {
    assert_snapshot!(Place::new().refusal(&[("NODE_ENV", "staging")]), @"bad setting environment: there is no config/staging.toml");
    let place = Place::new().file("config/staging.toml", "[server]\nport = 1\n");
    assert_eq!(place.load(&[("CRM__ENVIRONMENT", "staging")]).server.port, 1);
}

#[test]
fn no_text_about_settings_shows_a_secret() {
    let place = Place::new().file("mine.toml", "[auth]\naccess_secret = [\"hunter2\"]\n").given("mine.toml");
    assert!(!place.refusal(&[("JWT_REFRESH_SECRET", "hunter3")]).contains("hunter"));
    let settings = Place::new().load(&[("JWT_ACCESS_SECRET", ACCESS), ("JWT_REFRESH_SECRET", REFRESH)]);
    let text = format!("{settings:?}");
    assert!(!text.contains(ACCESS) && !text.contains(REFRESH), "{text}");
}

#[test]
fn production_names_all_missing_secrets_beside_all_else() {
    let place = Place::new();
    let options = place.options(&[("NODE_ENV", "production"), ("PORT", "x")]);
    assert_snapshot!(Settings::load_for_serving(options).unwrap_err(), @r#"
    3 bad settings:
      auth.access_secret: is missing; set JWT_ACCESS_SECRET, for example to what `openssl rand -base64 48` prints
      auth.refresh_secret: is missing; set JWT_REFRESH_SECRET, for example to what `openssl rand -base64 48` prints
      server.port: must be a whole number from 0 to 65535, not "x" (PORT in the environment)
    "#);
}

/// What a start in production says, with good secrets.
fn production(place: &Place, env: &[(&str, &str)]) -> Result<(), String> {
    let strict = [("NODE_ENV", "production"), ("JWT_ACCESS_SECRET", ACCESS), ("JWT_REFRESH_SECRET", REFRESH)];
    let options = place.options(&[&strict[..], env].concat());
    let started = Settings::load_for_serving(options).map(drop);
    started.map_err(|error| error.to_string().replace(&place.folder.path().display().to_string(), "<folder>"))
}

#[test]
fn production_lets_others_ask_only_by_tls_or_through_a_declared_proxy() {
    let place = Place::new().file("cert.pem", "").file("key.pem", "");
    fs::set_permissions(place.folder.path().join("key.pem"), Permissions::from_mode(0o600)).unwrap();
    let public = ("CRM__SERVER__HOST", "0.0.0.0");
    assert_snapshot!(production(&place, &[public]).unwrap_err(), @"bad setting server.host: lets others than this machine ask in clear at 0.0.0.0; set server.tls.cert_file and server.tls.key_file, or declare the proxy with TLS in front of it: server.behind_proxy = true and server.trusted_proxies");
    let tls = [("CRM__SERVER__TLS__CERT_FILE", "cert.pem"), ("CRM__SERVER__TLS__KEY_FILE", "key.pem")];
    for declared in [
        &[("CRM__SERVER__BEHIND_PROXY", "true"), ("CRM__SERVER__TRUSTED_PROXIES", "private")][..],
        &[("CRM__SERVER__TRUSTED_PROXIES", "10.0.0.0/8")],
        &tls,
    ] {
        assert_eq!(production(&place, &[&[public], declared].concat()), Ok(()), "{declared:?}");
    }
    assert_eq!(production(&place, &[("CRM__SERVER__HOST", "::1")]), Ok(()));
    assert!(production(&place, &[public, ("CRM__SERVER__PUBLIC_URL", "https://a.example")]).is_err());
    assert!(Settings::load_for_serving(place.options(&[public])).is_ok(), "at home it may");
}

#[test]
fn production_refuses_a_proxy_whose_clients_it_cannot_tell_apart() {
    let place = Place::new();
    for host in ["127.0.0.1", "0.0.0.0"] {
        let hidden = [("CRM__SERVER__HOST", host), ("CRM__SERVER__BEHIND_PROXY", "true")];
        let text = production(&place, &hidden).unwrap_err();
        assert!(
            text.starts_with("bad setting server.trusted_proxies: is empty while server.behind_proxy"),
            "{text}"
        );
        assert!(Settings::load_for_serving(place.options(&hidden)).is_ok(), "in development it may");
    }
}

#[test]
fn production_shows_its_docs_only_if_somebody_says_so() {
    let place = Place::new();
    assert!(place.load(&[]).docs.enabled);
    assert!(!place.load(&[("NODE_ENV", "production")]).docs.enabled);
    assert_eq!(production(&place, &[]), Ok(()));
    assert_eq!(production(&place, &[("CRM__DOCS__ENABLED", "true")]), Ok(()));
    // Another strict environment has the defaults of development.
    let place = place.file("config/staging.toml", "[metrics]\nlisten = \"127.0.0.1:9464\"\n");
    let staging = |env: &[(&str, &str)]| {
        let good = [("NODE_ENV", "staging"), ("JWT_ACCESS_SECRET", ACCESS), ("JWT_REFRESH_SECRET", REFRESH)];
        let started = Settings::load_for_serving(place.options(&[&good[..], env].concat()));
        started.map(drop).map_err(|error| error.to_string())
    };
    assert_snapshot!(staging(&[]).unwrap_err(), @"bad setting docs.enabled: must be set: false, or true to show the API document to everybody");
    for decided in ["true", "false"] {
        assert_eq!(staging(&[("CRM__DOCS__ENABLED", decided)]), Ok(()));
    }
}

#[test]
fn private_stands_for_private_networks_beside_others() {
    let server = Place::new().load(&[("CRM__SERVER__TRUSTED_PROXIES", "private, 203.0.113.0/24")]).server;
    for trusted in ["172.18.0.3", "::1", "203.0.113.9"] {
        assert!(server.trusts(trusted.parse().unwrap()), "{trusted}");
    }
    assert!(!server.trusts("198.51.100.7".parse().unwrap()));
}

#[test]
fn production_reaches_a_mongodb_on_another_machine_with_a_user_and_tls_only() {
    let place = Place::new();
    let at = |uri, more: &[(&str, &str)]| production(&place, &[&[("MONGODB_URI", uri)], more].concat());
    assert_snapshot!(at("mongodb://db1,db2/crm", &[]).unwrap_err(), @"bad setting store.url: mongodb://db1,db2/crm names no user: anybody who reaches the server could read and change all records; it has no tls=true: passwords and records would travel in clear; set store.allow_plaintext = true where nobody else is on the network between the two");
    let plain = "mongodb://crm:hunter2@db/crm";
    let text = at(plain, &[]).unwrap_err();
    assert!(
        text.contains("tls=true") && !text.contains("hunter2") && !text.contains("names no user"),
        "{text}"
    );
    let allowed = [("CRM__STORE__ALLOW_PLAINTEXT", "true")];
    assert!(at("mongodb://db/crm", &allowed).unwrap_err().contains("names no user"));
    assert_eq!(at(plain, &allowed), Ok(()));
    for uri in [
        "mongodb://crm:hunter2@db/crm?tls=true",
        "mongodb+srv://crm:hunter2@db/crm",
        "mongodb://127.0.0.1/crm",
    ] {
        assert_eq!(at(uri, &[]), Ok(()), "{uri}");
    }
    let options = place.options(&[("MONGODB_URI", "mongodb://db1,db2/crm")]);
    assert!(Settings::load_for_serving(options).is_ok(), "in development it may");
}

#[test]
fn production_shows_its_metrics_to_other_machines_only_if_somebody_says_so() {
    let listening =
        |listen| Place::new().file("config/production.toml", &format!("[metrics]\nlisten = \"{listen}\"\n"));
    let (route, everywhere) = (listening(""), listening("0.0.0.0:9464"));
    assert_snapshot!(production(&route, &[]).unwrap_err(), @"bad setting metrics.listen: is not set, so that /metrics is served to all clients; set it to an address of this machine, such as 127.0.0.1:9464, or metrics.public = true");
    assert_snapshot!(production(&everywhere, &[]).unwrap_err(), @"bad setting metrics.listen: lets other machines read the metrics at 0.0.0.0:9464; set it to an address of this machine, such as 127.0.0.1:9464, or metrics.public = true");
    for place in [&route, &everywhere] {
        assert_eq!(production(place, &[("CRM__METRICS__PUBLIC", "true")]), Ok(()));
        assert_eq!(production(place, &[("CRM__METRICS__ENABLED", "false")]), Ok(()));
        assert!(Settings::load_for_serving(place.options(&[])).is_ok(), "in development they may be read");
    }
    assert_eq!(production(&listening("[::1]:9464"), &[]), Ok(()));
}

#[test]
fn one_file_of_tls_without_the_other_is_refused_everywhere() {
    let place = Place::new();
    assert_snapshot!(place.refusal(&[("CRM__SERVER__TLS__CERT_FILE", "cert.pem")]), @r#"bad setting server.tls.key_file: must be given together with server.tls.cert_file, not "" (the default)"#);
    assert_snapshot!(place.refusal(&[("CRM__SERVER__TLS__KEY_FILE", "key.pem")]), @r#"bad setting server.tls.cert_file: must be given together with server.tls.key_file, not "" (the default)"#);
}

#[test]
fn production_takes_no_key_and_no_secret_from_a_file_that_others_can_read() {
    let secrets = format!("[auth]\naccess_secret = \"{ACCESS}\"\nrefresh_secret = \"{REFRESH}\"\n");
    let place = Place::new()
        .file("cert.pem", "")
        .file("key.pem", "")
        .file("config/production.toml", &secrets)
        .file(".env", "CRM__SERVER__TLS__CERT_FILE=cert.pem\nCRM__SERVER__TLS__KEY_FILE=key.pem\n");
    let files = ["key.pem", "config/production.toml"].map(|name| place.folder.path().join(name));
    let mode =
        |mode| files.iter().for_each(|file| fs::set_permissions(file, Permissions::from_mode(mode)).unwrap());
    mode(0o644);
    let options = || place.options(&[("NODE_ENV", "production")]);
    let text = Settings::load_for_serving(options()).unwrap_err().to_string();
    assert!(!text.contains(ACCESS) && !text.contains(REFRESH), "{text}");
    assert_snapshot!(text.replace(&place.folder.path().display().to_string(), "<folder>"), @"
    2 bad settings:
      <folder>/config/production.toml: holds a secret and can be read or changed by others; run `chmod 600 <folder>/config/production.toml`
      server.tls.key_file: can be read or changed by others; run `chmod 600 <folder>/key.pem`
    ");
    mode(0o600);
    assert!(Settings::load_for_serving(options()).is_ok());
}

#[test]
fn all_that_is_unfit_for_production_is_told_at_once() {
    let place =
        Place::new().file("cert.pem", "").file("key.pem", "").file(".env", "JWT_ACCESS_SECRET=changeme\n");
    fs::set_permissions(place.folder.path().join("key.pem"), Permissions::from_mode(0o644)).unwrap();
    fs::set_permissions(place.folder.path().join(".env"), Permissions::from_mode(0o644)).unwrap();
    let options = place.options(&[
        ("NODE_ENV", "production"),
        ("JWT_REFRESH_SECRET", "short"),
        ("CORS_ORIGIN", "*"),
        ("CRM__SERVER__HOST", "::"),
        ("CRM__SERVER__TLS__KEY_FILE", "key.pem"),
    ]);
    let text = Settings::load_for_serving(options).unwrap_err().to_string();
    for named in [
        ".env: holds a secret",
        "auth.access_secret: looks like a sample",
        "auth.refresh_secret: is shorter",
        "cors.origins: ",
        "server.host: lets others",
        "server.tls.cert_file: must be given together",
    ] {
        assert!(text.contains(named), "{named} is not in {text}");
    }
    assert!(!text.contains("changeme"), "{text}");
}

#[test]
fn the_example_file_for_the_environment_is_good() {
    let place = Place::new().file(".env", include_str!("../../../../.env.example"));
    assert_eq!(place.load(&[]).cors.origins, ["http://localhost:5173"]);
}
