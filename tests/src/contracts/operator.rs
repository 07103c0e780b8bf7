//! What `cargo xtask admin grant` writes is what the functions read, although neither knows the other.

use shared::domain::account::Role;
use shared::domain::email::EmailAddress;
use shared::domain::time::Timestamp;
use xtask::{admin, calendar};

#[test]
fn an_address_has_one_digest() {
    for text in ["ada@example.org", " Ada.Lovelace+x@EXAMPLE.org "] {
        assert_eq!(admin::digest(text), EmailAddress::parse(text).unwrap().digest());
    }
}

#[test]
fn times_are_written_alike() {
    for millis in [0, 951_782_400_001, 1_795_253_400_123, 4_102_444_799_999] {
        assert_eq!(calendar::rfc3339(millis), Timestamp::from_unix_millis(millis).to_string());
    }
}

#[test]
fn both_know_the_same_roles() {
    for (here, there) in [(admin::Role::Admin, Role::Admin), (admin::Role::Moderator, Role::Moderator)] {
        assert_eq!(here.as_str(), there.as_str());
    }
    assert_eq!(Role::ALL.len(), 2);
}
