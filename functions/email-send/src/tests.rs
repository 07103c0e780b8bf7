//! Mails whose fate nobody knows, and mails that have lost their sense.

use std::sync::Mutex;
use std::time::Duration;

use async_trait::async_trait;
use shared::config::LinksConfig;
use shared::domain::account::{Account, AccountState, Reason, Sanction, SanctionKind};
use shared::domain::code::{CodePurpose, ConfirmationCode};
use shared::domain::digest::DigestCounts;
use shared::domain::email::EmailAddress;
use shared::domain::id::{ChallengeId, Id, UserId};
use shared::domain::locale::Locale;
use shared::domain::mailbox::{HoldCause, MailHold};
use shared::domain::unsubscription::UnsubscribeToken;
use shared::ports::accounts::{Before, Confirmation, Registration};
use shared::ports::ambient::{Clock, Rng};
use shared::ports::codes::Codes;
use shared::ports::unsubscriptions::Unsubscriptions;

use super::*;

const NOW: Timestamp = Timestamp::from_unix_seconds(1_000_000);

/// What the mailer does next.
#[derive(Clone, Copy, Default)]
enum Luck {
    #[default]
    Accepts,
    Refuses,
    /// It may have been accepted.
    LosesTheAnswer,
}

#[derive(Default)]
struct World {
    luck: Mutex<Luck>,
    accepted: Mutex<Vec<Mail>>,
    /// What the next claim comes to; granted by default.
    claim: Mutex<Option<Claim>>,
    released: Mutex<usize>,
    done: Mutex<usize>,
    sanction: Mutex<Option<Sanction>>,
    is_pending: Mutex<bool>,
    locale: Mutex<Locale>,
    hold: Mutex<Option<MailHold>>,
    issued: Mutex<Vec<UnsubscribeToken>>,
}

impl World {
    async fn sends(self: &Arc<Self>, kind: MailKind, age: Duration) -> Result<()> {
        let user_id = UserId::from_parts(NOW, [1; 10]);
        let counts = DigestCounts { messages: 3, conversations: 2, matches: 1, likes: 0 };
        let effect =
            if kind == MailKind::Digest { Effect::digest(user_id, counts) } else { Effect::mail(kind, user_id) };
        let entry = OutboxEntry { id: Id::from_parts(NOW, [2; 10]), created_at: NOW - age, request_id: None, effect };
        let deps = Deps {
            accounts: self.clone(),
            jobs: self.clone(),
            mailer: self.clone(),
            writer: Writer::new(self.clone(), self.clone(), links(), ambient()),
            ambient: ambient(),
        };
        send(&deps, entry).await
    }

    /// How many mails were accepted, claims given back, and entries finished.
    fn tally(&self) -> (usize, usize, usize) {
        (self.accepted.lock().unwrap().len(), *self.released.lock().unwrap(), *self.done.lock().unwrap())
    }
}

#[tokio::test]
async fn a_digest_whose_answer_is_lost_is_dropped_and_a_security_mail_sent_again() {
    for (kind, tally) in [(MailKind::Digest, (1, 0, 1)), (MailKind::PasswordChanged, (1, 1, 0))] {
        let world = Arc::new(World::default());
        *world.luck.lock().unwrap() = Luck::LosesTheAnswer;
        let sent = world.sends(kind, Duration::ZERO).await;
        assert_eq!((sent.is_ok(), world.tally()), (kind == MailKind::Digest, tally), "{kind:?}");
    }
}

#[tokio::test]
async fn what_was_refused_for_certain_is_tried_again_whatever_it_is() {
    for kind in [MailKind::Digest, MailKind::PasswordChanged] {
        let world = Arc::new(World::default());
        *world.luck.lock().unwrap() = Luck::Refuses;
        world.sends(kind, Duration::ZERO).await.unwrap_err();
        assert_eq!(world.tally(), (0, 1, 0), "{kind:?}");
        *world.luck.lock().unwrap() = Luck::Accepts;
        world.sends(kind, Duration::ZERO).await.unwrap();
        assert_eq!(world.tally(), (1, 1, 1), "{kind:?}");
    }
}

#[tokio::test]
async fn a_claim_says_what_is_to_be_done() {
    for (claim, kind, tally) in [
        (Claim::Abandoned, MailKind::Digest, (0, 0, 1)),
        (Claim::Again, MailKind::PasswordChanged, (1, 0, 1)),
        (Claim::Sent, MailKind::Digest, (0, 0, 1)),
    ] {
        let world = Arc::new(World::default());
        *world.claim.lock().unwrap() = Some(claim);
        world.sends(kind, Duration::ZERO).await.unwrap();
        assert_eq!(world.tally(), tally, "{claim:?}");
    }
    let world = Arc::new(World::default());
    *world.claim.lock().unwrap() = Some(Claim::Held);
    world.sends(MailKind::Digest, Duration::ZERO).await.unwrap_err();
    assert_eq!(world.tally(), (0, 0, 0));
}

#[tokio::test]
async fn a_digest_that_comes_late_or_to_somebody_who_is_kept_out_is_none() {
    let world = Arc::new(World::default());
    world.sends(MailKind::Digest, STALE_AFTER + Duration::from_secs(1)).await.unwrap();
    world.sends(MailKind::PasswordChanged, STALE_AFTER * 2).await.unwrap();
    assert_eq!(world.tally(), (1, 0, 2));
    let reason = Reason::parse("reason", "spam").unwrap();
    let ban = Sanction { kind: SanctionKind::Ban, reason, since: NOW, until: None };
    *world.sanction.lock().unwrap() = Some(ban);
    world.sends(MailKind::Digest, Duration::ZERO).await.unwrap();
    *world.sanction.lock().unwrap() = None;
    *world.is_pending.lock().unwrap() = true;
    world.sends(MailKind::Digest, Duration::ZERO).await.unwrap();
    assert_eq!(world.tally(), (1, 0, 4));
}

#[tokio::test]
async fn a_digest_says_numbers_and_how_to_end_it() {
    let world = Arc::new(World::default());
    world.sends(MailKind::Digest, Duration::ZERO).await.unwrap();
    let mail = world.accepted.lock().unwrap()[0].clone();
    assert!(mail.text.contains("- 3 unread messages in 2 conversations\n- 1 new match\n\n"), "{}", mail.text);
    assert!(mail.html.contains("<li>3 unread messages in 2 conversations</li>"), "{}", mail.html);
    let [token] = world.issued.lock().unwrap()[..] else { panic!("one token is issued") };
    let url = format!("https://api.example.org/v1/unsubscribe/{}", token.expose());
    assert!(mail.text.contains(&format!("Get no more such mails:\n\n{url}\n")), "{}", mail.text);
    assert!(mail.html.contains(&format!("href=\"{url}\"")), "{}", mail.html);
    assert_eq!((mail.unsubscribe, token.user_id()), (Some(url), UserId::from_parts(NOW, [1; 10])));
    world.sends(MailKind::PasswordChanged, Duration::ZERO).await.unwrap();
    assert_eq!(world.accepted.lock().unwrap()[1].unsubscribe, None, "nobody can end warnings");
}

#[tokio::test]
async fn a_mail_is_in_the_language_of_the_account() {
    let world = Arc::new(World::default());
    *world.locale.lock().unwrap() = Locale::De;
    world.sends(MailKind::PasswordChanged, Duration::ZERO).await.unwrap();
    let mail = world.accepted.lock().unwrap()[0].clone();
    assert_eq!(mail.subject, "Ihr Passwort wurde geändert");
    assert!(mail.html.contains("<html lang=\"de\">"), "{}", mail.html);
}

#[tokio::test]
async fn mails_that_bounce_or_annoy_are_not_sent() {
    for (cause, kind, accepted) in [
        (HoldCause::Bounce, MailKind::PasswordChanged, 0),
        (HoldCause::Complaint, MailKind::PasswordChanged, 1),
        (HoldCause::Complaint, MailKind::Digest, 0),
    ] {
        let world = Arc::new(World::default());
        *world.hold.lock().unwrap() = Some(MailHold { cause, since: NOW });
        world.sends(kind, Duration::ZERO).await.unwrap();
        assert_eq!(world.tally(), (accepted, 0, 1), "{cause:?} {kind:?}");
    }
}

fn links() -> LinksConfig {
    LinksConfig { app_url: "https://app.example.org".to_owned(), api_url: "https://api.example.org".to_owned() }
}

fn ambient() -> Ambient {
    Ambient::new(Arc::new(Hands), Arc::new(Hands))
}

struct Hands;

impl Clock for Hands {
    fn now(&self) -> Timestamp {
        NOW
    }
}

impl Rng for Hands {
    fn fill(&self, _bytes: &mut [u8]) {}
}

fn not_asked<T>() -> Result<T> {
    Err(Error::internal("no mail asks for this"))
}

#[async_trait]
impl Mailer for World {
    async fn send(&self, mail: &Mail) -> Result<Handover> {
        let luck = *self.luck.lock().unwrap();
        if !matches!(luck, Luck::Refuses) {
            self.accepted.lock().unwrap().push(mail.clone());
        }
        match luck {
            Luck::Accepts => Ok(Handover::Accepted),
            Luck::Refuses => Ok(Handover::Refused(Error::unavailable("too many mails"))),
            Luck::LosesTheAnswer => Err(Error::unavailable("no answer")),
        }
    }
}

#[async_trait]
impl MailJobs for World {
    async fn claim(&self, _: &OutboxEntry) -> Result<Claim> {
        Ok(self.claim.lock().unwrap().unwrap_or(Claim::Granted))
    }

    async fn release(&self, _: &OutboxEntry) -> Result<()> {
        *self.released.lock().unwrap() += 1;
        Ok(())
    }

    async fn done(&self, _: &OutboxEntry) -> Result<()> {
        *self.done.lock().unwrap() += 1;
        Ok(())
    }
}

#[async_trait]
impl Unsubscriptions for World {
    async fn issue(&self, token: &UnsubscribeToken) -> Result<()> {
        self.issued.lock().unwrap().push(*token);
        Ok(())
    }

    async fn knows(&self, _: &UnsubscribeToken) -> Result<bool> {
        not_asked()
    }
}

#[async_trait]
impl Codes for World {
    async fn add(&self, _: ChallengeId, _: CodePurpose, _: UserId, _: &ConfirmationCode) -> Result<()> {
        not_asked()
    }

    async fn check(&self, _: ChallengeId, _: CodePurpose, _: &ConfirmationCode) -> Result<Option<UserId>> {
        not_asked()
    }

    async fn clear(&self, _: ChallengeId, _: CodePurpose) -> Result<bool> {
        not_asked()
    }
}

#[async_trait]
impl Accounts for World {
    async fn register(&self, _: Registration, _: OutboxEntry) -> Result<()> {
        not_asked()
    }

    async fn promise(&self, _: OutboxEntry) -> Result<()> {
        not_asked()
    }

    async fn confirm(&self, _: &Account) -> Result<Confirmation> {
        not_asked()
    }

    async fn owner_of(&self, _: &EmailAddress) -> Result<Option<UserId>> {
        not_asked()
    }

    async fn find(&self, user_id: UserId) -> Result<Option<Account>> {
        let is_pending = *self.is_pending.lock().unwrap();
        Ok(Some(Account {
            user_id,
            email: EmailAddress::parse("ada@example.org").unwrap(),
            state: if is_pending { AccountState::Pending } else { AccountState::Active },
            sanction: self.sanction.lock().unwrap().clone(),
            locale: *self.locale.lock().unwrap(),
            mail_hold: *self.hold.lock().unwrap(),
            created_at: NOW,
            roles: std::collections::BTreeSet::new(),
        }))
    }

    async fn password_hash(&self, _: UserId) -> Result<Option<String>> {
        not_asked()
    }

    async fn replace_password(&self, _: UserId, _: Before<'_>, _: String, _: &[OutboxEntry]) -> Result<bool> {
        not_asked()
    }
}
