//! A real provider of `OpenID` Connect as a process, and a browser in which people sign in at it.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use regex_lite::Regex;
use ureq::Agent;
use ureq::http::Response;
use xtask::{Progress, provider};

/// Where the provider sends people back to; nothing listens there, because the story reads what would be sent.
pub(crate) const CALLBACK: &str = "http://localhost:3000/oauth/callback";
/// Pages of one sign-in: its redirects, the form of the login and the form of the consent.
const MAX_PAGES: usize = 20;

pub(crate) struct Provider {
    issuer: String,
    /// The provider ends when its standard input does, and that is when this process does.
    _process: Child,
}

impl Provider {
    pub(crate) fn start() -> Self {
        let installed = provider::Provider::ensure(Progress::default()).unwrap_or_else(|failure| panic!("{failure}"));
        let log = File::create(installed.folder.join("provider.log")).expect("a log");
        let mut process = Command::new(installed.node)
            .args(["server.js", CALLBACK])
            .current_dir(installed.folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .expect("Node.js starts");
        let mut issuer = String::new();
        BufReader::new(process.stdout.take().expect("a pipe")).read_line(&mut issuer).expect("the provider starts");
        Self { issuer: issuer.trim().to_owned(), _process: process }
    }

    /// Lets the template's Google and GitHub be this provider.
    pub(crate) fn parameters(&self) -> Vec<(String, String)> {
        let urls = ["GoogleIssuer", "GitHubUrl", "GitHubApiUrl"].map(|name| (name.to_owned(), self.issuer.clone()));
        let ids = [("GoogleClientId", "google-client"), ("GitHubClientId", "github-client")];
        urls.into_iter().chain(ids.map(|(name, id)| (name.to_owned(), id.to_owned()))).collect()
    }
}

/// A browser with its cookies, of somebody who has not signed in anywhere yet.
pub(crate) struct Browser {
    agent: Agent,
    cookies: BTreeMap<String, String>,
}

impl Browser {
    pub(crate) fn new() -> Self {
        let config = Agent::config_builder().http_status_as_error(false).max_redirects(0);
        Self { agent: config.max_redirects_will_error(false).build().into(), cookies: BTreeMap::new() }
    }

    /// Opens an address, signs in and consents under `name`, and answers the parameters that the provider sends back.
    pub(crate) fn signs_in(&mut self, url: &str, name: &str) -> BTreeMap<String, String> {
        let mut response = self.get(url);
        for _ in 0..MAX_PAGES {
            if let Some(location) = location(&response) {
                if let Some(query) = location.strip_prefix(CALLBACK) {
                    return parameters(query.trim_start_matches('?'));
                }
                response = self.get(&absolute(url, &location));
                continue;
            }
            let page = response.body_mut().read_to_string().unwrap();
            assert_eq!(response.status(), 200, "{page}");
            response = self.submit(&page, name);
        }
        panic!("the provider asks and asks");
    }

    /// Opens an address and answers what the page says.
    pub(crate) fn reads(&mut self, url: &str) -> (u16, String) {
        let mut response = self.get(url);
        (response.status().as_u16(), response.body_mut().read_to_string().unwrap())
    }

    fn get(&mut self, url: &str) -> Response<ureq::Body> {
        let response = self.agent.get(url).header("cookie", self.cookie()).call().unwrap();
        self.keep(&response);
        response
    }

    /// Fills in the form of a page: the login, or the consent.
    fn submit(&mut self, page: &str, name: &str) -> Response<ureq::Body> {
        let found = |pattern: &str| Regex::new(pattern).unwrap().captures(page).map(|found| found[1].to_owned());
        let action = found(r#"<form[^>]* action="([^"]+)""#).expect("a form");
        let prompt = found(r#"name="prompt" value="(\w+)""#).expect("a form with a prompt");
        let fields = [("prompt", prompt.as_str()), ("login", name), ("password", "any")];
        let response = self.agent.post(action).header("cookie", self.cookie()).send_form(fields).unwrap();
        self.keep(&response);
        response
    }

    fn cookie(&self) -> String {
        self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    /// One browser walks one way at a time, so the paths of cookies need no regard: the newest value is the right one.
    fn keep(&mut self, response: &Response<ureq::Body>) {
        for cookie in response.headers().get_all("set-cookie") {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap_or_default();
            match pair.split_once('=') {
                Some((name, "")) => drop(self.cookies.remove(name)),
                Some((name, value)) => drop(self.cookies.insert(name.to_owned(), value.to_owned())),
                None => {}
            }
        }
    }
}

fn location(response: &Response<ureq::Body>) -> Option<String> {
    let location = response.headers().get("location").filter(|_| response.status().is_redirection())?;
    Some(location.to_str().unwrap().to_owned())
}

/// A path on the server of `url`, unless it is a whole address already.
fn absolute(url: &str, location: &str) -> String {
    if location.starts_with("http") {
        return location.to_owned();
    }
    let server: Vec<&str> = url.splitn(4, '/').take(3).collect();
    format!("{}{location}", server.join("/"))
}

/// Codes and states are plain text, so nothing in them is escaped.
fn parameters(query: &str) -> BTreeMap<String, String> {
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}
