//! Changes of members that were decided on what is no longer so, and heat that loses nothing.

use futures::future::join_all;
use serde_json::json;
use shared::adapters::dynamo::{DynamoHeat, DynamoMembers, DynamoOutbox, DynamoProjects};
use shared::config::TableName;
use shared::domain::conversation::ClientId;
use shared::domain::id::{ProjectId, UserId};
use shared::domain::outbox::Effect;
use shared::domain::profile::Field;
use shared::domain::project::{Event, Member, MemberRole, MembershipChange, Metric, Project, ProjectDetails};
use shared::ports::outbox::Outbox;
use shared::ports::projects::{Attention, Changed, Founded, Founding, Heat, Members, ProjectRegister, Projects};

use super::{Hands, finish, table, today};
use crate::support::Town;

fn outbox() -> DynamoOutbox {
    DynamoOutbox::new(table(TableName::Outbox))
}

fn projects() -> DynamoProjects {
    DynamoProjects::new(table(TableName::Profiles), table(TableName::Chat), outbox())
}

fn members() -> DynamoMembers {
    DynamoMembers::new(table(TableName::Profiles), table(TableName::Chat), outbox())
}

fn somebody() -> UserId {
    Hands::at(today()).ambient().id()
}

fn details(joining: &str) -> ProjectDetails {
    let body = json!({"title": "Chess club", "field": "other", "stage": "idea", "joining": joining});
    ProjectDetails::parse(&serde_json::from_value(body).unwrap()).unwrap()
}

/// A project of this founder; what it says is not read by anybody.
fn founded(founder: UserId) -> Project {
    let ambient = Hands::at(today()).ambient();
    let project = Project::new(ambient.id(), founder, details("open"), ambient.now());
    let promise = ambient.promise(Effect::embed_project(project.project_id));
    let (client_id, digest) = (ClientId::parse("p-1").unwrap(), project.details.digest().unwrap());
    let founding = Founding { project: project.clone(), founder, client_id, digest };
    assert_eq!(finish(projects().found(&founding, &promise)).unwrap(), Founded::Now);
    finish(outbox().finish(&promise)).unwrap();
    project
}

fn read(project: &Project) -> Project {
    finish(projects().find(project.project_id)).unwrap().unwrap()
}

fn member(project: &Project, user_id: UserId) -> Member {
    finish(members().find(project.project_id, user_id)).unwrap().unwrap()
}

fn change(change: &MembershipChange) -> Changed {
    finish(members().change(change, None)).unwrap()
}

fn joined(project: &Project, role: MemberRole, founder: UserId) -> Member {
    let user_id = somebody();
    assert_eq!(change(&MembershipChange::join(&read(project), user_id, today()).unwrap()), Changed::Done);
    let (joined, leader) = (member(project, user_id), member(project, founder));
    if role != MemberRole::Member {
        let appoint = MembershipChange::appoint(&read(project), &joined, role, &leader, today()).unwrap();
        assert_eq!(change(&appoint), Changed::Done);
    }
    member(project, user_id)
}

#[test]
fn of_two_owners_who_decide_to_leave_one_stays() {
    let ada = somebody();
    let project = founded(ada);
    let bob = joined(&project, MemberRole::Owner, ada);
    let before = read(&project);
    assert_eq!(before.owner_ids.len(), 2);
    // Both decide on the same project.
    let leave = [member(&project, ada), bob].map(|owner| MembershipChange::leave(&before, &owner, today()).unwrap());
    assert_eq!(leave.map(|leave| change(&leave)), [Changed::Done, Changed::Refused]);
    let after = read(&project);
    assert_eq!((after.owner_ids.len(), after.member_count), (1, 1));
    // The end of the project lets the last one go.
    let last = after.owner_ids[0];
    assert!(finish(projects().close(project.project_id, last)).unwrap());
    let leave = MembershipChange::leave(&read(&project), &member(&project, last), today()).unwrap();
    assert_eq!(change(&leave), Changed::Done);
    assert_eq!(read(&project).owner_ids, []);
}

#[test]
fn what_a_project_has_become_counts_and_not_what_it_was() {
    let ada = somebody();
    let project = founded(ada);
    let (bob, eve) = (somebody(), somebody());
    let [one, other] = [bob, eve].map(|user_id| MembershipChange::join(&project, user_id, today()).unwrap());
    let mut row = Town::peaceful().item("Profiles", &format!("PROJECT#{}", project.project_id), "META").unwrap();
    row["member_count"] = json!({ "N": "499" });
    Town::peaceful().put_item("Profiles", &row);
    assert_eq!([change(&one), change(&other)], [Changed::Done, Changed::Refused], "there was one place");
    assert_eq!(read(&project).member_count, 500);
    assert_eq!(change(&one), Changed::Refused, "nobody comes in twice");

    let asks = read(&project).edited(1, details("by-request"), today()).unwrap();
    let mut row = Town::peaceful().item("Profiles", &format!("PROJECT#{}", project.project_id), "META").unwrap();
    row["member_count"] = json!({ "N": "2" });
    Town::peaceful().put_item("Profiles", &row);
    assert!(finish(projects().edit(&asks, ada, None)).unwrap());
    assert_eq!(change(&other), Changed::Refused, "one has to ask by now");
    assert_eq!(read(&project).member_count, 2, "an edit leaves the members as they are");
}

#[test]
fn who_no_longer_leads_decides_nothing() {
    let ada = somebody();
    let project = founded(ada);
    let mia = joined(&project, MemberRole::Maintainer, ada);
    let bob = joined(&project, MemberRole::Member, ada);
    let remove = MembershipChange::remove(&read(&project), &bob, &mia, today()).unwrap();
    let edit = read(&project).edited(1, details("by-request"), today()).unwrap();
    let leader = member(&project, ada);
    let demote = MembershipChange::appoint(&read(&project), &mia, MemberRole::Member, &leader, today()).unwrap();
    assert_eq!(change(&demote), Changed::Done);
    assert_eq!(change(&remove), Changed::Refused);
    assert!(!finish(projects().edit(&edit, mia.user_id, None)).unwrap());
    assert!(!finish(projects().close(project.project_id, mia.user_id)).unwrap());
    assert!(read(&project).is_open());

    // An owner, too: the second of two who take each other's role away is too late.
    let cem = joined(&project, MemberRole::Owner, ada);
    let before = read(&project);
    let each = [
        MembershipChange::appoint(&before, &cem, MemberRole::Member, &leader, today()).unwrap(),
        MembershipChange::appoint(&before, &leader, MemberRole::Member, &cem, today()).unwrap(),
    ];
    assert_eq!(each.map(|one| change(&one)), [Changed::Done, Changed::Refused]);
    assert_eq!(read(&project).owner_ids, [ada]);
}

fn attention(project_id: ProjectId, user_id: UserId) -> Attention {
    Attention { project_id, field: Field::Other, user_id, event: Event::View }
}

fn rows(project_id: ProjectId, metric: Metric) -> Vec<serde_json::Value> {
    let prefix = format!("HEAT#{}#", metric.as_str());
    let rows = Town::peaceful().items("Profiles", &format!("PROJECT#{project_id}"));
    rows.into_iter().filter(|row| row["sk"]["S"].as_str().unwrap().starts_with(&prefix)).collect()
}

fn points(project_id: ProjectId, metric: Metric) -> u128 {
    rows(project_id, metric).iter().map(|row| row["heat"]["N"].as_str().unwrap().parse::<u128>().unwrap()).sum()
}

#[test]
fn of_many_views_at_once_each_person_counts_once() {
    let project_id: ProjectId = Hands::at(today()).ambient().id();
    let heat = DynamoHeat::new(table(TableName::Profiles));
    let people: Vec<UserId> = (0..24).map(|_| somebody()).collect();
    let views = people.iter().chain(&people).map(|user_id| heat.note(attention(project_id, *user_id)));
    for noted in finish(join_all(views)) {
        noted.unwrap();
    }
    for metric in Metric::ALL {
        let score = metric.score(points(project_id, metric), today());
        assert!((score - 24.0).abs() < 0.1, "{metric:?}: {score}");
    }
    let seen: usize =
        rows(project_id, Metric::Trending).iter().map(|row| row["seen"]["SS"].as_array().unwrap().len()).sum();
    assert_eq!(seen, 24);
}

#[test]
fn another_day_counts_everybody_again_and_a_full_day_nobody_more() {
    let project_id: ProjectId = Hands::at(today()).ambient().id();
    let heat = DynamoHeat::new(table(TableName::Profiles));
    let ada = somebody();
    let note = || finish(heat.note(attention(project_id, ada))).unwrap();
    let score = || Metric::Trending.score(points(project_id, Metric::Trending), today());
    note();
    note();
    assert!((score() - 1.0).abs() < 0.05, "{}", score());
    let mut row = rows(project_id, Metric::Trending).remove(0);
    let yesterday = row["day"]["N"].as_str().unwrap().parse::<u64>().unwrap() - 1;
    row["day"] = json!({ "N": yesterday.to_string() });
    Town::peaceful().put_item("Profiles", &row);
    note();
    note();
    assert!((score() - 2.0).abs() < 0.05, "{}", score());

    let mut row = rows(project_id, Metric::Trending).remove(0);
    row["seen"] = json!({ "SS": (0..1_000).map(|n| format!("{n:08x}")).collect::<Vec<_>>() });
    Town::peaceful().put_item("Profiles", &row);
    note();
    assert!((score() - 2.0).abs() < 0.05, "{}", score());
}
