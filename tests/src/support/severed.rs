//! A wire between a job and its stores that is cut at one of its calls: the job dies there, before the call is heard or after
//! it was, and until the next life begins nothing passes any more.

use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use tokio::sync::Notify;
use ureq::Agent;

use super::exchange::{Call, forward, read_call, write_answer};

/// When a job dies. Calls are counted over all its lives, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Death {
    /// Before the call of this number is heard.
    Before(usize),
    /// After it was heard, before it is answered.
    After(usize),
}

enum Fate {
    Passes,
    Waits(Interlude),
    DiesUnheard,
    DiesUnanswered,
    IsCut,
}

type Interlude = Box<dyn FnOnce() + Send>;

#[derive(Default)]
struct Count {
    death: Option<Death>,
    /// What others do before the call of this number is heard, while it waits.
    interlude: Option<(usize, Interlude)>,
    calls: Vec<String>,
    is_cut: bool,
}

#[derive(Default)]
struct Wire {
    count: Mutex<Count>,
    died: Notify,
}

pub(crate) struct Severed {
    url: String,
    wire: Arc<Wire>,
}

impl Severed {
    pub(crate) fn before(upstream: &str, death: Option<Death>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let wire = Arc::new(Wire::default());
        wire.count.lock().unwrap().death = death;
        let (upstream, shared) = (upstream.to_owned(), wire.clone());
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (upstream, wire) = (upstream.clone(), shared.clone());
                thread::spawn(move || serve(stream, &upstream, &wire).ok());
            }
        });
        Self { url, wire }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Has others do something before the call of this number is heard.
    pub(crate) fn before_call(&self, number: usize, interlude: impl FnOnce() + Send + 'static) {
        self.wire.count.lock().unwrap().interlude = Some((number, Box::new(interlude)));
    }

    /// What was called for, in order, calls of the dying included.
    pub(crate) fn calls(&self) -> Vec<String> {
        self.wire.count.lock().unwrap().calls.clone()
    }

    /// Whether death has come, to whoever dies once.
    pub(crate) fn has_struck(&self) -> bool {
        self.wire.count.lock().unwrap().death.is_none()
    }

    /// One life: what comes of the work, or nothing if it died. The work is dropped where it stands, as with its process.
    pub(crate) async fn lives<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        self.wire.count.lock().unwrap().is_cut = false;
        tokio::select! {
            biased;
            () = self.wire.died.notified() => None,
            done = work => Some(done),
        }
    }
}

impl Wire {
    /// From the moment of a death on nothing else passes.
    fn fate(&self, call: &Call) -> Fate {
        let mut count = self.count.lock().unwrap();
        if count.is_cut {
            return Fate::IsCut;
        }
        let number = count.calls.len();
        count.calls.push(call.told());
        if let Some((_, interlude)) = count.interlude.take_if(|(at, _)| *at == number) {
            return Fate::Waits(interlude);
        }
        let fate = match count.death {
            Some(Death::Before(at)) if at == number => Fate::DiesUnheard,
            Some(Death::After(at)) if at == number => Fate::DiesUnanswered,
            _ => return Fate::Passes,
        };
        (count.is_cut, count.death) = (true, None);
        fate
    }
}

fn serve(mut stream: TcpStream, upstream: &str, wire: &Wire) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let agent: Agent = Agent::config_builder().http_status_as_error(false).build().into();
    while let Some(call) = read_call(&mut stream)? {
        match wire.fate(&call) {
            Fate::IsCut => return Ok(()),
            Fate::Passes => {}
            Fate::Waits(interlude) => interlude(),
            Fate::DiesUnheard => {
                wire.died.notify_one();
                return Ok(());
            }
            Fate::DiesUnanswered => {
                forward(&agent, upstream, &call);
                wire.died.notify_one();
                return Ok(());
            }
        }
        let (status, answer) = forward(&agent, upstream, &call);
        write_answer(&mut stream, status, &answer)?;
    }
    Ok(())
}
