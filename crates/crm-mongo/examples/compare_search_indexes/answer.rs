//! How a page is found: as the store does it (see `crm_mongo`'s `list`), with the variant's index in the place of its own.

use std::collections::HashSet;

use bson::{Bson, Document, doc};
use crm_domain::fold::Term;
use mongodb::Database;

use crate::Outcome;
use crate::variant::Variant;

/// The records on a page.
const PAGE: usize = 10;

/// Up to here totals are exact.
pub(crate) const EXACT: i64 = 10_000;

/// How many keys are compared, and how many leads of each are counted, in each round.
const ROUNDS: [(usize, i64); 3] = [(32, 100), (12, 1_000), (4, EXACT + 1)];

/// Who asks: an admin, or an agent with how many leads of their own.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reader {
    /// The agent.
    pub(crate) owner: Option<(bson::Uuid, i64)>,
}

/// A page and how it was found.
pub(crate) struct Page {
    /// How many there are in all, up to one more than are counted exactly.
    pub(crate) total: i64,
    /// The ids on it.
    pub(crate) ids: Vec<Bson>,
    /// The commands that found it.
    pub(crate) commands: Vec<Document>,
}

/// Asks one collection.
pub(crate) struct Asking<'a> {
    db: &'a Database,
    variant: Variant,
    reader: Reader,
    commands: Vec<Document>,
}

/// The way to the fewest leads.
struct Best {
    index: &'static str,
    key: Document,
    count: i64,
}

impl<'a> Asking<'a> {
    /// Asks the collection of this variant for this reader.
    pub(crate) fn new(db: &'a Database, variant: Variant, reader: Reader) -> Self {
        Self { db, variant, reader, commands: Vec::new() }
    }

    /// The first page of leads in which all these terms occur, the latest first.
    pub(crate) async fn page(mut self, terms: &[Term]) -> Outcome<Page> {
        let best = self.best(terms).await?;
        let filter = all([best.key.clone(), self.scope()].into_iter().chain(self.unproven(terms, &best)));
        let (ids, total) = if self.variant == Variant::Ordered && best.index == "found" {
            let ids = self.walk("found", filter.clone()).await?;
            let total = if ids.len() <= PAGE {
                i64::try_from(ids.len())?
            } else {
                self.count("found", filter).await?
            };
            (ids, total)
        } else if best.count <= EXACT {
            self.gather(best.index, filter).await?
        } else {
            let occur = terms.iter().map(|term| self.variant.occurs(term));
            let walked = all([self.scope()].into_iter().chain(occur));
            let ids = self.walk(self.order(), walked).await?;
            (ids, self.count(best.index, filter).await?)
        };
        let ids: Vec<Bson> = ids.into_iter().take(PAGE).collect();
        Ok(Page { total, ids, commands: self.commands })
    }

    /// The key of the fewest leads, or the reader's own leads where they are fewer.
    async fn best(&mut self, terms: &[Term]) -> Outcome<Best> {
        let mut keys: Vec<Document> = terms.iter().flat_map(|term| self.variant.asked(term)).collect();
        let mut seen = HashSet::new();
        keys.retain(|key| seen.insert(key.to_string()));
        let mut best = Best { index: "found", key: Document::new(), count: i64::MAX };
        for (compared, most) in ROUNDS {
            let every = keys.len().div_ceil(compared).max(1);
            let some: Vec<&Document> = keys.iter().step_by(every).collect();
            best = if most > EXACT && self.variant.knows_scope() {
                self.rarest_in_scope(&some).await?
            } else {
                self.rarest(&some, most).await?
            };
            if best.count < most {
                break;
            }
        }
        match self.reader.owner {
            // Of two ways to many, the first is as good, unless the index knows whose they are.
            Some((_, owned)) if owned < best.count || (owned > EXACT && best.count > EXACT) => {
                if self.variant.knows_scope() && best.count > EXACT {
                    return Ok(best);
                }
                Ok(Best { index: "by_owner", key: Document::new(), count: owned })
            }
            Some(_) | None => Ok(best),
        }
    }

    async fn rarest(&mut self, keys: &[&Document], most: i64) -> Outcome<Best> {
        let counting = |(number, key): (usize, &&Document)| {
            let number = i64::try_from(number).unwrap_or(i64::MAX);
            vec![
                doc! { "$match": (*key).clone() },
                doc! { "$limit": most },
                doc! { "$group": { "_id": { "$literal": number }, "n": { "$sum": 1_i64 } } },
            ]
        };
        let mut parts = keys.iter().enumerate().map(counting);
        let mut pipeline = parts.next().ok_or("there is nothing to ask for")?;
        for part in parts {
            pipeline.push(doc! { "$unionWith": { "coll": self.variant.name(), "pipeline": part } });
        }
        // No hint, as it would hold for the first part only; the leads' other indexes do not begin with these fields.
        let counted =
            self.run(doc! { "aggregate": self.variant.name(), "pipeline": pipeline, "cursor": {} }).await?;
        let count = |number: usize| -> i64 {
            let found = counted.iter().find(|one| one.get_i64("_id").ok() == i64::try_from(number).ok());
            found.and_then(|one| one.get_i64("n").ok()).unwrap_or(0)
        };
        let best =
            keys.iter().enumerate().map(|(number, key)| (count(number), key)).min_by_key(|(count, _)| *count);
        let (count, key) = best.ok_or("there is nothing to ask for")?;
        Ok(Best { index: "found", key: (*key).clone(), count })
    }

    /// The same among what the reader may see. One by one, as parts of a pipeline cannot say which index they want, and
    /// there are others that know the scope.
    async fn rarest_in_scope(&mut self, keys: &[&Document]) -> Outcome<Best> {
        let mut best = Best { index: "found", key: Document::new(), count: i64::MAX };
        for key in keys {
            let count = self.count("found", all([(*key).clone(), self.scope()])).await?;
            if count < best.count {
                best = Best { index: "found", key: (*key).clone(), count };
            }
        }
        Ok(best)
    }

    /// What the index does not say of a term.
    fn unproven(&self, terms: &[Term], best: &Best) -> Vec<Document> {
        let variant = self.variant;
        let is_proven = |term: &Term| variant.is_exact(term) && variant.asked(term) == [best.key.clone()];
        terms.iter().filter(|term| !is_proven(term)).map(|term| variant.occurs(term)).collect()
    }

    /// All that an index leads to, sorted here.
    async fn gather(&mut self, index: &str, filter: Document) -> Outcome<(Vec<Bson>, i64)> {
        let find = doc! {
            "find": self.variant.name(), "filter": filter, "hint": index,
            "projection": { "updated_at": 1 }, "batchSize": EXACT + 1,
        };
        let mut places = Vec::new();
        for found in self.run(find).await? {
            let id = found.get("_id").cloned().ok_or("a lead without an id")?;
            places.push((found.get_datetime("updated_at")?.timestamp_millis(), id));
        }
        let total = i64::try_from(places.len())?;
        places.sort_by_cached_key(|(at, id)| std::cmp::Reverse((*at, id.to_string())));
        let ids: Vec<Bson> = places.into_iter().take(PAGE).map(|(_, id)| id).collect();
        let documents = doc! {
            "find": self.variant.name(), "filter": { "_id": { "$in": &ids } }, "hint": "_id_",
            "projection": { "keys": 0 },
        };
        if !ids.is_empty() {
            self.run(documents).await?;
        }
        Ok((ids, total))
    }

    /// The first in the order of an index.
    async fn walk(&mut self, index: &str, filter: Document) -> Outcome<Vec<Bson>> {
        let limit = i64::try_from(PAGE)? + 1;
        let find = doc! {
            "find": self.variant.name(), "filter": filter, "hint": index, "limit": limit,
            "sort": { "updated_at": -1, "_id": -1 }, "projection": { "keys": 0 },
        };
        Ok(self.run(find).await?.iter().filter_map(|found| found.get("_id").cloned()).collect())
    }

    async fn count(&mut self, index: &str, filter: Document) -> Outcome<i64> {
        let pipeline = vec![
            doc! { "$match": filter },
            doc! { "$limit": EXACT + 1 },
            doc! { "$group": { "_id": null, "n": { "$sum": 1_i64 } } },
        ];
        let command = doc! {
            "aggregate": self.variant.name(), "pipeline": pipeline, "hint": index, "cursor": {},
        };
        Ok(self.run(command).await?.first().and_then(|found| found.get_i64("n").ok()).unwrap_or(0))
    }

    async fn run(&mut self, command: Document) -> Outcome<Vec<Document>> {
        let answer = self.db.run_command(command.clone()).await?;
        self.commands.push(command);
        let batch = answer.get_document("cursor")?.get_array("firstBatch")?;
        Ok(batch.iter().filter_map(|found| found.as_document().cloned()).collect())
    }

    fn scope(&self) -> Document {
        let mut scope = doc! { "archived": false };
        scope.extend(self.reader.owner.map(|(owner, _)| ("owner".to_owned(), owner.into())));
        scope
    }

    fn order(&self) -> &'static str {
        if self.reader.owner.is_some() { "by_owner" } else { "by_update" }
    }
}

fn all(conditions: impl IntoIterator<Item = Document>) -> Document {
    let conditions: Vec<Document> = conditions.into_iter().filter(|one| !one.is_empty()).collect();
    if conditions.is_empty() {
        Document::new()
    } else {
        doc! { "$and": conditions }
    }
}
