//! Routes and their description, from one attribute.

/// The routes of these handlers, by the paths and methods in their `#[utoipa::path]`, for an `OpenApiRouter`.
///
/// A release build leaves the descriptions out: only tests read them, `health` serves the finished document, and they
/// would be a twentieth of a zip and built at every cold start.
#[macro_export]
macro_rules! routes {
    ($($($segment:ident)::+),+ $(,)?) => {
        if cfg!(debug_assertions) {
            utoipa_axum::routes!($($($segment)::+),+)
        } else {
            use utoipa_axum::PathItemExt as _;
            let mut paths = utoipa::openapi::path::Paths::new();
            let mut handlers = axum::routing::MethodRouter::new();
            $(
                let methods = utoipa_axum::routes!(@path [methods()] of $($segment)::+);
                for method in &methods {
                    handlers = handlers.on(method.to_method_filter(), $($segment)::+);
                }
                let path = utoipa_axum::routes!(@path [path()] of $($segment)::+);
                paths.add_path_operation(path, methods, utoipa::openapi::path::Operation::default());
            )+
            (Vec::new(), paths, handlers)
        }
    };
}
