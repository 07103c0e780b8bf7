//! A backup that was taken while somebody was being erased, and is restored when nothing was left of them.

use std::collections::BTreeSet;

use operator::Into;
use serde_json::Value;
use shared::domain::backup::TableKind;

use super::life::Life;
use super::world::{State, World};
use super::{LIFE, UNDISTURBED, deaths, die, finish, seeds, whole};
use crate::support::{Archive, Dice, Town};

const DAY: &str = "2026-11-26";
/// How many torn backups the suite draws.
const TORN: u64 = 3;

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

/// A backup is of no moment: some of it was read before somebody was erased, and some of it after.
#[test]
fn a_backup_that_was_read_while_somebody_was_erased_brings_nothing_of_them_back() {
    let (life, ada) = (saved(&LIFE), LIFE.ada());
    let mut after = saved(&Life { things: UNDISTURBED.0.clone(), ..LIFE.clone() }).things;
    after.retain(|place, _| !place.starts_with("Accounts ERASED#"));
    for seed in seeds(TORN) {
        let (torn, fresh) = (torn(&life.things, &after, seed), World::with(&State::new(), None));
        let world = World::with(&torn, None);
        let ledger = format!("erasures/v1/{ada}.json");
        archive(&world).client.put_object(&archive(&world).bucket, &ledger, b"{}".to_vec()).unwrap();
        archive(&world).backs_up(DAY);
        let order = archive(&world).order(DAY, Into::Existing(archive(&fresh).as_stack()));
        let told = archive(&world).restores(&order).unwrap();
        assert!(told.iter().any(|line| line.contains("rows were put or taken away")), "{told:?}");
        finish(fresh.erases(ada));
        assert_eq!(whole::traces(&life, &fresh.state(), &[ada]), [""; 0], "DEATHS={seed}");
    }
}

/// Each item as it was before or after, at random.
fn torn(before: &State, after: &State, seed: u64) -> State {
    let dice = Dice::new(seed);
    let mut torn = State::new();
    for place in before.keys().chain(after.keys()).collect::<BTreeSet<_>>() {
        let version = if dice.below(2) == 0 { before } else { after };
        torn.extend(version.get(place).map(|item| (place.clone(), item.clone())));
    }
    torn
}
