//! A backup brings back whom it was made with: those who were erased since are erased again.

use operator::{Into, Repetition};
use serde_json::json;
use shared::adapters::system;
use shared::domain::backup::TableKind;

use super::backups::{archive, is_whole, plan, table};
use super::erasure::{erases, is_documented, is_erased, tombstone};
use crate::support::{Search, Story, eventually};

#[test]
fn whoever_comes_back_with_a_restored_table_is_erased_again() {
    let story = Story::in_the_archive();
    let town = story.town;
    let (ada, bob, talk) = story.couple();
    ada.says(&talk, "a1", "Hello Bob, this is Ada");
    bob.says(&talk, "b1", "Hello Ada");
    let since = system::ambient().now();
    plan(town, "2026-04-06");
    eventually("a whole backup", || is_whole(town, "2026-04-06").then_some(()));
    erases(&ada);
    is_erased(town, &ada.id);
    let ledger =
        town.stack.client().object_names(town.stack.output("BackupsBucketName").unwrap(), "erasures/").unwrap();
    assert_eq!(ledger, [format!("erasures/v1/{}.json", ada.id)]);

    // An operator restores the backup beside the tables, and puts what is in it over them.
    let archive = archive(town);
    let told = archive.restores(&archive.order("2026-04-06", Into::New("again".to_owned()))).unwrap();
    assert!(told.last().unwrap().contains("names 1 people who were erased in 90 days"), "{told:?}");
    for kind in TableKind::ALL {
        let rows = archive.items(&format!("again-{}", kind.as_str()));
        for row in rows.iter().filter(|row| row.to_string().contains(&ada.id)) {
            archive.dynamo("PutItem", &json!({ "TableName": table(town, kind), "Item": row }));
        }
    }
    bob.gets(&format!("/v1/profiles/{}", ada.id)).expect(200);
    assert_eq!(bob.entries(&talk)[0]["text"], "Hello Bob, this is Ada");
    let output = |name: &str| town.stack.output(name).unwrap().to_owned();
    let order = Repetition {
        ledgers: vec![archive.bucket.clone()],
        since,
        accounts: output("AccountsTableName"),
        profiles: output("ProfilesTableName"),
        outbox: output("OutboxTableName"),
        dry_run: false,
    };
    let told = archive.repeats_erasures(&order).unwrap();
    assert_eq!(told, ["erasures: 1 people who may have come back are being erased again, of 1 whom the ledger names"]);
    bob.gets(&format!("/v1/profiles/{}", ada.id)).expect_problem(404, "profile_not_found");

    assert!(tombstone(town, &ada.id).is_some_and(|item| item.get("expires_at").is_none()));
    is_erased(town, &ada.id);
    let search = Search::of(town, &ada.id);
    let left_over = eventually("promises about her to be kept", || {
        let found: Vec<_> = search.found().into_iter().filter(|place| !is_documented(place)).collect();
        (!found.iter().any(|place| place.starts_with("Outbox"))).then_some(found)
    });
    assert!(left_over.is_empty(), "{left_over:#?}");
    let said: Vec<_> = bob.entries(&talk).iter().map(|entry| entry.get("text").cloned()).collect();
    assert_eq!(said, [None, Some(json!("Hello Ada"))]);
    assert_eq!(town.mails_to(&ada.email, 2).len(), 2, "nobody says goodbye twice");
}
