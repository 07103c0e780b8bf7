//! Lists of a profile or a project: bounded, without repetitions, in the order in which they were given.

use std::borrow::Cow;

use crate::domain::fields::{Fields, Refusal};
use crate::domain::input::Input;

/// Parses every entry and notes each complaint under the entry's own path, such as `skills[3]`.
///
/// Repetitions (by `key`) are dropped before they count towards `limit`.
pub(in crate::domain) fn take<T, K: PartialEq + ?Sized>(
    fields: &mut Fields,
    path: &'static str,
    entries: &Input<Vec<String>>,
    limit: usize,
    parse: impl Fn(&str) -> Result<T, Refusal>,
    key: impl Fn(&T) -> &K,
) -> Option<Vec<T>> {
    let entries = fields.take(path, entries.get(path))?;
    // A repetition costs the same work as an entry, so a list far over its limit is refused unread.
    if entries.len() > limit.saturating_mul(2) {
        return fields.take(path, Err(too_many(path, limit)));
    }
    let parsed = entries.iter().enumerate().map(|(index, entry)| match parse(entry) {
        Ok(parsed) => Some(parsed),
        Err(refusal) => fields.take(Cow::Owned(format!("{path}[{index}]")), Err(refusal)),
    });
    // Every entry is parsed before the first complaint counts.
    let parsed: Vec<Option<T>> = parsed.collect();
    let mut list: Vec<T> = Vec::with_capacity(parsed.len());
    for entry in parsed.into_iter().collect::<Option<Vec<T>>>()? {
        // Lists are short, and hundreds of profiles are read for a page.
        if list.iter().all(|kept| key(kept) != key(&entry)) {
            list.push(entry);
        }
    }
    if list.len() > limit {
        return fields.take(path, Err(too_many(path, limit)));
    }
    Some(list)
}

fn too_many(path: &str, limit: usize) -> Refusal {
    format!("{path} must have at most {limit} entries").into()
}
