//! Queries and forms: names and values with everything escaped that could be read as syntax.

use std::fmt::Write as _;

/// The body of a form, and what follows the question mark of a URL.
pub fn form(pairs: &[(&str, &str)]) -> String {
    let mut text = String::new();
    for (name, value) in pairs {
        if !text.is_empty() {
            text.push('&');
        }
        escape(name, &mut text);
        text.push('=');
        escape(value, &mut text);
    }
    text
}

/// A URL with these parameters behind those that it has.
pub fn with_query(url: &str, pairs: &[(&str, &str)]) -> String {
    let separator = if url.contains('?') { '&' } else { '?' };
    format!("{url}{separator}{}", form(pairs))
}

/// RFC 3986: only the unreserved characters stand for themselves.
fn escape(value: &str, text: &mut String) {
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            write!(text, "%{byte:02X}").ok();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_value_is_syntax() {
        assert_eq!(form(&[("a", "x&b=y z"), ("c", "ü#%")]), "a=x%26b%3Dy%20z&c=%C3%BC%23%25");
        assert_eq!(with_query("https://a.example/auth?p=1", &[("q", "2")]), "https://a.example/auth?p=1&q=2");
        assert_eq!(with_query("https://a.example/auth", &[("q", "a/b")]), "https://a.example/auth?q=a%2Fb");
    }
}
