//! Reads the files that say how the server is run: which variables, folder and volume it gets from them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::{Map, Value};
use yaml_rust2::{Yaml, YamlLoader};

use crate::architecture::root;

/// How a server is started.
#[derive(Debug, Clone, Default)]
pub(crate) struct Deployment {
    /// The variables of its process.
    pub(crate) variables: BTreeMap<String, String>,
    /// Its working folder.
    pub(crate) folder: String,
    /// The folder whose files outlive it.
    pub(crate) volume: String,
}

impl Deployment {
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.insert(name.to_owned(), value.to_owned());
        self
    }
}

/// A file of the repository.
pub(crate) fn text(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The last stage of the Dockerfile.
pub(crate) fn image() -> Deployment {
    let text = text("Dockerfile");
    let lines =
        text.lines().filter(|line| !line.trim_start().starts_with('#')).collect::<Vec<_>>().join("\n");
    let lines = lines.replace("\\\n", " ");
    let mut image = Deployment::default();
    for line in lines.lines() {
        let (instruction, rest) = line.trim().split_once(' ').unwrap_or((line.trim(), ""));
        match instruction {
            "FROM" => image = Deployment::default(),
            "ENV" => {
                let pairs = rest.split_whitespace().map(|pair| pair.split_once('=').expect("NAME=value"));
                image.variables.extend(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())));
            }
            "WORKDIR" => rest.trim().clone_into(&mut image.folder),
            "VOLUME" => rest.trim().clone_into(&mut image.volume),
            _ => {}
        }
    }
    image
}

/// The unit of systemd, with an environment file that its comment describes.
pub(crate) fn unit(environment_file: &[(&str, &str)]) -> Deployment {
    let text = text("deploy/crm-server.service");
    let settings = text.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once('='));
    let mut unit = Deployment::default();
    for (name, value) in settings {
        match name {
            "Environment" => {
                let (name, value) = value.split_once('=').expect("Environment=NAME=value");
                unit.variables.insert(name.to_owned(), value.to_owned());
            }
            "WorkingDirectory" => value.clone_into(&mut unit.folder),
            "StateDirectory" => unit.volume = format!("/var/lib/{value}"),
            _ => {}
        }
    }
    environment_file.iter().fold(unit, |unit, (name, value)| unit.with(name, value))
}

/// A compose file as Compose reads it with these variables: anchors merged, variables put in.
pub(crate) fn compose(path: &str, variables: &[(&str, &str)]) -> Value {
    let mut documents =
        YamlLoader::load_from_str(&text(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    assert_eq!(documents.len(), 1, "{path}");
    value(&documents.remove(0), &variables.iter().copied().collect())
}

/// The service `api` of a compose file, on our image.
pub(crate) fn api(compose: &Value) -> Deployment {
    let service = &compose["services"]["api"];
    assert_eq!(service["image"], "crm-server", "{service}");
    assert!(!service["build"].is_null() && service["working_dir"].is_null(), "{service}");
    let mut api = image();
    for (name, value) in service["environment"].as_object().expect("environment is a mapping") {
        let value = value.as_str().unwrap_or_else(|| panic!("{name} is no text: {value}"));
        api.variables.insert(name.clone(), value.to_owned());
    }
    let mounted = mounts(service).into_iter().find(|(_, target)| *target == api.volume);
    let (source, _) =
        mounted.unwrap_or_else(|| panic!("{} would be an anonymous volume: {service}", api.volume));
    assert!(compose["volumes"].as_object().unwrap().contains_key(&source), "{source} is no named volume");
    api
}

/// What a service has mounted, and where.
pub(crate) fn mounts(service: &Value) -> Vec<(String, String)> {
    let volumes = service["volumes"].as_array().map(Vec::as_slice).unwrap_or_default();
    let pair = |volume: &Value| {
        let mut parts = volume.as_str().expect("the short form").split(':');
        (parts.next().unwrap().to_owned(), parts.next().expect("where it is mounted").to_owned())
    };
    volumes.iter().map(pair).collect()
}

/// The names that a compose file must be given, as in `${NAME:?…}`.
pub(crate) fn required(path: &str) -> Vec<String> {
    let text = text(path);
    let names = text.split("${").skip(1).filter_map(|rest| rest.split_once('}')?.0.split_once(":?"));
    names.map(|(name, _)| name.to_owned()).collect()
}

/// Whether a path lies below a folder.
pub(crate) fn lies_in(path: &Path, folder: &str) -> bool {
    path.starts_with(folder) && path != Path::new(folder)
}

fn value(yaml: &Yaml, variables: &BTreeMap<&str, &str>) -> Value {
    match yaml {
        Yaml::Real(text) => Value::from(text.parse::<f64>().unwrap()),
        Yaml::Integer(number) => Value::from(*number),
        Yaml::String(text) => Value::from(interpolated(text, variables)),
        Yaml::Boolean(flag) => Value::from(*flag),
        Yaml::Array(items) => items.iter().map(|item| value(item, variables)).collect(),
        Yaml::Hash(entries) => {
            let (mut own, mut merged) = (Map::new(), Map::new());
            for (key, entry) in entries {
                let key = key.as_str().expect("keys are texts");
                let entry = value(entry, variables);
                if key == "<<" {
                    merged.extend(entry.as_object().expect("a mapping").clone());
                } else {
                    own.insert(key.to_owned(), entry);
                }
            }
            merged.extend(own);
            Value::Object(merged)
        }
        Yaml::Null => Value::Null,
        Yaml::Alias(_) | Yaml::BadValue => panic!("not understood: {yaml:?}"),
    }
}

/// `$$`, `${NAME:-default}` and `${NAME:?message}`, the forms that our files use.
fn interpolated(text: &str, variables: &BTreeMap<&str, &str>) -> String {
    let mut done = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        done.push_str(before);
        if let Some(after) = after.strip_prefix('$') {
            done.push('$');
            rest = after;
            continue;
        }
        let (inside, after) = after.strip_prefix('{').and_then(|after| after.split_once('}')).expect("${…}");
        let (name, default) = inside.split_once(':').expect("a default or a message");
        let given = variables.get(name).copied();
        let value = given.or_else(|| default.strip_prefix('-'));
        done.push_str(value.unwrap_or_else(|| panic!("{name} is not given: {default}")));
        rest = after;
    }
    done.push_str(rest);
    done
}
