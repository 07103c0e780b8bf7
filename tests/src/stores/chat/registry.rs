//! Sockets, presence, and who watches.

use std::time::Duration;

use shared::domain::id::UserId;
use shared::domain::presence::Watcher;
use shared::domain::socket::{ConnectionId, LEASE, MAX_PER_PERSON, Socket};

use super::{Side, hold};

impl Side {
    /// A socket that was opened so long ago.
    fn socket(&self, user_id: UserId, ago: Duration) -> Socket {
        let ambient = self.ambient();
        let id: UserId = ambient.id();
        let connected_at = self.now() - ago;
        Socket {
            connection_id: ConnectionId::new(id.to_string()),
            user_id,
            session_id: ambient.id(),
            connected_at,
            lease_until: connected_at + LEASE,
        }
    }

    async fn connects(&self, user_id: UserId) -> Socket {
        let socket = self.socket(user_id, Duration::ZERO);
        assert!(self.registry.add(&socket).await.unwrap().is_empty());
        socket
    }
}

#[test]
fn sockets_come_and_go_one_by_one() {
    hold(async |side| {
        let [ada, bob] = side.people();
        let (phone, laptop, other) = (side.connects(ada).await, side.connects(ada).await, side.connects(bob).await);
        let live = async |people: &[UserId]| {
            let sockets = side.registry.live_sockets_of(people).await.unwrap();
            let mut ids: Vec<_> = sockets.into_iter().map(|socket| socket.connection_id).collect();
            ids.sort_unstable();
            ids
        };
        let mut all = vec![phone.connection_id.clone(), laptop.connection_id.clone(), other.connection_id.clone()];
        all.sort_unstable();
        assert_eq!(live(&[ada, bob]).await, all);
        side.registry.remove(ada, &phone.connection_id).await.unwrap();
        side.registry.remove(ada, &phone.connection_id).await.unwrap();
        assert_eq!(live(&[ada]).await, std::slice::from_ref(&laptop.connection_id));
        assert!(side.registry.find(&phone.connection_id).await.unwrap().is_none());

        let later = laptop.lease_until + Duration::from_mins(1);
        side.registry.renew(&laptop, later).await.unwrap();
        assert_eq!(side.registry.find(&laptop.connection_id).await.unwrap().unwrap().lease_until, later);
        side.registry.renew(&phone, later).await.unwrap();
        assert_eq!(live(&[ada]).await, [laptop.connection_id], "what was removed stays so");
        assert_eq!(side.registry.all_of(bob).await.unwrap(), [other]);
    });
}

#[test]
fn the_oldest_gives_way_and_so_does_whoever_has_lapsed() {
    hold(async |side| {
        let [ada] = side.people();
        let lapsed = side.socket(ada, LEASE + Duration::from_mins(1));
        assert_eq!(side.registry.add(&lapsed).await.unwrap(), [lapsed.connection_id]);
        assert!(side.registry.all_of(ada).await.unwrap().is_empty());
        let oldest = side.socket(ada, Duration::from_secs(90));
        assert!(side.registry.add(&oldest).await.unwrap().is_empty());
        for _ in 1..MAX_PER_PERSON {
            side.connects(ada).await;
        }
        let newest = side.socket(ada, Duration::ZERO);
        assert_eq!(side.registry.add(&newest).await.unwrap(), [oldest.connection_id]);
        assert_eq!(side.registry.all_of(ada).await.unwrap().len(), MAX_PER_PERSON);
    });
}

#[test]
fn a_presence_is_told_for_what_it_was_read_as() {
    hold(async |side| {
        let [ada, stranger] = side.people();
        let presence = async |person| side.board.presences_of(&[person]).await.unwrap().remove(0);
        assert!(!presence(stranger).await.is_online && !presence(stranger).await.is_news());
        let (phone, laptop) = (side.connects(ada).await, side.connects(ada).await);
        let here = presence(ada).await;
        assert!(here.is_online && here.is_news() && here.at.is_some());
        side.registry.remove(ada, &phone.connection_id).await.unwrap();
        assert!(!side.board.note_told(&here).await.unwrap(), "something has happened since");
        let here = presence(ada).await;
        assert!(here.is_online && side.board.note_told(&here).await.unwrap());
        assert!(!presence(ada).await.is_news());

        side.registry.remove(ada, &laptop.connection_id).await.unwrap();
        let gone = presence(ada).await;
        assert!(!gone.is_online && gone.is_news() && gone.at.is_some() && gone.version > here.version);
        // Nobody has told it yet: a sweep finds it.
        assert!(side.board.lapsed(1_000).await.unwrap().contains(&ada));
        assert!(side.board.note_told(&gone).await.unwrap());
        assert!(!side.board.lapsed(1_000).await.unwrap().contains(&ada));
        side.connects(stranger).await;
        assert!(side.board.count_online().await.unwrap() >= 1, "others may be there, too");
    });
}

#[test]
fn a_socket_watches_whom_it_asked_for_last() {
    hold(async |side| {
        let [ada, bob, cleo] = side.people();
        let socket = side.connects(ada).await;
        let own = Watcher { user_id: ada, connection_id: socket.connection_id.clone() };
        side.watches.watch(&socket, &[bob, cleo]).await.unwrap();
        side.watches.watch(&socket, &[cleo]).await.unwrap();
        assert!(side.watches.watchers_of(bob, 10).await.unwrap().is_empty());
        assert_eq!(side.watches.watchers_of(cleo, 10).await.unwrap(), std::slice::from_ref(&own));
        side.watches.forget(cleo, std::slice::from_ref(&own)).await.unwrap();
        assert!(side.watches.watchers_of(cleo, 10).await.unwrap().is_empty());
    });
}
