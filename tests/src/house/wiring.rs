//! What a function's `main.rs` wires, read from its text: the variables it takes and the powers it uses.

use std::collections::{BTreeMap, BTreeSet};

use regex_lite::Regex;

/// A power over something outside, as all three lists name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Power {
    Table,
    Queue,
    Secret,
    Bucket,
    Mail,
    Connections,
    /// Reached by being in its network: no policy speaks of it.
    Cache,
}

/// Powers, each with the variable that says over what.
pub(super) type Powers = BTreeSet<(Power, String)>;

/// The variable that the SDK reads by itself.
pub(super) const CONNECTIONS: &str = "AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI";

/// Which adapter stands for which power.
const ADAPTERS: [(&str, Power); 14] = [
    ("SqsQueues::new(", Power::Queue),
    ("SqsDeadLetters::new(", Power::Queue),
    ("SqsBackupJobs::new(", Power::Queue),
    ("SesMailer::new(", Power::Mail),
    ("secrets::", Power::Secret),
    ("cdn::links(", Power::Secret),
    ("BucketProbe::new(", Power::Bucket),
    ("S3Segments::new(", Power::Bucket),
    ("S3Photos::new(", Power::Bucket),
    ("S3Vault::new(", Power::Bucket),
    ("S3Exports::new(", Power::Bucket),
    ("ApiGatewaySockets::new(", Power::Connections),
    ("cache::open(", Power::Cache),
    ("CacheProbe::new(", Power::Cache),
];

/// The variable that says where the cache is.
pub(super) const CACHE: &str = "APP_CACHE_URL";

/// What a variable gives power over, told by its name.
pub(super) fn power_of(variable: &str) -> Option<Power> {
    match variable {
        CONNECTIONS => Some(Power::Connections),
        "APP_MAIL_FROM" => Some(Power::Mail),
        CACHE => Some(Power::Cache),
        name if name.starts_with("APP_TABLES_") => Some(Power::Table),
        name if name.starts_with("APP_QUEUES_") => Some(Power::Queue),
        name if name.starts_with("APP_BUCKETS_") => Some(Power::Bucket),
        name if name.ends_with("_SECRET") => Some(Power::Secret),
        _ => None,
    }
}

#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Wiring {
    pub(super) variables: BTreeSet<String>,
    pub(super) powers: Powers,
}

/// Reads a `main.rs`; `sections` are the variables of each section of the configuration.
pub(super) fn read(main: &str, sections: &BTreeMap<String, Vec<String>>) -> Wiring {
    let all = |expression: &str| -> Vec<String> {
        let expression = Regex::new(expression).unwrap();
        expression.captures_iter(main).map(|found| found[1].to_owned()).collect()
    };
    let tables =
        all(r"\bTableName::([A-Z]\w+)").into_iter().map(|table| format!("APP_TABLES_{}", table.to_uppercase()));
    let named = all(r#"\.required\("(\w+)"\)"#);
    let optional = all(r#"\.optional\("(\w+)"\)"#);
    let of_sections = all(r"\b(\w+Config)::read\(").into_iter().flat_map(|name| {
        sections.get(&name).cloned().unwrap_or_else(|| panic!("shared/src/config documents no {name}"))
    });
    let mut variables: BTreeSet<String> = tables.chain(named).chain(optional).chain(of_sections).collect();
    if main.contains("ApiGatewaySockets::new(") {
        variables.insert(CONNECTIONS.to_owned());
    }
    Wiring { powers: powers(main, &variables), variables }
}

/// A variable alone is no power: something must be built that uses it.
fn powers(main: &str, variables: &BTreeSet<String>) -> Powers {
    let used = |power: Power| {
        power == Power::Table || ADAPTERS.iter().any(|(adapter, of)| *of == power && main.contains(adapter))
    };
    let known = variables.iter().filter_map(|variable| Some((power_of(variable)?, variable.clone())));
    let mut powers: Powers = known.filter(|(power, _)| used(*power)).collect();
    // An adapter that is built without a variable is a power, too, over who knows what.
    for (adapter, power) in ADAPTERS {
        if main.contains(adapter) && !powers.iter().any(|(known, _)| *known == power) {
            powers.insert((power, "no variable".to_owned()));
        }
    }
    powers
}

/// The variables of each section, from the docs of its fields in `shared/src/config`.
pub(super) fn sections(source: &str) -> BTreeMap<String, Vec<String>> {
    let section = Regex::new(r"(?m)^pub struct (\w+Config) \{\n((?s).*?)^\}").unwrap();
    let variable = Regex::new(r"(?m)^    /// `(APP_\w+)`").unwrap();
    let fields = |body: &str| variable.captures_iter(body).map(|found| found[1].to_owned()).collect();
    section.captures_iter(source).map(|found| (found[1].to_owned(), fields(&found[2]))).collect()
}

#[test]
fn main_files_are_read() {
    let sections = sections(
        "/// Docs.\npub struct QueuesConfig {\n    /// `APP_QUEUES_MAIL`: one.\n    pub mail: String,\n    \
         /// `APP_QUEUES_PUSH`: another.\n    pub push: String,\n}\n\
         /// Docs.\npub struct CacheConfig {\n    /// `APP_CACHE_URL`: where.\n    pub url: String,\n}\n",
    );
    let main = "let table = aws.table(&mut vars, TableName::Chat);\nlet queues = QueuesConfig::read(&mut vars);\n\
                let bucket = vars.required(\"APP_BUCKETS_PHOTOS\");\nSqsQueues::new(&aws, queues);\n\
                ApiGatewaySockets::new(&aws);\nlet cache = cache::open(&CacheConfig::read(&mut vars), stats, ambient)?;\n";
    let wiring = read(main, &sections);
    let names = ["APP_BUCKETS_PHOTOS", CACHE, "APP_QUEUES_MAIL", "APP_QUEUES_PUSH", "APP_TABLES_CHAT", CONNECTIONS];
    assert!(wiring.variables.iter().eq(&names.map(str::to_owned)), "{:?}", wiring.variables);
    // Nothing is built that uses the bucket.
    let powers: Vec<_> = wiring.powers.iter().map(|(power, variable)| (*power, variable.as_str())).collect();
    assert_eq!(
        powers,
        [
            (Power::Table, "APP_TABLES_CHAT"),
            (Power::Queue, "APP_QUEUES_MAIL"),
            (Power::Queue, "APP_QUEUES_PUSH"),
            (Power::Connections, CONNECTIONS),
            (Power::Cache, CACHE)
        ]
    );
}
