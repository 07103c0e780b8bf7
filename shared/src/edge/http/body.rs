//! Reading requests: JSON bodies, path parameters and queries, with problems that name the field.

use std::borrow::Cow;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use crate::domain::input::known_words;
use crate::error::{Code, Error};

/// A JSON body. Anything else is refused with the reason and, if one is to blame, the field.
#[derive(Debug)]
pub struct Body<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self, Error> {
        let content_type = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        if !content_type.is_some_and(is_json) {
            return Err(Code::UnsupportedMediaType.into());
        }
        let bytes = Bytes::from_request(request, state).await.map_err(too_large_or_broken)?;
        parse(&bytes).map(Self)
    }
}

/// A body of whatever type, as it was sent, for operations that read several.
#[derive(Debug)]
pub struct Upload {
    /// Without parameters, in small letters; empty if none was named.
    pub media_type: String,
    pub bytes: Bytes,
}

impl<S: Send + Sync> FromRequest<S> for Upload {
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self, Error> {
        let content_type = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let media_type = media_type(content_type.unwrap_or_default()).to_ascii_lowercase();
        let bytes = Bytes::from_request(request, state).await.map_err(too_large_or_broken)?;
        Ok(Self { media_type, bytes })
    }
}

/// Reads a JSON object whose fields are `Input`s: what is wrong with one of them is for `Fields` to say, so that all are
/// named at once. Only what is no such object fails here. The message names our own fields, never the client's values.
pub fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Error> {
    // serde would read a struct from a list of its fields, too.
    if bytes.trim_ascii_start().first() == Some(&b'[') {
        return Err(Error::new(Code::MalformedBody, NO_OBJECT));
    }
    serde_json::from_slice(bytes).map_err(|error| malformed(&error))
}

const NO_OBJECT: &str = "The body must be a JSON object";

fn malformed(error: &serde_json::Error) -> Error {
    let text = error.to_string();
    // serde's own words for a field that is there twice name only the field, which is ours.
    let doubled = text.strip_prefix("duplicate field `").and_then(|rest| rest.split('`').next());
    let detail: Cow<'_, str> = match doubled {
        Some(field) => format!("The body has the field {field} more than once").into(),
        None if !error.is_data() => "The body is not valid JSON".into(),
        None if text.starts_with("unknown field") => unknown("body", "field", &text).into(),
        None => NO_OBJECT.into(),
    };
    Error::new(Code::MalformedBody, detail.into_owned())
}

fn is_json(content_type: &str) -> bool {
    media_type(content_type).eq_ignore_ascii_case("application/json")
}

fn media_type(content_type: &str) -> &str {
    content_type.split(';').next().unwrap_or_default().trim()
}

fn too_large_or_broken(rejection: BytesRejection) -> Error {
    let too_large = rejection.status() == http::StatusCode::PAYLOAD_TOO_LARGE;
    Error::from(if too_large { Code::BodyTooLarge } else { Code::MalformedBody }).because(rejection)
}

/// The one parameter of a path, such as an id.
#[derive(Debug)]
pub struct Id<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Id<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        let path = Path::<T>::from_request_parts(parts, state).await;
        path.map(|Path(id)| Self(id)).map_err(|rejection| {
            Error::new(Code::MalformedRequest, "The id in the path cannot be one").because(rejection)
        })
    }
}

/// The parameters after the question mark.
#[derive(Debug)]
pub struct Params<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Params<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        let query = Query::<T>::from_request_parts(parts, state).await;
        query.map(|Query(params)| Self(params)).map_err(|rejection| {
            let text = rejection.body_text();
            let refusal = text.strip_prefix("Failed to deserialize query string: ").unwrap_or(&text);
            Error::new(Code::MalformedRequest, unreadable(refusal)).because(rejection)
        })
    }
}

/// What is wrong with a query, in our words. The name of a parameter is said where it is one of ours.
fn unreadable(refusal: &str) -> String {
    let is_ours = |name: &&str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    let (name, flaw) = refusal.split_once(": ").unwrap_or(("", refusal));
    let doubled = flaw.strip_prefix("duplicate field `").and_then(|rest| rest.strip_suffix('`'));
    if flaw.starts_with("unknown field") {
        unknown("query", "parameter", refusal)
    } else if let Some(name) = doubled.filter(is_ours) {
        format!("The query has the parameter {name} more than once")
    } else if let Some(name) = Some(name).filter(is_ours) {
        match known_words(flaw).filter(|_| flaw.starts_with("unknown variant")) {
            Some(words) => format!("The parameter {name} must be one of {words}"),
            None => format!("The parameter {name} has the wrong form"),
        }
    } else {
        "The query has a parameter that is missing, given twice or of the wrong form".to_owned()
    }
}

/// What is unknown is the client's own text; those that are known help more.
fn unknown(place: &str, what: &str, refusal: &str) -> String {
    match known_words(refusal) {
        Some(words) => format!("The {place} has a {what} that this operation does not know; it knows {words}"),
        None => format!("The {place} has a {what} that this operation does not know; it knows none"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::input::Input;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Wire {
        #[expect(dead_code, reason = "only its type matters here")]
        limit: Input<u8>,
    }

    #[test]
    fn what_is_no_such_object_is_refused_and_nothing_of_it_repeated() {
        for (body, detail) in [
            (&b"{"[..], "The body is not valid JSON"),
            (b"", "The body is not valid JSON"),
            (b"{\"limit\":1} x", "The body is not valid JSON"),
            (b"[]", NO_OBJECT),
            (b" [1]", NO_OBJECT),
            (b"5", NO_OBJECT),
            (b"{\"limit\":1,\"secret\":[]}", "The body has a field that this operation does not know; it knows limit"),
            (b"{\"limit\":1,\"limit\":2}", "The body has the field limit more than once"),
        ] {
            let error = parse::<Wire>(body).unwrap_err();
            assert_eq!((error.code(), error.detail()), (Code::MalformedBody, detail));
        }
        assert!(parse::<Wire>(b"{}").is_ok() && parse::<Wire>(b"{\"limit\":\"1\"}").is_ok());
    }

    #[expect(dead_code, reason = "only its types matter here")]
    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Asked {
        limit: Option<u8>,
        order: Option<Order>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Order {
        Newest,
        Oldest,
    }

    #[test]
    fn a_query_that_cannot_be_read_is_told_what_is_wrong_with_it() {
        for (query, detail) in [
            ("limit=x", "The parameter limit has the wrong form"),
            ("limit=1&limit=2", "The query has the parameter limit more than once"),
            ("order=loudest", "The parameter order must be one of newest, oldest"),
            ("secret=1", "The query has a parameter that this operation does not know; it knows limit, order"),
        ] {
            let uri = format!("/?{}", query.replace(' ', "%20").replace('`', "%60")).parse().unwrap();
            let text = Query::<Asked>::try_from_uri(&uri).unwrap_err().body_text();
            let refusal = text.strip_prefix("Failed to deserialize query string: ").unwrap();
            assert_eq!(unreadable(refusal), detail, "{refusal}");
        }
        // What looks like words of serde is still the client's text.
        for trick in ["limit: duplicate field `secret`", "limit: unknown variant `secret`, expected `secret`"] {
            assert!(
                !unreadable(&format!("{trick}: unknown field `{trick}`, expected `limit` or `order`"))
                    .contains("secret")
            );
        }
        let read = Query::<Asked>::try_from_uri(&"/?limit=1&order=oldest".parse().unwrap()).unwrap().0;
        assert!(matches!(read.order, Some(Order::Oldest)) && !matches!(read.order, Some(Order::Newest)));
    }
}
