//! The parameters after the question mark: what nobody knows is refused.

use regex_lite::Regex;

use super::Rule;
use super::sources::{self, Source};

const STRICT: Rule = Rule {
    text: "A type in Params<…> has #[serde(deny_unknown_fields)], in the file that takes it",
    why: "a misspelt parameter would count as left out: ?keep_curent=true would end the session it was to keep",
    remedy: "write the attribute below the derive",
};

/// The types that handlers take as parameters, each with the attributes above its definition.
fn parameters(source: &Source) -> Vec<(String, String)> {
    let taken = Regex::new(r": Params<(\w+)>").unwrap();
    let attributes = |name: &str| {
        let definition = Regex::new(&format!(r"((?m)(?:^#\[.*\n)*)(?:pub(?:\([a-z]+\))? )?struct {name} ")).unwrap();
        definition.captures(source.production()).map_or_else(String::new, |found| found[1].to_owned())
    };
    taken.captures_iter(source.production()).map(|found| (found[1].to_owned(), attributes(&found[1]))).collect()
}

fn lax(sources: &[Source]) -> Vec<String> {
    let of_file = |source: &Source| {
        let lax = parameters(source).into_iter().filter(|(_, attributes)| !attributes.contains("deny_unknown_fields"));
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
    assert!(sources.iter().map(|source| parameters(source).len()).sum::<usize>() >= 6, "the rule sees no parameters");
    STRICT.holds(&lax(&sources));
}

#[test]
fn a_lax_parameter_is_caught() {
    let file = |attribute: &str| {
        format!(
            "#[derive(Deserialize)]\n{attribute}pub(crate) struct Wanted {{\n}}\nfn list(Params(p): Params<Wanted>) {{}}\n"
        )
    };
    let sources =
        [Source::new("lax.rs", &file("")), Source::new("strict.rs", &file("#[serde(deny_unknown_fields)]\n"))];
    assert_eq!(lax(&sources), ["lax.rs: Wanted"]);
}
