//! What stories are told with: a town (one deployed stack), the people in it, their sockets, and faults on the wire.

mod answer;
mod archive;
mod archived;
mod circle;
mod dice;
mod exchange;
mod fault_proxy;
mod flow;
mod leaks;
mod person;
mod processes;
mod projects;
mod provider;
mod search;
mod severed;
mod socket;
mod story;
mod town;
mod weather;
mod weathered;

pub(crate) use answer::Answer;
pub(crate) use archive::{Archive, in_order};
pub(crate) use circle::{Circle, names};
pub(crate) use dice::Dice;
pub(crate) use exchange::Exchange;
pub(crate) use fault_proxy::{Fault, FaultProxy, On};
pub(crate) use flow::{Flow, fresh_address};
pub(crate) use person::{PASSWORD, Person};
pub(crate) use provider::{Browser, CALLBACK, Provider};
pub(crate) use search::{Search, TABLES, Trace, rows};
pub(crate) use severed::{Death, Severed};
pub(crate) use socket::Socket;
pub(crate) use story::Story;
pub(crate) use town::{Town, any_address, eventually};
pub(crate) use weather::Weather;
