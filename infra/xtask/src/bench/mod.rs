//! Measures what a function costs to start and to call, against stubs of what surrounds it in AWS.
//!
//! The Runtime API and the service stubs run in this process, on loopback: they answer in microseconds, so that what is
//! measured is the function. Everything with TLS is compiled only with the feature `bench`.

mod http;
pub mod lambda;
pub mod runtime_api;
pub mod store;

#[cfg(feature = "bench")]
pub mod backup;
#[cfg(feature = "bench")]
pub mod cache;
#[cfg(feature = "bench")]
pub mod cold_start;
#[cfg(feature = "bench")]
pub mod costs;
#[cfg(feature = "bench")]
pub mod credentials;
#[cfg(feature = "bench")]
pub mod enumeration;
#[cfg(feature = "bench")]
mod events;
#[cfg(feature = "bench")]
pub mod fanout;
#[cfg(feature = "bench")]
mod instructions;
#[cfg(feature = "bench")]
pub mod matching;
#[cfg(feature = "bench")]
mod measure;
#[cfg(feature = "bench")]
pub mod photos;
#[cfg(feature = "bench")]
mod program;
#[cfg(feature = "bench")]
mod report;
#[cfg(feature = "bench")]
pub mod retrieval;
#[cfg(feature = "bench")]
mod service;
#[cfg(feature = "bench")]
mod subjects;
#[cfg(feature = "bench")]
mod texts;
#[cfg(feature = "bench")]
mod tls;
#[cfg(feature = "bench")]
mod worker;
