//! Evaluates SPDX licence expressions such as `(MIT OR Apache-2.0) AND Unicode-3.0` against the licences we accept.

use std::collections::BTreeSet;

/// Whether the expression can be satisfied with accepted licences. What cannot be read is not accepted.
pub fn is_allowed(expression: &str, accepted: &BTreeSet<String>) -> bool {
    // The slash is how crates wrote OR before SPDX expressions.
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let mut reader = Reader { tokens: spaced.split_whitespace().collect(), position: 0, accepted };
    reader.any().is_some_and(|allowed| allowed && reader.position == reader.tokens.len())
}

struct Reader<'a> {
    tokens: Vec<&'a str>,
    position: usize,
    accepted: &'a BTreeSet<String>,
}

impl Reader<'_> {
    fn any(&mut self) -> Option<bool> {
        let mut allowed = self.all()?;
        while self.take("OR") {
            let other = self.all()?;
            allowed |= other;
        }
        Some(allowed)
    }

    fn all(&mut self) -> Option<bool> {
        let mut allowed = self.one()?;
        while self.take("AND") {
            let other = self.one()?;
            allowed &= other;
        }
        Some(allowed)
    }

    fn one(&mut self) -> Option<bool> {
        if self.take("(") {
            let inner = self.any()?;
            return self.take(")").then_some(inner);
        }
        let license = *self.tokens.get(self.position)?;
        self.position += 1;
        // An exception only adds permissions to its licence.
        if self.take("WITH") {
            self.position += 1;
        }
        Some(self.accepted.contains(license))
    }

    fn take(&mut self, token: &str) -> bool {
        let found = self.tokens.get(self.position) == Some(&token);
        self.position += usize::from(found);
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_evaluated() {
        let accepted = BTreeSet::from(["MIT".to_owned(), "Apache-2.0".to_owned(), "Unicode-3.0".to_owned()]);
        let cases = [
            ("MIT", true),
            ("MIT/GPL-2.0", true),
            ("GPL-3.0 OR MIT", true),
            ("(MIT OR GPL-3.0) AND Unicode-3.0", true),
            ("MIT AND GPL-3.0", false),
            ("Apache-2.0 WITH LLVM-exception OR GPL-3.0", true),
            ("GPL-3.0", false),
            ("", false),
            ("MIT )", false),
        ];
        for (expression, allowed) in cases {
            assert_eq!(is_allowed(expression, &accepted), allowed, "{expression}");
        }
    }
}
