//! Whether a store is as this program would have made it: its schema, its indexes, and the versions of what it derives.

use std::collections::BTreeSet;

use bson::{Bson, doc};
use crm_app::error::StoreError;
use crm_domain::fold::FOLD_VERSION;
use futures_util::future::join_all;
use mongodb::error::Result as DriverResult;
use mongodb::options::ClientOptions;

use crate::archive::arrival;
use crate::error::{self, OpenError};
use crate::search::PIECES_VERSION;
use crate::store::Inner;
use crate::{schema, server, tallies, workspace};

/// Refuses a store that has to be brought up to date first. One into which an import was begun has no indexes yet, and
/// is judged by its mark.
///
/// # Errors
/// [`OpenError::Outdated`]; the store cannot be read.
pub(crate) async fn refuse(inner: &Inner, options: &ClientOptions) -> Result<(), OpenError> {
    let of_call = |error| server::of_call(error, inner.db.name());
    let mut reader = inner.reader(inner.options.deadline);
    if arrival::read(&mut reader).await.map_err(of_call)?.is_some() {
        return Ok(());
    }
    if let Some(why) = other_version(inner).await.map_err(of_call)? {
        return Err(OpenError::Outdated { why });
    }
    match missing_index(inner).await.map_err(|error| server::open_error(&error, options))? {
        Some(index) => Err(OpenError::Outdated { why: format!("has no index {index}") }),
        None => Ok(()),
    }
}

/// What another version has made otherwise, if anything.
async fn other_version(inner: &Inner) -> Result<Option<String>, StoreError> {
    let mut reader = inner.reader(inner.options.deadline);
    let schema = workspace::schema(&mut reader).await?;
    if schema != Some(schema::SCHEMA) {
        return Ok(Some(format!("has schema {}, not {}", schema.unwrap_or_default(), schema::SCHEMA)));
    }
    let is_folded = workspace::fold_version(&mut reader).await? == Some(i64::from(FOLD_VERSION));
    let is_cut = workspace::pieces_version(&mut reader).await? == Some(i64::from(PIECES_VERSION));
    if !(is_folded && is_cut) {
        return Ok(Some("has other search keys".to_owned()));
    }
    let is_counted = workspace::tally_version(&mut reader).await? == Some(i64::from(tallies::TALLY_VERSION));
    Ok((!is_counted).then(|| "has other counters".to_owned()))
}

/// The name of an index that is declared and not there.
async fn missing_index(inner: &Inner) -> DriverResult<Option<&'static str>> {
    let collections: BTreeSet<&str> = schema::indexes().map(|index| index.collection).collect();
    let listed = join_all(collections.iter().map(|collection| names(inner, collection))).await;
    let listed = listed.into_iter().collect::<DriverResult<Vec<_>>>()?;
    let there: BTreeSet<(&str, &str)> = collections
        .iter()
        .zip(&listed)
        .flat_map(|(collection, names)| names.iter().map(|name| (*collection, name.as_str())))
        .collect();
    Ok(schema::indexes()
        .find(|index| !there.contains(&(index.collection, index.name)))
        .map(|index| index.name))
}

/// The names of the indexes of a collection; none where there is no such collection.
async fn names(inner: &Inner, collection: &str) -> DriverResult<Vec<String>> {
    let all = doc! { "listIndexes": collection, "cursor": { "batchSize": 1_000 } };
    let listed = match inner.db.run_command(all).await {
        Err(error) if error::code(&error) == Some(NAMESPACE_NOT_FOUND) => return Ok(Vec::new()),
        listed => listed?,
    };
    let batch = listed.get_document("cursor").and_then(|cursor| cursor.get_array("firstBatch"));
    let name = |index: &Bson| index.as_document()?.get_str("name").ok().map(str::to_owned);
    Ok(batch.map(|batch| batch.iter().filter_map(name).collect()).unwrap_or_default())
}

const NAMESPACE_NOT_FOUND: i32 = 26;
