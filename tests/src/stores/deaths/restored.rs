//! A backup that was taken while somebody was being erased, and is restored when nothing was left of them.

use operator::Into;
use serde_json::Value;
use shared::domain::backup::TableKind;

use super::life::Life;
use super::world::{State, World};
use super::{LIFE, UNDISTURBED, deaths, die, finish, whole};
use crate::support::{Archive, Town};

const DAY: &str = "2026-11-26";

/// Over the tables and the bucket of a world.
fn archive(world: &World) -> Archive {
    Archive::over(Town::peaceful().stack.endpoint(), &format!("{}-backups", world.name()), world.name())
}

/// What a backup knows of a life.
fn saved(life: &Life) -> Life {
    let is_saved = |place: &str, item: &Value| {
        let table = place.split(' ').next().unwrap().to_lowercase();
        let Some(kind) = TableKind::ALL.into_iter().find(|kind| kind.as_str() == table) else { return false };
        let pk = item["pk"]["S"].as_str().unwrap();
        !kind.momentary().iter().any(|prefix| pk.starts_with(prefix))
    };
    let things: State = life
        .things
        .iter()
        .filter(|(place, item)| is_saved(place, item))
        .map(|(place, item)| (place.clone(), item.clone()))
        .collect();
    Life { things, ..life.clone() }
}

#[test]
fn a_backup_of_somebody_who_is_half_erased_brings_nothing_of_them_back() {
    let (life, saved, ada) = (&*LIFE, saved(&LIFE), LIFE.ada());
    die(&deaths(UNDISTURBED.1.len(), 1), |death| {
        let (world, fresh) = (World::with(&life.things, Some(death)), World::with(&State::new(), None));
        finish(async {
            world.is_asked_to_erase(ada).await;
            world.erases_until_death(ada).await;
        });
        archive(&world).backs_up(DAY);
        finish(world.erases(ada));
        let order = archive(&world).order(DAY, Into::Existing(archive(&fresh).as_stack()));
        let told = archive(&world).restores(&order).unwrap();
        finish(fresh.erases(ada));
        let mut faults = whole::faults(&saved, &fresh.state(), &[ada]);
        if !told.iter().any(|line| line.contains("being erased again")) {
            faults.push(format!("nobody is erased again: {told:?}"));
        }
        (world, faults)
    });
}
