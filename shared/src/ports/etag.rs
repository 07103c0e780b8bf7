//! What tells one content of an object from another.

/// Which content an object has.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ETag(pub String);
