//! House rules: what everybody has agreed on about the repository itself, checked like any other behaviour.
//!
//! A rule is a function from what it looks at to a list of offences. Each has two tests: the repository has no offence,
//! and a copy into which one was planted has. A rule that cannot fail would say nothing.

mod actions;
mod alarms;
mod buckets;
mod cdn;
mod documents;
mod handlers;
mod layers;
mod names;
mod parameters;
mod partitions;
mod powers;
mod queues;
mod routes;
mod schedules;
mod size;
mod sources;
mod storage;
pub(crate) mod template;
mod tidy;
mod wiring;

/// A rule as it is explained to whoever broke it.
struct Rule {
    text: &'static str,
    why: &'static str,
    remedy: &'static str,
}

impl Rule {
    #[track_caller]
    fn holds(&self, offences: &[String]) {
        let Self { text, why, remedy } = self;
        assert!(
            offences.is_empty(),
            "\n\n  {text}\n  Why: {why}\n  What to do: {remedy}\n\n    {}\n",
            offences.join("\n    ")
        );
    }
}
