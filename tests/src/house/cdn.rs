//! `CloudFront` in front of photos: an option, of which everything is there or nothing.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use shared::domain::photo::LINK_LIFETIME;

use super::Rule;
use super::powers::{added, main_of};
use super::sources;
use super::template::{Template, bare, one_or_many, references};

const NESTED: &str = "infra/cdn.yaml";

const DOORS: Rule = Rule {
    text: "A bucket's policy lets nobody in, but for our own distribution, which reads copies of photos",
    why: "any distribution of anybody could read what cloudfront.amazonaws.com may read, and uploads are for nobody's eyes",
    remedy: "let a function in by its own policy; leave CopiesThroughCdn bound to photos/ and to the ARN of PhotosCdn",
};

fn the_one_door() -> Value {
    let statement = json!({
        "Sid": "CopiesThroughCdn",
        "Effect": "Allow",
        "Principal": { "Service": "cloudfront.amazonaws.com" },
        "Action": "s3:GetObject",
        "Resource": { "Fn::Sub": "${PhotosBucket.Arn}/photos/*" },
        "Condition": { "StringEquals": { "aws:SourceArn": { "Fn::GetAtt": ["PhotosCdn", "Outputs.DistributionArn"] } } },
    });
    json!({ "Fn::If": ["HasPhotosCdn", statement, { "Ref": "AWS::NoValue" }] })
}

fn open_doors(template: &Template) -> Vec<String> {
    let mut offences = Vec::new();
    for policy in template.of_type("AWS::S3::BucketPolicy") {
        for statement in one_or_many(&policy.properties["PolicyDocument"]["Statement"]) {
            let is_known = policy.id == "PhotosBucketPolicy" && *statement == the_one_door();
            if bare(statement)["Effect"] != "Deny" && !is_known {
                offences.push(format!("{} lets somebody in: {statement}", policy.id));
            }
        }
    }
    offences
}

#[test]
fn buckets_let_nobody_in_but_our_distribution() {
    DOORS.holds(&open_doors(&Template::read()));
}

#[test]
fn a_wider_door_is_caught() {
    let template = Template::read();
    assert!(template.0.to_string().contains(&the_one_door().to_string()), "the rule sees no door");
    let plants = [
        ("/Condition", Value::Null),
        ("/Condition", json!({ "StringEquals": { "aws:SourceAccount": { "Ref": "AWS::AccountId" } } })),
        ("/Condition", json!({ "StringLike": { "aws:SourceArn": "arn:aws:cloudfront::*:distribution/*" } })),
        ("/Resource", json!({ "Fn::Sub": "${PhotosBucket.Arn}/*" })),
        ("/Action", json!(["s3:GetObject", "s3:ListBucket"])),
        ("/Principal", json!("*")),
    ];
    for (part, value) in plants {
        let path = format!("/Resources/PhotosBucketPolicy/Properties/PolicyDocument/Statement/1/Fn::If/1{part}");
        assert_eq!(open_doors(&with(&template, &path, value)).len(), 1, "{part}");
    }
    let door = the_one_door()["Fn::If"][1].clone();
    let elsewhere = "/Resources/ExportsBucketPolicy/Properties/PolicyDocument/Statement/0";
    assert_eq!(open_doors(&with(&template, elsewhere, door)).len(), 1);
}

const WHOLE: Rule = Rule {
    text: "What CloudFront needs is there under its conditions, is off unless asked for, and agrees with infra/cdn.yaml",
    why: "a variable without the others stops a function, and the power to read the keys without the option is a hole",
    remedy: "put variables and power under SignsForPhotosCdn, the rest under HasPhotosCdn; name parameters and outputs alike",
};

fn loose_ends(template: &Template, cdn: &Template) -> Vec<String> {
    let mut offences = Vec::new();
    let nothing = json!({ "Ref": "AWS::NoValue" });
    for function in template.functions() {
        let variables = function.properties["Environment"]["Variables"].as_object().into_iter().flatten();
        for (name, value) in variables.filter(|(name, _)| name.starts_with("APP_PHOTOS_CDN_")) {
            if value["Fn::If"][0] != "SignsForPhotosCdn" || value["Fn::If"][2] != "" {
                offences.push(format!("{} is always told {name}", function.id));
            }
        }
        let policies = one_or_many(&function.properties["Policies"]).into_iter();
        for statement in policies.flat_map(|policy| one_or_many(&policy["Statement"])) {
            let is_bound = statement["Fn::If"][0] == "SignsForPhotosCdn" && statement["Fn::If"][2] == nothing;
            if references(&bare(statement)["Resource"]).contains("PhotosCdnSecret") && !is_bound {
                offences.push(format!("{} may always read PhotosCdnSecret", function.id));
            }
        }
    }
    for id in ["PhotosCdn", "PhotosCdnSecret"] {
        if template.0["Resources"][id]["Condition"] != "HasPhotosCdn" {
            offences.push(format!("{id} is always there"));
        }
    }
    if template.0["Conditions"]["SignsForPhotosCdn"]["Fn::And"][0] != json!({ "Condition": "HasPhotosCdn" }) {
        offences.push("SignsForPhotosCdn does not take a distribution".to_owned());
    }
    for name in ["PhotosCdnPublicKeyA", "PhotosCdnPublicKeyB", "PhotosCdnSigningKey"] {
        if template.0["Parameters"][name]["Default"] != "" {
            offences.push(format!("{name} is not empty by itself"));
        }
    }
    let given = names(&template.0["Resources"]["PhotosCdn"]["Properties"]["Parameters"]);
    let taken = names(&cdn.0["Parameters"]);
    offences
        .extend(given.symmetric_difference(&taken).map(|name| format!("the parameter {name} is given or taken only")));
    let outputs = names(&cdn.0["Outputs"]);
    let asked = asked_of(&template.0);
    offences.extend(asked.difference(&outputs).map(|name| format!("{NESTED} has no output {name}")));
    offences
}

fn names(object: &Value) -> BTreeSet<String> {
    object.as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect()
}

/// The outputs of the nested stack that a template refers to.
fn asked_of(value: &Value) -> BTreeSet<String> {
    match value {
        Value::Array(items) if items.len() == 2 && items[0] == "PhotosCdn" => {
            items[1].as_str().and_then(|path| path.strip_prefix("Outputs.")).map(str::to_owned).into_iter().collect()
        }
        Value::Array(items) => items.iter().flat_map(asked_of).collect(),
        Value::Object(entries) => entries.values().flat_map(asked_of).collect(),
        _ => BTreeSet::new(),
    }
}

#[test]
fn the_option_is_whole() {
    let (template, cdn) = (Template::read(), Template::read_from(NESTED));
    assert_eq!(asked_of(&template.0).len(), 4, "the rule sees other outputs");
    WHOLE.holds(&loose_ends(&template, &cdn));
}

#[test]
fn a_loose_end_is_caught() {
    let (template, cdn) = (Template::read(), Template::read_from(NESTED));
    let variable = "/Resources/ProfilesFunction/Properties/Environment/Variables/APP_PHOTOS_CDN_KEY";
    let statements = "/Resources/ProfilesFunction/Properties/Policies/0/Statement";
    let last = template.0.pointer(statements).and_then(Value::as_array).unwrap().len() - 1;
    let (statement, arn) = (format!("{statements}/{last}"), json!({ "Fn::GetAtt": ["PhotosCdnSecret", "Id"] }));
    let always = json!({ "Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": arn });
    let plants = [
        (variable, json!({ "Ref": "PhotosCdnSigningKey" }), "ProfilesFunction is always told APP_PHOTOS_CDN_KEY"),
        (&statement, always, "ProfilesFunction may always read PhotosCdnSecret"),
        ("/Resources/PhotosCdnSecret/Condition", json!("HasCache"), "PhotosCdnSecret is always there"),
        (
            "/Conditions/SignsForPhotosCdn/Fn::And/0",
            json!("HasCache"),
            "SignsForPhotosCdn does not take a distribution",
        ),
        ("/Parameters/PhotosCdnSigningKey/Default", json!("a"), "PhotosCdnSigningKey is not empty by itself"),
        (
            "/Resources/PhotosCdn/Properties/Parameters",
            json!({ "Domain": "" }),
            "the parameter AllowedOrigins is given or taken only",
        ),
        ("/Outputs/PhotosCdnSecretId/Value", json!(["PhotosCdn", "Outputs.X"]), "infra/cdn.yaml has no output X"),
    ];
    for (path, value, offence) in plants {
        let offences = loose_ends(&with(&template, path, value), &cdn);
        assert_eq!(offences.first().map(String::as_str), Some(offence));
    }
    let unsigned = |name: &str| main_of(name).replacen("cdn::links(", "s3::links(", 1);
    assert!(added(&template, unsigned).iter().any(|offence| offence.contains("APP_PHOTOS_CDN_SECRET")));
}

const EDGE: Rule = Rule {
    text: "An edge shows a copy to whoever has a link, over TLS, for as long as links live, and notes nothing of it",
    why: "what staff or its owner took away must be gone with the last link, and nobody may learn who looks at whom",
    remedy: "give infra/cdn.yaml back what is missing",
};

fn lax_edges(cdn: &Template) -> Vec<String> {
    let config = |id: &str, of: &str| cdn.0["Resources"][id]["Properties"][of].clone();
    let distribution = config("Distribution", "DistributionConfig");
    let (behavior, origin) = (&distribution["DefaultCacheBehavior"], &distribution["Origins"]);
    let cache = config("CachePolicy", "CachePolicyConfig");
    let kept = ["MinTTL", "DefaultTTL", "MaxTTL"].map(|bound| cache[bound].as_u64());
    let key = &cache["ParametersInCacheKeyAndForwardedToOrigin"];
    let varied = [("CookiesConfig", "CookieBehavior"), ("HeadersConfig", "HeaderBehavior")];
    let varied = varied.into_iter().chain([("QueryStringsConfig", "QueryStringBehavior")]);
    let headers = config("HeadersPolicy", "ResponseHeadersPolicyConfig");
    let (security, custom) = (&headers["SecurityHeadersConfig"], &headers["CustomHeadersConfig"]["Items"]);
    let access = config("OriginAccess", "OriginAccessControlConfig");
    let written = |header: &Value| {
        let age = header["Value"].as_str().unwrap_or_default();
        header["Header"] == "Cache-Control"
            && header["Override"] == true
            && !age.is_empty()
            && sources::read("shared/src/adapters/photos.rs").contains(&format!("\"{age}\""))
    };
    let shared_with = json!({ "Header": "Cross-Origin-Resource-Policy", "Value": "cross-origin", "Override": true });
    let secured = json!({
        "ContentSecurityPolicy": { "ContentSecurityPolicy": "default-src 'none'; sandbox", "Override": true },
        "ContentTypeOptions": { "Override": true },
        "FrameOptions": { "FrameOption": "DENY", "Override": true },
        "ReferrerPolicy": { "ReferrerPolicy": "no-referrer", "Override": true },
        "StrictTransportSecurity":
            { "AccessControlMaxAgeSec": 31_536_000, "IncludeSubdomains": false, "Override": true },
    });
    let origins = json!({ "Items": { "Ref": "AllowedOrigins" } });
    let signed = json!({ "SigningBehavior": "always", "SigningProtocol": "sigv4" });
    let demands = [
        (behavior["TrustedKeyGroups"] == json!([{ "Ref": "Keys" }]), "show copies without a link"),
        (distribution["CacheBehaviors"].is_null(), "have paths with rules of their own"),
        (behavior["ViewerProtocolPolicy"] == "https-only", "answer without TLS"),
        (distribution["ViewerCertificate"]["Fn::If"][1]["MinimumProtocolVersion"] == "TLSv1.2_2021", "take old TLS"),
        (behavior["AllowedMethods"] == json!(["GET", "HEAD"]), "take more than GET and HEAD"),
        (distribution["Logging"].is_null(), "note who looks at what"),
        (
            kept.iter().all(|seconds| seconds.is_some_and(|it| it > 0 && it <= LINK_LIFETIME.as_secs())),
            "keep copies for longer than links live, or not at all",
        ),
        (varied.into_iter().all(|(of, part)| key[of][part] == "none"), "keep a copy for each link"),
        (behavior["OriginRequestPolicyId"].is_null(), "pass on what readers send"),
        (behavior["CachePolicyId"] == json!({ "Ref": "CachePolicy" }), "keep copies by another policy"),
        (behavior["ResponseHeadersPolicyId"] == json!({ "Ref": "HeadersPolicy" }), "leave headers out"),
        (headers["CorsConfig"]["AccessControlAllowOrigins"] == origins, "answer scripts from elsewhere"),
        (*security == secured, "do not secure copies that are read as pages"),
        (one_or_many(custom).into_iter().any(written), "tell readers to keep copies otherwise than the bucket does"),
        (one_or_many(custom).contains(&&shared_with), "keep apps from showing copies"),
        (origin[0]["OriginAccessControlId"] == json!({ "Ref": "OriginAccess" }), "ask the bucket as nobody"),
        (["SigningBehavior", "SigningProtocol"].iter().all(|part| access[part] == signed[part]), "do not always sign"),
    ];
    demands.into_iter().filter(|(holds, _)| !holds).map(|(_, offence)| format!("edges {offence}")).collect()
}

#[test]
fn edges_keep_to_the_links() {
    EDGE.holds(&lax_edges(&Template::read_from(NESTED)));
}

#[test]
fn a_lax_edge_is_caught() {
    let cdn = Template::read_from(NESTED);
    let distribution = "/Resources/Distribution/Properties/DistributionConfig";
    let cache = "/Resources/CachePolicy/Properties/CachePolicyConfig";
    let headers = "/Resources/HeadersPolicy/Properties/ResponseHeadersPolicyConfig";
    let plants = [
        (format!("{distribution}/DefaultCacheBehavior/TrustedKeyGroups"), Value::Null),
        (format!("{distribution}/CacheBehaviors"), json!([{ "PathPattern": "photos/*" }])),
        (format!("{distribution}/DefaultCacheBehavior/ViewerProtocolPolicy"), json!("allow-all")),
        (format!("{distribution}/ViewerCertificate/Fn::If/1/MinimumProtocolVersion"), json!("TLSv1")),
        (format!("{distribution}/DefaultCacheBehavior/AllowedMethods/1"), json!("PUT")),
        (format!("{distribution}/Logging"), json!({ "Bucket": "logs" })),
        (format!("{cache}/MaxTTL"), json!(86_400)),
        (format!("{cache}/MinTTL"), json!(0)),
        (
            format!("{cache}/ParametersInCacheKeyAndForwardedToOrigin/QueryStringsConfig/QueryStringBehavior"),
            json!("all"),
        ),
        (format!("{distribution}/DefaultCacheBehavior/OriginRequestPolicyId"), json!("x")),
        (format!("{distribution}/DefaultCacheBehavior/CachePolicyId"), json!("x")),
        (format!("{distribution}/DefaultCacheBehavior/ResponseHeadersPolicyId"), Value::Null),
        (format!("{headers}/SecurityHeadersConfig/ContentTypeOptions/Override"), json!(false)),
        (format!("{headers}/CorsConfig/AccessControlAllowOrigins/Items"), json!(["*"])),
        (format!("{headers}/CustomHeadersConfig/Items/0/Value"), json!("public, max-age=31536000")),
        (format!("{headers}/CustomHeadersConfig/Items/1/Value"), json!("same-origin")),
        (format!("{distribution}/Origins/0/OriginAccessControlId"), Value::Null),
        (
            "/Resources/OriginAccess/Properties/OriginAccessControlConfig/SigningBehavior".to_owned(),
            json!("no-override"),
        ),
    ];
    for (path, value) in plants {
        assert_eq!(lax_edges(&with(&cdn, &path, value)).len(), 1, "{path}");
    }
}

/// A copy with another value in a place; null takes it away, and what was not there is put there.
fn with(template: &Template, path: &str, value: Value) -> Template {
    let mut copy = template.clone();
    let (parent, name) = path.rsplit_once('/').unwrap();
    match copy.0.pointer_mut(parent).unwrap_or_else(|| panic!("the template has no {parent} any more")) {
        Value::Array(items) => items[name.parse::<usize>().unwrap()] = value,
        other if value.is_null() => drop(other.as_object_mut().unwrap().remove(name).expect("it was there")),
        other => other[name] = value,
    }
    copy
}
