//! As much of the Redis protocol as it takes to set a server up and to look into it, without a client library.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::time::Duration;

use crate::failure::{Explain, Failure};

/// A frozen server must not freeze whoever looks at it.
const PATIENCE: Duration = Duration::from_secs(10);

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    Nothing,
    Number(i64),
    Bytes(Vec<u8>),
    List(Vec<Reply>),
}

impl Reply {
    /// Everything in it as one text, a line for each element.
    pub fn text(&self) -> String {
        match self {
            Self::Nothing => String::new(),
            Self::Number(number) => number.to_string(),
            Self::Bytes(bytes) => String::from_utf8_lossy(bytes).into_owned(),
            Self::List(replies) => replies.iter().map(Self::text).collect::<Vec<_>>().join("\n"),
        }
    }

    /// The number in it, if it is one.
    pub fn number(&self) -> Option<i64> {
        self.text().parse().ok()
    }
}

/// Sends one command on a connection of its own.
pub(super) fn ask(port: u16, words: &[&str]) -> Result<Reply, Failure> {
    let name = words.first().copied().unwrap_or_default();
    let mut stream = TcpStream::connect(("127.0.0.1", port)).explain(|| "cannot reach the cache".to_owned())?;
    let failed = || format!("the cache did not answer {name}");
    stream.set_read_timeout(Some(PATIENCE)).explain(failed)?;
    stream.write_all(&request(words)).explain(failed)?;
    read(&mut BufReader::new(stream))
        .explain(failed)?
        .map_err(|error| Failure::new(format!("the cache refused {name}")).evidence(error))
}

fn request(words: &[&str]) -> Vec<u8> {
    let words: Vec<String> = words.iter().map(|word| format!("${}\r\n{word}\r\n", word.len())).collect();
    format!("*{}\r\n{}", words.len(), words.concat()).into_bytes()
}

/// A reply, or the server's refusal.
fn read(stream: &mut impl BufRead) -> std::io::Result<Result<Reply, String>> {
    let mut line = String::new();
    stream.read_line(&mut line)?;
    let line = line.trim_end();
    let number = || line.get(1..).and_then(|number| number.parse::<i64>().ok()).ok_or_else(unreadable);
    Ok(Ok(match line.as_bytes().first() {
        Some(b'-') => return Ok(Err(line[1..].to_owned())),
        Some(b'+') => Reply::Bytes(line.as_bytes()[1..].to_vec()),
        Some(b':') => Reply::Number(number()?),
        Some(b'$') => match usize::try_from(number()?) {
            Err(_) => Reply::Nothing,
            Ok(length) => {
                let mut bytes = vec![0; length + 2];
                stream.read_exact(&mut bytes)?;
                bytes.truncate(length);
                Reply::Bytes(bytes)
            }
        },
        Some(b'*') => match usize::try_from(number()?) {
            Err(_) => Reply::Nothing,
            Ok(length) => {
                let replies = (0..length).map(|_| read(stream)?.map_err(std::io::Error::other));
                Reply::List(replies.collect::<std::io::Result<_>>()?)
            }
        },
        _ => return Err(unreadable()),
    }))
}

fn unreadable() -> std::io::Error {
    std::io::Error::other("no reply of the Redis protocol")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<Reply, String> {
        read(&mut text.as_bytes()).unwrap()
    }

    #[test]
    fn replies_are_read() {
        assert_eq!(parsed("+OK\r\n").unwrap().text(), "OK");
        assert_eq!(parsed(":-2\r\n").unwrap().number(), Some(-2));
        assert_eq!(parsed("$-1\r\n"), Ok(Reply::Nothing));
        assert_eq!(parsed("*2\r\n$3\r\na\r\n\r\n:7\r\n").unwrap().text(), "a\r\n\n7");
        assert_eq!(parsed("-OOM no room\r\n"), Err("OOM no room".to_owned()));
    }

    #[test]
    fn words_are_counted_in_bytes() {
        assert_eq!(request(&["GET", "ä"]), "*2\r\n$3\r\nGET\r\n$2\r\nä\r\n".as_bytes());
    }
}
