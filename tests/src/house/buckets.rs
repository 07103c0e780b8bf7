//! Who may look through a bucket.

use serde_json::{Value, json};

use super::Rule;
use super::template::{Template, actions, one_or_many, references, statements};

/// Buckets that may be listed whole, each with the reason.
const WHOLE: [(&str, &str); 4] = [
    ("IndexBucket", "nothing is in it but the index, which everybody reads who may list it"),
    ("FailuresBucket", "Lambda wants to, before it stores evidence"),
    ("PhotosBucket", "only who may list it is told that a copy is not there, and reading one names no prefix"),
    ("BackupsBucket", "only who may list it is told that a part is not there, and reading one names no prefix"),
];

const LISTED: Rule = Rule {
    text: "Whoever may list a bucket lists what is under a prefix, or the bucket is among those that are listed whole",
    why: "names of objects hold ids of people, and local AWS does not miss the condition when it is gone",
    remedy: "bind s3:ListBucket to the prefix that the code lists, with StringLike on s3:prefix",
};

fn unbound_lists(template: &Template) -> Vec<String> {
    let mut offences = Vec::new();
    for function in template.functions() {
        for statement in statements(function.properties) {
            if !actions(statement).contains(&"s3:ListBucket") || is_bound(&statement["Condition"]) {
                continue;
            }
            let buckets = references(&statement["Resource"]);
            let unbound = buckets.iter().filter(|bucket| WHOLE.iter().all(|(whole, _)| whole != bucket));
            offences.extend(unbound.map(|bucket| format!("{} lists {bucket} whole", function.id)));
        }
    }
    offences
}

/// Whether every prefix that is allowed begins with something.
fn is_bound(condition: &Value) -> bool {
    let prefixes = one_or_many(&condition["StringLike"]["s3:prefix"]);
    let is_narrow = |prefix: &Value| prefix.as_str().is_some_and(|prefix| !prefix.starts_with('*'));
    !prefixes.is_empty() && prefixes.into_iter().all(is_narrow)
}

#[test]
fn nobody_lists_more_than_they_work_on() {
    LISTED.holds(&unbound_lists(&Template::read()));
}

#[test]
fn a_list_without_its_prefix_is_caught() {
    let template = Template::read();
    let plants = [
        Value::Null,
        json!({ "StringLike": { "s3:prefix": "*" } }),
        json!({ "StringNotLike": { "s3:prefix": "exports/*" } }),
    ];
    for planted in plants {
        let careless = template.with(|resources| {
            let policies = &mut resources["AccountJobsFunction"]["Properties"]["Policies"][0]["Statement"];
            let archives =
                policies.as_array_mut().unwrap().iter_mut().find(|one| one["Sid"] == "ArchivesBucket").unwrap();
            archives["Condition"] = planted.clone();
        });
        assert_eq!(unbound_lists(&careless), ["AccountJobsFunction lists ExportsBucket whole"], "{planted}");
    }
}
