//! Reading requests: JSON bodies, path parameters and queries, with problems that name the field.

use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

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
        let bytes = axum::body::Bytes::from_request(request, state).await.map_err(too_large_or_broken)?;
        parse(&bytes).map(Self)
    }
}

/// Reads a JSON value and says where it fails. The message names our own fields and types, never the client's values.
pub(crate) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Error> {
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let path = error.path().to_string();
        let inner = error.into_inner();
        match inner.classify() {
            serde_json::error::Category::Data if let Some(field) = missing_field(&path, &inner) => {
                Error::invalid(field.clone(), format!("{field} is missing"))
            }
            serde_json::error::Category::Data if let Some(field) = doubled_field(&inner) => {
                Error::new(Code::MalformedBody, format!("The body has the field {field} more than once"))
            }
            serde_json::error::Category::Data if path != "." && !is_unknown_field(&inner) => {
                Error::invalid(path.clone(), format!("{path} has the wrong type or form")).because(inner)
            }
            serde_json::error::Category::Data => Error::new(Code::MalformedBody, unknown_or_no_object(&inner)),
            _ => Error::new(Code::MalformedBody, "The body is not valid JSON").because(inner),
        }
    })?;
    deserializer.end().map_err(|error| Error::new(Code::MalformedBody, "The body is not valid JSON").because(error))?;
    Ok(value)
}

/// serde's own words for a missing field name only the field, which is ours; the path leads to what lacks it.
fn missing_field(path: &str, error: &serde_json::Error) -> Option<String> {
    let text = error.to_string();
    let field = text.strip_prefix("missing field `")?.split('`').next()?;
    Some(if path == "." { field.to_owned() } else { format!("{path}.{field}") })
}

/// Likewise for a field that is there twice: which of the two is meant, nobody can say.
fn doubled_field(error: &serde_json::Error) -> Option<String> {
    let text = error.to_string();
    text.strip_prefix("duplicate field `")?.split('`').next().map(str::to_owned)
}

fn unknown_or_no_object(error: &serde_json::Error) -> &'static str {
    if is_unknown_field(error) {
        "The body has a field that this operation does not know"
    } else {
        "The body must be a JSON object"
    }
}

/// An unknown field is the client's own text, which no answer repeats.
fn is_unknown_field(error: &serde_json::Error) -> bool {
    error.to_string().starts_with("unknown field")
}

fn is_json(content_type: &str) -> bool {
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    media_type.eq_ignore_ascii_case("application/json")
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
            Error::new(
                Code::MalformedRequest,
                "The query has a parameter that is unknown, given twice or of the wrong form",
            )
            .because(rejection)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Wire {
        #[expect(dead_code, reason = "only its type matters here")]
        limit: u8,
    }

    #[test]
    fn a_refusal_names_the_field_and_repeats_no_value() {
        let error = parse::<Wire>(br#"{"limit":"secret"}"#).unwrap_err();
        assert_eq!((error.code(), error.fields()[0].field.as_ref()), (Code::InvalidField, "limit"));
        assert!(!error.detail().contains("secret"));
        let missing = parse::<Wire>(b"{}").unwrap_err();
        assert_eq!((missing.detail(), missing.fields()[0].field.as_ref()), ("limit is missing", "limit"));
        let doubled = parse::<Wire>(br#"{"limit":1,"limit":2}"#).unwrap_err();
        assert_eq!(
            (doubled.code(), doubled.detail()),
            (Code::MalformedBody, "The body has the field limit more than once")
        );
        for body in [&b"{"[..], b"{\"limit\":1} x", b"[]", b"", b"{\"limit\":1,\"roles\":[]}"] {
            assert!(parse::<Wire>(body).is_err());
        }
    }
}
