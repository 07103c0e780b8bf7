//! The shape of functions: short handlers, few dependencies.

use regex_lite::Regex;

use super::Rule;
use super::sources::{self, Source};

const MAX_BODY: usize = 30;
const MAX_FIELDS: usize = 5;

const SHORT_HANDLERS: Rule = Rule {
    text: "The body of an HTTP handler has at most 30 lines",
    why: "a handler reads as a sentence: parse, ask, decide, answer; rules belong to the domain, where they are tested",
    remedy: "move what decides into shared/src/domain and what parses into a function of its own",
};

/// Handlers with the number of lines between their braces. A handler is what follows `#[utoipa::path(…)]`.
fn handlers(source: &Source) -> Vec<(String, usize)> {
    let name = Regex::new(r"^(pub(\([a-z]+\))? )?(async )?fn (\w+)").unwrap();
    let mut found = Vec::new();
    let mut lines = source.production().lines();
    while lines.by_ref().any(|line| line.starts_with("#[utoipa::path(")) {
        let Some(handler) =
            lines.by_ref().find_map(|line| name.captures(line).map(|found| (found[4].to_owned(), line)))
        else {
            break;
        };
        let (handler, signature) = handler;
        if !signature.ends_with('{') {
            lines.by_ref().find(|line| line.ends_with('{'));
        }
        found.push((handler, lines.by_ref().take_while(|line| *line != "}").count()));
    }
    found
}

fn long_handlers(sources: &[Source]) -> Vec<String> {
    let of_file = |source: &Source| {
        let long = handlers(source).into_iter().filter(|(_, lines)| *lines > MAX_BODY);
        long.map(|(name, lines)| format!("{}: {name} has {lines} lines", source.path)).collect::<Vec<_>>()
    };
    sources.iter().flat_map(of_file).collect()
}

fn of_functions() -> Vec<Source> {
    sources::rust().into_iter().filter(|source| source.path.starts_with("functions/")).collect()
}

#[test]
fn handlers_are_short() {
    let sources = of_functions();
    let count: usize = sources.iter().map(|source| handlers(source).len()).sum();
    let attributes: usize = sources.iter().map(|source| source.production().matches("#[utoipa::path(").count()).sum();
    assert_eq!(count, attributes, "the rule does not see every handler");
    SHORT_HANDLERS.holds(&long_handlers(&sources));
}

#[test]
fn a_long_handler_is_caught() {
    let handler = |lines| {
        format!(
            "#[utoipa::path(get, path = \"/\", responses(\n    (status = 200),\n))]\npub(crate) async fn read(\n    \
             caller: Caller,\n) -> Result<()> {{\n{}}}\n",
            "    step();\n".repeat(lines)
        )
    };
    let sources = [Source::new("a.rs", &(handler(30) + &handler(31)))];
    assert_eq!(long_handlers(&sources), ["a.rs: read has 31 lines"]);
}

const FEW_DEPENDENCIES: Rule = Rule {
    text: "A Deps struct has at most 5 fields",
    why: "it lists what a function can do to the world; who can do more does two jobs",
    remedy: "split the function, or group ports that are always used together behind one",
};

fn crowded_deps(sources: &[Source]) -> Vec<String> {
    let start = Regex::new(r"(?m)^pub struct (\w*Deps) \{\n((?s).*?)^\}").unwrap();
    let mut offences = Vec::new();
    for source in sources {
        for found in start.captures_iter(source.production()) {
            let fields = found[2].lines().filter(|line| line.starts_with("    pub ")).count();
            if fields > MAX_FIELDS {
                offences.push(format!("{}: {} has {fields} fields", source.path, &found[1]));
            }
        }
    }
    offences
}

#[test]
fn functions_depend_on_little() {
    FEW_DEPENDENCIES.holds(&crowded_deps(&of_functions()));
}

#[test]
fn a_sixth_dependency_is_caught() {
    let deps = |fields| format!("pub struct Deps {{\n{}}}\n", "    pub a: Arc<dyn A>,\n".repeat(fields));
    let sources = [Source::new("five.rs", &deps(5)), Source::new("six.rs", &deps(6))];
    assert_eq!(crowded_deps(&sources), ["six.rs: Deps has 6 fields"]);
}
