//! Answers in the form that Lambda takes.
//!
//! Every body here is UTF-8. Left to itself, `lambda_http` asks each content type for its character set and links the
//! tables of forty of them, which is a twentieth of a function's zip.

use std::pin::Pin;

use axum::Router;
use axum::response::Response;
use http_body_util::BodyExt;
use lambda_http::{Body, IntoResponse, Request};
use tower::ServiceExt;
use tower::util::MapResponse;

/// A router that answers Lambda.
pub(crate) type Service = MapResponse<Router, fn(Response) -> Utf8>;

pub(crate) fn service(router: Router) -> Service {
    ServiceExt::<Request>::map_response(router, Utf8)
}

pub(crate) struct Utf8(Response);

impl IntoResponse for Utf8 {
    fn into_response(self) -> Pin<Box<dyn Future<Output = lambda_http::Response<Body>> + Send>> {
        Box::pin(async {
            let (parts, body) = self.0.into_parts();
            let text = body.collect().await.ok().and_then(|body| String::from_utf8(body.to_bytes().into()).ok());
            let Some(text) = text else {
                // Nothing here streams or writes bytes; whoever starts to will see it at once.
                let mut defect = lambda_http::Response::new(Body::Empty);
                *defect.status_mut() = http::StatusCode::INTERNAL_SERVER_ERROR;
                return defect;
            };
            lambda_http::Response::from_parts(parts, Body::Text(text))
        })
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Bytes;
    use axum::http::{StatusCode, header};
    use axum::routing::get;

    use super::*;

    async fn answer(router: Router) -> lambda_http::Response<Body> {
        service(router).oneshot(Request::default()).await.unwrap().into_response().await
    }

    #[tokio::test]
    async fn a_body_stays_text_and_the_head_stays_as_it_was() {
        let router = Router::new().route("/", get(async || (StatusCode::CREATED, [(header::LOCATION, "/x")], "Zoë")));
        let answer = answer(router).await;
        assert_eq!((answer.status(), answer.headers()[header::LOCATION].as_bytes()), (StatusCode::CREATED, &b"/x"[..]));
        assert_eq!(answer.into_body(), Body::Text("Zoë".to_owned()));
    }

    #[tokio::test]
    async fn bytes_that_are_no_text_are_a_defect() {
        let router = Router::new().route("/", get(async || Bytes::from_static(&[0xFF])));
        assert_eq!(answer(router).await.status(), StatusCode::INTERNAL_SERVER_ERROR);
    }
}
