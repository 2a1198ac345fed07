//! What can be typed.

use std::path::PathBuf;

use crate::Outcome;
use crate::variant::Variant;

/// What is compared, and where.
pub(crate) struct Arguments {
    /// How many leads each collection gets.
    pub(crate) leads: u64,
    /// How many questions of each kind are asked.
    pub(crate) queries: u64,
    /// The variants.
    pub(crate) variants: Vec<Variant>,
    /// Where the server's folder is made.
    pub(crate) folder: PathBuf,
}

impl Arguments {
    /// Reads pairs of a name and a value.
    pub(crate) fn parse(mut typed: impl Iterator<Item = String>) -> Outcome<Self> {
        let mut arguments = Self {
            leads: 100_000,
            queries: 100,
            variants: Variant::ALL.to_vec(),
            folder: std::env::temp_dir().join("crm-compare-search-indexes"),
        };
        while let Some(name) = typed.next() {
            let value = typed.next().ok_or_else(|| format!("{name} needs a value"))?;
            match name.as_str() {
                "--leads" => arguments.leads = value.parse()?,
                "--queries" => arguments.queries = value.parse()?,
                "--variants" => {
                    arguments.variants = value.split(',').map(Variant::parse).collect::<Outcome<_>>()?;
                }
                "--folder" => arguments.folder = value.into(),
                _ => return Err(format!("{name} is not known").into()),
            }
        }
        Ok(arguments)
    }
}
