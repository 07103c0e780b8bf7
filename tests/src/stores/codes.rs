//! Codes, when two use the same one.

use shared::adapters::dynamo::DynamoCodes;
use shared::config::TableName;
use shared::domain::code::{CodeKey, CodePurpose, ConfirmationCode};
use shared::domain::id::{ChallengeId, UserId};
use shared::ports::codes::Codes;

use super::{Hands, finish, table, today};

#[test]
fn of_two_who_use_a_code_at_the_same_moment_one_is_first() {
    let codes = DynamoCodes::new(table(TableName::Accounts), CodeKey::new(b"key"));
    let ambient = Hands::at(today()).ambient();
    let (challenge_id, user_id) = (ambient.id::<ChallengeId>(), ambient.id::<UserId>());
    let (purpose, code) = (CodePurpose::SignIn, ConfirmationCode::from_number(42));
    finish(codes.add(challenge_id, purpose, user_id, &code)).unwrap();
    for _ in 0..2 {
        assert_eq!(finish(codes.check(challenge_id, purpose, &code)).unwrap(), Some(user_id));
    }
    assert!(finish(codes.clear(challenge_id, purpose)).unwrap());
    assert!(!finish(codes.clear(challenge_id, purpose)).unwrap());
    assert_eq!(finish(codes.check(challenge_id, purpose, &code)).unwrap(), None);
}
