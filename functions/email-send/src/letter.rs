//! What a mail says, as blocks, and how blocks become plain text and HTML: the same words in both.

use askama::Template;
use shared::domain::locale::Locale;
use shared::error::{Error, Result};

/// A mail without its envelope.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Letter {
    pub(crate) subject: String,
    pub(crate) blocks: Vec<Block>,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Block {
    Paragraph(String),
    /// To be typed in somewhere.
    Code(String),
    /// What somebody else has written.
    Quote(String),
    List(Vec<String>),
    Link {
        label: &'static str,
        url: String,
    },
}

#[derive(Template)]
#[template(path = "letter.txt", escape = "none")]
struct Plain<'l> {
    letter: &'l Letter,
    app_url: &'l str,
}

#[derive(Template)]
#[template(path = "letter.html")]
struct Html<'l> {
    letter: &'l Letter,
    app_url: &'l str,
    language: &'static str,
}

impl Letter {
    pub(crate) fn new(subject: impl Into<String>) -> Self {
        Self { subject: subject.into(), blocks: Vec::new() }
    }

    #[must_use]
    pub(crate) fn says(mut self, text: impl Into<String>) -> Self {
        self.blocks.push(Block::Paragraph(text.into()));
        self
    }

    #[must_use]
    pub(crate) fn with(mut self, block: Block) -> Self {
        self.blocks.push(block);
        self
    }

    /// The letter in plain text, closed by the address of the client app.
    pub(crate) fn text(&self, app_url: &str) -> Result<String> {
        Plain { letter: self, app_url }.render().map_err(Error::internal)
    }

    pub(crate) fn html(&self, app_url: &str, locale: Locale) -> Result<String> {
        Html { letter: self, app_url, language: locale.as_str() }.render().map_err(Error::internal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter() -> Letter {
        Letter::new("5 < 6")
            .says("Enter this:")
            .with(Block::Code("042917".to_owned()))
            .with(Block::Quote("<script>alert(1)</script> & \"more\"".to_owned()))
            .with(Block::List(vec!["one".to_owned(), "two".to_owned()]))
            .with(Block::Link { label: "Or follow this link", url: "https://app.example.org/a?b=1&c=2#d".to_owned() })
    }

    #[test]
    fn plain_text_is_read_as_it_stands() {
        let text = letter().text("https://app.example.org").unwrap();
        let expected = "Enter this:\n\n042917\n\n<script>alert(1)</script> & \"more\"\n\n- one\n- two\n\n\
                        Or follow this link:\n\nhttps://app.example.org/a?b=1&c=2#d\n\n-- \nhttps://app.example.org\n";
        assert_eq!(text, expected);
    }

    #[test]
    fn nothing_that_somebody_wrote_becomes_markup() {
        let html = letter().html("https://app.example.org", Locale::De).unwrap();
        assert!(html.contains("<html lang=\"de\">") && !html.contains("<script"), "{html}");
        assert!(html.contains("&#60;script&#62;alert(1)&#60;/script&#62; &#38; &#34;more&#34;"), "{html}");
        assert!(html.contains("href=\"https://app.example.org/a?b=1&#38;c=2#d\""), "{html}");
    }
}
