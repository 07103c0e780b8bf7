//! Contracts: what code and documents say of each other, and what the edges promise to AWS, held without a stack.

mod asvs;
mod asyncapi;
mod batches;
mod cdn;
mod dead_letters;
mod errors;
mod limits;
mod openapi;
mod operator;
mod sentences;
mod throttles;
mod vault;
