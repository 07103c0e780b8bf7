//! Whatever becomes of the cache, the very next answer is right.

use serde_json::{Value, json};
use xtask::LocalCache;
use xtask::admin::Role;

use super::moderation::{sanction_path, staff};
use crate::support::{Circle, Person, Story, eventually};

/// What can happen to a cache, and be undone.
struct Weather {
    name: &'static str,
    comes: fn(&LocalCache),
    goes: fn(&LocalCache),
}

const WEATHERS: [Weather; 4] = [
    Weather { name: "on", comes: |_| {}, goes: |_| {} },
    Weather { name: "frozen", comes: |cache| cache.freeze().unwrap(), goes: |cache| cache.thaw().unwrap() },
    Weather { name: "full", comes: |cache| cache.fill().unwrap(), goes: |cache| cache.make_room().unwrap() },
    Weather { name: "killed", comes: |cache| cache.kill().unwrap(), goes: |cache| cache.start_again().unwrap() },
];

/// Whatever happens in a story, the next one meets fair weather.
struct Ends<'c>(&'c LocalCache, fn(&LocalCache));

impl Drop for Ends<'_> {
    fn drop(&mut self) {
        (self.1)(self.0);
    }
}

/// Ada and Ben, who stay, an admin, and guests whom Ada loses one by one.
struct Cast<'s> {
    circle: Circle<'s>,
    admin: Person<'s>,
    ada: Person<'s>,
    ben: Person<'s>,
}

impl<'s> Cast<'s> {
    fn of(story: &'s Story) -> Self {
        let circle = Circle::of(story);
        let admin = staff(story, "Root", Role::Admin);
        let (ada, ben) = (circle.member("Ada", &json!({})), circle.member("Ben", &json!({})));
        Self { circle, admin, ada, ben }
    }

    /// Ben as he is in Ada's list.
    fn ben_listed(&self) -> Value {
        let list = self.circle.asks(&self.ada, "limit=100").expect(200);
        let mut items = list["items"].as_array().unwrap().iter();
        items.find(|item| item["user_id"] == self.ben.id.as_str()).expect("Ben in the list").clone()
    }

    /// Everything that one may rely on, with a cache that is warm when `comes` is called and in that state until the end.
    fn rely_on(&self, name: &str, comes: impl FnOnce()) {
        let Self { circle, admin, ada, ben } = self;
        let guests: Vec<_> = ["Passed", "Blocker", "Banned", "Hider", "Deleted"]
            .iter()
            .map(|guest| circle.member(&format!("{guest} {name}"), &json!({})))
            .collect();
        let [passed, blocker, banned, hider, deleted] = &guests[..] else { unreachable!("five guests") };
        for guest in &guests {
            eventually("a guest in the list", || circle.names(ada, "limit=100").contains(&guest.name).then_some(()));
        }
        self.ben_listed();
        comes();

        let before = self.ben_listed();
        let skill = format!("falconry {name} {}", &ada.id[30..]);
        ada.writes_profile(&circle.profile("Ada", &json!({ "skills": [skill], "experience_years": 30 })));
        let edited = self.ben_listed();
        assert_ne!(edited["score"]["total"], before["score"]["total"], "{name}: my edit");

        let statement = json!({ "a": skill, "b": "PostgreSQL", "value": 1.0 });
        admin.puts("/v1/admin/matrix", &statement).expect(200);
        let stated = self.ben_listed();
        assert!(stated["score"].to_string().contains(&skill), "{name}: an edit of the matrix: {stated}");
        assert_ne!(stated["score"]["versions"], edited["score"]["versions"], "{name}");

        let is_listed = |guest: &Person<'_>| circle.names(ada, "limit=100").contains(&guest.name);
        ada.puts(&format!("/v1/passes/{}", passed.id), &json!({})).expect(204);
        assert!(!is_listed(passed), "{name}: a pass");
        blocker.blocks(ada);
        assert!(!is_listed(blocker), "{name}: a block");
        let ban = json!({ "kind": "ban", "reason": "spam" });
        admin.puts(&sanction_path(banned), &ban).expect(204);
        assert!(!is_listed(banned), "{name}: a ban");
        hider.writes_profile(&circle.profile("Hider", &json!({ "visible": false })));
        assert!(!is_listed(hider), "{name}: somebody who hides");
        ada.town().remove_item("Profiles", &format!("USER#{}", deleted.id), "PROFILE");
        assert!(!is_listed(deleted), "{name}: a profile that is gone");

        let words = format!("Sails {name}");
        ben.writes_profile(
            &circle.profile("Ben", &json!({ "headline": words, "languages": [circle.language(), "en"] })),
        );
        let listed = self.ben_listed();
        assert_eq!(listed["headline"], words.as_str(), "{name}: another's edit");
        // What Ben says is read in a queue of its own, and may come between two answers.
        let pair = || ada.gets(&format!("/v1/matches/{}", ben.id)).expect(200)["score"].clone();
        let (score, listed) = eventually("a list between two equal answers", || {
            let (before, listed, after) = (pair(), self.ben_listed(), pair());
            (before == after).then_some((after, listed))
        });
        assert_eq!(listed["score"], score, "{name}: lists and pairs say the same");
        let newcomer = circle.member(&format!("Newcomer {name}"), &json!({}));
        eventually("somebody new in the list", || is_listed(&newcomer).then_some(()));
        ada.puts(&format!("/v1/passes/{}", newcomer.id), &json!({})).expect(204);
    }
}

#[test]
fn the_very_next_answer_is_right_whatever_the_cache_does() {
    let story = Story::in_a_storm();
    let cache = story.town.stack.cache().unwrap();
    let cast = Cast::of(&story);
    for Weather { name, comes, goes } in WEATHERS {
        let _ends = Ends(cache, goes);
        cast.rely_on(name, || comes(cache));
    }
    cast.rely_on("back", || {});
}

#[test]
fn the_very_next_answer_is_right_without_a_cache() {
    let story = Story::in_trouble();
    assert!(story.town.stack.cache().is_none());
    Cast::of(&story).rely_on("off", || {});
}
