//! What a search should find, without search keys.

use crm_domain::fold::{SearchField, fold};
use crm_domain::text::nfc;
use crm_domain::values::search_query::SearchQuery;

/// What a term may hold beside digits and be compared by its digits.
const PHONE_PUNCTUATION: &str = "+-.()/#,";

/// Whether every word of the query occurs in one of the fields: by its digits if it is a number, folded, or as it is if
/// nothing of it is left then.
pub(in crate::contract) fn is_found(query: &SearchQuery, fields: &[SearchField<'_>]) -> bool {
    query.as_str().split_whitespace().all(|word| {
        let folded = fold(word);
        if folded.trim().is_empty() {
            let literal = nfc(word);
            fields.iter().any(|field| nfc(field.as_str()).contains(&literal))
        } else if folded.chars().all(is_numeric) && folded.contains(|c: char| c.is_ascii_digit()) {
            let wanted = digits(&folded);
            fields.iter().any(|field| has_digits(*field, &wanted))
        } else {
            fields.iter().any(|field| fold(field.as_str()).contains(&folded))
        }
    })
}

/// The same for a search that need not be there.
pub(in crate::contract) fn fits(query: Option<&SearchQuery>, fields: &[SearchField<'_>]) -> bool {
    query.is_none_or(|query| is_found(query, fields))
}

/// Whether these digits follow each other in a phone number, or in a text with nothing but phone punctuation between them.
fn has_digits(field: SearchField<'_>, wanted: &str) -> bool {
    let folded = fold(field.as_str());
    match field {
        SearchField::Phone(_) => digits(&folded).contains(wanted),
        SearchField::Text(_) => {
            let apart: String = folded.chars().map(|c| if is_numeric(c) { c } else { ' ' }).collect();
            apart.split(' ').any(|number| digits(number).contains(wanted))
        }
    }
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

fn is_numeric(c: char) -> bool {
    c.is_ascii_digit() || PHONE_PUNCTUATION.contains(c)
}
