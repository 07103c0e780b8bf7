//! Erasures that die at every call they make, and go on: nothing is left of whoever goes, and everything of whoever stays.
//!
//! The people and all they did come out of a town, by the API; then every death has a copy of that for itself. The suite draws
//! a few deaths, others every time; `DEATHS=all` dies all of them.

mod life;
mod links;
mod restored;
mod whole;
mod world;

use std::collections::BTreeMap;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;
use shared::domain::id::UserId;

use crate::support::{Death, Dice, Town};
use life::Life;
use world::{State, World};

/// How many deaths the suite draws of each kind.
const SOME: usize = 4;
/// How many worlds there are at a time.
const LANES: usize = 3;

static LIFE: LazyLock<Life> = LazyLock::new(Life::lived);
/// What is left of it, and the calls that it takes, when nobody dies.
static UNDISTURBED: LazyLock<(State, Vec<String>)> = LazyLock::new(|| erased(&LIFE.things, LIFE.ada(), None));

fn finish<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

/// Which deaths are died, of those that an erasure of so many calls can die.
fn deaths(calls: usize, some: usize) -> Vec<Death> {
    let all: Vec<Death> = (0..calls).flat_map(|call| [Death::Before(call), Death::After(call)]).collect();
    let wish = wish();
    if wish.as_deref() == Some("all") {
        return all;
    }
    // Others in every process, unless it is told which.
    let seed = wish.and_then(|wish| wish.parse().ok()).unwrap_or_else(|| u64::from(std::process::id()));
    eprintln!("DEATHS={seed} draws these {some} of {} deaths again", all.len());
    let dice = Dice::new(seed);
    let drawn = (0..some).map(|_| usize::try_from(dice.below(all.len() as u64)).unwrap());
    drawn.map(|drawn| all[drawn]).collect()
}

/// What so many other things are drawn from.
fn seeds(some: u64) -> Vec<u64> {
    match wish().as_deref() {
        Some("all") => (0..some * 20).collect(),
        Some(wish) => vec![wish.parse().expect("a number, or all")],
        None => (0..some).map(|n| u64::from(std::process::id()) + n).collect(),
    }
}

#[expect(clippy::disallowed_methods, reason = "how many deaths there are is the choice of whoever wishes for them")]
fn wish() -> Option<String> {
    std::env::var("DEATHS").ok()
}

/// Has everybody die, some at a time. Fails with what went wrong at which call.
fn die(deaths: &[Death], dies: impl Fn(Death) -> (World, Vec<String>) + Sync) {
    let next = AtomicUsize::new(0);
    let wrong = Town::at_once(LANES, |_| {
        let mut wrong = BTreeMap::new();
        while let Some(death) = deaths.get(next.fetch_add(1, Ordering::Relaxed)) {
            let (world, faults) = dies(*death);
            let (Death::Before(call) | Death::After(call)) = *death;
            if !faults.is_empty() {
                wrong.insert(format!("{death:?}: {}", world.calls()[call]), faults);
            }
        }
        wrong
    });
    let wrong: BTreeMap<_, _> = wrong.into_iter().flatten().collect();
    assert!(wrong.is_empty(), "{} of {} deaths went wrong: {wrong:#?}", wrong.len(), deaths.len());
}

fn erased(things: &State, person: UserId, death: Option<Death>) -> (State, Vec<String>) {
    let world = World::with(things, death);
    finish(async {
        world.is_asked_to_erase(person).await;
        world.erases(person).await;
    });
    (world.state(), world.calls())
}

#[test]
fn whoever_is_killed_at_whatever_call_goes_on_and_the_end_is_the_same() {
    let (life, ada) = (&*LIFE, LIFE.ada());
    let (expected, calls) = &*UNDISTURBED;
    assert_eq!(links::broken(&life.things), [""; 0], "before anybody went");
    assert_eq!(whole::faults(life, expected, &[ada]), [""; 0], "when nobody died");
    let expected = whole::timeless(expected);
    die(&deaths(calls.len(), SOME), |death| {
        let world = World::with(&life.things, Some(death));
        finish(async {
            world.is_asked_to_erase(ada).await;
            world.erases(ada).await;
        });
        let state = world.state();
        let mut faults = whole::faults(life, &state, &[ada]);
        faults.extend(whole::differences(&expected, &whole::timeless(&state)));
        (world, faults)
    });
}

#[test]
fn of_two_who_matched_and_go_at_once_one_is_killed_at_whatever_call() {
    let (life, ada, bob) = (&*LIFE, LIFE.ada(), LIFE.bob());
    die(&deaths(UNDISTURBED.1.len(), SOME), |death| {
        let world = World::with(&life.things, Some(death));
        finish(async {
            world.is_asked_to_erase(ada).await;
            world.is_asked_to_erase(bob).await;
            world.erases_until_death(ada).await;
            world.erases(bob).await;
            world.erases(ada).await;
        });
        let faults = whole::faults(life, &world.state(), &[ada, bob]);
        (world, faults)
    });
}

/// What the pause between the two rounds is for: whatever comes before it, between any two calls, is found in the end.
#[test]
fn what_a_request_wrote_that_was_under_way_is_gone_whenever_it_came() {
    let (life, ada) = (&*LIFE, LIFE.ada());
    let pause = UNDISTURBED.1.iter().position(|call| call.contains(r#""done":{"N":"9"}"#)).expect("a pause");
    die(&deaths(pause, SOME), |death| {
        let (Death::Before(call) | Death::After(call)) = death;
        let world = World::with(&life.things, None);
        world.hears_late(call, &life.late);
        finish(async {
            world.is_asked_to_erase(ada).await;
            world.erases(ada).await;
        });
        let faults = whole::faults(life, &world.state(), &[ada]);
        (world, faults)
    });
}

/// Tables that were restored are not of one moment: in them somebody else may have the address.
#[test]
fn an_account_goes_whose_address_somebody_else_has_by_now() {
    let (mut life, ada) = (LIFE.clone(), LIFE.ada());
    let is_hers = json!({ "S": ada });
    let mut accounts = life.things.iter_mut().filter(|(place, _)| place.starts_with("Accounts EMAIL#"));
    let (_, claim) = accounts.find(|(_, claim)| claim["user_id"] == is_hers).expect("her address");
    claim["user_id"] = json!({ "S": life.people[9] });
    let (state, _) = erased(&life.things, ada, None);
    assert_eq!(whole::faults(&life, &state, &[ada]), [""; 0]);
}

/// In tables that were restored, a line may lead to a request that is not there, and a project may have no conversation.
#[test]
fn an_erasure_ends_where_lines_lead_nowhere() {
    let (mut life, ada) = (LIFE.clone(), LIFE.ada());
    let (asked, orphaned) = (life.ids.asked.clone(), life.ids.orphaned.clone());
    let before = life.things.len();
    life.things.remove(&format!("Profiles PROJECT#{asked} REQUEST#{ada}"));
    assert_eq!(life.things.len(), before - 1, "she had asked to join");
    life.things.retain(|place, _| !place.starts_with(&format!("Chat CONV#{orphaned}")));
    assert!(life.things.len() < before - 1, "they had talked");
    let (state, _) = erased(&life.things, ada, None);
    assert_eq!(whole::traces(&life, &state, &[ada]), [""; 0]);
}
