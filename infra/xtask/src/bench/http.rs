//! As much of an HTTP/1.1 server as the stubs need: requests with a length, answers in one write.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Instant;

use httparse::{EMPTY_HEADER, Status};

#[derive(Debug)]
pub(super) struct Request {
    pub method: String,
    pub path: String,
    headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// When its head was there.
    pub at: Instant,
}

impl Request {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let header = self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        header.map(|(_, value)| value.as_str())
    }
}

/// Reads requests one after another and keeps what came too early.
pub(super) struct Reader {
    buffer: Vec<u8>,
}

impl Reader {
    pub(super) fn new() -> Self {
        Self { buffer: Vec::with_capacity(16 * 1024) }
    }

    /// The next request, or nothing when the other side is done.
    pub(super) fn next(&mut self, stream: &mut impl Read) -> io::Result<Option<Request>> {
        let (mut request, length) = loop {
            if let Some((head, request, length)) = self.head()? {
                self.buffer.drain(..head);
                break (request, length);
            }
            if !self.fill(stream)? {
                return Ok(None);
            }
        };
        while self.buffer.len() < length {
            if !self.fill(stream)? {
                return Ok(None);
            }
        }
        request.body = self.buffer.drain(..length).collect();
        Ok(Some(request))
    }

    fn fill(&mut self, stream: &mut impl Read) -> io::Result<bool> {
        let mut chunk = [0; 16 * 1024];
        let count = stream.read(&mut chunk)?;
        self.buffer.extend_from_slice(&chunk[..count]);
        Ok(count > 0)
    }

    /// The length of the head, the request without its body, and the length of the body.
    fn head(&self) -> io::Result<Option<(usize, Request, usize)>> {
        let mut headers = [EMPTY_HEADER; 64];
        let mut parsed = httparse::Request::new(&mut headers);
        let Status::Complete(head) = parsed.parse(&self.buffer).map_err(io::Error::other)? else { return Ok(None) };
        let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
        let request = Request {
            method: parsed.method.unwrap_or_default().to_owned(),
            path: parsed.path.unwrap_or_default().to_owned(),
            headers: parsed.headers.iter().map(|header| (header.name.to_owned(), text(header.value))).collect(),
            body: Vec::new(),
            at: Instant::now(),
        };
        if request.header("transfer-encoding").is_some() {
            return Err(io::Error::other("a chunked request"));
        }
        let length = request.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
        Ok(Some((head, request, length)))
    }
}

/// Answers in one write: a head and a body in two would wait for each other's acknowledgement.
pub(super) fn respond(stream: &mut impl Write, status: &str, headers: &[(&str, &str)], body: &[u8]) -> io::Result<()> {
    let mut answer = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n", body.len());
    for (name, value) in headers {
        answer.push_str(name);
        answer.push_str(": ");
        answer.push_str(value);
        answer.push_str("\r\n");
    }
    answer.push_str("\r\n");
    let mut answer = answer.into_bytes();
    answer.extend_from_slice(body);
    stream.write_all(&answer)?;
    stream.flush()
}

/// A loopback port whose connections are served by a thread each, until it is dropped.
#[derive(Debug)]
pub(super) struct Server {
    pub address: SocketAddr,
    stopped: Arc<AtomicBool>,
}

impl Server {
    pub(super) fn start<F>(serve: F) -> io::Result<Self>
    where
        F: Fn(TcpStream) -> io::Result<()> + Send + Sync + 'static,
    {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let stopped = Arc::new(AtomicBool::new(false));
        let (stop, serve) = (stopped.clone(), Arc::new(serve));
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if stop.load(Ordering::Relaxed) {
                    return;
                }
                let serve = serve.clone();
                // A client that was killed in the middle of a request is how every measurement ends.
                thread::spawn(move || stream.set_nodelay(true).and_then(|()| serve(stream)).unwrap_or_default());
            }
        });
        Ok(Self { address, stopped })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::Relaxed);
        // Only a connection wakes the thread that waits for one; if none can be made, there is no thread to wake.
        drop(TcpStream::connect(self.address));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_in_one_packet_are_read_one_by_one() {
        let mut stream: &[u8] = b"POST /a HTTP/1.1\r\nContent-Length: 2\r\n\r\nhiGET /b HTTP/1.1\r\nX-Y: z\r\n\r\n";
        let mut requests = Reader::new();
        let first = requests.next(&mut stream).unwrap().unwrap();
        assert_eq!((first.path.as_str(), first.body.as_slice()), ("/a", b"hi".as_slice()));
        let second = requests.next(&mut stream).unwrap().unwrap();
        assert_eq!((second.path.as_str(), second.header("x-y")), ("/b", Some("z")));
        assert!(requests.next(&mut stream).unwrap().is_none());
    }
}
