//! What a search should find, without search keys.

use crm_domain::fold::fold;
use crm_domain::text::nfc;
use crm_domain::values::search_query::SearchQuery;

/// Whether every word of the query occurs in one of the fields: folded, or as it is if nothing of it is left then.
pub(in crate::contract) fn is_found(query: &SearchQuery, fields: &[&str]) -> bool {
    query.as_str().split_whitespace().all(|word| {
        let folded = fold(word);
        if folded.trim().is_empty() {
            let literal = nfc(word);
            fields.iter().any(|field| nfc(field).contains(&literal))
        } else {
            fields.iter().any(|field| fold(field).contains(&folded))
        }
    })
}

/// The same for a search that need not be there.
pub(in crate::contract) fn fits(query: Option<&SearchQuery>, fields: &[&str]) -> bool {
    query.is_none_or(|query| is_found(query, fields))
}
