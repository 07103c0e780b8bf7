//! The URL of the cache, which nothing ever prints: it may hold a password, and names a server inside the network.

use std::fmt;

#[derive(Clone, PartialEq, Eq)]
pub struct CacheUrl(String);

impl CacheUrl {
    /// Nothing if it is not `redis://` or `rediss://` and a host.
    pub fn parse(url: &str) -> Option<Self> {
        let host = url.strip_prefix("redis://").or_else(|| url.strip_prefix("rediss://"))?;
        (!host.is_empty() && !host.starts_with([':', '/', '?'])).then(|| Self(url.to_owned()))
    }

    pub fn is_encrypted(&self) -> bool {
        self.0.starts_with("rediss://")
    }

    /// The URL itself, for whoever connects to it.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for CacheUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_encrypted() { "rediss://…" } else { "redis://…" })
    }
}

impl fmt::Debug for CacheUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CacheUrl({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_urls_of_redis_are_taken() {
        for url in ["redis://127.0.0.1:6379", "rediss://cache.example.org:6379", "redis://user:secret@host:1"] {
            assert!(CacheUrl::parse(url).is_some(), "{url}");
        }
        for url in ["", "127.0.0.1:6379", "http://127.0.0.1", "redis://", "rediss://:6379", "redis+unix:///socket"] {
            assert!(CacheUrl::parse(url).is_none(), "{url}");
        }
    }

    #[test]
    fn nothing_of_it_is_printed() {
        let url = CacheUrl::parse("rediss://user:secret@cache.example.org:6379").unwrap();
        assert_eq!(format!("{url} {url:?}"), "rediss://… CacheUrl(rediss://…)");
        assert!(url.is_encrypted());
    }
}
