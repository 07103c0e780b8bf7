//! What SES tells of mails: the emulator's tells of nothing, and nobody may speak for AWS, so a stand-in is heard as well.

use serde_json::Value;

/// Who tells rules locally what SES would.
pub(super) const STAND_IN: &str = "local.ses";

/// Has rules for events of SES hear its stand-in, and says so.
pub(super) fn hear_stand_in(template: &mut Value) -> Option<String> {
    let resources = template["Resources"].as_object_mut().into_iter().flatten();
    let rules = resources.filter(|(_, resource)| resource["Type"] == "AWS::Events::Rule");
    let sources = rules.filter_map(|(_, rule)| rule["Properties"]["EventPattern"]["source"].as_array_mut());
    let of_mail = sources.filter(|sources| sources.iter().any(|source| source == "aws.ses"));
    let count = of_mail.map(|sources| sources.push(STAND_IN.into())).count();
    (count > 0).then(|| {
        format!("{count} rules for events of aws.ses also hear {STAND_IN}: the emulator's SES tells of nothing")
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_rules_about_mails_hear_the_stand_in() {
        let rule = |source: &str| json!({ "Type": "AWS::Events::Rule", "Properties": { "EventPattern": { "source": [source] } } });
        let mut template =
            json!({ "Resources": { "Mail": rule("aws.ses"), "Other": rule("aws.s3"), "Table": { "Type": "T" } } });
        assert!(hear_stand_in(&mut template).unwrap().starts_with("1 rules"));
        let source = |name: &str| template["Resources"][name]["Properties"]["EventPattern"]["source"].clone();
        assert_eq!((source("Mail"), source("Other")), (json!(["aws.ses", STAND_IN]), json!(["aws.s3"])));
        assert_eq!(hear_stand_in(&mut json!({ "Resources": { "Table": { "Type": "T" } } })), None);
    }
}
