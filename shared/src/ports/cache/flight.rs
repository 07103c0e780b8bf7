//! Single flight within a process: of those who want the same at the same moment one works and the others wait.

use std::any::Any;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;

use super::source::Source;
use crate::domain::cache::KeyText;

/// A value of any type; the key says which.
pub(super) type AnyValue = Arc<dyn Any + Send + Sync>;

#[derive(Default)]
pub(super) struct Flights(Mutex<HashMap<KeyText, watch::Receiver<Landing>>>);

/// What became of a flight.
#[derive(Clone)]
pub(super) enum Landing {
    InTheAir,
    Value(AnyValue, Source),
    /// The work failed, for reasons that may be the pilot's own.
    Failed,
}

pub(super) enum Seat<'f> {
    /// The first one: does the work and tells the others.
    Pilot(Flight<'f>),
    Passenger(Passenger),
}

impl Flights {
    pub(super) fn board(&self, key: &KeyText) -> Seat<'_> {
        let mut flights = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(landing) = flights.get(key) {
            return Seat::Passenger(Passenger(landing.clone()));
        }
        let (sender, receiver) = watch::channel(Landing::InTheAir);
        flights.insert(key.clone(), receiver);
        Seat::Pilot(Flight { flights: self, key: key.clone(), landing: sender })
    }
}

/// The right to do the work. Dropped without a landing, as when a request is cancelled, it leaves the work to another one.
pub(super) struct Flight<'f> {
    flights: &'f Flights,
    key: KeyText,
    landing: watch::Sender<Landing>,
}

impl Flight<'_> {
    pub(super) fn land(self, landing: Landing) {
        self.landing.send_replace(landing);
    }
}

impl Drop for Flight<'_> {
    fn drop(&mut self) {
        self.flights.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.key);
    }
}

pub(super) struct Passenger(watch::Receiver<Landing>);

impl Passenger {
    /// Waits for the landing; nothing if the pilot left on the way.
    pub(super) async fn landed(mut self) -> Option<Landing> {
        let landed = |landing: &Landing| !matches!(landing, Landing::InTheAir);
        let landing = self.0.wait_for(landed).await.ok()?;
        Some(landing.clone())
    }
}
