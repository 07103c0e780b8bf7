//! Copies of photos that belong to nobody: the validator, staff's refusal and the sweep die between any two of their calls,
//! before or after the call was heard, while the owner deletes the photo, uploads something else, has it looked at in the same
//! moment, or does nothing. Whatever happened, a day later the bucket has the copies that albums show, made of the upload that
//! was judged, and no others.

mod run;
mod world;

use world::{Death, Owner, World, deaths};

/// More than any run has calls.
const MANY: usize = 30;

/// One history; answers whether the first validator died.
async fn play(first: Death, meanwhile: Option<(usize, Owner)>, owner: Owner, comes_again: bool, sweep: Death) -> bool {
    let history = format!("{first:?}, meanwhile {meanwhile:?}, {owner:?}, again: {comes_again}, sweep {sweep:?}");
    let world = World::new();
    let died = world.is_validated(first, meanwhile).await.is_err();
    world.is_left_to(owner).await;
    if comes_again {
        world.is_validated(Death::Never, None).await.unwrap_or_else(|error| panic!("{history}: {error}"));
    }
    world.comes_to_rest(sweep, &history).await;
    died
}

#[tokio::test]
async fn whoever_dies_when_a_day_later_there_are_only_copies_that_albums_show() {
    let mut died = 0;
    for first in deaths(MANY) {
        for owner in [Owner::Rests, Owner::Deletes, Owner::UploadsSomethingElse, Owner::HasAnotherLookedAt] {
            for comes_again in [false, true] {
                died += usize::from(play(first, None, owner, comes_again, Death::Never).await);
            }
            for sweep in deaths(8) {
                play(first, None, owner, false, sweep).await;
            }
        }
        for meanwhile in [Owner::Deletes, Owner::UploadsSomethingElse, Owner::HasAnotherLookedAt] {
            for at in 0..MANY {
                play(first, Some((at, meanwhile)), Owner::Rests, at % 2 == 0, Death::Never).await;
            }
        }
    }
    assert!(died > 100, "{died}");
}

#[tokio::test]
async fn what_staff_refuses_is_gone_a_day_later_wherever_that_failed() {
    let mut died = 0;
    for refusal in deaths(8) {
        for comes_again in [false, true] {
            for meanwhile in (0..8).map(|at| Some((at, Owner::Deletes))).chain([None]) {
                for sweep in [Death::Never].into_iter().chain(deaths(8)) {
                    let history =
                        format!("{refusal:?}, meanwhile {meanwhile:?}, again: {comes_again}, sweep {sweep:?}");
                    let world = World::new();
                    world.is_validated(Death::Never, None).await.unwrap();
                    died += usize::from(world.is_refused(refusal, meanwhile).await.is_err());
                    if comes_again {
                        let again = world.is_refused(Death::Never, None).await;
                        assert!(again.is_ok() || meanwhile.is_some(), "{history}");
                    }
                    world.comes_to_rest(sweep, &history).await;
                    assert!(!comes_again || !world.is_shown(), "{history}");
                }
            }
        }
    }
    assert!(died > 100, "{died}");
}
