//! The parameters after the question mark: what nobody knows is refused.

use regex_lite::Regex;

use super::Rule;
use super::sources::{self, Source};

const STRICT: Rule = Rule {
    text: "A type in Params<…> has #[serde(deny_unknown_fields)], in the function that takes it",
    why: "a misspelt parameter would count as left out: ?keep_curent=true would end the session it was to keep",
    remedy: "write the attribute below the derive",
};

/// The folder of the function that a file belongs to.
fn function_of(path: &str) -> &str {
    path.split_once("/src/").map_or(path, |(function, _)| function)
}

/// The types that a file's handlers take as parameters, each with the attributes above its definition, which may stand
/// in another file of the function.
fn parameters(source: &Source, sources: &[Source]) -> Vec<(String, String)> {
    let taken = Regex::new(r": Params<(\w+)>").unwrap();
    let attributes = |name: &str| {
        let definition = Regex::new(&format!(r"((?m)(?:^#\[.*\n)*)(?:pub(?:\([a-z]+\))? )?struct {name} ")).unwrap();
        let own = sources.iter().filter(|other| function_of(&other.path) == function_of(&source.path));
        let mut found = own.filter_map(|file| definition.captures(file.production()).map(|found| found[1].to_owned()));
        found.next().unwrap_or_default()
    };
    taken.captures_iter(source.production()).map(|found| (found[1].to_owned(), attributes(&found[1]))).collect()
}

fn lax(sources: &[Source]) -> Vec<String> {
    let of_file = |source: &Source| {
        let parameters = parameters(source, sources).into_iter();
        let lax = parameters.filter(|(_, attributes)| !attributes.contains("deny_unknown_fields"));
        lax.map(|(name, _)| format!("{}: {name}", source.path)).collect::<Vec<_>>()
    };
    sources.iter().flat_map(of_file).collect()
}

fn of_functions() -> Vec<Source> {
    sources::rust().into_iter().filter(|source| source.path.starts_with("functions/")).collect()
}

#[test]
fn unknown_parameters_are_refused() {
    let sources = of_functions();
    assert!(
        sources.iter().map(|source| parameters(source, &sources).len()).sum::<usize>() >= 6,
        "the rule sees no parameters"
    );
    STRICT.holds(&lax(&sources));
}

#[test]
fn a_lax_parameter_is_caught() {
    let handler = "fn list(Params(p): Params<Wanted>) {}\n";
    let definition = |attribute: &str| format!("#[derive(Deserialize)]\n{attribute}pub(crate) struct Wanted {{\n}}\n");
    let (lax_definition, strict_definition) = (definition(""), definition("#[serde(deny_unknown_fields)]\n"));
    let sources = [
        Source::new("functions/a/src/list.rs", &format!("{lax_definition}{handler}")),
        Source::new("functions/b/src/list.rs", &format!("{strict_definition}{handler}")),
        Source::new("functions/c/src/list.rs", handler),
        Source::new("functions/c/src/pages.rs", &strict_definition),
        Source::new("functions/d/src/list.rs", handler),
        Source::new("functions/e/src/pages.rs", &strict_definition),
    ];
    assert_eq!(lax(&sources), ["functions/a/src/list.rs: Wanted", "functions/d/src/list.rs: Wanted"]);
}
