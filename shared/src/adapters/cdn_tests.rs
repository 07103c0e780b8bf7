//! What a signed link opens, for how long, and that nothing else is opened by it.

use std::time::Duration;

use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1, KeyPair, UnparsedPublicKey};
use proptest::prelude::*;
use tokio::runtime::Builder;

use super::*;
use crate::config::Vars;
use crate::domain::id::{Id, PhotoId, UserId};

const NOW: Timestamp = Timestamp::from_unix_seconds(1_764_153_296);
const PLACE: &str = "https://d111111abcdef8.cloudfront.net";

fn vars() -> Vars {
    let known =
        [("AWS_REGION", "eu-central-1"), ("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE"), ("AWS_SECRET_ACCESS_KEY", "secret")];
    Vars::from_iter(known)
}

/// Links with a key that nobody has ever had, and its public half.
fn links() -> (CdnLinks, Vec<u8>) {
    let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap();
    let public = pair.public_key().as_ref().to_vec();
    let key = CdnKey::parse(&STANDARD.encode(pair.to_pkcs8v1().unwrap())).unwrap();
    let s3 = Arc::new(S3Photos::new(&Aws::new(&vars()), "bucket".to_owned()));
    let config =
        CdnConfig { url: PLACE.to_owned(), key: "a", key_id: "K2JCJMDEHXQW5F".to_owned(), secret: "photos".to_owned() };
    (CdnLinks::new(s3, key, config), public)
}

fn link(links: &CdnLinks, key: &PhotoKey, size: u32, now: Timestamp) -> String {
    let runtime = Builder::new_current_thread().build().unwrap();
    runtime.block_on(links.link(key, size, now)).unwrap()
}

/// A link as its reader sees it.
#[derive(Clone)]
struct Read {
    address: String,
    ends: u64,
    signature: String,
}

fn read(link: &str) -> Read {
    let (address, query) = link.split_once('?').unwrap();
    let parameters: Vec<(&str, &str)> = query.split('&').map(|pair| pair.split_once('=').unwrap()).collect();
    let names: Vec<&str> = parameters.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, ["Expires", "Signature", "Key-Pair-Id", "Hash-Algorithm"]);
    assert_eq!((parameters[2].1, parameters[3].1), ("K2JCJMDEHXQW5F", "SHA256"));
    Read { address: address.to_owned(), ends: parameters[0].1.parse().unwrap(), signature: parameters[1].1.to_owned() }
}

/// What `CloudFront` does: writes the policy from the link, and looks whether the key has signed it.
fn opens(link: &Read, public: &[u8]) -> bool {
    let Read { address, ends, signature } = link;
    let signed = serde_json::json!({
        "Statement": [{ "Resource": address, "Condition": { "DateLessThan": { "AWS:EpochTime": ends } } }],
    });
    // The order of the names counts, and serde_json would sort them.
    let statement = &signed["Statement"][0];
    let text =
        format!(r#"{{"Statement":[{{"Resource":{},"Condition":{}}}]}}"#, statement["Resource"], statement["Condition"]);
    let signature = STANDARD.decode(signature.replace('-', "+").replace('_', "=").replace('~', "/")).unwrap();
    UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, public).verify(text.as_bytes(), &signature).is_ok()
}

proptest! {
    #[test]
    fn a_link_opens_one_object_for_ten_minutes_at_most(
        seconds in 1_700_000_000_u64..4_000_000_000,
        (chance, other) in any::<([u8; 16], [u8; 16])>(),
        later in 1_u64..100_000_000,
    ) {
        let (links, public) = links();
        let (key, now) = (PhotoKey::new(chance), Timestamp::from_unix_seconds(seconds));
        let made = read(&link(&links, &key, 480, now));
        prop_assert_eq!(&made.address, &format!("{}/{}", PLACE, key.object(480)));
        prop_assert!(!made.address.contains(['*', '?']));
        prop_assert!((301..=600).contains(&(made.ends - seconds)), "good for {} s", made.ends - seconds);
        prop_assert!(opens(&made, &public));

        let longer = Read { ends: made.ends + later, ..made.clone() };
        prop_assert!(!opens(&longer, &public));
        let elsewhere = [
            format!("{PLACE}/{}", key.object(1_080)),
            format!("{PLACE}/{}", PhotoKey::new(other).object(480)),
            format!("{PLACE}/photos/*"),
            made.address.replace("d111111abcdef8", "d222222abcdef8"),
        ];
        for address in elsewhere {
            let other_object = Read { address, ..made.clone() };
            prop_assert!(chance == other || !opens(&other_object, &public));
        }
        prop_assert!(!opens(&made, &self::links().1), "another key has signed it");
    }
}

/// The example that the signers of AWS's own SDKs are held to.
#[test]
fn the_policy_is_written_as_amazon_writes_it() {
    assert_eq!(
        policy("https://d111111abcdef8.cloudfront.net/image.jpg", 1_767_290_400),
        r#"{"Statement":[{"Resource":"https://d111111abcdef8.cloudfront.net/image.jpg","Condition":{"DateLessThan":{"AWS:EpochTime":1767290400}}}]}"#
    );
    assert_eq!(in_url(&[0xfb, 0xef, 0xff, 0xff]), "--~~~w__");
}

#[test]
fn links_stay_the_same_for_a_while_although_signatures_do_not() {
    let (links, public) = links();
    let key = PhotoKey::new([7; 16]);
    let start = Timestamp::from_unix_seconds(NOW.unix_seconds() / 300 * 300);
    let first = link(&links, &key, 480, start);
    assert_eq!(link(&links, &key, 480, start + Duration::from_secs(299)), first);
    assert_ne!(link(&links, &key, 160, start), first);
    let next = link(&links, &key, 480, start + Duration::from_mins(5));
    assert_eq!(read(&next).ends, read(&first).ends + 300);
    assert!(opens(&read(&first), &public) && opens(&read(&next), &public));
    // What is remembered is bounded, and forgetting it costs a signature.
    for chance in 0..REMEMBERED as u128 + 10 {
        link(&links, &PhotoKey::new(chance.to_be_bytes()), 160, start);
    }
    assert!(links.issued.lock().unwrap().links.len() <= REMEMBERED);
}

#[tokio::test]
async fn forms_lead_to_the_bucket() {
    let (links, _) = links();
    let upload = Upload { user_id: UserId::from_parts(NOW, [1; 10]), photo_id: PhotoId::from_parts(NOW, [2; 10]) };
    let form = links.form(&upload, MediaType::Png, NOW).await.unwrap();
    assert_eq!(form.url, "https://bucket.s3.eu-central-1.amazonaws.com/");
}

#[tokio::test]
async fn without_a_cdn_links_lead_to_the_bucket() {
    let aws = Aws::new(&vars());
    let links = super::links(Arc::new(S3Photos::new(&aws, "bucket".to_owned())), &aws, None).await.unwrap();
    let link = links.link(&PhotoKey::new([7; 16]), 480, NOW).await.unwrap();
    assert!(link.starts_with("https://bucket.s3.eu-central-1.amazonaws.com/photos/"), "{link}");
}

#[test]
fn what_is_no_key_is_refused_without_being_shown() {
    let on_another_curve = EcdsaKeyPair::generate(&aws_lc_rs::signature::ECDSA_P384_SHA384_ASN1_SIGNING).unwrap();
    let texts =
        ["", "easily guessed", "ZWFzaWx5IGd1ZXNzZWQ=", &STANDARD.encode(on_another_curve.to_pkcs8v1().unwrap())];
    for text in texts {
        let error = CdnKey::parse(text).unwrap_err();
        let shown = format!("{error:?} {:?}", error.cause_chain());
        assert!(
            shown.contains("no private key on P-256") && !shown.contains("guessed") && !shown.contains("ZWFz"),
            "{shown}"
        );
    }
    let (links, _) = links();
    assert!(format!("{links:?}").contains("CdnKey(…)"));
}
