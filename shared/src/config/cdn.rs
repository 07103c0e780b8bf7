//! The section about `CloudFront`.

use super::Vars;

const URL: &str = "APP_PHOTOS_CDN_URL";
const KEY: &str = "APP_PHOTOS_CDN_KEY";
const KEY_ID: &str = "APP_PHOTOS_CDN_KEY_ID";
const SECRET: &str = "APP_PHOTOS_CDN_SECRET";

/// How photos are reached through `CloudFront`, in a deployment that has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CdnConfig {
    /// `APP_PHOTOS_CDN_URL`: where the distribution is, as `https://host`.
    pub url: String,
    /// `APP_PHOTOS_CDN_KEY`: which of the keys in the secret links are signed with, `a` or `b`.
    pub key: &'static str,
    /// `APP_PHOTOS_CDN_KEY_ID`: what `CloudFront` calls its public half.
    pub key_id: String,
    /// `APP_PHOTOS_CDN_SECRET`: the secret with the private keys.
    pub secret: String,
}

impl CdnConfig {
    /// Nothing if none of the variables is set; if some are, the others must be.
    pub fn read(vars: &mut Vars) -> Option<Self> {
        if [URL, KEY, KEY_ID, SECRET].iter().all(|name| vars.optional(name).is_none()) {
            return None;
        }
        let config = Self {
            url: vars.required(URL),
            key: vars.one_of(KEY, ["a", "b"]),
            key_id: vars.required(KEY_ID),
            secret: vars.required(SECRET),
        };
        vars.expect(config.url.is_empty() || is_place(&config.url), "APP_PHOTOS_CDN_URL must be https:// and a host");
        Some(config)
    }
}

/// The address goes into what is signed, where a star stands for everything and a quotation mark ends the text.
fn is_place(url: &str) -> bool {
    let host = url.strip_prefix("https://").unwrap_or_default();
    !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [(&str, &str); 4] =
        [(URL, "https://d111111abcdef8.cloudfront.net"), (KEY, "b"), (KEY_ID, "K2JCJMDEHXQW5F"), (SECRET, "photos")];

    #[test]
    fn without_any_variable_there_is_no_cdn_and_nothing_is_wrong() {
        let mut vars = Vars::from_iter(ALL.map(|(name, _)| (name, "")));
        assert_eq!(CdnConfig::read(&mut vars), None);
        vars.finish().unwrap();
    }

    #[test]
    fn some_variables_without_the_others_are_refused_and_each_is_named() {
        for set in 0..16_u32 {
            let is_set = |index: usize| set & (1 << index) != 0;
            let given = ALL.iter().enumerate().filter(|(index, _)| is_set(*index)).map(|(_, pair)| *pair);
            let mut vars: Vars = given.collect();
            let config = CdnConfig::read(&mut vars);
            let problems = vars.finish().err().map(|error| error.to_string()).unwrap_or_default();
            assert_eq!(config.is_some(), set != 0);
            for (index, (name, _)) in ALL.iter().enumerate() {
                let is_named = problems.contains(&format!("{name} is not set"));
                assert_eq!(is_named, set != 0 && !is_set(index), "{name} among {problems:?}");
            }
        }
    }

    #[test]
    fn an_address_that_would_sign_for_more_is_refused() {
        for url in
            ["http://a.example", "https://", "https://*", "https://a.example/x", "https://a.example\"", "a.example"]
        {
            let mut vars = Vars::from_iter(ALL.map(|(name, value)| (name, if name == URL { url } else { value })));
            CdnConfig::read(&mut vars);
            let error = vars.finish().unwrap_err().to_string();
            assert_eq!(error, "configuration: APP_PHOTOS_CDN_URL must be https:// and a host", "{url}");
        }
    }
}
