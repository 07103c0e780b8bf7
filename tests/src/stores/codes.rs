//! Codes, when two use the same one.

use shared::adapters::dynamo::DynamoCodes;
use shared::config::TableName;
use shared::domain::code::{CodeKey, CodePurpose, ConfirmationCode, MAX_TRIES};
use shared::domain::id::{ChallengeId, UserId};
use shared::ports::codes::Codes;

use super::{Hands, finish, table, today};

#[test]
fn a_further_code_gives_no_tries_back() {
    let codes = DynamoCodes::new(table(TableName::Accounts), CodeKey::new(b"key"));
    let ambient = Hands::at(today()).ambient();
    let (challenge_id, user_id) = (ambient.id::<ChallengeId>(), ambient.id::<UserId>());
    let purpose = CodePurpose::Verify;
    let [right, wrong] = [42, 43].map(|number| ConfirmationCode::from_number(purpose, number));
    finish(codes.add(challenge_id, purpose, user_id, &right)).unwrap();
    for _ in 0..MAX_TRIES {
        assert_eq!(finish(codes.check(challenge_id, purpose, &wrong)).unwrap(), None);
    }
    finish(codes.add(challenge_id, purpose, user_id, &right)).unwrap();
    assert_eq!(finish(codes.check(challenge_id, purpose, &right)).unwrap(), None);
}

#[test]
fn of_two_who_use_a_code_at_the_same_moment_one_is_first() {
    let codes = DynamoCodes::new(table(TableName::Accounts), CodeKey::new(b"key"));
    let ambient = Hands::at(today()).ambient();
    let (challenge_id, user_id) = (ambient.id::<ChallengeId>(), ambient.id::<UserId>());
    let purpose = CodePurpose::SignIn;
    let code = ConfirmationCode::from_number(purpose, 42);
    finish(codes.add(challenge_id, purpose, user_id, &code)).unwrap();
    for _ in 0..2 {
        assert_eq!(finish(codes.check(challenge_id, purpose, &code)).unwrap(), Some(user_id));
    }
    assert!(finish(codes.clear(challenge_id, purpose)).unwrap());
    assert!(!finish(codes.clear(challenge_id, purpose)).unwrap());
    assert_eq!(finish(codes.check(challenge_id, purpose, &code)).unwrap(), None);
}
