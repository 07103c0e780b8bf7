//! The towns in which everything can go wrong at random.

use std::sync::LazyLock;

use super::{FaultProxy, Town};

const SES: &str = "AWS_ENDPOINT_URL_SESV2";
const SOCKETS: &str = "AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI";

impl Town {
    /// The town with proxies on all ways of the functions that talk: to `DynamoDB` and to sockets.
    pub(crate) fn weathered() -> &'static Self {
        static TOWN: LazyLock<Town> = LazyLock::new(|| {
            let mut town = Town::found_with("weathered", false, Vec::new());
            let (faults, posts) =
                (FaultProxy::before(town.stack.endpoint()), FaultProxy::before(town.stack.endpoint()));
            for function in ["chat", "projects"] {
                town.stack.set_function_env(function, &[("AWS_ENDPOINT_URL_DYNAMODB", faults.url())]).unwrap();
            }
            for function in ["chat-send", "socket", "push"] {
                let variables = town.stack.function_env(function).unwrap();
                let sockets = variables[SOCKETS].as_str().unwrap().replace(town.stack.endpoint(), posts.url());
                let proxied = [("AWS_ENDPOINT_URL_DYNAMODB", faults.url()), (SOCKETS, &sockets)];
                town.stack.set_function_env(function, &proxied).unwrap();
            }
            (town.faults, town.posts) = (Some(faults), Some(posts));
            town
        });
        &TOWN
    }

    /// The town with proxies on all ways of the function that sends mails.
    pub(crate) fn postal() -> &'static Self {
        static TOWN: LazyLock<Town> = LazyLock::new(|| {
            let mut town = Town::found_with("postal", false, Vec::new());
            let (faults, posts) =
                (FaultProxy::before(town.stack.endpoint()), FaultProxy::before(town.stack.endpoint()));
            let proxied = [("AWS_ENDPOINT_URL_DYNAMODB", faults.url()), (SES, posts.url())];
            town.stack.set_function_env("email-send", &proxied).unwrap();
            (town.faults, town.posts) = (Some(faults), Some(posts));
            town
        });
        &TOWN
    }
}
