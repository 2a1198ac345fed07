//! Dockerfile, compose files and systemd unit: the settings that result from them, and that they fit together.
//!
//! Compose itself is not run here: the files are read, and the settings of the service `api` are loaded as the server
//! loads them. The workflow starts the containers.

pub(crate) mod reading;

use std::fs;
use std::path::{Path, PathBuf};

use crm_server::settings::environment::Environment;
use crm_server::settings::store_url::StoreUrl;
use crm_server::settings::{LoadOptions, Settings};
use rstest::rstest;
use serde_json::{Value, json};
use tempfile::TempDir;

use self::reading::{Deployment, api, compose, image, lies_in, mounts, required, text, unit};
use crate::architecture::root;

const DEVELOPMENT: &str = "docker-compose.yml";
const PRODUCTION: [&str; 2] = ["deploy/docker-compose.yml", "deploy/docker-compose.sqlite.yml"];

const SECRETS: [(&str, &str); 2] = [
    ("JWT_ACCESS_SECRET", "q8Zr0m1u5V0kz9yJx3nT7cWb2LhE6sDg4fPaRoUiYw=="),
    ("JWT_REFRESH_SECRET", "Nn2c4Vt6Yb8Mu0Lo1Ki3Ju5Hy7Gt9Fr2De4Sw6Aq8Zx="),
];

/// What deploy/.env.example asks for, filled in.
fn filled_in() -> Vec<(&'static str, &'static str)> {
    let mut variables =
        vec![("DOMAIN", "crm.example.com"), ("MONGO_ROOT_PASSWORD", "c0ffee"), ("MONGO_PASSWORD", "decade")];
    variables.extend(SECRETS);
    variables
}

/// The services of a compose file by their names.
fn services(compose: &Value) -> Vec<(&String, &Value)> {
    compose["services"].as_object().unwrap().iter().collect()
}

/// The settings that a server loads there, with paths as the server sees them.
fn load(deployment: &Deployment) -> Result<Settings, String> {
    let machine = TempDir::new().unwrap();
    let folder = machine.path().join(deployment.folder.trim_start_matches('/'));
    fs::create_dir_all(&folder).unwrap();
    let variables: Vec<(String, String)> = deployment.variables.clone().into_iter().collect();
    let options = LoadOptions { config_file: None, env: variables, cwd: folder };
    let mut settings = Settings::load_for_serving(options).map_err(|error| error.to_string())?;
    let seen = |path: &Path| match path.strip_prefix(machine.path()) {
        Ok(inside) => Path::new("/").join(inside),
        Err(_) => path.to_owned(),
    };
    if let StoreUrl::File(path) = &settings.store.url {
        settings.store.url = StoreUrl::File(seen(path));
    }
    settings.backup.folder = seen(&settings.backup.folder);
    settings.secrets_folder = settings.secrets_folder.map(|folder| seen(&folder));
    Ok(settings)
}

fn behind_a_proxy(deployment: Deployment) -> Deployment {
    let deployment = deployment.with("CRM__SERVER__BEHIND_PROXY", "true");
    let deployment = deployment.with("CRM__SERVER__TRUSTED_PROXIES", "private");
    SECRETS.iter().fold(deployment, |deployment, (name, value)| deployment.with(name, value))
}

#[rstest]
#[case::development(api(&compose(DEVELOPMENT, &[])), Environment::Development, "mongodb")]
#[case::production(api(&compose(PRODUCTION[0], &filled_in())), Environment::Production, "mongodb")]
#[case::production_on_sqlite(api(&compose(PRODUCTION[1], &filled_in())), Environment::Production, "sqlite")]
#[case::systemd(unit(&SECRETS), Environment::Production, "sqlite")]
#[case::image(behind_a_proxy(image()), Environment::Production, "sqlite")]
fn every_deployment_has_the_store_that_it_names_and_keeps_its_files_in_its_volume(
    #[case] deployment: Deployment,
    #[case] environment: Environment,
    #[case] kind: &str,
) {
    let settings = load(&deployment).unwrap();
    assert_eq!(settings.environment, environment);
    match &settings.store.url {
        StoreUrl::File(path) => {
            assert_eq!(kind, "sqlite");
            assert!(lies_in(path, &deployment.volume), "{path:?} is not in {}", deployment.volume);
            assert!(!path.starts_with("/data/data"), "{path:?}");
        }
        StoreUrl::Mongo(url) => {
            assert_eq!((kind, url.to_string().as_str()), ("mongodb", "mongodb://mongo:27017/crm"));
        }
        StoreUrl::Memory => panic!("it would be gone with the process"),
    }
    let secrets = settings.secrets_folder.unwrap();
    assert!(secrets.starts_with(&deployment.volume), "{secrets:?}");
    assert!(lies_in(&settings.backup.folder, &deployment.volume), "{:?}", settings.backup.folder);
}

#[test]
fn another_name_of_a_setting_that_the_deployment_gives_stops_the_start() {
    let compose = api(&compose(DEVELOPMENT, &[])).with("CRM__STORE__URL", "sqlite:///data/crm.db");
    let refused = load(&compose).unwrap_err();
    assert!(refused.contains("CRM__STORE__URL and MONGODB_URI"), "{refused}");
    let image = behind_a_proxy(image()).with("NODE_ENV", "development");
    let refused = load(&image).unwrap_err();
    assert!(refused.contains("CRM__ENVIRONMENT and NODE_ENV"), "{refused}");
}

#[test]
fn mongodb_in_production_asks_for_a_password_on_a_network_of_its_own() {
    let compose = compose(PRODUCTION[0], &filled_in());
    let address = &api(&compose).variables["MONGODB_URI"];
    assert!(address.contains("crm:decade@"), "{address}");
    for (name, value) in
        [("CRM__STORE__ALLOW_PLAINTEXT", "false"), ("MONGODB_URI", "mongodb://mongo:27017/crm")]
    {
        let refused = load(&api(&compose).with(name, value)).unwrap_err();
        assert!(refused.contains("store.url") && !refused.contains("decade"), "{refused}");
    }
    let mongo = &compose["services"]["mongo"];
    assert_eq!((&mongo["networks"], &mongo["ports"]), (&json!(["store"]), &Value::Null));
    assert_eq!(compose["networks"]["store"]["internal"], true);
    let start = mongo["entrypoint"][2].as_str().unwrap();
    assert!(start.contains("--keyFile \"$key\"") && start.contains("umask 0377"), "{start}");
    // What the entry point writes lies in volumes, and belongs to the user that runs it.
    let volumes: Vec<String> = mounts(mongo).into_iter().map(|(_, target)| target).collect();
    assert!(
        ["/data/db", "/data/configdb"].iter().all(|folder| volumes.iter().any(|volume| volume == folder))
    );
    assert_eq!(mongo["user"], "999:999");
}

#[rstest]
#[case(PRODUCTION[0])]
#[case(PRODUCTION[1])]
fn every_container_in_production_is_confined_and_only_the_proxy_is_reached(#[case] path: &str) {
    let compose = compose(path, &filled_in());
    for (name, service) in services(&compose) {
        assert_eq!(service["read_only"], true, "{name}");
        assert_eq!(service["cap_drop"], json!(["ALL"]), "{name}");
        assert_eq!(service["security_opt"], json!(["no-new-privileges:true"]), "{name}");
        for limit in ["mem_limit", "cpus", "pids_limit"] {
            assert!(!service[limit].is_null(), "{name} has no {limit}");
        }
        let is_proxy = name == "caddy";
        assert_eq!(service["ports"].is_null(), !is_proxy, "{name}");
        assert_eq!(
            service["cap_add"],
            if is_proxy { json!(["NET_BIND_SERVICE"]) } else { Value::Null },
            "{name}"
        );
    }
    let settings = load(&api(&compose)).unwrap();
    assert!(settings.server.behind_proxy && settings.server.trusts([172, 18, 0, 3].into()));
    assert!(text("deploy/Caddyfile").contains("reverse_proxy api:3000"));
}

#[test]
fn development_is_reached_from_this_machine_only_and_by_the_address_in_the_readme() {
    let compose = compose(DEVELOPMENT, &[]);
    for (name, service) in services(&compose) {
        for port in service["ports"].as_array().map(Vec::as_slice).unwrap_or_default() {
            assert!(port.as_str().unwrap().starts_with("127.0.0.1:"), "{name}: {port}");
        }
    }
    let address = "mongodb://127.0.0.1:27017/crm?directConnection=true";
    assert_eq!(compose["services"]["mongo"]["ports"], json!(["127.0.0.1:27017:27017"]));
    assert!(text("README.md").contains(address) && text(DEVELOPMENT).contains(address));
    // The seed and the server share the store and the secrets.
    let [seed, api] = ["seed", "api"].map(|name| &compose["services"][name]);
    for shared in ["image", "volumes"] {
        assert_eq!(seed[shared], api[shared]);
    }
    for name in ["CRM__ENVIRONMENT", "MONGODB_URI"] {
        assert_eq!(seed["environment"][name], api["environment"][name]);
    }
    assert_eq!(seed["command"], json!(["seed", "--if-empty"]));
    assert_eq!(api["depends_on"]["seed"]["condition"], "service_completed_successfully");
}

#[rstest]
#[case(DEVELOPMENT)]
#[case(PRODUCTION[0])]
#[case(PRODUCTION[1])]
fn what_a_compose_file_refers_to_is_there(#[case] path: &str) {
    let compose = compose(path, &filled_in());
    let is_declared =
        |kind: &str, name: &str| compose[kind].as_object().is_some_and(|all| all.contains_key(name));
    for (name, service) in services(&compose) {
        let image = service["image"].as_str().expect("a name of an image");
        assert!(image == "crm-server" || image.contains(':'), "{image} has no version");
        for (source, _) in mounts(service) {
            if let Some(file) = source.strip_prefix("./") {
                assert!(root().join(path).parent().unwrap().join(file).exists(), "{source}");
            } else {
                assert!(is_declared("volumes", &source), "{name}: {source}");
            }
        }
        for network in service["networks"].as_array().map(Vec::as_slice).unwrap_or_default() {
            assert!(is_declared("networks", network.as_str().unwrap()), "{name}: {network}");
        }
        for (other, dependency) in service["depends_on"].as_object().into_iter().flatten() {
            let needed = &compose["services"][other];
            assert!(!needed.is_null(), "{name} depends on {other}");
            if dependency["condition"] == "service_healthy" {
                // Our image has a check of its own.
                assert!(needed["image"] == "crm-server" || !needed["healthcheck"].is_null(), "{other}");
            }
        }
    }
}

#[test]
fn every_compose_file_is_among_those_above_and_needs_only_what_its_example_names() {
    let mut found: Vec<PathBuf> = ["", "deploy"]
        .iter()
        .flat_map(|folder| fs::read_dir(root().join(folder)).unwrap())
        .map(|entry| entry.unwrap().path().strip_prefix(root()).unwrap().to_owned())
        .filter(|path| {
            path.extension().is_some_and(|extension| ["yml", "yaml"].iter().any(|yaml| extension == *yaml))
        })
        .collect();
    found.sort();
    let mut expected: Vec<PathBuf> = [DEVELOPMENT].iter().chain(&PRODUCTION).map(PathBuf::from).collect();
    expected.sort();
    assert_eq!(found, expected);
    assert_eq!(required(DEVELOPMENT), Vec::<String>::new(), "it needs no .env");
    let example = text("deploy/.env.example");
    for path in PRODUCTION {
        for name in required(path) {
            assert!(example.lines().any(|line| line == format!("{name}=")), "{name} of {path}");
        }
    }
}
