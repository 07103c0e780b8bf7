//! What becomes of a promise whose frames got through, or did not.

use super::world::Does::{Accept, BeGone, Throttle};
use super::world::{World, entry, frames, person, session};
use super::{FOREVER, SHORT, names};
use crate::delivery::IfStuck;
use crate::domain::outbox::{Effect, PushEffect};
use crate::domain::socket::ConnectionId;

#[tokio::test]
async fn a_promise_is_kept_only_when_everybody_has_everything() {
    let world = World::of(&["1a", "2a", "2b"]);
    world.script("2a", [Throttle]);
    world.script("2b", [BeGone]);
    world.promised(SHORT).deliver(&[person(1), person(2)], &frames(&["one"]), &entry()).await.unwrap();
    assert_eq!(*world.finished.lock().unwrap(), 0);
    let Effect::Push(PushEffect::MessageNew { left, .. }) = world.handed_over.lock().unwrap()[0].effect.clone() else {
        panic!("it is another promise now");
    };
    assert_eq!(left, Some(vec![ConnectionId::new("2a")]), "who has it, or is gone, is not asked again");

    world.script("2a", [Accept]);
    world.promised(SHORT).deliver(&[person(1), person(2)], &frames(&["one"]), &entry()).await.unwrap();
    assert_eq!(*world.finished.lock().unwrap(), 1);
}

#[tokio::test]
async fn a_promise_about_people_whose_sockets_nobody_knows_is_handed_over_whole() {
    let world = World::of(&["1a"]);
    *world.registry_is_down.lock().unwrap() = true;
    world.promised(FOREVER).deliver(&[person(1)], &frames(&["one"]), &entry()).await.unwrap();
    assert_eq!(*world.handed_over.lock().unwrap(), [entry()]);
    assert_eq!(*world.finished.lock().unwrap(), 0);
}

#[tokio::test]
async fn a_socket_that_takes_nothing_twice_is_closed() {
    let world = World::of(&["1a", "2a"]);
    world.script("2a", [Throttle]);
    let (delivery, said, both) = (world.promised(SHORT), frames(&["one"]), [person(1), person(2)]);
    let first = delivery.reach(&both, &said, &entry(), IfStuck::at_attempt(1)).await;
    assert!(first.unwrap_err().retryable() && world.closed.lock().unwrap().is_empty());
    delivery.reach(&both, &said, &entry(), IfStuck::at_attempt(2)).await.unwrap();
    assert_eq!(*world.closed.lock().unwrap(), ["2a"]);
    assert_eq!(*world.removed.lock().unwrap(), ["2a"]);
    assert_eq!(*world.finished.lock().unwrap(), 0, "who reaches people in several steps says itself when it is done");
}

#[tokio::test]
async fn what_is_left_is_asked_for_by_name() {
    let world = World::of(&["1a", "1b"]);
    let left = ["1b", "9z"].map(ConnectionId::new);
    let known = world.promised(FOREVER).known(&left).await.unwrap();
    assert_eq!(names(&known), ["1b"], "the other one is gone");
}

#[tokio::test]
async fn a_session_loses_its_own_sockets() {
    let world = World::of(&["1a", "1b", "2a"]);
    world.people.lock().unwrap()[1].session_id = session(9);
    world.promised(FOREVER).close_session(person(1), session(1), &entry()).await.unwrap();
    assert_eq!(*world.closed.lock().unwrap(), ["1a"]);
    assert_eq!(*world.removed.lock().unwrap(), ["1a"]);
    assert_eq!(*world.finished.lock().unwrap(), 1);
}
